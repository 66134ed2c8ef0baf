//! `[mail]`: how digests leave, in whose name, how fast.

use std::path::{Path, PathBuf};

use url::Url;

use super::bounce::{self, BounceSettings};
use super::relay::{self, Relay};
use super::resolve;
use crate::model::{EmailAddress, Mailbox};
use crate::tomlfile::Table;

#[derive(Clone, Debug, PartialEq)]
pub struct MailSettings {
    pub transport: Transport,
    /// Always given with [`Transport::Smtp`].
    pub from: Option<Mailbox>,
    pub reply_to: Option<Mailbox>,
    /// The envelope's sender, where bounces go; `from` when absent. A `*` in it stands for what signs each mail.
    pub bounces: Option<EmailAddress>,
    /// Every way out by SMTP, the one of `transport` among them; none while mails are written to a folder.
    pub relays: Vec<Relay>,
    /// Every mail goes to these addresses instead; deliveries are then trials.
    pub only_to: Vec<EmailAddress>,
    pub uncertain: Uncertain,
    /// A mailbox that the daemon reads.
    pub bounce: Option<BounceSettings>,
    pub dkim: Option<DkimSettings>,
}

/// `[mail.dkim]`: Glaneur signs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DkimSettings {
    pub domain: String,
    pub selector: String,
    /// The private key, PEM.
    pub key_file: PathBuf,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Transport {
    /// A folder of `.eml` files: a trial.
    File(PathBuf),
    /// Where mails go first.
    Smtp(SmtpServer),
}

#[derive(Clone, Debug, PartialEq)]
pub struct SmtpServer {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    /// With it always a `password_file`.
    pub user: Option<String>,
    pub password_file: Option<PathBuf>,
    /// Certificates to trust beside the system's, in PEM.
    pub ca_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From the first byte (`smtps:`).
    Implicit,
    /// STARTTLS or nothing.
    Required,
    /// STARTTLS when the server offers it.
    Opportunistic,
    Never,
}

/// What becomes of a delivery whose server never said whether it took the mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uncertain {
    /// Twice rather than never.
    SendAgain,
    /// Never rather than twice: a person decides.
    Hold,
}

pub(super) fn read(mail: &mut Table<'_>, folder: &Path, credentials: &Path) -> MailSettings {
    let from = mail.parsed("from", parse_mailbox);
    let reply_to = mail.parsed("reply_to", parse_mailbox);
    let bounces = mail.parsed("bounces", bounce::parse_bounces);
    let only_to = mail.parsed_list("only_to", parse_address);
    let uncertain = mail.choice("uncertain", &[("send-again", Uncertain::SendAgain), ("hold", Uncertain::Hold)]);
    let bounce = bounce::read(mail, folder, credentials);
    let dkim = dkim(mail, folder, credentials, from.as_ref());
    let single = transport(mail, folder, credentials).unwrap_or_else(|| Transport::File(folder.join("outbox")));
    let relays = relay::read(mail, &single, folder, credentials);
    let first = relays.iter().find(|relay| relay.weight > 0).or(relays.first());
    let transport = first.map_or(single, |relay| Transport::Smtp(relay.server.clone()));
    if matches!(transport, Transport::Smtp(_)) && !mail.has("from") {
        let advice = "ajoutez dans [mail] : from = \"Nom du réseau <adresse@exemple.org>\"";
        mail.problem(
            if mail.has("relay") { "relay" } else { "transport" },
            "un envoi par SMTP demande une adresse d’expéditeur",
            advice,
        );
    }
    let uncertain = uncertain.unwrap_or(Uncertain::SendAgain);
    MailSettings { transport, relays, from, reply_to, bounces, only_to, uncertain, bounce, dkim }
}

fn dkim(mail: &mut Table<'_>, folder: &Path, credentials: &Path, from: Option<&Mailbox>) -> Option<DkimSettings> {
    let mut dkim = mail.table("dkim")?;
    let domain = dkim.parsed("domain", parse_dkim_name);
    let selector = dkim.required_parsed("selector", parse_dkim_name);
    let key_file = dkim.required_string("key_file").map(|file| super::secret_path(&file, folder, credentials));
    let of_sender = from.map(|from| from.address.domain().to_owned());
    if let (Some(domain), Some(sender)) = (&domain, &of_sender)
        && sender != domain
        && !sender.ends_with(&format!(".{domain}"))
    {
        let message = format!("« domain » ({domain}) n’est pas le domaine de l’expéditeur ({sender})");
        dkim.problem(
            "domain",
            message,
            "une signature d’un autre domaine ne compte pas pour DMARC : supprimez cette ligne",
        );
    }
    dkim.finish();
    Some(DkimSettings { domain: domain.or(of_sender)?, selector: selector?, key_file: key_file? })
}

