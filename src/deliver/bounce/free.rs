//! Bounces in free words: qmail, Exim, Postfix's and Sendmail's texts, Exchange's, and all that never read RFC 3464.
//!
//! No form is known by name. The report's own text (what comes before the returned mail) is read line by line: addresses
//! that begin a line are those that the report lists; addresses in a sentence about failure come next.

mod phrases;
mod rank;
mod report;

use super::cause::{self, Cause};
use super::fold::{folded, says};
use super::mime::Parts;
use super::{RECIPIENTS_MAX, Recipient};
use phrases::{DELAYED, FAILED, SENDERS, SUBJECTS};
use rank::Rank;
use report::{Failed, LINE_BYTES_MAX, LINES_MAX, Report, cut};

/// How much a message looks like a bounce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Signs {
    None,
    /// Its words alone say so, in a mail that a person may have written.
    Words,
    /// It comes from a mail system and says so.
    Daemon,
}

pub(super) fn signs(parts: &Parts) -> Signs {
    let sender =
        folded(&[parts.header("from"), parts.header("sender")].into_iter().flatten().collect::<Vec<_>>().join(" "));
    let subject = folded(&parts.subject);
    let titled = says(&subject, SUBJECTS);
    let empty_path = parts.header("return-path").is_some_and(|path| path.trim() == "<>");
    let from_daemon = says(&sender, SENDERS);
    // What a person quotes is not said by this message.
    let own = parts.texts.iter().flat_map(|text| text.lines()).take(LINES_MAX).filter(|line| !line.starts_with('>'));
    let failed = own.map(|line| folded(cut(line, LINE_BYTES_MAX))).any(|line| {
        let blamed = || matches!(cause::of_words(&line), Cause::Unknown | Cause::Full);
        says(&line, FAILED) || from_daemon && (says(&line, DELAYED) || blamed())
    });
    let answers = ["re:", "re :", "tr:", "fw:", "fwd:"].iter().any(|re| subject.starts_with(re));
    let listed = parts.header("x-failed-recipients").is_some();
    let says_so = failed && (titled || empty_path) && !answers;
    if listed || from_daemon && (failed || titled) || says_so {
        Signs::Daemon
    } else if failed && (titled || !answers) || titled && !answers || from_daemon {
        Signs::Words
    } else {
        Signs::None
    }
}

pub(super) fn read(parts: &Parts, signs: Signs) -> Vec<Recipient> {
    let report = Report::of(parts);
    let mut found = named_by_header(parts);
    // A person writes about an address too; a system lists it, or quotes a code.
    let listed_only = signs == Signs::Words && !report.lines.iter().any(|line| line.coded);
    if found.is_empty() {
        found = report.failed(parts, if listed_only { &Rank::ALL[..1] } else { &Rank::ALL });
    }
    found.truncate(RECIPIENTS_MAX);
    let single = found.len() == 1;
    found.into_iter().map(|failed| report.recipient(failed, single)).collect()
}

/// A failure that names nobody, as far as its words go.
pub(super) fn nameless(parts: &Parts) -> Recipient {
    Report::of(parts).recipient(Failed { address: String::new(), lines: Vec::new() }, true)
}

/// Exim's and Gmail's header.
fn named_by_header(parts: &Parts) -> Vec<Failed> {
    let named = parts.addresses_in(&["x-failed-recipients"]);
    named.into_iter().map(|address| Failed { address, lines: Vec::new() }).collect()
}
