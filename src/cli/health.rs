//! `glaneur sources health`: how each source does, since when, and what to do about it.

use serde_json::{Value, json};

use super::{Exit, Failure, Global, output, table, words};
use crate::pipeline::App;
use crate::pipeline::health::{self, Patient};

pub async fn run(global: &Global, app: &App) -> Result<Exit, Failure> {
    let patients = health::health(app).await?;
    if global.json {
        let list: Vec<Value> = patients.iter().map(|patient| patient_json(app, patient)).collect();
        output::json(&json!({"sources": list}));
        return Ok(Exit::Done);
    }
    let rows: Vec<Vec<String>> = patients.iter().map(|patient| row(app, patient)).collect();
    table::print(&["SOURCE", "ÉTAT", "DERNIÈRE LECTURE", "ANNONCES", "D'HABITUDE", "LA PLUS RÉCENTE"], &rows);
    let zone = app.settings.time_zone;
    for Patient { source, state } in &patients {
        for symptom in &state.health.symptoms {
            let since = words::instant(symptom.since, zone);
            output::line(format_args!("\n{} ({}), depuis le {since} :\n  {}", source.name, source.id, symptom.said));
        }
    }
    Ok(Exit::Done)
}

fn row(app: &App, patient: &Patient<'_>) -> Vec<String> {
    let Patient { source, state } = patient;
    let number = |n: Option<u32>| n.map_or("—".to_owned(), |n| n.to_string());
    let read = match state.last_success_at {
        Some(at) => {
            let age = words::count(usize::try_from((app.clock.civil() - at).num_days()).unwrap_or(0), "jour");
            format!("{} ({age})", words::instant(at, app.settings.time_zone))
        }
        None => "jamais".to_owned(),
    };
    vec![
        source.id.to_string(),
        condition(patient).1.to_owned(),
        read,
        number(state.items_last),
        number(state.health.usual()),
        state.newest_item_on.map_or("—".to_owned(), words::date),
    ]
}

/// Its name in JSON and in French.
fn condition(Patient { source, state }: &Patient<'_>) -> (&'static str, &'static str) {
    let reading_fails = state.fault.is_some() || state.health.symptoms.iter().any(|s| s.ailment.is_of_reading());
    match state.last_attempt_at {
        _ if !source.enabled => ("disabled", "désactivée"),
        None => ("never-visited", "jamais relevée"),
        Some(_) if reading_fails => ("broken", "EN PANNE"),
        Some(_) if !state.health.symptoms.is_empty() => ("ailing", "à regarder"),
        Some(_) => ("well", "va bien"),
    }
}

fn patient_json(app: &App, patient: &Patient<'_>) -> Value {
    let Patient { source, state } = patient;
    let age = state.last_success_at.map(|at| (app.clock.civil() - at).num_seconds().max(0));
    json!({
        "id": source.id, "name": source.name, "condition": condition(patient).0,
        "last_attempt_at": state.last_attempt_at, "last_success_at": state.last_success_at,
        "last_success_age_s": age, "next_due_at": state.next_due_at,
        "items": state.items_last, "items_usual": state.health.usual(), "newest_item_on": state.newest_item_on,
        "fault": state.fault, "fault_since": state.fault_since, "failures_in_a_row": state.failures_in_a_row,
        "symptoms": state.health.symptoms,
    })
}