/// A domain or a selector, as it stands in DNS.
fn parse_dkim_name(text: &str) -> Result<String, String> {
    let name = text.trim().to_ascii_lowercase();
    let label = |label: &str| {
        (1..=63).contains(&label.len()) && label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    if name.len() <= 200 && name.split('.').all(label) {
        Ok(name)
    } else {
        Err("écrivez un nom en lettres sans accent, chiffres et tirets, comme \"glaneur2026\"".into())
    }
}

/// The way out that a table names; `None`: it names none, or a wrong one.
pub(super) fn transport(mail: &mut Table<'_>, folder: &Path, credentials: &Path) -> Option<Transport> {
    let written = mail.parsed("transport", |text| parse_transport(text, folder));
    let starttls = mail.choice(
        "starttls",
        &[("required", Tls::Required), ("opportunistic", Tls::Opportunistic), ("never", Tls::Never)],
    );
    let user = mail.string("user");
    let password_file = mail.string("password_file").map(|file| super::secret_path(&file, folder, credentials));
    let ca_file = mail.string("ca_file").map(|file| resolve(folder, &file));
    if let Some(missing) = ca_file.as_deref().filter(|file| !file.is_file()) {
        let message = format!("« ca_file » : ce fichier n’existe pas ({})", missing.display());
        mail.problem("ca_file", message, "vérifiez le chemin : il part du dossier de ce fichier");
    }
    let mut server = match written? {
        Transport::Smtp(server) => server,
        file => return Some(file),
    };
    match (&user, &password_file) {
        (Some(_), None) => {
            let advice =
                "ajoutez : password_file = \"smtp\" (le fichier credentials/smtp contient le mot de passe seul)";
            mail.problem("user", "« user » est donné sans mot de passe", advice);
        }
        (None, Some(_)) => {
            mail.problem("password_file", "« password_file » est donné sans « user »", "ajoutez : user = \"…\"");
        }
        _ => {}
    }
    if server.tls == Tls::Implicit {
        if starttls.is_some() {
            let advice = "supprimez « starttls », ou écrivez smtp:// au lieu de smtps://";
            mail.problem("starttls", "avec smtps://, la connexion est chiffrée d’emblée", advice);
        }
    } else {
        server.tls = starttls.unwrap_or(server.tls);
    }
    let in_clear = matches!(server.tls, Tls::Never | Tls::Opportunistic);
    if in_clear && user.is_some() && !is_loopback(&server.host) {
        let advice = "écrivez : starttls = \"required\", ou smtps:// dans transport";
        mail.problem("starttls", "le mot de passe pourrait partir en clair sur le réseau", advice);
    }
    Some(Transport::Smtp(SmtpServer { user, password_file, ca_file, ..server }))
}

fn parse_transport(text: &str, folder: &Path) -> Result<Transport, String> {
    const FORMS: &str = "écrivez \"file:outbox\" (essai), \"smtp://hôte:587\" ou \"smtps://hôte:465\"";
    let text = text.trim();
    if let Some(path) = text.strip_prefix("file:") {
        let path = path.strip_prefix("//").unwrap_or(path);
        if path.is_empty() {
            return Err(format!("il manque le nom du dossier : {FORMS}"));
        }
        return Ok(Transport::File(resolve(folder, path)));
    }
    // The address is not repeated: it may hold a password.
    let url = Url::parse(text).map_err(|_| format!("ce transport est inconnu : {FORMS}"))?;
    if url.password().is_some() || !url.username().is_empty() {
        return Err("pas d’identifiant ni de mot de passe dans l’adresse : utilisez user et password_file".into());
    }
    let (default_port, mut tls) = match url.scheme() {
        "smtp" => (25, Tls::Required),
        "smtps" => (465, Tls::Implicit),
        _ => return Err(format!("ce transport est inconnu : {FORMS}")),
    };
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| format!("il manque l’hôte : {FORMS}"))?;
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(format!("rien ne doit suivre l’hôte et le port : {FORMS}"));
    }
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    if tls == Tls::Required && is_loopback(&host) {
        // A relay on the same machine rarely has a certificate that names it, and nobody listens in between.
        tls = Tls::Never;
    }
    let port = url.port().unwrap_or(default_port);
    Ok(Transport::Smtp(SmtpServer { host, port, tls, user: None, password_file: None, ca_file: None }))
}

/// A host that only this machine can reach.
pub(super) fn is_loopback(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase();
    match host.parse::<std::net::IpAddr>() {
        Ok(ip) => ip.to_canonical().is_loopback() || ip.is_unspecified(),
        Err(_) => host == "localhost" || host.ends_with(".localhost"),
    }
}

pub(super) fn parse_address(text: &str) -> Result<EmailAddress, String> {
    EmailAddress::parse(text).map_err(|_| "ce n’est pas une adresse e-mail : écrivez nom@exemple.org".into())
}

/// `Réseau <reseau@example.org>`, or the address alone.
fn parse_mailbox(text: &str) -> Result<Mailbox, String> {
    let wrong = || "écrivez \"Nom affiché <adresse@exemple.org>\"".to_owned();
    let text = text.trim();
    if text.chars().any(char::is_control) {
        return Err("un retour à la ligne n’a pas sa place dans une adresse".into());
    }
    let Some((name, rest)) = text.rsplit_once('<') else {
        return Ok(Mailbox { name: None, address: EmailAddress::parse(text).map_err(|_| wrong())? });
    };
    let address = rest.strip_suffix('>').ok_or_else(wrong)?;
    let address = EmailAddress::parse(address).map_err(|_| wrong())?;
    let name = name.trim().trim_matches('"').trim();
    Ok(Mailbox { name: (!name.is_empty()).then(|| name.to_owned()), address })
}
