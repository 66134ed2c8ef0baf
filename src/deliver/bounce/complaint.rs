//! Complaints: readers who said « this is spam » (ARF, RFC 5965; and Hotmail's older form).

use super::fold::folded;
use super::mime::{Parts, quoted_headers};
use super::{Kind, Recipient, address, other};

/// `None`: not a report of feedback.
pub(super) fn read(parts: &Parts) -> Option<Vec<Recipient>> {
    // Hotmail's junk reports carry whom they speak of in the returned mail alone.
    let hotmail = parts.original_header("x-hmxmroriginalrecipient").and_then(address::first);
    let Some(feedback) = &parts.feedback else {
        let address = hotmail?;
        return Some(vec![other(address, Kind::Complaint, parts.subject.clone())]);
    };
    let fields = quoted_headers(feedback);
    let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    let sort = folded(field("feedback-type").unwrap_or("abuse"));
    let kind = match sort.trim() {
        // RFC 6591 reports authentication; RFC 6430 says that it was no spam after all.
        "auth-failure" | "not-spam" | "dmarc" => Kind::None,
        _ => Kind::Complaint,
    };
    let named = |name| field(name).and_then(address::first);
    let address = named("original-rcpt-to")
        .or_else(|| named("removal-recipient"))
        .or(hotmail)
        .or_else(|| parts.original_header("to").and_then(address::first));
    Some(address.map(|address| other(address, kind, sort.trim().to_owned())).into_iter().collect())
}
