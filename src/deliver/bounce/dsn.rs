//! Delivery status notifications (RFC 3464), wherever their fields stand and however loosely they are written.

use super::cause::{self, Cause};
use super::code;
use super::fold::{folded, says};
use super::mime::Parts;
use super::{Kind, RECIPIENTS_MAX, Recipient, address, lines};

/// What one group of fields says of a recipient.
#[derive(Default)]
struct Group {
    original: Option<String>,
    last: Option<String>,
    actual: Option<String>,
    action: String,
    status: String,
    diagnostic: String,
}

pub(super) fn read(parts: &Parts) -> Vec<Recipient> {
    let mut groups: Vec<Group> = parts.reports.iter().flat_map(|report| groups(report)).collect();
    // A report whose MIME is broken still has its fields in a text.
    if groups.is_empty() {
        let written = parts.texts.iter().filter(|text| says(&folded(text), &["final-recipient:"]));
        groups = written.flat_map(|text| groups_within(text)).collect();
    }
    groups.truncate(RECIPIENTS_MAX);
    let single = groups.len() == 1;
    groups.iter().filter_map(|group| recipient(group, single, parts)).collect()
}

/// The only failure of a report that hides the address.
pub(super) fn nameless(parts: &Parts) -> Option<Recipient> {
    let groups: Vec<Group> = parts.reports.iter().flat_map(|report| groups(report)).collect();
    match groups.as_slice() {
        [group] => Some(told(group, String::new())),
        _ => None,
    }
}

fn groups_within(text: &str) -> Vec<Group> {
    groups(text).into_iter().filter(|group| !group.action.is_empty() || !group.status.is_empty()).collect()
}

/// A recipient begins at an empty line, or where a field comes a second time.
fn groups(report: &str) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut group = Group::default();
    for (name, value) in fields(report) {
        let repeated = match name.as_str() {
            "" => true,
            "original-recipient" => group.original.is_some(),
            "final-recipient" => group.last.is_some(),
            _ => false,
        };
        if repeated {
            groups.push(std::mem::take(&mut group));
        }
        match name.as_str() {
            "original-recipient" => group.original = Some(value),
            "final-recipient" => group.last = Some(value),
            "x-actual-recipient" => group.actual = Some(value),
            "action" => group.action = folded(&value),
            "status" => group.status = value,
            "diagnostic-code" => group.diagnostic = value,
            _ => {}
        }
    }
    groups.push(group);
    groups.retain(|group| group.original.is_some() || group.last.is_some() || !group.action.is_empty());
    groups
}

/// Fields, unfolded; an empty line is a field without a name.
fn fields(report: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in report.lines() {
        if line.trim().is_empty() {
            fields.push((String::new(), String::new()));
        } else if line.starts_with([' ', '\t']) && fields.last().is_some_and(|(name, _)| !name.is_empty()) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.trim_start().split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        } else if let Some((_, value)) = fields.last_mut() {
            // Some writers break a line without indenting the next.
            value.push(' ');
            value.push_str(line.trim());
        }
    }
    fields
}

fn recipient(group: &Group, single: bool, parts: &Parts) -> Option<Recipient> {
    let written = [&group.original, &group.last, &group.actual];
    let mut named = written.into_iter().flatten().filter_map(|value| typed(value));
    // We write one recipient a mail: where the report hides the address, the mail has it.
    let addressed = || single.then(|| parts.original_header("to").and_then(address::first)).flatten();
    named.next().or_else(addressed).map(|address| told(group, address))
}

fn told(group: &Group, address: String) -> Recipient {
    let status = code::status(&group.status).or_else(|| code::status(&group.diagnostic));
    let (kind, cause) = verdict(group, status);
    let words = if group.diagnostic.is_empty() { &group.status } else { &group.diagnostic };
    let diagnostic =
        lines::one_line(words.split_once(';').filter(|(kind, _)| is_type(kind)).map_or(words, |(_, said)| said));
    let status = status.filter(|status| status.is_specific()).or_else(|| code::status(&group.diagnostic)).or(status);
    Recipient { address, kind, status: status.map(|status| status.to_string()), diagnostic, cause }
}

/// RFC 3464 section 2.3.3: what was done decides; a class stands in where the action is missing.
fn verdict(group: &Group, status: Option<code::Status>) -> (Kind, Cause) {
    let action = group.action.as_str();
    let class = status.map(|status| status.class);
    if says(action, &["delivered", "relayed", "expanded", "deliverable"]) && !action.contains("un") {
        return (Kind::None, Cause::Unsaid);
    }
    if says(action, &["delay", "retard", "deferred"]) || action.is_empty() && class == Some(4) {
        let said = cause::of_words(&group.diagnostic);
        return (Kind::Soft, if said == Cause::Unsaid { Cause::Network } else { said });
    }
    if action.is_empty() && class == Some(2) {
        return (Kind::None, Cause::Unsaid);
    }
    let (kind, said) = cause::of_failure(status, &group.diagnostic);
    // A comment after the status tells people the cause.
    (kind, if said == Cause::Unsaid { cause::of_words(&group.status) } else { said })
}

/// `rfc822;lea@ville.example`, `<lea@ville.example>`, `rfc822; "Léa" <…>`; only mail addresses.
fn typed(value: &str) -> Option<String> {
    let (kind, rest) = value.split_once(';').unwrap_or(("", value));
    if kind.trim().eq_ignore_ascii_case("x400") {
        return None;
    }
    let found = address::first(rest).or_else(|| address::first(value))?;
    // RFC 3461 section 4: xtext; only what an address often holds is read back.
    Some(found.replace("+2B", "+").replace("+3D", "=").replace("+40", "@"))
}

fn is_type(kind: &str) -> bool {
    let kind = kind.trim();
    kind.len() <= 20 && kind.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
