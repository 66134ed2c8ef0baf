//! How surely an address in a report is one that failed.

use super::super::fold::{folded, says};
use super::super::{address, code, lines};
use super::phrases::{FAILED, LABELS, ORIGINS};
use super::report::{Line, tail};

/// What stands before an address is looked at so far.
const BEFORE_BYTES_MAX: usize = 120;

/// How surely an address is one that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// It begins a line, or stands after a label.
    Listed,
    /// In a sentence about failure.
    Said,
    Mentioned,
    /// In the `To:` of the mail as the report quotes it.
    Addressed,
}

impl Rank {
    pub(super) const ALL: [Self; 4] = [Self::Listed, Self::Said, Self::Mentioned, Self::Addressed];
}

/// Whether addresses of ours may have failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ours {
    Spared,
    Counted,
}

pub(super) fn rank(line: &Line, here: &address::Found<'_>, after_intro: bool) -> Option<Rank> {
    if lines::is_quoted_to(&line.folded) {
        return Some(Rank::Addressed);
    }
    if lines::is_quoted_header(&line.folded) || lines::offers_help(&line.folded) {
        return None;
    }
    let text = line.text.as_str();
    let before = folded(tail(text.get(..here.start).unwrap_or_default(), BEFORE_BYTES_MAX));
    let before = before.trim_end_matches(['<', '[', '(', '"', '\'', ' ']);
    // « Not accepting mail from… » names the sender.
    if ["mail from", "message from", "sent by"].iter().any(|words| before.ends_with(words)) {
        return None;
    }
    let labelled = LABELS.iter().any(|label| before.ends_with(label)) || says(before, ORIGINS);
    // « Léa Exemple (lea@ville.example) » under the words that introduce the list.
    let coded = code::reply(before).is_some() || code::status(before).is_some();
    let named = before.chars().count() <= 60 && !before.contains('.') && !coded && !says(before, FAILED);
    let rest = text.get(here.end..).unwrap_or_default().trim_end();
    let introduced = after_intro && named && rest.len() <= 12;
    if labelled || starts_line(text, here.start) || introduced {
        Some(Rank::Listed)
    } else if line.tells {
        Some(Rank::Said)
    } else {
        Some(Rank::Mentioned)
    }
}

/// Whether nothing but marks stands before this place.
pub(super) fn starts_line(line: &str, start: usize) -> bool {
    line.get(..start).unwrap_or_default().chars().all(|c| c.is_whitespace() || "<[(\"'*•-–·>|".contains(c))
}

pub(super) fn after_address(line: &str, address: &str) -> String {
    let rest = line.find(address).and_then(|at| line.get(at + address.len()..)).unwrap_or_default();
    rest.trim_start_matches(['>', ']', ')', '"', '\'', ':', ',', ';', '.', '-', ' ', '\t']).trim().to_owned()
}
