//! Approval: the plan is frozen and the ledger filled, in one transaction.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::super::{Actor, App, Trouble, courier};
use super::frozen::{Frame, frame_of};
use super::plan::{Plan, Planned, Planner, Room};
use super::{Frozen, Recipient, Revisions, find, record, refuse_held, wrong};
use crate::model::{CohortId, Edition, EditionId, EditionState, Member, NoticeId};
use crate::store::{DeliveryPlan, FrozenDigest};

/// Freezes what each digest holds and fills the ledger, in one transaction.
///
/// What it says is planned anew, as of now: a call that closed while the draft was read is not offered any more, and is named.
pub async fn approve(app: &App, by: &Actor, id: EditionId) -> Result<Drift, Trouble> {
    let edition = find(app, id).await?;
    if edition.state != EditionState::Draft {
        return Err(wrong(&edition, "seul un brouillon s'approuve"));
    }
    let read = app.store.frame(id).await?;
    approve_as_read(app, by, &edition, read).await
}

/// As [`approve`], by somebody who decided on this frame: whatever was changed or held since, nothing is approved.
pub async fn approve_as_read(app: &App, by: &Actor, edition: &Edition, read: Value) -> Result<Drift, Trouble> {
    let id = edition.id;
    refuse_held(app, edition).await?;
    let frame = frame_of(&read)?.renewed(app)?;
    let now = app.clock.civil();
    // What the draft showed; within a moment of its creation it is what is approved.
    let shown = if now - edition.as_of > READ_AT_ONCE { Some(shown(app, edition, &frame).await?) } else { None };
    let as_of = if shown.is_some() { now } else { frame.as_of };
    // It speaks from now on, still of what was known when it was created.
    let frame = Frame { as_of, known_until: Some(frame.known_until.unwrap_or(edition.as_of)), ..frame };
    let templates = app.composer.template_version();
    let mut planner = Planner::new(app, edition, as_of, &frame.edits, Room::AsSet).await?;
    let mut approval = app.store.begin_approval(id, app.clock.civil()).await?;
    approval.keep_frame(as_of, &read, &json!(frame)).await?;
    approval.keep_templates(&templates, app.composer.sources()).await?;
    let mut said = Said::default();
    let mut positions = Vec::new();
    while let Some(batch) = planner.next().await? {
        said.add(&batch);
        for digest in batch.digests {
            let content = json!(Frozen { digest, templates: templates.clone() });
            positions.push(approval.freeze(&FrozenDigest { hash: hash(&content), content }).await?);
        }
        let rows: Vec<DeliveryPlan> =
            batch.members.iter().map(|planned| row(app, edition, planned, &positions)).collect();
        approval.add(&rows).await?;
    }
    let drift = match shown {
        Some(shown) => drift(app, &shown, &said, now).await?,
        None => Drift::default(),
    };
    approval.commit().await?;
    record(app, by, "edition approve", id, &json!(drift.closed.join(" ; "))).await?;
    Ok(drift)
}

/// A draft approved within this is still what it was.
const READ_AT_ONCE: TimeDelta = TimeDelta::minutes(1);

/// How what was approved differs from what the draft showed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// The titles of notices that closed in between.
    pub closed: Vec<String>,
    /// Members to whom nothing is left to say.
    pub silenced: usize,
}

/// What a plan says in all, and to how many.
#[derive(Default)]
struct Said {
    notices: BTreeSet<(NoticeId, u32)>,
    members: usize,
}

impl Said {
    fn add(&mut self, batch: &Plan) {
        let entries = batch.digests.iter().flat_map(|digest| &digest.entries);
        self.notices.extend(entries.map(|entry| (entry.notice.clone(), entry.revision)));
        self.members += batch.members.iter().filter(|planned| planned.what.is_ok()).count();
    }
}

async fn shown(app: &App, edition: &Edition, frame: &Frame) -> Result<Said, Trouble> {
    let mut planner = Planner::new(app, edition, edition.as_of, &frame.edits, Room::AsSet).await?;
    let mut shown = Said::default();
    while let Some(batch) = planner.next().await? {
        shown.add(&batch);
    }
    Ok(shown)
}

async fn drift(app: &App, shown: &Said, said: &Said, now: DateTime<Utc>) -> Result<Drift, Trouble> {
    let gone: Vec<_> = shown.notices.difference(&said.notices).cloned().collect();
    let gone = Revisions::fetch(app, gone).await?;
    let mut closed: Vec<String> =
        gone.into_values().filter(|notice| !notice.is_open(now)).map(|notice| notice.title).collect();
    closed.sort();
    Ok(Drift { closed, silenced: shown.members.saturating_sub(said.members) })
}

/// `positions` are those of the plan's digests in the approval.
fn row(app: &App, edition: &Edition, planned: &Planned, positions: &[usize]) -> DeliveryPlan {
    let member = &planned.member;
    DeliveryPlan {
        member: member.id,
        email: member.email.clone(),
        addressee: json!(recipient(app, member)),
        digest: planned.what.ok().and_then(|digest| positions.get(digest).copied()),
        skip: planned.what.err(),
        message_id: courier::message_id(app, edition, member.id),
        cohort: member.cohorts.first().cloned().unwrap_or(CohortId(String::new())),
        territories: member.profile.territories.clone(),
        organisation_kind: member.profile.organisation_kind,
    }
}

pub(super) fn recipient(app: &App, member: &Member) -> Recipient {
    let cohorts = app.settings.cohorts.iter().filter(|cohort| member.cohorts.contains(&cohort.id));
    Recipient {
        first_name: member.first_name.clone(),
        last_name: member.last_name.clone(),
        organisation: member.organisation.clone(),
        cohorts: cohorts.map(|cohort| cohort.name.clone()).collect(),
        territories: member.profile.territories.clone(),
        themes: member.profile.themes.clone(),
    }
}

fn hash(content: &serde_json::Value) -> String {
    crate::model::hex(&Sha256::digest(content.to_string().as_bytes()))
}
