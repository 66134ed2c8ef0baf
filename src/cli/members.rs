//! `glaneur members`: import, list, show, export, erase.

use serde_json::{Value, json};

use super::args::MembersCommand;
use super::{Exit, Failure, Global, open, output, table, words};
use crate::model::Member;
use crate::pipeline::{App, members};
use crate::store::{Erased, ImportMode, Kept};

pub async fn run(global: &Global, command: MembersCommand) -> Result<Exit, Failure> {
    match command {
        MembersCommand::Import { file, dry_run } => {
            let app = open::app(global).await?;
            let mode = if dry_run { ImportMode::DryRun } else { ImportMode::Write };
            let import = members::import(&app, &file, mode).await?;
            if global.json {
                output::json(&import_json(&import, mode));
            } else {
                print_import(&import, mode);
            }
            Ok(if import.faults.is_empty() { Exit::Done } else { Exit::Partly })
        }
        MembersCommand::List => list(global).await,
        MembersCommand::Show { email } => show(global, &email).await,
        MembersCommand::Export { email } => export(global, email.as_deref()).await,
        MembersCommand::Leave { email } => {
            let app = open::existing_app(global).await?;
            let member = members::leave(&app, &email).await?;
            output::line(format_args!("{} : {}.", member.email.expose(), words::member_state(&member.state)));
            Ok(Exit::Done)
        }
        MembersCommand::Resume { email } => {
            let app = open::existing_app(global).await?;
            let member = members::resume(&app, &email).await?;
            output::line(format_args!("{} : {}.", member.email.expose(), words::member_state(&member.state)));
            Ok(Exit::Done)
        }
        MembersCommand::Erase { email } => {
            let app = open::existing_app(global).await?;
            match members::erase(&app, &email).await? {
                Erased::Now => output::line(
                    "Effacé : il ne reste qu'une empreinte de l'adresse, pour qu'un import ne la ramène pas.",
                ),
                Erased::Unknown => output::line("Aucun membre n'avait cette adresse ; un import ne l'ajoutera pas."),
            }
            Ok(Exit::Done)
        }
    }
}

async fn list(global: &Global) -> Result<Exit, Failure> {
    let app = open::existing_app(global).await?;
    let members = members::list(&app).await?;
    if global.json {
        let list: Vec<Value> = members.iter().map(member_json).collect();
        output::json(&json!({"members": list}));
        return Ok(Exit::Done);
    }
    if members.is_empty() {
        output::line("Aucun membre. « glaneur members import FICHIER.csv » en ajoute.");
        return Ok(Exit::Done);
    }
    let rows: Vec<Vec<String>> = members
        .iter()
        .map(|member| {
            vec![
                member.email.expose().to_owned(),
                format!("{} {}", member.first_name, member.last_name).trim().to_owned(),
                words::short(&member.organisation, 30),
                words::short(&places(&app, member), 40),
                words::rhythm(member.rhythm).to_owned(),
                words::member_state(&member.state),
            ]
        })
        .collect();
    table::print(&["ADRESSE", "NOM", "ORGANISATION", "TERRITOIRE", "RYTHME", "ÉTAT"], &rows);
    output::line(format_args!("\n{}", words::count(members.len(), "membre")));
    Ok(Exit::Done)
}

fn places(app: &App, member: &Member) -> String {
    member.profile.territories.iter().map(|code| app.geography.label(code)).collect::<Vec<_>>().join(", ")
}

