//! The settings: glaneur.toml, themes.toml, schedules and secrets, read and checked whole before anything runs.
//!
//! Every mistake is said at once, each with its line and what to do. Paths come out resolved against the settings
//! file's folder. It refuses to know what sources are and to open the store, the network or a mail server.

mod bounce;
mod crontab;
mod mail;
mod relay;
pub mod schedule;
mod secret;
mod store;
#[cfg(test)]
mod tests;
pub mod themes;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono_tz::Tz;
use ipnet::IpNet;
use url::Url;

use crate::model::{Cohort, CohortId, EmailAddress, Language, Problem, Problems, TerritoryCode};
use crate::tomlfile::{Table, TomlFile};

pub use bounce::{AfterReading, BounceSettings, ImapMailbox, Mailbox as BounceMailbox};
pub use mail::{DkimSettings, MailSettings, SmtpServer, Tls, Transport, Uncertain};
pub use relay::{Allowance, Rate, Relay, WarmUp};
pub use schedule::{Occurrence, Schedule, instant_of};
pub use secret::Secret;
pub use store::StoreSettings;

pub use crate::tomlfile::nearest;

/// Everything glaneur.toml says, defaults filled in, paths resolved.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The file itself.
    pub file: PathBuf,
    /// The network's name, as members know it.
    pub network: String,
    /// Where members reach the pages; without it mails carry no link to them.
    pub base_url: Option<Url>,
    pub language: Language,
    pub time_zone: Tz,
    /// A folder of the administrators' own entries.
    pub entries: Option<PathBuf>,
    /// A folder of templates that override the built-in ones.
    pub templates: Option<PathBuf>,
    pub sources: PathBuf,
    /// `None`: those that Glaneur comes with.
    pub themes: Option<PathBuf>,
    /// Where secrets lie, one a file.
    pub credentials: PathBuf,
    pub admins: Vec<EmailAddress>,
    pub cohorts: Vec<Cohort>,
    pub store: StoreSettings,
    pub mail: MailSettings,
    pub digest: DigestSettings,
    pub fetch: FetchSettings,
    pub web: WebSettings,
}

#[derive(Clone, Debug, PartialEq)]
pub struct DigestSettings {
    pub schedule: Schedule,
    pub review: Review,
    /// How long before its occurrence a draft is made and shown to the administrators.
    pub review_before: Duration,
    pub without_answer: WithoutAnswer,
    /// Whether two people approve an edition.
    pub second_approval: bool,
    pub items_max: usize,
}

/// Whether a person reads an edition before it leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Review {
    Off,
    BeforeSend,
}

/// What becomes of a draft that nobody approved by its occurrence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutAnswer {
    Wait,
    Send,
}

#[derive(Clone, Debug, PartialEq)]
pub struct FetchSettings {
    /// An e-mail address or a page by which a site's owner reaches the network's administrators.
    pub contact: Option<String>,
    /// Networks that may be reached although they are private.
    pub allow_private: Vec<IpNet>,
    /// Between two requests to one host.
    pub pause: Duration,
    /// What one source may take of a round; the rest of its pages waits for the next one.
    pub visit_max: Duration,
}

/// A source of forty pages with a pause of a second takes one or two minutes.
const VISIT_MAX: Duration = Duration::from_secs(10 * 60);

impl Default for FetchSettings {
    fn default() -> Self {
        Self { contact: None, allow_private: Vec::new(), pause: Duration::from_secs(1), visit_max: VISIT_MAX }
    }
}

impl FetchSettings {
    /// `Glaneur/0.1 (+contact)`.
    pub fn user_agent(&self) -> String {
        let version = concat!(env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));
        match &self.contact {
            Some(contact) => format!("Glaneur/{version} (+{contact})"),
            None => format!("Glaneur/{version}"),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebSettings {
    pub listen: SocketAddr,
    /// Whether everybody may read the open calls and the last editions.
    pub public: bool,
}

/// A settings file to start from, commented in French.
pub fn example() -> &'static str {
    include_str!("../../glaneur.example.toml")
}

/// Whether there is a settings file where [`load`] looks.
pub fn is_there() -> bool {
    PLACES.iter().any(|place| Path::new(place).exists())
}

const PLACES: [&str; 2] = ["glaneur.toml", "/etc/glaneur/glaneur.toml"];

/// Reads the settings: the file given, else `./glaneur.toml`, else `/etc/glaneur/glaneur.toml`.
pub fn load(file: Option<&Path>) -> Result<Settings, Problems> {
    let file = match file {
        Some(file) => file.to_owned(),
        None => find(&PLACES)?,
    };
    let credentials = std::env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from);
    read(TomlFile::read(file)?, credentials)
}

