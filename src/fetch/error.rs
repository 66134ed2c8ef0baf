//! What can go wrong with a fetch: named, said in French to administrators, with what happens next.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use url::Url;

/// A fetch that gave no answer. Prints as one sentence that names the address and says what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub struct FetchError {
    /// The address asked for, without what could be secret in it.
    pub url: String,
    /// Where redirects had led by then, when elsewhere.
    pub at: Option<String>,
    pub fault: Fault,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// Neither `http` nor `https`, or no host.
    NotHttp,
    /// A private, local or otherwise special address that `allow_private` does not open.
    ForbiddenAddress(IpAddr),
    UnknownHost,
    /// No connection, or one that broke before the answer began.
    Unreachable(String),
    /// The certificate, or the encryption, is not acceptable.
    Tls(String),
    TimedOut(Waiting),
    /// The answer ended before its announced length or its compressed end.
    Cut,
    TooLarge {
        bytes_max: u64,
    },
    /// A Content-Encoding that is unknown or that the body does not obey.
    Undecodable(String),
    TooManyRedirects,
    /// A redirect without a usable address, or that would carry a form elsewhere.
    BadRedirect(String),
    /// robots.txt closes this address to us.
    Disallowed,
    /// robots.txt answered with a server error: nothing may be read (RFC 9309 section 2.3.1.4).
    RobotsUnavailable {
        status: u16,
    },
    /// 429, or 503 with Retry-After: the whole host is closed until then.
    RateLimited {
        retry_after: Duration,
    },
    /// Any other status that is no answer.
    Status(u16),
    /// A header of the request, by its name, that HTTP does not allow.
    BadHeader(String),
    /// The client itself could not be made.
    Client(String),
}

/// What was waited for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// A connection and the head of the answer.
    Headers,
    /// The next bytes of the body.
    Read,
    /// The whole.
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It may well pass by itself.
    RetryIn(Duration),
    /// Somebody has to look: the entry, the site or the settings.
    AskAHuman,
}

const SOON: Duration = Duration::from_secs(30 * 60);
const LATER: Duration = Duration::from_secs(2 * 3600);

impl FetchError {
    pub(super) fn new(url: &Url, fault: Fault) -> Self {
        Self { url: shown(url), at: None, fault }
    }

    /// The same fault, met at `reached` on the way from `asked`.
    pub(super) fn on_the_way(asked: &Url, reached: &Url, fault: Fault) -> Self {
        let at = (asked != reached).then(|| shown(reached));
        Self { url: shown(asked), at, fault }
    }

    pub fn next(&self) -> Next {
        self.fault.next()
    }
}

impl Fault {
    pub fn next(&self) -> Next {
        match self {
            Self::RateLimited { retry_after } => Next::RetryIn(*retry_after),
            Self::RobotsUnavailable { .. } | Self::Cut | Self::Unreachable(_) => Next::RetryIn(SOON),
            Self::Status(304 | 408 | 425 | 500..) => Next::RetryIn(SOON),
            Self::TimedOut(_) | Self::UnknownHost => Next::RetryIn(LATER),
            Self::NotHttp
            | Self::ForbiddenAddress(_)
            | Self::Tls(_)
            | Self::TooLarge { .. }
            | Self::Undecodable(_)
            | Self::TooManyRedirects
            | Self::BadRedirect(_)
            | Self::Disallowed
            | Self::Status(_)
            | Self::BadHeader(_)
            | Self::Client(_) => Next::AskAHuman,
        }
    }

    /// Worth trying again at once, after a short pause.
    pub(super) fn is_passing(&self) -> bool {
        matches!(self, Self::Cut | Self::Unreachable(_) | Self::UnknownHost | Self::Status(500 | 502..=504))
    }
}

