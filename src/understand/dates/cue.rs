//! The words around a date that say what it is for, found in one pass.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::cue_words::EXPRESSIONS;
use super::fold::Folded;
use super::words::weekday_at;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// "date limite", "clôture": a deadline by itself.
    Label,
    /// "clos le", "clos depuis": a deadline that is over; another of the page is the one to know.
    Closed,
    /// "jusqu'au", "avant le": a deadline when it touches the date and something is handed in.
    Limit,
    /// Handing in: "dossiers", "déposer", "candidatures".
    Apply,
    /// "prolongé", "reporté".
    Extend,
    /// "initialement fixée au": the former deadline.
    Replaced,
    /// "ouverture des candidatures".
    OpenLabel,
    /// "à partir du".
    Open,
    Published,
    /// Published again, which goes on after a deadline: "mis à jour le".
    Updated,
    Law,
    Meeting,
    Jury,
    Results,
    Execution,
    History,
    /// "1re vague", "session 2".
    Wave,
    /// From here on, other notices are listed.
    Footer,
    /// An attached document begins: a footer ends.
    Attachment,
    /// "toute l'année", "au fil de l'eau".
    Standing,
    /// Stops a shorter expression inside it from counting ("commission européenne").
    Neutral,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Cue {
    pub start: usize,
    pub end: usize,
    pub class: Class,
    pub weight: f32,
}

/// More cues than this are not read: a text of a million bytes has some tens of thousands.
const CUES_MAX: usize = 100_000;

/// Of expressions that overlap the first, of those the longest; only whole words, or their stems.
pub(super) fn cues(text: &Folded) -> Vec<Cue> {
    let Some(table) = TABLE.as_ref() else { return Vec::new() };
    let mut found: Vec<(Cue, bool)> = Vec::new();
    for expression in table.words.find_overlapping_iter(text.all()) {
        let Some((class, weight, stem)) = table.meanings.get(expression.pattern().as_usize()).copied() else {
            continue;
        };
        let (start, end) = (expression.start(), expression.end());
        if is_whole(text, start, end, class, stem) {
            found.push((Cue { start, end, class, weight }, stem));
        }
        if found.len() >= CUES_MAX {
            break;
        }
    }
    // The earlier in the table wins between equals.
    found.sort_by_key(|(cue, _)| (cue.start, std::cmp::Reverse(cue.end)));
    let mut floor = 0;
    found.retain(|(cue, _)| {
        let free = cue.start >= floor;
        floor = if free { cue.end } else { floor };
        free
    });
    found.into_iter().map(|(cue, stem)| Cue { end: word_end(text, cue.end, stem), ..cue }).collect()
}

/// The expression neither begins nor ends inside a word.
fn is_whole(text: &Folded, start: usize, end: usize, class: Class, stem: bool) -> bool {
    let alphanumeric = |at: usize| text.byte(at).is_ascii_alphanumeric();
    let begins_inside = start > 0
        && alphanumeric(start)
        && alphanumeric(start - 1)
        && !(class == Class::Limit && may_be_glued(text, start, end));
    let ends_inside = !stem && alphanumeric(end) && end > 0 && alphanumeric(end - 1);
    let island = class == Class::Meeting && is_la_reunion(text, start, end);
    // "Ouverture de l'épicerie": of what opens for applications the table knows the names.
    let door = text.text(start, end) == "ouverture" && is_of_something(text.text(end, end + 12));
    !begins_inside && !ends_inside && !island && !door
}

/// "… de l'épicerie", not "… du lundi 5 janvier".
fn is_of_something(tail: &str) -> bool {
    let Some(rest) = [" de ", " des ", " du ", " d'"].into_iter().find_map(|of| tail.strip_prefix(of)) else {
        return false;
    };
    let word = rest.split(' ').next().unwrap_or_default();
    !rest.starts_with(|c: char| c.is_ascii_digit()) && weekday_at(word).is_none()
}

/// The island is written with a capital after its article.
fn is_la_reunion(text: &Folded, start: usize, end: usize) -> bool {
    let named = text.text(start, end) == "reunion" && text.text(start.saturating_sub(3), start) == "la ";
    named && text.is_capital(start) && !text.from(end).starts_with(" d'")
}

/// "en ligneavant le": texts lose the space between two elements; the connector is plain enough without it.
fn may_be_glued(text: &Folded, start: usize, end: usize) -> bool {
    let before = text.text(start.saturating_sub(5), start);
    let other_word = ["aupar", "dor", "doren", "para", "dav"].into_iter().any(|head| before.ends_with(head));
    matches!(text.text(start, end), "avant le" | "jusqu'au" | "au plus tard") && !other_word
}

/// The end of the word that a stem begins.
fn word_end(text: &Folded, end: usize, stem: bool) -> usize {
    const ENDING_BYTES_MAX: usize = 16;
    if !stem {
        return end;
    }
    end + (end..end + ENDING_BYTES_MAX).take_while(|i| text.byte(*i).is_ascii_alphanumeric()).count()
}

struct Table {
    words: AhoCorasick,
    meanings: Vec<(Class, f32, bool)>,
}

static TABLE: LazyLock<Option<Table>> = LazyLock::new(|| {
    let mut words = Vec::new();
    let mut meanings = Vec::new();
    for (class, weight, expressions) in EXPRESSIONS {
        for expression in expressions.split('|').map(str::trim).filter(|e| !e.is_empty()) {
            let stem = expression.trim_end_matches('~');
            // Inside an expression it allows a plural.
            // The space before a colon is French, and often lost.
            for spelling in BTreeSet::from([stem.replace('~', ""), stem.replace('~', "s"), stem.replace(" :", ":")]) {
                words.push(spelling.replace('~', ""));
                meanings.push((*class, *weight, expression.ends_with('~')));
            }
        }
    }
    let words = AhoCorasick::new(words).ok()?;
    Some(Table { words, meanings })
});
