//! The daemon: the same turns as `glaneur once`, for ever, at the right times.
//!
//! One broken source or mailbox never stops it. SIGTERM ends it after what is in flight; SIGHUP lets the turn under way
//! end too, then reads the files again: when anything of them does not work, the last good ones stay in use, whole.
//! A sources.toml that changed is taken up in the same way, without being told.

mod signals;
mod watch;
mod watched;

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::time::MissedTickBehavior;

use crate::model::why_refused;
use crate::pipeline::send::{End, Sending};
use crate::pipeline::turn::{self, By, Turn};
use crate::pipeline::{App, Clock, Files, Trouble, french, give_up_all};
use crate::store::Open;
use crate::web::{self, Served, Site};
use signals::{Signal, Signals};
use watched::Watched;

/// How long it rests between two looks at what is due.
const REST: Duration = Duration::from_secs(30);
/// How often it looks whether sources.toml changed.
const LOOK_AT_SOURCES: Duration = Duration::from_secs(2);
/// As the journal calls it.
const ACTOR: &str = "daemon";
/// The name under which the first start of the service is kept: nothing before it is caught up.
pub const FIRST_START: &str = "daemon.first_start";

/// Files that work, opened: what the daemon runs on until it reads them again.
struct Shift {
    app: Arc<App>,
    first_start: DateTime<Utc>,
}

impl Shift {
    /// With `before`, it goes on as the same process: what that holds in the ledger stays its own.
    async fn open(config: Option<&Path>, clock: Clock, before: Option<&Self>) -> Result<Self, Trouble> {
        let mut app = App::open(Files::read(config)?, clock, Open::Create).await?;
        app.actor = ACTOR;
        if let Some(before) = before {
            app.worker = before.app.worker.clone();
        }
        let first_start = first_start(&app).await?;
        Ok(Self { app: Arc::new(app), first_start })
    }
}

/// Runs until SIGTERM or SIGINT.
pub async fn run(config: Option<PathBuf>, clock: Clock) -> Result<(), Trouble> {
    let mut signals = Signals::listen().map_err(|error| {
        Trouble::File(format!("les signaux du système ne peuvent pas être reçus : {}", why_refused(&error)))
    })?;
    let mut shift = Shift::open(config.as_deref(), clock, None).await?;
    let listener = web::bind(shift.app.settings.web.listen).await?;
    let mut pages = web::serve(Site::of(&shift.app)?, listener);
    signals::ready();
    let App { sources, settings, .. } = &*shift.app;
    tracing::info!(sources = sources.len(), schedule = %settings.digest.schedule, "Glaneur tourne");
    let mut watched = Watched::new(&shift.app.settings.sources);
    while let Signal::Reload = work(&shift, &mut signals, &mut watched, config.as_deref()).await {
        match reload(config.as_deref(), clock, &shift, &mut pages).await {
            Ok(fresh) => {
                tracing::info!(sources = fresh.app.sources.len(), "fichiers relus");
                watched = Watched::new(&fresh.app.settings.sources);
                shift = fresh;
            }
            Err(trouble) => {
                tracing::error!(%trouble, "les nouveaux fichiers ne conviennent pas : les derniers bons restent en service");
                shift.app.halt.withdraw();
            }
        }
    }
    signals::stopping();
    tracing::info!("Glaneur s'arrête");
    pages.stop().await;
    if let Err(trouble) = give_up_all(&shift.app).await {
        tracing::warn!(%trouble, "les autres machines attendront la fin des baux de celle-ci");
    }
    shift.app.store.close().await;
    Ok(())
}

/// Turn after turn, until a signal asks for something else; the turn under way ends in good order first.
async fn work(shift: &Shift, signals: &mut Signals, watched: &mut Watched, config: Option<&Path>) -> Signal {
    let app = &shift.app;
    // A task of its own: a turn that stands still must not be vouched for, one that computes must not be silent.
    let watch = watch::over(app.pulse.clone(), watch::SILENCE_MAX, signals::alive);
    let watch = tokio::spawn(watch);
    let mut look = tokio::time::interval(LOOK_AT_SOURCES);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut turns = pin!(turns(shift));
    let mut asked = None;
    let signal = loop {
        tokio::select! {
            () = &mut turns => break asked.unwrap_or(Signal::Stop),
            signal = signals.next() => {
                app.halt.ask();
                asked = Some(Signal::stronger(asked, signal));
            }
            _ = look.tick() => if asked.is_none() && watched.has_changed() && is_sound(config) {
                tracing::info!(fichier = %app.settings.sources.display(), "sources.toml a changé");
                app.halt.ask();
                asked = Some(Signal::Reload);
            },
        }
    };
    watch.abort();
    signal
}

