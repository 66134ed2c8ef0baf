//! The lines that ask or announce who may apply, in whatever words: "Structures pouvant candidater : …", "Qui ? …".
//!
//! The phrases of cues.txt name the usual ones; here only the shape of a line and its first word count. Who stands in the
//! answer is told elsewhere.

use std::ops::Range;

/// A line that asks is no longer than this before its mark.
const ASKING_BYTES_MAX: usize = 70;

/// Nor does an answer go on for more than this.
const ANSWER_BYTES_MAX: usize = 450;

/// Beginnings of what asks who applies, without accents.
const ASKING: [&str; 33] = [
    "qui ",
    "qui?",
    "pour qui",
    "a qui",
    "par qui",
    "quelles structures",
    "quels porteurs",
    "quels organismes",
    "quelles associations",
    "quels candidats",
    "quels beneficiaires",
    "quels publics",
    "quelles collectivites",
    "structures",
    "structure porteuse",
    "porteur",
    "organismes",
    "employeurs",
    "candidats",
    "beneficiaire",
    "demandeurs",
    "destinataires",
    "operateurs",
    "eligibilite",
    "eligibles",
    "sont eligibles",
    "maitres d'ouvrage",
    "maitre d'ouvrage",
    "acteurs",
    "statut juridique",
    "nature juridique",
    "vous etes",
    "peuvent ",
];

/// Words of a line that asks who does not, who is helped, or who reads the files.
const NOT_ASKING: [&str; 12] =
    [" ne ", " n'", " non ", "exclu", "ineligib", "sauf", "contact", "instruct", "financ", "decide", "finaux", "paie"];

/// The answers to each line that asks who may apply.
pub(super) fn answers(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if let Some(mark) = asks(line) {
            found.push(answer(text, at + mark, at + line.len()));
        }
        at += line.len();
    }
    found
}

/// Where the answer to a line that asks begins in it: behind its colon or question mark, or at its end.
fn asks(line: &str) -> Option<usize> {
    let head = line.get(..line.floor_char_boundary(ASKING_BYTES_MAX))?;
    let begins = head.find(|c: char| c.is_alphabetic())?;
    let head = head.get(begins..)?;
    let folded = fold(head);
    if !ASKING.iter().any(|word| folded.starts_with(word)) {
        return None;
    }
    let mark = head.find([':', '?']);
    let asked = mark.map_or(head, |mark| head.get(..mark).unwrap_or(head));
    let asked = format!("{} ", fold(asked));
    if asked.contains(". ") || NOT_ASKING.iter().any(|word| asked.contains(word)) {
        return None;
    }
    match mark {
        Some(mark) => Some(begins + mark + 1),
        // A heading on a line of its own; a sentence ends with a full stop or goes past it.
        None => {
            let whole = line.trim_end();
            let alone = whole.len() <= ASKING_BYTES_MAX / 2 && !whole.ends_with(['.', ',', ';']);
            (alone && line.ends_with('\n')).then_some(line.len())
        }
    }
}

/// The rest of the line, or the first one that says something, and the items listed below it.
fn answer(text: &str, from: usize, line_end: usize) -> Range<usize> {
    let limit = text.floor_char_boundary(from + ANSWER_BYTES_MAX);
    let mut end = line_end.min(limit);
    // "Porteur : la structure qui signe. Cofinanceur : public ou privé": the next sentence answers something else.
    if let Some(stop) = text.get(from..end).and_then(|line| line.find(". ")) {
        return from..from + stop;
    }
    let mut said = text.get(from..end).is_some_and(|rest| rest.chars().any(char::is_alphabetic));
    let rest = text.get(line_end..limit.max(line_end)).unwrap_or_default();
    for line in rest.split_inclusive('\n') {
        let item = line
            .trim_start()
            .starts_with(|c: char| c.is_lowercase() || matches!(c, '-' | '–' | '—' | '•' | '*' | '·' | '>' | '✓'));
        let empty = line.trim().is_empty();
        if said && (!item || empty) {
            break;
        }
        said |= !empty;
        end += line.len();
    }
    from..end.min(limit)
}

/// Lower case, and no accents on the letters that French sets them on.
fn fold(text: &str) -> String {
    let plain = |c: char| match c {
        'é' | 'è' | 'ê' => 'e',
        'à' | 'â' => 'a',
        'î' => 'i',
        '’' => '\'',
        '\u{a0}' => ' ',
        other => other,
    };
    text.to_lowercase().chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_asks_has_its_answer() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<&str> = answers(text).into_iter().map(|at| text[at].trim()).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("Structures pouvant candidater : associations, CCAS.\nMontant : 3 000 €", &["associations, CCAS."]);
        check("Qui peut en bénéficier ?\nAssociations et communes\nPour quoi ?", &["Associations et communes"]);
        check("Porteurs éligibles\n- communes\n- CCAS\nCalendrier", &["- communes\n- CCAS"]);
        check("– Qui ? Les communes.", &["Les communes."]);
        check("Qui n’est pas concerné ? Les communes.", &[]);
        check("Les associations déposent un dossier.", &[]);
        check("Structures financées en 2025 : 12", &[]);
        check("", &[]);
    }
}
