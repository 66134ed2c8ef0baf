//! From a frozen digest to what `compose` writes: codes become names, ids become labels, links are signed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::super::{App, Purpose, Trouble};
use super::{Frame, Recipient};
use crate::compose::{Addressee, ChangeView, DigestView, ItemView, Links, SilentSource, Why};
use crate::model::{
    Aspect, Deadline, Digest, Doubt, DoubtReason, Entry, Field, Language, Level, MemberId, Notice, NoticeId, Quote,
    TerritoryCode, ThemeId,
};

/// Revisions already read from the store: an edition shows the same few hundred to everybody.
#[derive(Default)]
pub struct Revisions {
    read: HashMap<(NoticeId, u32), Notice>,
}

impl Revisions {
    /// Makes sure that every notice of a digest is at hand.
    pub async fn load(&mut self, app: &App, digest: &Digest) -> Result<(), Trouble> {
        let found = Self::fetch(app, self.missing(digest)).await?;
        self.add(found);
        Ok(())
    }

    /// What a digest shows that is not at hand.
    pub fn missing(&self, digest: &Digest) -> Vec<(NoticeId, u32)> {
        let keys = digest.entries.iter().map(|entry| (entry.notice.clone(), entry.revision));
        keys.filter(|key| !self.read.contains_key(key)).collect()
    }

    /// Reads them, all of them.
    pub async fn fetch(app: &App, missing: Vec<(NoticeId, u32)>) -> Result<HashMap<(NoticeId, u32), Notice>, Trouble> {
        if missing.is_empty() {
            return Ok(HashMap::new());
        }
        let found = app.store.notice_revisions(&missing).await?;
        match missing.into_iter().find(|key| !found.contains_key(key)) {
            Some((notice, revision)) => Err(Trouble::LostRevision(notice, revision)),
            None => Ok(found),
        }
    }

    pub fn add(&mut self, found: HashMap<(NoticeId, u32), Notice>) {
        self.read.extend(found);
    }

    fn get(&self, entry: &Entry) -> Option<&Notice> {
        self.read.get(&(entry.notice.clone(), entry.revision))
    }
}

/// The view of one digest for one recipient. The same frozen content gives the same view, whenever it is made.
pub fn view(
    app: &App,
    frame: &Frame,
    recipient: &Recipient,
    member: MemberId,
    digest: &Digest,
    revisions: &Revisions,
) -> DigestView {
    let names = Names { app, language: frame.language };
    let items = digest.entries.iter().filter_map(|entry| Some(names.item(entry, revisions.get(entry)?, frame.as_of)));
    DigestView {
        language: frame.language,
        network: frame.network.clone(),
        cohorts: recipient.cohorts.clone(),
        as_of: frame.as_of.with_timezone(&frame.zone),
        addressee: Addressee {
            first_name: recipient.first_name.clone(),
            organisation: recipient.organisation.clone(),
            places: recipient.territories.iter().map(|code| names.place(code)).collect(),
            place_in_sentence: recipient.territories.first().and_then(|code| names.in_sentence(code)),
            themes: recipient.themes.iter().map(|theme| names.theme(theme)).collect(),
        },
        word: None,
        items: items.collect(),
        left_for_next: digest.left_for_next,
        silent_sources: frame
            .silent_sources
            .iter()
            .map(|(name, since)| SilentSource { name: name.clone(), since: *since })
            .collect(),
        contact: frame.contact.clone(),
        links: links(app, frame, member),
        trial: None,
    }
}

fn links(app: &App, frame: &Frame, member: MemberId) -> Links {
    let leave_page = app.settings.base_url.as_ref().map(|base| leave_url(app, base, member));
    let leave_mailto = frame.contact.as_ref().map(|contact| {
        // The beginning that List-Unsubscribe has too: one subject to look for in the mailbox.
        format!("mailto:{contact}?subject={}", crate::deliver::LEAVE_SUBJECT)
    });
    Links { leave_page, preferences_page: None, leave_mailto, open_calls_page: None }
}

/// The signed address of the page on which a member leaves.
pub fn leave_url(app: &App, base: &url::Url, member: MemberId) -> String {
    let token = app.link_key.token(Purpose::Leave, member);
    format!("{}/quitter/{token}", base.as_str().trim_end_matches('/'))
}

/// Doubts that a reader should settle before acting; the others are for those who keep the sources.
fn concerns_readers(doubt: &Doubt) -> bool {
    match doubt.about {
        Aspect::Deadline => !matches!(doubt.reason, DoubtReason::SeveralWaves | DoubtReason::Truncated),
        Aspect::Territory => doubt.reason == DoubtReason::AmbiguousPlace,
        Aspect::Status => true,
        _ => false,
    }
}

struct Names<'a> {
    app: &'a App,
    language: Language,
}

impl Names<'_> {
    fn place(&self, code: &TerritoryCode) -> String {
        self.app.geography.label(code)
    }

    /// After « pour »: « la Seine-Saint-Denis ». Communes and intercommunalities are named as they are.
    fn in_sentence(&self, code: &TerritoryCode) -> Option<String> {
        let takes_an_article = matches!(code.level(), Level::Departement | Level::Region);
        let french = takes_an_article && self.language == Language::Fr;
        french.then(|| self.app.geography.name_with_article(code)).flatten()
    }

    fn theme(&self, id: &ThemeId) -> String {
        match (self.app.themes.get(id), self.language) {
            (Some(theme), Language::Fr) => theme.label_fr.clone(),
            (Some(theme), Language::En) => theme.label_en.clone(),
            (None, _) => id.to_string(),
        }
    }

    fn item(&self, entry: &Entry, notice: &Notice, as_of: DateTime<Utc>) -> ItemView {
        let deadline = notice.next_deadline(as_of);
        let other_waves: Vec<Deadline> =
            notice.waves.iter().copied().filter(|wave| Some(*wave) != deadline && !wave.is_past(as_of)).collect();
        // A field of the site's data is a value, not words; and words that gave another wave would contradict this one.
        let is_words = |quote: &Quote| matches!(quote.field, Field::Title | Field::Text);
        let first_wave = deadline.is_some() && deadline == notice.deadline;
        let quote = notice.evidence.iter().find(|(aspect, quote)| *aspect == Aspect::Deadline && is_words(quote));
        ItemView {
            notice: notice.id.clone(),
            section: entry.section,
            kind: notice.kind,
            call_type: notice.call_type,
            status: notice.status,
            title: notice.title.clone(),
            publisher: notice.publisher.clone(),
            deadline,
            other_waves,
            opening: notice.opening,
            audiences: notice.audiences.clone(),
            amount: notice.amount.clone(),
            summary: notice.summary.clone(),
            url: notice.links.first().map(|link| link.url.clone()),
            relation: entry.reason.relation,
            why: Why {
                place: self.place(&entry.reason.territory),
                themes: entry.reason.themes.iter().map(|theme| self.theme(theme)).collect(),
            },
            quote: quote.filter(|_| first_wave).map(|(_, quote)| quote.text.clone()),
            doubts: notice.doubts.iter().filter(|doubt| concerns_readers(doubt)).cloned().collect(),
            changes: entry.changes.iter().map(|change| ChangeView::new(change, |code| self.place(code))).collect(),
            calendar_url: None,
        }
    }
}
