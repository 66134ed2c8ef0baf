//! `doctor`: whether what the settings promise of mail holds outside: DNS, the relay, the sender.
//!
//! It changes nothing and sends no mail. What cannot be asked from here is said so, never taken for well.

mod ask;
mod authentication;
mod check;
mod domain;
mod providers;
mod received;
mod route;
mod sent;
mod spf;
mod tags;

use std::net::IpAddr;

pub use check::{Check, Record, Topic, Verdict};
pub use received::MAIL_BYTES_MAX;

use super::{App, Trouble, courier};
use crate::config::{Relay, Settings, SmtpServer};
use crate::dns::Dns;
use crate::model::EditionId;
use ask::Ask;
use domain::Policy;
use providers::{Envelope, Provider};

/// What a person may tell beside the settings.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// Under which selector the relay signs.
    pub selector: Option<String>,
    /// The address from which mails leave for the world.
    pub sender_ip: Option<IpAddr>,
}

/// What the settings say of mail, as the examination needs it.
struct Case<'a> {
    settings: &'a Settings,
    hints: &'a Hints,
    /// The domain of From, in ASCII.
    from: String,
    /// The domain of the envelope's sender.
    envelope: String,
    relay: Option<&'a SmtpServer>,
    provider: Option<&'static Provider>,
}

impl Case<'_> {
    /// Whether the relay puts its own address on the envelope.
    fn relay_rewrites(&self) -> bool {
        self.provider.is_some_and(|provider| provider.envelope == Envelope::ItsOwn)
    }

    fn relay_name(&self) -> String {
        match (self.provider, self.relay) {
            (Some(provider), _) => provider.name.to_owned(),
            (None, Some(relay)) => relay.host.clone(),
            (None, None) => "aucun relais".to_owned(),
        }
    }
}

/// Looks at every point; the order is that in which they are told.
pub async fn examine(settings: &Settings, dns: &Dns, hints: &Hints) -> Vec<Check> {
    let Some(from) = &settings.mail.from else {
        return vec![Check::mend(
            Topic::From,
            "Les réglages ne disent pas qui écrit.",
            "Ajoutez dans [mail] : from = \"Nom du réseau <adresse@exemple.org>\".",
        )];
    };
    let from = ascii(from.address.domain());
    let envelope = settings.mail.bounces.as_ref().map_or_else(|| from.clone(), |bounces| ascii(bounces.domain()));
    let by = |relay: Option<&'_ SmtpServer>| relay.and_then(|relay| providers::known(&relay.host));
    let case =
        |relay| Case { settings, hints, from: from.clone(), envelope: envelope.clone(), relay, provider: by(relay) };
    let mut relays = settings.mail.relays.iter();
    let mut checks = look(&case(relays.next().map(|relay| &relay.server)), dns).await;
    let others: Vec<&Relay> = relays.collect();
    if let (Some(first), false) = (settings.mail.relays.first(), others.is_empty()) {
        name_relay(&mut checks, &first.name);
    }
    for relay in others {
        let mut more = way_out(&case(Some(&relay.server)), dns).await;
        more.retain(|check| check.topic.is_of_relay());
        name_relay(&mut more, &relay.name);
        checks.extend(more);
    }
    checks
}

/// Of several relays, which one a point is about.
fn name_relay(checks: &mut [Check], name: &str) {
    for check in checks.iter_mut().filter(|check| check.topic.is_of_relay()) {
        check.said = format!("[relais {name}] {}", check.said);
    }
}

async fn look(case: &Case<'_>, dns: &impl Ask) -> Vec<Check> {
    let (mut checks, returns, mailbox) =
        tokio::join!(way_out(case, dns), route::returns(case, dns), route::mailbox(case));
    checks.insert(0, route::sender(case));
    checks.extend(returns);
    checks.extend(mailbox);
    checks.push(route::unsubscribe(case));
    checks
}

/// What a receiver thinks of mails that leave by this relay.
async fn way_out(case: &Case<'_>, dns: &impl Ask) -> Vec<Check> {
    let policy = domain::policy(dns, &case.from).await;
    let known: Option<&Policy> = policy.as_ref().ok().and_then(|found| found.as_ref());
    let (spf, dkim, reverse, tls) = tokio::join!(
        authentication::spf(case, dns),
        authentication::dkim(case, dns),
        route::reverse_dns(case, dns),
        route::tls(case),
    );
    let aligned = authentication::alignment(case, known, &spf, &dkim);
    vec![spf, dkim, authentication::dmarc(case, &policy), aligned, reverse, tls]
}

/// A mail as it arrived, compared.
pub struct Compared {
    /// The edition it belongs to, where the ledger knows the mail.
    pub edition: Option<EditionId>,
    pub checks: Vec<Check>,
}

/// Compares a received mail with what was sent: with the ledger, or without one by what the settings say.
pub async fn compare(settings: &Settings, app: Option<&App>, raw: &[u8]) -> Result<Compared, Trouble> {
    let received = received::Mail::read(raw).ok_or_else(|| {
        Trouble::File(
            "ce fichier n’est pas un courriel : enregistrez sa source (« Afficher l’original », « Enregistrer sous »)"
                .to_owned(),
        )
    })?;
    let Some(from) = &settings.mail.from else {
        return Err(Trouble::File("les réglages ne disent pas qui écrit : ajoutez « from » dans [mail]".to_owned()));
    };
    let found = match app {
        Some(app) => sent::sent(app, &received).await?,
        None => None,
    };
    let signer = courier::signer(settings)?;
    let bounces = settings.mail.bounces.as_ref().unwrap_or(&from.address);
    let expected = received::Expected {
        from: from.address.expose(),
        envelope: bounces.expose(),
        sent: found.as_ref().map(|(_, bytes)| bytes.as_slice()),
        signer: signer.as_ref(),
    };
    Ok(Compared { edition: found.as_ref().map(|(id, _)| *id), checks: received::compare(raw, &received, &expected) })
}

/// A domain as DNS knows it.
fn ascii(domain: &str) -> String {
    match url::Host::parse(domain) {
        Ok(url::Host::Domain(name)) => name,
        _ => domain.to_ascii_lowercase(),
    }
}
