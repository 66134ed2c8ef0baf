//! An IMAP mailbox: what came since the last visit is read, applied, then marked as seen or removed.
//!
//! How far it was read is kept as UIDVALIDITY and UID, after each message was applied: killed in between, a message is
//! read again and its fingerprint shows it was done. Whoever else opens the mailbox changes nothing of that.

use super::super::{App, Trouble};
use super::Visit;
use super::apply::apply;
use crate::config::{self, AfterReading, Secret, Tls};
use crate::deliver::bounce::{self, MESSAGE_BYTES_MAX};
use crate::deliver::{ImapFault, ImapServer, Inbox, Security};
use crate::model::why_refused;

/// Messages handled in one visit; the rest waits for the next.
const MESSAGES_MAX: usize = 500;

pub async fn visit(app: &App, mailbox: &config::ImapMailbox, after: AfterReading) -> Result<Visit, Trouble> {
    let server = server(mailbox)?;
    let mut inbox = Inbox::open(&server).await.map_err(|fault| Trouble::Site(fault.to_string()))?;
    let done = read(app, &mut inbox, mailbox, after).await;
    inbox.close().await;
    done
}

/// Opens the mailbox and leaves: nothing is read.
pub async fn try_out(mailbox: &config::ImapMailbox) -> Result<Result<(), ImapFault>, Trouble> {
    Ok(match Inbox::open(&server(mailbox)?).await {
        Ok(inbox) => {
            inbox.close().await;
            Ok(())
        }
        Err(fault) => Err(fault),
    })
}

async fn read(
    app: &App,
    inbox: &mut Inbox,
    mailbox: &config::ImapMailbox,
    after: AfterReading,
) -> Result<Visit, Trouble> {
    let site = |fault: ImapFault| Trouble::Site(fault.to_string());
    let name = format!("imap {}@{}:{} {}", mailbox.user, mailbox.host, mailbox.port, mailbox.folder);
    let read_to = app.store.meta(&name).await?.and_then(|kept| Place::parse(&kept));
    let mut place = match read_to {
        Some(place) if place.uid_validity == inbox.uid_validity => place,
        // Never read, or numbered anew.
        _ => Place { uid_validity: inbox.uid_validity, uid: inbox.beginning().await.map_err(site)? },
    };
    let mut visit = Visit::default();
    for uid in inbox.after(place.uid, MESSAGES_MAX).await.map_err(site)? {
        if app.halt.is_asked() {
            break;
        }
        app.pulse.beat();
        if let Some(raw) = inbox.message(uid, MESSAGE_BYTES_MAX).await.map_err(site)? {
            visit.applied.extend(apply(app, &raw, &bounce::read(&raw)).await?);
            visit.messages += 1;
        }
        place.uid = uid;
        app.store.set_meta(&name, &place.kept()).await?;
        let put_away = match after {
            AfterReading::Keep => inbox.mark_as_seen(uid).await,
            AfterReading::Delete => inbox.remove(uid).await,
        };
        // It was applied: that it still looks unread harms nobody.
        if let Err(fault) = put_away {
            visit.faults.push(fault.to_string());
        }
    }
    // The place in a mailbox that was empty is kept too, so that its next message is new.
    app.store.set_meta(&name, &place.kept()).await?;
    Ok(visit)
}

/// How far a mailbox was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    uid_validity: u32,
    uid: u32,
}

impl Place {
    fn parse(kept: &str) -> Option<Self> {
        let (validity, uid) = kept.split_once(':')?;
        Some(Self { uid_validity: validity.parse().ok()?, uid: uid.parse().ok()? })
    }

    fn kept(self) -> String {
        format!("{}:{}", self.uid_validity, self.uid)
    }
}

fn server(mailbox: &config::ImapMailbox) -> Result<ImapServer, Trouble> {
    let password = Secret::read(&mailbox.password_file).map_err(|problem| Trouble::Credential(problem.to_string()))?;
    let extra_roots = match &mailbox.ca_file {
        Some(file) => Some(std::fs::read(file).map_err(|error| {
            Trouble::File(format!("le certificat {} ne peut pas être lu : {}", file.display(), why_refused(&error)))
        })?),
        None => None,
    };
    Ok(ImapServer {
        host: mailbox.host.clone(),
        port: mailbox.port,
        security: match mailbox.tls {
            Tls::Implicit => Security::Implicit,
            Tls::Required | Tls::Opportunistic => Security::StartTlsRequired,
            Tls::Never => Security::None,
        },
        user: mailbox.user.clone(),
        password: password.expose().to_owned(),
        folder: mailbox.folder.clone(),
        extra_roots,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_back_as_it_was_kept() {
        let check = |kept: &str, want: Option<(u32, u32)>| {
            assert_eq!(Place::parse(kept).map(|place| (place.uid_validity, place.uid)), want, "{kept}");
        };
        check(&Place { uid_validity: 7, uid: 42 }.kept(), Some((7, 42)));
        check("7", None);
        check("7:-1", None);
        check("", None);
    }
}
