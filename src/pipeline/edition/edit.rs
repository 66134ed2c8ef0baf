//! What administrators change in a draft: notices dropped or put first, and the team's word.
//!
//! Edits lie in the edition's frame, beside what was planned: the plan is made anew each time, with them over it. They are of
//! one edition; a notice dropped here is as new as before to the next one.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::{Actor, App, Trouble};
use super::frozen::{Frame, frame_of};
use super::{find, overview, record, wrong};
use crate::matching::{self, Candidate, Limits, Occasion};
use crate::model::{Digest, EditionId, EditionState, NoticeId, Section, Showing};

/// The team's word, in bytes: longer than any word should be.
pub const WORD_BYTES_MAX: usize = 10_000;

/// What was changed in a draft.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Edits {
    /// In Markdown.
    pub word: Option<String>,
    pub dropped: Vec<NoticeId>,
    /// In the order in which they were put first.
    pub pinned: Vec<NoticeId>,
    /// The first is number 1: given once, so that a number typed means what was read, whatever changed since.
    pub numbers: Vec<NoticeId>,
    /// Whoever said that it may leave, while others still have to.
    pub approved_by: Vec<String>,
    /// Whoever said that it must wait: it does not leave without an answer.
    pub held_by: Option<String>,
}

/// What an administrator asks for; notices by number or by id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wishes {
    pub drop: Vec<String>,
    pub pin: Vec<String>,
    /// Neither dropped nor first any more.
    pub undo: Vec<String>,
    /// `Some("")` takes the word away.
    pub word: Option<String>,
}

/// Changes a draft; what names no notice of it changes nothing at all.
pub async fn edit(app: &App, by: &Actor, id: EditionId, wishes: &Wishes) -> Result<Edits, Trouble> {
    let edition = find(app, id).await?;
    if edition.state != EditionState::Draft {
        return Err(wrong(&edition, "seul un brouillon se modifie"));
    }
    if wishes.word.as_ref().is_some_and(|word| word.len() > WORD_BYTES_MAX) {
        return Err(Trouble::Words(format!("le mot de l'équipe dépasse {WORD_BYTES_MAX} octets : raccourcissez-le")));
    }
    let listed = overview(app, &edition).await?;
    let named = |written: &[String]| written.iter().map(|one| listed.named(one)).collect::<Result<Vec<_>, _>>();
    let (drop, pin, undo) = (named(&wishes.drop)?, named(&wishes.pin)?, named(&wishes.undo)?);
    let edits = change_frame(app, id, |frame| {
        let edits = &mut frame.edits;
        for notice in drop.iter().chain(&pin).chain(&undo) {
            edits.dropped.retain(|one| one != notice);
            edits.pinned.retain(|one| one != notice);
        }
        edits.dropped.extend(drop.iter().cloned());
        edits.pinned.extend(pin.iter().cloned());
        if let Some(word) = &wishes.word {
            edits.word = Some(word.trim().to_owned()).filter(|word| !word.is_empty());
        }
        // Who approved did not see this.
        edits.approved_by.clear();
    })
    .await?;
    let detail = json!({"drop": drop, "pin": pin, "undo": undo, "word": wishes.word.is_some()});
    record(app, by, "edition edit", id, &detail).await?;
    Ok(edits)
}

/// Changes the frame of a draft; two who change it at once both get what they asked for.
pub(super) async fn change_frame(app: &App, id: EditionId, change: impl Fn(&mut Frame)) -> Result<Edits, Trouble> {
    const TRIES_MAX: usize = 8;
    for _ in 0..TRIES_MAX {
        let before = app.store.frame(id).await?;
        let mut frame = frame_of(&before)?;
        change(&mut frame);
        if app.store.swap_frame(id, &before, &json!(frame)).await? {
            return Ok(frame.edits);
        }
    }
    Err(Trouble::Words(format!("l'édition {id} est modifiée par plusieurs personnes à la fois : réessayez")))
}

/// Gives each notice of a new draft its number.
pub(super) async fn number(app: &App, id: EditionId) -> Result<(), Trouble> {
    let listed = overview(app, &find(app, id).await?).await?;
    let numbers: Vec<NoticeId> = listed.notices.iter().map(|one| one.notice.id.clone()).collect();
    change_frame(app, id, |frame| frame.edits.numbers.clone_from(&numbers)).await?;
    Ok(())
}

impl Edits {
    /// What one member is told: what was put first before all the rest, within the same limits.
    pub(super) fn digest(
        &self,
        candidates: &[Candidate<'_>],
        history: &[Showing],
        occasion: Occasion,
        limits: Limits,
    ) -> Digest {
        if self.pinned.is_empty() {
            return matching::digest(candidates, history, occasion, limits);
        }
        let (first, rest): (Vec<_>, Vec<_>) =
            candidates.iter().cloned().partition(|one| self.pinned.contains(&one.known.notice.id));
        let mut left = limits;
        left.aids_max = usize::MAX;
        let mut first = matching::digest(&first, history, occasion, left).entries;
        first.sort_by_key(|entry| self.pinned.iter().position(|one| *one == entry.notice));
        let taken = |aid: bool| first.iter().filter(|entry| (entry.section == Section::Aid) == aid).count();
        left.items_max = limits.items_max.saturating_sub(taken(false));
        left.aids_max = limits.aids_max.saturating_sub(taken(true));
        let mut digest = matching::digest(&rest, history, occasion, left);
        digest.entries.splice(0..0, first);
        digest.entries.sort_by_key(|entry| entry.section as u8);
        digest
    }
}
