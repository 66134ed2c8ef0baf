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
use crate::config::{Settings, SmtpServer, Transport};
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
    let relay = match &settings.mail.transport {
        Transport::Smtp(server) => Some(server),
        Transport::File(_) => None,
    };
    let from = ascii(from.address.domain());
    let case = Case {
        settings,
        hints,
        envelope: settings.mail.bounces.as_ref().map_or_else(|| from.clone(), |bounces| ascii(bounces.domain())),
        from,
        relay,
        provider: relay.and_then(|relay| providers::known(&relay.host)),
    };
    look(&case, dns).await
}

async fn look(case: &Case<'_>, dns: &impl Ask) -> Vec<Check> {
    let policy = domain::policy(dns, &case.from).await;
    let known: Option<&Policy> = policy.as_ref().ok().and_then(|found| found.as_ref());
    let (spf, dkim, reverse, tls, returns, mailbox) = tokio::join!(
        authentication::spf(case, dns),
        authentication::dkim(case, dns),
        route::reverse_dns(case, dns),
        route::tls(case),
        route::returns(case, dns),
        route::mailbox(case),
    );
    let aligned = authentication::alignment(case, known, &spf, &dkim);
    let mut checks = vec![route::sender(case), spf, dkim, authentication::dmarc(case, &policy), aligned, reverse, tls];
    checks.extend(returns);
    checks.extend(mailbox);
    checks.push(route::unsubscribe(case));
    checks
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
