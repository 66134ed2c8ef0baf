//! The daemon: the same turns as `glaneur once`, for ever, at the right times.
//!
//! One broken source or mailbox never stops it. SIGTERM ends it after what is in flight; SIGHUP lets the turn under way
//! end too, then reads the files again: when they are wrong the last good ones stay in use. A sources.toml that changed is
//! taken up in the same way, without being told.

mod signals;
mod watched;

use std::path::{Path, PathBuf};
use std::pin::pin;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use crate::pipeline::turn::{self, By, Turn};
use crate::pipeline::{App, Clock, Files, Silent, Trouble, give_up_all};
use crate::store::Open;
use crate::web;
use signals::{Signal, Signals};
use watched::Watched;

/// How long it rests between two looks at what is due.
const REST: Duration = Duration::from_secs(30);
/// How often systemd's watchdog is told that the loop turns.
const SIGN_OF_LIFE: Duration = Duration::from_secs(20);
/// How often it looks whether sources.toml changed.
const LOOK_AT_SOURCES: Duration = Duration::from_secs(2);
/// As the journal calls it.
const ACTOR: &str = "daemon";
/// The name under which the first start of the service is kept: nothing before it is caught up.
const STARTED: &str = "daemon.first_start";

/// Runs until SIGTERM or SIGINT.
pub async fn run(config: Option<PathBuf>, clock: Clock) -> Result<(), Trouble> {
    let mut signals = Signals::listen()
        .map_err(|error| Trouble::File(format!("les signaux du système ne peuvent pas être reçus : {error}")))?;
    let mut app = App::open(Files::read(config.as_deref())?, clock, Open::Create).await?;
    app.actor = ACTOR;
    let first_start = first_start(&app).await?;
    let (stop_pages, stopped) = watch::channel(false);
    let mut pages = serve(&app, stopped.clone()).await?;
    signals::ready();
    tracing::info!(sources = app.sources.len(), schedule = %app.settings.digest.schedule, "glaneur runs");
    let mut watched = Watched::new(&app.settings.sources);
    while let Signal::Reload = work(&app, first_start, &mut signals, &mut watched, config.as_deref()).await {
        let fresh = reload(config.as_deref(), clock, &app).await;
        watched = Watched::new(fresh.as_ref().map_or(&app.settings.sources, |fresh| &fresh.settings.sources));
        let Some(fresh) = fresh else { continue };
        let moved = fresh.settings.web != app.settings.web;
        app = fresh;
        if moved {
            pages.abort();
            pages = serve(&app, stopped.clone()).await?;
        }
    }
    signals::stopping();
    tracing::info!("glaneur stops");
    stop_pages.send_replace(true);
    // Pages that are still being read do not hold the end up for long.
    let _ = tokio::time::timeout(Duration::from_secs(5), &mut pages).await;
    if let Err(trouble) = give_up_all(&app).await {
        tracing::warn!(%trouble, "others wait until the leases of this process end");
    }
    app.store.close().await;
    Ok(())
}

/// Turn after turn, until a signal asks for something else; the turn under way ends in good order first.
async fn work(
    app: &App,
    first_start: DateTime<Utc>,
    signals: &mut Signals,
    watched: &mut Watched,
    config: Option<&Path>,
) -> Signal {
    let mut life = tokio::time::interval(SIGN_OF_LIFE);
    life.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut look = tokio::time::interval(LOOK_AT_SOURCES);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut turns = pin!(turns(app, first_start));
    let mut asked = None;
    loop {
        tokio::select! {
            () = &mut turns => return asked.unwrap_or(Signal::Stop),
            signal = signals.next() => {
                app.halt.ask();
                asked = Some(signal);
            }
            _ = life.tick() => signals::alive(),
            _ = look.tick() => if asked.is_none() && watched.has_changed() && is_sound(config) {
                tracing::info!(file = %app.settings.sources.display(), "the sources changed");
                app.halt.ask();
                asked = Some(Signal::Reload);
            },
        }
    }
}

/// Whether the files work as they are now; when they do not, the log says why, and work goes on as it was.
fn is_sound(config: Option<&Path>) -> bool {
    let Err(problems) = Files::read(config) else { return true };
    tracing::error!(trouble = %problems, "the files do not work; the last good ones stay in use");
    false
}

/// What fails is logged and tried again: the daemon outlives its troubles.
async fn turns(app: &App, first_start: DateTime<Utc>) {
    while !app.halt.is_asked() {
        tell(&turn::turn(app, By::Service { first_start }, Duration::ZERO, &Silent).await);
        tokio::select! {
            () = tokio::time::sleep(REST) => {}
            () = app.halt.heard() => {}
        }
    }
}

fn tell(turn: &Turn) {
    if let Some((id, state)) = turn.issue.created() {
        tracing::info!(edition = id.0, state = state.as_str(), "edition issued");
    }
    for failure in &turn.failures {
        tracing::error!(%failure, "a part of this turn failed; the next one tries again");
    }
    for sending in &turn.sendings {
        tracing::info!(edition = sending.edition.0, end = ?sending.end, "edition sent or waiting");
    }
    match &turn.returns {
        Some(Ok(visit)) if visit.messages > 0 || !visit.faults.is_empty() => {
            tracing::info!(messages = visit.messages, faults = visit.faults.len(), "returned mails read");
        }
        Some(Err(trouble)) => tracing::error!(%trouble, "the mailbox of returned mails cannot be read"),
        _ => {}
    }
}

/// The files read again; `None`, and a word in the log, when they do not work.
async fn reload(config: Option<&Path>, clock: Clock, before: &App) -> Option<App> {
    // Whatever comes of it, work goes on: with fresh settings, or with those of before.
    let opened = match Files::read(config) {
        Ok(files) => App::open(files, clock, Open::Create).await,
        Err(problems) => Err(problems.into()),
    };
    match opened {
        Ok(mut fresh) => {
            tracing::info!(sources = fresh.sources.len(), "files read again");
            // It is still this process: what it holds in the ledger is its own.
            fresh.worker = before.worker.clone();
            fresh.actor = ACTOR;
            Some(fresh)
        }
        Err(trouble) => {
            tracing::error!(%trouble, "the files do not work; the last good ones stay in use");
            before.halt.withdraw();
            None
        }
    }
}

async fn first_start(app: &App) -> Result<DateTime<Utc>, Trouble> {
    if let Some(at) = app.store.meta(STARTED).await?.and_then(|at| at.parse().ok()) {
        return Ok(at);
    }
    let now = app.clock.civil();
    app.store.set_meta(STARTED, &now.to_rfc3339()).await?;
    Ok(now)
}

async fn serve(app: &App, stopped: watch::Receiver<bool>) -> Result<JoinHandle<()>, Trouble> {
    web::serve(web::Site::of(app)?, app.settings.web.listen, stopped).await
}
