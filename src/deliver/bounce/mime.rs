//! The parts of a message that matter here: reports, texts, and the head of the mail that came back.
//!
//! mail-parser reads MIME; what it is given is cut first, since it nests and scans as far as the message asks.

use mail_parser::{Message, MessageParser, MessagePart, MimeHeaders, PartType};

use super::{MESSAGE_BYTES_MAX, address, lines};

/// Parts that hold parts: a message with more of them is cut before the next.
const CONTAINERS_MAX: usize = 60;
/// Messages in messages that are looked into.
const DEPTH_MAX: usize = 4;
/// No more of one text is read.
const TEXT_BYTES_MAX: usize = 64 * 1024;

/// A message taken apart.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    /// Names in lower case, values on one line.
    pub headers: Vec<(String, String)>,
    pub subject: String,
    /// Plain texts and HTML made plain, in order, without those of the mail that came back.
    pub texts: Vec<String>,
    /// message/delivery-status (RFC 3464).
    pub reports: Vec<String>,
    /// message/feedback-report (RFC 5965).
    pub feedback: Option<String>,
    /// message/disposition-notification (RFC 8098).
    pub disposition: Option<String>,
    /// Headers of the mail that came back, like `headers`.
    pub original: Vec<(String, String)>,
    /// A report inside the first message that this one holds.
    pub wrapped_report: Option<Box<Parts>>,
}

pub(super) fn parts(bytes: &[u8]) -> Option<Parts> {
    let message = MessageParser::default().parse(bounded(bytes))?;
    Some(taken_apart(&message, 0))
}

impl Parts {
    /// The first value of a header, named in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        value(&self.headers, name)
    }

    pub fn original_header(&self, name: &str) -> Option<&str> {
        value(&self.original, name)
    }

    /// All addresses in these headers.
    pub fn addresses_in(&self, names: &[&str]) -> Vec<String> {
        let named = self.headers.iter().filter(|(name, _)| names.contains(&name.as_str()));
        named.flat_map(|(_, value)| address::all(value).collect::<Vec<_>>()).collect()
    }

    pub fn sender(&self) -> Option<String> {
        let of = |name| self.header(name).and_then(address::first);
        of("from").or_else(|| of("reply-to")).or_else(|| of("sender")).or_else(|| of("return-path"))
    }

    pub fn sent_to(&self) -> Vec<String> {
        let mut sent_to = self.addresses_in(&["to", "delivered-to", "x-original-to", "envelope-to", "cc"]);
        // Relays that answer to another address still quote where the mail came from.
        sent_to.extend(self.original_header("return-path").and_then(address::first));
        sent_to
    }

    pub fn about(&self) -> Option<String> {
        let id = |value: &str| {
            let inner = value.split_once('<').map_or(value, |(_, rest)| rest);
            let inner = inner.split(['>', ' ']).next().unwrap_or_default().trim();
            (inner.contains('@') && inner.len() <= 998).then(|| inner.to_owned())
        };
        let wrapped = || self.wrapped_report.as_ref().and_then(|inner| inner.about());
        let original = self.original_header("message-id").and_then(id).or_else(wrapped);
        // A reply names what it answers (RFC 5322 section 3.6.4).
        original.or_else(|| self.header("in-reply-to").and_then(id)).or_else(|| self.quoted_message_id().and_then(id))
    }

    /// Old forms quote the mail's headers in their text.
    fn quoted_message_id(&self) -> Option<&str> {
        let lines = self.texts.iter().flat_map(|text| text.lines());
        lines.filter_map(|line| line.trim_start_matches(['>', ' ']).split_once(':')).find_map(|(name, value)| {
            let named = name.eq_ignore_ascii_case("message-id") || name.eq_ignore_ascii_case("original-message-id");
            named.then_some(value)
        })
    }
}

fn value<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// As much as is looked at: neither too long nor too nested. A sign of mbox (`From …`) before the headers goes.
fn bounded(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.get(..MESSAGE_BYTES_MAX).unwrap_or(bytes);
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let start =
        if bytes.starts_with(b"From ") { bytes.iter().position(|b| *b == b'\n').map_or(0, |at| at + 1) } else { 0 };
    let bytes = bytes.get(start..).unwrap_or_default();
    let mut containers = 0;
    for at in 0..bytes.len() {
        let here = bytes.get(at..).unwrap_or_default();
        let opens = |word: &[u8]| here.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
        if opens(b"multipart/") || opens(b"message/rfc822") || opens(b"message/global") {
            containers += 1;
            if containers > CONTAINERS_MAX {
                return bytes.get(..at).unwrap_or_default();
            }
        }
    }
    bytes
}

