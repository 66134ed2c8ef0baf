//! sources.toml: the watched places, read and checked, every mistake at once.
//!
//! The head of the shipped sources.toml documents each key for administrators. It refuses to know the network and how
//! an answer is read: selectors and paths are only checked for being readable.

mod check;
mod edit;
mod read;

#[cfg(test)]
mod edit_tests;
#[cfg(test)]
mod tests;

pub use edit::{append, entry, line_of};

use std::path::Path;

use crate::model::{Problems, Source};
use crate::tomlfile::TomlFile;

/// The text of `path`, decoded; `None` when it cannot be read.
pub fn text(path: &Path) -> Option<String> {
    TomlFile::read(path).ok().map(|file| file.text().to_owned())
}

/// Reads `path`. The sources come in the order of the file, disabled ones too.
pub fn load(path: &Path) -> Result<Vec<Source>, Problems> {
    from_file(TomlFile::read(path)?)
}

/// As [`load`], for a file that was read already.
pub fn parse(path: &Path, bytes: &[u8]) -> Result<Vec<Source>, Problems> {
    from_file(TomlFile::parse(path, bytes)?)
}

/// Where a key of an entry stands in the file; the entry's own line when it cannot be told.
pub fn key_line(path: &Path, source: &Source, key: &str) -> usize {
    let Ok(bytes) = std::fs::read(path) else { return source.line };
    let text = String::from_utf8_lossy(&bytes);
    let entry = text.lines().enumerate().skip(source.line).take_while(|(_, line)| !line.trim_start().starts_with("[["));
    let is_key =
        |line: &str| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
    entry.into_iter().find(|(_, line)| is_key(line)).map_or(source.line, |(n, _)| n + 1)
}

fn from_file(file: TomlFile) -> Result<Vec<Source>, Problems> {
    let sources = read::sources(&file);
    file.finish().map(|()| sources)
}
