//! Replies of a server (RFC 5321 section 4.2): read line by line, bounded, whatever pieces they come in.

use std::fmt;

use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt};

/// RFC 5321 allows 512 octets; real servers write a little more.
const LINE_BYTES_MAX: usize = 4096;
const LINES_MAX: usize = 128;

/// What we keep of a reply for people.
const SHOWN_CHARS_MAX: usize = 300;

/// A whole reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reply {
    /// 200 to 599.
    pub code: u16,
    /// Without their codes.
    pub lines: Vec<String>,
}

/// What a code means for the command it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// 2xx.
    Done,
    /// 3xx: more is awaited.
    More,
    /// 4xx, but 421.
    Later,
    /// 421: the server closes the connection.
    Closing,
    /// 5xx.
    Never,
}

/// Why no reply came.
#[derive(Debug)]
pub(super) enum Fault {
    Closed,
    Io(std::io::Error),
    TimedOut,
    /// Not SMTP.
    Malformed,
}

impl Reply {
    pub(super) fn class(&self) -> Class {
        match self.code {
            421 => Class::Closing,
            200..=299 => Class::Done,
            300..=399 => Class::More,
            400..=499 => Class::Later,
            _ => Class::Never,
        }
    }

    /// Whether it complains of us, whoever the mail is for: no identification (530, 534, 535) or no encryption (538).
    pub(super) fn wants_other_settings(&self) -> bool {
        matches!(self.code, 530 | 534 | 535 | 538)
    }

    /// Reads one reply; the caller bounds the time.
    pub(super) async fn read(from: &mut (impl AsyncBufRead + Unpin)) -> Result<Self, Fault> {
        let mut lines = Vec::new();
        let mut first_code = None;
        loop {
            let (code, last, text) = parse_line(&read_line(from).await?).ok_or(Fault::Malformed)?;
            if *first_code.get_or_insert(code) != code || lines.len() >= LINES_MAX {
                return Err(Fault::Malformed);
            }
            lines.push(text);
            if last {
                return Ok(Self { code, lines });
            }
        }
    }
}

/// One line, printable, at most 300 characters.
impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&format!("{} {}", self.code, self.lines.join(" "))))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("le serveur a fermé la connexion"),
            Self::TimedOut => f.write_str("le serveur n’a pas répondu à temps"),
            Self::Malformed => f.write_str("le serveur ne répond pas en SMTP"),
            Self::Io(error) => write!(f, "la connexion est tombée ({})", io_words(error)),
        }
    }
}

/// The usual errors in French; others as the system says them.
pub(super) fn io_words(error: &std::io::Error) -> String {
    use std::io::ErrorKind as Kind;
    let words = match error.kind() {
        Kind::ConnectionRefused => "connexion refusée",
        Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe | Kind::UnexpectedEof => {
            "coupée par le serveur"
        }
        Kind::TimedOut => "pas de réponse à temps",
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown => "réseau injoignable",
        _ => return shown(&error.to_string()),
    };
    words.to_owned()
}

/// Text from a server, safe to store and to print.
pub(super) fn shown(text: &str) -> String {
    let printable: String = text.chars().map(|c| if is_shown(c) { c } else { ' ' }).collect();
    printable.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SHOWN_CHARS_MAX).collect()
}

fn is_shown(c: char) -> bool {
    // Marks of writing direction would let a reply dress up what is printed after it.
    let direction =
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    !c.is_control() && !direction
}

async fn read_line(from: &mut (impl AsyncBufRead + Unpin)) -> Result<Vec<u8>, Fault> {
    let mut line = Vec::new();
    let mut bounded = from.take(LINE_BYTES_MAX as u64);
    bounded.read_until(b'\n', &mut line).await.map_err(Fault::Io)?;
    match line.last() {
        Some(b'\n') => Ok(line),
        _ if line.len() >= LINE_BYTES_MAX => Err(Fault::Malformed),
        _ => Err(Fault::Closed),
    }
}

/// Code, whether it is the last line, text.
fn parse_line(line: &[u8]) -> Option<(u16, bool, String)> {
    let line = line.strip_suffix(b"\n")?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let code = std::str::from_utf8(line.get(..3)?).ok().filter(|code| code.bytes().all(|b| b.is_ascii_digit()))?;
    let code = code.parse().ok().filter(|code| (200..600).contains(code))?;
    let last = match line.get(3) {
        None | Some(b' ') => true,
        Some(b'-') => false,
        Some(_) => return None,
    };
    let text = String::from_utf8_lossy(line.get(4..).unwrap_or_default()).into_owned();
    Some((code, last, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn replies_are_read_whole_or_not_at_all() {
        async fn check(bytes: &[u8], expected: Option<(u16, &str)>) {
            let reply = Reply::read(&mut tokio::io::BufReader::with_capacity(3, bytes)).await.ok();
            let got = reply.as_ref().map(|reply| (reply.code, reply.lines.join("|")));
            let expected = expected.map(|(code, lines)| (code, lines.to_owned()));
            assert_eq!(got, expected, "{}", String::from_utf8_lossy(bytes));
        }
        check(b"250 ok\r\n", Some((250, "ok"))).await;
        check(b"250 ok\n", Some((250, "ok"))).await;
        check(b"250\r\n", Some((250, ""))).await;
        check(b"250-mx.example\r\n250-SIZE 1000\r\n250 HELP\r\n", Some((250, "mx.example|SIZE 1000|HELP"))).await;
        check(b"550 \xe9teint\r\n", Some((550, "\u{fffd}teint"))).await;
        check(b"250-mx.example\r\n550 no\r\n", None).await;
        check(b"250-mx.example\r\n", None).await;
        check(b"250 ok", None).await;
        check(b"250+ok\r\n", None).await;
        check(b"2x0 ok\r\n", None).await;
        check(b"\xc3\xa9\xc3\xa9 ok\r\n", None).await;
        check(b"100 ok\r\n", None).await;
        check(b"999 ok\r\n", None).await;
        check(b"\r\n", None).await;
        check(b"", None).await;
        check(b"* OK IMAP4rev1\r\n", None).await;
        check(&[b"250 ".as_slice(), &[b'a'; LINE_BYTES_MAX], b"\r\n"].concat(), None).await;
        check(&b"250-again\r\n".repeat(LINES_MAX + 1), None).await;
    }

    #[test]
    fn replies_are_shown_on_one_short_printable_line() {
        let check = |code: u16, lines: &[&str], expected: &str| {
            let lines = lines.iter().map(|line| (*line).to_owned()).collect();
            assert_eq!(Reply { code, lines }.to_string(), expected);
        };
        check(550, &["5.1.1 User unknown"], "550 5.1.1 User unknown");
        check(451, &["4.7.1 Greylisted,", " see\t\u{1b}[31mexample"], "451 4.7.1 Greylisted, see [31mexample");
        check(550, &["no \u{202e}kcab"], "550 no kcab");
        check(250, &[""], "250");
        check(250, &[&"é".repeat(900)], &format!("250 {}", "é".repeat(296)));
    }
}
