//! Work that one process at a time does, whatever the machine: the schedule, and the visit of each host.
//!
//! A lead is a lease with an end, kept while the work goes on. A process of this machine that died is found at once; one
//! of another machine is waited for until its lease ends.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::{App, Trouble, workers};
use crate::store::WorkerId;

/// How long others wait for a process that died elsewhere.
const LEASE_MS: u32 = 120_000;
/// How often a lease is made longer.
const KEPT_EVERY: Duration = Duration::from_secs(30);
/// Who leads this issues the editions that are due.
const SCHEDULE: &str = "schedule";

/// What this process leads, until it gives it up.
pub(super) struct Leads<'a> {
    app: &'a App,
    held: HashSet<String>,
}

impl<'a> Leads<'a> {
    /// Takes those of `names` that no other process leads.
    pub async fn take(app: &'a App, names: Vec<String>) -> Result<Self, Trouble> {
        bury(app).await?;
        let held = app.store.take_leads(&names, &app.worker, LEASE_MS, app.clock.now()).await?;
        Ok(Self { app, held: held.into_iter().collect() })
    }

    pub fn hold(&self, name: &str) -> bool {
        self.held.contains(name)
    }

    /// Keeps them for as long as this is waited for; it never ends.
    pub async fn keep(&self) {
        loop {
            tokio::time::sleep(KEPT_EVERY).await;
            let Self { app, .. } = self;
            if let Err(error) = app.store.keep_leads(&app.worker, LEASE_MS, app.clock.now()).await {
                tracing::warn!(%error, "les baux de ce processus n'ont pas pu être prolongés");
            }
        }
    }

    /// The work is done and stored: that others must wait until the leases end takes nothing from it.
    pub async fn give_up(self) {
        let names: Vec<String> = self.held.into_iter().collect();
        if let Err(error) = self.app.store.give_up_leads(&names, &self.app.worker).await {
            tracing::warn!(%error, "les baux de ce processus n'ont pas pu être rendus : ils prendront fin d'eux-mêmes");
        }
    }
}

/// Whether this process leads the schedule, or takes the lead now that nobody has it.
pub(super) async fn leads_schedule(app: &App) -> Result<bool, Trouble> {
    bury(app).await?;
    let before = app.store.leads().await?.into_iter().find(|lead| lead.name == SCHEDULE);
    let taken = app.store.take_leads(&[SCHEDULE.to_owned()], &app.worker, LEASE_MS, app.clock.now()).await?;
    let (led, had_it) = (!taken.is_empty(), before.as_ref().is_some_and(|lead| lead.worker == app.worker));
    let followed = app.follows.swap(!led, Ordering::Relaxed);
    match before {
        _ if led && !had_it => tracing::info!("ce processus mène l'horaire"),
        Some(lead) if !led && !followed => {
            tracing::info!(host = lead.worker.host, pid = lead.worker.pid, "un autre processus mène l'horaire");
        }
        _ => {}
    }
    Ok(led)
}

/// Gives up all that this process leads, at its end.
pub async fn give_up_all(app: &App) -> Result<(), Trouble> {
    Ok(app.store.give_up_all_leads(&app.worker).await?)
}

/// Frees what processes of this machine led that run no more.
async fn bury(app: &App) -> Result<(), Trouble> {
    let workers: Vec<WorkerId> = app.store.leads().await?.into_iter().map(|lead| lead.worker).collect();
    for worker in workers::dead(workers, &app.worker) {
        app.store.give_up_all_leads(&worker).await?;
    }
    Ok(())
}
