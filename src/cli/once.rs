//! `glaneur once`: what the daemon would do now.

use std::time::Duration;

use serde_json::json;

use super::bar::Bar;
use super::{Exit, Failure, Global, bounces, collect, edition, open, output};
use crate::pipeline::french;
use crate::pipeline::turn::{self, By, Turn};

pub async fn run(global: &Global) -> Result<Exit, Failure> {
    let app = open::app(global).await?;
    let Turn { round, issue, sendings, returns } =
        turn::turn(&app, By::Person, Duration::ZERO, &Bar::default()).await?;
    let mut exit = collect::exit(&round);
    if global.json {
        let mut value = collect::as_json(&round);
        let issued = issue.created().map(|(id, state)| json!({"id": id, "state": state}));
        let sent: Vec<_> = sendings
            .iter()
            .map(|s| json!({"edition": s.edition, "counts": s.counts.by_state, "finished": s.is_finished()}))
            .collect();
        value["edition"] = json!(issued);
        value["sendings"] = json!(sent);
        output::json(&value);
    } else {
        collect::print(&round);
        match issue.created() {
            Some((id, state)) => output::line(format_args!("Édition {id} : {}.", french(state))),
            None => output::line("Aucune édition n'est due."),
        }
    }
    if let Some(returns) = &returns {
        exit = worse(exit, bounces::tell(returns));
    }
    for sending in &sendings {
        let sent = if global.json { quiet(sending) } else { edition::print_sending(global, &app, sending).await? };
        exit = worse(exit, sent);
    }
    Ok(exit)
}

fn quiet(sending: &crate::pipeline::send::Sending) -> Exit {
    if sending.is_finished() { Exit::Done } else { Exit::Partly }
}

fn worse(a: Exit, b: Exit) -> Exit {
    if a == Exit::Partly || b == Exit::Partly { Exit::Partly } else { Exit::Done }
}
