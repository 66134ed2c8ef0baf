//! Which server, how to speak to it, and the limits of the conversation.

use std::fmt;
use std::time::Duration;

use lettre::transport::smtp::extension::ClientId;

/// How the conversation is kept secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte (port 465).
    Implicit,
    /// STARTTLS or nothing.
    StartTlsRequired,
    /// STARTTLS when the server offers it; the certificate is checked all the same.
    StartTlsOpportunistic,
    None,
}

/// A server to send by. Its `Debug` shows no password.
#[derive(Clone)]
pub struct SmtpServer {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// User and password.
    pub credentials: Option<(String, String)>,
    /// Certificates to trust beside the system's, in PEM.
    pub extra_roots: Option<Vec<u8>>,
    /// What EHLO says; the machine's name when absent.
    pub hello_name: Option<String>,
    pub limits: Limits,
}

/// How long the conversation may take, and what it may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// TCP and TLS.
    pub connect: Duration,
    /// One answer, or one write.
    pub reply: Duration,
    /// The answer after the final dot.
    pub after_dot: Duration,
    /// A connection without work is closed after that.
    pub idle: Duration,
    /// And one that sent so many messages.
    pub messages_per_connection_max: u32,
}

impl Limits {
    pub const CONNECT_S: u64 = 15;
    pub const REPLY_S: u64 = 60;
    /// RFC 5321 section 4.5.3.2.6 asks for ten minutes, but the lease of the attempt ends before.
    pub const AFTER_DOT_S: u64 = 120;
    pub const IDLE_S: u64 = 30;
    pub const MESSAGES_PER_CONNECTION_MAX: u32 = 100;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(Self::CONNECT_S),
            reply: Duration::from_secs(Self::REPLY_S),
            after_dot: Duration::from_secs(Self::AFTER_DOT_S),
            idle: Duration::from_secs(Self::IDLE_S),
            messages_per_connection_max: Self::MESSAGES_PER_CONNECTION_MAX,
        }
    }
}

impl SmtpServer {
    pub fn new(host: &str, port: u16, security: Security) -> Self {
        Self {
            host: host.to_owned(),
            port,
            security,
            credentials: None,
            extra_roots: None,
            hello_name: None,
            limits: Limits::default(),
        }
    }

    /// As sentences name it.
    pub(super) fn place(&self) -> String {
        format!("le serveur d’envoi {}:{}", self.host, self.port)
    }

    /// What EHLO says: a name that needs no quoting, or `localhost`.
    pub(super) fn hello(&self) -> ClientId {
        let named = self.hello_name.clone().map_or_else(ClientId::default, ClientId::Domain);
        let name = named.to_string();
        let fit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'[' | b']' | b':');
        let sound = !name.is_empty() && name.len() <= 253 && name.bytes().all(fit);
        if sound { named } else { ClientId::Domain("localhost".into()) }
    }
}

impl fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SmtpServer")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("security", &self.security)
            .field("credentials", &self.credentials.as_ref().map(|_| "***"))
            .field("extra_roots_bytes", &self.extra_roots.as_ref().map(Vec::len))
            .field("hello_name", &self.hello_name)
            .finish_non_exhaustive()
    }
}
