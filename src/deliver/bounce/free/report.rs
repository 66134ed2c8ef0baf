//! The report's own lines: which addresses it lists, and what it says of each.

use super::super::cause::{self, Cause};
use super::super::fold::{folded, says};
use super::super::lines::{self, one_line};
use super::super::mime::Parts;
use super::super::{Kind, Recipient, address, code};
use super::phrases::{DELAYED, FAILED, GIVEN_UP};
use super::rank::{Ours, Rank, after_address, rank, starts_line};

/// The report's text is read up to here.
pub(super) const LINES_MAX: usize = 400;
/// A longer line is cut.
pub(super) const LINE_BYTES_MAX: usize = 2_000;
/// Addresses weighed in one report.
const CANDIDATES_MAX: usize = 2_000;
/// What a server says of one address takes no more lines.
const WORDS_LINES_MAX: usize = 12;
/// Lines that list one address, of which the words are taken.
const LISTED_LINES_MAX: usize = 4;

/// An address, and the lines that list it.
#[derive(Clone)]
pub(super) struct Failed {
    pub address: String,
    pub lines: Vec<usize>,
}

/// The report's own lines.
pub(super) struct Report {
    /// Those before the returned mail.
    pub lines: Vec<Line>,
    delayed: bool,
    /// What the whole report says.
    whole: String,
}

/// A line, and what is asked of it more than once.
pub(super) struct Line {
    pub text: String,
    pub folded: String,
    /// It holds a status code.
    pub coded: bool,
    /// It speaks of a failure, or of a known cause of one.
    pub tells: bool,
}

impl Line {
    fn of(text: &str) -> Self {
        let text = cut(text, LINE_BYTES_MAX).to_owned();
        let folded = folded(&text);
        let coded = code::reply(&text).is_some() || code::status(&text).is_some();
        let tells = says(&folded, FAILED) || cause::of_words(&text) != Cause::Unsaid;
        Self { text, folded, coded, tells }
    }

    fn is_empty(&self) -> bool {
        self.folded.trim().is_empty()
    }
}

impl Report {
    pub fn of(parts: &Parts) -> Self {
        let texts = parts.texts.iter().flat_map(|text| text.lines());
        let mut lines: Vec<Line> = texts.take(LINES_MAX).map(Line::of).collect();
        lines.truncate(end_of_report(&lines));
        let own = lines.iter().map(|line| line.folded.as_str()).collect::<Vec<_>>().join(" ");
        let subject = folded(&parts.subject);
        let titled = says(&subject, &["delayed", "could not send message for", "retarde"]);
        let delayed = says(&own, DELAYED) || titled && !says(&own, GIVEN_UP);
        let whole = lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n");
        Self { lines, delayed, whole }
    }

    /// The addresses of the best rank that there are.
    pub fn failed(&self, parts: &Parts, ranks: &[Rank]) -> Vec<Failed> {
        const OWN: [&str; 9] =
            ["to", "cc", "from", "sender", "errors-to", "reply-to", "return-path", "x-beenthere", "delivered-to"];
        let own = parts.addresses_in(&OWN);
        let is_own = |address: &str| own.iter().any(|known| known.eq_ignore_ascii_case(address));
        let all = self.candidates();
        if !all.iter().any(|(rank, _)| *rank < Rank::Mentioned)
            && let Some(user) = self.local_user(parts)
        {
            return vec![user];
        }
        // Ours failed too when nothing else did: a mailbox that passes mail on to itself.
        for (ours, lowest) in [(Ours::Spared, Rank::Addressed), (Ours::Counted, Rank::Said)] {
            for rank in ranks.iter().filter(|rank| **rank <= lowest) {
                let of_rank = all.iter().filter(|(found, _)| found == rank).map(|(_, failed)| failed);
                let found: Vec<Failed> =
                    of_rank.filter(|failed| ours == Ours::Counted || !is_own(&failed.address)).cloned().collect();
                if !found.is_empty() {
                    return joined(found);
                }
            }
        }
        if ranks.len() < Rank::ALL.len() {
            return Vec::new();
        }
        let addressed = parts.original_header("to").map(|to| address::all(to).collect::<Vec<_>>()).unwrap_or_default();
        match addressed.as_slice() {
            [address] if !is_own(address) => vec![Failed { address: address.clone(), lines: Vec::new() }],
            _ => Vec::new(),
        }
    }

