//! What single lines are: quoted headers, the place where the returned mail begins, whom to ask for help.

use super::DIAGNOSTIC_CHARS_MAX;
use super::fold::says;

/// Words on one line, without control characters, cut.
pub(super) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let mut line = String::new();
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        // Four bytes are the most that a character takes.
        if line.len() > DIAGNOSTIC_CHARS_MAX * 4 {
            break;
        }
    }
    line.chars().take(DIAGNOSTIC_CHARS_MAX).collect()
}

/// Whether this can be the name of a header (RFC 5322 section 3.6.8), as they are in practice.
pub(super) fn is_header_name(name: &str) -> bool {
    (1..=60).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

/// Headers that only a mail has, never the words of a report.
const MAIL_HEADERS: [&str; 6] =
    ["received:", "return-path:", "message-id:", "dkim-signature:", "delivered-to:", "x-mailer:"];

/// The returned mail, or its headers, begin with this line.
pub(super) fn begins_headers(folded: &str) -> bool {
    let line = folded.trim_start_matches(['>', ' ', '|']);
    MAIL_HEADERS.iter().any(|header| line.starts_with(header))
}

/// Whole phrases after which a report quotes the mail.
const QUOTES: [&str; 27] = [
    "original message follows",
    "original message headers",
    "original message details",
    "original message header",
    "original message attached",
    "message headers follow",
    "message header follows",
    "message text follows",
    "message body suppressed",
    "header and top",
    "copy of the message",
    "copy of your message",
    "copy of the original",
    "copy of the first part",
    "header of the original",
    "header of the source mail",
    "returned mail follows",
    "returned message",
    "unsent message",
    "undelivered message you sent",
    "lines of your original",
    "your message reads",
    "forwarded message",
    "below this line",
    "en-tetes de message d'origine",
    "copie de votre message",
    "copie du message",
];
/// Names of the mail, which make a heading when the line has a heading's form.
const NAMES: [&str; 9] = [
    "original message",
    "original mail",
    "message original",
    "message d'origine",
    "mensaje original",
    "returned mail",
    "old message",
    "ursprungliche nachricht",
    "message initial",
];
/// A heading is short.
const HEADING_CHARS_MAX: usize = 100;

/// The report ends here, and the mail that came back is quoted.
pub(super) fn begins_original(folded: &str) -> bool {
    let line = folded.trim();
    if line.len() > HEADING_CHARS_MAX {
        return false;
    }
    let heading = line.starts_with(['-', '=', '_', '*', '|', '#', '+']) || line.ends_with([':', '-', '=', '*', '|']);
    let quotes = says(line, &QUOTES) && !says(line, &["please", "not receive", "could not", "destinations."]);
    quotes || heading && says(line, &NAMES)
}

/// A header of the mail, quoted in the report: whom it was sent to says little of who did not get it.
pub(super) fn is_quoted_header(folded: &str) -> bool {
    const NAMES: [&str; 22] = [
        "from",
        "to",
        "cc",
        "bcc",
        "subject",
        "date",
        "sent",
        "reply-to",
        "sender",
        "message-id",
        "references",
        "in-reply-to",
        "de",
        "a",
        "objet",
        "envoye",
        "date d'envoi",
        "for",
        "return-path",
        "errors-to",
        "received",
        "original-message-id",
    ];
    let line = folded.trim_start_matches([' ', '*', '-', '>', '|']);
    line.split_once(':').is_some_and(|(name, _)| NAMES.contains(&name.trim()))
}

/// The mail's own `To:`.
pub(super) fn is_quoted_to(folded: &str) -> bool {
    let line = folded.trim_start_matches([' ', '*', '-', '>', '|']);
    ["to:", "to :", "a :", "a:"].iter().any(|to| line.starts_with(to))
}

/// An address after these words helps; it did not fail.
pub(super) fn offers_help(folded: &str) -> bool {
    const WORDS: [&str; 17] = [
        "please contact",
        "contact us",
        "contact the",
        "contact your",
        "contact:",
        "contact postmaster",
        "for assistance",
        "further assistance",
        "for help",
        "questions",
        "please reply",
        "reply to",
        "system contact",
        "contactez",
        "veuillez contacter",
        "assistance technique",
        "report this",
    ];
    // Postfix tells what a server answered « in reply to RCPT TO ».
    says(&folded.replace("in reply to", ""), &WORDS)
}

/// Systems' own addresses.
pub(super) fn is_of_a_system(address: &str) -> bool {
    let local = address.split('@').next().unwrap_or_default().to_ascii_lowercase();
    matches!(
        local.as_str(),
        "postmaster" | "mailer-daemon" | "mailerdaemon" | "mail-daemon" | "mailer_daemon" | "hostmaster" | "abuse"
    )
}
