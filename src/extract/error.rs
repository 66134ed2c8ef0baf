//! What can be wrong with a site's answer, told to an administrator in French: what happened, and what to do.

use std::fmt;

/// Why an answer could not be read at all. One item that cannot be read is an [`super::ItemProblem`] instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExtractError {
    /// The answer is an HTML page that asks for a password.
    LoginPage,
    /// The answer is a page of an anti-bot service or a captcha.
    AntiBot,
    /// A page that is empty until a browser runs its scripts.
    NeedsScripts,
    /// A page in HTML where a feed was expected; `alternate` is the feed that the page announces.
    PageInsteadOfFeed { alternate: Option<String> },
    /// A page in HTML where JSON was expected.
    PageInsteadOfJson,
    /// An answer without a single character.
    Empty,
    /// Neither RSS, Atom nor JSON Feed.
    NotAFeed { excerpt: String },
    /// The XML declares entities that call others, or files: an attack, or as good as one.
    EntityBomb,
    /// Elements nested, or left open, beyond reason.
    TooDeep { levels_max: usize },
    /// More elements or values than a document of this sort may have.
    TooMany { elements_max: usize },
    /// More bytes than a document of this sort may have.
    TooLarge { bytes: usize, bytes_max: usize },
    /// JSON that is not JSON.
    InvalidJson { line: usize, column: usize, excerpt: String, reason: String },
    /// The selector or the path of the list found nothing, and the page does not say that it is empty.
    ListNotFound { wanted: String },
    /// Nothing at the address looks like a list of announcements.
    NoList,
    /// The selector of the text of a detail page found nothing.
    TextNotFound { wanted: String },
    /// A selector or a path that cannot be read; `sources::load` refuses those, so this is rare.
    BadSelector { wanted: String },
    /// A preset that logs in was given no credential.
    CredentialMissing { preset: &'static str },
    /// A credential file that does not hold what is needed.
    CredentialUnreadable { reason: String },
    /// The site refused the credential.
    LoginRefused { status: u16 },
    /// The site's answer to the login holds no token.
    LoginWithoutToken,
    /// A document that Glaneur does not read yet.
    NotHandled { what: String },
    /// The address says too little for the preset.
    AddressIncomplete { advice: &'static str },
}

impl fmt::Display for ExtractError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LoginPage => f.write_str(
                "le site répond par une page de connexion — ouvrez l’adresse dans un navigateur sans être connecté ; si la page est devenue privée, cherchez une autre adresse ou désactivez la source (enabled = false)",
            ),
            Self::AntiBot => f.write_str(
                "le site répond par une page de vérification contre les robots — n’insistez pas : écrivez au site pour demander un flux ou une autorisation, ou désactivez la source (enabled = false)",
            ),
            Self::NeedsScripts => f.write_str(
                "la page est vide tant qu’un navigateur n’exécute pas ses scripts : Glaneur n’y voit aucune liste — cherchez un flux RSS, une page « version simple » ou l’interface de données (JSON) du site",
            ),
            Self::PageInsteadOfFeed { alternate: Some(feed) } => write!(
                f,
                "le site répond par une page web au lieu d’un flux — cette page annonce le flux {feed} : mettez cette adresse dans url"
            ),
            Self::PageInsteadOfFeed { alternate: None } => f.write_str(
                "le site répond par une page web au lieu d’un flux — vérifiez l’adresse dans un navigateur ; si c’est bien une page, utilisez kind = \"page\"",
            ),
            Self::PageInsteadOfJson => f.write_str(
                "le site répond par une page web au lieu de données JSON — vérifiez l’adresse ; l’interface du site a peut-être déménagé",
            ),
            Self::Empty => f.write_str(
                "la réponse du site est vide — ouvrez l’adresse dans un navigateur ; si elle est vide là aussi, prévenez le site",
            ),
            Self::NotAFeed { excerpt } => write!(
                f,
                "la réponse n’est ni RSS, ni Atom, ni JSON Feed ; elle commence par « {excerpt} » — vérifiez l’adresse du flux"
            ),
            Self::EntityBomb => f.write_str(
                "le document XML déclare des entités qui s’appellent l’une l’autre ou un fichier : il est refusé — prévenez le site, qui est peut-être piraté",
            ),
            Self::TooDeep { levels_max } => write!(
                f,
                "le document emboîte trop d’éléments (plus de {levels_max}, ou trop de balises laissées ouvertes) : il est refusé — prévenez le site"
            ),
            Self::TooMany { elements_max } => write!(
                f,
                "le document a trop d’éléments (plus de {elements_max}) — cherchez une adresse qui donne moins à la fois"
            ),
            Self::TooLarge { bytes, bytes_max } => write!(
                f,
                "le document est trop grand : {bytes} octets, pour un maximum de {bytes_max} — cherchez une adresse qui donne moins à la fois"
            ),
            Self::InvalidJson { line, column, excerpt, reason } => write!(
                f,
                "JSON invalide à la ligne {line}, colonne {column} ({reason}), près de « {excerpt} » — c’est au site de le corriger : signalez-le-lui ; la source sera relue au prochain passage"
            ),
            Self::ListNotFound { wanted } => write!(
                f,
                "la liste n’a pas été trouvée : « {wanted} » ne correspond à rien — la page a sans doute changé ; relancez « glaneur sources test » et corrigez la source"
            ),
            Self::NoList => f.write_str(
                "aucune liste d’annonces n’a été trouvée à cette adresse — donnez l’adresse de la page qui les liste, ou celle d’un flux RSS du site",
            ),
            Self::TextNotFound { wanted } => write!(
                f,
                "le texte de la page n’a pas été trouvé : « {wanted} » ne correspond à rien — corrigez detail.text, ou écrivez detail = true pour que Glaneur cherche lui-même"
            ),
            Self::BadSelector { wanted } => {
                write!(f, "« {wanted} » ne peut pas être lu — corrigez cette ligne de la source")
            }
            Self::CredentialMissing { preset } => write!(
                f,
                "la source de type {preset} demande une clé d’accès — demandez-la au site, mettez-la seule dans un fichier du dossier des secrets et nommez ce fichier dans credential"
            ),
            Self::CredentialUnreadable { reason } => write!(
                f,
                "le fichier de secret de la source ne peut pas être utilisé : {reason} — écrivez une ligne « Nom-d-en-tête: valeur » par en-tête"
            ),
            Self::LoginRefused { status } => write!(
                f,
                "le site refuse la clé d’accès (réponse {status}) — vérifiez le fichier nommé par credential ; demandez une nouvelle clé si l’ancienne a expiré"
            ),
            Self::LoginWithoutToken => f.write_str(
                "le site a accepté la connexion mais n’a pas donné de jeton — son fonctionnement a changé : signalez-le aux développeurs de Glaneur",
            ),
            Self::NotHandled { what } => write!(
                f,
                "Glaneur ne lit pas encore ce type de document ({what}) — donnez l’adresse de la page web qui le présente"
            ),
            Self::AddressIncomplete { advice } => write!(f, "l’adresse de la source ne suffit pas — {advice}"),
        }
    }
}

impl std::error::Error for ExtractError {}
