//! Approval: the plan is frozen and the ledger filled, in one transaction.

use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::super::{App, Trouble, courier};
use super::plan::{Planned, plan};
use super::{Frozen, Recipient, find, journal, refuse_held, wrong};
use crate::model::{CohortId, Edition, EditionId, EditionState, Member};
use crate::store::{DeliveryPlan, FrozenDigest};

/// Freezes what each digest holds and fills the ledger, in one transaction.
pub async fn approve(app: &App, id: EditionId) -> Result<(), Trouble> {
    let edition = find(app, id).await?;
    if edition.state != EditionState::Draft {
        return Err(wrong(&edition, "seul un brouillon s'approuve"));
    }
    refuse_held(app, &edition).await?;
    let plan = plan(app, &edition).await?;
    let templates = app.composer.template_version();
    let frozen: Vec<FrozenDigest> = plan
        .digests
        .iter()
        .map(|digest| {
            let content = json!(Frozen { digest: digest.clone(), templates: templates.clone() });
            FrozenDigest { hash: hash(&content), content }
        })
        .collect();
    let rows: Vec<DeliveryPlan> = plan.members.iter().map(|planned| row(app, &edition, planned)).collect();
    app.store.approve_edition(id, app.clock.civil(), &frozen, &rows).await?;
    journal(app, "edition approve", id, "").await
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
