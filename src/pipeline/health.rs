//! How the sources do, for administrators: the state of each, and a mail when it changes.
//!
//! The log, the rounds' reports, `sources health` and the mail say the same sentences. Members are never written to.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;

use super::lead::Leads;
use super::{App, Trouble, courier};
use crate::deliver::{Courier, Outcome, verp};
use crate::model::{EmailAddress, HealthTurn, Mail, Mailbox, Rendered, Source, SourceEvent, SourceId};
use crate::store::SourceState;

/// A source of sources.toml, and how it did so far.
#[derive(Debug)]
pub struct Patient<'a> {
    pub source: &'a Source,
    pub state: SourceState,
}

/// All sources, in the order of sources.toml.
pub async fn health(app: &App) -> Result<Vec<Patient<'_>>, Trouble> {
    let mut states: BTreeMap<SourceId, SourceState> =
        app.store.source_states().await?.into_iter().map(|state| (state.id.clone(), state)).collect();
    let mut patients = Vec::with_capacity(app.sources.len());
    for source in &app.sources {
        let state = states.remove(&source.id).unwrap_or_else(|| SourceState::new(source.id.clone()));
        patients.push(Patient { source, state });
    }
    Ok(patients)
}

/// One French sentence.
pub fn sentence(app: &App, event: &SourceEvent) -> String {
    let SourceEvent { source, name, what, .. } = event;
    match what {
        HealthTurn::Broke { said, last_success_at: Some(at), .. } => {
            format!("{name} ({source}) : {said}. Dernière lecture réussie le {}.", civil(app, *at))
        }
        HealthTurn::Broke { said, last_success_at: None, .. } => {
            format!("{name} ({source}) : {said}. Cette source n'a encore jamais été lue.")
        }
        HealthTurn::Recovered { since, .. } => {
            format!("{name} ({source}) : c'est réparé ; cela n'allait pas depuis le {}.", civil(app, *since))
        }
    }
}

fn civil(app: &App, at: DateTime<Utc>) -> String {
    at.with_timezone(&app.settings.time_zone).format("%d/%m/%Y à %H:%M").to_string()
}

const LEAD: &str = "mail-to-admins";
const DATA_WAIT_MAX: Duration = Duration::from_secs(60);

/// Mails what administrators were not told yet: one mail for all that changed. Returns how many events it tells.
///
/// What cannot be sent now is sent with a later turn.
pub async fn tell_admins(app: &App) -> Result<usize, Trouble> {
    if app.store.untold_events().await?.is_empty() {
        return Ok(0);
    }
    let lead = Leads::take(app, vec![LEAD.to_owned()]).await?;
    if !lead.hold(LEAD) {
        return Ok(0);
    }
    let told = tell(app).await;
    lead.give_up().await;
    told
}

async fn tell(app: &App) -> Result<usize, Trouble> {
    let untold = app.store.untold_events().await?;
    let (rows, events): (Vec<i64>, Vec<SourceEvent>) = untold.into_iter().unzip();
    let mail = &app.settings.mail;
    let to: &[EmailAddress] = if mail.only_to.is_empty() { &app.settings.admins } else { &mail.only_to };
    if !to.is_empty() && !events.is_empty() {
        let courier = courier::to_administrators(app)?;
        let mut done = false;
        for address in to {
            done |= send(app, &courier, address, &rows, &events).await?;
        }
        courier.close().await;
        if !done {
            return Ok(0);
        }
    }
    app.store.events_told(&rows, app.clock.now()).await?;
    Ok(rows.len())
}

/// False when it is worth trying again.
async fn send(
    app: &App,
    courier: &Courier,
    to: &EmailAddress,
    rows: &[i64],
    events: &[SourceEvent],
) -> Result<bool, Trouble> {
    let from = courier::from(app)?;
    let envelope_from = app.settings.mail.bounces.as_ref().map_or_else(|| from.address.clone(), verp::plain);
    let message_id = message_id(app, rows, to);
    let mail = Mail {
        from,
        to: Mailbox { name: None, address: to.clone() },
        reply_to: app.settings.mail.reply_to.clone(),
        envelope_from: envelope_from.clone(),
        message_id: message_id.clone(),
        date: app.clock.now(),
        headers: vec![("Auto-Submitted".to_owned(), "auto-generated".to_owned())],
        content: content(app, events),
    };
    let signer = courier::signer(&app.settings).ok().flatten();
    let bytes = courier::signed(&mail, signer.as_ref()).map_err(Trouble::Words)?;
    match courier.send(&envelope_from, to, &message_id, &bytes, Instant::now() + DATA_WAIT_MAX).await {
        Outcome::Sent { .. } => Ok(true),
        Outcome::Refused { reply } => {
            tracing::warn!(%to, reply, "an administrator's address was refused");
            Ok(true)
        }
        Outcome::OutOfTime { why }
        | Outcome::Deferred { reply: why }
        | Outcome::Uncertain { why }
        | Outcome::Unreachable { why, .. } => {
            tracing::warn!(why, "administrators could not be told of the sources; the next turn tries again");
            Ok(false)
        }
    }
}

/// The same events and address, the same id: who gets it twice sees it once.
fn message_id(app: &App, rows: &[i64], to: &EmailAddress) -> String {
    let digest = Sha256::digest(format!("{rows:?} {}", to.expose()).as_bytes());
    let short: String = digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("sources-{short}@{}", courier::domain(app))
}

fn content(app: &App, events: &[SourceEvent]) -> Rendered {
    let broke = |event: &&SourceEvent| matches!(event.what, HealthTurn::Broke { .. });
    let (wrong, well): (Vec<&SourceEvent>, Vec<&SourceEvent>) = events.iter().partition(broke);
    let counted = |n: usize, word: &str| (n > 0).then(|| format!("{n} {word}"));
    let heads =
        [counted(wrong.len(), "à regarder"), counted(well.len(), if well.len() > 1 { "réparées" } else { "réparée" })];
    let heads: Vec<String> = heads.into_iter().flatten().collect();
    let mut text = "Bonjour,\n".to_owned();
    let mut html = "<p>Bonjour,</p>\n".to_owned();
    for (title, events) in [("À regarder", wrong), ("Réparé", well)] {
        if events.is_empty() {
            continue;
        }
        // Writing to a string does not fail.
        let _ = write!(text, "\n{title} :\n");
        let _ = write!(html, "<h2>{title}</h2>\n<ul>\n");
        for event in events {
            let said = sentence(app, event);
            let _ = writeln!(text, "- {said}");
            let _ = writeln!(html, "<li>{}</li>", escaped(&said));
        }
        html.push_str("</ul>\n");
    }
    let end = "Ce qui était connu de ces sources reste connu. « glaneur sources health » dit comment va chacune.";
    let _ = write!(text, "\n{end}\n");
    let _ = writeln!(html, "<p>{end}</p>");
    let subject = format!("[{}] Sources : {}", app.settings.network, heads.join(", "));
    Rendered { subject, text, html, attachments: Vec::new() }
}

/// Sites' words, quoted in sentences, are text.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
