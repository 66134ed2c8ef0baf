//! SMTP against a scripted server.

mod pool;
mod replies;
mod script;
mod secrecy;
mod wire;

use std::time::Duration;

use tokio::time::Instant;

use super::{Limits, Security, Smtp, SmtpServer};
use crate::deliver::Outcome;
use crate::model::EmailAddress;
use script::Server;

const MESSAGE: &[u8] = b"Subject: essai\r\n\r\nBonjour.\r\n";

fn address(address: &str) -> EmailAddress {
    EmailAddress::parse(address).unwrap()
}

/// Limits in which "too slow" comes soon.
fn hasty() -> Limits {
    let soon = Duration::from_millis(500);
    Limits { connect: soon, reply: soon, after_dot: soon, ..Limits::default() }
}

fn server_at(server: &Server, security: Security) -> SmtpServer {
    SmtpServer {
        hello_name: Some("glaneur.example".into()),
        ..SmtpServer::new("127.0.0.1", server.address.port(), security)
    }
}

fn client(server: &Server) -> Smtp {
    Smtp::new(server_at(server, Security::None), 1)
}

async fn send_to(smtp: &Smtp, to: &str) -> Outcome {
    smtp.send(&address("reseau@glaneur.example"), &address(to), MESSAGE, Instant::now() + Duration::from_secs(60)).await
}

/// An outcome in one line: its name, and `!` for hopeless.
fn name_of(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Sent { .. } => "Sent",
        Outcome::Deferred { .. } => "Deferred",
        Outcome::Refused { .. } => "Refused",
        Outcome::Uncertain { .. } => "Uncertain",
        Outcome::Unreachable { hopeless: false, .. } => "Unreachable",
        Outcome::Unreachable { hopeless: true, .. } => "Unreachable!",
        Outcome::OutOfTime { .. } => "OutOfTime",
    }
}

fn words_of(outcome: &Outcome) -> &str {
    match outcome {
        Outcome::Sent { reply } | Outcome::Deferred { reply } | Outcome::Refused { reply } => reply,
        Outcome::Uncertain { why } | Outcome::Unreachable { why, .. } | Outcome::OutOfTime { why } => why,
    }
}
