//! What the operating system refuses, said in French: its own words are English and end in a number.

use std::io::{Error, ErrorKind};

/// Why a file, a folder or a port could not be used, as a phrase after « : » that also says what to do.
pub fn why_refused(error: &Error) -> String {
    let known = match error.kind() {
        ErrorKind::NotFound => "il n'existe pas ; vérifiez le nom et le dossier",
        ErrorKind::PermissionDenied => "le système en refuse l'accès à ce compte ; vérifiez les droits (ls -l, chown)",
        ErrorKind::AlreadyExists => "il existe déjà",
        ErrorKind::IsADirectory => "c'est un dossier, pas un fichier",
        ErrorKind::NotADirectory => "une partie du chemin est un fichier, pas un dossier",
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "le disque est plein ; libérez de la place",
        ErrorKind::ReadOnlyFilesystem => "ce disque est en lecture seule",
        ErrorKind::InvalidFilename => "ce nom est trop long ou interdit",
        ErrorKind::AddrInUse => "un autre programme l'occupe déjà ; arrêtez-le, ou choisissez un autre port",
        ErrorKind::AddrNotAvailable => "cette machine n'a pas cette adresse",
        ErrorKind::ConnectionRefused => "la connexion est refusée : rien n'écoute à cette adresse",
        ErrorKind::TimedOut => "le délai est dépassé",
        ErrorKind::InvalidData => "ce n'est pas du texte UTF-8",
        _ => return format!("le système répond « {error} »"),
    };
    known.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_refusals_are_said_in_french_and_others_quoted() {
        let check = |kind: ErrorKind, part: &str| {
            let said = why_refused(&kind.into());
            assert!(said.contains(part), "{said}");
        };
        check(ErrorKind::NotFound, "n'existe pas");
        check(ErrorKind::AddrInUse, "autre programme");
        check(ErrorKind::PermissionDenied, "droits");
        check(ErrorKind::Interrupted, "le système répond");
    }
}
