//! The file outbox: every mail becomes a file in one folder, for its owner alone: mails hold addresses.
//!
//! For trials. The caller names each mail (`edition-7-membre-12`); the same name always means the same file, so sending
//! again doubles nothing.

use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::Outcome;

/// File systems take 255 bytes; the rest is room for the temporary name and a digest.
const NAME_BYTES_MAX: usize = 150;

/// A folder of `.eml` files.
#[derive(Clone, Debug)]
pub struct FileOutbox {
    folder: PathBuf,
}

impl FileOutbox {
    /// The folder is made when the first mail comes.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where the mail so named stands, or will stand.
    pub fn path_of(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{}.eml", safe_name(name)))
    }

    /// Writes beside, to the disk, then renames: a crash leaves the whole file or none.
    pub async fn put(&self, name: &str, message: &[u8]) -> Outcome {
        let (path, message) = (self.path_of(name), message.to_vec());
        let folder = self.folder.clone();
        let written = tokio::task::spawn_blocking(move || write_whole(&folder, &path, &message).map(|()| path)).await;
        match written {
            Ok(Ok(path)) => Outcome::Sent { reply: format!("écrit dans {}", path.display()) },
            Ok(Err(error)) => Outcome::Unreachable { why: self.sentence(&error), hopeless: true },
            Err(_) => {
                Outcome::Unreachable { why: "l’écriture du courriel a été interrompue".into(), hopeless: false }
            }
        }
    }

    fn sentence(&self, error: &std::io::Error) -> String {
        use std::io::ErrorKind as Kind;
        let folder = self.folder.display();
        match error.kind() {
            Kind::StorageFull | Kind::QuotaExceeded => {
                format!("le disque de « {folder} » est plein : libérez de la place, puis relancez l’envoi")
            }
            Kind::PermissionDenied | Kind::ReadOnlyFilesystem => format!(
                "le dossier « {folder} » refuse l’écriture : donnez-en le droit à Glaneur, ou changez [mail] transport"
            ),
            Kind::NotADirectory | Kind::AlreadyExists => {
                format!("« {folder} » n’est pas un dossier : changez [mail] transport, ou déplacez ce fichier")
            }
            _ => format!("impossible d’écrire dans le dossier « {folder} » : {}", crate::model::why_refused(error)),
        }
    }
}

fn write_whole(folder: &Path, path: &Path, message: &[u8]) -> std::io::Result<()> {
    private_folder(folder)?;
    let beside = path.with_extension(format!("{:x}.tmp", rand::random::<u64>()));
    let written = write_synced(&beside, message).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        // Best effort: a full disk may leave an empty file, and the error above is the one to tell.
        let _ = std::fs::remove_file(&beside);
        return written;
    }
    // The rename itself is on the disk only once the folder is.
    std::fs::File::open(folder)?.sync_all()
}

fn write_synced(path: &Path, message: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(message)?;
    file.sync_all()
}

/// A folder that is there already keeps the rights that somebody gave it.
fn private_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A file's name that keeps different names apart, whatever they hold.
fn safe_name(name: &str) -> String {
    let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '@' | '-' | '_' | '.');
    let kept: String = name.chars().map(|c| if sound(c) { c } else { '_' }).take(NAME_BYTES_MAX).collect();
    if kept == name && !kept.starts_with('.') && !kept.is_empty() {
        return kept;
    }
    let digest = Sha256::digest(name.as_bytes());
    let mark = crate::model::hex(digest.get(..8).unwrap_or_default());
    format!("{}-{mark}", kept.trim_start_matches('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[tokio::test]
    async fn sending_again_overwrites_and_never_doubles() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = FileOutbox::new(folder.path().join("new/outbox"));
        for message in ["A: 1\r\n\r\nfirst\r\n", "A: 1\r\n\r\nagain\r\n"] {
            let outcome = outbox.put("abc@glaneur.example", message.as_bytes()).await;
            assert!(
                matches!(&outcome, Outcome::Sent { reply } if reply.contains("abc@glaneur.example.eml")),
                "{outcome:?}"
            );
            assert_eq!(std::fs::read_to_string(outbox.path_of("abc@glaneur.example")).unwrap(), message);
        }
        outbox.put("abd@glaneur.example", b"other").await;
        assert_eq!(names(outbox.folder()), ["abc@glaneur.example.eml", "abd@glaneur.example.eml"]);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn nobody_else_reads_what_is_written() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let outbox = FileOutbox::new(folder.path().join("outbox"));
        outbox.put("edition-1-membre-1", b"x").await;
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(outbox.folder()), 0o700);
        assert_eq!(mode(&outbox.path_of("edition-1-membre-1")), 0o600);
    }

    #[tokio::test]
    async fn many_at_once_leave_whole_files_only() {
        let folder = tempfile::tempdir().unwrap();
        let outbox = FileOutbox::new(folder.path().to_owned());
        let message = vec![b'x'; 100_000];
        let all = (0..20).map(|n| outbox.put(if n % 2 == 0 { "a@b.example" } else { "c@d.example" }, &message));
        let all = futures::future::join_all(all).await;
        assert!(all.iter().all(|outcome| matches!(outcome, Outcome::Sent { .. })), "{all:?}");
        assert_eq!(names(folder.path()), ["a@b.example.eml", "c@d.example.eml"]);
        assert_eq!(std::fs::read(outbox.path_of("a@b.example")).unwrap(), message);
    }

    #[test]
    fn names_stay_in_the_folder_and_apart() {
        let check = |id: &str, expected: Option<&str>| {
            let name = safe_name(id);
            assert!(!name.contains(['/', '\\', '\0']) && !name.starts_with('.') && name.len() <= 200, "{name}");
            match expected {
                Some(expected) => assert_eq!(name, expected),
                None => assert_ne!(name, id),
            }
        };
        check("abc234@glaneur.example", Some("abc234@glaneur.example"));
        check("../../etc/passwd", None);
        check("", None);
        check("..", None);
        check("A@b.example", None);
        check("é@b.example", None);
        check(&"a".repeat(400), None);
        assert_ne!(safe_name("a/b"), safe_name("a_b"));
        assert_ne!(safe_name("A"), safe_name("B"));
    }

    #[tokio::test]
    async fn a_folder_that_cannot_be_written_needs_a_person() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a-file");
        std::fs::write(&file, "x").unwrap();
        for place in
            [file.clone(), file.join("below"), PathBuf::from("/proc/no-such-folder"), PathBuf::from("/dev/null")]
        {
            let outcome = FileOutbox::new(place.clone()).put("a@b.example", b"x").await;
            assert!(matches!(&outcome, Outcome::Unreachable { hopeless: true, .. }), "{place:?}: {outcome:?}");
        }
    }

    #[test]
    fn a_full_disk_is_said_in_plain_words() {
        let outbox = FileOutbox::new("outbox".into());
        let check = |kind: std::io::ErrorKind, words: &str| {
            let sentence = outbox.sentence(&kind.into());
            assert!(sentence.contains(words) && sentence.contains("« outbox »"), "{sentence}");
        };
        check(std::io::ErrorKind::StorageFull, "plein");
        check(std::io::ErrorKind::PermissionDenied, "refuse l’écriture");
        check(std::io::ErrorKind::NotADirectory, "n’est pas un dossier");
        check(std::io::ErrorKind::TimedOut, "impossible d’écrire");
    }
}
