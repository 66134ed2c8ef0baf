//! Editions are issued: at an occurrence of the schedule, or by hand.

use chrono::{DateTime, NaiveDateTime, TimeDelta, Timelike, Utc};
use serde_json::json;

use super::super::{Actor, App, Trouble};
use super::{Edits, Frame, approve, cancel, edit, is_trial, record};
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
    let trial = is_trial(app);
    let editions = app.store.editions().await?;
    if editions.iter().any(|edition| edition.trial == trial && edition.occurrence >= due.local) {
        return Ok(Issue::NothingDue);
    }
    let is_in_the_way = |edition: &&Edition| edition.state == EditionState::Draft && edition.trial == trial;
    let open_draft = editions.iter().find(is_in_the_way).map(|edition| edition.id);
    if let Some(draft) = open_draft {
        // Its items are still new to its members: they go into the edition that takes its place.
        cancel(app, &Actor::Service, draft).await?;
    }
    let cohorts = all_cohorts(app);
    let mut frame = frame(app).await?;
    (frame.as_of, frame.known_until) = (now.max(due.at), Some(now));
    (frame.scheduled, frame.replaced) = (true, open_draft);
    match create_at(app, &Actor::Service, cohorts, due.local, frame).await {
        Ok(id) => {
            let state = approve_without_review(app, &Actor::Service, id).await?;
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
        match create_at(app, &Actor::CommandLine, chosen.clone(), occurrence, frame(app).await?).await {
            Ok(id) => {
                approve_without_review(app, &Actor::CommandLine, id).await?;
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

async fn create_at(
    app: &App,
    by: &Actor,
    cohorts: Vec<CohortId>,
    occurrence: NaiveDateTime,
    frame: Frame,
) -> Result<EditionId, Trouble> {
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
    record(app, by, "edition create", id, &json!(new.occurrence.to_string())).await?;
    Ok(id)
}

async fn approve_without_review(app: &App, by: &Actor, id: EditionId) -> Result<EditionState, Trouble> {
    match app.settings.digest.review {
        Review::Off => approve(app, by, id).await.map(|()| EditionState::Approved),
        Review::BeforeSend => edit::number(app, id).await.map(|()| EditionState::Draft),
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
    let contact = mail.reply_to.as_ref().or(mail.from.as_ref()).map(|mailbox| mailbox.address.expose().to_owned());
    Ok(Frame {
        language: app.settings.language,
        network: app.settings.network.clone(),
        zone: app.settings.time_zone,
        as_of: app.clock.civil(),
        silent_sources,
        contact,
        edits: Edits::default(),
        scheduled: false,
        known_until: None,
        replaced: None,
    })
}
