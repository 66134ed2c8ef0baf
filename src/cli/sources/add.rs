//! `glaneur sources add URL`: what would be read at an address, shown; on a yes, an entry more in sources.toml.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

use serde_json::{Value, json};

use super::rows;
use crate::cli::args::AddArgs;
use crate::cli::{Exit, Failure, Global, output, words};
use crate::model::TerritoryCode;
use crate::pipeline::author::{self, Offer, Wish};
use crate::pipeline::{App, notices};

/// What is to be done with an offer.
enum Answer {
    Write,
    /// Another of the ways that were found, from 1.
    Try(usize),
    Leave,
    /// Nobody was there to ask.
    Unasked,
}

pub async fn run(global: &Global, app: &App, args: AddArgs) -> Result<Exit, Failure> {
    let territory = args.territory.as_deref().map(|places| parse_places(app, places)).transpose()?.unwrap_or_default();
    let mut wish = Wish { id: args.id, name: args.name, territory, choice: args.choice };
    let may_ask = !global.json && std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    loop {
        if may_ask {
            eprintln!(
                "Glaneur lit la page, puis les premières annonces, sans presser le site : quelques dizaines de secondes."
            );
        }
        let offer = match author::propose(app, &args.url, &wish).await? {
            Ok(offer) => offer,
            Err(fault) => return Err(Failure::failed(format!("{} : {fault}", args.url))),
        };
        if !global.json {
            tell(app, &offer);
        }
        let answer = match (args.yes, may_ask) {
            (true, _) => Answer::Write,
            (false, true) => ask(&offer),
            (false, false) => Answer::Unasked,
        };
        match answer {
            Answer::Try(n) => wish.choice = Some(n),
            Answer::Write => return write(global, app, &offer),
            Answer::Leave => {
                output::line("Rien n’a été écrit.");
                return Ok(Exit::Done);
            }
            Answer::Unasked => {
                let said = "rien n’a été écrit : relancez avec --yes pour ajouter cette entrée à sources.toml";
                if global.json {
                    output::json(&as_json(&offer, None));
                }
                eprintln!("glaneur : {said}");
                return Ok(Exit::Partly);
            }
        }
    }
}

fn parse_places(app: &App, places: &str) -> Result<Vec<TerritoryCode>, Failure> {
    let named = places.split(',').map(str::trim).filter(|place| !place.is_empty());
    Ok(named.map(|place| notices::parse_place(app, place)).collect::<Result<Vec<_>, _>>()?)
}

fn write(global: &Global, app: &App, offer: &Offer) -> Result<Exit, Failure> {
    let line = author::write(app, offer)?;
    let id = &offer.source.id;
    if global.json {
        output::json(&as_json(offer, Some(line)));
    } else {
        output::line(format_args!("Ajoutée : {}:{line}, source « {id} ».", app.settings.sources.display()));
        if !offer.source.enabled {
            output::line(
                "Elle est de côté (enabled = false) : Glaneur n’est pas sûr de sa liste. Vérifiez-la, puis retirez cette ligne.",
            );
        }
        output::line(format_args!(
            "Pour la relever tout de suite : « glaneur collect {id} ». Le service la prend de lui-même."
        ));
    }
    Ok(Exit::Done)
}

fn tell(app: &App, offer: &Offer) {
    let count = words::count(offer.trial.read.len(), "première annonce");
    output::line(format_args!("{} — {}", offer.source.name, offer.proposal.url));
    for why in &offer.proposal.why {
        output::line(format_args!("· {why}"));
    }
    output::line(format_args!("\n{count} :"));
    rows::print(app, &offer.trial.read);
    for remark in &offer.trial.remarks {
        output::line(format_args!("· {remark}"));
    }
    if offer.ways.len() > 1 {
        output::line("\nFaçons de lire trouvées :");
        for (n, way) in offer.ways.iter().enumerate() {
            let mark = if n == offer.chosen { "→" } else { " " };
            let first = way.why.first().map_or("", String::as_str);
            output::line(format_args!("{mark} {} : {first} ({}/100) {}", n + 1, way.score, way.url));
        }
    }
    for (url, why) in &offer.refused {
        output::line(format_args!("Essayé sans succès : {url} — {why}"));
    }
    output::line(format_args!("\nEntrée pour {} :\n", app.settings.sources.display()));
    for line in offer.entry.lines() {
        output::line(format_args!("    {line}"));
    }
    output::line(
        "\nÀ vérifier : les titres sont-ils bien des annonces ? les dates limites, les bonnes ? le territoire, le bon ?",
    );
    for doubt in &offer.proposal.doubts {
        output::line(format_args!("À vérifier : {doubt}."));
    }
    if offer.source.territory.is_empty() {
        let labels: Vec<String> =
            offer.homonyms.iter().map(|code| format!("{} {code}", app.geography.label(code))).collect();
        let among = if labels.is_empty() { String::new() } else { format!(" ({})", labels.join(", ")) };
        output::line(format_args!(
            "À vérifier : le territoire n’est pas sûr{among} ; dites-le par --territory, ou complétez l’entrée."
        ));
    }
}

fn ask(offer: &Offer) -> Answer {
    let others = if offer.ways.len() > 1 { ", un numéro pour une autre façon de lire" } else { "" };
    eprint!("\nAjouter cette entrée ? o pour oui{others}, Entrée pour ne rien écrire : ");
    let _ = std::io::stderr().flush();
    let mut said = String::new();
    if std::io::stdin().lock().read_line(&mut said).is_err() {
        return Answer::Leave;
    }
    let said = said.trim().to_lowercase();
    match said.parse::<usize>() {
        Ok(n) if (1..=offer.ways.len()).contains(&n) => Answer::Try(n),
        _ if matches!(said.as_str(), "o" | "oui" | "y" | "yes") => Answer::Write,
        _ => Answer::Leave,
    }
}

fn as_json(offer: &Offer, line: Option<usize>) -> Value {
    let way = |way: &crate::pipeline::author::Proposal| json!({"kind": way.kind, "url": way.url.as_str(), "score": way.score, "why": way.why, "doubts": way.doubts});
    let refused: Vec<Value> = offer.refused.iter().map(|(url, why)| json!({"url": url, "why": why})).collect();
    json!({
        "source": offer.source.id, "name": offer.source.name, "kind": offer.source.kind, "url": offer.source.url.as_str(),
        "territory": offer.source.territory, "enabled": offer.source.enabled, "entry": offer.entry,
        "items": rows::json(&offer.trial.read), "remarks": offer.trial.remarks,
        "ways": offer.ways.iter().map(way).collect::<Vec<_>>(), "chosen": offer.chosen + 1, "refused": refused,
        "written": line.is_some(), "line": line,
    })
}
