//! The words around one date: the strongest effect of each kind of cue on it.
//!
//! A cue counts the more the nearer it stands, and less across the end of a sentence, a list item or another date. It refuses
//! to know what the sum means; that is [`super::weigh`].

use super::cue::{Class, Cue};
use super::cue_words::{EXTENDED_LABEL, WAVE_LABEL};
use super::fold::{BreakKind, Folded};
use super::label::{LABEL_LINE_BYTES_MAX, LABEL_LINE_POINTS, ends_line};
use super::mention::{Mention, Part};

/// Folded bytes looked at before and after a date.
const LEFT_BYTES_MAX: usize = 260;
const RIGHT_BYTES_MAX: usize = 130;

/// A connector ("jusqu'au") belongs to the date when no more than this stands between them.
const TOUCHING_BYTES_MAX: usize = 16;

/// The strongest effect of each kind of cue on one date.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sides {
    pub label: f32,
    pub limit: f32,
    pub apply: f32,
    /// The second strongest of them.
    pub apply_too: f32,
    pub extend: f32,
    pub replaced: f32,
    pub open_label: f32,
    pub open: f32,
    pub published: f32,
    pub law: f32,
    pub meeting: f32,
    pub jury: f32,
    pub results: f32,
    pub execution: f32,
    pub history: f32,
    pub wave: f32,
    /// The words that show the end say that it is over.
    pub closed: bool,
    /// A numbered wave stands right before it.
    pub wave_label: bool,
    pub label_start: Option<usize>,
    pub limit_start: Option<usize>,
    pub apply_start: Option<usize>,
    pub open_start: Option<usize>,
    pub published_touching: bool,
    /// The word that touches it tells of an update.
    pub updated: bool,
}

/// What stands before it.
pub(super) fn left(text: &Folded, mentions: &[Mention], cues: &[Cue], i: usize) -> Sides {
    let mut sides = Sides::default();
    let Some(mention) = mentions.get(i) else { return sides };
    // The words before a range speak of both its ends.
    let opener = i.checked_sub(1).and_then(|o| mentions.get(o)).filter(|_| mention.part == Part::Closes);
    let from = opener.unwrap_or(mention).folded.0;
    let first = if opener.is_some() { i - 1 } else { i };
    let end = cues.partition_point(|c| c.start < from);
    for cue in cues.get(..end).unwrap_or_default().iter().rev() {
        if from.saturating_sub(cue.end) > LEFT_BYTES_MAX || cue.start + LEFT_BYTES_MAX * 2 < from {
            break;
        }
        let crossed = crossed_dates(mentions, first, cue.end);
        let earlier = first.checked_sub(1).and_then(|earlier| mentions.get(earlier));
        let others = crossed == 0 && earlier.is_some_and(|earlier| belongs_to(text, earlier, cue, from));
        sides.add_left(text, cue, from, if others { OTHERS_CROSSED } else { crossed });
    }
    sides.label_line(text, cues, from, mention.folded.1);
    if let Some(opener) = opener {
        between_ends(text, opener, mention, &mut sides);
    }
    sides
}

/// The whole range is the evidence, its "du" or "entre le" included; "du 3 mars jusqu'au 15 avril" holds the connector inside.
fn between_ends(text: &Folded, opener: &Mention, closer: &Mention, sides: &mut Sides) {
    if text.text(opener.folded.1, closer.folded.0).contains("jusqu'au") {
        sides.limit = 2.0;
    }
    let before = text.text(opener.folded.0.saturating_sub(12), opener.folded.0);
    let articles = ["entre le ", "du ", "from ", "between "];
    let article = articles.into_iter().find(|article| before.ends_with(article)).map_or(0, str::len);
    sides.limit_start = Some(opener.folded.0 - article);
}

/// Points from which a label stands before a date.
pub(super) const LABELLED: f32 = 1.2;

