//! Entries that administrators keep themselves: a Markdown file each, its head between two lines of `+++` (or `---`).
//!
//! Events, resources and news of the network; calls, aids and accreditations that came by mail or by word of mouth. What a
//! head may say is read here, every mistake at once, with its line. It refuses to know places by name and the themes that
//! exist: `pipeline` resolves them.

mod read;
#[cfg(test)]
mod tests;

use std::path::Path;

use chrono::{NaiveDate, NaiveTime};
use url::Url;

use crate::model::{Audience, Kind, Problem, Problems, ThemeId, why_refused};
use crate::tomlfile::TomlFile;

/// One entry, as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The file's name without `.md`: what tells the entry from the others, whatever changes in it.
    pub name: String,
    pub kind: Kind,
    pub title: String,
    pub url: Option<Url>,
    /// An address or a number to turn to, when there is no page.
    pub contact: Option<String>,
    /// Until when; of an event, when it begins.
    pub when: Option<Moment>,
    /// Of an event.
    pub ends: Option<Moment>,
    /// Where an event takes place, in words.
    pub place: Option<String>,
    /// Names or codes; none: the whole network.
    pub territory: Vec<String>,
    pub themes: Vec<ThemeId>,
    pub audiences: Vec<Audience>,
    pub amount: Option<String>,
    pub publisher: Option<String>,
    /// Who keeps it.
    pub by: Option<String>,
    /// Markdown.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    pub date: NaiveDate,
    pub time: Option<NaiveTime>,
}

/// Files past these are not read: the folder is not meant for an archive.
const ENTRIES_MAX: usize = 1_000;
const FILE_BYTES_MAX: u64 = 100_000;

/// The entries of a folder, in the order of their names, and what is wrong with the others.
pub fn load(folder: &Path) -> (Vec<Entry>, Problems) {
    let (mut entries, mut problems) = (Vec::new(), Problems::default());
    let listed = match std::fs::read_dir(folder) {
        Ok(listed) => listed,
        Err(error) => {
            problems.0.push(problem(folder, &format!("ce dossier ne peut pas être lu : {}", why_refused(&error))));
            return (entries, problems);
        }
    };
    let mut files: Vec<_> = listed.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|ext| ext == "md") && path.is_file());
    files.sort();
    if files.len() > ENTRIES_MAX {
        let said =
            format!("plus de {ENTRIES_MAX} fichiers : les premiers seuls sont lus ; rangez les anciens ailleurs");
        problems.0.push(problem(folder, &said));
    }
    for path in files.iter().take(ENTRIES_MAX) {
        match load_one(path) {
            Ok(entry) => entries.push(entry),
            Err(more) => problems.extend(more),
        }
    }
    (entries, problems)
}

fn load_one(path: &Path) -> Result<Entry, Problems> {
    let refused = |said: String| Problems(vec![problem(path, &said)]);
    let size = path.metadata().map(|meta| meta.len()).unwrap_or_default();
    if size > FILE_BYTES_MAX {
        return Err(refused(format!("ce fichier dépasse {} ko", FILE_BYTES_MAX / 1_000)));
    }
    let text = std::fs::read(path).map_err(|error| refused(format!("illisible : {}", why_refused(&error))))?;
    parse(path, &String::from_utf8_lossy(&text))
}

/// One file's text.
pub fn parse(path: &Path, text: &str) -> Result<Entry, Problems> {
    let text = text.trim_start_matches('\u{feff}');
    let Some((head, body)) = read::split(text) else {
        return Err(Problems(vec![Problem {
            file: path.to_owned(),
            line: Some(1),
            message: "le fichier ne commence pas par un en-tête".to_owned(),
            advice: "écrivez l'en-tête (kind = \"event\", title = \"…\") entre deux lignes « +++ », puis le texte"
                .to_owned(),
        }]));
    };
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let file = TomlFile::parse(path, head.as_bytes())?;
    let entry = read::entry(&file, &name, body);
    file.finish()?;
    entry.ok_or_else(|| Problems(vec![problem(path, "l'en-tête est incomplet")]))
}

fn problem(path: &Path, message: &str) -> Problem {
    Problem {
        file: path.to_owned(),
        line: None,
        message: message.to_owned(),
        advice: "le guide de l'administrateur montre un exemple de chaque genre".to_owned(),
    }
}
