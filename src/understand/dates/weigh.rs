//! Weighs each date by the words around it: for a deadline, for an opening, for the day of publication.
//!
//! A cue counts the more the nearer it stands, and less across the end of a sentence, a list item or another date. Nothing is
//! decided here; [`super::choose`] compares.

use super::cue::{Class, Cue};
use super::fold::{BreakKind, Folded};
use super::mention::{Hours, Mention, Part};

/// Folded bytes looked at before and after a date.
const LEFT_BYTES_MAX: usize = 260;
const RIGHT_BYTES_MAX: usize = 90;

/// A connector ("jusqu'au") belongs to the date when no more than this stands between them.
const TOUCHING_BYTES_MAX: usize = 16;

/// Bytes after "à lire aussi" taken for a list of other notices.
const FOOTER_BYTES_MAX: usize = 2_000;

/// A line this short may be the label of the line after it.
const LABEL_LINE_BYTES_MAX: usize = 90;

/// What the words around one date say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weight {
    /// Points for being a deadline; below [`super::choose::POINTS_MIN`] it is none.
    pub deadline: f32,
    pub opening: f32,
    pub published: bool,
    pub extended: bool,
    pub replaced: bool,
    pub wave: bool,
    /// Listed right after another date under the same words.
    pub chained: bool,
    pub footer: bool,
    /// Speaks of events after the deadline (jury, results, actions): an upper bound for it.
    pub later_event: bool,
    pub law: bool,
    /// Where the words that show it begin, in folded bytes.
    pub cue_start: Option<usize>,
    pub opening_cue_start: Option<usize>,
}

/// The strongest effect of each kind of cue on one date.
#[derive(Clone, Copy, Debug, Default)]
struct Sides {
    label: f32,
    limit: f32,
    apply: f32,
    /// The second strongest of them.
    apply_too: f32,
    extend: f32,
    replaced: f32,
    open_label: f32,
    open: f32,
    published: f32,
    law: f32,
    meeting: f32,
    jury: f32,
    results: f32,
    execution: f32,
    history: f32,
    wave: f32,
    label_start: Option<usize>,
    limit_start: Option<usize>,
    apply_start: Option<usize>,
    open_start: Option<usize>,
    published_touching: bool,
}

pub(super) fn weigh(text: &Folded, mentions: &[Mention], cues: &[Cue], fields: Scene) -> Vec<Weight> {
    let footers = footers(cues);
    let mut weights: Vec<Weight> = Vec::with_capacity(mentions.len());
    let mut before: Option<Sides> = None;
    for (i, mention) in mentions.iter().enumerate() {
        if !mention.is_day() {
            weights.push(Weight::default());
            before = None;
            continue;
        }
        let mut sides = left(text, mentions, cues, i);
        right(text, mentions, cues, i, &mut sides);
        let chained = i > 0 && mention.part != Part::Closes && is_chained(text, mentions.get(i - 1), mention);
        if let Some(previous) = before.as_ref().filter(|_| chained) {
            sides.inherit(previous);
        } else if let (Some(previous), Some(earlier)) =
            (before.as_ref(), i.checked_sub(1).and_then(|i| mentions.get(i)))
            && is_sibling(text, earlier, mention)
            && sides.limit > 0.0
        {
            sides.apply = sides.apply.max(previous.apply * 0.8);
        }
        let footer = footers.iter().any(|(from, to)| (*from..*to).contains(&mention.folded.0));
        let mut weight = sides.judge(text, mentions, i, fields);
        weight.footer = footer;
        weight.chained = chained;
        if footer {
            weight.deadline = 0.0;
            weight.opening = 0.0;
        }
        weights.push(weight);
        before = Some(sides);
    }
    weights
}

/// What the title says about the whole text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scene {
    /// It names a call: a bare range under it is its window.
    Call,
    Other,
}

impl Sides {
    /// The words before the first date of a list govern the others too; what speaks against one stays its own.
    fn inherit(&mut self, previous: &Self) {
        self.label = self.label.max(previous.label * 0.95);
        self.limit = self.limit.max(previous.limit * 0.95);
        self.apply = self.apply.max(previous.apply * 0.95);
        self.apply_too = self.apply_too.max(previous.apply_too * 0.95);
        self.wave = self.wave.max(previous.wave);
        for (mine, theirs) in [
            (&mut self.jury, previous.jury),
            (&mut self.meeting, previous.meeting),
            (&mut self.results, previous.results),
            (&mut self.execution, previous.execution),
            (&mut self.history, previous.history),
            (&mut self.law, previous.law),
        ] {
            *mine = mine.max(theirs);
        }
    }