/// Whether the files work as they are now; when they do not, the journal says why, and work goes on as it was.
fn is_sound(config: Option<&Path>) -> bool {
    let Err(problems) = Files::read(config) else { return true };
    tracing::error!(trouble = %problems, "sources.toml a changé et ne convient pas : les derniers fichiers bons restent en service");
    false
}

/// What fails is logged and tried again: the daemon outlives its troubles.
async fn turns(shift: &Shift) {
    let app = &shift.app;
    while !app.halt.is_asked() {
        app.pulse.beat();
        tell(&turn::turn(app, By::Service { first_start: shift.first_start }, Duration::ZERO, &app.pulse).await);
        tokio::select! {
            () = tokio::time::sleep(REST) => {}
            () = app.halt.heard() => {}
        }
    }
}

fn tell(turn: &Turn) {
    if let Some((id, state)) = turn.issue.created() {
        tracing::info!(edition = id.0, "édition préparée : {}", french(state));
    }
    for failure in &turn.failures {
        tracing::error!(%failure, "une partie de ce tour a échoué ; le suivant réessaiera");
    }
    for Sending { edition, end, recorded, .. } in &turn.sendings {
        let edition = edition.0;
        match end {
            End::Finished => tracing::info!(edition, "édition envoyée en entier"),
            End::Waiting { next_at } => {
                let next_at = next_at.map(|at| at.to_rfc3339());
                tracing::info!(edition, next_at, "édition en partie envoyée : il reste des courriels à retenter");
            }
            // A limit holds for hours: it is said when mails left, not each half minute.
            End::Limited { next_at, why } if *recorded > 0 => {
                let next_at = next_at.to_rfc3339();
                tracing::info!(
                    edition,
                    next_at,
                    why,
                    "édition en partie envoyée : une limite est atteinte, la suite attend"
                );
            }
            End::Limited { why, .. } => tracing::debug!(edition, why, "a limit is still reached"),
            // Said, as an error, when it happened.
            End::TurnedAway { .. } => {}
            End::Paused => tracing::info!(edition, "envoi suspendu par une personne"),
            End::Interrupted => {
                tracing::info!(edition, "envoi interrompu par l'arrêt : il reprendra, rien n'est perdu")
            }
            End::Stopped { why } => {
                tracing::warn!(edition, why, "envoi arrêté, rien n'est perdu ; le prochain tour réessaiera")
            }
        }
    }
    match &turn.returns {
        Some(Ok(visit)) if visit.messages > 0 || !visit.faults.is_empty() => {
            tracing::info!(messages = visit.messages, faults = visit.faults.len(), "returned mails read");
        }
        Some(Err(trouble)) => tracing::error!(%trouble, "the mailbox of returned mails cannot be read"),
        _ => {}
    }
}

/// Everything that may fail comes first; only then does anything change.
async fn reload(config: Option<&Path>, clock: Clock, before: &Shift, pages: &mut Served) -> Result<Shift, Trouble> {
    let fresh = Shift::open(config, clock, Some(before)).await?;
    let site = Site::of(&fresh.app)?;
    let listen = fresh.app.settings.web.listen;
    if listen == before.app.settings.web.listen {
        pages.show(site);
    } else {
        let listener = web::bind(listen).await?;
        std::mem::replace(pages, web::serve(site, listener)).stop().await;
    }
    Ok(fresh)
}

async fn first_start(app: &App) -> Result<DateTime<Utc>, Trouble> {
    let kept = match app.store.meta(FIRST_START).await? {
        Some(kept) => kept,
        None => app.store.meta_or(FIRST_START, &app.clock.civil().to_rfc3339()).await?,
    };
    // A value that cannot be read is no reason not to run: then only what comes is due.
    Ok(kept.parse().unwrap_or_else(|_| app.clock.civil()))
}
