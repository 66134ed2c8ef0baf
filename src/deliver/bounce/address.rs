//! Finds mail addresses in any text. Linear: each address is bounded, and each character is looked at a few times.

/// RFC 5321 section 4.5.3.1.
const LOCAL_BYTES_MAX: usize = 64;
const DOMAIN_BYTES_MAX: usize = 255;

/// An address and where it stands, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found<'a> {
    pub start: usize,
    pub end: usize,
    pub address: &'a str,
}

/// Words that systems put before an address with `=` or `:`; only the first is a sign that may be part of an address.
const PREFIXES: [&str; 3] = ["smtp", "rfc822", "mailto"];

pub(super) fn find(text: &str) -> Vec<Found<'_>> {
    let mut found: Vec<Found<'_>> = Vec::new();
    for (at, _) in text.match_indices('@') {
        let free_from = found.last().map_or(0, |last| last.end);
        let Some(before) = text.get(free_from..at) else { continue };
        let Some(after) = text.get(at + 1..) else { continue };
        let local = local_part(before);
        let domain = domain_part(after);
        if local.is_empty() || domain.is_empty() {
            continue;
        }
        let (start, end) = (at - local.len(), at + 1 + domain.len());
        if let Some(address) = text.get(start..end) {
            found.push(Found { start, end, address });
        }
    }
    found
}

/// The first address in a text.
pub(super) fn first(text: &str) -> Option<String> {
    find(text).into_iter().next().map(|found| found.address.to_owned())
}

/// All addresses in a text, as written.
pub(super) fn all(text: &str) -> impl Iterator<Item = String> {
    find(text).into_iter().map(|found| found.address.to_owned())
}

/// The end of `before` that can stand left of the `@`.
fn local_part(before: &str) -> &str {
    let taken = before.chars().rev().take_while(|c| is_local(*c)).map(char::len_utf8);
    let mut bytes = 0;
    for len in taken {
        if bytes + len > LOCAL_BYTES_MAX {
            // A longer word is no address.
            return "";
        }
        bytes += len;
    }
    let local = before.get(before.len() - bytes..).unwrap_or_default();
    let local = local.trim_start_matches(['.', '\'', '`', '*', '=', '-', '/', '|', '{']);
    match local.split_once('=') {
        Some((prefix, rest)) if PREFIXES.iter().any(|known| prefix.eq_ignore_ascii_case(known)) => rest,
        _ => local,
    }
}

fn domain_part(after: &str) -> &str {
    let end = after.find(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-'))).unwrap_or(after.len());
    let domain = after.get(..end).unwrap_or_default();
    // Three dots end a sentence or hide a name.
    let domain = domain.split("..").next().unwrap_or_default().trim_end_matches(['.', '-']);
    let labels_sound = domain.split('.').all(|label| !label.is_empty() && label.len() <= 63 && !label.starts_with('-'));
    let top_sound = domain.rsplit_once('.').is_some_and(|(_, top)| top.chars().any(char::is_alphabetic));
    if labels_sound && top_sound && domain.len() <= DOMAIN_BYTES_MAX { domain } else { "" }
}

/// RFC 5322 atext, dots, and letters of any script (RFC 6531).
fn is_local(c: char) -> bool {
    c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_wherever_they_stand() {
        let check = |text: &str, want: &[&str]| assert_eq!(all(text).collect::<Vec<_>>(), want, "{text}");
        check("<lea@ville.example>:", &["lea@ville.example"]);
        check("addressed to 'lea@ville.example', failed", &["lea@ville.example"]);
        check("550 lea@ville.example... No such user", &["lea@ville.example"]);
        check("c=FR;dda:SMTP=lea@ville.example; on", &["lea@ville.example"]);
        check("[SMTP:lea@ville.example]", &["lea@ville.example"]);
        check("Ecrivez à lea@ville.example.", &["lea@ville.example"]);
        check("a@b.example,c@d.example", &["a@b.example", "c@d.example"]);
        check("léa@ville.example", &["léa@ville.example"]);
        check("x@[192.0.2.1] x@192.0.2.1 @ a@ @b a@b a@b..c", &[]);
        check("david...@ville.example", &["david...@ville.example"]);
    }
}
