//! sources.toml as it lies on the disk: whether somebody changed it since it was last read.
//!
//! It looks at the date and the size first, and at the content only when these changed. A file is taken up once it was
//! found twice the same: an editor may be in the middle of writing it. It refuses to know what the file says.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Date and size: as long as they are the same, so is the content.
type Stamp = Option<(SystemTime, u64)>;

#[derive(Debug)]
pub struct Watched {
    path: PathBuf,
    stamp: Stamp,
    /// Of the content that was read last, whether it worked or not.
    read: u64,
    /// Of the content at the last look.
    seen: u64,
}

impl Watched {
    /// The file as it is now counts as read.
    pub fn new(path: &Path) -> Self {
        let content = content(path);
        Self { path: path.to_owned(), stamp: stamp(path), read: content, seen: content }
    }

    /// Whether the file is another than the one that was read, and no longer being written. Says so once.
    pub fn has_changed(&mut self) -> bool {
        // What is no file (a pipe, a device) would hold up whoever reads it, for ever.
        if std::fs::metadata(&self.path).is_ok_and(|found| !found.is_file()) {
            return false;
        }
        let stamp = stamp(&self.path);
        if stamp == self.stamp && self.seen == self.read {
            return false;
        }
        self.stamp = stamp;
        let before = std::mem::replace(&mut self.seen, content(&self.path));
        let is_another = self.seen == before && self.seen != self.read;
        if is_another {
            self.read = self.seen;
        }
        is_another
    }
}

fn stamp(path: &Path) -> Stamp {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// A file that is not there is another than any that is.
fn content(path: &Path) -> u64 {
    let mut hasher = DefaultHasher::new();
    std::fs::read(path).ok().hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_said_once_and_only_when_the_file_is_whole() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sources.toml");
        std::fs::write(&path, "a").unwrap();
        let mut watched = Watched::new(&path);
        assert!(!watched.has_changed());
        std::fs::write(&path, "half").unwrap();
        assert!(!watched.has_changed(), "it may be half written");
        std::fs::write(&path, "whole now").unwrap();
        assert!(!watched.has_changed());
        assert!(watched.has_changed());
        assert!(!watched.has_changed(), "once is enough");
        std::fs::write(&path, "whole now").unwrap();
        assert!(!watched.has_changed() && !watched.has_changed(), "saved again as it was");
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
        assert!(!watched.has_changed() && !watched.has_changed(), "it is not even read");
        std::fs::remove_file(&path).unwrap();
        assert!(!watched.has_changed());
        assert!(watched.has_changed() && !watched.has_changed());
    }
}