fn taken_apart(message: &Message<'_>, depth: usize) -> Parts {
    let mut parts = Parts {
        headers: headers(message.headers_raw()),
        subject: message.subject().map(lines::one_line).unwrap_or_default(),
        ..Parts::default()
    };
    // A message of one odd part is still read: servers forget Content-Type or send one they do not keep.
    for part in &message.parts {
        match kind_of(part) {
            Part::Report => parts.reports.push(content(part)),
            Part::Feedback => parts.feedback = parts.feedback.or_else(|| Some(content(part))),
            Part::Disposition => parts.disposition = parts.disposition.or_else(|| Some(content(part))),
            Part::Headers if parts.original.is_empty() => parts.original = quoted_headers(&content(part)),
            Part::Message if parts.original.is_empty() => inner(&mut parts, part, depth),
            Part::Text => parts.texts.push(content(part)),
            Part::Headers | Part::Message | Part::Other => {}
        }
    }
    parts
}

/// The mail that came back; or, when nothing was reported yet, a report that somebody passed on.
fn inner(parts: &mut Parts, part: &MessagePart<'_>, depth: usize) {
    let PartType::Message(message) = &part.body else {
        parts.original = quoted_headers(&content(part));
        return;
    };
    parts.original = headers(message.headers_raw());
    let is_report = message.parts.iter().any(|part| matches!(kind_of(part), Part::Report | Part::Feedback));
    if is_report && parts.reports.is_empty() && depth < DEPTH_MAX {
        parts.wrapped_report = Some(Box::new(taken_apart(message, depth + 1)));
    }
}

enum Part {
    Report,
    Feedback,
    Disposition,
    Headers,
    Message,
    Text,
    Other,
}

fn kind_of(part: &MessagePart<'_>) -> Part {
    let (main, sub) = part.content_type().map_or(("", ""), |kind| (kind.ctype(), kind.subtype().unwrap_or_default()));
    let is = |a: &str, b: &str| main.eq_ignore_ascii_case(a) && sub.eq_ignore_ascii_case(b);
    if is("message", "delivery-status") || is("message", "global-delivery-status") {
        Part::Report
    } else if is("message", "feedback-report") {
        Part::Feedback
    } else if is("message", "disposition-notification") {
        Part::Disposition
    } else if is("text", "rfc822-headers") || is("message", "rfc822-headers") || is("message", "global-headers") {
        Part::Headers
    } else {
        match &part.body {
            PartType::Message(_) => Part::Message,
            _ if is("message", "rfc822") => Part::Message,
            PartType::Text(_) | PartType::Html(_) => Part::Text,
            PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Multipart(_) => Part::Other,
        }
    }
}

/// A part's text, cut, with plain line ends.
fn content(part: &MessagePart<'_>) -> String {
    let text = match &part.body {
        PartType::Text(text) => text.to_string(),
        PartType::Html(html) => mail_parser::decoders::html::html_to_text(cut(html)),
        _ => String::from_utf8_lossy(part.contents()).into_owned(),
    };
    cut(&text).replace("\r\n", "\n").replace('\r', "\n")
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

fn headers<'a>(raw: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(String, String)> {
    raw.map(|(name, value)| (name.trim().to_ascii_lowercase(), lines::one_line(value))).collect()
}

/// Headers written in a text, unfolded, up to the first empty line after one.
pub(super) fn quoted_headers(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for line in text.lines() {
        if line.trim().is_empty() {
            if found.is_empty() {
                continue;
            }
            break;
        }
        match line.split_once(':') {
            Some((name, value)) if lines::is_header_name(name) => {
                found.push((name.to_ascii_lowercase(), value.trim().to_owned()));
            }
            _ => {
                if let Some((_, value)) = found.last_mut().filter(|_| line.starts_with([' ', '\t'])) {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            }
        }
    }
    found
}
