//! Editions: issued, approved, paused, cancelled, looked at.
//!
//! Approval freezes what each digest holds; every later preview and sending comes from that.

mod approve;
mod edit;
mod frozen;
mod issue;
mod look;
mod overview;
mod period;
mod plan;
mod proof;
mod rectify;
mod review;
mod share;
mod tally;
mod view;

use serde_json::json;

use super::{Actor, App, Trouble};
use crate::config::Transport;
use crate::model::{Edition, EditionId, EditionState, SkipReason};

#[cfg(test)]
pub(super) use approve::approve_as_read;
pub use approve::{Drift, approve};
pub use edit::{Edits, WORD_BYTES_MAX, Wishes, edit};
pub use frozen::{Frame, Frozen, Recipient};
pub(super) use frozen::{frame_of, frozen_digests};
pub use issue::{Issue, create, issue_due};
#[cfg(test)]
pub(super) use issue::{draft_for_tests, scheduled_draft_for_tests};
pub use look::{Look, Typesetter, kept_since_approval};
pub use overview::{Listed, Overview, Place, is_dateless, is_doubtful, overview, weighty_doubts};
pub use period::{Figures, Group, Period, period};
pub use proof::{As, Proof, proof};
pub use rectify::{misled, rectify};
pub use review::{Consent, consent, has_come, hold, let_go, review_link, review_token, tell_administrators};
use share::share_of;
pub use share::{Preview, Share, preview, rows, shares};
pub use tally::{Dropped, Tally, tally};
pub use view::{Revisions, leave_url, member_url, page_url, view};

/// Whether deliveries are trials now: to files, or diverted by `only_to`.
pub fn is_trial(app: &App) -> bool {
    matches!(app.settings.mail.transport, Transport::File(_)) || !app.settings.mail.only_to.is_empty()
}

/// The edition, or why there is none of this number.
pub async fn find(app: &App, id: EditionId) -> Result<Edition, Trouble> {
    app.store.edition(id).await?.ok_or(Trouble::NoSuchEdition(id))
}

/// Takes no more from the queue; what is in flight ends.
pub async fn pause(app: &App, by: &Actor, id: EditionId) -> Result<(), Trouble> {
    let edition = find(app, id).await?;
    match edition.state {
        EditionState::Approved | EditionState::Sending => {
            move_to(app, by, &edition, EditionState::Paused, "edition pause").await
        }
        _ => Err(wrong(&edition, "seule une édition approuvée ou en cours d'envoi se suspend")),
    }
}

/// Goes on where it was; nothing sent is sent again.
pub async fn resume(app: &App, by: &Actor, id: EditionId) -> Result<(), Trouble> {
    let edition = find(app, id).await?;
    refuse_held(app, &edition).await?;
    match edition.state {
        EditionState::Paused => move_to(app, by, &edition, EditionState::Sending, "edition resume").await,
        _ => Err(wrong(&edition, "seule une édition suspendue se reprend")),
    }
}

/// After a restored backup nothing is done with an edition of before until a person has looked at it.
pub(super) async fn refuse_held(app: &App, edition: &Edition) -> Result<(), Trouble> {
    let Some(held) = edition.held_since else { return Ok(()) };
    let made_at = app.store.gap().await?.map_or(held, |gap| gap.from);
    Err(Trouble::Restored { made_at, id: edition.id })
}

/// After a restored backup: a person says that this edition was not sent meanwhile, and may go on; no other is touched.
pub async fn accept_restored(app: &App, by: &Actor, id: EditionId) -> Result<(), Trouble> {
    let edition = find(app, id).await?;
    app.store.release_edition(id).await?;
    record(app, by, "edition resume --after-restore", id, &json!("")).await?;
    match edition.state {
        EditionState::Paused => move_to(app, by, &edition, EditionState::Sending, "edition resume").await,
        _ => Ok(()),
    }
}

pub async fn cancel(app: &App, by: &Actor, id: EditionId) -> Result<(), Trouble> {
    let edition = find(app, id).await?;
    match edition.state {
        EditionState::Draft | EditionState::Approved | EditionState::Paused => {
            move_to(app, by, &edition, EditionState::Cancelled, "edition cancel").await
        }
        EditionState::Sending => Err(wrong(&edition, "suspendez-la d'abord (« glaneur edition pause »)")),
        EditionState::Sent | EditionState::Cancelled => Err(wrong(&edition, "il n'y a plus rien à annuler")),
    }
}

async fn move_to(app: &App, by: &Actor, edition: &Edition, to: EditionState, action: &str) -> Result<(), Trouble> {
    app.store.move_edition(edition.id, edition.state, to, app.clock.now()).await?;
    record(app, by, action, edition.id, &json!("")).await
}

fn wrong(edition: &Edition, what: &'static str) -> Trouble {
    Trouble::WrongState { id: edition.id, state: edition.state, what }
}

async fn record(app: &App, by: &Actor, action: &str, id: EditionId, detail: &serde_json::Value) -> Result<(), Trouble> {
    app.store.journal(by.name(app), action, &format!("edition:{id}"), detail, app.clock.now()).await?;
    Ok(())
}

pub(super) async fn journal(app: &App, action: &str, id: EditionId, detail: &str) -> Result<(), Trouble> {
    record(app, &Actor::Process, action, id, &json!(detail)).await
}

/// Why a member gets nothing, for an administrator.
pub fn skip_sentence(skip: SkipReason) -> &'static str {
    match skip {
        SkipReason::Left => "a quitté la liste",
        SkipReason::Suspended => "suspendu après des retours en erreur",
        SkipReason::Paused => "en pause, à sa demande",
        SkipReason::Rhythm => "ce n'est pas son rythme",
        SkipReason::NothingToSay => "aucune annonce nouvelle pour son territoire et ses thèmes",
    }
}
