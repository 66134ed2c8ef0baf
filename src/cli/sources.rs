//! `glaneur sources`: the watched sites, how they do, and what one of them would give.

mod add;
mod rows;
mod test;

use serde_json::{Value, json};

use super::args::SourcesCommand;
use super::{Exit, Failure, Global, health, open, output, table, words};
use crate::model::Source;
use crate::pipeline::App;
use crate::store::SourceState;

pub async fn run(global: &Global, command: SourcesCommand) -> Result<Exit, Failure> {
    let app = open::app(global).await?;
    match command {
        SourcesCommand::List => list(global, &app).await,
        SourcesCommand::Health => health::run(global, &app).await,
        SourcesCommand::Add(args) => add::run(global, &app, args).await,
        SourcesCommand::Test { id } => test::run(global, &app, &id).await,
    }
}

async fn list(global: &Global, app: &App) -> Result<Exit, Failure> {
    let states = app.store.source_states().await?;
    let state_of = |source: &Source| states.iter().find(|state| state.id == source.id);
    if global.json {
        let list: Vec<Value> = app.sources.iter().map(|source| source_json(source, state_of(source))).collect();
        output::json(&json!({"sources": list}));
        return Ok(Exit::Done);
    }
    let rows: Vec<Vec<String>> = app
        .sources
        .iter()
        .map(|source| {
            let territory: Vec<_> = source.territory.iter().map(|code| app.geography.label(code)).collect();
            vec![
                source.id.to_string(),
                words::short(&source.name, 40),
                words::short(&territory.join(", "), 24),
                state_sentence(app, source, state_of(source)),
            ]
        })
        .collect();
    table::print(&["SOURCE", "NOM", "TERRITOIRE", "ÉTAT"], &rows);
    Ok(Exit::Done)
}

fn state_sentence(app: &App, source: &Source, state: Option<&SourceState>) -> String {
    let zone = app.settings.time_zone;
    let Some(state) = state else {
        return if source.enabled { "jamais relevée".to_owned() } else { "désactivée".to_owned() };
    };
    match (&state.fault, state.fault_since) {
        (Some(fault), Some(since)) => {
            format!("EN PANNE depuis le {} : {}", words::instant(since, zone), words::short(fault, 100))
        }
        _ => match (state.last_success_at, state.items_last) {
            (Some(at), Some(items)) => {
                format!("{} le {}", words::count(items as usize, "annonce"), words::instant(at, zone))
            }
            (Some(at), None) => format!("lue le {}", words::instant(at, zone)),
            (None, _) => "jamais lue".to_owned(),
        },
    }
}

fn source_json(source: &Source, state: Option<&SourceState>) -> Value {
    json!({
        "id": source.id, "name": source.name, "kind": source.kind, "url": source.url.as_str(),
        "territory": source.territory, "enabled": source.enabled,
        "last_attempt_at": state.and_then(|s| s.last_attempt_at),
        "last_success_at": state.and_then(|s| s.last_success_at),
        "next_due_at": state.and_then(|s| s.next_due_at),
        "fault": state.and_then(|s| s.fault.as_ref()),
        "fault_since": state.and_then(|s| s.fault_since),
        "failures_in_a_row": state.map_or(0, |s| s.failures_in_a_row),
        "items": state.and_then(|s| s.items_last),
    })
}
