//! The administrators' own entries become notices like any other: with a history, corrections and evidence, matched and told;
//! one that a source finds later is the same notice.
//!
//! An entry is an item of a source of its own. What its head says is stated: it wins over whatever the text makes a reader
//! think, and its words are « saisi par … ». An entry whose file is gone is hidden.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use pulldown_cmark::{Event, Parser, TagEnd};
use serde_json::json;
use url::Url;

use super::collect::{Absorbed, Absorber, Seen, found};
use super::{App, Trouble, notices};
use crate::compose;
use crate::entries::{self, Entry, Moment};
use crate::extract;
use crate::geography::{Geography, Place};
use crate::model::{
    Deadline, Field, Fields, Item, Problem, Problems, Quote, Reading, Source, SourceId, SourceKind, Stated,
    TerritoryCode, Themes, Understanding,
};
use crate::store::ItemHead;
use crate::understand::{Input, Reader};

/// The source that entries are items of.
const SOURCE: &str = "saisies";
const SUMMARY_CHARS_MAX: usize = 320;
/// Who keeps an entry that does not say.
const TEAM: &str = "l’équipe";

/// What was read of one item: what an entry states, over what the text says.
pub(super) fn understand(reader: &Reader, item: &Item, source: &Source) -> Understanding {
    let mut read = reader.read(&Input::of(item, source));
    let Some(stated) = &item.fields.stated else { return read };
    let said = |text: String| Quote { field: Field::Entered(stated.by.clone()), start: 0, end: 0, text };
    read.kind =
        Reading::of(stated.kind, said(compose::kind_words(stated.kind, None, false, Default::default()).into()));
    if stated.kind.is_of_the_network() {
        (read.call_type, read.opening, read.waves) = (Reading::none(), Reading::none(), Vec::new());
        read.status = Reading::none();
    }
    match &item.fields.deadline {
        Some((_, deadline)) => {
            read.deadline = Reading::of(*deadline, said(deadline.date.format("%d/%m/%Y").to_string()));
            read.waves.clear();
        }
        None if stated.kind.is_of_the_network() => read.deadline = Reading::none(),
        None => {}
    }
    if let Some((_, territory)) = &item.fields.territory {
        let codes: Vec<&str> = territory.iter().map(TerritoryCode::as_str).collect();
        read.territory = Reading::of(territory.clone(), said(codes.join(", ")));
    }
    if !stated.themes.is_empty() {
        let ids: Vec<&str> = stated.themes.iter().map(|theme| theme.as_str()).collect();
        read.themes = Reading::of(stated.themes.clone(), said(ids.join(", ")));
    }
    if let Some((_, audiences)) = &item.fields.audiences {
        let named: Vec<&str> = audiences.iter().map(|one| notices::audience_name(*one)).collect();
        read.audiences = Reading::of(audiences.clone(), said(named.join(", ")));
    }
    if let Some((_, amount)) = &item.fields.amount {
        read.amount = Reading::of(amount.clone(), said(amount.clone()));
    }
    read.summary = stated.summary.clone().or(read.summary);
    read
}

/// Every mistake of the folder, for `glaneur check` and before a start.
pub(super) fn check(folder: &std::path::Path, themes: &Themes) -> Problems {
    let (entries, mut problems) = entries::load(folder);
    for entry in &entries {
        if let Err(more) = item(entry, folder, themes) {
            problems.extend(more);
        }
    }
    problems
}

