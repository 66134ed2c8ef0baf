//! `glaneur understand`: what is read in a page, a file or lines of JSON, and from which words.

use std::io::{BufRead, Write};

use serde_json::json;

use super::args::UnderstandArgs;
use super::{Exit, Failure, Global, notices, output, words};
use crate::config::{self, FetchSettings, Settings};
use crate::geography::Geography;
use crate::model::{Aspect, Doubt, Language, Quote, TerritoryCode, Themes, why_refused};
use crate::pipeline::notices::audience_name;
use crate::pipeline::read::{self, Context, Line, Reading};
use crate::pipeline::{Reader, answer, evidence, explain_doubt};

pub async fn run(global: &Global, args: UnderstandArgs) -> Result<Exit, Failure> {
    // Understanding needs no settings: they only add an administrator's themes and say how to fetch.
    let settings = settings(global)?;
    let reader = Reader::new(&themes(settings.as_ref())?);
    if args.jsonl {
        return jsonl(&reader);
    }
    let context = Context {
        publisher: args.publisher,
        territory: args.territory.map(|code| parse_code(&code)).transpose()?.into_iter().collect(),
        published: args.published,
    };
    let reading = match (&args.url, &args.file) {
        (Some(url), _) => {
            let fetch = settings.as_ref().map_or_else(FetchSettings::default, |settings| settings.fetch.clone());
            read::page(&reader, &fetch, url, &context).await?
        }
        (None, Some(file)) => read::file(&reader, file, &context).await?,
        (None, None) => return Err(Failure::usage("indiquez une adresse, --file ou --jsonl")),
    };
    if global.json {
        let mut value = answer("", &reading.understanding);
        value["id"] = json!(reading.url);
        value["title"] = json!(reading.title);
        output::json(&value);
    } else {
        print(&reading, settings.map_or(Language::Fr, |settings| settings.language));
    }
    Ok(Exit::Done)
}

/// The settings named, or those found; none is fine.
fn settings(global: &Global) -> Result<Option<Settings>, Failure> {
    match &global.config {
        Some(file) => Ok(Some(config::load(Some(file))?)),
        None if config::is_there() => Ok(Some(config::load(None)?)),
        None => Ok(None),
    }
}

fn themes(settings: Option<&Settings>) -> Result<Themes, Failure> {
    Ok(config::themes::load(settings.and_then(|settings| settings.themes.as_deref()))?)
}

fn parse_code(code: &str) -> Result<TerritoryCode, Failure> {
    TerritoryCode::parse(code).map_err(|error| {
        Failure::usage(format!(
            "« {} » n'est pas un code de territoire : écrivez FR, EU, R11 (région), D93 (département), neuf chiffres (intercommunalité) ou cinq caractères (commune)",
            error.0
        ))
    })
}

/// One answer a line, in the lines' order; a line that is no JSON is named and the others are answered.
fn jsonl(reader: &Reader) -> Result<Exit, Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut exit = Exit::Done;
    for (n, line) in std::io::stdin().lock().lines().enumerate() {
        let line =
            line.map_err(|error| Failure::failed(format!("l'entrée ne peut pas être lue : {}", why_refused(&error))))?;
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<Line>(&line) {
            Ok(line) => {
                let mut answer = answer("", &read::line(reader, &line));
                answer["id"] = line.id;
                if writeln!(out, "{answer}").is_err() {
                    return Ok(exit); // Nobody reads any more.
                }
            }
            Err(error) => {
                output::error(format_args!("ligne {} de l'entrée : {}", n + 1, not_json(&error)));
                exit = Exit::Partly;
            }
        }
    }
    let _ = out.flush();
    Ok(exit)
}

/// serde_json's English, in French.
fn not_json(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    match error.classify() {
        Category::Eof => "l'objet JSON est coupé : il manque sa fin".to_owned(),
        Category::Data => {
            "cet objet JSON n'a pas la forme attendue : {\"id\": …, \"title\": \"…\", \"text\": \"…\"}".to_owned()
        }
        _ => format!("ce n'est pas du JSON (au caractère {}) : écrivez un objet {{…}} par ligne", error.column()),
    }
}

fn print(reading: &Reading, language: Language) {
    let read = &reading.understanding;
    output::line(&reading.title);
    if let Some(url) = &reading.url {
        output::line(url);
    }
    let geography = Geography::get();
    let unsaid = || "non dit".to_owned();
    let places = read.territory.value.iter().flatten().map(|code| format!("{} ({code})", geography.label(code)));
    let themes = read.themes.value.iter().flatten().map(ToString::to_string);
    let audiences = read.audiences.value.iter().flatten().map(|audience| audience_name(*audience).to_owned());
    let ccas = match read.ccas_eligible.value {
        Some(true) => "peut répondre".to_owned(),
        Some(false) => "ne peut pas répondre".to_owned(),
        None => unsaid(),
    };
    let evidence = evidence(read);
    let doubts = read.doubts();
    for (name, aspect, value) in [
        ("Genre", Aspect::Kind, words::kind(read.kind()).to_owned()),
        ("Date limite", Aspect::Deadline, read.deadline.value.map_or_else(unsaid, words::deadline)),
        ("Ouverture", Aspect::Opening, read.opening.value.map_or_else(unsaid, words::date)),
        ("Territoire", Aspect::Territory, join(places)),
        ("Thèmes", Aspect::Themes, join(themes)),
        ("Pour qui", Aspect::Audiences, join(audiences)),
        ("CCAS", Aspect::Ccas, ccas),
        ("Montant", Aspect::Amount, read.amount.value.clone().unwrap_or_else(unsaid)),
    ] {
        output::line(format_args!("\n{name:<12} {value}"));
        print_why(aspect, &evidence, &doubts, language);
    }
    if let Some(summary) = &read.summary {
        output::line(format_args!("\nRésumé       {summary}"));
    }
}

fn join(values: impl Iterator<Item = String>) -> String {
    let joined = values.collect::<Vec<_>>().join(", ");
    if joined.is_empty() { "non dit".to_owned() } else { joined }
}

fn print_why(aspect: Aspect, evidence: &[(Aspect, Quote)], doubts: &[Doubt], language: Language) {
    for (_, quote) in evidence.iter().filter(|(about, _)| *about == aspect).take(4) {
        output::line(format_args!("    « {} » {}", words::short(&quote.text, 100), notices::field_name(&quote.field)));
    }
    for doubt in doubts.iter().filter(|doubt| doubt.about == aspect) {
        output::line(format_args!("    ? {}", explain_doubt(doubt, language)));
    }
}
