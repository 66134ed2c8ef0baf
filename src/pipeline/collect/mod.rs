//! A round: every source due is visited, what it lists is understood, and the store learns of it.
//!
//! One broken site never stops a round, never goes unnoticed, and never empties what was known.

mod absorb;
mod health;
mod known;
mod place;
mod side_by_side;
mod visit;

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::health::sentence;
use super::lead::Leads;
use super::{App, Progress, Trouble, entries};
use crate::model::{HealthTurn, Kind, Source, SourceEvent, SourceId};
use crate::store::SourceState;
use health::{Chance, Moment, Observed, examine};
use side_by_side::side_by_side;
use visit::{Visit, Visited, visit};

pub use absorb::Absorbed;
pub(super) use absorb::Absorber;
pub use visit::Fault;
pub(super) use visit::Seen;
pub(super) use visit::found;

/// Which sources a round visits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those whose rhythm says so.
    Due,
    All,
    Named(Vec<String>),
}

/// What a round did, source by source, in the order of sources.toml.
#[derive(Debug, Default)]
pub struct Round {
    pub sources: Vec<SourceRound>,
    /// Sources whose site another process visits at this moment.
    pub elsewhere: Vec<SourceId>,
    /// What became of the administrators' own entries.
    pub entries: Absorbed,
}

#[derive(Debug)]
pub struct SourceRound {
    pub id: SourceId,
    pub name: String,
    pub outcome: Outcome,
    /// A later page of the list failed: what was read before it is kept.
    pub incomplete: bool,
    /// Smaller troubles: items without title, pages that did not answer.
    pub remarks: Vec<String>,
    /// What changed in how it does, told once.
    pub events: Vec<SourceEvent>,
}

#[derive(Debug)]
pub enum Outcome {
    /// The site says that nothing changed.
    NotModified,
    Read {
        listed: usize,
        absorbed: Absorbed,
    },
    Failed {
        why: String,
    },
}

impl Round {
    pub fn failed(&self) -> impl Iterator<Item = (&SourceRound, &str)> {
        self.sources.iter().filter_map(|source| match &source.outcome {
            Outcome::Failed { why } => Some((source, why.as_str())),
            _ => None,
        })
    }

    /// How many notices of each kind were found for the first time.
    pub fn new_by_kind(&self) -> BTreeMap<Kind, usize> {
        let mut all = self.entries.new.clone();
        for source in &self.sources {
            if let Outcome::Read { absorbed, .. } = &source.outcome {
                for (kind, count) in &absorbed.new {
                    *all.entry(*kind).or_default() += count;
                }
            }
        }
        all
    }
}

/// Several hosts are read side by side; one host, one request at a time (`fetch` sees to it).
const VISITS_AT_ONCE: usize = 16;

/// Visits the sources asked for and stores what they say.
///
/// A host is visited by one process at a time: what another one visits now is left to it, and named.
pub async fn collect(app: &App, which: &Which, progress: &dyn Progress) -> Result<Round, Trouble> {
    let now = app.clock.civil();
    let entries = match which {
        Which::Named(_) => Absorbed::default(),
        Which::Due | Which::All => entries::take_in(app, now).await?,
    };
    let wanted = choose(app, which, now).await?;
    if wanted.is_empty() {
        return Ok(Round { entries, ..Round::default() });
    }
    let leads = Leads::take(app, wanted.iter().map(|(source, _)| host(source)).collect()).await?;
    let (ours, theirs): (Vec<_>, Vec<_>) = wanted.iter().partition(|(source, _)| leads.hold(&host(source)));
    let elsewhere = theirs.into_iter().map(|(source, _)| source.id.clone()).collect();
    // Another process may have visited some of them between the two looks.
    let mut chosen = choose(app, which, now).await?;
    chosen.retain(|(source, _)| ours.iter().any(|(our, _)| our.id == source.id));
    progress.begin("Lecture des sites", chosen.len());
    let done = visit_all(app, &chosen, &leads, now, progress).await;
    progress.end();
    leads.give_up().await;
    Ok(Round { sources: done, elsewhere, entries })
}

