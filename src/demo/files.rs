//! The demonstration's folder: settings, sources and members, as an administrator would write them.

use std::fs;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use super::sites::TOKEN;

/// Tells a demonstration's folder from every other: what is in it may be written over.
const MARK: &str = ".demonstration";
const MARK_SAYS: &str = "Ce dossier est celui d'une démonstration : la suivante écrit par-dessus.\n";

/// Whether a demonstration may write there: a folder that does not exist, is empty, or is an earlier demonstration's.
pub fn is_free(dir: &Path) -> io::Result<bool> {
    if is_plain_file(&dir.join(MARK)) {
        return Ok(true);
    }
    match fs::read_dir(dir) {
        Ok(mut entries) => Ok(entries.next().is_none()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// Makes the folder, and takes away what an earlier demonstration left there; nothing else is touched, and no link is
/// followed out of it.
pub fn prepare(dir: &Path, outbox: &Path) -> io::Result<()> {
    fs::create_dir_all(dir)?;
    private_folder(outbox)?;
    write_anew(&dir.join(MARK), MARK_SAYS.as_bytes(), 0o644)?;
    for name in ["glaneur.db", "glaneur.db-wal", "glaneur.db-shm", "glaneur.key"] {
        remove(&dir.join(name))?;
    }
    for entry in fs::read_dir(outbox)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "eml") && is_plain_file(&path) {
            remove(&path)?;
        }
    }
    Ok(())
}

fn is_plain_file(path: &Path) -> bool {
    path.symlink_metadata().is_ok_and(|meta| meta.is_file())
}

/// Takes the name away; what a link leads to stays.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A folder of ours that nobody else reads; a link in its place leads who knows where.
fn private_folder(path: &Path) -> io::Result<()> {
    match path.symlink_metadata() {
        Ok(meta) if !meta.is_dir() => return Err(io::ErrorKind::NotADirectory.into()),
        Ok(_) => {}
        Err(_) => fs::create_dir(path)?,
    }
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

/// Writes the files; returns the settings' path.
pub fn write(dir: &Path, addresses: &[(&str, String)], smtp: SocketAddr) -> io::Result<PathBuf> {
    let config = dir.join("glaneur.toml");
    let settings = include_str!("glaneur.toml").replace("{smtp}", &smtp.to_string());
    write_anew(&config, settings.as_bytes(), 0o644)?;
    let mut sources = include_str!("sources.toml").to_owned();
    for (name, address) in addresses {
        sources = sources.replace(&format!("{{{name}}}"), address);
    }
    write_anew(&dir.join("sources.toml"), sources.as_bytes(), 0o644)?;
    write_anew(&dir.join("membres.csv"), include_bytes!("membres.csv"), 0o600)?;
    let credentials = dir.join("credentials");
    private_folder(&credentials)?;
    write_anew(&credentials.join("aides"), TOKEN.as_bytes(), 0o600)?;
    Ok(config)
}

/// Writes over an earlier demonstration's file by taking its place: a link is replaced, not followed.
fn write_anew(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    remove(path)?;
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)?.write_all(content)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn no_link_is_followed_out_of_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let (demo, theirs) = (folder.path().join("demo"), folder.path().join("a-eux"));
        fs::create_dir_all(&theirs).unwrap();
        for name in ["lettre.eml", "glaneur.toml"] {
            fs::write(theirs.join(name), "à eux").unwrap();
        }
        let outbox = demo.join("outbox");
        prepare(&demo, &outbox).unwrap();
        // A mail, a file that is written, and the mark, all of them links.
        std::os::unix::fs::symlink(theirs.join("lettre.eml"), outbox.join("lien.eml")).unwrap();
        std::os::unix::fs::symlink(theirs.join("glaneur.toml"), demo.join("glaneur.toml")).unwrap();
        prepare(&demo, &outbox).unwrap();
        write(&demo, &[], ([127, 0, 0, 1], 25).into()).unwrap();
        // The whole outbox a link.
        fs::remove_dir_all(&outbox).unwrap();
        std::os::unix::fs::symlink(&theirs, &outbox).unwrap();
        assert_eq!(prepare(&demo, &outbox).unwrap_err().kind(), io::ErrorKind::NotADirectory);
        for name in ["lettre.eml", "glaneur.toml"] {
            assert_eq!(fs::read_to_string(theirs.join(name)).unwrap(), "à eux");
        }
        let mark = folder.path().join("marque");
        fs::create_dir(&mark).unwrap();
        std::os::unix::fs::symlink(demo.join(MARK), mark.join(MARK)).unwrap();
        assert!(!is_free(&mark).unwrap(), "somebody else's folder");
    }
}
