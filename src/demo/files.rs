//! The demonstration's folder: settings, sources and members, as an administrator would write them.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::sites::{Sites, TOKEN};

/// Tells a demonstration's folder from every other: what is in it may be written over.
const MARK: &str = ".demonstration";

/// Whether a demonstration may write there: a folder that does not exist, is empty, or is an earlier demonstration's.
pub fn is_free(dir: &Path) -> io::Result<bool> {
    if dir.join(MARK).is_file() {
        return Ok(true);
    }
    match fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// Makes the folder, and takes away what an earlier demonstration left there; nothing else is touched.
pub fn prepare(dir: &Path, outbox: &Path) -> io::Result<()> {
    fs::create_dir_all(outbox)?;
    fs::write(dir.join(MARK), "Ce dossier est celui d'une démonstration : la suivante écrit par-dessus.\n")?;
    for name in ["glaneur.db", "glaneur.db-wal", "glaneur.db-shm", "glaneur.key"] {
        remove(&dir.join(name))?;
    }
    for entry in fs::read_dir(outbox)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "eml") {
            remove(&path)?;
        }
    }
    Ok(())
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Writes the files; returns the settings' path.
pub fn write(dir: &Path, sites: &Sites, smtp: SocketAddr) -> io::Result<PathBuf> {
    let config = dir.join("glaneur.toml");
    fs::write(&config, include_str!("glaneur.toml").replace("{smtp}", &smtp.to_string()))?;
    let mut sources = include_str!("sources.toml").to_owned();
    for (name, address) in &sites.addresses {
        sources = sources.replace(&format!("{{{name}}}"), address);
    }
    fs::write(dir.join("sources.toml"), sources)?;
    fs::write(dir.join("membres.csv"), include_str!("membres.csv"))?;
    let credentials = dir.join("credentials");
    fs::create_dir_all(&credentials)?;
    write_private(&credentials.join("aides"), TOKEN)?;
    Ok(config)
}

#[cfg(unix)]
fn write_private(path: &Path, secret: &str) -> io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(secret.as_bytes())
}

#[cfg(not(unix))]
fn write_private(path: &Path, secret: &str) -> io::Result<()> {
    fs::write(path, secret)
}
