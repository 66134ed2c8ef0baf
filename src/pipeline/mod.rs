//! The whole story, told once: collect, understand, keep, match, compose, deliver.
//!
//! The only modules that know all the others. Commands, pages and the daemon call these and nothing deeper.

mod actor;
pub mod admin;
pub mod agenda;
pub mod author;
mod backup;
pub mod bounces;
mod clock;
pub mod collect;
mod courier;
pub mod doctor;
pub mod edition;
mod entries;
mod farewell;
mod guard;
mod halt;
pub mod health;
mod lead;
mod letters;
mod links;
pub mod members;
pub mod merge;
pub mod notices;
pub mod own;
mod post;
mod private;
mod progress;
mod pulse;
pub mod read;
pub mod send;
#[cfg(test)]
mod tests;
mod trouble;
pub mod turn;
mod workers;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

/// One plain sentence for a doubt.
pub use crate::understand::{Reader, answer, evidence, explain as explain_doubt};
pub use actor::Actor;
pub use backup::backup;
pub use clock::Clock;
pub use halt::Halt;
pub use lead::give_up_all;
pub use links::{LinkKey, Purpose};
pub use progress::{Progress, Silent};
pub use pulse::Pulse;
pub use trouble::{Trouble, french};

use crate::compose::Composer;
use crate::config::{self, FetchSettings, Secret, Settings, StoreSettings};
use crate::fetch::{FetchError, Fetched, Fetcher};
use crate::geography::Geography;
use crate::model::{CohortId, EmailAddress, Problem, Problems, Request, Source, TerritoryCode, Themes, why_refused};
use crate::sources;
use crate::store::{Open, Store, WorkerId};

/// Everything a piece of work needs, opened once.
pub struct App {
    pub settings: Settings,
    pub sources: Vec<Source>,
    pub themes: Themes,
    pub store: Store,
    pub clock: Clock,
    pub reader: Reader,
    pub composer: Composer,
    pub geography: &'static Geography,
    pub link_key: LinkKey,
    /// This process, in the ledger.
    pub worker: WorkerId,
    /// Asked to stop in good order.
    pub halt: Halt,
    /// Beats as long as work goes on.
    pub pulse: Pulse,
    /// Whether it was said that another process leads the schedule.
    follows: AtomicBool,
    /// The times that sending runs by.
    pub tempo: send::Tempo,
    /// When the mailbox of what comes back was last read.
    visited: bounces::Visited,
    /// Who acts, for the journal: `cli` or `daemon`.
    pub actor: &'static str,
    memory: guard::Memory,
    fetcher: Fetcher,
}

/// The files that people write, read and found sound.
pub struct Files {
    pub settings: Settings,
    pub sources: Vec<Source>,
    pub themes: Themes,
    pub composer: Composer,
}

impl Files {
    /// Reads all of them; the mistakes of all are told together.
    pub fn read(config: Option<&Path>) -> Result<Self, Problems> {
        let settings = config::load(config)?;
        let mut problems = Problems::default();
        let themes = gather(config::themes::load(settings.themes.as_deref()), &mut problems);
        let sources = gather(sources::load(&settings.sources), &mut problems);
        let composer = gather(composer(settings.templates.as_deref()), &mut problems);
        match (themes, sources, composer) {
            (Some(themes), Some(sources), Some(composer)) => {
                check_themes(&sources, &themes, &settings, &mut problems);
                check_places(&sources, &settings, &mut problems);
                if problems.is_empty() { Ok(Self { settings, sources, themes, composer }) } else { Err(problems) }
            }
            _ => Err(problems),
        }
    }
}

impl Files {
    /// What is wrong with the administrators' own entries. A start does without the wrong ones.
    pub fn entry_problems(&self) -> Problems {
        let folder = self.settings.entries.as_deref();
        folder.map(|folder| entries::check(folder, &self.themes)).unwrap_or_default()
    }
}

fn gather<T>(read: Result<T, Problems>, problems: &mut Problems) -> Option<T> {
    read.map_err(|more| problems.extend(more)).ok()
}

