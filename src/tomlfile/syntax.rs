//! Mistakes of syntax, said in French: one for each line, the likely cause before the parser's own view.

use toml::de::DeTable;

use super::node::{Lines, Node, tree, truth};

pub(super) struct Parsed {
    pub root: Node,
    pub faults: Vec<Fault>,
    /// Lines with a table's title that could not be read.
    pub lost_titles: Vec<usize>,
}

#[derive(Debug, PartialEq)]
pub(super) struct Fault {
    pub line: usize,
    pub message: String,
    pub advice: String,
}

/// Nobody mends more before trying again; a file that is no TOML at all would fail on each of its lines.
const FAULTS_MAX: usize = 50;

pub(super) fn parse(text: &str) -> Parsed {
    let (root, errors) = DeTable::parse_recoverable(text);
    let lines = Lines::of(text);
    let mut offsets = Vec::new();
    let mut faults: Vec<Fault> = Vec::new();
    let mut lost_titles = Vec::new();
    for error in &errors {
        if faults.len() == FAULTS_MAX {
            break;
        }
        let at = error.span().map_or(0, |span| span.start);
        let line = lines.at(at);
        if error.message().starts_with("duplicate key") {
            if let Some(fault) = written_twice(text, line) {
                lost_titles.push(line);
                offsets.push(at);
                if faults.iter().all(|known| known.line != fault.line) {
                    faults.push(fault);
                }
                continue;
            }
            // Under a title that was not understood, keys seem to be those of the title before.
            if title_above(text, line).is_some_and(|title| lost_titles.contains(&title)) {
                continue;
            }
        }
        offsets.push(at);
        // After a first mistake the parser stumbles again over the same line: the first says it best.
        if faults.iter().any(|fault| fault.line == line) {
            continue;
        }
        let written = text.lines().nth(line - 1).unwrap_or_default();
        if written.trim_start().starts_with('[') {
            lost_titles.push(line);
        }
        let (message, advice) = typography(written).unwrap_or_else(|| sentence(error.message(), written));
        faults.push(Fault { line, message, advice });
    }
    Parsed { root: tree(root.get_ref(), &lines, &offsets), faults, lost_titles }
}

/// `[source]` where `[[source]]` is meant, which the parser calls a key written twice. The mistake is that of the line
/// with single brackets.
fn written_twice(text: &str, line: usize) -> Option<Fault> {
    let (name, list) = title(text.lines().nth(line - 1)?)?;
    let above = text.lines().enumerate().take(line - 1).filter_map(|(n, text)| Some((n + 1, title(text)?)));
    let same: Vec<(usize, bool)> =
        above.filter(|(_, (other, _))| *other == name).map(|(n, (_, list))| (n, list)).collect();
    // A title with single brackets in between makes those after it seem wrong.
    let single = same.iter().find(|(_, earlier_list)| list && !earlier_list);
    let (earlier, earlier_list) = *single.or(same.first())?;
    let doubled = |at: usize, like: usize| Fault {
        line: at,
        message: format!("« {name} » s’écrit avec des crochets doubles, comme à la ligne {like}"),
        advice: format!("écrivez [[{name}]]"),
    };
    Some(match (earlier_list, list) {
        (false, true) => doubled(earlier, same.iter().find(|(_, list)| *list).map_or(line, |(n, _)| *n)),
        (true, false) => doubled(line, earlier),
        _ => Fault {
            line,
            message: format!("[{name}] est déjà écrit à la ligne {earlier}"),
            advice: format!("pour une suite d’entrées, écrivez [[{name}]] à chacune ; sinon gardez un seul [{name}]"),
        },
    })
}

/// The name of a table's title, and whether it has double brackets.
fn title(line: &str) -> Option<(&str, bool)> {
    let line = line.trim_start().strip_prefix('[')?;
    let (line, list) = line.strip_prefix('[').map_or((line, false), |line| (line, true));
    Some((line.split(']').next()?.trim(), list))
}

/// The line of the title that a line stands under.
fn title_above(text: &str, line: usize) -> Option<usize> {
    let above: Vec<&str> = text.lines().take(line.saturating_sub(1)).collect();
    above.iter().rposition(|line| title(line).is_some()).map(|n| n + 1)
}

/// What word processors put where TOML wants plain characters.
fn typography(line: &str) -> Option<(String, String)> {
    let outside = outside_strings(line);
    let quote = outside.chars().find(|c| "«»“”„‟‘’‚‹›″′".contains(*c));
    if let Some(quote) = quote {
        let message = format!("guillemet typographique {quote} au lieu d’un guillemet droit");
        return Some((message, "entourez la valeur de guillemets droits : \"…\" (touche 3)".into()));
    }
    if outside.contains(['\u{A0}', '\u{202F}', '\u{2009}', '\u{200B}', '\u{FEFF}']) {
        let message = "un espace insécable ou invisible s’est glissé dans la ligne".into();
        return Some((message, "effacez les espaces autour du signe = et retapez-les".into()));
    }
    None
}

/// The parts of a line that no straight-quoted string holds; a string left open holds nothing.
fn outside_strings(line: &str) -> String {
    let mut outside = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['"', '\'', '#']) {
        let (before, from) = rest.split_at(at);
        outside.push_str(before);
        let mut inside = from.chars();
        let quote = match inside.next() {
            Some('#') | None => return outside,
            Some(quote) => quote,
        };
        match inside.as_str().split_once(quote) {
            Some((_, after)) => rest = after,
            None => {
                rest = inside.as_str();
                break;
            }
        }
    }
    outside.push_str(rest);
    outside
}

