//! An app over a fresh database of either kind, with members and an edition for them.

use chrono::{DateTime, Utc};
use serde_json::json;
use tempfile::TempDir;

use crate::model::{
    CohortId, Digest, EditionId, EditionState, EmailAddress, MemberId, OrganisationKind, Profile, TerritoryCode,
};
use crate::pipeline::edition::{Frozen, Recipient};
use crate::pipeline::{App, Clock, Files, edition};
use crate::store::tests::both::check_urls_on_both;
use crate::store::{DeliveryPlan, FrozenDigest, ImportMode, NewMember, Open, Upserted};

/// A folder of settings over one database; several apps may be opened on it.
pub struct Bench {
    folder: TempDir,
}

impl Bench {
    /// `mail` are lines of `[mail]` beside `from`, `digest` those of `[digest]`.
    pub fn new(url: &str, mail: &str, digest: &str) -> Self {
        let bench = Self { folder: tempfile::tempdir().unwrap() };
        bench.set(url, mail, digest, &["promo"]);
        std::fs::write(bench.folder.path().join("sources.toml"), "").unwrap();
        bench
    }

    /// Writes the settings anew.
    pub fn set(&self, url: &str, mail: &str, digest: &str, cohorts: &[&str]) {
        let mut settings = format!(
            "network = \"Réseau d'essai\"\nadmins = [\"equipe@reseau.example\"]\n[store]\nurl = \"{url}\"\n\
             [mail]\nfrom = \"Réseau <reseau@reseau.example>\"\n{mail}\n[digest]\nschedule = \"0 8 * * lun\"\n{digest}\n\
             [fetch]\ncontact = \"equipe@reseau.example\"\n"
        );
        for cohort in cohorts {
            settings += &format!("[[cohort]]\nid = \"{cohort}\"\nname = \"Promotion {cohort}\"\n");
        }
        std::fs::write(self.folder.path().join("glaneur.toml"), settings).unwrap();
    }

    pub async fn open_at(&self, clock: Clock) -> App {
        let files = Files::read(Some(&self.folder.path().join("glaneur.toml"))).unwrap();
        App::open(files, clock, Open::Create).await.unwrap()
    }

    pub fn path(&self) -> &std::path::Path {
        self.folder.path()
    }

    pub async fn open(&self) -> App {
        self.open_at(Clock::real()).await
    }

    /// As another machine would: its rows are not taken back because its process is ours.
    pub async fn open_elsewhere(&self) -> App {
        let mut app = self.open().await;
        app.worker.host = "ailleurs".to_owned();
        app
    }
}

/// Runs a test on each kind of database, by its URL.
pub fn on_both<F: Future<Output = ()>>(test: impl Fn(String) -> F) {
    check_urls_on_both(test);
}

/// Runs a test on SQLite alone, where many databases are cheap: it makes their URLs.
pub fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(Box<dyn Fn(&str) -> String>) -> F) {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().to_owned();
    let url = move |name: &str| format!("sqlite:{}/{name}.db", place.display());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(test(Box::new(url)));
}

pub fn civil(instant: &str) -> Clock {
    Clock::fixed_at(instant.parse::<DateTime<Utc>>().unwrap())
}

pub async fn members(app: &App, count: usize, cohort: &str) -> Vec<MemberId> {
    let new: Vec<NewMember> = (0..count)
        .map(|n| NewMember {
            email: EmailAddress::parse(&format!("m{n}@{cohort}.example")).unwrap(),
            digest: format!("{cohort} {n}"),
            first_name: "Léa".into(),
            last_name: format!("Exemple {n}"),
            organisation: "CCAS d'essai".into(),
            role: String::new(),
            cohorts: vec![CohortId(cohort.into())],
            profile: Profile {
                territories: vec![TerritoryCode::parse("93048").unwrap()],
                themes: Vec::new(),
                organisation_kind: OrganisationKind::Ccas,
            },
            rhythm: None,
        })
        .collect();
    let done = app.store.upsert_members(&new, ImportMode::Write, app.clock.now()).await.unwrap();
    done.into_iter().map(|done| if let Upserted::Created(id) = done { id } else { panic!("{done:?}") }).collect()
}

/// An approved edition that says the same, nothing much, to so many members.
pub async fn approved(app: &App, count: usize) -> EditionId {
    approved_at(app, count, &["promo.example"]).await
}

/// The same, to members of these domains by turns.
pub async fn approved_at(app: &App, count: usize, domains: &[&str]) -> EditionId {
    let members = members(app, count, "promo").await;
    let draft = edition::draft_for_tests(app, &["promo"]).await.unwrap();
    let digest = Digest::default();
    let content = json!(Frozen { digest, templates: app.composer.template_version() });
    let rows: Vec<DeliveryPlan> = members
        .into_iter()
        .enumerate()
        .map(|(n, member)| DeliveryPlan {
            member,
            email: EmailAddress::parse(&format!("m{n}@{}", domains[n % domains.len()])).unwrap(),
            addressee: json!(Recipient {
                first_name: "Léa".into(),
                last_name: format!("Exemple {n}"),
                organisation: "CCAS".into(),
                cohorts: vec!["Promotion".into()],
                territories: vec![TerritoryCode::parse("93048").unwrap()],
                themes: Vec::new(),
            }),
            digest: Some(0),
            skip: None,
            message_id: format!("{n}.essai@reseau.example"),
            cohort: CohortId("promo".into()),
            territories: vec![TerritoryCode::parse("93048").unwrap()],
            organisation_kind: OrganisationKind::Ccas,
        })
        .collect();
    let frozen = [FrozenDigest { content, hash: "tout".into() }];
    app.store.approve_edition(draft, app.clock.now(), &frozen, &rows).await.unwrap();
    assert_eq!(app.store.edition(draft).await.unwrap().unwrap().state, EditionState::Approved);
    draft
}