/// A source may only name themes that exist.
fn check_themes(sources: &[Source], themes: &Themes, settings: &Settings, problems: &mut Problems) {
    let ids: Vec<&str> = themes.themes.iter().map(|theme| theme.id.as_str()).collect();
    for source in sources {
        for theme in source.themes.iter().filter(|theme| themes.get(theme).is_none()) {
            let advice = match config::nearest(theme.as_str(), &ids) {
                Some(near) => format!("vouliez-vous « {near} » ? (thèmes : {})", ids.join(", ")),
                None => format!("écrivez un des thèmes de themes.toml : {}", ids.join(", ")),
            };
            problems.0.push(Problem {
                file: settings.sources.clone(),
                line: Some(sources::key_line(&settings.sources, source, "themes")),
                message: format!("la source « {} » nomme le thème « {theme} », qui n'existe pas", source.id),
                advice,
            });
        }
    }
}

/// A code may be well written and name no place.
fn check_places(sources: &[Source], settings: &Settings, problems: &mut Problems) {
    let geography = Geography::get();
    let is_nowhere = |code: &&TerritoryCode| !geography.knows(code) && geography.current_commune(code).is_none();
    let mut say = |file: &Path, line: Option<usize>, who: String, code: &TerritoryCode| {
        problems.0.push(Problem {
            file: file.to_owned(),
            line,
            message: format!("{who} nomme le territoire « {code} », qui n'existe pas"),
            advice: "vérifiez ce code : R et un code de région, D et un département, neuf chiffres d'intercommunalité ou cinq de commune".to_owned(),
        });
    };
    for source in sources {
        for code in source.territory.iter().filter(is_nowhere) {
            say(
                &settings.sources,
                Some(sources::key_line(&settings.sources, source, "territory")),
                format!("la source « {} »", source.id),
                code,
            );
        }
    }
    for cohort in &settings.cohorts {
        for code in cohort.territory.iter().filter(is_nowhere) {
            say(&settings.file, None, format!("la promotion « {} »", cohort.id), code);
        }
    }
}

/// The templates, those of the settings' folder over the built-in ones.
fn composer(folder: Option<&Path>) -> Result<Composer, Problems> {
    let overrides = match folder {
        Some(folder) => read_templates(folder)?,
        None => Vec::new(),
    };
    Composer::new(&overrides).map_err(|faults| {
        let at = |file: String| folder.unwrap_or(Path::new("templates")).join(file);
        let advice = "corrigez le modèle, ou retirez-le pour reprendre celui de Glaneur".to_owned();
        Problems(
            faults
                .into_iter()
                .map(|f| Problem { file: at(f.file), line: f.line, message: f.message, advice: advice.clone() })
                .collect(),
        )
    })
}

fn read_templates(folder: &Path) -> Result<Vec<(String, String)>, Problems> {
    let unreadable = |path: &Path, error: std::io::Error| {
        Problems(vec![Problem {
            file: path.to_owned(),
            line: None,
            message: format!("ce dossier ou ce modèle ne peut pas être lu : {}", why_refused(&error)),
            advice: "vérifiez le réglage templates et les droits du dossier".to_owned(),
        }])
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
        let path = entry.map_err(|error| unreadable(folder, error))?.path();
        if let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| path.is_file()) {
            let text = std::fs::read_to_string(&path).map_err(|error| unreadable(&path, error))?;
            found.push((name.to_owned(), text));
        }
    }
    found.sort();
    Ok(found)
}

impl App {
    /// Opens the store and all that work needs.
    pub async fn open(files: Files, clock: Clock, open: Open) -> Result<Self, Trouble> {
        let Files { settings, sources, themes, composer } = files;
        let store = Store::open(&store_url(&settings)?, open).await?;
        let link_key = link_key(&settings, &store).await?;
        let app = Self {
            memory: guard::Memory::of(&settings),
            actor: "cli",
            reader: Reader::new(&themes),
            fetcher: fetcher(&settings.fetch)?,
            geography: Geography::get(),
            settings,
            sources,
            themes,
            store,
            clock,
            composer,
            link_key,
            worker: WorkerId::new(&machine()),
            halt: Halt::default(),
            pulse: Pulse::default(),
            follows: AtomicBool::new(false),
            tempo: send::Tempo::default(),
            visited: bounces::Visited::default(),
        };
        guard::look(&app).await?;
        Ok(app)
    }

