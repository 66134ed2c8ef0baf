//! Weighs each date by the words around it: for a deadline, for an opening, for the day of publication.
//!
//! Nothing is decided here; [`super::choose`] compares.

use super::clause::{
    ends_a_day, follows_files, is_aside, is_done_to_something, is_followed_closely, is_of_a_desk, is_recital,
    is_struck, is_to_be_handed_in, yearly,
};
use super::cue::{Class, Cue};
use super::dateline::is_dateline;
use super::fold::{BreakKind, Folded};
use super::mention::{Hours, Mention, Part};
use super::sides::{LABELLED, Labels, Sides, left, right};
use super::timeline::labels_below;

/// Bytes after "à lire aussi" taken for a list of other notices.
const FOOTER_BYTES_MAX: usize = 2_000;

/// What the words around one date say.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weight {
    /// Points for being a deadline; below [`super::choose::POINTS_MIN`] it is none.
    pub deadline: f32,
    pub opening: f32,
    pub published: bool,
    /// Published as an update.
    pub updated: bool,
    /// It heads the page or a piece of news, as a letter's does: "Lille, le 3 mars 2026".
    pub dateline: bool,
    /// It speaks of an earlier time.
    pub history: bool,
    pub extended: bool,
    pub replaced: bool,
    /// It ends what is over already.
    pub closed: bool,
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