async fn visit_all(
    app: &App,
    chosen: &[(&Source, SourceState)],
    leads: &Leads<'_>,
    now: DateTime<Utc>,
    progress: &dyn Progress,
) -> Vec<SourceRound> {
    let mut absorber = Absorber::new(app);
    let mut rounds: Vec<Option<SourceRound>> = chosen.iter().map(|_| None).collect();
    let look = async |n: usize| {
        let (source, state) = chosen.get(n)?;
        Some(match app.store.item_heads(&source.id).await {
            Ok(heads) => visit(app, source, state, heads).await,
            Err(error) => Err(Fault::Store(error)),
        })
    };
    let store = async |n: usize, visited: Option<Result<Visited, Fault>>| {
        let (Some((source, state)), Some(visited)) = (chosen.get(n), visited) else { return };
        let round = conclude(app, &mut absorber, source, state.clone(), visited, now).await;
        progress.step(&round.name);
        if let Some(slot) = rounds.get_mut(n) {
            *slot = Some(round);
        }
    };
    let halted = async {
        tokio::select! {
            () = app.halt.heard() => {}
            () = leads.keep() => {}
        }
    };
    side_by_side(chosen.len(), VISITS_AT_ONCE, look, store, halted).await;
    rounds.into_iter().flatten().collect()
}

/// Who visits a host visits all of its sources: one request at a time, whatever the number of processes.
fn host(source: &Source) -> String {
    let host = source.url.host_str().unwrap_or_default();
    format!("visit:{host}:{}", source.url.port_or_known_default().unwrap_or(0))
}

async fn choose<'a>(
    app: &'a App,
    which: &Which,
    now: DateTime<Utc>,
) -> Result<Vec<(&'a Source, SourceState)>, Trouble> {
    if let Which::Named(ids) = which {
        for id in ids {
            app.source(id)?;
        }
    }
    let mut states: BTreeMap<_, _> =
        app.store.source_states().await?.into_iter().map(|state| (state.id.clone(), state)).collect();
    let mut chosen = Vec::new();
    for source in &app.sources {
        let state = states.remove(&source.id).unwrap_or_else(|| SourceState::new(source.id.clone()));
        let wanted = match which {
            Which::Due => source.enabled && is_due(source, &state, now),
            Which::All => source.enabled,
            Which::Named(ids) => ids.iter().any(|id| id == source.id.as_str()),
        };
        if wanted {
            chosen.push((source, state));
        }
    }
    Ok(chosen)
}

/// A source read from scratch, nothing stored.
pub(super) async fn look(app: &App, source: &Source, fresh: &SourceState) -> Result<Visit, Fault> {
    match visit(app, source, fresh, Vec::new()).await? {
        Visited::Listed(visit) => Ok(*visit),
        Visited::NotModified { .. } => Ok(Visit::empty()),
    }
}

/// A date due further ahead than the rhythm comes from a clock that has been set back: then it is due.
fn is_due(source: &Source, state: &SourceState, now: DateTime<Utc>) -> bool {
    let rhythm = every(source).max(RETRY_MAX);
    state.next_due_at.is_none_or(|due| due <= now || due > now + rhythm)
}

fn every(source: &Source) -> TimeDelta {
    TimeDelta::from_std(source.every).unwrap_or(TimeDelta::days(1))
}

/// A source that fails is asked again after an hour, then two, four…, never later than its rhythm or this.
const RETRY_MAX: TimeDelta = TimeDelta::days(1);

/// Stores what a visit found, and how the source does. A store that fails fails this source, by name: the others go on.
async fn conclude(
    app: &App,
    absorber: &mut Absorber<'_>,
    source: &Source,
    before: SourceState,
    visited: Result<Visited, Fault>,
    now: DateTime<Utc>,
) -> SourceRound {
    let mut state = SourceState { last_attempt_at: Some(now), ..before.clone() };
    let mut round = SourceRound::of(source);
    let kept = match visited {
        Ok(visited) => keep(absorber, source, &mut state, visited, now, &mut round).await,
        Err(fault) => Err(fault),
    };
    let observed = match kept {
        Ok(observed) => Some(observed),
        Err(fault) => {
            // Nothing of this visit counts: what was not stored must be listed again.
            state = SourceState { last_attempt_at: Some(now), ..before.clone() };
            failed(&mut state, source, &fault, now);
            round.outcome = Outcome::Failed { why: fault.to_string() };
            // A store that fails says nothing of the site.
            (!matches!(fault, Fault::Store(_))).then(|| seen_failing(&fault, &state))
        }
    };
    if let Some(observed) = observed {
        let today = now.with_timezone(&app.settings.time_zone).date_naive();
        let (newest, last_success_at) = (state.newest_item_on, before.last_success_at);
        let (health, turns) = examine(&before.health, &observed, Moment { now, today, newest, last_success_at });
        let event = |what| SourceEvent { source: source.id.clone(), name: source.name.clone(), at: now, what };
        state.health = health;
        round.events = turns.into_iter().map(event).collect();
    }
    if let Err(error) = app.store.save_source_state(&state, &round.events).await {
        round.outcome = Outcome::Failed { why: error.to_string() };
        round.events.clear();
    }
    log(app, source, &round);
    round
}

