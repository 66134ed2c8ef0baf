//! What can go wrong with a database, in sentences an administrator can act on.

use crate::model::{EditionId, EditionState, NoticeId};

/// A failure of the store. Prints as one French sentence that says what to do; holds no secret and no address.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    #[error(
        "[store] url : « {0} » n'est pas une adresse de base ; écrivez sqlite:chemin/glaneur.db ou postgres://utilisateur@serveur/base"
    )]
    BadUrl(String),
    #[error(
        "la base {0} n'existe pas encore : « glaneur members import FICHIER » ou « glaneur once » la créent. Si elle devrait exister, vérifiez [store] url et le dossier où vous êtes"
    )]
    Missing(String),
    #[error("la base {place} ne peut pas être ouverte ({why}) ; vérifiez le dossier et ses droits")]
    CannotOpen { place: String, why: String },
    #[error(
        "le serveur de base de données {place} ne répond pas ({why}) ; vérifiez qu'il est démarré et l'adresse de [store] url"
    )]
    Unreachable { place: String, why: String },
    #[error("la base {0} refuse l'utilisateur ou le mot de passe ; vérifiez les identifiants de [store] url")]
    AccessRefused(String),
    #[error("la base est verrouillée par un autre programme ; rien n'a été perdu, réessayez dans un moment")]
    Locked,
    #[error(
        "aucune connexion à la base n'a pu être obtenue à temps ; rien n'a été perdu, vérifiez que le serveur répond et que le disque suit"
    )]
    NoConnection,
    #[error("le disque de la base est plein ; rien n'a été perdu, libérez de la place puis relancez")]
    Full,
    #[error(
        "le disque de la base ne répond pas comme il devrait ({0}) ; rien n'a été perdu, vérifiez le disque puis relancez"
    )]
    DiskFails(String),
    #[error("la base est en lecture seule ; donnez à Glaneur le droit d'écrire dans son fichier et dans son dossier")]
    ReadOnly,
    #[error("le fichier de la base est abîmé ou n'est pas une base SQLite ; restaurez une sauvegarde (glaneur backup)")]
    Damaged,
    #[error("la connexion à la base est perdue ({0}) ; rien n'a été perdu, relancez quand le serveur répond")]
    ConnectionLost(String),
    #[error(
        "la base est au schéma {found}, plus récent que le schéma {known} que connaît ce programme ; installez la version de Glaneur qui l'a écrite, ou une plus récente"
    )]
    TooNew { found: i64, known: i64 },
    #[error("la mise à jour {number} du schéma de la base a échoué ({why}) ; rien n'a été changé, signalez ce message")]
    Migration { number: i64, why: String },
    #[error("la base contient une valeur illisible ({column} : {why}) ; signalez ce message")]
    Unreadable { column: String, why: String },
    #[error("la notice {0} est inconnue ; « glaneur notices list » donne les identifiants")]
    NoSuchNotice(NoticeId),
    #[error(
        "la notice {notice} a déjà une révision {revision} : un autre programme vient de la changer ; relancez la commande"
    )]
    RevisionTaken { notice: NoticeId, revision: u32 },
    #[error("l'édition {0} est inconnue ; « glaneur edition list » donne les numéros")]
    NoSuchEdition(EditionId),
    #[error("l'édition {edition} est à l'état « {} » : elle ne peut pas passer à « {} »", .from.as_str(), .to.as_str())]
    MoveRefused { edition: EditionId, from: EditionState, to: EditionState },
    #[error("l'édition {0} vient d'être modifiée par quelqu'un d'autre : relisez-la, puis recommencez")]
    EditedMeanwhile(EditionId),
    #[error("cette adresse n'est pas celle d'un membre connu ; « glaneur members list » les donne")]
    NoSuchMember,
    #[error("la sauvegarde {path} n'a pas pu être écrite ({why})")]
    Backup { path: String, why: String },
    #[error("la base a refusé une opération ({0}) ; signalez ce message")]
    Database(String),
}

impl StoreError {
    pub(super) fn unreadable(column: &str, why: impl std::fmt::Display) -> Self {
        Self::Unreadable { column: column.to_owned(), why: why.to_string() }
    }

    /// Whether the same call may succeed later without anybody doing anything.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Locked | Self::NoConnection | Self::ConnectionLost(_) | Self::Unreachable { .. })
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(refusal) => match refusal.code().as_deref() {
                Some(code) if refusal.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() => {
                    of_sqlite(code, refusal.message())
                }
                Some(code) => of_postgres(code, refusal.message()),
                None => Self::Database(refusal.message().to_owned()),
            },
            sqlx::Error::PoolTimedOut => Self::NoConnection,
            sqlx::Error::Io(why) => Self::ConnectionLost(crate::model::why_refused(why)),
            sqlx::Error::Tls(why) => Self::ConnectionLost(why.to_string()),
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed | sqlx::Error::Protocol(_) => {
                Self::ConnectionLost(error.to_string())
            }
            sqlx::Error::ColumnDecode { index, source } => Self::unreadable(index, source),
            _ => Self::Database(error.to_string()),
        }
    }
}

/// <https://sqlite.org/rescode.html>; the low byte of an extended code is the primary one.
fn of_sqlite(code: &str, message: &str) -> StoreError {
    // Writing, truncating, growing the shared memory file: each needs room on the disk.
    const IO_ERRORS_OF_A_FULL_DISK: [u32; 3] = [778, 1546, 4874];
    let Ok(code) = code.parse::<u32>() else { return StoreError::Database(message.to_owned()) };
    match code & 0xff {
        5 | 6 => StoreError::Locked,
        8 => StoreError::ReadOnly,
        // A write that fails half-way is nearly always a full disk or quota.
        13 => StoreError::Full,
        10 if IO_ERRORS_OF_A_FULL_DISK.contains(&code) => StoreError::Full,
        10 => StoreError::DiskFails(format!("SQLite {code}")),
        11 | 26 => StoreError::Damaged,
        _ => StoreError::Database(format!("SQLite {code} : {message}")),
    }
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn of_postgres(code: &str, message: &str) -> StoreError {
    match code {
        // Deadlock, serialization, lock timeout, too many connections.
        "40P01" | "40001" | "55P03" | "53300" => StoreError::Locked,
        "53100" => StoreError::Full,
        "25006" => StoreError::ReadOnly,
        "57P01" | "57P02" | "57P03" => StoreError::ConnectionLost(message.to_owned()),
        // Messages may quote values: only the code and the first line leave.
        _ => StoreError::Database(format!("PostgreSQL {code} : {}", message.lines().next().unwrap_or_default())),
    }
}
