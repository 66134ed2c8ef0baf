//! What a sending came to, for whoever started it.

use serde_json::{Value, json};

use super::ledger::{Named, counts_sentence, print_rows};
use crate::cli::{Exit, Failure, Global, output, words};
use crate::model::DeliveryState;
use crate::pipeline::App;
use crate::pipeline::send::{End, Sending};

/// What a sending came to; deferred, refused and doubtful rows are named.
pub async fn print_sending(global: &Global, app: &App, sending: &Sending) -> Result<Exit, Failure> {
    let complete = sending.end == End::Finished && sending.counts.of(DeliveryState::Refused) == 0;
    if global.json {
        output::json(&json!({
            "edition": sending.edition, "counts": sending.counts.by_state, "doubted": sending.counts.doubted,
            "end": end_json(&sending.end), "remarks": sending.remarks,
        }));
        return Ok(if complete { Exit::Done } else { Exit::Partly });
    }
    output::line(format_args!("Édition {} : {}.", sending.edition, counts_sentence(&sending.counts)));
    sending.remarks.iter().for_each(|remark| output::line(format_args!("  {remark}")));
    match &sending.end {
        End::Finished => {}
        End::Interrupted => output::line("L'envoi a été interrompu ; rien n'est perdu, relancez-le."),
        End::TurnedAway { why } => output::line(format_args!(
            "Envoi suspendu, rien n'est perdu : {why}. Ensuite, « glaneur edition resume {} » le reprend.",
            sending.edition
        )),
        End::Paused => output::line("L'envoi est suspendu : « glaneur edition resume » le reprend."),
        End::Waiting { next_at } => {
            let when = next_at.map(|at| words::instant(at, app.settings.time_zone));
            output::line(format_args!(
                "Il reste des courriels à retenter{} : relancez « glaneur edition send {} », ou laissez faire le service.",
                when.map(|when| format!(", à partir du {when}")).unwrap_or_default(),
                sending.edition
            ));
        }
        End::Limited { next_at, why } => output::line(format_args!(
            "L'envoi attend, rien n'est perdu : {why}. La suite part à partir du {} : relancez « glaneur edition send {} » alors, ou laissez faire le service.",
            words::instant(*next_at, app.settings.time_zone),
            sending.edition
        )),
        End::Stopped { why } => output::line(format_args!("Envoi arrêté, rien n'est perdu : {why}")),
    }
    print_rows(app, sending.edition, Named::Troubled).await?;
    Ok(if complete { Exit::Done } else { Exit::Partly })
}

fn end_json(end: &End) -> Value {
    match end {
        End::Finished => json!({"is": "finished"}),
        End::Interrupted => json!({"is": "interrupted"}),
        End::Paused => json!({"is": "paused"}),
        End::TurnedAway { why } => json!({"is": "paused", "why": why}),
        End::Waiting { next_at } => json!({"is": "waiting", "next_at": next_at}),
        End::Limited { next_at, why } => json!({"is": "limited", "next_at": next_at, "why": why}),
        End::Stopped { why } => json!({"is": "stopped", "why": why}),
    }
}
