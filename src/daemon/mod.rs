//! The daemon: the same turns as `glaneur once`, for ever, at the right times.
//!
//! One broken source or mailbox never stops it. SIGTERM ends it after what is in flight; SIGHUP reads the files again,
//! and when they are wrong the last good ones stay in use.

mod signals;

use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::watch;

use crate::pipeline::turn::{self, Turn};
use crate::pipeline::{App, Clock, Files, Silent, Trouble};
use crate::store::Open;
use crate::web;
use signals::{Signal, Signals};

/// How often it looks whether a source, an edition or a retry is due.
const TICK: Duration = Duration::from_secs(30);
/// The name under which the first start of the service is kept: nothing before it is caught up.
const STARTED: &str = "daemon.first_start";

/// Runs until SIGTERM or SIGINT.
pub async fn run(config: Option<PathBuf>, clock: Clock) -> Result<(), Trouble> {
    let mut signals = Signals::listen()
        .map_err(|error| Trouble::File(format!("les signaux du système ne peuvent pas être reçus : {error}")))?;
    let mut app = App::open(Files::read(config.as_deref())?, clock, Open::Create).await?;
    let first_start = first_start(&app).await?;
    let (stop, stopped) = watch::channel(false);
    let mut pages = serve(&app, stopped.clone()).await?;
    signals::ready();
    tracing::info!(sources = app.sources.len(), schedule = %app.settings.digest.schedule, "glaneur runs");
    loop {
        tokio::select! {
            signal = signals.next() => match signal {
                Signal::Stop => break,
                Signal::Reload => {
                    if let Some(fresh) = reload(config.as_deref(), clock).await {
                        let moved = fresh.settings.web != app.settings.web;
                        app = fresh;
                        if moved {
                            pages.abort();
                            pages = serve(&app, stopped.clone()).await?;
                        }
                    }
                }
            },
            () = work(&app, first_start) => {}
        }
    }
    signals::stopping();
    tracing::info!("glaneur stops");
    let _ = stop.send(true);
    let _ = tokio::time::timeout(Duration::from_secs(5), &mut pages).await;
    app.store.close().await;
    Ok(())
}

/// One turn, then a rest. What fails is logged and tried again: the daemon outlives its troubles.
async fn work(app: &App, first_start: DateTime<Utc>) {
    match turn::turn(app, Some(first_start), Duration::ZERO, &Silent).await {
        Ok(turn) => tell(&turn),
        Err(trouble) => tracing::error!(%trouble, "this turn failed; the next one tries again"),
    }
    signals::alive();
    tokio::time::sleep(TICK).await;
}

fn tell(turn: &Turn) {
    if let Some((id, state)) = turn.issue.created() {
        tracing::info!(edition = id.0, state = state.as_str(), "edition issued");
    }
    for sending in &turn.sendings {
        tracing::info!(edition = sending.edition.0, end = ?sending.end, "edition sent or waiting");
    }
}

async fn reload(config: Option<&std::path::Path>, clock: Clock) -> Option<App> {
    let files = match Files::read(config) {
        Ok(files) => files,
        Err(problems) => {
            tracing::error!(%problems, "the files are wrong; the last good ones stay in use");
            return None;
        }
    };
    match App::open(files, clock, Open::Create).await {
        Ok(app) => {
            tracing::info!(sources = app.sources.len(), "files read again");
            Some(app)
        }
        Err(trouble) => {
            tracing::error!(%trouble, "the new settings do not work; the last good ones stay in use");
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

async fn serve(app: &App, stopped: watch::Receiver<bool>) -> Result<tokio::task::JoinHandle<()>, Trouble> {
    web::serve(web::Site::of(app)?, app.settings.web.listen, stopped).await
}