    fn candidates(&self) -> Vec<(Rank, Failed)> {
        let mut found = Vec::new();
        let mut after_intro = false;
        for (at, line) in self.lines.iter().enumerate() {
            let addresses = address::find(&line.text);
            for here in &addresses {
                if lines::is_of_a_system(here.address) || found.len() >= CANDIDATES_MAX {
                    continue;
                }
                if let Some(rank) = rank(line, here, after_intro) {
                    found.push((rank, Failed { address: here.address.to_owned(), lines: vec![at] }));
                }
            }
            if !line.is_empty() && addresses.is_empty() {
                after_intro = line.folded.trim_end().ends_with(':') && !lines::is_quoted_header(&line.folded);
            }
        }
        found
    }

    /// Old systems name their users without a domain, on a line of its own: theirs is the sender's.
    fn local_user(&self, parts: &Parts) -> Option<Failed> {
        let sender = parts.sender()?;
        let domain = sender.split('@').nth(1)?.to_ascii_lowercase();
        let introduces = |line: &Line| says(&line.folded, FAILED) || line.folded.contains("following recipient");
        let intro = self.lines.iter().position(introduces)?;
        // The sentence may run on to its colon.
        let mut after = self.lines.iter().skip(intro).take(4);
        let colon = after.position(|line| line.folded.trim_end().ends_with(':'))?;
        let mut lines = self.lines.iter().enumerate().skip(intro + colon + 1);
        let (at, line) = lines.find(|(_, line)| !line.is_empty())?;
        let line = &line.text;
        let word = line.split_whitespace().next().unwrap_or_default().trim_matches(['"', '<', '>']);
        let first = line.trim().split("  ").next().unwrap_or_default().trim();
        let is_name = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
        // « lea (mailbox is full) »
        let explained = first.get(word.len()..).is_some_and(|rest| rest.trim_start().starts_with('('));
        let alone = line.starts_with([' ', '\t']) && (first == word || explained);
        let plain = (2..=64).contains(&word.len()) && word.bytes().all(is_name);
        (alone && plain).then(|| Failed { address: format!("{word}@{domain}"), lines: vec![at] })
    }

    pub fn recipient(&self, failed: Failed, single: bool) -> Recipient {
        let mut words = self.words_of(&failed);
        let says_nothing =
            cause::of_words(&words) == Cause::Unsaid && code::reply(&words).is_none() && code::status(&words).is_none();
        if single && says_nothing {
            words = self.telling_line().unwrap_or(words);
        }
        if words.is_empty() {
            words = self.lines.iter().find(|line| !line.is_empty()).map(|line| line.text.clone()).unwrap_or_default();
        }
        let status = code::status(&words).or_else(|| single.then(|| code::status(&self.whole)).flatten());
        // A version of a program is no status.
        let status = status.filter(|status| status.class != 2 || words.contains("250"));
        let (kind, cause) = cause::of_failure(status, &words);
        let cause = if cause == Cause::Unsaid && single { cause::of_words(&self.whole) } else { cause };
        let gives_up = says(&folded(&words), GIVEN_UP) || single && says(&folded(&self.whole), GIVEN_UP);
        let stopped = gives_up && cause != Cause::Full && cause != Cause::Policy;
        let kind = match self.delayed {
            true => Kind::Soft,
            false if status.is_some_and(|status| status.class == 2) => Kind::None,
            false if stopped => Kind::Hard,
            false => kind,
        };
        let status = status.map(|status| status.to_string());
        Recipient { address: failed.address, kind, status, diagnostic: one_line(&words), cause }
    }

