//! From a frozen digest to what `compose` writes: codes become names, ids become labels, links are signed.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::super::{App, Purpose, Trouble};
use super::{Frame, Look, Recipient};
use crate::compose::{
    AccreditationView, Addressee, CampaignView, ChangeView, DigestView, ItemView, Links, SilentSource, Why,
};
use crate::deliver;
use crate::model::{
    Aspect, Campaign, Deadline, Digest, Doubt, DoubtReason, EmailAddress, Entry, Field, Kind, Language, Level,
    MemberId, Notice, NoticeId, Quote, RegionAccreditation, TerritoryCode, ThemeId,
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
        let entries = digest.entries.iter().map(|entry| (entry.notice.clone(), entry.revision));
        let campaigns = digest.accreditations.iter().filter_map(|accreditation| accreditation.campaign.as_ref());
        let campaigns = campaigns.map(|campaign| (campaign.notice().0.clone(), campaign.notice().1));
        entries.chain(campaigns).filter(|key| !self.read.contains_key(key)).collect()
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

    fn get(&self, notice: &NoticeId, revision: u32) -> Option<&Notice> {
        self.read.get(&(notice.clone(), revision))
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
) -> Result<DigestView, Trouble> {
    let look = frame.look(app)?;
    let names = Names { app, language: frame.language, look: &look };
    let item = |entry: &Entry| Some(names.item(entry, revisions.get(&entry.notice, entry.revision)?, frame));
    let accreditations = digest.accreditations.iter().map(|found| names.accreditation(found, revisions, frame.as_of));
    Ok(DigestView {
        language: frame.language,
        network: frame.network.clone(),
        cohorts: recipient.cohorts.clone(),
        as_of: frame.as_of.with_timezone(&frame.zone),
        addressee: Addressee {
            first_name: recipient.first_name.clone(),
            organisation: recipient.organisation.clone(),
            places: recipient.territories.iter().map(|code| names.place(code)).collect(),
            places_in_sentence: recipient.territories.iter().map(|code| names.in_sentence(code)).collect(),
            themes: recipient.themes.iter().map(|theme| names.theme(theme)).collect(),
        },
        word: frame.edits.word.clone(),
        items: digest.entries.iter().filter_map(item).collect(),
        left_for_next: digest.left_for_next,
        acquaintance: digest.acquaintance,
        turn: digest.turn,
        next: digest.next.map(|next| next.with_timezone(&frame.zone)),
        accreditations: accreditations.collect(),
        silent_sources: silent_sources(app, frame, recipient),
        contact: frame.contact.clone(),
        links: links(app, frame, &look, member),
        trial: None,
    })
}

fn links(app: &App, frame: &Frame, look: &Look, member: MemberId) -> Links {
    let base = look.base();
    let base = base.as_ref();
    let leave_page = base.map(|base| leave_url(app, base, member));
    let preferences_page = base.map(|base| member_url(app, base, member));
    // The same mail as the header's: whoever reads the mailbox sees one subject.
    let contact = frame.contact.as_deref().and_then(|contact| EmailAddress::parse(contact).ok());
    let leave_mailto = contact.map(|contact| deliver::leave_mailto(&contact));
    let public = look.public_pages.as_deref();
    let open_calls_page = public.map(|base| format!("{}/appels", base.trim_end_matches('/')));
    Links { leave_page, preferences_page, leave_mailto, open_calls_page }
}

/// Those that a reader would miss something of: a site of another département is no matter to them.
fn silent_sources(app: &App, frame: &Frame, recipient: &Recipient) -> Vec<SilentSource> {
    let concerns = |places: &[TerritoryCode]| {
        let touches = |place| recipient.territories.iter().any(|mine| app.geography.overlaps(place, mine));
        places.is_empty() || recipient.territories.is_empty() || places.iter().any(touches)
    };
    let theirs = frame.silent.iter().filter(|silent| concerns(&silent.territory));
    theirs.map(|silent| SilentSource { name: silent.name.clone(), since: silent.since }).collect()
}

/// The signed address of the page on which a member leaves.
pub fn leave_url(app: &App, base: &url::Url, member: MemberId) -> String {
    signed(app, base, "quitter", Purpose::Leave, member)
}

/// The signed address of a member's own pages.
pub fn member_url(app: &App, base: &url::Url, member: MemberId) -> String {
    signed(app, base, "membre", Purpose::Choose, member)
}

fn signed(app: &App, base: &url::Url, path: &str, purpose: Purpose, member: MemberId) -> String {
    page_url(base, path, &app.link_key.token(purpose, member))
}

/// The public address of a page that takes a token.
pub fn page_url(base: &url::Url, path: &str, token: &str) -> String {
    format!("{}/{path}/{token}", base.as_str().trim_end_matches('/'))
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
    look: &'a Look,
}

impl Names<'_> {
    fn place(&self, code: &TerritoryCode) -> String {
        self.app.geography.label(code)
    }

    /// After « pour »: « la Seine-Saint-Denis ». Communes and intercommunalities are named as they are.
    fn in_sentence(&self, code: &TerritoryCode) -> String {
        let takes_an_article = matches!(code.level(), Level::Departement | Level::Region);
        let french = takes_an_article && self.language == Language::Fr;
        french.then(|| self.app.geography.name_with_article(code)).flatten().unwrap_or_else(|| self.place(code))
    }

    fn accreditation(
        &self,
        found: &RegionAccreditation,
        revisions: &Revisions,
        as_of: DateTime<Utc>,
    ) -> AccreditationView {
        let notice = found.campaign.as_ref().and_then(|campaign| {
            let (notice, revision) = campaign.notice();
            revisions.get(notice, revision)
        });
        let campaign = match (&found.campaign, notice) {
            (Some(Campaign::Open { .. }), Some(notice)) => {
                CampaignView::Open { until: notice.cautious_deadline(as_of) }
            }
            (Some(Campaign::Over { .. }), Some(notice)) => {
                CampaignView::Over { opening: notice.opening, deadline: notice.next_deadline(as_of) }
            }
            _ => CampaignView::NoneKnown,
        };
        AccreditationView { region: self.place(&found.region), campaign }
    }

    fn theme(&self, id: &ThemeId) -> String {
        self.look.themes.get(id).cloned().unwrap_or_else(|| id.to_string())
    }

    fn item(&self, entry: &Entry, notice: &Notice, frame: &Frame) -> ItemView {
        let as_of = frame.as_of;
        let read = notice.next_deadline(as_of);
        let deadline = notice.cautious_deadline(as_of);
        let mut rivals: Vec<Deadline> = notice.rivals().into_iter().chain(read).collect();
        rivals.retain(|rival| Some(*rival) != deadline && !rival.is_past(as_of));
        rivals.sort();
        rivals.dedup();
        let other_waves: Vec<Deadline> =
            notice.waves.iter().copied().filter(|wave| Some(*wave) != read && !wave.is_past(as_of)).collect();
        // A field of the site's data is a value, not words; and words that gave another wave would contradict this one.
        let is_words = |quote: &Quote| matches!(quote.field, Field::Title | Field::Text);
        let first_wave = read.is_some() && read == notice.deadline;
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
            rivals,
            other_waves,
            since: notice.published.or_else(|| Some(notice.first_seen.with_timezone(&frame.zone).date_naive())),
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
            calendar_url: deadline
                .filter(|_| notice.kind != Kind::Announcement)
                .and(self.look.public_pages.as_deref())
                .map(|base| format!("{}/annonces/{}.ics", base.trim_end_matches('/'), notice.id)),
        }
    }
}
