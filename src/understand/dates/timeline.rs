//! Calendars laid out as a date, and below it what happens that day: "22 février 2026 / Clôture des dépôts / 9 avril 2026 /
//! Jury". Elsewhere a line above a date is its label; in these the line below is.

use super::cue::{Class, Cue};
use super::fold::{BreakKind, Folded};
use super::mention::Mention;

/// A line that labels a date is no longer than this.
const LABEL_BYTES_MAX: usize = 90;

/// For each date whether its label stands below it.
pub(super) fn labels_below(text: &Folded, mentions: &[Mention], cues: &[Cue]) -> Vec<bool> {
    let mut below = vec![false; mentions.len()];
    let mut start = 0;
    while start < mentions.len() {
        let end = run_end(text, mentions, start);
        let run = mentions.get(start..end).unwrap_or_default();
        if let [first, .., last] = run
            && !is_cued(cues, line_above(text, first))
            && is_cued(cues, line_below(text, last))
        {
            below.iter_mut().take(end).skip(start).for_each(|below| *below = true);
        }
        start = end.max(start + 1);
    }
    below
}

/// Where the dates end that stand each alone on a line, with one line between them.
fn run_end(text: &Folded, mentions: &[Mention], start: usize) -> usize {
    let alone = |i: usize| mentions.get(i).is_some_and(|mention| stands_alone(text, mention));
    let follows = |i: usize| {
        let Some([earlier, later]) = mentions.get(i - 1..=i) else { return false };
        line_below(text, earlier).is_some_and(|(_, end)| end == line_start(text, later))
    };
    let more = (start + 1..mentions.len()).take_while(|i| alone(*i) && follows(*i)).count();
    if alone(start) { start + 1 + more } else { start + 1 }
}

fn is_line(kind: BreakKind) -> bool {
    matches!(kind, BreakKind::Line | BreakKind::Paragraph | BreakKind::Bullet)
}

fn line_start(text: &Folded, mention: &Mention) -> usize {
    let from = mention.folded.0;
    let near = text.breaks_between(from.saturating_sub(LABEL_BYTES_MAX), from);
    near.iter().rev().find(|boundary| is_line(boundary.kind)).map_or(0, |boundary| boundary.at)
}

fn stands_alone(text: &Folded, mention: &Mention) -> bool {
    let (from, to) = mention.folded;
    let before = text.text(line_start(text, mention), from).trim_matches([' ', '*', '-']);
    let ends = to >= text.len() || !text.breaks_between(to, to + 2).is_empty();
    matches!(before, "" | "le") && ends
}

fn line_above(text: &Folded, mention: &Mention) -> Option<(usize, usize)> {
    let end = line_start(text, mention);
    let near = text.breaks_between(end.saturating_sub(LABEL_BYTES_MAX), end.saturating_sub(1));
    let start = near.iter().rev().find(|boundary| is_line(boundary.kind)).map(|boundary| boundary.at);
    (end > 0).then(|| (start.unwrap_or(end.saturating_sub(LABEL_BYTES_MAX)), end))
}

fn line_below(text: &Folded, mention: &Mention) -> Option<(usize, usize)> {
    let to = mention.folded.1;
    let mut lines = text.breaks_between(to, to + LABEL_BYTES_MAX).iter().filter(|boundary| is_line(boundary.kind));
    let start = lines.next()?.at;
    let end = lines.find(|boundary| boundary.at > start).map_or(text.len().min(start + LABEL_BYTES_MAX), |b| b.at);
    Some((start, end))
}

fn is_cued(cues: &[Cue], line: Option<(usize, usize)>) -> bool {
    let Some((start, end)) = line else { return false };
    let first = cues.partition_point(|cue| cue.start < start);
    let labels = |class: Class| {
        use Class::{Apply, Closed, Execution, Extend, Jury, Label, Meeting, OpenLabel, Results};
        matches!(class, Label | Closed | OpenLabel | Apply | Jury | Results | Meeting | Execution | Extend)
    };
    cues.get(first..).unwrap_or_default().iter().take_while(|cue| cue.start < end).any(|cue| labels(cue.class))
}