/// Reads the folder and stores what it says. An entry with a mistake is named in the log and keeps what it was.
pub(super) async fn take_in(app: &App, now: DateTime<Utc>) -> Result<Absorbed, Trouble> {
    let source = source()?;
    let heads = app.store.item_heads(&source.id).await?;
    let Some(folder) = &app.settings.entries else {
        hide_the_gone(app, &heads, &[]).await?;
        return Ok(Absorbed::default());
    };
    let (entries, problems) = entries::load(folder);
    let kept: Vec<String> = entries.iter().map(|entry| entry.name.clone()).collect();
    let mut wrong = problems;
    let mut seen = Vec::new();
    for entry in &entries {
        match item(entry, folder, &app.themes) {
            Ok(item) => seen.push(seen_again(item, &heads)),
            Err(more) => wrong.extend(more),
        }
    }
    for problem in &wrong.0 {
        tracing::warn!(%problem, "une annonce saisie ne peut pas être lue");
    }
    let absorbed = Absorber::new(app).absorb(&source, seen, now).await?;
    // A file that cannot be read is not a file that is gone.
    let unread: Vec<String> = wrong.0.iter().filter_map(|p| Some(p.file.file_stem()?.to_str()?.to_owned())).collect();
    hide_the_gone(app, &heads, &[kept, unread].concat()).await?;
    Ok(absorbed)
}

fn seen_again(item: Item, heads: &[ItemHead]) -> Seen {
    let new = found(item);
    let known = heads.iter().filter(|head| head.key == new.item.key()).max_by_key(|head| head.id);
    match known.filter(|head| head.content_hash == new.content_hash) {
        Some(head) => Seen::Unchanged(head.clone()),
        None => Seen::Read(Box::new(new)),
    }
}

/// A notice that only an entry showed goes with its file, and comes back with it.
async fn hide_the_gone(app: &App, heads: &[ItemHead], kept: &[String]) -> Result<(), Trouble> {
    for head in heads {
        let gone = !kept.contains(&head.key);
        let Some(notice) = app.store.notice(&head.notice).await? else { continue };
        let ours =
            app.store.items_of_notice(&notice.id).await?.iter().all(|item| item.record.source.as_str() == SOURCE);
        let hidden_by_us = notice.hidden && was_hidden_here(app, &notice.id.0).await?;
        let action = match (gone, notice.hidden) {
            (true, false) if ours => "entry removed",
            (false, true) if hidden_by_us => "entry back",
            _ => continue,
        };
        app.store.set_hidden(&notice.id, gone).await?;
        let subject = format!("notice:{}", notice.id);
        app.store.journal(app.actor, action, &subject, &json!(head.key), app.clock.now()).await?;
    }
    Ok(())
}

/// Whether the last to hide it was the missing file, and no person.
async fn was_hidden_here(app: &App, id: &str) -> Result<bool, Trouble> {
    let entries = app.store.journal_about(&format!("notice:{id}")).await?;
    let last = entries.iter().rev().find(|entry| matches!(entry.action.as_str(), "entry removed" | "notices hide"));
    Ok(last.is_some_and(|entry| entry.action == "entry removed"))
}

fn source() -> Result<Source, Trouble> {
    let words = |error: &dyn std::fmt::Display| Trouble::Words(error.to_string());
    let id = SourceId::parse(SOURCE).map_err(|error| words(&error))?;
    let url = Url::parse("https://saisies.invalid/").map_err(|error| words(&error))?;
    // Nobody publishes there: each entry says who does.
    Ok(Source { relay: true, ..Source::new(id, "Annonces saisies", SourceKind::Page, url) })
}