    fn against(&self) -> f32 {
        self.published + self.law + self.meeting + self.jury + self.results + self.execution + self.history
    }

    fn judge(&self, text: &Folded, mentions: &[Mention], i: usize, scene: Scene) -> Weight {
        let Some(mention) = mentions.get(i) else { return Weight::default() };
        let apply = (self.apply + self.apply_too).min(3.0);
        let mut against = self.against();
        if mention.hours == Hours::Span {
            against += 3.0;
        }
        let handed_in = apply + self.label;
        let mut deadline = self.label + self.limit + apply - against;
        let mut opening = self.open_label + self.open + apply * 0.8 - against;
        let mut shown = self.limit > 0.0 && handed_in >= 0.6 || self.label >= 1.2;
        match mention.part {
            Part::Opens => {
                deadline = 0.0;
                shown = false;
            }
            Part::Closes => {
                // "Ouverture du 3 mars au 15 avril": the opening's words speak for the whole window.
                shown |= apply >= 1.0 || self.label >= 1.0 || self.open_label >= 1.5 || self.open > 0.0 && apply >= 0.6;
                deadline += 2.0 + self.open_label.max(if apply >= 0.6 { self.open } else { 0.0 }) * 0.7;
                opening = 0.0;
                if !shown && is_lead_window(text, mentions, i, scene, against) {
                    shown = true;
                    deadline = LEAD_WINDOW_POINTS;
                }
            }
            Part::Alone => {
                if !shown && self.stands_alone(text, mention, scene) && against - self.published < 0.5 {
                    shown = true;
                    deadline = LEAD_WINDOW_POINTS;
                }
                // "à partir du": this is when it begins.
                deadline -=
                    if self.limit > 0.0 || self.label > 2.5 { 0.0 } else { self.open.max(self.open_label * 0.8) };
            }
        }
        // "Dates limites :" and a few lines on, a list of days.
        let listed = chains(text, mentions.get(i), mentions.get(i + 1))
            || chains(text, i.checked_sub(1).and_then(|p| mentions.get(p)), mentions.get(i));
        if listed && self.label >= 1.0 {
            deadline += 1.0;
        }
        // Hours are written beside deadlines more often than beside anything else that is handed in.
        if mention.time.is_some() && mention.hours == Hours::AtMostOne && handed_in >= 1.0 {
            deadline += 0.5;
        }
        let extended = self.extend >= 1.0 && shown;
        let replaced = self.replaced >= 2.5;
        if extended {
            deadline += 2.0;
        }
        if replaced || !shown {
            deadline = 0.0;
        }
        let opening_shown = self.open_label >= 2.0 || self.open > 0.0 && apply >= 0.5;
        Weight {
            deadline,
            opening: if opening_shown && mention.part != Part::Closes && self.limit == 0.0 { opening } else { 0.0 },
            published: self.published_touching && self.law < 1.0,
            extended,
            replaced,
            wave: self.wave > 0.0,
            chained: false,
            footer: false,
            later_event: self.jury.max(self.results).max(self.execution) > 1.0 && deadline < super::choose::POINTS_MIN,
            law: self.law > 1.0,
            cue_start: self.cue_start(),
            opening_cue_start: self.open_start,
        }
    }

    /// "Jusqu'au 12 mai 2025" on its own, at the head of a call's page.
    fn stands_alone(&self, text: &Folded, mention: &Mention, scene: Scene) -> bool {
        let Some(start) = self.limit_start.filter(|_| scene == Scene::Call && mention.folded.0 < LEAD_BYTES) else {
            return false;
        };
        let (from, to) = mention.folded;
        let goes_on = text.breaks_between(to.saturating_sub(1), to + 2).is_empty() && to + 1 < text.len();
        text.text(start, from).starts_with("jusqu'au") && text.begins_part(start) && !goes_on
    }

