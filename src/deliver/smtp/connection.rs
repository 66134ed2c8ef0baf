//! An open connection and what its server can do.

use std::fmt;
use std::time::Duration;

use lettre::transport::smtp::commands::{Quit, Rset};
use tokio::time::Instant;

use super::Limits;
use super::reply::{Class, Fault, Reply};
use super::talk::{Talk, Wire, WriteFault};

/// How long a farewell may take; nobody waits for it.
const QUIT: Duration = Duration::from_secs(2);

/// What EHLO offered. lettre's `ServerInfo` knows neither SIZE nor the old `AUTH=`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Features {
    pub starttls: bool,
    pub eight_bit: bool,
    pub utf8: bool,
    /// RFC 1870; `None`: no limit said.
    pub size_max: Option<u64>,
    pub size: bool,
    pub auth_plain: bool,
    pub auth_login: bool,
}

impl Features {
    pub(super) fn of(reply: &Reply) -> Self {
        let mut features = Self::default();
        // The first line names the server.
        for line in reply.lines.iter().skip(1) {
            // Old servers write AUTH=LOGIN.
            let line = line.to_ascii_uppercase().replacen("AUTH=", "AUTH ", 1);
            let mut words = line.split_ascii_whitespace();
            match words.next() {
                Some("STARTTLS") => features.starttls = true,
                Some("8BITMIME") => features.eight_bit = true,
                Some("SMTPUTF8") => features.utf8 = true,
                Some("SIZE") => {
                    features.size = true;
                    features.size_max = words.next().and_then(|size| size.parse().ok()).filter(|size| *size > 0);
                }
                Some("AUTH") => {
                    for mechanism in words {
                        features.auth_plain |= mechanism == "PLAIN";
                        features.auth_login |= mechanism == "LOGIN";
                    }
                }
                _ => {}
            }
        }
        features
    }
}

/// A connection between two mails, or within one.
pub(super) struct Connection {
    talk: Talk<Box<dyn Wire>>,
    pub features: Features,
    limits: Limits,
    messages: u32,
    used_at: Instant,
}

impl Connection {
    pub(super) fn new(talk: Talk<Box<dyn Wire>>, features: Features, limits: Limits) -> Self {
        Self { talk, features, limits, messages: 0, used_at: Instant::now() }
    }

    pub(super) async fn command(&mut self, command: &impl fmt::Display) -> Result<Reply, Fault> {
        self.talk.command(command, self.limits.reply).await
    }

    /// Sends the whole of a message, its end included.
    pub(super) async fn send_message(&mut self, stuffed: &[u8]) -> Result<(), WriteFault> {
        self.messages = self.messages.saturating_add(1);
        self.talk.send(stuffed, self.limits.reply).await
    }

    pub(super) async fn reply_to_message(&mut self) -> Result<Reply, Fault> {
        self.talk.reply(self.limits.after_dot).await
    }

    /// Forgets a transaction half done; false when the connection is of no use after it.
    pub(super) async fn reset(&mut self) -> bool {
        self.command(&Rset).await.is_ok_and(|reply| reply.class() == Class::Done)
    }

    /// Whether it may carry another mail; called between mails only.
    pub(super) fn is_fit(&mut self, now: Instant) -> bool {
        self.messages < self.limits.messages_per_connection_max && !self.is_stale(now) && self.talk.is_quiet()
    }

    pub(super) fn is_stale(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.used_at) >= self.limits.idle
    }

    pub(super) fn idle_max(&self) -> Duration {
        self.limits.idle
    }

    pub(super) fn touch(&mut self, now: Instant) {
        self.used_at = now;
    }

    /// Says QUIT, beside.
    pub(super) fn leave(mut self) {
        // Without a runtime around, the socket just closes.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move { self.talk.command(&Quit, QUIT).await.is_ok() });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ehlo_says_what_a_server_can_do() {
        let check = |lines: &[&str], expected: Features| {
            let lines = lines.iter().map(|line| (*line).to_owned()).collect();
            assert_eq!(Features::of(&Reply { code: 250, lines }), expected);
        };
        check(&["mx.example"], Features::default());
        check(&["STARTTLS"], Features::default());
        check(
            &["mx.example", "size 1000", "8BITMIME", "starttls", "SMTPUTF8", "AUTH GSSAPI PLAIN LOGIN"],
            Features {
                starttls: true,
                eight_bit: true,
                utf8: true,
                size_max: Some(1000),
                size: true,
                auth_plain: true,
                auth_login: true,
            },
        );
        check(
            &["mx.example", "SIZE 0", "AUTH=LOGIN"],
            Features { size: true, auth_login: true, ..Features::default() },
        );
        check(&["mx.example", "SIZE many", "", "AUTH"], Features { size: true, ..Features::default() });
    }
}
