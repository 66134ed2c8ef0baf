//! `glaneur once`: what the daemon would do now.

use std::time::Duration;

use serde_json::json;

use super::bar::Bar;
use super::{Exit, Failure, Global, bounces, collect, edition, open, output, stop, words};
use crate::daemon;
use crate::pipeline::edition::Issue;
use crate::pipeline::french;
use crate::pipeline::turn::{self, By, Turn};

pub async fn run(global: &Global) -> Result<Exit, Failure> {
    let app = open::app(global).await?;
    stop::on_signal(&app.halt);
    let turn = turn::turn(&app, By::Person, Duration::ZERO, &Bar::default()).await;
    let Turn { round, issue, sendings, .. } = &turn;
    let mut exit = collect::exit(round);
    if global.json {
        let mut value = collect::as_json(round);
        let issued = issue.created().map(|(id, state)| json!({"id": id, "state": state}));
        let sent: Vec<_> = sendings
            .iter()
            .map(|s| json!({"edition": s.edition, "counts": s.counts.by_state, "finished": s.is_finished()}))
            .collect();
        value["edition"] = json!(issued);
        value["sendings"] = json!(sent);
        value["failures"] = turn.failures.iter().map(|failure| json!(failure.to_string())).collect();
        value["held_after_restore"] = json!(turn.held);
        output::json(&value);
    } else {
        collect::print(&app, round);
        match issue.created() {
            Some((id, state)) => {
                output::line(format_args!("Édition {id} : {}.", french(state)));
                if app.store.meta(daemon::FIRST_START).await?.is_none() {
                    output::line(
                        "(« once » prépare l'édition du dernier horaire passé ; le service, lui, commencera au prochain horaire.)",
                    );
                }
            }
            None => output::line("Aucune édition n'est due."),
        }
        remarks(&turn).into_iter().for_each(output::line);
    }
    for failure in &turn.failures {
        output::error(failure);
        exit = Exit::Partly;
    }
    if let Some(returns) = &turn.returns {
        exit = worse(exit, bounces::tell(returns));
    }
    for sending in sendings {
        let sent = if global.json { quiet(sending) } else { edition::print_sending(global, &app, sending).await? };
        exit = worse(exit, sent);
    }
    Ok(exit)
}

/// What an administrator should know beside what was done.
fn remarks(turn: &Turn) -> Vec<String> {
    let mut remarks = Vec::new();
    if let Issue::PerhapsSent { occurrence } = &turn.issue {
        remarks.push(format!(
            "L'édition du {} n'est pas refaite d'elle-même : la base vient d'une sauvegarde, et elle a peut-être été envoyée avant. Si elle ne l'a pas été : « glaneur edition create ».",
            occurrence.format("%d/%m/%Y à %H:%M")
        ));
    }
    for id in &turn.held {
        remarks.push(format!(
            "L'édition {id} attend : la base vient d'une sauvegarde. Si elle n'est pas partie, « glaneur edition resume {id} --after-restore » ; sinon « glaneur edition cancel {id} »."
        ));
    }
    for (cohort, count) in &turn.unknown_cohorts {
        remarks.push(words::in_no_edition(cohort, *count));
    }
    remarks
}

fn quiet(sending: &crate::pipeline::send::Sending) -> Exit {
    if sending.is_finished() { Exit::Done } else { Exit::Partly }
}

fn worse(a: Exit, b: Exit) -> Exit {
    if a == Exit::Partly || b == Exit::Partly { Exit::Partly } else { Exit::Done }
}
