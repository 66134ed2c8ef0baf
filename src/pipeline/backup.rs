//! A backup: the database, and beside it the key without which the links of mails already sent mean nothing.

use std::path::{Path, PathBuf};

use super::{App, Trouble, key_file};
use crate::config::StoreSettings;

/// Writes the database, and its key where that is a file of its own; gives where the key went.
pub async fn backup(app: &App, file: &Path) -> Result<Option<PathBuf>, Trouble> {
    app.store.backup(file, app.clock.civil()).await?;
    let StoreSettings::Sqlite(database) = &app.settings.store else { return Ok(None) };
    let to = file.with_extension("key");
    // The copy keeps the key's rights: its owner alone reads it.
    std::fs::copy(key_file(database), &to)
        .map_err(|error| Trouble::File(format!("la clé ne peut pas être copiée vers {} : {error}", to.display())))?;
    Ok(Some(to))
}
