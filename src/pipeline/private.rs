//! Files that hold secrets: nobody else reads them, a crash leaves a whole one or none, and none is written over.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Result, Write};
use std::path::{Path, PathBuf};

/// Writes a file that must not exist yet, to the disk, for its owner alone.
pub(super) fn write_new(path: &Path, content: &[u8]) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{:x}.tmp", rand::random::<u64>()));
    let beside = path.with_file_name(name);
    let written = create(&beside, content).and_then(|()| name_it(&beside, path, content));
    // Whatever came of it, the first name goes; the error above is the one to tell.
    let _ = std::fs::remove_file(&beside);
    written?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    // The name itself is on the disk only once the folder is.
    File::open(folder.map_or_else(|| PathBuf::from("."), Path::to_path_buf))?.sync_all()
}

/// A link fails when the name is taken, and gives it to a whole file at once.
fn name_it(beside: &Path, path: &Path, content: &[u8]) -> Result<()> {
    match std::fs::hard_link(beside, path) {
        // Some file systems (FAT, some shares) know no links: there a crash may leave a part, which reading names.
        Err(error) if error.kind() != ErrorKind::AlreadyExists => create(path, content),
        linked => linked,
    }
}

fn create(path: &Path, content: &[u8]) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}
