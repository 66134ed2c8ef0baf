//! Bounces in free words: qmail, Exim, Postfix's and Sendmail's texts, Exchange's, and all that never read RFC 3464.
//!
//! No form is known by name. The report's own text (what comes before the returned mail) is read line by line: addresses
//! that begin a line are those that the report lists; addresses in a sentence about failure come next.

use super::cause::{self, Cause};
use super::code;
use super::fold::{folded, says};
use super::lines::{self, one_line};
use super::mime::Parts;
use super::{Kind, RECIPIENTS_MAX, Recipient, address};

/// How much a message looks like a bounce.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Signs {
    None,
    /// Its words alone say so, in a mail that a person may have written.
    Words,
    /// It comes from a mail system and says so.
    Daemon,
}

/// The report's text is read up to here.
const LINES_MAX: usize = 400;
/// A longer line is cut.
const LINE_BYTES_MAX: usize = 2_000;
/// What stands before an address is looked at so far.
const BEFORE_BYTES_MAX: usize = 120;
/// Addresses weighed in one report.
const CANDIDATES_MAX: usize = 2_000;
/// What a server says of one address takes no more lines.
const WORDS_LINES_MAX: usize = 12;
/// Lines that list one address, of which the words are taken.
const LISTED_LINES_MAX: usize = 4;

const SENDERS: &[&str] = &[
    "mailer-daemon",
    "mailerdaemon",
    "mailer_daemon",
    "mail-daemon",
    "postmaster",
    "mail delivery",
    "maildelivery",
    "mail_delivery",
    "delivery subsystem",
    "delivery system",
    "mail administrator",
    "system administrator",
    "mail system",
    "mailsystem",
    "administrateur systeme",
    "systeme de messagerie",
    "smtp_mail_service",
    "mail transport",
    "microsoft outlook",
    "mailadmin",
    "mail_administrator",
    "bounce",
];
const SUBJECTS: &[&str] = &[
    "undeliver",
    "undelivered",
    "failure notice",
    "delivery fail",
    "delivery failure",
    "delivery status",
    "delivery problem",
    "delivery error",
    "delivery notification",
    "delivery report",
    "delivery has failed",
    "returned mail",
    "returned to sender",
    "returned message",
    "non-delivery",
    "non delivery",
    "nondeliverable",
    "mail not delivered",
    "not delivered",
    "could not be delivered",
    "delivery delayed",
    "delayed mail",
    "mail error",
    "mail system error",
    "mail delivery",
    "message delivery",
    "error during delivery",
    "permanent delivery",
    "echec de la remise",
    "echec de remise",
    "echec de distribution",
    "non remis",
    "non delivre",
    "non distribue",
    "non distribuable",
    "impossible de remettre",
    "message en erreur",
    "notification d'etat de remise",
    "notification de non",
    "retour a l'envoyeur",
    "retarde",
    "rejected",
    "unzustellbar",
    "mail delivery problem",
    "unable to deliver",
    "warning: could not send",
];
const FAILED: &[&str] = &[
    "not be delivered",
    "unable to deliver",
    "not able to deliver",
    "wasn't able to deliver",
    "was not able to deliver",
    "could not deliver",
    "couldn't deliver",
    "can't be delivered",
    "cannot be delivered",
    "couldn't be delivered",
    "cannot deliver",
    "undeliverable",
    "undelivered",
    "not delivered",
    "wasn't delivered",
    "not deliver",
    "did not reach",
    "didn't reach",
    "not reach",
    "could not be reached",
    "delivery failed",
    "delivery fail",
    "delivery has failed",
    "delivery to the",
    "delivery of",
    "failed to deliver",
    "delevery",
    "failed permanently",
    "delivery errors",
    "failed recipient",
    "failed addresses",
    "addresses failed",
    "address failed",
    "address(es) failed",
    "following address",
    "following recipient",
    "intended recipient",
    "was addressed",
    "addressed to",
    "permanent error",
    "permanent fatal",
    "automatically rejected",
    "was rejected",
    "not yet been delivered",
    "has been delayed",
    "has been postponed",
    "returned because",
    "unable to send",
    "rcpt to",
    "your message to",
    "error-for",
    "no such user",
    "user unknown",
    "unknown user",
    "mailbox is full",
    "n'a pas pu etre",
    "n'a pu etre",
    "n'ont pas pu",
    "pas ete remis",
    "pas ete delivre",
    "pas ete distribue",
    "non remis",
    "echec de la remise",
    "echec de remise",
    "impossible de remettre",
    "impossible de livrer",
    "impossible de distribuer",
    "impossible d'envoyer",
    "impossible de delivrer",
    "pas pu remettre",
    "pas pu delivrer",
    "destinataires suivants",
    "destinataire suivant",
    "adresse suivante",
    "adresses suivantes",
    "no pudo ser entregado",
    "konnte nicht",
    "nicht zugestellt",
    "problem with the e-mail address",
];
const DELAYED: &[&str] = &[
    "not yet been delivered",
    "not been delivered yet",
    "will continue to",
    "attempts will continue",
    "continue to be made",
    "has been delayed",
    "is delayed",
    "was delayed",
    "delivery delayed",
    "will be retried",
    "will keep trying",
    "warning message only",
    "just a warning",
    "no action is required",
    "do not need to resend",
    "been postponed",
    "will retry",
    "still trying",
    "still being retried",
    "n'a pas encore",
    "n'a pas encore pu",
    "remise retardee",
    "est retarde",
    "a ete retarde",
    "nouvelles tentatives",
    "nouvelle tentative",
    "continuera d'essayer",
    "tentatives vont continuer",
    "aucune action",
    "could not be delivered for more than",
    "delivery attempts will",
];
/// The server says in so many words that it stops: a class-4 code beside it no longer means that the fault passes.
const GIVEN_UP: &[&str] =
    &["not going to try again", "given up", "giving up", "gave up", "will not be retried", "ne sera plus", "abandonne"];
