//! The mail that tells a member they left, with the way back: a forwarded digest lets others press the button.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::letters::Letters;
use super::{App, LinkKey, Purpose, Trouble, edition};
use crate::compose;
use crate::deliver::Outcome;
use crate::model::{Language, Member, Rendered};
use crate::store::{Store, StoreError, subject};

/// Whoever holds a digest cannot fill a mailbox by leaving and coming back.
const PAUSE_MINUTES: i64 = 10;
const SENT: &str = "farewell";

pub(super) struct Farewell {
    letters: Letters,
    link_key: LinkKey,
    store: Store,
}

impl Farewell {
    /// `None` where there is no page to come back by.
    pub fn of(app: &App) -> Result<Option<Self>, Trouble> {
        let letters = Letters::of(app)?;
        Ok(letters.map(|letters| Self { letters, link_key: app.link_key.clone(), store: app.store.clone() }))
    }

    /// Writes to a member who just left. That it cannot be sent undoes nothing: they asked to hear no more of us.
    pub async fn send(&self, member: &Member, now: DateTime<Utc>) -> Result<(), StoreError> {
        let subject = subject(member.id);
        let pause = TimeDelta::minutes(PAUSE_MINUTES);
        let journal = self.store.journal_about(&subject).await?;
        if journal.iter().any(|entry| entry.action == SENT && now - entry.at < pause) {
            return Ok(());
        }
        let token = self.link_key.token(Purpose::Choose, member.id);
        let page = edition::page_url(&self.letters.base_url, "membre", &token);
        match self.letters.send(member, letter(&page), now).await {
            Outcome::Sent { .. } | Outcome::Uncertain { .. } => {
                self.store.journal(&subject, SENT, &subject, &json!(null), now).await
            }
            outcome => {
                tracing::warn!(member = member.id.0, ?outcome, "a member who left could not be told the way back");
                Ok(())
            }
        }
    }
}

fn letter(page: &str) -> Rendered {
    let sentences = [
        "Bonjour,".to_owned(),
        "Vous ne recevrez plus nos messages : vous l'avez demandé, ou quelqu'un à qui l'un d'eux avait été transféré."
            .to_owned(),
        "Si c'est une erreur, le lien ci-dessous ouvre une page où un bouton les rétablit. Sinon, ne faites rien : nous \
         ne vous écrirons plus."
            .to_owned(),
    ];
    compose::note("Vous avez quitté la liste", &sentences, ("Revenir sur ce départ", page), Language::Fr)
}
