//! JSON as sites send it: strict first, then with the two mistakes that can be mended without guessing.

use serde_json::Value;

use super::{ExtractError, clean, wall};

/// A JSON document holds at most this many bytes.
pub const JSON_BYTES_MAX: usize = 20_000_000;
/// Values of one document, counted by the signs that separate them.
const VALUES_MAX: usize = 2_000_000;
/// serde_json's own limit on nesting.
const NESTING_MAX: usize = 128;
/// Characters shown on each side of a mistake.
const EXCERPT_CHARS: usize = 40;

/// The document, and whether it had to be mended.
pub fn parse(text: &str) -> Result<(Value, bool), ExtractError> {
    if text.len() > JSON_BYTES_MAX {
        return Err(ExtractError::TooLarge { bytes: text.len(), bytes_max: JSON_BYTES_MAX });
    }
    let text = text.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    if text.is_empty() {
        return Err(ExtractError::Empty);
    }
    if text.bytes().filter(|b| matches!(b, b',' | b'[' | b'{')).count() > VALUES_MAX {
        return Err(ExtractError::TooMany { elements_max: VALUES_MAX });
    }
    let mistake = match serde_json::from_str(text) {
        Ok(value) => return Ok((value, false)),
        Err(mistake) => mistake,
    };
    if text.starts_with('<') {
        let fault = wall::instead_of_list(text).filter(|fault| *fault != ExtractError::NeedsScripts);
        return Err(fault.unwrap_or(ExtractError::PageInsteadOfJson));
    }
    if mistake.to_string().starts_with("recursion limit") {
        return Err(ExtractError::TooDeep { levels_max: NESTING_MAX });
    }
    match serde_json::from_str(&mend(text)) {
        Ok(value) => Ok((value, true)),
        Err(_) => Err(fault(text, &mistake)),
    }
}

/// Inside strings: a backslash before a letter that it does not escape is a backslash; a line break is `\n`.
fn mend(text: &str) -> String {
    let mut mended = String::with_capacity(text.len() + 16);
    let mut in_string = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => in_string = !in_string,
            '\\' if in_string => {
                let next = chars.peek().copied();
                if !next.is_some_and(|next| "\"\\/bfnrtu".contains(next)) {
                    mended.push('\\');
                } else if next != Some('u') {
                    mended.push('\\');
                    mended.extend(chars.next());
                    continue;
                }
            }
            '\n' if in_string => {
                mended.push_str("\\n");
                continue;
            }
            c if in_string && c < ' ' => continue,
            _ => {}
        }
        mended.push(c);
    }
    mended
}

fn fault(text: &str, mistake: &serde_json::Error) -> ExtractError {
    let line = text.lines().nth(mistake.line().saturating_sub(1)).unwrap_or("");
    let at = line.floor_char_boundary(mistake.column().saturating_sub(1));
    let (before, after) = line.split_at_checked(at).unwrap_or((line, ""));
    let before: String = before.chars().rev().take(EXCERPT_CHARS).collect();
    let excerpt: String = before.chars().rev().chain(after.chars().take(EXCERPT_CHARS)).collect();
    ExtractError::InvalidJson {
        line: mistake.line(),
        column: mistake.column(),
        excerpt: clean::label(&excerpt),
        reason: reason(mistake).to_owned(),
    }
}

fn reason(mistake: &serde_json::Error) -> &'static str {
    use serde_json::error::Category;
    match mistake.classify() {
        Category::Eof => "le document est coupé",
        _ => match mistake.to_string() {
            said if said.starts_with("expected value") => "une valeur est attendue ici",
            said if said.starts_with("expected ident") => "mot inconnu : seuls true, false et null existent",
            said if said.starts_with("invalid escape") => "barre oblique inverse mal placée",
            said if said.starts_with("trailing") => "signe de trop",
            said if said.starts_with("key must") => "un nom entre guillemets est attendu ici",
            said if said.starts_with("expected `,`") => "une virgule ou une fin est attendue ici",
            _ => "signe inattendu",
        },
    }
}
