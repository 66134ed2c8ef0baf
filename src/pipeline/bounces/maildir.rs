//! A Maildir that a mail server delivers into: what is new is read, applied, then marked as seen or removed.
//!
//! A message is applied in one transaction under its own fingerprint, and moved after: killed in between, it is read again
//! and changes nothing.

use std::path::{Path, PathBuf};

use super::super::{App, Trouble};
use super::apply::{Applied, apply};
use crate::config::AfterReading;
use crate::deliver::bounce::{self, MESSAGE_BYTES_MAX};

/// Messages handled in one visit; the rest waits for the next.
const MESSAGES_MAX: usize = 500;

/// What one visit of the mailbox gave.
#[derive(Debug, Default)]
pub struct Visit {
    pub applied: Vec<Applied>,
    pub messages: usize,
    /// Messages that could not be read or moved, with the reason; they are tried again.
    pub faults: Vec<String>,
}

pub async fn visit(app: &App, folder: &Path, after: AfterReading) -> Result<Visit, Trouble> {
    let mut visit = Visit::default();
    for file in unread(folder)?.into_iter().take(MESSAGES_MAX) {
        if app.halt.is_asked() {
            break;
        }
        let raw = match head(&file) {
            Ok(raw) => raw,
            // Another reader took it.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => {
                visit.faults.push(format!("{} : {error}", file.display()));
                continue;
            }
        };
        visit.applied.extend(apply(app, &raw, &bounce::read(&raw)).await?);
        visit.messages += 1;
        if let Err(error) = put_away(folder, &file, after) {
            visit.faults.push(format!("{} : {error}", file.display()));
        }
    }
    Ok(visit)
}

/// No more of a message is read than its reader looks at.
fn head(file: &Path) -> std::io::Result<Vec<u8>> {
    use std::io::Read;
    let mut raw = Vec::new();
    std::fs::File::open(file)?.take(MESSAGE_BYTES_MAX as u64).read_to_end(&mut raw)?;
    Ok(raw)
}

/// What is in `new`, and what is in `cur` and was not marked as seen; the oldest first by their names.
fn unread(folder: &Path) -> Result<Vec<PathBuf>, Trouble> {
    let mut files = Vec::new();
    for place in ["new", "cur"] {
        let entries = std::fs::read_dir(folder.join(place)).map_err(|error| {
            Trouble::File(format!(
                "la boîte des retours {} ne peut pas être lue ({place} : {error}) : vérifiez [mail.bounce] maildir et les droits du dossier",
                folder.display()
            ))
        })?;
        let files_here = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file());
        files.extend(files_here.filter(|path| place == "new" || !is_seen(path)));
    }
    files.sort_by(|a, b| a.file_name().cmp(&b.file_name()));
    Ok(files)
}

fn is_seen(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    name.rsplit_once(":2,").is_some_and(|(_, flags)| flags.contains(['S', 'T']))
}

fn put_away(folder: &Path, file: &Path, after: AfterReading) -> std::io::Result<()> {
    if after == AfterReading::Delete {
        return std::fs::remove_file(file);
    }
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let seen = match name.rsplit_once(":2,") {
        // Flags stand in the order of their letters (S comes after the others that are usual).
        Some((base, flags)) => format!("{base}:2,{flags}S"),
        None => format!("{name}:2,S"),
    };
    std::fs::rename(file, folder.join("cur").join(seen))
}
