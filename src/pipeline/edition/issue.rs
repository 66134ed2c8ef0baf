//! Editions are issued: at an occurrence of the schedule, or by hand.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike, Utc};
use serde_json::json;

use super::super::{Actor, App, Trouble};
use super::frozen::{Approval, Silent, frame_of};
use super::{Edits, Frame, approve, cancel, edit, is_trial, journal};
use crate::config::Review;
use crate::model::{CohortId, Edition, EditionId, EditionState, Origin};
use crate::store::{Created, NewEdition};

/// What came of looking whether an edition is due.
#[derive(Debug, PartialEq, Eq)]
pub enum Issue {
    NothingDue,
    Created {
        id: EditionId,
        state: EditionState,
        /// Drafts that nobody approved in time: what they said goes into this one.
        cancelled_drafts: Vec<EditionId>,
    },
    /// The database was restored from a backup: what it does not know of may have been sent by the one that was lost.
    PerhapsSent {
        occurrence: NaiveDateTime,
    },
}

/// Creates the edition of the last occurrence of the schedule, unless it exists. However many occurrences were missed,
/// they become this one.
///
/// `not_before`: occurrences before it are not caught up (a service just installed does not write to everybody at once).
pub async fn issue_due(app: &App, not_before: Option<DateTime<Utc>>) -> Result<Issue, Trouble> {
    let now = app.clock.civil();
    let ahead = match app.settings.digest.review {
        Review::BeforeSend => TimeDelta::from_std(app.settings.digest.review_before).unwrap_or_default(),
        Review::Off => TimeDelta::zero(),
    };
    let Some(due) = app.settings.digest.schedule.last_due(now + ahead, app.settings.time_zone) else {
        return Ok(Issue::NothingDue);
    };
    if not_before.is_some_and(|start| due.at < start) {
        return Ok(Issue::NothingDue);
    }
    let cohorts = all_cohorts(app);
    let rivals = rivals(app, &cohorts).await?;
    let answer = rivals.iter().find(|edition| edition.origin == Origin::Schedule && edition.occurrence >= due.local);
    if let Some(answer) = answer {
        return finish_approval(app, answer).await;
    }
    if app.store.gap().await?.is_some_and(|gap| gap.from < due.at && due.at <= gap.until) {
        return Ok(Issue::PerhapsSent { occurrence: due.local });
    }
    let mut cancelled_drafts = Vec::new();
    for draft in rivals.iter().filter(|edition| edition.state == EditionState::Draft) {
        // Its items are still new to its members: they go into the edition that takes its place.
        cancel(app, &Actor::Process, draft.id).await?;
        cancelled_drafts.push(draft.id);
    }
    let mut frame = new_frame(app).await?;
    (frame.as_of, frame.known_until) = (now.max(due.at), Some(now));
    frame.replaced.clone_from(&cancelled_drafts);
    match create_with(app, cohorts, due.local, Origin::Schedule, frame).await {
        Ok(id) => {
            let state = approve_without_review(app, id).await?;
            Ok(Issue::Created { id, state, cancelled_drafts })
        }
        // Another process was faster.
        Err(Trouble::EditionExists(_)) => Ok(Issue::NothingDue),
        Err(trouble) => Err(trouble),
    }
}

/// Editions that speak to one of these cohorts, trials apart from real ones.
///
/// A cohort added since the last occurrence waits for the next, like a service just installed; one that the schedule
/// never knew is in nobody's way.
async fn rivals(app: &App, cohorts: &[CohortId]) -> Result<Vec<Edition>, Trouble> {
    let trial = is_trial(app);
    let mut editions = app.store.editions().await?;
    let speaks_to_all = |edition: &Edition| edition.cohorts.is_empty() && cohorts.is_empty();
    let shares = |edition: &Edition| edition.cohorts.iter().any(|cohort| cohorts.contains(cohort));
    // What puts a mistake right says nothing that another edition would.
    let periodic = |edition: &Edition| edition.origin != Origin::Correction;
    editions.retain(|e| e.trial == trial && periodic(e) && (shares(e) || speaks_to_all(e)));
    Ok(editions)
}

/// An edition that was to leave unread, and whose process died before it approved it, is approved now.
async fn finish_approval(app: &App, edition: &Edition) -> Result<Issue, Trouble> {
    if edition.state != EditionState::Draft || edition.held_since.is_some() {
        return Ok(Issue::NothingDue);
    }
    match frame_of(&app.store.frame(edition.id).await?)?.approval {
        Approval::ByAPerson => Ok(Issue::NothingDue),
        Approval::AtOnce => {
            approve(app, &Actor::Process, edition.id).await?;
            Ok(Issue::Created { id: edition.id, state: EditionState::Approved, cancelled_drafts: Vec::new() })
        }
    }
}

