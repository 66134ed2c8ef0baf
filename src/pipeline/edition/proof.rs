//! A proof: what an edition says, sent to one address to be read before it leaves. No history, no member's links.

use super::super::{Actor, App, Trouble, post};
use super::frozen::frame_of;
use super::{Recipient, Revisions, find, record, shares, view};
use crate::compose::{Letter, Links, Trial};
use crate::model::{Digest, EditionId, EmailAddress, MemberId, NoticeId};
use serde_json::json;

/// For whom a proof is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum As {
    /// Every notice that somebody receives, once.
    Everybody,
    /// What this member receives.
    Member(String),
}

#[derive(Debug)]
pub struct Proof {
    pub to: EmailAddress,
    pub subject: String,
    pub notices: usize,
}

/// Sends a proof, marked as one.
pub async fn proof(app: &App, by: &Actor, id: EditionId, to: &str, whose: &As) -> Result<Proof, Trouble> {
    let to = EmailAddress::parse(to).map_err(|_| {
        let shown: String = to.chars().filter(|c| !c.is_control()).take(60).collect();
        Trouble::Words(format!("« {shown} » n'est pas une adresse : écrivez nom@domaine"))
    })?;
    let edition = find(app, id).await?;
    let (digest, recipient, meant_for) = match whose {
        As::Everybody => {
            let shares = shares(app, &edition).await?;
            let digest = union(shares.iter().filter_map(|share| share.what.as_ref().ok()));
            (digest, everybody(), "l'ensemble des membres".to_owned())
        }
        As::Member(email) => {
            let share = super::share_of(app, &edition, Some(email)).await?;
            let name = share.recipient.full_name().unwrap_or_else(|| share.recipient.organisation.clone());
            (share.what.unwrap_or_default(), share.recipient, name)
        }
    };
    if digest.entries.is_empty() {
        return Err(Trouble::NoSuchMember(format!("l'édition {id} n'a rien à dire à personne")));
    }
    let frame = frame_of(&app.store.frame(id).await?)?;
    let frame = if edition.approved_at.is_none() { frame.renewed(app)? } else { frame };
    let mut revisions = Revisions::default();
    revisions.load(app, &digest).await?;
    // The links of a member act for that member: a proof has none.
    let mut seen = view(app, &frame, &recipient, MemberId(0), &digest, &revisions)?;
    seen.links = Links { leave_mailto: seen.links.leave_mailto, ..Links::default() };
    let headline = Letter::new(&seen, usize::MAX).headline;
    seen.trial = Some(Trial { meant_for: format!("{meant_for} (épreuve de l'édition {id})") });
    let mut content = app.composer.digest(&seen).map_err(|error| Trouble::Template(error.to_string()))?;
    content.subject = format!("[Épreuve de l’édition {id}] {headline}");
    let proof = Proof { to, subject: content.subject.clone(), notices: digest.entries.len() };
    // Each proof is a mail of its own: what was changed since the last one must be seen.
    let seed = format!("proof {id} {:032x}", rand::random::<u128>());
    post::post(app, post::Drawer::Outbox, &proof.to, content, &seed).await?;
    record(app, by, "edition proof", id, &json!(proof.to.masked())).await?;
    Ok(proof)
}

/// Each notice once, in the sections of a digest.
fn union<'a>(digests: impl Iterator<Item = &'a Digest>) -> Digest {
    let mut seen: std::collections::HashSet<&NoticeId> = std::collections::HashSet::new();
    let mut union = Digest::default();
    for entry in digests.flat_map(|digest| &digest.entries) {
        if seen.insert(&entry.notice) {
            union.entries.push(entry.clone());
        }
    }
    union.entries.sort_by_key(|entry| entry.section as u8);
    union
}

fn everybody() -> Recipient {
    Recipient {
        first_name: String::new(),
        last_name: String::new(),
        organisation: String::new(),
        cohorts: Vec::new(),
        territories: Vec::new(),
        themes: Vec::new(),
    }
}
