//! A backup: the database, and beside it the key without which the links of mails already sent mean nothing.

use std::path::{Path, PathBuf};

use super::{App, Trouble, key_file};

/// Writes both; gives where the key went.
pub async fn backup(app: &App, file: &Path) -> Result<PathBuf, Trouble> {
    app.store.backup(file, app.clock.now()).await?;
    let (from, to) = (key_file(&app.settings), file.with_extension("key"));
    // The copy keeps the key's rights: its owner alone reads it.
    std::fs::copy(&from, &to)
        .map_err(|error| Trouble::File(format!("la clé ne peut pas être copiée vers {} : {error}", to.display())))?;
    Ok(to)
}