/// Creates an edition by hand, for the cohorts named or for all.
pub async fn create(app: &App, cohorts: &[String]) -> Result<EditionId, Trouble> {
    let mut chosen: Vec<CohortId> = cohorts.iter().map(|id| app.cohort(id).cloned()).collect::<Result<_, _>>()?;
    if chosen.is_empty() {
        chosen = all_cohorts(app);
    }
    chosen.sort();
    chosen.dedup();
    let mut occurrence = app.clock.civil().with_timezone(&app.settings.time_zone).naive_local();
    // At the very second of the schedule it would take the place of the scheduled one.
    let due = app.settings.digest.schedule.last_due(app.clock.civil(), app.settings.time_zone);
    if due.is_some_and(|due| due.local == occurrence.with_nanosecond(0).unwrap_or(occurrence)) {
        occurrence += TimeDelta::seconds(1);
    }
    const SECONDS_TRIED_MAX: usize = 60;
    for _ in 0..SECONDS_TRIED_MAX {
        match create_at(app, chosen.clone(), occurrence, Origin::Hand).await {
            Ok(id) => {
                approve_without_review(app, id).await?;
                return Ok(id);
            }
            // Made by hand twice in one moment, after the first was sent or cancelled: the next second is free.
            Err(Trouble::EditionExists(_)) => occurrence += TimeDelta::seconds(1),
            Err(trouble) => return Err(trouble),
        }
    }
    Err(Trouble::Words("trop d'éditions créées au même instant : réessayez".to_owned()))
}

pub(super) fn all_cohorts(app: &App) -> Vec<CohortId> {
    let mut cohorts: Vec<_> = app.settings.cohorts.iter().map(|cohort| cohort.id.clone()).collect();
    cohorts.sort();
    cohorts
}

async fn create_at(
    app: &App,
    cohorts: Vec<CohortId>,
    occurrence: NaiveDateTime,
    origin: Origin,
) -> Result<EditionId, Trouble> {
    create_with(app, cohorts, occurrence, origin, new_frame(app).await?).await
}

pub(super) async fn create_with(
    app: &App,
    cohorts: Vec<CohortId>,
    occurrence: NaiveDateTime,
    origin: Origin,
    frame: Frame,
) -> Result<EditionId, Trouble> {
    let new = NewEdition {
        cohorts,
        occurrence: occurrence.with_nanosecond(0).unwrap_or(occurrence),
        origin,
        nonce: format!("{:032x}", rand::random::<u128>()),
        as_of: frame.as_of,
        trial: is_trial(app),
        frame: json!(frame),
    };
    let id = match app.store.create_edition(&new, app.clock.now()).await? {
        Created::New(id) => id,
        Created::Exists(id) => return Err(Trouble::EditionExists(id)),
        Created::DraftOpen(id) => return Err(Trouble::DraftOpen(id)),
    };
    journal(app, "edition create", id, &new.occurrence.to_string()).await?;
    Ok(id)
}

/// A draft and nothing more: tests fill the ledger themselves.
#[cfg(test)]
pub(in crate::pipeline) async fn draft_for_tests(app: &App, cohorts: &[&str]) -> Result<EditionId, Trouble> {
    let cohorts = cohorts.iter().map(|id| CohortId((*id).to_owned())).collect();
    create_at(app, cohorts, app.clock.civil().naive_utc(), Origin::Hand).await
}

/// The draft of the occurrence that is due, as a process that died at once leaves it.
#[cfg(test)]
pub(in crate::pipeline) async fn scheduled_draft_for_tests(app: &App) -> Result<EditionId, Trouble> {
    let due = app.settings.digest.schedule.last_due(app.clock.civil(), app.settings.time_zone);
    create_at(app, all_cohorts(app), due.unwrap().local, Origin::Schedule).await
}

async fn approve_without_review(app: &App, id: EditionId) -> Result<EditionState, Trouble> {
    match app.settings.digest.review {
        Review::Off => approve(app, &Actor::Process, id).await.map(|_| EditionState::Approved),
        Review::BeforeSend => edit::number(app, id).await.map(|()| EditionState::Draft),
    }
}

pub(super) async fn new_frame(app: &App) -> Result<Frame, Trouble> {
    let mut silent = Vec::new();
    for state in app.store.source_states().await? {
        let known = app.sources.iter().find(|source| source.id == state.id && source.enabled);
        if let (Some(source), Some(since)) = (known, state.fault_since) {
            let since = since.with_timezone(&app.settings.time_zone).date_naive();
            silent.push(Silent { name: source.name.clone(), since, territory: source.territory.clone() });
        }
    }
    Ok(Frame {
        language: app.settings.language,
        network: app.settings.network.clone(),
        zone: app.settings.time_zone,
        as_of: app.clock.civil(),
        silent,
        contact: app.contact().map(|address| address.expose().to_owned()),
        approval: match app.settings.digest.review {
            Review::Off => Approval::AtOnce,
            Review::BeforeSend => Approval::ByAPerson,
        },
        edits: Edits::default(),
        known_until: None,
        replaced: Vec::new(),
        corrects: None,
        look: None,
    })
}