/// The parser's English, by its beginning, in French with what to do.
const SENTENCES: &[(&str, &str, &str)] = &[
    ("duplicate key", "cette clé est déjà écrite plus haut", "gardez-en une seule"),
    ("cannot extend", "cette clé ne peut pas être complétée ici", "écrivez ses valeurs à un seul endroit"),
    ("string values must be quoted", "le texte doit être entre guillemets", "écrivez : clé = \"valeur\""),
    ("missing opening quote", "il manque le guillemet ouvrant", "écrivez : clé = \"valeur\""),
    ("invalid basic string", "un guillemet n’est pas fermé, ou le texte contient une barre \\ isolée", QUOTES),
    ("invalid literal string", "une apostrophe n’est pas fermée", QUOTES),
    ("invalid multi-line", "un texte entre guillemets triples n’est pas fermé", "ajoutez \"\"\" à la fin du texte"),
    ("missing escaped value", BACKSLASH, BACKSLASH_ADVICE),
    ("too few unicode", BACKSLASH, BACKSLASH_ADVICE),
    ("missing comma between array", "il manque une virgule entre deux valeurs de la liste", "écrivez : [\"a\", \"b\"]"),
    ("missing comma between key", "il manque une virgule entre deux clés", "écrivez : { a = \"…\", b = \"…\" }"),
    ("extra comma", "une virgule est en trop", "supprimez-la"),
    ("unclosed inline table", "une accolade { n’est pas fermée", "ajoutez } à la fin de la ligne"),
    ("unclosed array table", "le titre n’est pas fermé", "écrivez-le comme [[source]]"),
    ("unclosed array", "un crochet [ n’est pas fermé", "ajoutez ] après la dernière valeur de la liste"),
    ("unclosed table", "le titre n’est pas fermé", "écrivez-le comme [mail]"),
    ("missing value", "il manque la valeur après le signe =", VALUE),
    ("key with no value", "il manque le signe = et la valeur", VALUE),
    ("missing assignment", "il manque le signe =", VALUE),
    ("extra `=`", "un signe = est en trop", VALUE),
    ("extra assignment", "un signe = est en trop", VALUE),
    ("unexpected `=`", "un signe = n’a pas sa place dans une liste", "écrivez : [\"a\", \"b\"]"),
    ("invalid unquoted key", "le nom de la clé contient un caractère interdit", KEY),
    ("unquoted keys cannot be empty", "il manque le nom de la clé", KEY),
    ("missing key", "il manque le nom de la clé", KEY),
    ("keys cannot be multi-line", "le nom de la clé ne peut pas tenir sur plusieurs lignes", KEY),
    ("carriage return", "fin de ligne d’un ancien format", "enregistrez le fichier avec des fins de ligne ordinaires"),
    ("invalid comment character", "un caractère invisible s’est glissé dans le commentaire", "retapez la ligne"),
    ("cannot recurse", "trop de crochets ou d’accolades les uns dans les autres", "simplifiez la valeur"),
    ("recursion limit", "trop de crochets ou d’accolades les uns dans les autres", "simplifiez la valeur"),
    ("unexpected leading zero", "un nombre ne commence pas par zéro", "écrivez un code entre guillemets : \"01053\""),
    ("invalid value", "la valeur n’est ni un texte entre guillemets, ni un nombre, ni true ou false", VALUE),
];

const QUOTES: &str = "fermez-le sur la même ligne : clé = \"valeur\"";
const BACKSLASH: &str = "une barre oblique inverse \\ introduit un caractère inconnu";
const BACKSLASH_ADVICE: &str = "doublez-la (\\\\) ou entourez le texte d’apostrophes : '…'";
const VALUE: &str = "écrivez : clé = \"valeur\"";
const KEY: &str = "un nom de clé s’écrit en lettres sans accent, chiffres, - et _";

fn sentence(english: &str, line: &str) -> (String, String) {
    // An unclosed string swallows the end of its line, whatever the parser calls it.
    if outside_strings(line).len() < line.len() && line.matches('"').count() % 2 == 1 && english.starts_with("invalid")
    {
        return ("un guillemet n’est pas fermé".into(), QUOTES.into());
    }
    let (outside, opened) = (outside_strings(line), line.contains('['));
    if english.starts_with("missing comma between array") && outside.contains('=') && !opened {
        return ("la liste commencée plus haut n’est pas fermée".into(), "ajoutez ] après sa dernière valeur".into());
    }
    if let Some((_, value)) = line.split_once('=') {
        let value = value.trim_start();
        if value.is_empty() || value.starts_with('#') {
            return ("il manque la valeur après le signe =".into(), VALUE.into());
        }
        let word = value.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        if let Some(truth) = truth(word) {
            let key = line.split_once('=').map_or("", |(key, _)| key.trim());
            return (
                format!("« {word} » n’est pas compris : oui s’écrit true, non s’écrit false"),
                format!("écrivez : {key} = {truth}"),
            );
        }
        if value.starts_with(char::is_alphabetic) {
            return ("le texte doit être entre guillemets".into(), VALUE.into());
        }
    }
    match SENTENCES.iter().find(|(start, ..)| english.starts_with(start)) {
        Some((_, message, advice)) => ((*message).into(), (*advice).into()),
        None => {
            let seen: String = line.trim().chars().take(60).collect();
            (format!("« {seen} » ne se lit pas comme du TOML"), VALUE.into())
        }
    }
}