    /// What follows the address on its lines and below; and the line elsewhere that speaks of it with a code.
    fn words_of(&self, failed: &Failed) -> String {
        let mut words = String::new();
        for at in failed.lines.iter().take(LISTED_LINES_MAX) {
            words.push_str(&self.words_at(*at, &failed.address));
            words.push(' ');
        }
        let with_code = |line: &Line| line.coded && line.text.contains(&failed.address);
        if code::reply(&words).is_none()
            && let Some(at) = self.lines.iter().position(with_code).filter(|at| !failed.lines.contains(at))
        {
            words = format!("{} {}", self.paragraph(at), words.trim());
        }
        words.trim().to_owned()
    }

    fn words_at(&self, at: usize, address: &str) -> String {
        let mut words = self.lines.get(at).map(|line| after_address(&line.text, address)).unwrap_or_default();
        for line in self.lines.iter().skip(at + 1).take(WORDS_LINES_MAX) {
            let lists_one = address::find(&line.text).first().is_some_and(|found| starts_line(&line.text, found.start));
            if lists_one && !line.coded || line.is_empty() && !words.trim().is_empty() {
                break;
            }
            words.push(' ');
            words.push_str(line.text.trim());
        }
        words.trim().to_owned()
    }

    /// The first line of the report with a code or a known cause, and what it runs on to.
    fn telling_line(&self) -> Option<String> {
        let coded = self.lines.iter().position(|line| line.coded);
        let told = || self.lines.iter().position(|line| cause::of_words(&line.text) != Cause::Unsaid);
        coded.or_else(told).map(|at| self.paragraph(at))
    }

    fn paragraph(&self, at: usize) -> String {
        let lines = self.lines.iter().skip(at).take(WORDS_LINES_MAX);
        lines.take_while(|line| !line.is_empty()).map(|line| line.text.trim()).collect::<Vec<_>>().join(" ")
    }
}

/// One entry an address, with all its lines.
fn joined(found: Vec<Failed>) -> Vec<Failed> {
    let mut joined: Vec<Failed> = Vec::new();
    for failed in found {
        match joined.iter_mut().find(|known| known.address.eq_ignore_ascii_case(&failed.address)) {
            Some(known) => known.lines.extend(failed.lines),
            None => joined.push(failed),
        }
    }
    joined
}

fn end_of_report(lines: &[Line]) -> usize {
    let headers = lines.iter().position(|line| lines::begins_headers(&line.folded)).unwrap_or(lines.len());
    let heading = lines.iter().position(|line| lines::begins_original(&line.folded)).unwrap_or(lines.len());
    let names = |line: &Line| address::find(&line.text).iter().any(|found| !lines::is_of_a_system(found.address));
    let has_address = |end: usize| lines.iter().take(end).any(names);
    // Some reports begin with « this is a copy of… »: what was cut may hold the list.
    let opens = heading < headers && heading < 3 && !has_address(heading) && has_address(headers);
    let end = if opens { headers } else { headers.min(heading) };
    if has_address(end) { end } else { after_introduction(lines, end).unwrap_or(end) }
}

/// Lines after the quoted head of the mail in which a report may begin.
const INTRODUCED_LINES_MAX: usize = 6;

/// Some reports say first which mail they are about, by its headers, and then what became of it.
fn after_introduction(lines: &[Line], head: usize) -> Option<usize> {
    let rest = lines.get(head..)?;
    let begins = head + rest.iter().position(Line::is_empty)?;
    let report = lines.get(begins..)?;
    let mut opening = report.iter().filter(|line| !line.is_empty()).take(INTRODUCED_LINES_MAX);
    opening.any(|line| says(&line.folded, FAILED)).then(|| {
        let ends = |line: &Line| lines::begins_headers(&line.folded) || lines::begins_original(&line.folded);
        begins + report.iter().position(ends).unwrap_or(report.len())
    })
}

pub(super) fn cut(text: &str, bytes_max: usize) -> &str {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

pub(super) fn tail(text: &str, bytes_max: usize) -> &str {
    let mut start = text.len().saturating_sub(bytes_max);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text.get(start..).unwrap_or_default()
}
