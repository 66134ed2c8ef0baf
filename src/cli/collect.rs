//! `glaneur collect`: one round over the sources, and what it found.

use serde_json::{Value, json};

use super::args::CollectArgs;
use super::bar::Bar;
use super::{Exit, Failure, Global, open, output, words};
use crate::model::{HealthTurn, SourceEvent};
use crate::pipeline::App;
use crate::pipeline::collect::{self, Outcome, Round, SourceRound, Which};
use crate::pipeline::health::sentence;

pub async fn run(global: &Global, args: CollectArgs) -> Result<Exit, Failure> {
    let app = open::app(global).await?;
    let by_name = !args.ids.is_empty();
    let which = if args.ids.is_empty() { Which::Due } else { Which::Named(args.ids) };
    let round = collect::collect(&app, &which, &Bar::default()).await?;
    if global.json {
        output::json(&as_json(&round));
    } else {
        print(&app, &round);
    }
    // Who names a source wants it read now.
    if by_name && !round.elsewhere.is_empty() { Ok(Exit::Partly) } else { Ok(exit(&round)) }
}

/// A source that failed, or was read in part, was named: everything possible was done.
pub fn exit(round: &Round) -> Exit {
    if round.sources.iter().any(SourceRound::is_troubled) { Exit::Partly } else { Exit::Done }
}

pub fn print(app: &App, round: &Round) {
    if !round.elsewhere.is_empty() {
        let ids: Vec<&str> = round.elsewhere.iter().map(|id| id.as_str()).collect();
        output::line(format_args!("Relevé en ce moment par un autre Glaneur, laissé à lui : {}.", ids.join(", ")));
    }
    let (new, changed) = (round.entries.new_count() + round.entries.joined, round.entries.changed);
    if new + changed > 0 {
        let (new, changed) = (words::count(new, "nouvelle"), words::count(changed, "changée"));
        output::line(format_args!("Annonces saisies : {new}, {changed}"));
    }
    if round.sources.is_empty() && !round.elsewhere.is_empty() {
        return;
    }
    if round.sources.is_empty() {
        output::line("Aucune source n'est due. « glaneur collect NOM » en relève une tout de suite.");
        return;
    }
    for source in &round.sources {
        match &source.outcome {
            Outcome::NotModified => output::line(format_args!("{} : rien de nouveau", source.name)),
            Outcome::Read { listed, absorbed } => output::line(format_args!(
                "{} : {}, {}, {}",
                source.name,
                words::count(*listed, "annonce lue"),
                words::count(absorbed.new_count(), "nouvelle"),
                words::count(absorbed.changed, "changée")
            )),
            Outcome::Failed { why } => output::line(format_args!("{} ({}) : EN PANNE — {why}", source.name, source.id)),
        }
        let fails = matches!(source.outcome, Outcome::Failed { .. });
        let is_said = |event: &&SourceEvent| fails && matches!(event.what, HealthTurn::Broke { .. });
        for event in source.events.iter().filter(|event| !is_said(event)) {
            output::line(format_args!("    ! {}", sentence(app, event)));
        }
        const REMARKS_SHOWN: usize = 5;
        for remark in source.remarks.iter().take(REMARKS_SHOWN) {
            output::line(format_args!("    · {remark}"));
        }
        if source.remarks.len() > REMARKS_SHOWN {
            let more = words::count(source.remarks.len() - REMARKS_SHOWN, "autre remarque");
            output::line(format_args!("    · … et {more}"));
        }
    }
    let failed = round.failed().count();
    let read = round.sources.len() - failed;
    let new: usize = round.new_by_kind().values().sum();
    output::line("");
    output::line(format_args!(
        "{}, {} ; {}.",
        words::count(read, "site lu"),
        format_args!("{failed} en panne"),
        words::count(new, "nouvelle annonce")
    ));
    how_to_mend(round);
}

/// The commands that say of each source that fails what it would need.
fn how_to_mend(round: &Round) {
    if round.failed().next().is_none() {
        return;
    }
    output::line(
        "Pour réparer : chaque panne dit plus haut quoi faire ; ces commandes montrent ce que le site répond maintenant,",
    );
    output::line("et proposent un sélecteur ou un chemin quand c'est lui qui ne va plus :");
    for (source, _) in round.failed() {
        output::line(format_args!("    glaneur sources test {}", source.id));
    }
}

pub fn as_json(round: &Round) -> Value {
    let sources: Vec<Value> = round.sources.iter().map(source_json).collect();
    json!({"sources": sources, "elsewhere": round.elsewhere})
}

fn source_json(source: &SourceRound) -> Value {
    let mut value = json!({"id": source.id, "name": source.name, "remarks": source.remarks, "events": source.events});
    let outcome = match &source.outcome {
        Outcome::NotModified => json!({"outcome": "not-modified"}),
        Outcome::Read { listed, absorbed } => json!({
            "outcome": "read", "listed": listed, "new": absorbed.new_count(), "changed": absorbed.changed,
            "joined": absorbed.joined,
        }),
        Outcome::Failed { why } => json!({"outcome": "failed", "why": why}),
    };
    if let (Some(value), Value::Object(outcome)) = (value.as_object_mut(), outcome) {
        value.extend(outcome);
    }
    value
}
