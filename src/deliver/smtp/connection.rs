//! An open connection and what its server can do.

use std::fmt;
use std::time::Duration;

use lettre::transport::smtp::authentication::Mechanism;
use lettre::transport::smtp::commands::{Quit, Rset};
use lettre::transport::smtp::extension::{Extension, ServerInfo};
use lettre::transport::smtp::response::{Category, Code, Detail, Response, Severity};
use tokio::time::Instant;

use super::Limits;
use super::reply::{Class, Fault, Reply};
use super::talk::{Talk, Wire, WriteFault};

/// How long a farewell may take; nobody waits for it.
const QUIT: Duration = Duration::from_secs(2);

/// What EHLO offered: lettre's reading of it, and SIZE, which lettre leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Features {
    info: ServerInfo,
    /// In octets (RFC 1870); 0: offered, without a limit.
    pub size_max: Option<u64>,
    pub turns: Turns,
}

/// Whether commands wait for each other's replies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Turns {
    #[default]
    OneByOne,
    /// PIPELINING (RFC 2920), which lettre leaves out too.
    Together,
}

impl Features {
    pub(super) fn of(reply: &Reply) -> Self {
        // lettre knows keywords in upper case only, and takes the server's own name for one; old servers write
        // AUTH=LOGIN. A blank line would make it panic.
        let keywords = reply.lines.iter().skip(1).map(|line| line.to_ascii_uppercase().replacen("AUTH=", "AUTH ", 1));
        let keywords: Vec<String> = keywords.filter(|line| !line.trim().is_empty()).collect();
        let size_max = keywords.iter().find_map(|line| {
            let mut words = line.split_ascii_whitespace();
            (words.next() == Some("SIZE")).then(|| words.next().and_then(|size| size.parse().ok()).unwrap_or(0))
        });
        let pipelining = keywords.iter().any(|line| line.trim() == "PIPELINING");
        let turns = if pipelining { Turns::Together } else { Turns::OneByOne };
        let code = Code::new(Severity::PositiveCompletion, Category::MailSystem, Detail::Zero);
        // Without a single line lettre finds no name, and there is nothing to find.
        let info = ServerInfo::from_response(&Response::new(code, keywords)).unwrap_or_default();
        Self { info, size_max, turns }
    }

    pub(super) fn offers(&self, extension: Extension) -> bool {
        self.info.supports_feature(extension)
    }

    /// How to give a password: LOGIN only where PLAIN is not offered.
    pub(super) fn password_mechanism(&self) -> Option<Mechanism> {
        self.info.get_auth_mechanism(&[Mechanism::Plain, Mechanism::Login])
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

    /// Sends commands whose replies are read one after the other.
    pub(super) async fn group(&mut self, commands: &[String]) -> Result<(), Fault> {
        self.talk.group(commands, self.limits.reply).await
    }

    pub(super) async fn reply(&mut self) -> Result<Reply, Fault> {
        self.talk.reply(self.limits.reply).await
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
        let check = |lines: &[&str], expected: &str| {
            let lines = lines.iter().map(|line| (*line).to_owned()).collect();
            let features = Features::of(&Reply { code: 250, lines });
            let known = [
                Extension::StartTls,
                Extension::EightBitMime,
                Extension::SmtpUtfEight,
                Extension::Authentication(Mechanism::Plain),
                Extension::Authentication(Mechanism::Login),
            ];
            let offered = known.into_iter().filter(|one| features.offers(*one)).map(|one| one.to_string());
            let size = features.size_max.map(|size| format!("SIZE {size}"));
            let together = (features.turns == Turns::Together).then(|| "PIPELINING".to_owned());
            assert_eq!(offered.chain(size).chain(together).collect::<Vec<_>>().join(", "), expected);
        };
        check(&[], "");
        check(&["mx.example"], "");
        check(&["STARTTLS"], "");
        check(
            &["mx.example", "size 1000", "8BITMIME", "starttls", "SMTPUTF8", "AUTH GSSAPI PLAIN LOGIN"],
            "STARTTLS, 8BITMIME, SMTPUTF8, AUTH PLAIN, AUTH LOGIN, SIZE 1000",
        );
        check(&["mx.example", "pipelining"], "PIPELINING");
        check(&["PIPELINING", "PIPELININGS"], "");
        check(&["mx.example", "SIZE 0", "AUTH=LOGIN"], "AUTH LOGIN, SIZE 0");
        check(&["mx.example", "SIZE many", "", "AUTH"], "SIZE 0");
        check(&["", " \t", "\u{a0}", "SIZES 5", "STARTTLS"], "STARTTLS");
    }
}
