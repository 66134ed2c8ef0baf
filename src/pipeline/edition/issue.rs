//! Editions are issued: at an occurrence of the schedule, or by hand.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike, Utc};
use serde_json::json;

use super::super::{App, Trouble};
use super::{Frame, approve, cancel, is_trial, journal};
use crate::config::Review;
use crate::model::{CohortId, Edition, EditionId, EditionState};
use crate::store::{Created, NewEdition};

/// What came of looking whether an edition is due.
#[derive(Debug, PartialEq, Eq)]
pub enum Issue {
    NothingDue,
    Created { id: EditionId, state: EditionState, cancelled_draft: Option<EditionId> },
}

/// Creates the edition of the last occurrence of the schedule, unless it exists. However many occurrences were missed,
/// they become this one.
///
/// `not_before`: occurrences before it are not caught up (a service just installed does not write to everybody at once).
pub async fn issue_due(app: &App, not_before: Option<DateTime<Utc>>) -> Result<Issue, Trouble> {
    let now = app.clock.civil();
    let Some(due) = app.settings.digest.schedule.last_due(now, app.settings.time_zone) else {
        return Ok(Issue::NothingDue);
    };
    if not_before.is_some_and(|start| due.at < start) {
        return Ok(Issue::NothingDue);
    }
    let trial = is_trial(app);
    let editions = app.store.editions().await?;
    if editions.iter().any(|edition| edition.trial == trial && edition.occurrence >= due.local) {
        return Ok(Issue::NothingDue);
    }
    let is_in_the_way = |edition: &&Edition| edition.state == EditionState::Draft && edition.trial == trial;
    let open_draft = editions.iter().find(is_in_the_way).map(|edition| edition.id);
    if let Some(draft) = open_draft {
        // Its items are still new to its members: they go into the edition that takes its place.
        cancel(app, draft).await?;
    }
    let cohorts = all_cohorts(app);
    match create_at(app, cohorts, due.local).await {
        Ok(id) => {
            let state = approve_without_review(app, id).await?;
            Ok(Issue::Created { id, state, cancelled_draft: open_draft })
        }
        // Another process was faster.
        Err(Trouble::EditionExists(_)) => Ok(Issue::NothingDue),
        Err(trouble) => Err(trouble),
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
    const SECONDS_TRIED_MAX: usize = 60;
    for _ in 0..SECONDS_TRIED_MAX {
        match create_at(app, chosen.clone(), occurrence).await {
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

fn all_cohorts(app: &App) -> Vec<CohortId> {
    let mut cohorts: Vec<_> = app.settings.cohorts.iter().map(|cohort| cohort.id.clone()).collect();
    cohorts.sort();
    cohorts
}

async fn create_at(app: &App, cohorts: Vec<CohortId>, occurrence: NaiveDateTime) -> Result<EditionId, Trouble> {
    let frame = frame(app).await?;
    let new = NewEdition {
        cohorts,
        occurrence: occurrence.with_nanosecond(0).unwrap_or(occurrence),
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
    create_at(app, cohorts, app.clock.civil().naive_utc()).await
}

async fn approve_without_review(app: &App, id: EditionId) -> Result<EditionState, Trouble> {
    match app.settings.digest.review {
        Review::Off => approve(app, id).await.map(|()| EditionState::Approved),
        Review::BeforeSend => Ok(EditionState::Draft),
    }
}

async fn frame(app: &App) -> Result<Frame, Trouble> {
    let mut silent_sources = Vec::new();
    for state in app.store.source_states().await? {
        let known = app.sources.iter().find(|source| source.id == state.id && source.enabled);
        if let (Some(source), Some(since)) = (known, state.fault_since) {
            let since = since.with_timezone(&app.settings.time_zone).date_naive();
            silent_sources.push((source.name.clone(), since));
        }
    }
    let mail = &app.settings.mail;
    let mailbox = mail.reply_to.as_ref().or(mail.from.as_ref()).map(|mailbox| &mailbox.address);
    // Only trials have no sender yet; they too show a reader how to leave.
    let contact = mailbox.or(app.settings.admins.first()).map(|address| address.expose().to_owned());
    Ok(Frame {
        language: app.settings.language,
        network: app.settings.network.clone(),
        zone: app.settings.time_zone,
        as_of: app.clock.civil(),
        silent_sources,
        contact,
    })
}