fn find(candidates: &[&str]) -> Result<PathBuf, Problems> {
    let found = candidates.iter().map(Path::new).find(|file| file.exists());
    found.map(Path::to_owned).ok_or_else(|| {
        let message = format!("aucun fichier de réglages ici, ni {}", candidates.last().unwrap_or(&""));
        let advice = "lancez « glaneur init » pour en créer un, ou indiquez-le avec --config".into();
        let file = candidates.first().map(PathBuf::from).unwrap_or_default();
        Problems(vec![Problem { file, line: None, message, advice }])
    })
}

impl Settings {
    /// Reads a secret by its name in the credentials folder.
    pub fn secret(&self, name: &str) -> Result<Secret, Problem> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
            let shown: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
            return Err(Problem {
                file: self.credentials.clone(),
                line: None,
                message: format!("« {shown} » ne peut pas nommer un secret"),
                advice: "employez des lettres sans accent, des chiffres, - et _".into(),
            });
        }
        Secret::read(&self.credentials.join(name))
    }

    /// The files of the secrets that the settings name.
    fn secrets(&self) -> BTreeSet<PathBuf> {
        let mut secrets = BTreeSet::new();
        secrets.extend(self.mail.relays.iter().filter_map(|relay| relay.server.password_file.clone()));
        if let StoreSettings::Postgres { password_file: Some(file), .. } = &self.store {
            secrets.insert(file.clone());
        }
        if let Some(BounceSettings { mailbox: BounceMailbox::Imap(imap), .. }) = &self.mail.bounce {
            secrets.insert(imap.password_file.clone());
        }
        secrets.extend(self.mail.dkim.as_ref().map(|dkim| dkim.key_file.clone()));
        secrets
    }

    /// Secrets that the settings name and that cannot be read: collecting works without the mail server's, sending does not.
    pub fn missing_secrets(&self) -> Problems {
        Problems(self.secrets().iter().filter_map(|file| Secret::read(file).err()).collect())
    }

    /// What works but deserves a look: secrets that others can read, nobody to tell.
    pub fn warnings(&self) -> Problems {
        let mut warnings = Vec::new();
        let mut secrets = self.secrets();
        let from_systemd = std::env::var_os("CREDENTIALS_DIRECTORY").is_some_and(|dir| self.credentials == dir);
        if !from_systemd {
            let entries = std::fs::read_dir(&self.credentials).into_iter().flatten().flatten();
            secrets.extend(entries.map(|entry| entry.path()).filter(|path| path.is_file()));
            warnings.extend(secrets.iter().filter_map(|file| secret::too_open(file)));
        }
        let mut say = |message: &str, advice: &str| {
            let (message, advice) = (message.to_owned(), advice.to_owned());
            warnings.push(Problem { file: self.file.clone(), line: None, message, advice });
        };
        if self.fetch.contact.is_none() {
            let advice = "ajoutez dans [fetch] : contact = \"adresse@exemple.org\"";
            say("les sites visités ne sauront pas qui joindre", advice);
        }
        if self.mail.from.is_none() {
            let advice = "ajoutez dans [mail] : from = \"Nom du réseau <adresse@exemple.org>\"";
            say(
                "les courriels d’essai n’ont pas d’expéditeur : on ne pourra ni y répondre ni quitter la liste par courriel",
                advice,
            );
        }
        if self.admins.is_empty() {
            say("personne ne sera prévenu des pannes", "ajoutez : admins = [\"adresse@exemple.org\"]");
        }
        Problems(warnings)
    }
}

