//! A backup: the database, and beside it the key without which the links of mails already sent mean nothing.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::{App, Trouble, key_file, private};
use crate::config::StoreSettings;
use crate::model::why_refused;

/// Writes the database, and its key where that is a file of its own; gives where the key went.
///
/// Nothing is written when either name is taken, or is one that the live database uses.
pub async fn backup(app: &App, file: &Path) -> Result<Option<PathBuf>, Trouble> {
    let StoreSettings::Sqlite(database) = &app.settings.store else {
        app.store.backup(file, app.clock.civil()).await?;
        return Ok(None);
    };
    let (key, copy) = (key_file(database), with_ending(file, ".key"));
    for target in [file, &copy] {
        refuse_taken(target, database, &key)?;
    }
    let unreadable =
        |error| Trouble::File(format!("la clé {} ne peut pas être lue : {}", key.display(), why_refused(&error)));
    let content = std::fs::read(&key).map_err(unreadable)?;
    app.store.backup(file, app.clock.civil()).await?;
    private::write_new(&copy, &content).map_err(|error| {
        // A database without its key would be taken for a whole backup.
        let _ = std::fs::remove_file(file);
        Trouble::File(format!("la clé ne peut pas être copiée vers {} : {}", copy.display(), why_refused(&error)))
    })?;
    Ok(Some(copy))
}

/// A backup replaces nothing, least of all what it is made from.
fn refuse_taken(target: &Path, database: &Path, key: &Path) -> Result<(), Trouble> {
    let live = ["", "-wal", "-shm", "-journal"].map(|ending| with_ending(database, ending));
    if live.iter().map(PathBuf::as_path).chain([key]).any(|live| is_same(live, target)) {
        return Err(Trouble::Words(format!(
            "{} est un fichier de la base en service : donnez un autre nom à la sauvegarde, daté par exemple. Rien n'a été écrit",
            target.display()
        )));
    }
    if target.symlink_metadata().is_ok() {
        return Err(Trouble::Words(format!(
            "{} existe déjà et n'est pas remplacé : donnez un autre nom à la sauvegarde, daté par exemple. Rien n'a été écrit",
            target.display()
        )));
    }
    Ok(())
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut whole = OsString::from(path);
    whole.push(ending);
    whole.into()
}

/// Whether two paths name one place, also when nothing is there yet.
fn is_same(one: &Path, other: &Path) -> bool {
    place(one) == place(other)
}

fn place(path: &Path) -> Option<PathBuf> {
    let path = std::path::absolute(path).ok()?;
    let folder = path.parent()?.canonicalize().ok()?;
    Some(folder.join(path.file_name()?))
}
