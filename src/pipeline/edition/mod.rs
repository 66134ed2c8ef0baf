//! Editions: created at an occurrence of the schedule or by hand, approved, paused, cancelled, looked at.
//!
//! Approval freezes what each digest holds; every later preview and sending comes from that.

mod plan;
mod tally;
mod view;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{App, Trouble};
use crate::config::{Review, Transport};
use crate::deliver::message;
use crate::model::{
    CohortId, DeliveryId, Digest, Edition, EditionId, EditionState, EmailAddress, Language, Mailbox, Member, MemberId,
    Rendered, SkipReason, TerritoryCode, ThemeId,
};
use crate::store::{Created, DeliveryPlan, DeliveryRow, DigestId, FrozenDigest, NewEdition};

pub use plan::{Plan, Planned};
pub use tally::{Dropped, Tally, tally};
pub use view::{Revisions, leave_url, view};

/// What all digests of an edition share, as it was when the edition was created.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Frame {
    pub language: Language,
    pub network: String,
    pub zone: Tz,
    pub as_of: DateTime<Utc>,
    /// Sources that were down, by name, and since when.
    pub silent_sources: Vec<(String, NaiveDate)>,
    /// Where a reader may write.
    pub contact: Option<String>,
}

/// Whom a digest speaks to, as they were at approval.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Recipient {
    pub first_name: String,
    pub last_name: String,
    pub organisation: String,
    pub cohorts: Vec<String>,
    pub territories: Vec<TerritoryCode>,
    pub themes: Vec<ThemeId>,
}

/// What is frozen of a digest.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Frozen {
    pub digest: Digest,
    /// The version of the templates it was approved with.
    pub templates: String,
}

/// Whether deliveries are trials now: to files, or diverted by `only_to`.
pub fn is_trial(app: &App) -> bool {
    matches!(app.settings.mail.transport, Transport::File(_)) || !app.settings.mail.only_to.is_empty()
}

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
    let contact = mail.reply_to.as_ref().or(mail.from.as_ref()).map(|mailbox| mailbox.address.expose().to_owned());
    Ok(Frame {
        language: app.settings.language,
        network: app.settings.network.clone(),
        zone: app.settings.time_zone,
        as_of: app.clock.civil(),
        silent_sources,
        contact,
    })
}

/// The edition, or why there is none of this number.
pub async fn find(app: &App, id: EditionId) -> Result<Edition, Trouble> {
    app.store.edition(id).await?.ok_or(Trouble::NoSuchEdition(id))
}

/// Freezes what each digest holds and fills the ledger, in one transaction.
pub async fn approve(app: &App, id: EditionId) -> Result<(), Trouble> {
    let edition = find(app, id).await?;
    if edition.state != EditionState::Draft {
        return Err(wrong(&edition, "seul un brouillon s'approuve"));
    }
    let plan = plan::plan(app, &edition).await?;
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
    app.store.approve_edition(id, app.clock.now(), &frozen, &rows).await?;
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
        message_id: super::courier::message_id(app, edition.id, member.id),
        cohort: member.cohorts.first().cloned().unwrap_or(CohortId(String::new())),
        territories: member.profile.territories.clone(),
        organisation_kind: member.profile.organisation_kind,
    }
}

