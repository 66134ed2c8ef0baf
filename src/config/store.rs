//! `[store]`: where the data lies.

use std::path::{Path, PathBuf};

use url::Url;

use super::resolve;
use crate::tomlfile::Table;

#[derive(Clone, Debug, PartialEq)]
pub enum StoreSettings {
    Sqlite(PathBuf),
    Postgres {
        /// Without a password.
        url: Url,
        /// Absent: PGPASSFILE or `~/.pgpass` serve, or the server asks for none.
        password_file: Option<PathBuf>,
    },
}

pub(super) fn read(store: &mut Table<'_>, folder: &Path, credentials: &Path) -> StoreSettings {
    let read = store.parsed("url", |text| parse(text, folder));
    let password_file = store.string("password_file").map(|file| super::secret_path(&file, folder, credentials));
    if let Some(StoreSettings::Postgres { url, .. }) = read {
        return StoreSettings::Postgres { url, password_file };
    }
    // When the address could not be read, it may well have been PostgreSQL's.
    if password_file.is_some() && (read.is_some() || !store.has("url")) {
        let advice = "supprimez-le, ou indiquez une adresse postgres://";
        store.problem("password_file", "une base SQLite n’a pas de mot de passe", advice);
    }
    read.unwrap_or_else(|| StoreSettings::Sqlite(folder.join("glaneur.db")))
}

fn parse(text: &str, folder: &Path) -> Result<StoreSettings, String> {
    const FORMS: &str = "écrivez \"sqlite:glaneur.db\" ou \"postgres://utilisateur@hôte/base\"";
    let text = text.trim();
    if let Some(path) = text.strip_prefix("sqlite:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() || path == ":memory:" || path.contains('?') {
            return Err(format!("il faut le nom d’un fichier : {FORMS}"));
        }
        if Path::new(path.trim()).extension().is_some_and(|ending| ending == "key") {
            return Err(format!("le nom d’une base ne finit pas par .key, qui est celui de sa clé : {FORMS}"));
        }
        return Ok(StoreSettings::Sqlite(resolve(folder, path)));
    }
    // The address is not repeated: it may hold a password.
    let url = Url::parse(text).map_err(|_| format!("ce n’est pas l’adresse d’une base : {FORMS}"))?;
    if !matches!(url.scheme(), "postgres" | "postgresql") {
        return Err(format!("ce type de base est inconnu : {FORMS}"));
    }
    if url.password().is_some() || url.query_pairs().any(|(key, _)| key == "password") {
        return Err("pas de mot de passe dans ce fichier : retirez-le et ajoutez password_file = \"postgres\" \
                    (le fichier credentials/postgres le contient seul), ou servez-vous de PGPASSFILE"
            .into());
    }
    Ok(StoreSettings::Postgres { url, password_file: None })
}
