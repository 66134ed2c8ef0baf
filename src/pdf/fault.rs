//! Why a PDF gave no words: French sentences that say what to do.

use std::fmt;

/// Each end that reading a PDF can come to, but for its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PdfFault {
    /// Its author wants a password, or forbids to copy its words.
    Encrypted,
    /// Pictures without words.
    Scanned,
    /// Cut, damaged, or no PDF at all.
    Broken,
    TooLarge {
        bytes_max: usize,
    },
    /// It took more time, of the processor or of the clock, than one is given.
    TooLong,
    /// The reader died of it: it wanted too much memory, or fell.
    Killed,
    /// The reader could not be started on this machine.
    NotStarted(String),
}

impl fmt::Display for PdfFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encrypted => f.write_str(
                "ce PDF est protégé (mot de passe, ou copie interdite) — ouvrez-le vous-même, ou demandez-en une version libre à qui le publie",
            ),
            Self::Scanned => f.write_str(
                "ce PDF ne contient pas de texte : c’est sans doute un document numérisé — ouvrez-le vous-même, ou donnez l’adresse de la page web qui le présente",
            ),
            Self::Broken => f.write_str(
                "ce PDF est abîmé ou incomplet — vérifiez qu’il s’ouvre ; sinon, signalez-le à qui le publie",
            ),
            Self::TooLarge { bytes_max } => write!(
                f,
                "ce PDF dépasse {} Mio — ouvrez-le vous-même, ou donnez l’adresse de la page web qui le présente",
                bytes_max >> 20
            ),
            Self::TooLong => f.write_str(
                "ce PDF est trop long à lire : la lecture a été arrêtée — ouvrez-le vous-même, ou donnez l’adresse de la page web qui le présente",
            ),
            Self::Killed => f.write_str(
                "la lecture de ce PDF s’est arrêtée net (trop de mémoire demandée, ou fichier piégé) — ouvrez-le avec prudence, ou donnez l’adresse de la page web qui le présente",
            ),
            Self::NotStarted(why) => write!(
                f,
                "le lecteur de PDF n’a pas pu démarrer ({why}) — vérifiez la mémoire et les processus libres de cette machine"
            ),
        }
    }
}

impl std::error::Error for PdfFault {}
