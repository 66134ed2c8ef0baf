//! From the head of a file to an entry.

use chrono::{NaiveDate, NaiveDateTime};

use super::{Entry, Moment};
use crate::model::{Audience, Kind, ThemeId};
use crate::tomlfile::{Table, TomlFile};

const KINDS: &[(&str, Kind)] = &[
    ("call", Kind::Call),
    ("aid", Kind::Aid),
    ("accreditation", Kind::Accreditation),
    ("event", Kind::Event),
    ("resource", Kind::Resource),
    ("news", Kind::Announcement),
];

const AUDIENCES: &[(&str, Audience)] = &[
    ("collectivites", Audience::Collectivites),
    ("associations", Audience::Associations),
    ("entreprises", Audience::Entreprises),
    ("etablissements", Audience::Etablissements),
    ("particuliers", Audience::Particuliers),
];

/// The head, its first line still where it stands in the file, and what follows it.
pub fn split(text: &str) -> Option<(String, &str)> {
    let fence = text.lines().next()?.trim_end();
    if !matches!(fence, "+++" | "---") {
        return None;
    }
    let mut head = String::from("\n");
    let mut at = text.find('\n')? + 1;
    for line in text.get(at..)?.split_inclusive('\n') {
        at += line.len();
        if line.trim_end() == fence {
            return Some((head, text.get(at..).unwrap_or_default()));
        }
        head.push_str(line);
    }
    None
}

/// `None` when something that is needed is missing or wrong; it is named in the file's problems.
pub fn entry(file: &TomlFile, name: &str, body: &str) -> Option<Entry> {
    let mut head = file.root();
    let kind = head.required_choice("kind", KINDS);
    let title = head.required_string("title");
    let url = head.url("url");
    let contact = head.string("contact");
    let is_event = kind == Some(Kind::Event);
    let when = head.parsed(if is_event { "date" } else { "deadline" }, parse_moment);
    if is_event && when.is_none() && !head.has("date") {
        head.problem("date", "un événement a une date", "ajoutez : date = \"2026-02-05T14:00\"");
    }
    let (ends, place) = if is_event { (head.parsed("end", parse_moment), head.string("place")) } else { (None, None) };
    let territory = head.string_list("territory");
    let themes = head.parsed_list("themes", |id| Ok::<_, String>(ThemeId(id.trim().to_owned())));
    let audiences = head.parsed_list("audiences", parse_audience);
    let amount = head.string("amount");
    let publisher = head.string("publisher");
    let by = head.string("by");
    check_what_to_turn_to(&head, kind, url.is_some() || head.has("url") || contact.is_some());
    if matches!(kind, Some(Kind::Call | Kind::Aid | Kind::Accreditation))
        && territory.is_empty()
        && !head.has("territory")
    {
        head.problem(
            "territory",
            "il manque le territoire",
            "ajoutez : territory = [\"D93\"], ou [\"FR\"] pour tout le pays",
        );
    }
    if let (Some(begins), Some(ends)) = (when, ends)
        && ends < begins
    {
        head.problem("end", "la fin précède le début", "vérifiez « date » et « end »");
    }
    head.finish();
    Some(Entry {
        name: name.to_owned(),
        kind: kind?,
        title: title?,
        url,
        contact,
        when,
        ends,
        place,
        territory,
        themes,
        audiences,
        amount,
        publisher,
        by,
        text: body.trim().to_owned(),
    })
}

/// Who reads of a call must be able to do something about it.
fn check_what_to_turn_to(head: &Table<'_>, kind: Option<Kind>, given: bool) {
    if !given && matches!(kind, Some(Kind::Call | Kind::Aid | Kind::Accreditation | Kind::Resource)) {
        let advice = "ajoutez : url = \"https://…\" (une page ou un PDF), ou contact = \"une adresse\"";
        head.problem("url", "rien ne dit où s'adresser", advice);
    }
}

fn parse_moment(text: &str) -> Result<Moment, &'static str> {
    let text = text.trim();
    if let Ok(date) = text.parse::<NaiveDate>() {
        return Ok(Moment { date, time: None });
    }
    let read = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"].iter().find_map(|f| NaiveDateTime::parse_from_str(text, f).ok());
    read.map(|at| Moment { date: at.date(), time: Some(at.time()) })
        .ok_or("écrivez \"2026-03-31\", ou \"2026-03-31T12:00\" avec l’heure")
}

fn parse_audience(word: &str) -> Result<Audience, String> {
    let plain = word.trim().to_lowercase().replace('é', "e");
    AUDIENCES.iter().find(|(name, _)| *name == plain).map(|(_, audience)| *audience).ok_or_else(|| {
        let known: Vec<&str> = AUDIENCES.iter().map(|(name, _)| *name).collect();
        format!("« {} » est inconnu — écrivez : {}", word.trim(), known.join(", "))
    })
}
