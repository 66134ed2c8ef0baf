//! Approval: the plan is frozen and the ledger filled, in one transaction.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::super::{Actor, App, Trouble, courier};
use super::frozen::{Frame, frame_of};
use super::plan::{Plan, Planned, plan, plan_at};
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
    let shown = plan(app, edition).await?;
    let now = app.clock.civil();
    let (plan, drift, as_of) = if now - edition.as_of > READ_AT_ONCE {
        let plan = plan_at(app, edition, now).await?;
        let drift = drift(app, &shown, &plan, now).await?;
        (plan, drift, now)
    } else {
        (shown, Drift::default(), frame.as_of)
    };
    // It speaks from now on, still of what was known when it was created.
    let frame = Frame { as_of, known_until: Some(frame.known_until.unwrap_or(edition.as_of)), ..frame };
    let templates = app.composer.template_version();
    let frozen: Vec<FrozenDigest> = plan
        .digests
        .iter()
        .map(|digest| {
            let content = json!(Frozen { digest: digest.clone(), templates: templates.clone() });
            FrozenDigest { hash: hash(&content), content }
        })
        .collect();
    let rows: Vec<DeliveryPlan> = plan.members.iter().map(|planned| row(app, edition, planned)).collect();
    let mut approval = app.store.begin_approval(id, app.clock.civil()).await?;
    approval.keep_frame(as_of, &read, &json!(frame)).await?;
    approval.keep_templates(&templates, app.composer.sources()).await?;
    approval.fill(&frozen, &rows).await?;
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

async fn drift(app: &App, shown: &Plan, plan: &Plan, now: DateTime<Utc>) -> Result<Drift, Trouble> {
    let notices = |plan: &Plan| -> BTreeSet<(NoticeId, u32)> {
        let entries = plan.digests.iter().flat_map(|digest| &digest.entries);
        entries.map(|entry| (entry.notice.clone(), entry.revision)).collect()
    };
    let gone: Vec<_> = notices(shown).difference(&notices(plan)).cloned().collect();
    let gone = Revisions::fetch(app, gone).await?;
    let mut closed: Vec<String> =
        gone.into_values().filter(|notice| !notice.is_open(now)).map(|notice| notice.title).collect();
    closed.sort();
    let served = |plan: &Plan| plan.members.iter().filter(|planned| planned.what.is_ok()).count();
    Ok(Drift { closed, silenced: served(shown).saturating_sub(served(plan)) })
}

fn row(app: &App, edition: &Edition, planned: &Planned) -> DeliveryPlan {
    let member = &planned.member;
    DeliveryPlan {
        member: member.id,
        email: member.email.clone(),
        addressee: json!(recipient(app, member)),
        digest: planned.what.ok(),
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
