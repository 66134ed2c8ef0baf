//! `glaneur check`: every file read, every mistake told at once.

use serde_json::json;

use super::{Exit, Failure, Global, open, output, words};
use crate::pipeline::{App, Files, members};
use crate::store::Open;

pub async fn run(global: &Global) -> Result<Exit, Failure> {
    let files = match Files::read(global.config.as_deref()) {
        Ok(files) => files,
        Err(problems) if global.json => {
            let list: Vec<_> = problems.0.iter().map(problem_json).collect();
            output::json(&json!({"sound": false, "problems": list, "warnings": []}));
            return Err(problems.into());
        }
        Err(problems) => return Err(problems.into()),
    };
    let missing = files.settings.missing_secrets();
    if !missing.is_empty() {
        if global.json {
            let list: Vec<_> = missing.0.iter().map(problem_json).collect();
            output::json(&json!({"sound": false, "problems": list, "warnings": []}));
        }
        return Err(missing.into());
    }
    let entries = files.entry_problems();
    if !entries.is_empty() {
        if global.json {
            let list: Vec<_> = entries.0.iter().map(problem_json).collect();
            output::json(&json!({"sound": false, "problems": list, "warnings": []}));
        }
        return Err(entries.into());
    }
    let warnings = files.settings.warnings();
    if global.json {
        let list: Vec<_> = warnings.0.iter().map(problem_json).collect();
        output::json(&json!({"sound": true, "problems": [], "warnings": list}));
        return Ok(Exit::Done);
    }
    let enabled = files.sources.iter().filter(|source| source.enabled).count();
    output::line(format_args!("{} : réglages lus, rien à corriger.", files.settings.file.display()));
    output::line(format_args!(
        "{} : {} ({} en service).",
        files.settings.sources.display(),
        words::count(files.sources.len(), "source"),
        enabled
    ));
    output::line(format_args!(
        "{}, {}.",
        words::count(files.themes.themes.len(), "thème"),
        words::count(files.settings.cohorts.len(), "promotion")
    ));
    if files.sources.is_empty() {
        output::line("À voir : aucune source n'est décrite ; « glaneur init » en propose une liste.");
    }
    for warning in &warnings.0 {
        output::line(format_args!("À voir : {warning}"));
    }
    // Files alone do not tell who is served; without a database there is nobody yet.
    if let Ok(app) = App::open(files, open::clock(global), Open::Existing).await {
        for (cohort, count) in members::in_no_edition(&app).await.unwrap_or_default() {
            output::line(format_args!("À voir : {}", words::in_no_edition(&cohort, count)));
        }
    }
    Ok(Exit::Done)
}

fn problem_json(problem: &crate::model::Problem) -> serde_json::Value {
    json!({"file": problem.file, "line": problem.line, "message": problem.message, "advice": problem.advice})
}