/// Before the address that we wrote to, when a server passed the mail on to another.
const ORIGINS: &[&str] =
    &["expanded from", "generated from", "originally addressed to", "original recipient", "forwarded from"];
/// Words that an address stands right after, in reports of one line.
const LABELS: &[&str] =
    &["smtp=", "smtp:", "rfc822;", "recipient:", "address:", "error-for:", "destinataire :", "adresse :"];

pub(super) fn signs(parts: &Parts) -> Signs {
    let sender =
        folded(&[parts.header("from"), parts.header("sender")].into_iter().flatten().collect::<Vec<_>>().join(" "));
    let subject = folded(&parts.subject);
    let titled = says(&subject, SUBJECTS);
    let empty_path = parts.header("return-path").is_some_and(|path| path.trim() == "<>");
    // What a person quotes is not said by this message.
    let own = parts.texts.iter().flat_map(|text| text.lines()).take(LINES_MAX).filter(|line| !line.starts_with('>'));
    let failed = own.map(|line| folded(cut(line, LINE_BYTES_MAX))).any(|line| says(&line, FAILED));
    let from_daemon = says(&sender, SENDERS);
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

/// An address, and the lines that list it.
#[derive(Clone)]
struct Failed {
    address: String,
    lines: Vec<usize>,
}

/// Exim's and Gmail's header.
fn named_by_header(parts: &Parts) -> Vec<Failed> {
    let named = parts.addresses_in(&["x-failed-recipients"]);
    named.into_iter().map(|address| Failed { address, lines: Vec::new() }).collect()
}

/// The report's own lines.
struct Report {
    /// Those before the returned mail.
    lines: Vec<Line>,
    delayed: bool,
    /// What the whole report says.
    whole: String,
}

/// A line, and what is asked of it more than once.
struct Line {
    text: String,
    folded: String,
    /// It holds a status code.
    coded: bool,
    /// It speaks of a failure, or of a known cause of one.
    tells: bool,
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
    fn of(parts: &Parts) -> Self {
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
    fn failed(&self, parts: &Parts, ranks: &[Rank]) -> Vec<Failed> {
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
        let alone = line.starts_with([' ', '\t']) && first == word;
        let plain = (2..=64).contains(&word.len()) && word.bytes().all(is_name);
        (alone && plain).then(|| Failed { address: format!("{word}@{domain}"), lines: vec![at] })
    }

    fn recipient(&self, failed: Failed, single: bool) -> Recipient {
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
        let stopped = says(&folded(&words), GIVEN_UP) && cause != Cause::Full && cause != Cause::Policy;
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

/// How surely an address is one that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// It begins a line, or stands after a label.
    Listed,
    /// In a sentence about failure.
    Said,
    Mentioned,
    /// In the `To:` of the mail as the report quotes it.
    Addressed,
}

impl Rank {
    const ALL: [Self; 4] = [Self::Listed, Self::Said, Self::Mentioned, Self::Addressed];
}

/// Whether addresses of ours may have failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ours {
    Spared,
    Counted,
}

fn rank(line: &Line, here: &address::Found<'_>, after_intro: bool) -> Option<Rank> {
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
fn starts_line(line: &str, start: usize) -> bool {
    line.get(..start).unwrap_or_default().chars().all(|c| c.is_whitespace() || "<[(\"'*•-–·>|".contains(c))
}

fn after_address(line: &str, address: &str) -> String {
    let rest = line.find(address).and_then(|at| line.get(at + address.len()..)).unwrap_or_default();
    rest.trim_start_matches(['>', ']', ')', '"', '\'', ':', ',', ';', '.', '-', ' ', '\t']).trim().to_owned()
}

fn cut(text: &str, bytes_max: usize) -> &str {
    let mut end = text.len().min(bytes_max);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

fn tail(text: &str, bytes_max: usize) -> &str {
    let mut start = text.len().saturating_sub(bytes_max);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    text.get(start..).unwrap_or_default()
}

fn end_of_report(lines: &[Line]) -> usize {
    let headers = lines.iter().position(|line| lines::begins_headers(&line.folded)).unwrap_or(lines.len());
    let heading = lines.iter().position(|line| lines::begins_original(&line.folded)).unwrap_or(lines.len());
    let names = |line: &Line| address::find(&line.text).iter().any(|found| !lines::is_of_a_system(found.address));
    let has_address = |end: usize| lines.iter().take(end).any(names);
    // Some reports begin with « this is a copy of… »: what was cut may hold the list.
    let opens = heading < headers && heading < 3 && !has_address(heading) && has_address(headers);
    if opens { headers } else { headers.min(heading) }
}
