//! A made-up network: a site with 500 calls in a hundred départements, and members of 3,000 profiles.

use std::fmt::Write as _;
use std::path::Path;

use axum::Router;
use axum::extract;
use axum::routing::get;
use glaneur::model::{CohortId, EmailAddress, OrganisationKind, Profile, TerritoryCode, ThemeId};
use glaneur::store::{ImportMode, NewMember, Open, Store};

use super::Done;

pub const NOTICES: usize = 500;
pub const PROFILES: usize = 3_000;
/// Feeds; each département has one, and the country some.
const FEEDS: usize = 100;
const ITEMS: usize = NOTICES / FEEDS;
/// Feeds for the whole country: what fills everybody's digest.
const NATIONAL: usize = 5;

const SUBJECTS: [&str; 10] = [
    "épiceries solidaires",
    "jardins partagés",
    "cantines durables",
    "aide alimentaire aux étudiants",
    "ateliers de cuisine",
    "lutte contre le gaspillage",
    "insertion par la restauration",
    "projets alimentaires territoriaux",
    "nutrition et santé",
    "accès aux droits",
];
const WORDS: [&str; 12] = [
    "habitants",
    "association",
    "commune",
    "soutien",
    "accompagnement",
    "territoire",
    "partenaires",
    "bénévoles",
    "produits locaux",
    "quartier",
    "accueil",
    "budget",
];

/// The site, served as long as it lives.
pub struct Site {
    port: u16,
}

impl Site {
    pub async fn start() -> Done<Self> {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(|error| error.to_string())?;
        let port = listener.local_addr().map_err(|error| error.to_string())?.port();
        let pages = Router::new().route("/{feed}", get(async |extract::Path(feed): extract::Path<String>| rss(&feed)));
        tokio::spawn(async move { axum::serve(listener, pages).await });
        Ok(Self { port })
    }

    /// The settings and sources of the network, in a folder.
    pub fn write(&self, folder: &Path, smtp_port: u16, mail: &str) -> Done<()> {
        let mut sources = String::new();
        for feed in 0..FEEDS {
            let territory = if feed < NATIONAL { "FR".to_owned() } else { departement(feed) };
            let _ = writeln!(
                sources,
                "[[source]]\nid = \"f{feed}\"\nname = \"Site {feed}\"\nkind = \"feed\"\n\
                 url = \"http://127.0.0.1:{}/{feed}.xml\"\nterritory = \"{territory}\"\n",
                self.port
            );
        }
        let settings = format!(
            "network = \"Mesure\"\nbase_url = \"https://mesure.example\"\nadmins = [\"equipe@mesure.example\"]\n\
             [store]\nurl = \"sqlite:glaneur.db\"\n\
             [mail]\nfrom = \"Mesure <reseau@mesure.example>\"\ntransport = \"smtp://127.0.0.1:{smtp_port}\"\n\
             connections = {}\n{mail}\n[digest]\nschedule = \"0 8 * * lun\"\nreview = \"off\"\n\
             [fetch]\ncontact = \"equipe@mesure.example\"\nallow_private = [\"127.0.0.0/8\"]\npause = \"0ms\"\n\
             [[cohort]]\nid = \"mesure\"\nname = \"Mesure\"\n",
            super::CONNECTIONS
        );
        std::fs::write(folder.join("sources.toml"), sources).map_err(|error| error.to_string())?;
        std::fs::write(folder.join("glaneur.toml"), settings).map_err(|error| error.to_string())
    }

    /// The feed that peers read: so many items.
    pub fn many(&self, items: usize) -> String {
        format!("http://127.0.0.1:{}/many-{items}.xml", self.port)
    }
}

/// The feeds from `NATIONAL` on are those of the 95 départements of the mainland.
fn departement(feed: usize) -> String {
    let nth = feed - NATIONAL + 1;
    match nth {
        20 => "D2A".to_owned(),
        _ => format!("D{nth:02}"),
    }
}

fn rss(feed: &str) -> String {
    let name = feed.trim_end_matches(".xml");
    let (first, count) = match name.strip_prefix("many-") {
        Some(count) => (0, count.parse().unwrap_or(0)),
        None => (name.parse::<usize>().unwrap_or(0) * ITEMS, ITEMS),
    };
    let mut items = String::new();
    for n in first..first + count {
        let subject = SUBJECTS.get(n % SUBJECTS.len()).copied().unwrap_or_default();
        let words: Vec<&str> = (0..120).filter_map(|w| WORDS.get((n * 7 + w * 5) % WORDS.len()).copied()).collect();
        let _ = write!(
            items,
            "<item><title>Appel à projets {n} : {subject}</title><link>http://127.0.0.1/{n}</link><guid>{n}</guid>\
             <description>Cet appel numéro {n} concerne : {subject}. Les dossiers sont à déposer jusqu'au {} mars 2026. \
             {}.</description></item>",
            n % 28 + 1,
            words.join(" ")
        );
    }
    format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>{name}</title>{items}</channel></rss>")
}

/// Members in the store of a folder, of `PROFILES` profiles by turns.
pub async fn add_members(folder: &Path, count: usize) -> Done<()> {
    const AT_ONCE: usize = 5_000;
    let url = format!("sqlite:{}", folder.join("glaneur.db").display());
    let store = Store::open(&url, Open::Create).await.map_err(|error| error.to_string())?;
    let now = chrono::Utc::now();
    for first in (0..count).step_by(AT_ONCE) {
        let members: Vec<NewMember> = (first..count.min(first + AT_ONCE)).filter_map(member).collect();
        store.upsert_members(&members, ImportMode::Write, now).await.map_err(|error| error.to_string())?;
    }
    store.close().await;
    Ok(())
}

fn member(n: usize) -> Option<NewMember> {
    let profile = n % PROFILES;
    let departements = FEEDS - NATIONAL;
    let territory = TerritoryCode::parse(&departement(NATIONAL + profile % departements)).ok()?;
    let kinds = [OrganisationKind::Ccas, OrganisationKind::Commune, OrganisationKind::Association];
    let turn = profile / departements;
    // Three kinds of organisation, and eleven lists of themes.
    let themes = [
        "precarite-alimentaire",
        "sante",
        "insertion-emploi",
        "enfance-famille-jeunesse",
        "alimentation-durable",
        "acces-aux-droits",
        "logement-hebergement",
        "education-formation",
        "culture-sport",
        "transition-ecologique",
    ];
    let themes = themes.iter().take(turn / kinds.len()).map(|theme| ThemeId((*theme).to_owned())).collect();
    Some(NewMember {
        email: EmailAddress::parse(&format!("m{n}@mesure.example")).ok()?,
        digest: format!("mesure {n}"),
        first_name: "Camille".into(),
        last_name: format!("Exemple {n}"),
        organisation: format!("Organisme {profile}"),
        role: String::new(),
        cohorts: vec![CohortId("mesure".into())],
        profile: Profile { territories: vec![territory], themes, organisation_kind: *kinds.get(turn % kinds.len())? },
        rhythm: None,
    })
}
