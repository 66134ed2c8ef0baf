//! Why a piece of work could not be done, for whoever asked for it.

use chrono::{DateTime, Utc};

use crate::model::{EditionId, EditionState, NoticeId, Problems};
use crate::store::StoreError;

/// Prints as one French sentence, or one line a problem; holds no secret and no whole address.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    #[error("{0}")]
    Settings(#[from] Problems),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0}")]
    Credential(String),
    #[error("la source « {id} » n'est pas dans {file} ; sources connues : {known}")]
    NoSuchSource { id: String, file: String, known: String },
    #[error("l'annonce « {0} » est inconnue : « glaneur notices list » donne les identifiants")]
    NoSuchNotice(String),
    #[error("la promotion « {id} » n'est pas dans les réglages ; promotions connues : {known}")]
    NoSuchCohort { id: String, known: String },
    #[error("l'édition {0} est inconnue : « glaneur edition list » donne les numéros")]
    NoSuchEdition(EditionId),
    #[error("{0}")]
    NoSuchMember(String),
    #[error("l'édition {id} est à l'état « {} » : {what}", french(*.state))]
    WrongState { id: EditionId, state: EditionState, what: &'static str },
    #[error("l'édition {0} existe déjà pour cette date et ces promotions")]
    EditionExists(EditionId),
    #[error(
        "l'édition {0} est encore en brouillon : approuvez-la ou annulez-la d'abord (« glaneur edition approve {0} » ou « cancel {0} »)"
    )]
    DraftOpen(EditionId),
    #[error(
        "l'édition {0} est un essai, approuvée quand les courriels allaient dans des fichiers ou à only_to : elle ne part pas aux membres. Annulez-la (« glaneur edition cancel {0} ») et créez-en une autre"
    )]
    TrialEdition(EditionId),
    #[error(
        "l'édition {0} est destinée aux membres, mais les réglages envoient maintenant à un fichier ou à only_to : elle attend. Rétablissez [mail] pour l'envoyer, ou annulez-la"
    )]
    RealEdition(EditionId),
    #[error("la base vient d'une sauvegarde du {} : ce qui a été envoyé depuis n'y est pas. Si l'édition {id} n'est pas déjà partie, « glaneur edition resume {id} --after-restore » ; si elle est partie, « glaneur edition cancel {id} »", made_at.format("%d/%m/%Y"))]
    Restored { made_at: DateTime<Utc>, id: EditionId },
    #[error(
        "{rows} courriels ont été remis au serveur sans que leur réponse ait pu être inscrite ; ils seront signalés incertains ({why})"
    )]
    Unrecorded { rows: usize, why: StoreError },
    #[error("la notice {0} a perdu sa révision {1} : la base est incomplète, restaurez une sauvegarde")]
    LostRevision(NoticeId, u32),
    #[error("{0}")]
    File(String),
    #[error("{0}")]
    Template(String),
    #[error("{0}")]
    Words(String),
    /// A mail outside the ledger did not leave.
    #[error("{0}")]
    Mail(String),
    /// A site did not answer as it should.
    #[error("{0}")]
    Site(String),
}

impl Trouble {
    /// Whether the words or the files are wrong, so that nothing was done.
    pub fn is_usage(&self) -> bool {
        use Trouble::*;
        match self {
            Settings(_)
            | NoSuchSource { .. }
            | NoSuchNotice(_)
            | NoSuchCohort { .. }
            | NoSuchEdition(_)
            | NoSuchMember(_)
            | WrongState { .. }
            | EditionExists(_)
            | DraftOpen(_)
            | TrialEdition(_)
            | RealEdition(_)
            | Restored { .. }
            | Words(_)
            | Template(_)
            | File(_)
            | Credential(_) => true,
            Store(error) => matches!(
                error,
                StoreError::BadUrl(_)
                    | StoreError::Missing(_)
                    | StoreError::Backup { .. }
                    | StoreError::NoSuchNotice(_)
                    | StoreError::NoSuchEdition(_)
                    | StoreError::EditedMeanwhile(_)
                    | StoreError::NoSuchMember
            ),
            _ => false,
        }
    }
}

/// The state of an edition, for an administrator.
pub fn french(state: EditionState) -> &'static str {
    match state {
        EditionState::Draft => "brouillon",
        EditionState::Approved => "approuvée",
        EditionState::Sending => "en cours d'envoi",
        EditionState::Paused => "suspendue",
        EditionState::Sent => "envoyée",
        EditionState::Cancelled => "annulée",
    }
}
