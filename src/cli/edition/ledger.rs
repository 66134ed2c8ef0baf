//! `edition receipts` of one edition: the states of its rows, and those that need a look by name.

use serde_json::{Value, json};

use super::{edition_json, print_waiting};
use crate::cli::{Exit, Failure, Global, output, words};
use crate::model::{DeliveryState, EditionId, EditionState};
use crate::pipeline::edition::{self, skip_sentence};
use crate::pipeline::{App, french, send};

/// Who is named in a report.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// Those whose mail needs a look.
    Troubled,
    All,
}

pub(super) async fn receipts(global: &Global, app: &App, id: EditionId, named: Named) -> Result<Exit, Failure> {
    let found = edition::find(app, id).await?;
    let counts = app.store.counts(id).await?;
    let rows = edition::rows(app, id).await?;
    if global.json {
        let deliveries: Vec<Value> = rows
            .iter()
            .map(|row| {
                json!({
                    "email": row.email, "state": row.state, "skipped_because": row.skipped_because,
                    "attempts": row.attempts, "doubts": row.doubts, "relay": row.relay, "last_reply": row.last_reply,
                    "message_id": row.message_id, "next_attempt_at": row.next_attempt_at, "updated_at": row.updated_at,
                })
            })
            .collect();
        let mut value = edition_json(&found);
        value["waiting"] = json!(send::waiting(app, &found).await?);
        value["returns"] = json!(app.store.returned_for_edition(id).await?);
        value["counts"] = json!(counts.by_state);
        value["doubted"] = json!(counts.doubted);
        value["deliveries"] = json!(deliveries);
        output::json(&value);
    } else {
        let trial = if found.trial { " (essai)" } else { "" };
        let said = match found.state {
            // Its ledger is filled at approval.
            EditionState::Draft => {
                format!("rien n'est encore à envoyer : « glaneur edition show {id} » dit ce que chacun recevra")
            }
            _ => counts_sentence(&counts),
        };
        output::line(format_args!("Édition {id}{trial} : {} ; {said}.", french(found.state)));
        print_waiting(app, &found).await?;
        print_relays(app, id).await?;
        print_rows(app, id, named).await?;
        print_returns(app, id).await?;
    }
    Ok(Exit::Done)
}

/// How many mails each of several relays took.
async fn print_relays(app: &App, id: EditionId) -> Result<(), Failure> {
    let taken = app.store.taken_by_relay(id).await?;
    if taken.len() > 1 || app.settings.mail.relays.len() > 1 {
        for (relay, mails) in taken {
            let mails = words::count(usize::try_from(mails).unwrap_or(usize::MAX), "courriel");
            output::line(format_args!("  Par le relais {relay} : {mails}"));
        }
    }
    Ok(())
}

/// What came back later, beside the states that it does not change.
async fn print_returns(app: &App, id: EditionId) -> Result<(), Failure> {
    let returns = app.store.returned_for_edition(id).await?;
    if returns.is_empty() {
        return Ok(());
    }
    let emails: std::collections::HashMap<_, _> =
        edition::rows(app, id).await?.into_iter().map(|row| (row.id, row.email)).collect();
    for returned in &returns {
        let email = returned.delivery.and_then(|delivery| emails.get(&delivery)).and_then(Option::as_ref);
        let email = email.map_or("(effacé)", |email| email.expose());
        output::line(format_args!("  {email} : revenu — {}", words::returned(returned)));
    }
    Ok(())
}

/// Names every row that is not simply sent or skipped, and every row that was once in doubt; or all.
pub(super) async fn print_rows(app: &App, id: EditionId, named: Named) -> Result<(), Failure> {
    let rows = match named {
        Named::All => edition::rows(app, id).await?,
        Named::Troubled => edition::troubled_rows(app, id).await?,
    };
    for row in rows {
        let email = row.email.as_ref().map_or("(effacé)", |email| email.expose());
        let doubt = match row.doubts {
            0 => String::new(),
            doubts => {
                let sent = u32::from(row.state == DeliveryState::Sent);
                format!(" ; a pu être reçu {} fois, sous le même Message-ID {}", doubts + sent, row.message_id)
            }
        };
        let why = match (row.skipped_because, row.last_reply.as_deref()) {
            (Some(skip), _) => format!(" — {}", skip_sentence(skip)),
            (None, Some(reply)) => format!(" — {reply}"),
            (None, None) if row.state == DeliveryState::Queued => String::new(),
            (None, None) => " — sans réponse".to_owned(),
        };
        output::line(format_args!("  {email} : {}{why}{doubt}", state_name(row.state, 1)));
    }
    Ok(())
}

pub(super) fn counts_sentence(counts: &crate::store::Counts) -> String {
    let parts = DeliveryState::ALL.into_iter().filter_map(|state| match counts.of(state) {
        0 => None,
        n => Some(format!("{n} {}", state_name(state, n))),
    });
    let said = parts.collect::<Vec<_>>().join(", ");
    if said.is_empty() { "personne à qui écrire".to_owned() } else { said }
}

fn state_name(state: DeliveryState, n: u64) -> &'static str {
    match (state, n > 1) {
        (DeliveryState::Queued, _) => "en attente",
        (DeliveryState::Attempting, _) => "en cours",
        (DeliveryState::Sent, false) => "envoyé",
        (DeliveryState::Sent, true) => "envoyés",
        (DeliveryState::Deferred, false) => "différé",
        (DeliveryState::Deferred, true) => "différés",
        (DeliveryState::Refused, false) => "refusé",
        (DeliveryState::Refused, true) => "refusés",
        (DeliveryState::Uncertain, false) => "incertain",
        (DeliveryState::Uncertain, true) => "incertains",
        (DeliveryState::Skipped, _) => "sans envoi",
        (DeliveryState::Expired, false) => "abandonné",
        (DeliveryState::Expired, true) => "abandonnés",
        (DeliveryState::Held, false) => "retenu",
        (DeliveryState::Held, true) => "retenus",
    }
}