fn recipient(app: &App, member: &Member) -> Recipient {
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
    Sha256::digest(content.to_string().as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Takes no more from the queue; what is in flight ends.
pub async fn pause(app: &App, id: EditionId) -> Result<(), Trouble> {
    let edition = find(app, id).await?;
    match edition.state {
        EditionState::Approved | EditionState::Sending => {
            move_to(app, &edition, EditionState::Paused, "edition pause").await
        }
        _ => Err(wrong(&edition, "seule une édition approuvée ou en cours d'envoi se suspend")),
    }
}

/// Goes on where it was; nothing sent is sent again.
pub async fn resume(app: &App, id: EditionId) -> Result<(), Trouble> {
    let edition = find(app, id).await?;
    match edition.state {
        EditionState::Paused => move_to(app, &edition, EditionState::Sending, "edition resume").await,
        _ => Err(wrong(&edition, "seule une édition suspendue se reprend")),
    }
}

/// After a restored backup: a person says that what the backup does not know of was not sent, and sending may go on.
pub async fn accept_restored(app: &App, id: EditionId) -> Result<(), Trouble> {
    let edition = find(app, id).await?;
    app.store.accept_restored().await?;
    journal(app, "edition resume --after-restore", id, "").await?;
    match edition.state {
        EditionState::Paused => move_to(app, &edition, EditionState::Sending, "edition resume").await,
        _ => Ok(()),
    }
}

pub async fn cancel(app: &App, id: EditionId) -> Result<(), Trouble> {
    let edition = find(app, id).await?;
    match edition.state {
        EditionState::Draft | EditionState::Approved | EditionState::Paused => {
            move_to(app, &edition, EditionState::Cancelled, "edition cancel").await
        }
        EditionState::Sending => Err(wrong(&edition, "suspendez-la d'abord (« glaneur edition pause »)")),
        EditionState::Sent | EditionState::Cancelled => Err(wrong(&edition, "il n'y a plus rien à annuler")),
    }
}

async fn move_to(app: &App, edition: &Edition, to: EditionState, action: &str) -> Result<(), Trouble> {
    app.store.move_edition(edition.id, edition.state, to, app.clock.now()).await?;
    journal(app, action, edition.id, "").await
}

fn wrong(edition: &Edition, what: &'static str) -> Trouble {
    Trouble::WrongState { id: edition.id, state: edition.state, what }
}

pub(super) async fn journal(app: &App, action: &str, id: EditionId, detail: &str) -> Result<(), Trouble> {
    app.store.journal("cli", action, &format!("edition:{id}"), &json!(detail), app.clock.now()).await?;
    Ok(())
}

/// What one member gets of an edition.
#[derive(Debug)]
pub struct Share {
    pub member: MemberId,
    pub email: EmailAddress,
    pub recipient: Recipient,
    pub what: Result<Digest, SkipReason>,
}

/// Who gets what: as frozen once approved, as it would be now for a draft.
pub async fn shares(app: &App, edition: &Edition) -> Result<Vec<Share>, Trouble> {
    if edition.state == EditionState::Draft
        || (edition.state == EditionState::Cancelled && edition.approved_at.is_none())
    {
        let plan = plan::plan(app, edition).await?;
        let share = |planned: &Planned| Share {
            member: planned.member.id,
            email: planned.member.email.clone(),
            recipient: recipient(app, &planned.member),
            what: planned.what.and_then(|n| plan.digests.get(n).cloned().ok_or(SkipReason::NothingToSay)),
        };
        return Ok(plan.members.iter().map(share).collect());
    }
    frozen_shares(app, edition).await
}

async fn frozen_shares(app: &App, edition: &Edition) -> Result<Vec<Share>, Trouble> {
    let rows = rows(app, edition.id).await?;
    let mut addressees = app.store.addressees(edition.id).await?;
    let mut wanted: Vec<DigestId> = rows.iter().filter_map(|row| row.digest).collect();
    wanted.sort();
    wanted.dedup();
    let contents = frozen_digests(app, &wanted).await?;
    let mut shares = Vec::with_capacity(rows.len());
    for row in rows {
        // An erased member's row keeps its figures, not whom it was for.
        let (Some(email), Some(addressee)) = (row.email, addressees.remove(&row.id)) else { continue };
        let Ok(recipient) = serde_json::from_value(addressee) else { continue };
        let what = match row.digest.and_then(|id| contents.get(&id)) {
            Some(frozen) => Ok(frozen.digest.clone()),
            None => Err(row.skipped_because.unwrap_or(SkipReason::NothingToSay)),
        };
        shares.push(Share { member: row.member, email, recipient, what });
    }
    Ok(shares)
}

pub(super) async fn frozen_digests(app: &App, ids: &[DigestId]) -> Result<HashMap<DigestId, Frozen>, Trouble> {
    let contents = app.store.digests(ids).await?;
    Ok(contents.into_iter().filter_map(|(id, content)| Some((id, serde_json::from_value(content).ok()?))).collect())
}

pub(super) fn frame_of(edition_frame: &serde_json::Value) -> Result<Frame, Trouble> {
    serde_json::from_value(edition_frame.clone()).map_err(|error| {
        Trouble::File(format!("le cadre de l'édition est illisible ({error}) : restaurez une sauvegarde"))
    })
}

/// The mail of one member.
#[derive(Debug)]
pub struct Preview {
    pub share: Share,
    pub rendered: Rendered,
    /// The whole message, as SMTP would carry it.
    pub message: Vec<u8>,
}

/// The mail of one member, as it was or would be sent; without an address, the first one that gets something.
pub async fn preview(app: &App, id: EditionId, member: Option<&str>) -> Result<Preview, Trouble> {
    let edition = find(app, id).await?;
    let mut shares = shares(app, &edition).await?;
    let chosen = match member {
        Some(email) => shares.iter().position(|share| share.email.expose() == email.trim().to_lowercase()),
        None => shares.iter().position(|share| share.what.is_ok()),
    };
    let share = chosen.map(|n| shares.swap_remove(n)).ok_or_else(|| {
        Trouble::NoSuchMember(match member {
            Some(_) => format!(
                "l'édition {id} ne concerne aucun membre de cette adresse : « glaneur edition show {id} » les donne"
            ),
            None => format!("l'édition {id} n'a rien à dire à personne"),
        })
    })?;
    let digest = share.what.as_ref().map_err(|skip| {
        Trouble::NoSuchMember(format!("ce membre ne reçoit rien de l'édition {id} : {}", skip_sentence(*skip)))
    })?;
    let frame = frame_of(&app.store.frame(id).await?)?;
    let mut revisions = Revisions::default();
    revisions.load(app, digest).await?;
    let view = view(app, &frame, &share.recipient, share.member, digest, &revisions);
    let rendered = app.composer.digest(&view).map_err(|error| Trouble::Template(error.to_string()))?;
    let to = Mailbox { name: share.recipient.full_name(), address: share.email.clone() };
    let message_id = super::courier::message_id(app, id, share.member);
    let envelope = super::courier::Envelope::new(app, id)?;
    let mail = envelope.mail(app, &frame, to, share.member, message_id, rendered.clone());
    let message = message::write(&mail).map_err(|error| Trouble::Template(error.to_string()))?;
    Ok(Preview { share, rendered, message })
}

impl Recipient {
    pub fn full_name(&self) -> Option<String> {
        let name = format!("{} {}", self.first_name, self.last_name).trim().to_owned();
        Some(name).filter(|name| !name.is_empty())
    }
}

/// Every row of an edition's ledger.
pub async fn rows(app: &App, id: EditionId) -> Result<Vec<DeliveryRow>, Trouble> {
    const PAGE: u32 = 1_000;
    let mut all: Vec<DeliveryRow> = Vec::new();
    loop {
        let after = all.last().map_or(DeliveryId(0), |row| row.id);
        let page = app.store.deliveries(id, &[], after, PAGE).await?;
        let last = page.len() < PAGE as usize;
        all.extend(page);
        if last {
            return Ok(all);
        }
    }
}

/// Why a member gets nothing, for an administrator.
pub fn skip_sentence(skip: SkipReason) -> &'static str {
    match skip {
        SkipReason::Left => "a quitté la liste",
        SkipReason::Suspended => "suspendu après des retours en erreur",
        SkipReason::Paused => "en pause, à sa demande",
        SkipReason::Rhythm => "ce n'est pas son rythme",
        SkipReason::NothingToSay => "rien de nouveau pour lui",
    }
}