/// How many dates a cue that belongs to the date before seems to stand behind.
const OTHERS_CROSSED: i32 = 2;

/// "• 5 janvier : ouverture • 22 février : clôture": what follows the date that heads an item is that one's.
fn belongs_to(text: &Folded, earlier: &Mention, cue: &Cue, from: usize) -> bool {
    let parts = |start: usize, end: usize| {
        let breaks = text.breaks_between(start, end);
        breaks.iter().any(|b| !matches!(b.kind, BreakKind::Dash | BreakKind::Colon))
    };
    cue.start >= earlier.folded.1
        && !parts(earlier.folded.1, cue.start)
        && parts(cue.end, from)
        && starts_segment(text, earlier)
}

fn crossed_dates(mentions: &[Mention], first: usize, cue_end: usize) -> i32 {
    const CROSSED_MAX: i32 = 4;
    let mut crossed = 0;
    for earlier in mentions.get(..first).unwrap_or_default().iter().rev() {
        if earlier.folded.1 <= cue_end || crossed >= CROSSED_MAX {
            break;
        }
        // Both ends of a range are one.
        crossed += i32::from(earlier.part != Part::Opens);
    }
    crossed
}

impl Sides {
    fn add_left(&mut self, text: &Folded, cue: &Cue, from: usize, crossed: i32) {
        let distance = from.saturating_sub(cue.end);
        let reach = match cue.class {
            Class::Label | Class::Closed | Class::OpenLabel => 160.0,
            Class::Apply => 130.0,
            _ => 80.0,
        };
        let nearness = (-(distance as f32) / reach).exp();
        // "Mis à jour le" and "la loi du" belong to their own date and say little of the next.
        let kept: f32 = match cue.class {
            Class::Published | Class::Updated => 0.1,
            Class::Law => 0.25,
            _ => 0.5,
        };
        let factor = nearness * break_factor(text, cue, from) * kept.powi(crossed);
        let touching = distance <= TOUCHING_BYTES_MAX && crossed == 0 && touches(text, cue.end, from);
        self.add(cue, factor, touching);
    }

    fn add(&mut self, cue: &Cue, factor: f32, touching: bool) {
        let effect = cue.weight * factor;
        let raise = |slot: &mut f32| *slot = slot.max(effect);
        match cue.class {
            Class::Label | Class::Closed if effect > self.label => {
                self.closed = cue.class == Class::Closed;
                self.label = effect;
                self.label_start = Some(cue.start);
            }
            Class::Limit if touching && cue.weight > self.limit => {
                self.limit = cue.weight;
                self.limit_start = Some(cue.start);
            }
            Class::Apply => self.add_apply(cue, effect),
            Class::OpenLabel if effect > self.open_label => {
                self.open_label = effect;
                self.open_start = Some(cue.start);
            }
            Class::Open if touching && cue.weight > self.open => {
                self.open = cue.weight;
                self.open_start = Some(cue.start);
            }
            Class::Published | Class::Updated => {
                raise(&mut self.published);
                self.published_touching |= touching;
                self.updated |= touching && cue.class == Class::Updated;
            }
            Class::Extend => {
                raise(&mut self.extend);
                if cue.weight >= EXTENDED_LABEL && effect > self.label {
                    self.label = effect;
                    self.label_start = Some(cue.start);
                }
                // "repoussé au 12 juin": the word that puts it off is the connector too.
                if touching {
                    self.limit = self.limit.max(2.5);
                    self.limit_start.get_or_insert(cue.start);
                }
            }
            Class::Replaced => raise(&mut self.replaced),
            Class::Law => raise(&mut self.law),
            Class::Meeting => raise(&mut self.meeting),
            Class::Jury => raise(&mut self.jury),
            Class::Results => raise(&mut self.results),
            Class::Execution => raise(&mut self.execution),
            Class::History => raise(&mut self.history),
            Class::Wave if factor > 0.2 => {
                raise(&mut self.wave);
                self.wave_label |= cue.weight >= WAVE_LABEL && touching;
            }
            _ => {}
        }
    }