impl fmt::Display for FetchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.at {
            Some(at) => write!(f, "{} (qui renvoie vers {at}) : {}", self.url, self.fault),
            None => write!(f, "{} : {}", self.url, self.fault),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotHttp => f.write_str("seules les adresses http:// et https:// sont lues"),
            Self::ForbiddenAddress(ip) => write!(
                f,
                "l’adresse {ip} est privée ou réservée, Glaneur ne la lit pas ; si ce site est bien à vous, ajoutez \
                 son réseau à « allow_private » dans [fetch]"
            ),
            Self::UnknownHost => f.write_str(
                "ce nom de site est introuvable (DNS) ; vérifiez l’adresse, ou la connexion de ce serveur à Internet",
            ),
            Self::Unreachable(why) => write!(f, "le site ne répond pas ({why}) ; Glaneur réessaiera"),
            Self::Tls(why) => write!(
                f,
                "la connexion sécurisée échoue ({why}) ; le certificat du site est à corriger par son responsable, ou \
                 les certificats de ce serveur sont à mettre à jour (paquet ca-certificates)"
            ),
            Self::TimedOut(Waiting::Headers) => f.write_str("le site tarde trop à répondre ; Glaneur réessaiera"),
            Self::TimedOut(Waiting::Read) => {
                f.write_str("le site s’est arrêté au milieu de sa réponse ; Glaneur réessaiera")
            }
            Self::TimedOut(Waiting::All) => f.write_str("la réponse arrive trop lentement ; Glaneur réessaiera"),
            Self::Cut => f.write_str("la réponse a été coupée avant la fin ; Glaneur réessaiera"),
            Self::TooLarge { bytes_max } => {
                write!(f, "la réponse dépasse {} ; indiquez une page ou un flux plus précis", size(*bytes_max))
            }
            Self::Undecodable(encoding) => write!(
                f,
                "la réponse est compressée d’une manière illisible (« {encoding} ») ; le site est à corriger par son \
                 responsable"
            ),
            Self::TooManyRedirects => f.write_str(
                "le site renvoie d’adresse en adresse sans fin ; indiquez l’adresse finale, vue dans un navigateur",
            ),
            Self::BadRedirect(to) => {
                write!(f, "le site renvoie vers une adresse inutilisable (« {to} ») ; indiquez l’adresse finale")
            }
            Self::Disallowed => f.write_str(
                "le fichier robots.txt du site interdit cette adresse ; cherchez un flux ou une autre page, ou \
                 demandez l’accord du site",
            ),
            Self::RobotsUnavailable { status } => write!(
                f,
                "le fichier robots.txt du site répond {status} ; par prudence rien n’est lu, Glaneur réessaiera"
            ),
            Self::RateLimited { retry_after } => {
                write!(f, "le site demande d’attendre ; aucune lecture avant {}", span(*retry_after))
            }
            Self::Status(status) => write!(f, "le site répond {status} ({})", status_said(*status)),
            Self::BadHeader(name) => {
                write!(f, "l’en-tête « {name} » de la requête est inutilisable ; corrigez le fichier du secret")
            }
            Self::Client(why) => write!(f, "le client HTTP ne démarre pas ({why})"),
        }
    }
}

fn status_said(status: u16) -> &'static str {
    match status {
        304 => "inchangé, sans qu’on l’ait demandé ; Glaneur réessaiera",
        401 | 407 => "identification demandée ; vérifiez le secret de la source (« credential »)",
        403 => "accès refusé ; le site bloque peut-être les robots, demandez l’accord de son responsable",
        404 => "page introuvable ; l’adresse a sans doute changé, retrouvez-la sur le site",
        410 => "page supprimée ; désactivez la source ou trouvez la nouvelle adresse",
        408 | 425 => "le site n’était pas prêt ; Glaneur réessaiera",
        451 => "accès fermé pour une raison légale",
        400..=499 => "demande refusée ; vérifiez l’adresse de la source",
        503 => "site indisponible ou en maintenance ; Glaneur réessaiera",
        500..=599 => "panne du site ; Glaneur réessaiera",
        _ => "réponse inattendue ; vérifiez l’adresse de la source",
    }
}

fn size(bytes: u64) -> String {
    match bytes {
        b if b >= 1 << 20 => format!("{} Mio", b >> 20),
        b if b >= 1 << 10 => format!("{} Kio", b >> 10),
        b => format!("{b} octets"),
    }
}

fn span(wait: Duration) -> String {
    let seconds = wait.as_secs().max(1);
    match seconds {
        s if s >= 2 * 3600 => format!("{} heures", s.div_ceil(3600)),
        s if s >= 120 => format!("{} minutes", s.div_ceil(60)),
        1 => "1 seconde".into(),
        s => format!("{s} secondes"),
    }
}

/// An address for messages: no user, password or fragment, of a readable length.
pub(super) fn shown(url: &Url) -> String {
    const CHARS_MAX: usize = 200;
    let mut url = url.clone();
    // An address that cannot carry these has none to hide.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    let text = url.as_str();
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_the_address_without_its_secrets() {
        let url = Url::parse("https://u:hunter2@exemple.fr/a?b=1#c").unwrap();
        let said = FetchError::new(&url, Fault::Status(403)).to_string();
        assert!(said.starts_with("https://exemple.fr/a?b=1 : le site répond 403 (accès refusé ;"), "{said}");
        assert!(shown(&Url::parse(&format!("https://exemple.fr/{}", "é".repeat(300))).unwrap()).chars().count() <= 201);
    }

    #[test]
    fn what_passes_is_retried_and_what_does_not_is_for_people() {
        let check = |fault: Fault, human: bool| assert_eq!(fault.next() == Next::AskAHuman, human, "{fault:?}");
        check(Fault::Status(404), true);
        check(Fault::Status(403), true);
        check(Fault::Status(502), false);
        check(Fault::Status(408), false);
        check(Fault::TimedOut(Waiting::Headers), false);
        check(Fault::Disallowed, true);
        check(Fault::RobotsUnavailable { status: 500 }, false);
        let wait = Duration::from_secs(3600);
        assert_eq!(Fault::RateLimited { retry_after: wait }.next(), Next::RetryIn(wait));
    }

    #[test]
    fn waits_and_sizes_are_said_for_people() {
        let check = |seconds: u64, expected: &str| assert_eq!(span(Duration::from_secs(seconds)), expected);
        check(0, "1 seconde");
        check(90, "90 secondes");
        check(600, "10 minutes");
        check(7200, "2 heures");
        assert_eq!((size(8 << 20), size(500 << 10), size(3)), ("8 Mio".into(), "500 Kio".into(), "3 octets".into()));
    }
}
