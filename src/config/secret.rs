//! Secrets: read from files, printed masked, their files' permissions watched.

use std::fmt;
use std::path::Path;

use crate::model::{Problem, why_refused};

/// Keys and tokens are short; a longer file is not one.
const SECRET_BYTES_MAX: u64 = 64 * 1024;

/// A password, a token, request headers. Prints `***`; [`Secret::expose`] gives it to what sends it, nothing else.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The file's text without the line break that editors add at the end.
    pub fn read(path: &Path) -> Result<Self, Problem> {
        let problem = |message: String, advice: &str| Problem {
            file: path.to_owned(),
            line: None,
            message,
            advice: advice.to_owned(),
        };
        let size = std::fs::metadata(path).map(|meta| meta.len());
        if size.is_ok_and(|size| size > SECRET_BYTES_MAX) {
            return Err(problem("ce fichier est trop gros pour un secret".into(), "vérifiez son nom"));
        }
        let bytes = std::fs::read(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => problem(
                "ce fichier de secret n’existe pas".into(),
                "créez-le avec le secret seul, puis « chmod 600 » (ou déclarez-le par LoadCredential= dans systemd)",
            ),
            _ => problem(
                format!("secret illisible : {}", why_refused(&error)),
                "donnez le droit de lecture au compte qui lance Glaneur, à lui seul",
            ),
        })?;
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        let text = std::str::from_utf8(bytes)
            .map_err(|_| problem("ce secret n’est pas du texte UTF-8".into(), "enregistrez-le à nouveau en UTF-8"))?;
        let text = text.trim_end_matches(['\r', '\n']);
        if text.trim().is_empty() {
            return Err(problem("ce fichier de secret est vide".into(), "écrivez-y le secret seul"));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

/// A warning when others than its owner may read a secret's file.
pub(super) fn too_open(path: &Path) -> Option<Problem> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path).ok()?.permissions().mode();
    (mode & 0o077 != 0).then(|| Problem {
        file: path.to_owned(),
        line: None,
        message: format!("d’autres comptes peuvent lire ce secret (droits {:03o})", mode & 0o777),
        advice: format!("lancez : chmod 600 {}", path.display()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_masked_and_loses_its_line_break() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("smtp");
        std::fs::write(&path, "\u{feff}hunter two \r\n").unwrap();
        let secret = Secret::read(&path).unwrap();
        assert_eq!(secret.expose(), "hunter two ");
        assert_eq!(format!("{secret} {secret:?}"), "*** ***");
    }

    #[test]
    fn an_unusable_secret_is_named_without_its_content() {
        let folder = tempfile::tempdir().unwrap();
        let check = |content: Option<&[u8]>, expected: &str| {
            let path = folder.path().join("s");
            let _ = std::fs::remove_file(&path);
            if let Some(content) = content {
                std::fs::write(&path, content).unwrap();
            }
            assert!(Secret::read(&path).unwrap_err().message.starts_with(expected));
        };
        check(None, "ce fichier de secret n’existe pas");
        check(Some(b"\n"), "ce fichier de secret est vide");
        check(Some(b"\xFF\xFE"), "ce secret n’est pas du texte");
    }

    #[test]
    fn a_secret_that_others_can_read_is_a_warning() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        std::fs::write(&path, "x").unwrap();
        let check = |mode: u32, warned: bool| {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(too_open(&path).is_some(), warned, "{mode:o}");
        };
        check(0o600, false);
        check(0o400, false);
        check(0o640, true);
        check(0o604, true);
    }
}
