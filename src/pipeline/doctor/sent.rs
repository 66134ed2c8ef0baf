//! Which mail of ours a received one was, and that mail again, as the ledger keeps it.

use super::received::Mail;
use crate::model::{EditionId, MemberId};
use crate::pipeline::{App, Purpose, Trouble, edition};
use crate::store::DeliveryRow;

/// The edition and the bytes that were handed to the relay (unsigned); `None` when the ledger does not know the mail.
pub(super) async fn sent(app: &App, received: &Mail) -> Result<Option<(EditionId, Vec<u8>)>, Trouble> {
    let Some(row) = row(app, received).await? else { return Ok(None) };
    // An erased member's mail cannot be made again.
    let Some(email) = &row.email else { return Ok(None) };
    let preview = edition::preview(app, row.edition, Some(email.expose())).await?;
    Ok(Some((row.edition, preview.message)))
}

/// By its Message-ID; where the relay changed it, by the edition in Feedback-ID and the member in the link to leave.
async fn row(app: &App, received: &Mail) -> Result<Option<DeliveryRow>, Trouble> {
    if let Some(id) = received.message_id()
        && let Some(row) = app.store.delivery_by_message_id(id).await?
    {
        return Ok(Some(row));
    }
    match (edition_of(received), member_of(app, received)) {
        (Some(edition), Some(member)) => Ok(app.store.delivery(edition, member).await?),
        _ => Ok(None),
    }
}

fn edition_of(received: &Mail) -> Option<EditionId> {
    let id = received.header("feedback-id")?;
    id.split(':').next()?.trim().parse().ok().map(EditionId)
}

fn member_of(app: &App, received: &Mail) -> Option<MemberId> {
    let header = received.header("list-unsubscribe").unwrap_or_default();
    let tokens = received.links().chain(header.split(['<', '>', ','])).filter_map(|link| {
        let (_, token) = link.split_once("/quitter/")?;
        Some(token.trim())
    });
    tokens.filter_map(|token| app.link_key.member(Purpose::Leave, token)).next()
}