    /// Every request of a round: each is a step of the work.
    async fn fetch(&self, request: &Request) -> Result<Fetched, FetchError> {
        self.pulse.beat();
        let answer = self.fetcher.fetch(request).await;
        self.pulse.beat();
        answer
    }

    pub fn source(&self, id: &str) -> Result<&Source, Trouble> {
        self.sources.iter().find(|source| source.id.as_str() == id).ok_or_else(|| Trouble::NoSuchSource {
            id: id.to_owned(),
            file: self.settings.sources.display().to_string(),
            known: self.sources.iter().map(|s| s.id.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    /// Where a reader may write: who answers, who sends, or else who looks after the network (mails written to files have
    /// no sender in the settings).
    pub fn contact(&self) -> Option<&EmailAddress> {
        let mail = &self.settings.mail;
        let mailbox = mail.reply_to.as_ref().or(mail.from.as_ref());
        mailbox.map(|mailbox| &mailbox.address).or_else(|| self.settings.admins.first())
    }

    pub fn cohort(&self, id: &str) -> Result<&CohortId, Trouble> {
        let known = || self.settings.cohorts.iter().map(|c| &c.id);
        known().find(|known| known.as_str() == id).ok_or_else(|| Trouble::NoSuchCohort {
            id: id.to_owned(),
            known: known().map(CohortId::as_str).collect::<Vec<_>>().join(", "),
        })
    }

    /// The content of a source's credential file.
    fn credential(&self, source: &Source) -> Result<Option<String>, String> {
        match &source.credential {
            None => Ok(None),
            Some(name) => self.settings.secret(name).map(|s| Some(s.expose().to_owned())).map_err(|e| e.to_string()),
        }
    }
}

/// The sources that Glaneur comes with, commented for administrators.
pub const EXAMPLE_SOURCES: &str = include_str!("../../sources.toml");

fn fetcher(settings: &FetchSettings) -> Result<Fetcher, Trouble> {
    let fetcher = Fetcher::new(crate::fetch::FetchSettings {
        user_agent: settings.user_agent(),
        allow_private: settings.allow_private.clone(),
        pause: settings.pause,
        ..crate::fetch::FetchSettings::default()
    });
    fetcher.map_err(|error| Trouble::Site(error.to_string()))
}

/// The store's address, with its password from the secret file.
fn store_url(settings: &Settings) -> Result<String, Trouble> {
    match &settings.store {
        StoreSettings::Sqlite(path) => Ok(format!("sqlite:{}", path.display())),
        StoreSettings::Postgres { url, password_file: None } => Ok(url.to_string()),
        StoreSettings::Postgres { url, password_file: Some(file) } => {
            let secret = Secret::read(file).map_err(|problem| Trouble::Credential(problem.to_string()))?;
            let mut url = url.clone();
            url.set_password(Some(secret.expose())).map_err(|()| {
                Trouble::Credential("[store] url : cette adresse ne peut pas porter de mot de passe".to_owned())
            })?;
            Ok(url.to_string())
        }
    }
}

/// The key that signs links: a file beside SQLite's, a row in PostgreSQL, where every machine finds the same.
async fn link_key(settings: &Settings, store: &Store) -> Result<LinkKey, Trouble> {
    match &settings.store {
        StoreSettings::Sqlite(path) => LinkKey::load_or_make(&key_file(path)),
        StoreSettings::Postgres { .. } => LinkKey::in_store(store).await,
    }
}

fn key_file(database: &Path) -> PathBuf {
    database.with_extension("key")
}

fn machine() -> String {
    let named = hostname::get().ok().and_then(|name| name.into_string().ok());
    named.unwrap_or_else(|| "localhost".to_owned())
}