/// The pure part of [`load`], but for asking whether files exist.
fn read(file: TomlFile, credentials_directory: Option<PathBuf>) -> Result<Settings, Problems> {
    let path = file.path().to_owned();
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let mut root = file.root();

    let network = root.string("network").unwrap_or_else(|| "Glaneur".into());
    let base_url = root.url("base_url");
    let language = root.choice("language", &[("fr", Language::Fr), ("en", Language::En)]).unwrap_or_default();
    let time_zone = root.parsed("time_zone", parse_zone).unwrap_or(chrono_tz::Europe::Paris);
    let templates = existing(&mut root, "templates", &folder, Path::is_dir, "ce dossier n’existe pas");
    let entries = existing(&mut root, "entries", &folder, Path::is_dir, "ce dossier n’existe pas");
    let entries = entries.or_else(|| Some(folder.join("annonces")).filter(|entries| entries.is_dir()));
    let sources = resolve(&folder, &root.string("sources").unwrap_or_else(|| "sources.toml".into()));
    let themes = existing(&mut root, "themes", &folder, Path::is_file, "ce fichier n’existe pas");
    let themes = themes.or_else(|| Some(folder.join("themes.toml")).filter(|themes| themes.is_file()));
    let written = root.string("credentials").map(|credentials| resolve(&folder, &credentials));
    let credentials = written.or(credentials_directory).unwrap_or_else(|| folder.join("credentials"));
    let admins = root.parsed_list("admins", mail::parse_address);

    let mut store = root.section("store");
    let store_settings = store::read(&mut store, &folder, &credentials);
    store.finish();
    let mut mail = root.section("mail");
    let mail_settings = mail::read(&mut mail, &folder, &credentials);
    mail.finish();
    if matches!(mail_settings.transport, Transport::Smtp(_)) {
        check_public(&root, base_url.as_ref());
    }
    let digest = read_digest(root.section("digest"));
    let fetch = read_fetch(root.section("fetch"));
    let mut web = root.section("web");
    let listen = web.parsed("listen", |text| {
        text.trim().parse().map_err(|_| "écrivez une adresse IP et un port, comme \"127.0.0.1:8080\"")
    });
    let public = web.boolean("public").unwrap_or(false);
    web.finish();
    if digest.second_approval && admins.len() < 2 {
        let advice = "ajoutez une adresse à admins, ou retirez second_approval";
        root.problem("admins", "« second_approval » demande deux administrateurs au moins", advice);
    }
    let cohorts = read_cohorts(&mut root);
    root.finish();
    file.finish()?;
    Ok(Settings {
        file: path,
        network,
        base_url,
        language,
        time_zone,
        templates,
        entries,
        sources,
        themes,
        credentials,
        admins,
        cohorts,
        store: store_settings,
        mail: mail_settings,
        digest,
        fetch,
        web: WebSettings { listen: listen.unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8080))), public },
    })
}

/// Real mails must not carry links that nobody can open, nor unencrypted ones.
fn check_public(root: &Table<'_>, base_url: Option<&Url>) {
    let Some(url) = base_url else { return };
    let local = url.host_str().is_none_or(mail::is_loopback);
    if local || url.scheme() != "https" {
        let advice = "indiquez l’adresse publique en https://, ou supprimez cette ligne : les messages proposeront \
                      alors le désabonnement par courriel, sans lien";
        let message = match local {
            true => "avec un envoi par SMTP, « base_url » ne peut pas être une adresse de cette machine",
            false => "avec un envoi par SMTP, « base_url » doit commencer par https://",
        };
        root.problem("base_url", message, advice);
    }
}

fn read_digest(mut digest: Table<'_>) -> DigestSettings {
    if digest.is_blank("schedule") {
        let advice =
            "écrivez par exemple \"0 8 * * lun\" (le lundi à 8 h), ou supprimez cette ligne : ce sera le lundi à 8 h";
        digest.problem("schedule", "« schedule » est vide : Glaneur ne sait pas quand préparer les éditions", advice);
    }
    let schedule = digest.parsed("schedule", Schedule::parse).unwrap_or_default();
    let review = digest.choice("review", &[("off", Review::Off), ("before-send", Review::BeforeSend)]);
    let items_max = digest.integer("items_max", 1..=50).map_or(12, |n| n as usize);
    let day = Duration::from_secs(24 * 3600);
    let review_before = digest.duration("review_before", Duration::ZERO..=6 * day).unwrap_or_default();
    let answers = [("wait", WithoutAnswer::Wait), ("send", WithoutAnswer::Send)];
    let without_answer = digest.choice("without_answer", &answers).unwrap_or(WithoutAnswer::Wait);
    let second_approval = digest.boolean("second_approval").unwrap_or(false);
    if without_answer == WithoutAnswer::Send && review_before < Duration::from_secs(3600) {
        let message = "« without_answer = \"send\" » ne laisse pas le temps de relire";
        digest.problem("without_answer", message, "ajoutez par exemple : review_before = \"24h\"");
    }
    if without_answer == WithoutAnswer::Send && second_approval {
        let message = "« without_answer = \"send\" » et « second_approval » se contredisent";
        digest.problem("second_approval", message, "retirez l'un des deux");
    }
    digest.finish();
    let review = review.unwrap_or(Review::Off);
    DigestSettings { schedule, review, review_before, without_answer, second_approval, items_max }
}

