//! `glaneur bounces`: what comes back from mails, read from files; one JSON object a message and a line. What is done to
//! members with `--apply` is told on standard error.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::args::BouncesCommand;
use super::{Exit, Failure, Global, open, output, words};
use crate::pipeline::Trouble;
use crate::pipeline::bounces::{self, Applied, Effect, Message, Visit};
use crate::store::Recorded;

pub async fn run(global: &Global, command: BouncesCommand) -> Result<Exit, Failure> {
    match command {
        BouncesCommand::Read { files, apply: false } => Ok(read(&files, &mut |_, _| {})),
        BouncesCommand::Read { files, apply: true } => apply(global, &files).await,
        BouncesCommand::List { days } => list(global, days).await,
    }
}

fn read(files: &[PathBuf], each: &mut dyn FnMut(&Message, &[u8])) -> Exit {
    let stdin = [PathBuf::from("-")];
    let files = if files.is_empty() { &stdin[..] } else { files };
    let mut exit = Exit::Done;
    for file in files {
        let print = |message: Message, raw: &[u8]| {
            output::line(message.answer());
            each(&message, raw);
        };
        let done = if file == Path::new("-") { bounces::stdin(print) } else { bounces::file(file, print) };
        if let Err(why) = done {
            eprintln!("glaneur : {why}");
            exit = Exit::Partly;
        }
    }
    exit
}

async fn apply(global: &Global, files: &[PathBuf]) -> Result<Exit, Failure> {
    let app = open::existing_app(global).await?;
    let mut messages = Vec::new();
    let exit = read(files, &mut |message, raw| {
        let acts = !message.reading.recipients.is_empty() || message.reading.nameless.is_some();
        messages.extend(acts.then(|| (message.reading.clone(), raw.to_vec())));
    });
    for (reading, raw) in &messages {
        for applied in bounces::apply(&app, raw, reading).await? {
            say(&applied);
        }
    }
    Ok(exit)
}

/// What came back, for who looks after the network.
async fn list(global: &Global, days: u32) -> Result<Exit, Failure> {
    let app = open::existing_app(global).await?;
    let shown = bounces::list(&app, days).await?;
    if global.json {
        let returns: Vec<_> = shown
            .iter()
            .map(|one| {
                json!({
                    "email": one.back.email, "kind": one.back.returned.kind, "status": one.back.returned.status,
                    "diagnostic": one.back.returned.diagnostic, "at": one.back.returned.at,
                    "suspended": one.back.is_suspended, "successor": one.successor,
                })
            })
            .collect();
        output::json(&json!({"returns": returns}));
        return Ok(Exit::Done);
    }
    for one in &shown {
        let who = one.back.email.as_ref().map_or("(inconnu ou effacé)", |email| email.expose());
        let when = words::instant(one.back.returned.at, app.settings.time_zone);
        output::line(format_args!("{when}  {who} : {}", one.sentence()));
    }
    if shown.is_empty() {
        output::line(format_args!("Rien n'est revenu depuis {}.", words::count(days as usize, "jour")));
    }
    Ok(Exit::Done)
}

/// What a turn found in the mailbox of the settings.
pub fn tell(returns: &Result<Visit, Trouble>) -> Exit {
    match returns {
        Ok(visit) => {
            visit.applied.iter().for_each(say);
            visit.faults.iter().for_each(|fault| eprintln!("glaneur : {fault}"));
            if visit.faults.is_empty() { Exit::Done } else { Exit::Partly }
        }
        Err(trouble) => {
            eprintln!("glaneur : {trouble}");
            Exit::Partly
        }
    }
}

/// What became of one address, where a person may want to know.
fn say(applied: &Applied) {
    let address = &applied.address;
    let done = match applied.effect {
        Effect::NoMember => "n'est pas membre : rien n'est changé",
        Effect::Recorded(Recorded::Before) => "message déjà traité",
        Effect::Recorded(Recorded::Suspended) => "suspendu (« glaneur members resume » le sert de nouveau)",
        Effect::Recorded(Recorded::Left) => "a demandé à partir : ne reçoit plus rien",
        Effect::Recorded(Recorded::Noted) if applied.note.is_some() => "réponse à lire",
        Effect::Recorded(Recorded::Noted) => "noté",
    };
    eprintln!("{address} : {done} — {}", applied.words);
}
