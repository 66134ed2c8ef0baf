//! Who gets what of an edition, and each one's mail as it was or would be sent.

use super::super::{App, Trouble, courier};
use super::approve::recipient;
use super::frozen::{frame_of, frozen_digests};
use super::plan::{Planned, plan};
use super::{Recipient, Revisions, Typesetter, find, skip_sentence, view};
use crate::deliver::message;
use crate::model::{
    DeliveryId, DeliveryState, Digest, Edition, EditionId, EditionState, EmailAddress, Mailbox, MemberId, Rendered,
    SkipReason,
};
use crate::store::{DeliveryRow, DigestId};

/// What one member gets of an edition.
#[derive(Debug)]
pub struct Share {
    pub member: MemberId,
    pub email: EmailAddress,
    pub recipient: Recipient,
    pub what: Result<Digest, SkipReason>,
    /// Of the row; a draft has no rows yet.
    pub message_id: Option<String>,
    /// The version of the templates it was approved with.
    templates: Option<String>,
}

/// Who gets what: as frozen once approved, as it would be now for a draft.
pub async fn shares(app: &App, edition: &Edition) -> Result<Vec<Share>, Trouble> {
    if edition.state == EditionState::Draft
        || (edition.state == EditionState::Cancelled && edition.approved_at.is_none())
    {
        let plan = plan(app, edition).await?;
        let share = |planned: &Planned| Share {
            member: planned.member.id,
            email: planned.member.email.clone(),
            recipient: recipient(app, &planned.member),
            what: planned.what.and_then(|n| plan.digests.get(n).cloned().ok_or(SkipReason::NothingToSay)),
            message_id: None,
            templates: None,
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
        let frozen = row.digest.and_then(|id| contents.get(&id));
        let templates = frozen.map(|frozen| frozen.templates.clone());
        let what = match frozen {
            Some(frozen) => Ok(frozen.digest.clone()),
            None => Err(row.skipped_because.unwrap_or(SkipReason::NothingToSay)),
        };
        let message_id = Some(row.message_id).filter(|id| !id.is_empty());
        shares.push(Share { member: row.member, email, recipient, what, message_id, templates });
    }
    // The ledger stands in the order of profiles.
    shares.sort_by_key(|share| share.member);
    Ok(shares)
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
    let share = share_of(app, &edition, member).await?;
    let digest = share.what.clone().unwrap_or_default();
    let frame = frame_of(&app.store.frame(id).await?)?;
    let frame = if edition.approved_at.is_none() { frame.renewed(app)? } else { frame };
    let mut revisions = Revisions::default();
    revisions.load(app, &digest).await?;
    let view = view(app, &frame, &share.recipient, share.member, &digest, &revisions)?;
    let typesetter = match &share.templates {
        Some(version) => Typesetter::of(app, version).await?,
        None => Typesetter::InForce,
    };
    let rendered = typesetter.digest(app, &view).map_err(|error| Trouble::Template(error.to_string()))?;
    let to = Mailbox { name: share.recipient.full_name(), address: share.email.clone() };
    let planned = || courier::message_id(app, &edition, share.member);
    let message_id = share.message_id.clone().unwrap_or_else(planned);
    let envelope = courier::Envelope::new(app, &edition, &frame)?;
    let mail = envelope.mail(app, to, share.member, message_id, rendered.clone());
    let message = message::write(&mail).map_err(|error| Trouble::Template(error.to_string()))?;
    Ok(Preview { share, rendered, message })
}

/// The share of one member that gets something; without an address, the first one.
pub(super) async fn share_of(app: &App, edition: &Edition, member: Option<&str>) -> Result<Share, Trouble> {
    let id = edition.id;
    let mut shares = shares(app, edition).await?;
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
    match share.what {
        Ok(_) => Ok(share),
        Err(skip) => {
            Err(Trouble::NoSuchMember(format!("ce membre ne reçoit rien de l'édition {id} : {}", skip_sentence(skip))))
        }
    }
}

/// The rows that need a look: not simply sent, skipped or queued, or once in doubt.
pub async fn troubled_rows(app: &App, id: EditionId) -> Result<Vec<DeliveryRow>, Trouble> {
    let plain = [DeliveryState::Sent, DeliveryState::Skipped, DeliveryState::Queued];
    let states: Vec<DeliveryState> = DeliveryState::ALL.into_iter().filter(|state| !plain.contains(state)).collect();
    let mut rows = rows_in(app, id, &states).await?;
    rows.extend(app.store.doubted(id).await?);
    rows.sort_by_key(|row| row.id);
    rows.dedup_by_key(|row| row.id);
    Ok(rows)
}

/// Every row of an edition's ledger.
pub async fn rows(app: &App, id: EditionId) -> Result<Vec<DeliveryRow>, Trouble> {
    rows_in(app, id, &[]).await
}

async fn rows_in(app: &App, id: EditionId, states: &[DeliveryState]) -> Result<Vec<DeliveryRow>, Trouble> {
    const PAGE: u32 = 1_000;
    let mut all: Vec<DeliveryRow> = Vec::new();
    loop {
        let after = all.last().map_or(DeliveryId(0), |row| row.id);
        let page = app.store.deliveries(id, states, after, PAGE).await?;
        let last = page.len() < PAGE as usize;
        all.extend(page);
        if last {
            return Ok(all);
        }
    }
}
