//! From a row to the bytes of its mail: what was frozen, read once for all rows that share it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::courier::Envelope;
use super::super::edition::{self, Frame, Frozen, Recipient, Revisions, Typesetter};
use super::super::{App, Trouble};
use crate::compose::Trial;
use crate::model::{Edition, EmailAddress, Mailbox};
use crate::store::{Claimed, DigestId};

/// Digests kept at hand: an edition for many members has many, and rows that share one mostly come together.
const DIGESTS_MAX: usize = 500;

pub(super) struct Contents<'a> {
    app: &'a App,
    frame: Frame,
    envelope: Envelope,
    read: Mutex<Read>,
}

#[derive(Default)]
struct Read {
    digests: HashMap<DigestId, Arc<Frozen>>,
    /// By version: an edition has one.
    typesetters: HashMap<String, Typesetter>,
    revisions: Revisions,
}

impl<'a> Contents<'a> {
    pub(super) async fn new(app: &'a App, edition: &Edition) -> Result<Self, Trouble> {
        let mut frame = edition::frame_of(&app.store.frame(edition.id).await?)?;
        let look = frame.look(app)?.into_owned();
        // Templates that cannot be used any more are met here, before a row is taken.
        let typesetters = HashMap::from([(look.templates.clone(), Typesetter::of(app, &look.templates).await?)]);
        frame.look = Some(look);
        let envelope = Envelope::new(app, edition, &frame)?.signing(app)?;
        Ok(Self { app, frame, envelope, read: Mutex::new(Read { typesetters, ..Read::default() }) })
    }

    pub(super) fn sender(&self, row: &Claimed) -> EmailAddress {
        self.envelope.sender(self.app, row.delivery, &row.message_id)
    }

    /// Makes sure that all that these rows say is at hand.
    pub(super) async fn load(&self, rows: &[Claimed]) -> Result<(), Trouble> {
        let mut wanted: Vec<DigestId> = rows.iter().map(|row| row.digest).collect();
        wanted.sort();
        wanted.dedup();
        {
            let mut read = self.read();
            if read.digests.len() + wanted.len() > DIGESTS_MAX {
                read.digests.clear();
                read.revisions = Revisions::default();
            }
            wanted.retain(|id| !read.digests.contains_key(id));
        }
        for (id, frozen) in edition::frozen_digests(self.app, &wanted).await? {
            let missing = self.read().revisions.missing(&frozen.digest);
            let found = Revisions::fetch(self.app, missing).await?;
            let known = self.read().typesetters.contains_key(&frozen.templates);
            if !known {
                let typesetter = Typesetter::of(self.app, &frozen.templates).await?;
                self.read().typesetters.insert(frozen.templates.clone(), typesetter);
            }
            let mut read = self.read();
            read.revisions.add(found);
            read.digests.insert(id, Arc::new(frozen));
        }
        Ok(())
    }

    /// The mail of a row, to its member or to whom it is diverted; or why there is none.
    pub(super) fn bytes(&self, row: &Claimed, to: &EmailAddress) -> Result<Vec<u8>, String> {
        let recipient: Recipient = serde_json::from_value(row.addressee.clone())
            .map_err(|_| "le destinataire figé de ce courriel est illisible".to_owned())?;
        let read = self.read();
        let frozen = read.digests.get(&row.digest).cloned();
        let frozen = frozen.ok_or_else(|| "le contenu figé de ce courriel manque dans la base".to_owned())?;
        let typesetter = read.typesetters.get(&frozen.templates).cloned().unwrap_or(Typesetter::InForce);
        let view = edition::view(self.app, &self.frame, &recipient, row.member, &frozen.digest, &read.revisions);
        drop(read);
        let mut view = view.map_err(|error| error.to_string())?;
        if to != &row.email {
            let meant_for = recipient.full_name().unwrap_or_else(|| recipient.organisation.clone());
            view.trial = Some(Trial { meant_for });
        }
        let content = typesetter.digest(self.app, &view).map_err(|error| error.to_string())?;
        let name = recipient.full_name().filter(|_| to == &row.email);
        let to = Mailbox { name, address: to.clone() };
        let mail = self.envelope.mail(self.app, to, row.member, row.message_id.clone(), content);
        self.envelope.written(&mail)
    }

    fn read(&self) -> MutexGuard<'_, Read> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
