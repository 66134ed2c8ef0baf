//! `glaneur edition`: create, change, approve, pause, send. What there is to see is told by the rooms below.

mod ledger;
mod receipts;
mod sending;
mod show;

use std::time::Duration;

use serde_json::{Value, json};

pub use sending::print_sending;
pub use show::print_shares;

use super::args::{EditArgs, EditionCommand, PreviewFormat};
use super::bar::Bar;
use super::{Exit, Failure, Global, open, output, stop, words};
use crate::model::{Edition, EditionId};
use crate::pipeline::edition::{self, As, Consent, Wishes};
use crate::pipeline::send;
use crate::pipeline::{Actor, App, french};

const BY: &Actor = &Actor::Process;

/// How long `edition send` waits for rows that the server deferred.
const PATIENCE: Duration = Duration::from_secs(600);

pub async fn run(global: &Global, command: EditionCommand) -> Result<Exit, Failure> {
    let app = open::existing_app(global).await?;
    match command {
        EditionCommand::Create { corrects: Some(notice), .. } => {
            let id = edition::rectify(&app, BY, &notice).await?;
            created(global, &app, id).await
        }
        EditionCommand::Create { cohort, corrects: None } => {
            let id = edition::create(&app, &cohort).await?;
            created(global, &app, id).await
        }
        EditionCommand::List => show::list(global, &app).await,
        EditionCommand::Show { id } => show::show(global, &app, EditionId(id)).await,
        EditionCommand::Preview { id, member, format } => preview(&app, EditionId(id), member.as_deref(), format).await,
        EditionCommand::Edit(args) => edit(global, &app, args).await,
        EditionCommand::Proof { id, email, member } => {
            let whose = member.map_or(As::Everybody, As::Member);
            let proof = edition::proof(&app, BY, EditionId(id), &email, &whose).await?;
            if global.json {
                output::json(&json!({"to": proof.to, "subject": proof.subject, "notices": proof.notices}));
            } else {
                let notices = words::count(proof.notices, "annonce");
                output::line(format_args!("Épreuve envoyée à {} : {notices}.", proof.to.expose()));
            }
            Ok(Exit::Done)
        }
        EditionCommand::Approve { id } => {
            let consent = edition::consent(&app, BY, EditionId(id), None).await?;
            let exit = moved(global, &app, EditionId(id)).await?;
            print_consent(global, &consent);
            Ok(exit)
        }
        EditionCommand::Pause { id } => {
            edition::pause(&app, BY, EditionId(id)).await?;
            moved(global, &app, EditionId(id)).await
        }
        EditionCommand::Resume { id, after_restore } => {
            if after_restore {
                edition::accept_restored(&app, BY, EditionId(id)).await?;
            } else {
                edition::resume(&app, BY, EditionId(id)).await?;
            }
            moved(global, &app, EditionId(id)).await
        }
        EditionCommand::Cancel { id } => {
            edition::cancel(&app, BY, EditionId(id)).await?;
            moved(global, &app, EditionId(id)).await
        }
        EditionCommand::Send { id } => {
            if !global.json
                && let Some(found) = app.store.edition(EditionId(id)).await?
            {
                print_kept(&app, &found).await?;
            }
            stop::on_signal(&app.halt);
            let sending = send::send(&app, EditionId(id), PATIENCE, &Bar::default()).await?;
            print_sending(global, &app, &sending).await
        }
        EditionCommand::Receipts { from: Some(from), to: Some(to), csv, .. } => {
            receipts::of_period(global, &app, from, to, csv).await
        }
        EditionCommand::Receipts { id, all, .. } => {
            let id = id.ok_or_else(|| Failure::usage("donnez le numéro d'une édition, ou --from et --to"))?;
            let named = if all { ledger::Named::All } else { ledger::Named::Troubled };
            ledger::receipts(global, &app, EditionId(id), named).await
        }
    }
}

fn print_consent(global: &Global, consent: &Consent) {
    match consent {
        Consent::Approved(drift) => print_drift(global, drift),
        Consent::OneMore if global.json => {}
        Consent::OneMore => output::line(
            "Une première approbation est notée ; les réglages en veulent une seconde, d'une autre personne.",
        ),
    }
}

/// What the draft showed and the edition does not say any more.
fn print_drift(global: &Global, drift: &edition::Drift) {
    if global.json {
        return;
    }
    for title in &drift.closed {
        output::line(format_args!("Retirée depuis le brouillon, sa date limite est passée : {title}"));
    }
    if drift.silenced > 0 {
        let who = words::count(drift.silenced, "membre");
        output::line(format_args!("Il ne reste rien à dire à {who} : ils ne reçoivent pas ce courriel."));
    }
}

async fn created(global: &Global, app: &App, id: EditionId) -> Result<Exit, Failure> {
    if global.json {
        output::json(&edition_json(&edition::find(app, id).await?));
    } else {
        output::line(id);
    }
    Ok(Exit::Done)
}

async fn moved(global: &Global, app: &App, id: EditionId) -> Result<Exit, Failure> {
    let edition = edition::find(app, id).await?;
    if global.json {
        output::json(&edition_json(&edition));
    } else {
        output::line(format_args!("Édition {id} : {}.", french(edition.state)));
    }
    Ok(Exit::Done)
}

/// Why an edition that was approved has not left whole yet.
async fn print_waiting(app: &App, found: &Edition) -> Result<(), Failure> {
    send::waiting(app, found).await?.iter().for_each(|sentence| output::line(format_args!("  {sentence}")));
    Ok(())
}

async fn edit(global: &Global, app: &App, args: EditArgs) -> Result<Exit, Failure> {
    let word = match &args.word {
        Some(file) => Some(std::fs::read_to_string(file).map_err(|error| {
            Failure::usage(format!("le fichier {} ne peut pas être lu comme du texte ({error})", file.display()))
        })?),
        None => None,
    };
    let wishes = Wishes { drop: args.drop, pin: args.pin, undo: args.undo, word };
    edition::edit(app, BY, EditionId(args.id), &wishes).await?;
    show::show(global, app, EditionId(args.id)).await
}

/// Settings changed since the approval change nothing in its mails: whoever corrected one should know.
async fn print_kept(app: &App, found: &Edition) -> Result<(), Failure> {
    if let Some(sentence) = edition::kept_since_approval(app, found).await? {
        output::line(sentence);
    }
    Ok(())
}

async fn preview(app: &App, id: EditionId, member: Option<&str>, format: PreviewFormat) -> Result<Exit, Failure> {
    let preview = edition::preview(app, id, member).await?;
    match format {
        PreviewFormat::Html => output::line(&preview.rendered.html),
        PreviewFormat::Text => {
            output::line(format_args!("Objet : {}\n", preview.rendered.subject));
            output::line(&preview.rendered.text);
        }
        PreviewFormat::Eml => output::bytes(&preview.message),
        PreviewFormat::Json => output::json(&json!({
            "edition": id, "email": preview.share.email, "subject": preview.rendered.subject,
            "text": preview.rendered.text, "html": preview.rendered.html, "digest": preview.share.what.as_ref().ok(),
        })),
    }
    Ok(Exit::Done)
}

pub fn edition_json(edition: &Edition) -> Value {
    json!(edition)
}