fn seen_failing(fault: &Fault, state: &SourceState) -> Observed {
    let may_pass = fault.asks_to_wait().is_some() && state.failures_in_a_row < 2;
    let chance = if may_pass { Chance::MayPass } else { Chance::Stays };
    Observed::Failed { ailment: fault.ailment(), said: fault.to_string(), chance }
}

/// Stores what was seen.
async fn keep(
    absorber: &mut Absorber<'_>,
    source: &Source,
    state: &mut SourceState,
    visited: Visited,
    now: DateTime<Utc>,
    round: &mut SourceRound,
) -> Result<Observed, Fault> {
    match visited {
        Visited::NotModified { seen } => {
            absorber.touch(&seen, now).await?;
            went_well(state, source, now, 0);
            round.outcome = Outcome::NotModified;
            Ok(Observed::NotModified)
        }
        Visited::Listed(visit) => {
            let Visit { seen, listed, validators, remarks, incomplete, left, not_whole, published } = *visit;
            // A day that is still to come is a slip of the pen: it would hide that nothing new comes.
            let newest = published.iter().filter(|day| **day <= now.date_naive()).max().copied();
            let in_part = incomplete.as_ref().map(ToString::to_string);
            let absorbed = absorber.absorb(source, seen, now).await?;
            round.remarks = remarks;
            state.validators = validators;
            state.last_read_at = Some(now);
            state.newest_item_on = state.newest_item_on.max(newest);
            state.items_last = Some(u32::try_from(listed).unwrap_or(u32::MAX));
            match incomplete {
                None => went_well(state, source, now, left),
                Some(fault) => {
                    round.incomplete = true;
                    round.remarks.insert(0, format!("lecture incomplète : {fault}"));
                    failed(state, source, &fault, now);
                }
            }
            round.outcome = Outcome::Read { listed, absorbed };
            Ok(Observed::Listed { count: listed, not_whole, in_part, published })
        }
    }
}

/// `left`: pages that there was no time for. The list is read again soon, and not only asked whether it changed.
fn went_well(state: &mut SourceState, source: &Source, now: DateTime<Utc>, left: usize) {
    state.last_success_at = Some(now);
    state.failures_in_a_row = 0;
    state.fault = None;
    state.fault_since = None;
    state.next_due_at = Some(now + every(source));
    if left > 0 {
        state.validators.clear();
        state.next_due_at = Some(now + every(source).min(REST_OF_A_SLOW_SITE));
    }
}

/// What a slow site had no time to show is asked for after this.
const REST_OF_A_SLOW_SITE: TimeDelta = TimeDelta::hours(1);

fn failed(state: &mut SourceState, source: &Source, fault: &Fault, now: DateTime<Utc>) {
    let doublings = state.failures_in_a_row.min(5);
    state.failures_in_a_row = state.failures_in_a_row.saturating_add(1);
    state.fault = Some(fault.to_string());
    state.fault_since.get_or_insert(now);
    let patience = TimeDelta::hours(1 << doublings).min(every(source)).min(RETRY_MAX);
    state.next_due_at = Some(now + fault.asks_to_wait().unwrap_or(patience));
}

fn log(app: &App, source: &Source, round: &SourceRound) {
    match &round.outcome {
        Outcome::NotModified => tracing::info!(source = %source.id, "source relevée : rien de nouveau"),
        Outcome::Read { listed, absorbed } => {
            tracing::info!(source = %source.id, listed, new = absorbed.new_count(), changed = absorbed.changed, "source relevée");
        }
        Outcome::Failed { why } => tracing::warn!(source = %source.id, why, "source en panne"),
    }
    for event in &round.events {
        let said = sentence(app, event);
        match &event.what {
            HealthTurn::Broke { ailment, .. } => {
                tracing::warn!(source = %source.id, ?ailment, said, "source à surveiller")
            }
            HealthTurn::Recovered { ailment, .. } => {
                tracing::info!(source = %source.id, ?ailment, said, "source rétablie");
            }
        }
    }
}

impl SourceRound {
    fn of(source: &Source) -> Self {
        let outcome = Outcome::NotModified;
        let (remarks, events) = (Vec::new(), Vec::new());
        Self { id: source.id.clone(), name: source.name.clone(), outcome, incomplete: false, remarks, events }
    }

    /// Whether something went wrong that an administrator should look at.
    pub fn is_troubled(&self) -> bool {
        matches!(self.outcome, Outcome::Failed { .. }) || self.incomplete
    }
}
