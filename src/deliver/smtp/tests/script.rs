//! A server that does what a script says, and writes down what it was told.

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;

use crate::deliver::smtp::talk::Wire;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    Greeting,
    Ehlo,
    StartTls,
    Auth,
    Mail,
    Rcpt,
    Data,
    /// Before the message is read.
    Body,
    /// After its final dot.
    Dot,
    Rset,
}

#[derive(Clone, Debug)]
pub enum Act {
    Say(&'static str),
    /// One byte a write, so that each is a packet of its own.
    SayInBytes(&'static str),
    SayThenCut(&'static str),
    Cut,
    /// Says nothing more.
    Hang,
    SayAfter(Duration, &'static str),
}

/// What happened, shared with the test.
#[derive(Debug, Default)]
pub struct Seen {
    pub connections: usize,
    pub lines: Vec<String>,
    /// As they came, dots still doubled, the final dot left out.
    pub messages: Vec<Vec<u8>>,
    /// Connections open at the same time, at most.
    pub open: usize,
    pub open_max: usize,
}

#[derive(Clone)]
pub struct Script {
    acts: Arc<Mutex<HashMap<Step, VecDeque<Act>>>>,
    pub features: &'static str,
    pub acceptor: Option<TlsAcceptor>,
    pub implicit: bool,
}

pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    task: AbortHandle,
}

impl Script {
    pub fn new() -> Self {
        Self { acts: Arc::default(), features: "SIZE 100000\n8BITMIME\nSMTPUTF8", acceptor: None, implicit: false }
    }

    pub fn features(mut self, features: &'static str) -> Self {
        self.features = features;
        self
    }

    /// What the next time at `step` brings; afterwards the next act given, or the usual.
    pub fn then(self, step: Step, act: Act) -> Self {
        self.acts.lock().unwrap().entry(step).or_default().push_back(act);
        self
    }

    fn act(&self, step: Step) -> Option<Act> {
        self.acts.lock().unwrap().get_mut(&step).and_then(VecDeque::pop_front)
    }

    pub async fn start(self) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = seen.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (script, seen) = (self.clone(), shared.clone());
                tokio::spawn(async move {
                    {
                        let mut seen = seen.lock().unwrap();
                        seen.connections += 1;
                        seen.open += 1;
                        seen.open_max = seen.open_max.max(seen.open);
                    }
                    let _ = script.serve(stream, &seen).await;
                    seen.lock().unwrap().open -= 1;
                });
            }
        });
        Server { address, seen, task: task.abort_handle() }
    }

    async fn serve(self, stream: TcpStream, seen: &Mutex<Seen>) -> Option<()> {
        stream.set_nodelay(true).ok()?;
        let wire: Box<dyn Wire> = match &self.acceptor {
            Some(acceptor) if self.implicit => Box::new(acceptor.accept(stream).await.ok()?),
            _ => Box::new(stream),
        };
        let mut wire = BufReader::new(wire);
        // Whether a sender, and then a recipient, was accepted.
        let (mut sender, mut recipient) = (false, false);
        self.answer(&mut wire, Step::Greeting, "220 mx.example ESMTP").await?;
        loop {
            let mut line = String::new();
            wire.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
            let line = line.trim_end().to_owned();
            seen.lock().unwrap().lines.push(line.clone());
            let verb = line.split([' ', ':']).next().unwrap().to_owned();
            match verb.as_str() {
                "EHLO" => {
                    let features: Vec<&str> = self.features.split('\n').filter(|feature| !feature.is_empty()).collect();
                    let mut reply = String::from("250-mx.example");
                    features.iter().for_each(|feature| reply.push_str(&format!("\r\n250-{feature}")));
                    self.answer(&mut wire, Step::Ehlo, &format!("{reply}\r\n250 HELP")).await?;
                }
                "STARTTLS" => {
                    let usual = self.answer(&mut wire, Step::StartTls, "220 go").await? == '2';
                    if let Some(acceptor) = self.acceptor.as_ref().filter(|_| usual) {
                        wire = BufReader::new(Box::new(acceptor.accept(wire.into_inner()).await.ok()?));
                    }
                }
                "AUTH" if line == "AUTH LOGIN" => {
                    for question in ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"] {
                        self.answer(&mut wire, Step::Body, question).await?;
                        let mut secret = String::new();
                        wire.read_line(&mut secret).await.ok()?;
                        seen.lock().unwrap().lines.push(secret.trim_end().to_owned());
                    }
                    self.answer(&mut wire, Step::Auth, "235 welcome").await?;
                }
                "AUTH" => self.answer(&mut wire, Step::Auth, "235 welcome").await.map(drop)?,
                "MAIL" => {
                    sender = self.answer(&mut wire, Step::Mail, "250 ok").await? == '2';
                    recipient = false;
                }
                "RCPT" if sender => recipient = self.answer(&mut wire, Step::Rcpt, "250 ok").await? == '2',
                "DATA" if recipient => {
                    if self.answer(&mut wire, Step::Data, "354 go on").await? == '3' {
                        self.message(&mut wire, seen).await?;
                    }
                    (sender, recipient) = (false, false);
                }
                // Of a group whose beginning was refused.
                "RCPT" | "DATA" => wire.write_all(b"503 5.5.1 not now\r\n").await.ok()?,
                "RSET" => {
                    (sender, recipient) = (false, false);
                    self.answer(&mut wire, Step::Rset, "250 ok").await?;
                }
                "QUIT" => return self.answer(&mut wire, Step::Greeting, "221 bye").await.map(drop),
                _ => wire.write_all(b"502 no\r\n").await.ok()?,
            };
        }
    }

    async fn message(&self, wire: &mut BufReader<Box<dyn Wire>>, seen: &Mutex<Seen>) -> Option<()> {
        match self.act(Step::Body) {
            Some(Act::Cut) => {
                wire.read_u8().await.ok()?;
                return None;
            }
            Some(Act::Hang) => std::future::pending().await,
            _ => {}
        }
        let mut message = Vec::new();
        loop {
            let start = message.len();
            wire.read_until(b'\n', &mut message).await.ok().filter(|read| *read > 0)?;
            if message[start..] == *b".\r\n" {
                message.truncate(start);
                seen.lock().unwrap().messages.push(message);
                return self.answer(wire, Step::Dot, "250 2.0.0 queued as 1").await.map(drop);
            }
        }
    }

    /// Does what the script says, or the usual; gives the first digit of what was said last.
    async fn answer(&self, wire: &mut BufReader<Box<dyn Wire>>, step: Step, usual: &str) -> Option<char> {
        let act = self.act(step);
        let said = match &act {
            None => usual,
            Some(Act::Say(reply) | Act::SayInBytes(reply) | Act::SayAfter(_, reply)) => reply,
            _ => "",
        };
        let first = said.rsplit('\n').next().and_then(|line| line.chars().next()).unwrap_or('?');
        let say = |reply: &str| format!("{reply}\r\n").into_bytes();
        match act {
            None => wire.write_all(&say(usual)).await.ok()?,
            Some(Act::Say(reply)) => wire.write_all(&say(reply)).await.ok()?,
            Some(Act::SayAfter(time, reply)) => {
                tokio::time::sleep(time).await;
                wire.write_all(&say(reply)).await.ok()?;
            }
            Some(Act::SayInBytes(reply)) => {
                for byte in say(reply) {
                    wire.write_all(&[byte]).await.ok()?;
                    wire.flush().await.ok()?;
                    tokio::task::yield_now().await;
                }
            }
            Some(Act::SayThenCut(reply)) => {
                wire.write_all(&say(reply)).await.ok()?;
                wire.flush().await.ok()?;
                return None;
            }
            Some(Act::Cut) => return None,
            Some(Act::Hang) => std::future::pending().await,
        }
        wire.flush().await.ok()?;
        Some(first)
    }
}

impl Server {
    pub fn seen<T>(&self, read: impl FnOnce(&Seen) -> T) -> T {
        read(&self.seen.lock().unwrap())
    }

    /// Lines that begin so.
    pub fn count(&self, start: &str) -> usize {
        self.seen(|seen| seen.lines.iter().filter(|line| line.starts_with(start)).count())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}
