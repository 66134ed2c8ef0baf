//! From the settings to a courier, and from a composed digest to the mail that it carries.

use chrono::{DateTime, Utc};
use url::Url;

use super::edition::{Frame, Look};
use super::{App, Trouble};
use crate::config::{self, Settings, Transport};
use crate::deliver::dkim::{Key, Signer};
use crate::deliver::{self, Courier, FileOutbox, Security, Smtp, SmtpServer, verp};
use crate::model::{DeliveryId, Edition, EditionId, EmailAddress, Mail, Mailbox, MemberId, Rendered, why_refused};

/// The way out that the settings name, for single mails: of several relays, the first that can be reached.
pub(super) fn courier(app: &App) -> Result<Courier, Trouble> {
    match &app.settings.mail.transport {
        Transport::File(folder) => Ok(Courier::File(FileOutbox::new(folder.clone()))),
        Transport::Smtp(_) => {
            let mut relays: Vec<&config::Relay> = app.settings.mail.relays.iter().collect();
            relays.sort_by_key(|relay| std::cmp::Reverse(relay.weight));
            Ok(Courier::FirstOf(relays.into_iter().map(smtp).collect::<Result<_, _>>()?))
        }
    }
}

/// The way out of what is for administrators. Trials write files: these mails lie apart from those of members, whose folder
/// holds nothing else.
pub(super) fn to_administrators(app: &App) -> Result<Courier, Trouble> {
    match &app.settings.mail.transport {
        Transport::File(folder) => {
            let mut name = folder.file_name().unwrap_or_default().to_owned();
            name.push("-admins");
            Ok(Courier::File(FileOutbox::new(folder.with_file_name(name))))
        }
        Transport::Smtp(_) => courier(app),
    }
}

/// The way out by one relay and no other.
pub(super) fn by_relay(relay: &config::Relay) -> Result<Courier, Trouble> {
    Ok(Courier::Smtp(smtp(relay)?))
}

fn smtp(relay: &config::Relay) -> Result<Smtp, Trouble> {
    Ok(Smtp::new(smtp_server(&relay.server)?, relay.connections))
}

pub(super) fn smtp_server(server: &config::SmtpServer) -> Result<SmtpServer, Trouble> {
    let credentials = match (&server.user, &server.password_file) {
        (Some(user), Some(file)) => {
            let secret = config::Secret::read(file).map_err(|problem| Trouble::Credential(problem.to_string()))?;
            Some((user.clone(), secret.expose().to_owned()))
        }
        _ => None,
    };
    let extra_roots = match &server.ca_file {
        Some(file) => Some(std::fs::read(file).map_err(|error| {
            Trouble::File(format!("le certificat {} ne peut pas être lu : {}", file.display(), why_refused(&error)))
        })?),
        None => None,
    };
    let security = match server.tls {
        config::Tls::Implicit => Security::Implicit,
        config::Tls::Required => Security::StartTlsRequired,
        config::Tls::Opportunistic => Security::StartTlsOpportunistic,
        config::Tls::Never => Security::None,
    };
    Ok(SmtpServer { credentials, extra_roots, ..SmtpServer::new(&server.host, server.port, security) })
}

/// Who signs the mails, when Glaneur does.
pub(super) fn signer(settings: &Settings) -> Result<Option<Signer>, Trouble> {
    let Some(dkim) = &settings.mail.dkim else { return Ok(None) };
    let secret = config::Secret::read(&dkim.key_file).map_err(|problem| Trouble::Credential(problem.to_string()))?;
    let key = Key::from_pem(secret.expose())
        .map_err(|error| Trouble::Credential(format!("{} : {error}", dkim.key_file.display())))?;
    Ok(Some(Signer::new(&dkim.domain, &dkim.selector, key)))
}

/// The bytes of a mail, signed where somebody signs.
pub(super) fn signed(mail: &Mail, signer: Option<&Signer>) -> Result<Vec<u8>, String> {
    let message = deliver::message::write(mail).map_err(|error| error.to_string())?;
    match signer {
        Some(signer) => signer.signed(&message, mail.date).map_err(|error| error.to_string()),
        None => Ok(message),
    }
}

