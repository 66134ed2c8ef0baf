//! The demonstration: the whole work on a made-up region, with nothing to set up.
//!
//! Real HTTP from made-up sites on loopback, the same pipeline as in service, a real SMTP conversation with a built-in
//! sink. What it writes is a folder that looks like an installation, to be opened and read.

mod files;
mod mailbox;
mod region;
mod sites;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono_tz::Europe::Paris;

use crate::model::{Edition, EditionId, Member, why_refused};
use crate::pipeline::collect::{self, Round, Which};
use crate::pipeline::edition::{self, Share, Tally};
use crate::pipeline::send::{self, Sending};
use crate::pipeline::{App, Clock, Files, Progress, Trouble, members};
use crate::store::{ImportMode, Open};

pub use mailbox::router as mail_pages;

/// A demonstration that has been run; its sites go on being served while it lives.
pub struct Demo {
    pub app: Arc<App>,
    pub report: Report,
    pub outbox: PathBuf,
    _sites: sites::Sites,
    _sink: crate::deliver::Sink,
}

/// What was done, for the summary.
pub struct Report {
    pub round: Round,
    pub members: Vec<Member>,
    pub edition: Edition,
    pub shares: Vec<Share>,
    pub tally: Tally,
    pub sending: Sending,
}

/// Runs the whole job in `dir`, as of the clock's civil time.
pub async fn run(dir: &Path, clock: Clock, pages: Option<url::Url>, progress: &dyn Progress) -> Result<Demo, Trouble> {
    let today = clock.civil().with_timezone(&Paris).date_naive();
    let region = region::published(today).map_err(Trouble::File)?;
    let failed = |what: &str, error: std::io::Error| Trouble::File(format!("{what} : {}", why_refused(&error)));
    let sites =
        sites::serve(&region).await.map_err(|error| failed("les sites inventés ne peuvent pas être servis", error))?;
    let outbox = dir.join("outbox");
    let unreadable = |error| failed(&format!("le dossier {} ne peut pas être lu", dir.display()), error);
    if !files::is_free(dir).map_err(unreadable)? {
        return Err(Trouble::Words(format!(
            "le dossier {} n'est pas vide et n'est pas celui d'une démonstration : rien n'y a été écrit. Donnez-en un autre avec « --dir »",
            dir.display()
        )));
    }
    files::prepare(dir, &outbox)
        .map_err(|error| failed(&format!("le dossier {} ne peut pas être préparé", dir.display()), error))?;
    let sink = mailbox::sink(outbox.clone())
        .await
        .map_err(|error| failed("la boîte aux lettres de démonstration ne s'ouvre pas", error))?;
    let config = files::write(dir, &sites.addresses, sink.address())
        .map_err(|error| failed(&format!("les réglages ne peuvent pas être écrits dans {}", dir.display()), error))?;
    let mut files = Files::read(Some(&config))?;
    // The mails' links lead to the pages that this process serves; nobody else sees them.
    files.settings.base_url = pages;
    let app = App::open(files, clock, Open::Create).await?;
    let report = work(&app, dir, progress).await?;
    Ok(Demo { app: Arc::new(app), report, outbox, _sites: sites, _sink: sink })
}

async fn work(app: &App, dir: &Path, progress: &dyn Progress) -> Result<Report, Trouble> {
    members::import(app, &dir.join("membres.csv"), ImportMode::Write).await?;
    let round = collect::collect(app, &Which::All, progress).await?;
    let id: EditionId = edition::create(app, &[]).await?;
    let found = edition::find(app, id).await?;
    let shares = edition::shares(app, &found).await?;
    let tally = edition::tally(app, &found, &shares).await?;
    let sending = send::send(app, id, std::time::Duration::from_secs(10), progress).await?;
    let edition = edition::find(app, id).await?;
    Ok(Report { round, members: members::list(app).await?, edition, shares, tally, sending })
}