    fn cue_start(&self) -> Option<usize> {
        [self.limit_start, self.label_start.filter(|_| self.label >= 1.0), self.apply_start]
            .into_iter()
            .flatten()
            .next()
    }
}

/// Enough to be a deadline, not enough to be a plain one.
const LEAD_WINDOW_POINTS: f32 = 3.0;

/// The head of a page, in folded bytes.
const LEAD_BYTES: usize = 900;

/// "Appel à projets … Du 01/06/2026 au 15/07/2026" at the head of a call's page, on its own or under "Durée".
fn is_lead_window(text: &Folded, mentions: &[Mention], i: usize, scene: Scene, against: f32) -> bool {
    /// A call is open for so long; what it pays for lasts longer.
    const WINDOW_DAYS: std::ops::RangeInclusive<i64> = 7..=120;
    let Some([first, second]) = i.checked_sub(1).and_then(|f| mentions.get(f..=i)) else { return false };
    let days = first.date().zip(second.date()).map_or(0, |(a, b)| (b - a).num_days());
    let before = text.text(first.folded.0.saturating_sub(12), first.folded.0).trim_end();
    let alone = before.ends_with("du") && (against < 0.5 || before.ends_with("duree du"));
    scene == Scene::Call && WINDOW_DAYS.contains(&days) && first.folded.0 < LEAD_BYTES && alone
}

fn footers(cues: &[Cue]) -> Vec<(usize, usize)> {
    let mut zones: Vec<(usize, usize)> = Vec::new();
    for cue in cues {
        match cue.class {
            Class::Footer if zones.last().is_none_or(|(_, to)| *to <= cue.start) => {
                zones.push((cue.start, cue.start + FOOTER_BYTES_MAX));
            }
            Class::Attachment => {
                if let Some((_, to)) = zones.last_mut() {
                    *to = (*to).min(cue.start);
                }
            }
            _ => {}
        }
    }
    zones
}

fn chains(text: &Folded, earlier: Option<&Mention>, later: Option<&Mention>) -> bool {
    later.is_some_and(|later| later.is_day() && later.part != Part::Closes && is_chained(text, earlier, later))
}

/// Only "," "et" "•" and the like between two dates.
fn is_chained(text: &Folded, earlier: Option<&Mention>, later: &Mention) -> bool {
    let Some(earlier) = earlier.filter(|e| e.is_day()) else { return false };
    let gap = text.text(earlier.folded.1, later.folded.0);
    const GAP_BYTES_MAX: usize = 24;
    gap.len() <= GAP_BYTES_MAX
        && gap.split([' ', ',', ';', '*', '-', '/', '(', ')', '.']).all(|word| {
            matches!(word, "" | "et" | "ou" | "puis" | "le" | "au" | "du" | "les" | "avant" | "jusqu'au" | "and")
        })
}

/// The same sentence goes on to its next date: "1re session : jusqu'au …, 2e session : jusqu'au …".
fn is_sibling(text: &Folded, earlier: &Mention, later: &Mention) -> bool {
    const SIBLING_BYTES_MAX: usize = 180;
    let gap = later.folded.0.saturating_sub(earlier.folded.1);
    gap <= SIBLING_BYTES_MAX
        && text.breaks_between(earlier.folded.1, later.folded.0).iter().all(|b| !matches!(b.kind, BreakKind::Paragraph))
}

fn left(text: &Folded, mentions: &[Mention], cues: &[Cue], i: usize) -> Sides {
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
        sides.add_left(text, cue, from, crossed);
    }
    if let Some(opener) = opener {
        between_ends(text, cues, opener, mention, &mut sides);
    }
    sides
}