/// The same edition and member, the same id, for ever.
pub(super) fn message_id(app: &App, edition: &Edition, member: MemberId) -> String {
    deliver::message_id(&app.link_key.message_seal(), edition.id, &edition.nonce, member, &domain(app))
}

/// The domain that speaks for the network.
pub(super) fn domain(app: &App) -> String {
    let from = app.settings.mail.from.as_ref().map(|from| from.address.domain().to_owned());
    let host = || app.settings.base_url.as_ref().and_then(|url| url.host_str().map(str::to_owned));
    from.or_else(host).unwrap_or_else(|| "glaneur.invalid".to_owned())
}

/// Who writes.
pub(super) fn from(app: &App) -> Result<Mailbox, Trouble> {
    match &app.settings.mail.from {
        Some(from) => Ok(from.clone()),
        // Only files are written without a sender in the settings; they still have to be whole mails.
        None => Ok(Mailbox {
            name: Some(app.settings.network.clone()),
            address: match app.settings.admins.first() {
                Some(admin) => admin.clone(),
                None => {
                    EmailAddress::parse("glaneur@glaneur.invalid").map_err(|error| Trouble::Words(error.to_string()))?
                }
            },
        }),
    }
}

/// Everything of a mail that is the same for all members of an edition.
pub(super) struct Envelope {
    from: Mailbox,
    reply_to: Option<Mailbox>,
    envelope_from: EmailAddress,
    network: String,
    list_domain: String,
    leave_mailbox: EmailAddress,
    base: Option<Url>,
    edition: EditionId,
    /// When the edition was approved: the same for every attempt at a mail.
    date: DateTime<Utc>,
    signer: Option<Signer>,
}

impl Envelope {
    /// What it says is that of the approval; the sender that errors return to is part of the way out, and today's.
    pub fn new(app: &App, edition: &Edition, frame: &Frame) -> Result<Self, Trouble> {
        let Look { from, reply_to, list_domain, .. } = frame.look(app)?.into_owned();
        let contact = frame.contact.as_deref().and_then(|contact| EmailAddress::parse(contact).ok());
        Ok(Self {
            envelope_from: app.settings.mail.bounces.clone().unwrap_or_else(|| from.address.clone()),
            leave_mailbox: contact.unwrap_or_else(|| from.address.clone()),
            from,
            reply_to,
            base: frame.look(app)?.base(),
            network: frame.network.clone(),
            list_domain,
            edition: edition.id,
            date: edition.approved_at.unwrap_or(edition.as_of),
            signer: None,
        })
    }

    pub fn mail(&self, app: &App, to: Mailbox, member: MemberId, message_id: String, content: Rendered) -> Mail {
        let leave_page = self.base.as_ref().map(|base| super::edition::leave_url(app, base, member));
        let headers = deliver::bulk_headers(&deliver::Bulk {
            network: &self.network,
            list_domain: &self.list_domain,
            edition: self.edition,
            leave_page: leave_page.as_deref(),
            leave_mailbox: &self.leave_mailbox,
        });
        Mail {
            from: self.from.clone(),
            to,
            reply_to: self.reply_to.clone(),
            envelope_from: verp::plain(&self.envelope_from),
            message_id,
            date: self.date,
            headers,
            content,
        }
    }

    /// The same, with its mails signed where the settings say so; previews need no key.
    pub fn signing(self, app: &App) -> Result<Self, Trouble> {
        Ok(Self { signer: signer(&app.settings)?, ..self })
    }

    /// The bytes of a mail, signed where the settings say so.
    pub fn written(&self, mail: &Mail) -> Result<Vec<u8>, String> {
        signed(mail, self.signer.as_ref())
    }

    /// Where failures of one mail come back to.
    pub fn sender(&self, app: &App, delivery: DeliveryId, message_id: &str) -> EmailAddress {
        verp::sender(&self.envelope_from, &app.link_key.bounce_seal(), delivery, message_id)
    }
}
