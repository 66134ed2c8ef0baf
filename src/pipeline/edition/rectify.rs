//! « Rectificatif »: what was mailed wrongly is put right, to exactly those who received it.
//!
//! A corrective edition is one like the others (draft, approval, ledger, history), but it answers no occurrence and asks no
//! profile: whoever was shown a version of the notice that the correction changes is told, and nobody else. It is always a
//! draft first: a second mistake would be worse than the first.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Timelike, Utc};
use serde_json::json;

use super::super::{Actor, App, Trouble, notices};
use super::frozen::frame_of;
use super::issue::{all_cohorts, create_with, new_frame};
use super::plan::{Plan, Planned, announced, not_now};
use super::{edit, frozen_digests, record};
use crate::matching;
use crate::model::{
    Change, Digest, EditionId, EditionState, Entry, Member, MemberId, Notice, NoticeId, Origin, Reason, Section, Turn,
};
use crate::store::{DigestId, MemberFilter};

/// Drafts made in one moment take the seconds that follow it.
const SECONDS_TRIED_MAX: usize = 60;

/// How many members have before them a deadline, a territory or an audience of this notice that was corrected since.
pub async fn misled(app: &App, notice: &NoticeId) -> Result<usize, Trouble> {
    let plan = plan(app, notice, app.clock.civil()).await?;
    Ok(plan.members.iter().filter(|planned| planned.what.is_ok()).count())
}

/// The corrective edition of a notice, as a draft.
pub async fn rectify(app: &App, by: &Actor, notice: &str) -> Result<EditionId, Trouble> {
    let notice = notices::find(app, notice).await?;
    if misled(app, &notice.id).await? == 0 {
        return Err(Trouble::Words(format!(
            "personne n'a reçu de l'annonce {} une date limite, un territoire ou un public corrigé depuis : il n'y a rien \
             à rectifier",
            notice.id
        )));
    }
    for edition in app.store.editions().await? {
        let open = edition.state == EditionState::Draft && edition.origin == Origin::Correction;
        if open && frame_of(&app.store.frame(edition.id).await?)?.corrects.as_ref() == Some(&notice.id) {
            return Err(Trouble::DraftOpen(edition.id));
        }
    }
    let mut frame = new_frame(app).await?;
    frame.silent.clear();
    frame.corrects = Some(notice.id.clone());
    let local = app.clock.civil().with_timezone(&app.settings.time_zone).naive_local();
    let mut occurrence = local.with_nanosecond(0).unwrap_or(local);
    for _ in 0..SECONDS_TRIED_MAX {
        match create_with(app, all_cohorts(app), occurrence, Origin::Correction, frame.clone()).await {
            Ok(id) => {
                edit::number(app, id).await?;
                record(app, by, "edition rectify", id, &json!(notice.id)).await?;
                return Ok(id);
            }
            Err(Trouble::EditionExists(_)) => occurrence += TimeDelta::seconds(1),
            Err(trouble) => return Err(trouble),
        }
    }
    Err(Trouble::Words("trop d'éditions créées au même instant : réessayez".to_owned()))
}

/// What each of those who were misled is told. Who left, is suspended or paused is named, and not written to.
pub(super) async fn plan(app: &App, notice: &NoticeId, as_of: DateTime<Utc>) -> Result<Plan, Trouble> {
    let notice = notices::find(app, notice.as_str()).await?;
    let announced = announced(app, &notice).await?;
    let members = app.store.members(&MemberFilter::default()).await?;
    let mut seen = last_shown(app, &members, &notice.id).await?;
    let mut plan = Plan::default();
    for member in members {
        let Some(shown) = seen.remove(&member.id) else { continue };
        let changes = matching::changes_since(&announced, shown.revision);
        if !changes.iter().any(misleads) {
            continue;
        }
        let what = match not_now(app, &member, as_of) {
            Some(skip) => Err(skip),
            None => Ok(shared(&mut plan.digests, told(&notice, shown.reason, changes))),
        };
        plan.members.push(Planned { member, what });
    }
    Ok(plan)
}

/// A mistake in one of these makes somebody apply too late, in vain, or not at all.
fn misleads(change: &Change) -> bool {
    matches!(change, Change::Deadline { .. } | Change::Territory { .. } | Change::Audiences { .. })
}

fn told(notice: &Notice, reason: Reason, changes: Vec<Change>) -> Digest {
    let entry =
        Entry { notice: notice.id.clone(), revision: notice.revision, section: Section::Changed, reason, changes };
    Digest { entries: vec![entry], turn: Turn::Correction, ..Digest::default() }
}

fn shared(digests: &mut Vec<Digest>, digest: Digest) -> usize {
    digests.iter().position(|known| *known == digest).unwrap_or_else(|| {
        digests.push(digest);
        digests.len() - 1
    })
}

/// The version of a notice that a member has before them, and why they were told.
struct Shown {
    revision: u32,
    reason: Reason,
}

async fn last_shown(app: &App, members: &[Member], notice: &NoticeId) -> Result<HashMap<MemberId, Shown>, Trouble> {
    let ids: Vec<MemberId> = members.iter().map(|member| member.id).collect();
    let histories = app.store.histories(&ids).await?;
    let mut wanted: Vec<DigestId> = histories.values().flatten().map(|shown| shown.digest).collect();
    wanted.sort();
    wanted.dedup();
    let contents = frozen_digests(app, &wanted).await?;
    let aliases = app.store.aliases().await?;
    let version = |entry: &Entry| match aliases.get(&entry.notice) {
        _ if entry.notice == *notice => Some(entry.revision),
        // Merged since: it counts as the one that took it in, as the merge left it.
        Some((kept, revision)) if kept == notice => Some(*revision),
        _ => None,
    };
    let of_digest: HashMap<DigestId, Shown> = contents
        .iter()
        .filter_map(|(id, frozen)| {
            let found = frozen.digest.entries.iter().find_map(|entry| Some((version(entry)?, entry)));
            found.map(|(revision, entry)| (*id, Shown { revision, reason: entry.reason.clone() }))
        })
        .collect();
    let last = |shown: Vec<crate::store::Shown>| {
        let versions = shown.iter().filter_map(|shown| of_digest.get(&shown.digest));
        versions.max_by_key(|shown| shown.revision).map(|s| Shown { revision: s.revision, reason: s.reason.clone() })
    };
    Ok(histories.into_iter().filter_map(|(member, shown)| Some((member, last(shown)?))).collect())
}
