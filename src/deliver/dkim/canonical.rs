//! The relaxed forms of headers and body (RFC 6376 section 3.4), and what is signed of them (section 3.7).

/// A header in its relaxed form.
pub(super) struct Header {
    name: String,
    /// `name:value`, without the line's end.
    line: Vec<u8>,
}

impl Header {
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// `name:value`; headers of strangers may be no text.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.line).ok()
    }
}

/// Head and body, at the first empty line.
pub(super) fn parted(message: &[u8]) -> (&[u8], &[u8]) {
    match message.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
        Some(at) => (message.get(..at + 2).unwrap_or_default(), message.get(at + 4..).unwrap_or_default()),
        None => (message, b""),
    }
}

/// The headers of a head, in order.
pub(super) fn headers(head: &[u8]) -> Vec<Header> {
    let mut raw: Vec<Vec<u8>> = Vec::new();
    for line in head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)) {
        match (raw.last_mut(), line.first()) {
            (Some(header), Some(b' ' | b'\t')) => header.extend_from_slice(line),
            (_, Some(_)) => raw.push(line.to_vec()),
            (_, None) => {}
        }
    }
    raw.iter().filter_map(|header| relaxed(header)).collect()
}

/// Section 3.4.2.
fn relaxed(header: &[u8]) -> Option<Header> {
    let colon = header.iter().position(|byte| *byte == b':')?;
    let name = String::from_utf8_lossy(header.get(..colon)?).trim().to_ascii_lowercase();
    let mut line = format!("{name}:").into_bytes();
    line.extend(spaced(header.get(colon + 1..)?).trim_ascii());
    Some(Header { name, line })
}

/// Runs of spaces become one.
fn spaced(bytes: &[u8]) -> Vec<u8> {
    let mut spaced = Vec::with_capacity(bytes.len());
    for byte in bytes.iter().filter(|byte| !matches!(byte, b'\r' | b'\n')) {
        match byte {
            b' ' | b'\t' if spaced.last() == Some(&b' ') => {}
            b' ' | b'\t' => spaced.push(b' '),
            other => spaced.push(*other),
        }
    }
    spaced
}

/// Section 3.4.4.
pub(super) fn body(body: &[u8]) -> Vec<u8> {
    let mut relaxed: Vec<u8> = Vec::with_capacity(body.len());
    let mut empty_lines = 0;
    for line in body.split(|byte| *byte == b'\n') {
        let line = spaced(line);
        let line = line.trim_ascii_end();
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        for _ in 0..empty_lines {
            relaxed.extend_from_slice(b"\r\n");
        }
        empty_lines = 0;
        relaxed.extend_from_slice(line);
        relaxed.extend_from_slice(b"\r\n");
    }
    relaxed
}

/// The named headers, the last of a name first, then the signature's own without a line's end.
pub(super) fn signing_input(headers: &[Header], names: &[&str], signature: &str) -> Vec<u8> {
    let mut input = Vec::new();
    let mut taken = vec![false; headers.len()];
    for name in names {
        let found =
            headers.iter().enumerate().rev().find(|(at, header)| header.is(name) && taken.get(*at) == Some(&false));
        if let Some((at, header)) = found {
            input.extend_from_slice(&header.line);
            input.extend_from_slice(b"\r\n");
            if let Some(taken) = taken.get_mut(at) {
                *taken = true;
            }
        }
    }
    if let Some(own) = relaxed(signature.as_bytes()) {
        input.extend_from_slice(&own.line);
    }
    input
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 6376 section 3.4.5.
    #[test]
    fn the_relaxed_forms_are_those_of_the_standard() {
        let message = b"A: X\r\nB : Y\t\r\n\tZ  \r\n\r\n C \r\nD \t E\r\n\r\n\r\n";
        let (head, text) = parted(message);
        let lines: Vec<_> =
            headers(head).iter().map(|header| String::from_utf8_lossy(&header.line).into_owned()).collect();
        assert_eq!(lines, ["a:X", "b:Y Z"]);
        assert_eq!(body(text), b" C\r\nD E\r\n");
        assert_eq!(body(b""), b"");
        assert_eq!(body(b"\r\n\r\n"), b"");
        assert_eq!(body(b"a\r\n\r\nb"), b"a\r\n\r\nb\r\n");
    }
}