fn read_fetch(mut fetch: Table<'_>) -> FetchSettings {
    let contact = fetch.parsed("contact", parse_contact);
    let allow_private = fetch.parsed_list("allow_private", parse_network);
    let pause = fetch.duration("pause", Duration::ZERO..=Duration::from_secs(60));
    let visit_max = fetch.duration("visit_max", Duration::from_secs(1)..=Duration::from_secs(6 * 3600));
    fetch.finish();
    FetchSettings {
        contact,
        allow_private,
        pause: pause.unwrap_or(Duration::from_secs(1)),
        visit_max: visit_max.unwrap_or(VISIT_MAX),
    }
}

fn read_cohorts(root: &mut Table<'_>) -> Vec<Cohort> {
    let mut cohorts: Vec<Cohort> = Vec::new();
    for mut entry in root.tables("cohort") {
        let id = entry.required_parsed("id", parse_slug);
        let name = entry.required_string("name");
        let territory = entry.parsed_list("territory", parse_territory);
        if let (Some(id), Some(name)) = (id, name) {
            let cohort = Cohort { id: CohortId(id), name, territory };
            if cohorts.iter().any(|other| other.id == cohort.id) {
                let message = format!("la promotion « {} » est déjà définie plus haut", cohort.id);
                entry.problem("id", message, "gardez une seule entrée, ou changez l’identifiant");
            }
            cohorts.push(cohort);
        }
        entry.finish();
    }
    cohorts
}

fn parse_slug(text: &str) -> Result<String, String> {
    let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if (1..=60).contains(&text.len()) && text.bytes().all(sound) {
        Ok(text.to_owned())
    } else {
        Err("un identifiant s’écrit en lettres minuscules sans accent, chiffres et - (60 au plus)".into())
    }
}

fn parse_territory(text: &str) -> Result<TerritoryCode, String> {
    TerritoryCode::parse(text.trim()).map_err(|_| {
        let shown: String = text.chars().take(40).collect();
        format!(
            "« {shown} » n’est pas un code de territoire : écrivez FR, EU, R11 (région), D93 (département), neuf \
             chiffres (EPCI) ou cinq caractères (commune)"
        )
    })
}

fn parse_zone(text: &str) -> Result<Tz, String> {
    text.trim().parse().map_err(|_| {
        let names: Vec<&str> = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).collect();
        let shown: String = text.chars().take(40).collect();
        match nearest(text.trim(), &names) {
            Some(name) => format!("le fuseau « {shown} » est inconnu ; vouliez-vous « {name} » ?"),
            None => format!("le fuseau « {shown} » est inconnu ; écrivez par exemple \"Europe/Paris\""),
        }
    })
}

/// A network, or one address.
fn parse_network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let network = text.parse::<IpNet>().ok().or_else(|| text.parse::<std::net::IpAddr>().ok().map(IpNet::from));
    network.ok_or_else(|| "écrivez un réseau, comme \"127.0.0.0/8\" ou \"fd00::/8\"".into())
}

/// It goes into a header of every request.
fn parse_contact(text: &str) -> Result<String, String> {
    let text = text.trim();
    let visible = text.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b'(' | b')' | b'\\'));
    let page = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https" | "mailto"));
    if visible && text.len() <= 200 && (page || EmailAddress::parse(text).is_ok()) {
        Ok(text.to_owned())
    } else {
        Err("écrivez une adresse e-mail ou l’adresse d’une page, sans accent ni espace".into())
    }
}

/// A path that must be there when it is written.
fn existing(
    root: &mut Table<'_>,
    key: &'static str,
    folder: &Path,
    there: fn(&Path) -> bool,
    missing: &str,
) -> Option<PathBuf> {
    let path = resolve(folder, &root.string(key)?);
    if !there(&path) {
        let advice = "vérifiez le chemin : il part du dossier de ce fichier";
        root.problem(key, format!("« {key} » : {missing} ({})", path.display()), advice);
    }
    Some(path)
}

/// Relative to the settings file's folder.
fn resolve(folder: &Path, path: &str) -> PathBuf {
    folder.join(path.trim())
}

/// A bare name lies in the credentials folder; a path is relative to the settings file.
fn secret_path(name: &str, folder: &Path, credentials: &Path) -> PathBuf {
    let bare = !name.contains(['/', '\\']);
    if bare { credentials.join(name.trim()) } else { resolve(folder, name) }
}
