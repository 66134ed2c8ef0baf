//! One side of a conversation: commands out, replies in, each bounded in time.

use std::fmt;
use std::time::Duration;

use futures::FutureExt;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::time::timeout;

use super::reply::{Fault, Reply};

/// A connection in clear or in TLS.
pub(super) trait Wire: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Wire for T {}

/// A conversation over `S`.
pub(super) struct Talk<S> {
    stream: BufReader<S>,
}

/// How far a write went when it failed.
#[derive(Debug)]
pub(super) enum WriteFault {
    /// Not all bytes were taken: the other side cannot have seen the end.
    BeforeEnd(Fault),
    /// All were taken, but perhaps not all sent.
    AtEnd(Fault),
}

impl<S: Wire> Talk<S> {
    pub(super) fn new(stream: S) -> Self {
        Self { stream: BufReader::new(stream) }
    }

    pub(super) async fn reply(&mut self, within: Duration) -> Result<Reply, Fault> {
        timeout(within, Reply::read(&mut self.stream)).await.unwrap_or(Err(Fault::TimedOut))
    }

    /// Sends one of lettre's commands and reads its reply.
    pub(super) async fn command(&mut self, command: &impl fmt::Display, within: Duration) -> Result<Reply, Fault> {
        self.group(&[command.to_string()], within).await?;
        self.reply(within).await
    }

    /// Sends several commands at once (RFC 2920); each has its reply, in order.
    pub(super) async fn group(&mut self, commands: &[String], within: Duration) -> Result<(), Fault> {
        let mut lines = String::new();
        for command in commands {
            let line = command.strip_suffix("\r\n").unwrap_or(command);
            // A line break within would be one command more.
            if line.contains(['\r', '\n']) {
                return Err(Fault::Malformed);
            }
            lines.push_str(line);
            lines.push_str("\r\n");
        }
        let sent = self.send(lines.as_bytes(), within).await;
        sent.map_err(|(WriteFault::BeforeEnd(fault) | WriteFault::AtEnd(fault))| fault)
    }

    /// Writes all bytes; `within` bounds each step that the other side takes, not the whole.
    pub(super) async fn send(&mut self, bytes: &[u8], within: Duration) -> Result<(), WriteFault> {
        let mut rest = bytes;
        while !rest.is_empty() {
            let step = timeout(within, self.stream.get_mut().write(rest)).await;
            let taken = match step {
                Err(_) => return Err(WriteFault::BeforeEnd(Fault::TimedOut)),
                Ok(Err(error)) => return Err(WriteFault::BeforeEnd(Fault::Io(error))),
                Ok(Ok(0)) => return Err(WriteFault::BeforeEnd(Fault::Closed)),
                Ok(Ok(taken)) => taken,
            };
            rest = rest.get(taken..).unwrap_or_default();
        }
        match timeout(within, self.stream.get_mut().flush()).await {
            Err(_) => Err(WriteFault::AtEnd(Fault::TimedOut)),
            Ok(Err(error)) => Err(WriteFault::AtEnd(Fault::Io(error))),
            Ok(Ok(())) => Ok(()),
        }
    }

    /// Whether the other side is silent, as it must be between two commands. An end, or words that nobody asked for
    /// ("421 idle too long"), show that the connection is of no use any more.
    pub(super) fn is_quiet(&mut self) -> bool {
        self.stream.fill_buf().now_or_never().is_none()
    }

    /// The bare stream; `None` when the other side has already said more. Before TLS that would be words that somebody
    /// in the middle slipped in (CVE-2011-0411).
    pub(super) fn into_stream(self) -> Option<S> {
        self.stream.buffer().is_empty().then(|| self.stream.into_inner())
    }
}
