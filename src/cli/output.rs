//! How a command ends, and how it prints.

use std::fmt;
use std::io::Write;
use std::process::ExitCode;

use crate::model::Problems;
use crate::store::StoreError;

/// How a command ended well enough to have done something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All done.
    Done,
    /// Everything possible was done, and what failed was named.
    Partly,
}

/// Why a command could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// The words or the files are wrong; nothing was done.
    Usage(String),
    /// Nothing wrong with what was asked, but it could not be done.
    Failed(String),
}

impl Failure {
    pub fn exit(&self) -> u8 {
        match self {
            Self::Usage(_) => 2,
            Self::Failed(_) => 1,
        }
    }

    pub fn usage(message: impl Into<String>) -> Self {
        Self::Usage(message.into())
    }

    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed(message.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::Failed(message) => f.write_str(message),
        }
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        let count = problems.0.len();
        let what = if count == 1 { "une erreur" } else { "des erreurs" };
        Self::Usage(format!("{what} dans les réglages, rien n'a été fait.\n{problems}"))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.to_string())
    }
}

impl From<crate::pipeline::Trouble> for Failure {
    fn from(trouble: crate::pipeline::Trouble) -> Self {
        match trouble.is_usage() {
            true => Self::Usage(trouble.to_string()),
            false => Self::Failed(trouble.to_string()),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => ExitCode::SUCCESS,
            Exit::Partly => ExitCode::from(1),
        }
    }
}

/// Prints a line on standard output; a closed pipe (`| head`) is no error.
pub fn line(text: impl fmt::Display) {
    let _ = writeln!(std::io::stdout().lock(), "{}", Harmless(&text.to_string()));
}

/// Says what is wrong, on standard error.
pub fn error(text: impl fmt::Display) {
    let _ = writeln!(std::io::stderr().lock(), "glaneur : {}", Harmless(&text.to_string()));
}

/// Prints one JSON object.
pub fn json(value: &serde_json::Value) {
    let text = format!("{value:#}");
    // JSON escapes the first control characters itself; the others may only stand in strings, where this is the same.
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{7f}'..='\u{9f}' => escaped.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => escaped.push(c),
        }
    }
    let _ = writeln!(std::io::stdout().lock(), "{escaped}");
}

/// Text that comes from sites and spreadsheets, without what would move the terminal's cursor, rename its window or
/// turn letters around.
struct Harmless<'a>(&'a str);

impl fmt::Display for Harmless<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spoils = |c: char| {
            (c.is_control() && !matches!(c, '\n' | '\t'))
                || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
        };
        self.0.split(spoils).try_for_each(|part| f.write_str(part))
    }
}

/// Prints bytes as they are.
pub fn bytes(content: &[u8]) {
    let _ = std::io::stdout().lock().write_all(content);
}

#[cfg(test)]
mod tests {
    use super::Harmless;

    #[test]
    fn nothing_printed_moves_the_cursor() {
        let check = |text: &str, expected: &str| assert_eq!(Harmless(text).to_string(), expected);
        check("Léa\n\tExemple", "Léa\n\tExemple");
        check("\u{1b}[2J\u{7}vide\r", "[2Jvide");
        check("a\u{9b}31mb\u{202e}c", "a31mbc");
    }
}