pub(super) fn weigh(text: &Folded, mentions: &[Mention], cues: &[Cue], scene: Scene) -> Vec<Weight> {
    let footers = footers(text, cues);
    let below = labels_below(text, mentions, cues);
    let mut weights: Vec<Weight> = Vec::with_capacity(mentions.len());
    let mut before: Option<Sides> = None;
    for (i, mention) in mentions.iter().enumerate() {
        if !mention.is_day() {
            weights.push(weigh_month(text, mentions, cues, i));
            before = None;
            continue;
        }
        let below = below.get(i).is_some_and(|below| *below);
        let mut sides = if below { Sides::default() } else { left(text, mentions, cues, i) };
        let labels = if below { Labels::Below } else { Labels::Above };
        right(text, mentions, cues, i, labels, &mut sides);
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
        let mut weight = sides.judge(text, mentions, i, scene);
        weight.footer = footer;
        if is_recital(text, mention) {
            weight = Weight { law: true, ..Weight::default() };
        }
        if scene == Scene::Prolonged && is_followed_closely(text, mention, mentions.get(i + 1)) {
            weight.replaced = true;
            weight.deadline = 0.0;
        }
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

/// A month helps others to their year, and is no deadline itself.
fn weigh_month(text: &Folded, mentions: &[Mention], cues: &[Cue], i: usize) -> Weight {
    let Some(mention) = mentions.get(i).filter(|mention| mention.month.is_some()) else { return Weight::default() };
    let sides = left(text, mentions, cues, i);
    let later_event = sides.jury.max(sides.results).max(sides.execution) > 1.0;
    let history = sides.history > 2.0;
    Weight { later_event, history, law: sides.law > 1.0, dateline: is_dateline(text, mention), ..Weight::default() }
}

/// What the title says about the whole text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scene {
    /// It names a call: a bare range under it is its window.
    Call,
    /// A call whose deadline was put off.
    Prolonged,
    Other,
}

impl Scene {
    pub fn is_call(self) -> bool {
        matches!(self, Self::Call | Self::Prolonged)
    }
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

    /// Nothing around the date says what it is for.
    fn says_nothing(&self, mention: &Mention) -> bool {
        let said = self.label.max(self.limit).max(self.open).max(self.open_label);
        let plain = mention.part == Part::Alone && mention.time.is_none();
        plain && said < 0.5 && self.against() - self.published < 0.5
    }

    fn judge(&self, text: &Folded, mentions: &[Mention], i: usize, scene: Scene) -> Weight {
        let Some(mention) = mentions.get(i) else { return Weight::default() };
        let apply = (self.apply + self.apply_too).min(3.0);
        let span = if mention.hours == Hours::Span { 3.0 } else { 0.0 };
        let against = self.against() + span + yearly(text, mention);
        let plain = self.label + self.limit + apply - against;
        let wave = self.wave_label && against < 0.5;
        let judged = match mention.part {
            Part::Opens => None,
            Part::Closes => self
                .judge_window(apply, plain)
                .or_else(|| is_lead_window(text, mentions, i, scene, against).then_some(LEAD_POINTS))
                .or_else(|| (self.extend >= 1.0 && against < 0.5).then_some(EXTENDED_WINDOW_POINTS)),
            Part::Alone => self
                .judge_alone(apply, plain)
                .or_else(|| wave.then_some(WAVE_POINTS))
                .or_else(|| self.judge_in_a_call(text, mention, scene, against))
                .or_else(|| {
                    let alone = self.stands_alone(text, mention, scene) && against - self.published < 0.5;
                    alone.then_some(LEAD_POINTS)
                }),
        };
        // "Report du 30 juin au 31 juillet": from the one day to the other, when no files are spoken of.
        let put_off = mention.part == Part::Opens && self.extend >= 1.0 && self.apply < 0.5;
        let replaced = self.replaced >= 2.5 || is_struck(text, mention) || put_off;
        let extended = self.extend >= 1.0 && judged.is_some();
        let bonus = self.bonus(text, mentions, i, apply) + if extended { 2.0 } else { 0.0 };
        let aside = if is_aside(text, mentions, i) { ASIDE_POINTS } else { 0.0 };
        let deadline = judged.filter(|_| !replaced).map_or(0.0, |points| points + bonus - aside);
        let after = self.jury.max(self.results).max(self.execution) > 1.0;
        Weight {
            deadline,
            opening: self.judge_opening(mention, apply, against),
            published: self.published_touching && self.law < 1.0,
            updated: self.updated,
            dateline: deadline == 0.0 && self.says_nothing(mention) && is_dateline(text, mention),
            history: self.history > 2.0,
            extended,
            replaced,
            closed: self.closed && self.label >= LABELLED && mention.part == Part::Alone,
            wave: self.wave > 0.0,
            chained: false,
            footer: false,
            later_event: after && deadline < super::choose::POINTS_MIN,
            law: self.law > 1.0,
            cue_start: self.cue_start(),
            opening_cue_start: self.open_start,
        }
    }

    /// A date that is no end of a range: something says "limit", and something is handed in.
    fn judge_alone(&self, apply: f32, plain: f32) -> Option<f32> {
        let shown = self.limit > 0.0 && apply + self.label >= 0.6 || self.label >= 1.2 || self.limit >= STRONG_LIMIT;
        // "à partir du": this is when it begins.
        let begins = self.open.max(self.open_label * 0.8);
        let begins = if self.limit > 0.0 || self.label > 2.5 { 0.0 } else { begins };
        shown.then_some(plain - begins)
    }

    /// On a page that is plainly a call, "jusqu'au 9 octobre" is enough when nothing says that it is something else's; so is
    /// an hour at which a day ends, or "à remettre en mairie le 9 octobre".
    fn judge_in_a_call(&self, text: &Folded, mention: &Mention, scene: Scene, against: f32) -> Option<f32> {
        const PLAIN_LIMIT: f32 = 2.0;
        // A contract is prolonged, too.
        let nothing_else = against - self.published < 0.5 && self.open < 1.0 && self.extend < 1.0;
        if !scene.is_call() || !nothing_else {
            return None;
        }
        let limited =
            self.limit >= PLAIN_LIMIT && self.limit_start.is_some_and(|start| !is_done_to_something(text, start));
        let at_the_end = mention.hours == Hours::AtMostOne && mention.time.is_some_and(ends_a_day);
        let shown = limited || at_the_end || is_to_be_handed_in(text, mention) || follows_files(text, mention);
        shown.then_some(LIKELY_POINTS)
    }

    /// The end of a range. "Ouverture du 3 mars au 15 avril": the opening's words speak for the whole window.
    fn judge_window(&self, apply: f32, plain: f32) -> Option<f32> {
        let open = if apply >= 0.6 { self.open } else { 0.0 };
        let limited = self.limit > 0.0 && apply + self.label >= 0.6;
        let shown = limited || apply >= 1.0 || self.label >= 1.0 || self.open_label >= 1.5 || open > 0.0;
        shown.then_some(plain + 2.0 + self.open_label.max(open) * 0.7)
    }

    fn judge_opening(&self, mention: &Mention, apply: f32, against: f32) -> f32 {
        let shown = self.open_label >= 2.0 || self.open > 0.0 && apply >= 0.5;
        if !shown || mention.part == Part::Closes || self.limit > 0.0 {
            return 0.0;
        }
        self.open_label + self.open + apply * 0.8 - against
    }

    /// What makes a deadline likelier without making one.
    fn bonus(&self, text: &Folded, mentions: &[Mention], i: usize, apply: f32) -> f32 {
        let before = i.checked_sub(1).and_then(|p| mentions.get(p));
        let listed = chains(text, mentions.get(i), mentions.get(i + 1)) || chains(text, before, mentions.get(i));
        // Hours are written beside deadlines more often than beside anything else that is handed in.
        let timed = mentions.get(i).is_some_and(|m| m.time.is_some() && m.hours == Hours::AtMostOne);
        // "Dates limites :" and a few lines on, a list of days.
        let list = if listed && self.label >= 1.0 { 1.0 } else { 0.0 };
        let hour = if timed && apply + self.label >= 1.0 { 0.5 } else { 0.0 };
        list + hour
    }

    /// "Jusqu'au 12 mai 2025" on its own, at the head of a call's page.
    fn stands_alone(&self, text: &Folded, mention: &Mention, scene: Scene) -> bool {
        let Some(start) = self.limit_start.filter(|_| scene.is_call() && mention.folded.0 < LEAD_BYTES) else {
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

/// What an aside loses.
const ASIDE_POINTS: f32 = 1.5;

/// A limit that says by itself that something is handed in.
const STRONG_LIMIT: f32 = 4.0;

/// A numbered wave and its date.
const WAVE_POINTS: f32 = 3.2;

/// The end of "report du 30 juin au 31 juillet".
const EXTENDED_WINDOW_POINTS: f32 = 3.0;

/// Just enough to be a deadline.
const LIKELY_POINTS: f32 = 2.7;

/// Enough to be a deadline, not enough to be a plain one.
const LEAD_POINTS: f32 = 3.0;

/// The head of a page, in folded bytes.
const LEAD_BYTES: usize = 900;

/// "Appel à projets … Du 01/06/2026 au 15/07/2026" at the head of a call's page, on its own, under "Durée", or after words
/// that open something.
fn is_lead_window(text: &Folded, mentions: &[Mention], i: usize, scene: Scene, against: f32) -> bool {
    /// A call is open for so long; what it pays for lasts longer.
    const WINDOW_DAYS: std::ops::RangeInclusive<i64> = 7..=120;
    const CLAUSE_BYTES_MAX: usize = 120;
    let Some([first, second]) = i.checked_sub(1).and_then(|f| mentions.get(f..=i)) else { return false };
    let days = first.date().zip(second.date()).map_or(0, |(a, b)| (b - a).num_days());
    let at = first.folded.0;
    let near = text.breaks_between(at.saturating_sub(CLAUSE_BYTES_MAX), at);
    let part = near.last().map_or(0, |boundary| boundary.at);
    let before = text.text(part.max(at.saturating_sub(CLAUSE_BYTES_MAX)), at).trim_end();
    let clause =
        ["du", "entre le", "from", "between"].iter().find_map(|joint| before.strip_suffix(joint)).unwrap_or(before);
    let opens = ["ouvert", "campagne", "appel", "duree", "periode", "calendrier", "dates", "quand", "open", "call"];
    let alone = clause.trim().is_empty() || opens.iter().any(|word| clause.contains(word));
    let duration = text.text(at.saturating_sub(12), at).trim_end().ends_with("duree du");
    let said = (against < 0.5 || duration) && !is_of_a_desk(text, second);
    scene.is_call() && WINDOW_DAYS.contains(&days) && at < LEAD_BYTES && alone && said
}

fn footers(text: &Folded, cues: &[Cue]) -> Vec<(usize, usize)> {
    /// "À la une" at the head of a page is its menu.
    const HEAD_BYTES: usize = 300;
    let menu = |cue: &Cue| cue.start < HEAD_BYTES && text.text(cue.start, cue.end) == "a la une";
    let mut zones: Vec<(usize, usize)> = Vec::new();
    for cue in cues.iter().filter(|cue| !menu(cue)) {
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
        && gap.split([' ', ',', ';', '*', '-', '/', '(', ')', '.', '~']).all(|word| {
            matches!(word, "" | "et" | "ou" | "puis" | "le" | "au" | "du" | "les" | "avant" | "jusqu'au" | "and")
        })
}

/// The same sentence goes on to its next date: "1re session : jusqu'au …, 2e session : jusqu'au …".
fn is_sibling(text: &Folded, earlier: &Mention, later: &Mention) -> bool {
    const SIBLING_BYTES_MAX: usize = 180;
    let gap = later.folded.0.saturating_sub(earlier.folded.1);
    gap <= SIBLING_BYTES_MAX
        && text
            .breaks_between(earlier.folded.1, later.folded.0)
            .iter()
            .all(|b| !matches!(b.kind, BreakKind::Paragraph | BreakKind::Sentence))
}
