//! A small SMTP server that keeps what it gets: the other side of the demo's real conversation.
//!
//! It takes every mail in good order and never passes one on. It listens where it is told, loopback normally.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;

/// 32 MiB; EHLO says it.
pub const MESSAGE_BYTES_MAX: usize = 32 << 20;
const LINE_BYTES_MAX: usize = 4096;
const RECIPIENTS_MAX: usize = 100;
const CONNECTIONS_MAX: usize = 64;
const SILENCE_MAX: Duration = Duration::from_secs(60);
/// When the system gives no more sockets.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A mail that the sink took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// As in MAIL FROM, without angle brackets.
    pub from: String,
    /// As in RCPT TO.
    pub to: Vec<String>,
    /// Dots taken back, the final dot left out.
    pub message: Vec<u8>,
}

/// Listens until it is dropped.
#[derive(Debug)]
pub struct Sink {
    address: SocketAddr,
    task: AbortHandle,
}

impl Sink {
    /// Listens at `addr` (port 0: any free one). `keep` gets each mail before the sender is told that it was taken.
    pub async fn start(addr: SocketAddr, keep: impl Fn(Received) + Send + Sync + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind(addr).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(accept(listener, Arc::new(keep))).abort_handle();
        Ok(Self { address, task })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept<K: Fn(Received) + Send + Sync + 'static>(listener: TcpListener, keep: Arc<K>) {
    // Dropped with this task, and every conversation with it.
    let mut conversations = JoinSet::new();
    loop {
        while conversations.try_join_next().is_some() {}
        if conversations.len() >= CONNECTIONS_MAX {
            conversations.join_next().await;
        }
        match listener.accept().await {
            Ok((stream, _)) => {
                let keep = keep.clone();
                conversations.spawn(async move { Conversation::new(stream).run(&*keep).await });
            }
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
}

struct Conversation {
    stream: BufReader<TcpStream>,
    from: Option<String>,
    to: Vec<String>,
}

impl Conversation {
    fn new(stream: TcpStream) -> Self {
        let _ = stream.set_nodelay(true);
        Self { stream: BufReader::new(stream), from: None, to: Vec::new() }
    }

    async fn run(mut self, keep: &(impl Fn(Received) + Send + Sync)) -> io::Result<()> {
        self.say("220 sink.localhost ESMTP glaneur").await?;
        loop {
            let line = self.line(LINE_BYTES_MAX).await?;
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            match verb.as_str() {
                "EHLO" => {
                    self.forget();
                    let features = "PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8";
                    self.say(&format!("250-sink.localhost\r\n250-{features}\r\n250 SIZE {MESSAGE_BYTES_MAX}")).await?;
                }
                "HELO" | "RSET" | "NOOP" => {
                    if verb != "NOOP" {
                        self.forget();
                    }
                    self.say("250 2.0.0 ok").await?;
                }
                "MAIL" => self.mail(&line).await?,
                "RCPT" => self.rcpt(&line).await?,
                "DATA" => self.data(keep).await?,
                "QUIT" => return self.say("221 2.0.0 bye").await,
                _ => self.say("502 5.5.1 not implemented").await?,
            }
        }
    }

    async fn mail(&mut self, line: &str) -> io::Result<()> {
        match (path_in(line, "MAIL FROM:"), &self.from) {
            (Some(from), None) => {
                self.from = Some(from);
                self.say("250 2.1.0 ok").await
            }
            (Some(_), Some(_)) => self.say("503 5.5.1 one sender at a time").await,
            (None, _) => self.say("501 5.5.4 write MAIL FROM:<address>").await,
        }
    }

    async fn rcpt(&mut self, line: &str) -> io::Result<()> {
        match path_in(line, "RCPT TO:").filter(|to| !to.is_empty()) {
            _ if self.from.is_none() => self.say("503 5.5.1 MAIL first").await,
            None => self.say("501 5.5.4 write RCPT TO:<address>").await,
            Some(_) if self.to.len() >= RECIPIENTS_MAX => self.say("452 4.5.3 too many recipients").await,
            Some(to) => {
                self.to.push(to);
                self.say("250 2.1.5 ok").await
            }
        }
    }

    async fn data(&mut self, keep: &(impl Fn(Received) + Send + Sync)) -> io::Result<()> {
        let Some(from) = self.from.clone().filter(|_| !self.to.is_empty()) else {
            return self.say("503 5.5.1 MAIL and RCPT first").await;
        };
        self.say("354 go on").await?;
        match self.message().await? {
            Some(message) => {
                let to = std::mem::take(&mut self.to);
                keep(Received { from, to, message });
                self.say("250 2.0.0 taken").await?;
            }
            None => self.say("552 5.3.4 too large").await?,
        }
        self.forget();
        Ok(())
    }

    /// Up to the final dot; `None` when it is too large, and read to its end all the same.
    async fn message(&mut self) -> io::Result<Option<Vec<u8>>> {
        let (mut message, mut too_large, mut line_starts, mut last) = (Vec::new(), false, true, b'\n');
        loop {
            let line = self.piece(LINE_BYTES_MAX).await?;
            if line_starts && line == b".\r\n" {
                return Ok((!too_large).then_some(message));
            }
            let line = if line_starts { line.strip_prefix(b".").unwrap_or(&line) } else { &line };
            too_large |= message.len() + line.len() > MESSAGE_BYTES_MAX;
            if !too_large {
                message.extend_from_slice(line);
            }
            // Only CRLF ends a line (RFC 5321 section 2.3.8): a bare LF before a dot is no end of the message.
            line_starts = line.ends_with(b"\r\n") || (line == b"\n" && last == b'\r');
            last = line.last().copied().unwrap_or(last);
        }
    }

    /// A whole line.
    async fn line(&mut self, bytes_max: usize) -> io::Result<Vec<u8>> {
        let line = self.piece(bytes_max).await?;
        if line.ends_with(b"\n") { Ok(line) } else { Err(io::ErrorKind::InvalidData.into()) }
    }

    /// A line, or as much of it as is allowed.
    async fn piece(&mut self, bytes_max: usize) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        let mut bounded = (&mut self.stream).take(bytes_max as u64);
        timeout(SILENCE_MAX, bounded.read_until(b'\n', &mut line)).await.map_err(|_| io::ErrorKind::TimedOut)??;
        if line.is_empty() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(line) }
    }

    async fn say(&mut self, reply: &str) -> io::Result<()> {
        let reply = format!("{reply}\r\n");
        timeout(SILENCE_MAX, self.stream.write_all(reply.as_bytes())).await.map_err(|_| io::ErrorKind::TimedOut)?
    }

    fn forget(&mut self) {
        self.from = None;
        self.to.clear();
    }
}

/// The address in `MAIL FROM:<address> …`.
fn path_in(line: &str, verb: &str) -> Option<String> {
    let rest = line.get(..verb.len()).filter(|start| start.eq_ignore_ascii_case(verb)).and(line.get(verb.len()..))?;
    let (path, _) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    Some(path.to_owned())
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Says `lines` one after the other; gives the codes answered and the mails kept.
    async fn say(lines: &[&str]) -> (String, Vec<Received>) {
        let kept = Arc::new(Mutex::new(Vec::new()));
        let keep = kept.clone();
        let start = Sink::start("127.0.0.1:0".parse().unwrap(), move |mail| keep.lock().unwrap().push(mail));
        let sink = start.await.unwrap();
        let mut stream = TcpStream::connect(sink.address()).await.unwrap();
        stream.write_all(format!("{}\r\nQUIT\r\n", lines.join("\r\n")).as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        let codes: Vec<&str> = answer.lines().filter(|line| !line.starts_with("250-")).map(|line| &line[..3]).collect();
        let mails = kept.lock().unwrap().clone();
        (codes.join(" "), mails)
    }

    #[tokio::test]
    async fn commands_are_answered_in_their_order() {
        async fn check(lines: &[&str], codes: &str, mails: usize) {
            let (got, kept) = say(lines).await;
            assert_eq!((got.as_str(), kept.len()), (codes, mails), "{lines:?}");
        }
        let (mail, rcpt) = ("MAIL FROM:<a@b.example> SIZE=3", "RCPT TO:<c@d.example>");
        check(&["EHLO x", mail, rcpt, "DATA", "A: b", "", "x", "."], "220 250 250 250 354 250 221", 1).await;
        check(&["helo x", "mail from: <>", "rcpt to:<c@d.example>", "data", "."], "220 250 250 250 354 250 221", 1)
            .await;
        check(&["DATA", rcpt, mail, "DATA"], "220 503 503 250 503 221", 0).await;
        check(&[mail, rcpt, "RSET", "DATA", "NOOP"], "220 250 250 250 503 250 221", 0).await;
        check(&[mail, mail], "220 250 503 221", 0).await;
        check(&["MAIL FROM:a@b.example", "RCPT", "VRFY x", "é"], "220 501 503 502 502 221", 0).await;
        check(&[mail, rcpt, "DATA", ".", mail, rcpt, "DATA", "."], "220 250 250 354 250 250 250 354 250 221", 2).await;
    }

    #[tokio::test]
    async fn dots_are_taken_back_and_bare_line_feeds_end_nothing() {
        let start = ["MAIL FROM:<a@b.example>", "RCPT TO:<c@d.example>", "DATA"];
        let (_, mails) = say(&[&start[..], &["..", "...x", "y\n.\nz", "."]].concat()).await;
        let message = b".\r\n..x\r\ny\n.\nz\r\n".to_vec();
        let expected = Received { from: "a@b.example".into(), to: vec!["c@d.example".into()], message };
        assert_eq!(mails, [expected]);
    }
}
