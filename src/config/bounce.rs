//! `[mail.bounce]`: where what comes back arrives, and what becomes of it once read.

use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

use super::mail::{Tls, is_loopback, parse_address};
use super::{resolve, secret_path};
use crate::model::EmailAddress;
use crate::tomlfile::Table;

/// Servers shut out those who ask all the time.
const EVERY: Duration = Duration::from_secs(10 * 60);
const FORMS: &str = "écrivez \"imaps://imap.exemple.org\", ou \"imap://imap.exemple.org:143\" avec STARTTLS";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BounceSettings {
    pub mailbox: Mailbox,
    pub after: AfterReading,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mailbox {
    Maildir(PathBuf),
    Imap(ImapMailbox),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImapMailbox {
    pub host: String,
    pub port: u16,
    pub tls: Tls,
    pub user: String,
    pub password_file: PathBuf,
    pub folder: String,
    /// Certificates to trust beside the system's, in PEM.
    pub ca_file: Option<PathBuf>,
    /// Between two visits of the service.
    pub every: Duration,
}

/// What becomes of a message that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterReading {
    /// It stays, marked as seen.
    Keep,
    Delete,
}

pub(super) fn read(mail: &mut Table<'_>, folder: &Path, credentials: &Path) -> Option<BounceSettings> {
    let mut bounce = mail.table("bounce")?;
    let after = bounce.choice("after", &[("keep", AfterReading::Keep), ("delete", AfterReading::Delete)]);
    let maildir = bounce.string("maildir").map(|path| resolve(folder, &path));
    let (written, imap) = (bounce.has("imap"), imap(&mut bounce, folder, credentials));
    if maildir.is_some() == written {
        let message = match written {
            true => "les retours arrivent dans une boîte IMAP ou un dossier Maildir, pas les deux",
            false => "il manque la boîte des retours",
        };
        bounce.problem("maildir", message, "gardez une seule des lignes : imap = \"imaps://…\" ou maildir = \"…\"");
    }
    bounce.finish();
    let mailbox = imap.map(Mailbox::Imap).or_else(|| maildir.map(Mailbox::Maildir))?;
    Some(BounceSettings { mailbox, after: after.unwrap_or(AfterReading::Keep) })
}

/// What replaces the star takes up to 37 of the 64 characters that stand before the @.
const SIGNED_LOCAL_CHARS_MAX: usize = 28;

/// `retours@exemple.org`, or `retours+*@exemple.org` for an address signed for each mail.
pub(super) fn parse_bounces(text: &str) -> Result<EmailAddress, String> {
    let address = parse_address(text)?;
    let (local, domain) = address.expose().rsplit_once('@').unwrap_or_default();
    match address.expose().matches('*').count() {
        0 => Ok(address),
        1 if domain.contains('*') => Err("l’étoile se place avant le @ : \"retours+*@exemple.org\"".into()),
        1 if local.chars().count() <= SIGNED_LOCAL_CHARS_MAX => Ok(address),
        1 => Err(format!(
            "avec l’étoile, {SIGNED_LOCAL_CHARS_MAX} caractères au plus avant le @ : la signature prend le reste"
        )),
        _ => Err("une seule étoile : \"retours+*@exemple.org\"".into()),
    }
}

fn imap(bounce: &mut Table<'_>, folder: &Path, credentials: &Path) -> Option<ImapMailbox> {
    if !bounce.has("imap") {
        return None;
    }
    let server = bounce.parsed("imap", parse_imap);
    let user = bounce.required_string("user");
    let password_file = bounce.required_string("password_file").map(|file| secret_path(&file, folder, credentials));
    let ca_file = bounce.string("ca_file").map(|file| resolve(folder, &file));
    if let Some(missing) = ca_file.as_deref().filter(|file| !file.is_file()) {
        let message = format!("« ca_file » : ce fichier n’existe pas ({})", missing.display());
        bounce.problem("ca_file", message, "vérifiez le chemin : il part du dossier de ce fichier");
    }
    let place = bounce.string("folder").unwrap_or_else(|| "INBOX".into());
    let every = bounce.duration("every", Duration::from_secs(30)..=Duration::from_secs(24 * 3600));
    let (host, port, tls) = server?;
    Some(ImapMailbox {
        host,
        port,
        tls,
        user: user?,
        password_file: password_file?,
        folder: place,
        ca_file,
        every: every.unwrap_or(EVERY),
    })
}

fn parse_imap(text: &str) -> Result<(String, u16, Tls), String> {
    // The address is not repeated: it may hold a password.
    let url = Url::parse(text.trim()).map_err(|_| format!("cette adresse de boîte n’est pas comprise : {FORMS}"))?;
    if url.password().is_some() || !url.username().is_empty() {
        return Err("pas d’identifiant ni de mot de passe dans l’adresse : utilisez user et password_file".into());
    }
    let (port, mut tls) = match url.scheme() {
        "imaps" => (993, Tls::Implicit),
        "imap" => (143, Tls::Required),
        _ => return Err(format!("cette adresse de boîte n’est pas comprise : {FORMS}")),
    };
    let host = url.host_str().filter(|host| !host.is_empty()).ok_or_else(|| format!("il manque l’hôte : {FORMS}"))?;
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err("rien ne doit suivre l’hôte et le port ; le dossier s’écrit : folder = \"INBOX\"".into());
    }
    let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    if tls == Tls::Required && is_loopback(&host) {
        tls = Tls::Never;
    }
    Ok((host, url.port().unwrap_or(port), tls))
}
