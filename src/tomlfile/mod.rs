//! TOML files that people write who do not code: every mistake at once, each with its line and what to do, in French.
//!
//! Settings, sources and themes are read through here. A file is decoded (`decode`), parsed with recovery, and then
//! asked for its keys one by one through [`Table`]; what nobody asked for is a mistake too. It knows TOML and French
//! sentences; it refuses to know what any key means.
//!
//! ```
//! use glaneur::tomlfile::TomlFile;
//!
//! let file = TomlFile::parse("exemple.toml", b"nom = \"Nantes\"\nport = 80\n").unwrap();
//! let mut root = file.root();
//! let name = root.required_string("nom");
//! let port = root.integer("port", 1..=65535);
//! root.finish();
//! file.finish().unwrap();
//! assert_eq!((name.as_deref(), port), (Some("Nantes"), Some(80)));
//! ```

mod decode;
mod duration;
mod node;
mod syntax;
mod table;

use std::cell::RefCell;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::model::{Problem, Problems};

pub use decode::Encoding;
pub use duration::parse_duration;
pub use table::{Table, nearest};

use node::Node;

/// No file that a person writes comes near; beyond, it is the wrong file.
const FILE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// A file, parsed as far as it could be, with the mistakes met so far.
#[derive(Debug)]
pub struct TomlFile {
    path: PathBuf,
    text: String,
    encoding: Encoding,
    root: Node,
    problems: RefCell<Vec<Problem>>,
    /// Lines whose syntax is broken: what else seems wrong there follows from it.
    broken_lines: Vec<usize>,
    /// Lines with a table's title that could not be read: the keys after them belong to no known table.
    lost_titles: Vec<usize>,
}

impl TomlFile {
    /// Fails only when nothing can be read: no file, no text. Mistakes of syntax wait for [`TomlFile::finish`].
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Problems> {
        let path = path.as_ref();
        let bytes = content(path).map_err(|error| {
            let (message, advice) = unreadable(&error);
            whole_file(path, message, advice)
        })?;
        Self::parse(path, &bytes)
    }

    pub fn parse(path: impl AsRef<Path>, bytes: &[u8]) -> Result<Self, Problems> {
        let path = path.as_ref();
        if bytes.len() > FILE_BYTES_MAX {
            let message = "le fichier pèse plus de 4 Mio, ce n’est sans doute pas le bon".to_owned();
            return Err(whole_file(path, message, "Glaneur lit des fichiers de 4 Mio au plus".into()));
        }
        let decoded = decode::decode(bytes).map_err(|fault| {
            Problems(vec![Problem {
                file: path.to_owned(),
                line: fault.line,
                message: fault.message,
                advice: fault.advice,
            }])
        })?;
        let parsed = syntax::parse(&decoded.text);
        let broken_lines = parsed.faults.iter().map(|fault| fault.line).collect();
        let problems = parsed.faults.into_iter().map(|fault| Problem {
            file: path.to_owned(),
            line: Some(fault.line),
            message: fault.message,
            advice: fault.advice,
        });
        Ok(Self {
            path: path.to_owned(),
            problems: RefCell::new(problems.collect()),
            broken_lines,
            lost_titles: parsed.lost_titles,
            root: parsed.root,
            text: decoded.text,
            encoding: decoded.encoding,
        })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The text as decoded, without its byte-order mark: what an editor of the file starts from.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The top of the file.
    pub fn root(&self) -> Table<'_> {
        Table::new(self, &self.root, "")
    }

    /// Adds a mistake; `line` counts from 1, `None` means the whole file.
    pub fn problem(&self, line: impl Into<Option<usize>>, message: impl Into<String>, advice: impl Into<String>) {
        let (file, line) = (self.path.clone(), line.into());
        if line.is_some_and(|line| self.broken_lines.contains(&line) || self.is_lost(line)) {
            return;
        }
        self.problems.borrow_mut().push(Problem { file, line, message: message.into(), advice: advice.into() });
    }

    /// Under a title that was not understood, or under a part of it (`[source.select]`): what is read there belongs to
    /// no known table, so what seems wrong with it may well be right.
    fn is_lost(&self, line: usize) -> bool {
        let lost = self.lost_titles.iter().filter(|title| **title < line).max();
        let Some(lost) = lost else { return false };
        let between = self.text.lines().take(line).skip(*lost);
        let titles = between.filter_map(|line| line.trim_start().strip_prefix('['));
        titles
            .into_iter()
            .all(|title| !title.starts_with('[') && title.split(']').next().is_some_and(|name| name.contains('.')))
    }

    /// Whether a mistake was met, for readers that go further only with a sound file.
    pub fn is_sound(&self) -> bool {
        self.problems.borrow().is_empty()
    }

    /// Every mistake met, in the order of the lines; to be asked for once all tables are finished.
    pub fn finish(self) -> Result<(), Problems> {
        let mut problems = self.problems.into_inner();
        problems.sort_by_key(|problem| problem.line.unwrap_or(0));
        problems.dedup();
        if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
    }
}

fn whole_file(path: &Path, message: String, advice: String) -> Problems {
    Problems(vec![Problem { file: path.to_owned(), line: None, message, advice }])
}

/// Reads no more than it takes to know that there is too much: a link to a device never ends.
fn content(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn unreadable(error: &std::io::Error) -> (String, String) {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => (
            "ce fichier n’existe pas".into(),
            "vérifiez son nom et son dossier, ou créez-le avec « glaneur init »".into(),
        ),
        ErrorKind::PermissionDenied => {
            ("lecture refusée".into(), "donnez le droit de lecture au compte qui lance Glaneur (chmod, chown)".into())
        }
        ErrorKind::IsADirectory => ("c’est un dossier, pas un fichier".into(), "indiquez le fichier lui-même".into()),
        _ => (
            format!("lecture impossible : {}", crate::model::why_refused(error)),
            "vérifiez le disque et les droits du fichier".into(),
        ),
    }
}

#[cfg(test)]
mod tests;
