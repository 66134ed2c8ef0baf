//! The date that a page or a piece of news is headed with: "Auch, le 24 février 2026", "18 juin 2025 – Deux cents …",
//! "Actualité du 1er décembre 2026".
//!
//! Only its shape is looked at; whether its words say that it is something else's is for [`super::weigh`].

use super::fold::{BreakKind, Folded};
use super::mention::Mention;

/// A place's name before the date is at most this long.
const PLACE_BYTES_MAX: usize = 45;

/// A date without a place heads a page only this near to its top.
const HEAD_BYTES_MAX: usize = 700;

pub(super) fn is_dateline(text: &Folded, mention: &Mention) -> bool {
    let (from, to) = mention.folded;
    let near = text.breaks_between(from.saturating_sub(PLACE_BYTES_MAX), from);
    let start = match near.iter().rev().find(|boundary| boundary.kind != BreakKind::Colon) {
        Some(boundary) => boundary.at,
        None if from <= PLACE_BYTES_MAX => 0,
        None => return false,
    };
    closes(text, to) && opens(text.text(start, from).trim(), from)
}

fn opens(before: &str, from: usize) -> bool {
    const NAMES: [&str; 16] = [
        "actualite",
        "actualites",
        "information",
        "info",
        "communique",
        "communique de presse",
        "article",
        "lettre",
        "breve",
        "depeche",
        "edition",
        "newsletter",
        "infolettre",
        "bulletin",
        "flash",
        "numero",
    ];
    let head = before.strip_suffix("le").map_or(before, str::trim_end);
    if matches!(head, "" | "le" | "*" | "-" | "|") {
        return from <= HEAD_BYTES_MAX;
    }
    if let Some(name) = before.strip_suffix(" du").or_else(|| before.strip_suffix(" :")) {
        return NAMES.contains(&name.trim_end());
    }
    let place = head.strip_suffix(',').or_else(|| head.strip_prefix("fait a ")).or_else(|| head.strip_suffix(" -"));
    place.is_some_and(|place| {
        !place.contains(|c: char| c.is_ascii_digit() || matches!(c, ',' | ':' | '(')) && place.split(' ').count() <= 5
    })
}

/// The line ends there, or a dash leads to the news.
fn closes(text: &Folded, to: usize) -> bool {
    let tail = text.text(to, to + 3);
    let tail = tail.trim_start();
    tail.is_empty() || tail.starts_with(['-', '|', '*', '.']) || !text.breaks_between(to, to + 2).is_empty()
}
