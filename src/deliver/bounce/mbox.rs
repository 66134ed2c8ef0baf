//! One message or many in one file (mbox, RFC 4155).

/// The messages of a file: one, unless the file begins with an mbox's `From ` line.
pub fn messages(file: &[u8]) -> Vec<&[u8]> {
    if !postmark(file) {
        return if file.iter().all(u8::is_ascii_whitespace) { Vec::new() } else { vec![file] };
    }
    let mut messages = Vec::new();
    let mut start = 0;
    for at in line_starts(file).skip(1) {
        let after_gap = ends_with_empty_line(file.get(..at).unwrap_or_default());
        if after_gap && postmark(file.get(at..).unwrap_or_default()) {
            messages.extend(file.get(start..at));
            start = at;
        }
    }
    messages.extend(file.get(start..));
    messages
}

fn line_starts(file: &[u8]) -> impl Iterator<Item = usize> {
    let ends = file.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    std::iter::once(0).chain(ends.map(|(at, _)| at + 1))
}

fn ends_with_empty_line(before: &[u8]) -> bool {
    before.ends_with(b"\n\n") || before.ends_with(b"\n\r\n")
}

/// `From someone Wed Feb  7 14:01:33 2001`, then a header.
fn postmark(at: &[u8]) -> bool {
    const LINE_BYTES_MAX: usize = 300;
    if !at.starts_with(b"From ") {
        return false;
    }
    let head = at.get(..at.len().min(LINE_BYTES_MAX * 2)).unwrap_or_default();
    let mut lines = head.split(|byte| *byte == b'\n');
    let (Some(first), Some(second)) = (lines.next(), lines.next()) else { return false };
    let first = String::from_utf8_lossy(first);
    let has_time = first
        .split_ascii_whitespace()
        .any(|word| word.split(':').count() >= 2 && word.bytes().all(|b| b.is_ascii_digit() || b == b':'));
    let second = String::from_utf8_lossy(second);
    let header = second.split_once(':').is_some_and(|(name, _)| super::lines::is_header_name(name));
    first.len() <= LINE_BYTES_MAX && has_time && (header || second.starts_with(">From "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_postmarks_part_messages() {
        let check = |file: &str, want: usize| assert_eq!(messages(file.as_bytes()).len(), want, "{file}");
        check("", 0);
        check("\n\n", 0);
        check("Subject: un\n\nFrom here on\n", 1);
        check("From a@b.example Mon Jan 12 08:00:00 2026\nSubject: un\n\nun\n", 1);
        check("From a Mon Jan 12 08:00:00 2026\nA: 1\n\nun\n\nFrom b Mon Jan 12 08:00 2026\nA: 2\n\ndeux\n", 2);
        check("From a Mon Jan 12 08:00:00 2026\nA: 1\n\nun\n\nFrom Monday on\nwe: close\n", 1);
        check(
            "From a Mon Jan 12 08:00:00 2026\r\nA: 1\r\n\r\nun\r\n\r\nFrom - Mon Jan 12 08:00:00 2026\r\nA: 2\r\n\r\n",
            2,
        );
    }
}