    fn add_apply(&mut self, cue: &Cue, effect: f32) {
        if effect > self.apply {
            self.apply_too = self.apply;
            self.apply = effect;
            self.apply_start = Some(cue.start);
        } else {
            self.apply_too = self.apply_too.max(effect);
        }
    }
}

/// Nothing but articles and punctuation between a connector and its date.
fn touches(text: &Folded, cue_end: usize, from: usize) -> bool {
    text.text(cue_end, from)
        .split([' ', ':', ',', '-', '(', '.', '*'])
        .all(|word| matches!(word, "" | "le" | "au" | "du" | "la" | "ce" | "l'" | "date" | "jour" | "on" | "the" | "a"))
}

/// How much of a cue's effect is left across the breaks between it and the date.
fn break_factor(text: &Folded, cue: &Cue, from: usize) -> f32 {
    let mut factor = 1.0;
    let breaks = text.breaks_between(cue.end.saturating_sub(1), from);
    for (nth, boundary) in breaks.iter().enumerate() {
        factor *= match boundary.kind {
            // "… selon ce calendrier. • 3 mars • 4 mai": a list belongs to the sentence before it.
            BreakKind::Sentence if breaks.get(nth + 1).is_some_and(|b| b.kind == BreakKind::Bullet) => 0.9,
            BreakKind::Sentence => 0.12,
            BreakKind::Semicolon => 0.3,
            BreakKind::Bullet => 0.85,
            BreakKind::Dash => 0.85,
            BreakKind::Colon => 0.95,
            BreakKind::Line => 0.95,
            BreakKind::Paragraph if nth == 0 && labels_what_follows(text, cue, boundary.at) => 0.9,
            BreakKind::Paragraph => 0.4,
        };
        if factor < 0.01 {
            return 0.0;
        }
    }
    factor
}

/// The cue ends a short line, or one that ends with a colon.
fn labels_what_follows(text: &Folded, cue: &Cue, boundary: usize) -> bool {
    let tail = text.text(cue.end, boundary);
    tail.len() <= LABEL_LINE_BYTES_MAX && !tail.contains(". ")
}

/// Where the labels of dates stand, when they have a line to themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Labels {
    Above,
    Below,
}