/// "du 3 mars jusqu'au 15 avril": the connector stands inside the range.
fn between_ends(text: &Folded, cues: &[Cue], opener: &Mention, closer: &Mention, sides: &mut Sides) {
    let gap = text.text(opener.folded.1, closer.folded.0);
    if gap.contains("jusqu'au") {
        let at = cues.partition_point(|c| c.start < opener.folded.1);
        sides.limit = 2.0;
        sides.limit_start = cues.get(at).filter(|c| c.class == Class::Limit).map(|c| c.start);
    }
    // The whole range is the evidence.
    sides.limit_start = Some(opener.folded.0).or(sides.limit_start);
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
            Class::Label | Class::OpenLabel => 160.0,
            Class::Apply => 130.0,
            _ => 80.0,
        };
        let nearness = (-(distance as f32) / reach).exp();
        let factor = nearness * break_factor(text, cue, from) * 0.5_f32.powi(crossed);
        let touching = distance <= TOUCHING_BYTES_MAX && crossed == 0 && touches(text, cue.end, from);
        self.add(cue, factor, touching);
    }

    fn add(&mut self, cue: &Cue, factor: f32, touching: bool) {
        let effect = cue.weight * factor;
        let raise = |slot: &mut f32| *slot = slot.max(effect);
        match cue.class {
            Class::Label if effect > self.label => {
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
            Class::Published => {
                raise(&mut self.published);
                self.published_touching |= touching;
            }
            Class::Extend => raise(&mut self.extend),
            Class::Replaced => raise(&mut self.replaced),
            Class::Law => raise(&mut self.law),
            Class::Meeting => raise(&mut self.meeting),
            Class::Jury => raise(&mut self.jury),
            Class::Results => raise(&mut self.results),
            Class::Execution => raise(&mut self.execution),
            Class::History => raise(&mut self.history),
            Class::Wave if factor > 0.2 => raise(&mut self.wave),
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
        .all(|word| matches!(word, "" | "le" | "au" | "du" | "la" | "ce" | "l'" | "date" | "jour" | "on" | "the"))
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
            BreakKind::Line => 0.9,
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

fn right(text: &Folded, mentions: &[Mention], cues: &[Cue], i: usize, sides: &mut Sides) {
    let Some(mention) = mentions.get(i).filter(|m| m.part != Part::Opens) else { return };
    let from = mention.folded.1;
    let next = mentions.get(i + 1).map_or(usize::MAX, |m| m.folded.0);
    let end = next.min(from + RIGHT_BYTES_MAX);
    let opener = i.checked_sub(1).and_then(|o| mentions.get(o)).filter(|_| mention.part == Part::Closes);
    let heads = starts_segment(text, opener.unwrap_or(mention));
    if sides.limit == 0.0 && mention.part == Part::Alone && limit_follows(text, from) {
        sides.limit = 2.5;
    }
    let start = cues.partition_point(|c| c.start < from);
    for cue in cues.get(start..).unwrap_or_default().iter().take_while(|c| c.start < end) {
        let stops = text.breaks_between(from, cue.start);
        if stops.iter().any(|b| !matches!(b.kind, BreakKind::Dash | BreakKind::Colon | BreakKind::Line)) {
            break;
        }
        let lines = stops.iter().filter(|b| b.kind == BreakKind::Line).count() as i32;
        let aside = text.text(from, cue.start).trim_start().starts_with('(');
        let purpose = text.text(from, cue.start).trim_start_matches([' ', ',']).starts_with("pour ");
        let governs = match cue.class {
            Class::Label => heads || aside,
            Class::Apply | Class::Wave => heads || purpose,
            _ => heads,
        };
        let base = if governs { 0.85 } else { 0.2 };
        let nearness = (-((cue.start - from) as f32) / 50.0).exp();
        let factor = base * nearness * 0.6_f32.powi(lines);
        match cue.class {
            // A connector after the date belongs to the next one.
            Class::Limit | Class::Open | Class::Published | Class::Replaced => {}
            // "a lancé le 28 juin 2026 l'appel à projets".
            Class::Apply if sides.open > 0.0 && cue.start - from <= 4 => sides.add(cue, 0.8, false),
            Class::Apply if !governs => {}
            Class::Extend | Class::Neutral => {}
            Class::Wave if aside => sides.add(cue, 0.8, false),
            _ => sides.add(cue, factor, false),
        }
    }
}

/// "le 12 décembre 2025 au plus tard".
fn limit_follows(text: &Folded, from: usize) -> bool {
    let after = text.text(from, from + 40);
    let after = after.trim_start_matches([' ', ',', '(', '-']);
    ["au plus tard", "dernier delai", "delai de rigueur", "date limite"]
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
    text.text(start, from)
        .split([' ', '-', '*', ':', ',', '>', '|', '+', '~', '"'])
        .all(|word| matches!(word, "" | "le" | "du" | "au" | "les" | "jusqu'au" | "avant" | "a" | "partir"))
}