/// The item that an entry is; fails for a place or a theme that does not exist.
fn item(entry: &Entry, folder: &std::path::Path, themes: &Themes) -> Result<Item, Problems> {
    let mut problems = Problems::default();
    let mut say = |message: String, advice: String| {
        problems.0.push(Problem { file: folder.join(format!("{}.md", entry.name)), line: None, message, advice });
    };
    for theme in entry.themes.iter().filter(|theme| themes.get(theme).is_none()) {
        let ids: Vec<&str> = themes.themes.iter().map(|theme| theme.id.as_str()).collect();
        say(format!("le thème « {theme} » n'existe pas"), format!("écrivez un de ceux-ci : {}", ids.join(", ")));
    }
    let geography = Geography::get();
    let mut territory = Vec::new();
    for written in &entry.territory {
        match geography.resolve_place(written, &[]) {
            Place::Found(code) => territory.push(code),
            Place::Unknown => say(format!("le lieu « {written} » est inconnu"), "écrivez un nom ou un code".to_owned()),
            Place::Ambiguous(codes) => {
                let shown: Vec<_> = codes.iter().take(8).map(|c| format!("{} = {c}", geography.label(c))).collect();
                say(format!("plusieurs lieux s'appellent « {written} »"), shown.join(", "));
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    if territory.is_empty() {
        territory.extend(TerritoryCode::parse("FR"));
    }
    territory.sort();
    territory.dedup();
    let zone = territory.first().map_or(chrono_tz::Europe::Paris, |code| geography.zone(code));
    let id = SourceId::parse(SOURCE).map_err(|_| Problems::default())?;
    Ok(as_item(entry, id, territory, zone))
}

fn as_item(entry: &Entry, source: SourceId, territory: Vec<TerritoryCode>, zone: Tz) -> Item {
    let by = entry.by.as_deref().map(extract::label).filter(|by| !by.is_empty()).unwrap_or_else(|| TEAM.to_owned());
    let name = || format!("saisi par {by}");
    let label = |text: &Option<String>| text.as_deref().map(extract::label).filter(|text| !text.is_empty());
    let text = plain(&entry.text);
    let contact = label(&entry.contact).map(|contact| format!("Contact : {contact}"));
    let lead = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let place = entry.place.as_deref().map(extract::label);
    let ends = entry.ends.map(|ends| ends_words(entry.when, ends));
    let said = [ends, place, Some(lead.to_owned()), contact.clone()].into_iter().flatten();
    let summary = said.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let summary = compose::one_line(&summary, SUMMARY_CHARS_MAX);
    let text = [Some(text), contact].into_iter().flatten().collect::<Vec<_>>().join("\n\n");
    Item {
        source,
        guid: Some(entry.name.clone()),
        url: entry.url.as_ref().map(|url| url.to_string()),
        title: extract::title(&entry.title),
        text,
        publisher: label(&entry.publisher),
        published: None,
        updated: None,
        fields: Fields {
            deadline: entry.when.map(|when| (name(), Deadline { date: when.date, time: when.time, zone })),
            territory: Some((name(), territory)),
            audiences: (!entry.audiences.is_empty()).then(|| (name(), entry.audiences.clone())),
            amount: label(&entry.amount).map(|amount| (name(), amount)),
            stated: Some(Stated {
                by,
                kind: entry.kind,
                themes: entry.themes.clone(),
                summary: Some(summary).filter(|summary| !summary.is_empty()),
            }),
            ..Fields::default()
        },
        attachments: Vec::new(),
    }
}

/// "jusqu’à 17 h", "jusqu’au vendredi 6 février 2026 à 17 h".
fn ends_words(begins: Option<Moment>, ends: Moment) -> String {
    let hour = ends.time.map(|time| {
        let hour = time.format("%-H\u{a0}h\u{a0}%M").to_string();
        hour.strip_suffix("\u{a0}00").map(str::to_owned).unwrap_or(hour)
    });
    let same_day = begins.is_some_and(|begins| begins.date == ends.date);
    match (hour, same_day) {
        (Some(hour), true) => format!("jusqu’à {hour}"),
        (Some(hour), false) => {
            format!("jusqu’au {} à {hour}", compose::day_words(ends.date, Default::default()))
        }
        (None, _) => format!("jusqu’au {}", compose::day_words(ends.date, Default::default())),
    }
}

/// The words of a Markdown text, its paragraphs and items a line each.
fn plain(markdown: &str) -> String {
    let mut text = String::new();
    for event in Parser::new(markdown) {
        match event {
            Event::Text(words) | Event::Code(words) => text.push_str(&words),
            Event::SoftBreak => text.push(' '),
            Event::HardBreak | Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item) => text.push('\n'),
            _ => {}
        }
    }
    extract::text(&text)
}
