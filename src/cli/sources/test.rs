//! `glaneur sources test ID`: what an entry gives now, what changed, and which of its selectors find nothing.

use serde_json::{Value, json};

use super::rows;
use crate::cli::{Exit, Failure, Global, output, words};
use crate::pipeline::App;
use crate::pipeline::author::{self, Silent, Since, Tested};

/// Titles of each sort of change that are named.
const TITLES_SHOWN: usize = 5;

pub async fn run(global: &Global, app: &App, id: &str) -> Result<Exit, Failure> {
    let tested = author::test(app, id).await?;
    let sound = tested.outcome.is_ok() && tested.silent.is_empty();
    match global.json {
        true => output::json(&as_json(id, &tested)),
        false => tell(app, id, &tested),
    }
    match &tested.outcome {
        Err(fault) if !global.json => {
            Err(Failure::failed(format!("la source « {id} » ne peut pas être lue : {fault}")))
        }
        _ if sound => Ok(Exit::Done),
        _ => Ok(Exit::Partly),
    }
}

fn as_json(id: &str, tested: &Tested) -> Value {
    let silent = |silent: &Silent| json!({"key": silent.key, "selector": silent.selector, "place": silent.place, "instead": silent.instead});
    let selectors: Vec<Value> = tested.silent.iter().map(silent).collect();
    match &tested.outcome {
        Err(fault) => json!({
            "source": id, "fault": fault.to_string(), "unmatched": selectors,
            "instead": tested.instead.as_ref().map(|instead| &instead.select),
        }),
        Ok(trial) => json!({
            "source": id, "listed": trial.listed, "items": rows::json(&trial.read), "remarks": trial.remarks,
            "unmatched": selectors,
            "since": {
                "last_read_at": trial.since.last_read, "new": trial.since.new, "changed": trial.since.changed,
                "gone": trial.since.gone,
            },
        }),
    }
}

fn tell(app: &App, id: &str, tested: &Tested) {
    if let Ok(trial) = &tested.outcome {
        output::line(format_args!("{} : {}.", trial.name, words::count(trial.listed, "annonce lue")));
        rows::print(app, &trial.read);
        since(app, &trial.since);
        for remark in &trial.remarks {
            output::line(format_args!("· {remark}"));
        }
    }
    for silent in &tested.silent {
        let instead = match &silent.instead {
            Some(instead) => format!("essayez « {instead} »"),
            None => "corrigez-le ou retirez-le".to_owned(),
        };
        let what = if silent.key.starts_with("json.") { "chemin" } else { "sélecteur" };
        output::line(format_args!(
            "{} : le {what} {} « {} » ne trouve rien — {instead}",
            silent.place, silent.key, silent.selector
        ));
    }
    if let Some(instead) = &tested.instead {
        output::line(format_args!("La page contient {}.", instead.why.join(" ; ")));
        if instead.is_sure() {
            output::line(format_args!("Après correction : « glaneur sources test {id} »."));
        } else {
            output::line("Glaneur n’est pas sûr que ce soit la bonne liste : regardez les titres.");
        }
    }
}

fn since(app: &App, since: &Since) {
    let Some(at) = since.last_read else {
        output::line("Cette source n’a encore jamais été relevée.");
        return;
    };
    let at = words::instant(at, app.settings.time_zone);
    if since.new.is_empty() && since.changed.is_empty() && since.gone.is_empty() {
        output::line(format_args!("Rien n’a changé depuis le relevé du {at}."));
        return;
    }
    output::line(format_args!("Depuis le relevé du {at} :"));
    let changes = [
        (&since.new, "nouvelle", "nouvelles"),
        (&since.changed, "modifiée", "modifiées"),
        (&since.gone, "disparue de la liste", "disparues de la liste"),
    ];
    for (titles, one, several) in changes.into_iter().filter(|(titles, ..)| !titles.is_empty()) {
        let what = if titles.len() > 1 { several } else { one };
        let shown: Vec<String> = titles.iter().take(TITLES_SHOWN).map(|title| words::short(title, 60)).collect();
        let more = titles.len().saturating_sub(TITLES_SHOWN);
        let more = if more > 0 { format!(" … et {}", words::count(more, "autre")) } else { String::new() };
        output::line(format_args!("  {} {what} : {}{more}", titles.len(), shown.join(" ; ")));
    }
}