async fn show(global: &Global, email: &str) -> Result<Exit, Failure> {
    let app = open::existing_app(global).await?;
    let member = members::show(&app, email).await?;
    let returns = members::returns(&app, &member).await?;
    if global.json {
        let mut value = member_json(&member);
        value["returns"] = json!(returns);
        output::json(&value);
        return Ok(Exit::Done);
    }
    let cohorts: Vec<_> = member.cohorts.iter().map(|cohort| cohort.as_str()).collect();
    let themes: Vec<_> = member.profile.themes.iter().map(|theme| theme.as_str()).collect();
    let all = "tous".to_owned();
    for (name, value) in [
        ("Adresse", member.email.expose().to_owned()),
        ("Nom", format!("{} {}", member.first_name, member.last_name)),
        (
            "Organisation",
            match member.organisation.as_str() {
                "" => format!("non dite ({})", words::organisation_kind(member.profile.organisation_kind)),
                name => format!("{name} ({})", words::organisation_kind(member.profile.organisation_kind)),
            },
        ),
        ("Fonction", member.role.clone()),
        ("Promotion", cohorts.join(", ")),
        ("Territoire", places(&app, &member)),
        ("Thèmes", if themes.is_empty() { all } else { themes.join(", ") }),
        ("Rythme", words::rhythm(member.rhythm).to_owned()),
        ("État", words::member_state(&member.state)),
    ] {
        output::line(format_args!("{name:<13} {value}"));
    }
    for returned in &returns {
        output::line(format_args!("{:<13} {}", "Retour", words::returned(returned)));
    }
    Ok(Exit::Done)
}

async fn export(global: &Global, email: Option<&str>) -> Result<Exit, Failure> {
    let app = open::existing_app(global).await?;
    match email {
        Some(email) => output::json(&members::export(&app, email).await?),
        None => {
            let list: Vec<Value> = members::list(&app).await?.iter().map(member_json).collect();
            output::json(&json!({"members": list}));
        }
    }
    Ok(Exit::Done)
}

fn member_json(member: &Member) -> Value {
    json!({
        "email": member.email, "first_name": member.first_name, "last_name": member.last_name,
        "organisation": member.organisation, "organisation_kind": member.profile.organisation_kind,
        "role": member.role, "cohorts": member.cohorts, "territories": member.profile.territories,
        "themes": member.profile.themes, "rhythm": member.rhythm, "state": member.state, "chosen": member.chosen,
    })
}

fn print_import(import: &members::Import, mode: ImportMode) {
    if mode == ImportMode::DryRun {
        output::line("Essai : rien n'a été écrit.");
    }
    for email in &import.created {
        output::line(format_args!("ajouté : {}", email.expose()));
    }
    for (email, fields) in &import.changed {
        output::line(format_args!("changé : {} ({})", email.expose(), fields.join(", ")));
    }
    for (email, why) in &import.kept {
        let why = match why {
            Kept::Left => "a quitté la liste",
            Kept::Erased => "a demandé son effacement",
        };
        output::line(format_args!("laissé : {} ({why})", email.expose()));
    }
    for (line, earlier) in &import.joined {
        output::line(format_args!(
            "lignes {earlier} et {line} : la même adresse ; territoires, promotions et thèmes réunis (sans thème sur l'une : tous)"
        ));
    }
    for fault in &import.faults {
        output::line(format_args!("ligne {} laissée de côté : {}", fault.line, fault.message));
    }
    output::line(format_args!(
        "{}, {}, {}, {}, {} en erreur.",
        words::count(import.created.len(), "ajouté"),
        words::count(import.changed.len(), "changé"),
        words::count(import.unchanged, "inchangé"),
        words::count(import.kept.len(), "laissé"),
        import.faults.len()
    ));
}

fn import_json(import: &members::Import, mode: ImportMode) -> Value {
    let changed: Vec<Value> =
        import.changed.iter().map(|(email, fields)| json!({"email": email, "fields": fields})).collect();
    let kept: Vec<Value> = import
        .kept
        .iter()
        .map(|(email, why)| json!({"email": email, "why": if *why == Kept::Left { "left" } else { "erased" }}))
        .collect();
    let faults: Vec<Value> = import.faults.iter().map(|f| json!({"line": f.line, "message": f.message})).collect();
    json!({
        "dry_run": mode == ImportMode::DryRun, "created": import.created, "changed": changed,
        "unchanged": import.unchanged, "kept": kept, "faults": faults, "joined": import.joined,
    })
}