/// Adds what stands after it.
pub(super) fn right(text: &Folded, mentions: &[Mention], cues: &[Cue], i: usize, labels: Labels, sides: &mut Sides) {
    let Some(mention) = mentions.get(i).filter(|m| m.part != Part::Opens) else { return };
    let from = mention.folded.1;
    let next = mentions.get(i + 1).map_or(usize::MAX, |m| m.folded.0);
    let end = next.min(from + RIGHT_BYTES_MAX);
    let opener = i.checked_sub(1).and_then(|o| mentions.get(o)).filter(|_| mention.part == Part::Closes);
    let heads = starts_segment(text, opener.unwrap_or(mention));
    let within = text.text(mention.folded.0, from);
    let limited = ["dernier delai", "au plus tard", "delai de rigueur"].iter().any(|limit| within.contains(limit));
    if sides.limit == 0.0 && mention.part == Part::Alone && (limited || limit_follows(text, from)) {
        sides.limit = 2.5;
        sides.limit_start = Some(mention.folded.0);
    }
    let start = cues.partition_point(|c| c.start < from);
    for cue in cues.get(start..).unwrap_or_default().iter().take_while(|c| c.start < end) {
        let stops = text.breaks_between(from, cue.start);
        // The line below is as good as the date's own when labels stand there.
        let stops = if labels == Labels::Below { stops.get(1..).unwrap_or_default() } else { stops };
        if stops.iter().any(|b| !matches!(b.kind, BreakKind::Dash | BreakKind::Colon | BreakKind::Line)) {
            break;
        }
        let lines = stops.iter().filter(|b| b.kind == BreakKind::Line).count() as i32;
        if labels == Labels::Below && lines > 0 {
            break;
        }
        // "Date de clôture", 14 mars, "Date du comité": what has its label above is not labelled below.
        if lines > 0 && sides.label >= LABELLED {
            break;
        }
        let aside = text.text(from, cue.start).trim_start().starts_with('(');
        let purpose = text.text(from, cue.start).trim_start_matches([' ', ',']).starts_with("pour ");
        let governs = match cue.class {
            Class::Label | Class::Closed => heads || aside,
            Class::Apply | Class::Wave => heads || purpose,
            _ => heads,
        };
        let base = if governs { 0.85 } else { 0.2 };
        // "Du 3 au 28 mars, les communes et les associations de la vallée remettent leur projet."
        let reach = if cue.class == Class::Apply && governs { 110.0 } else { 50.0 };
        let nearness = (-((cue.start - from) as f32) / reach).exp();
        let factor = base * nearness * 0.6_f32.powi(lines);
        match cue.class {
            // A connector after the date belongs to the next one.
            Class::Limit | Class::Open | Class::Published | Class::Updated | Class::Replaced => {}
            // "a lancé le 28 juin 2026 l'appel à projets".
            Class::Apply if sides.open > 0.0 && cue.start - from <= 4 => sides.add(cue, 0.8, false),
            Class::Apply if !governs => {}
            Class::Extend if aside => sides.add(cue, 0.8, false),
            Class::Extend | Class::Neutral => {}
            Class::Wave if aside => sides.add(cue, 0.8, false),
            // "2 février : lancement" and no more on its line.
            Class::OpenLabel if governs && cue.weight < LABELLED && ends_line(text, cue.end) => {
                sides.open_label = sides.open_label.max(LABEL_LINE_POINTS);
                sides.open_start.get_or_insert(from);
            }
            _ => sides.add(cue, factor, false),
        }
    }
}

/// "le 12 décembre 2025 au plus tard".
fn limit_follows(text: &Folded, from: usize) -> bool {
    let after = text.text(from, from + 50);
    let after = after.trim_start_matches([' ', ',', '(', '-']);
    let after = after.strip_prefix("au soir").unwrap_or(after).trim_start();
    [
        "au plus tard",
        "dernier delai",
        "delai de rigueur",
        "terme de rigueur",
        "date de rigueur",
        "dernier jour",
        "imperativement",
        "delai imperatif",
        "date limite",
        "dernier carat",
        "at the latest",
    ]
    .into_iter()
    .find_map(|limit| after.strip_prefix(limit))
    .is_some_and(|rest| {
        // "…, au plus tard le 15": that one belongs to the next date.
        let rest = rest.trim_start_matches([' ', ',', ':']);
        !["le ", "au ", "du ", "de "].into_iter().any(|next| rest.starts_with(next))
            && !rest.starts_with(|c: char| c.is_ascii_digit())
    })
}

/// The date begins its line, list item or sentence: what follows it says what it is.
fn starts_segment(text: &Folded, mention: &Mention) -> bool {
    const LEAD_BYTES_MAX: usize = 12;
    let from = mention.folded.0;
    let near = text.breaks_between(from.saturating_sub(LEAD_BYTES_MAX), from);
    let start = match near.iter().rev().find(|b| !matches!(b.kind, BreakKind::Colon | BreakKind::Dash)) {
        Some(boundary) => boundary.at,
        None if from <= LEAD_BYTES_MAX => 0,
        None => return false,
    };
    text.text(start, from).split([' ', '-', '*', ':', ',', '>', '|', '+', '~', '"']).all(|word| {
        matches!(
            word,
            "" | "le" | "du" | "au" | "les" | "jusqu'au" | "avant" | "a" | "partir" | "passe" | "apres" | "dela"
        )
    })
}
