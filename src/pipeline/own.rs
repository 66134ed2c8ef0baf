//! What members do for themselves: choose, pause, come back, leave, read what is held about them, have it erased.
//!
//! A signed link says who acts. What is private, or cannot be undone, needs a link just sent to the address: a digest may
//! have been forwarded.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::farewell::Farewell;
use super::letters::Letters;
use super::{App, Clock, LinkKey, Purpose, Trouble, edition};
use crate::compose;
use crate::deliver::Outcome;
use crate::geography::Geography;
use crate::model::{Language, Member, MemberId, MemberState, Rhythm, TerritoryCode, ThemeId, Themes};
use crate::roster;
use crate::store::{Choice, Store, StoreError, subject};

/// Longer is leaving.
const PAUSE_DAYS_MAX: u64 = 366;
/// How long a link to one's data is good for.
const DATA_LINK_HOURS: i64 = 4;
/// Whoever holds a digest cannot fill a mailbox with such links.
const DATA_LINK_PAUSE_MINUTES: i64 = 10;
const PLACES_MAX: usize = 20;
/// How long a page waits for the mail that says goodbye; it goes on beside after that.
const FAREWELL_WAIT: Duration = Duration::from_secs(4);
const DATA_LINK_SENT: &str = "data link";
/// The one before did not leave: another may be asked for.
const DATA_LINK_FAILED: &str = "data link failed";

/// What the pages of members need.
pub struct Desk {
    store: Store,
    link_key: LinkKey,
    clock: Clock,
    zone: Tz,
    geography: &'static Geography,
    pub themes: Themes,
    /// The cohorts' territories: they decide between places of one name.
    hints: Vec<TerritoryCode>,
    letters: Option<Letters>,
    farewell: Option<Arc<Farewell>>,
}

/// What a member wants, as written in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// One place a line.
    pub places: String,
    pub themes: Vec<String>,
    pub rhythm: Option<Rhythm>,
}

/// What came of asking for a link to one's data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkSent {
    Sent,
    /// One went out a moment ago.
    JustBefore,
    /// The mail could not be handed over now.
    Failed,
}

impl Desk {
    pub fn of(app: &App) -> Result<Self, Trouble> {
        Ok(Self {
            store: app.store.clone(),
            link_key: app.link_key.clone(),
            clock: app.clock,
            zone: app.settings.time_zone,
            geography: app.geography,
            themes: app.themes.clone(),
            hints: app.settings.cohorts.iter().flat_map(|cohort| cohort.territory.iter().cloned()).collect(),
            letters: Letters::of(app)?,
            farewell: Farewell::of(app)?.map(Arc::new),
        })
    }

    /// Who holds this link to their choices.
    pub async fn member(&self, token: &str) -> Result<Option<Member>, StoreError> {
        self.by_id(self.link_key.member(Purpose::Choose, token)).await
    }

    /// Who holds this link to their data, while it lasts.
    pub async fn member_with_data_link(&self, token: &str) -> Result<Option<Member>, StoreError> {
        self.by_id(self.link_key.member_until(Purpose::Data, token, self.clock.now())).await
    }

    async fn by_id(&self, id: Option<MemberId>) -> Result<Option<Member>, StoreError> {
        match id {
            Some(id) => self.store.member_by_id(id).await,
            None => Ok(None),
        }
    }

    /// The names of places, one for each line of the form.
    pub fn place_names(&self, member: &Member) -> Vec<String> {
        member.profile.territories.iter().map(|code| self.geography.label(code)).collect()
    }

    /// Records a choice, or says what cannot be understood in it; then nothing is changed.
    pub async fn choose(&self, member: &Member, wish: &Wish) -> Result<Result<(), Vec<String>>, StoreError> {
        let choice = match self.choice(member, wish) {
            Ok(choice) => choice,
            Err(faults) => return Ok(Err(faults)),
        };
        self.store.choose(member.id, &choice, self.clock.now()).await?;
        self.journal(member, "choose", &json!(null)).await?;
        Ok(Ok(()))
    }

    fn choice(&self, member: &Member, wish: &Wish) -> Result<Choice, Vec<String>> {
        // A commune of one's own département is meant before its homonyms.
        let near = member.profile.territories.iter().filter_map(|code| self.geography.departement_of(code));
        let hints: Vec<TerritoryCode> = near.chain(self.hints.iter().cloned()).collect();
        let (mut territories, mut faults) = (Vec::new(), Vec::new());
        let lines = wish.places.lines().map(str::trim).filter(|line| !line.is_empty());
        // A form has room for thousands of lines, each looked for among all the places of France.
        if lines.clone().nth(PLACES_MAX).is_some() {
            return Err(vec![too_many_places()]);
        }
        for line in lines {
            match roster::place(line, &hints, self.geography) {
                Ok(code) => territories.push(code),
                Err(fault) => faults.push(fault),
            }
        }
        territories.sort();
        territories.dedup();
        if territories.is_empty() && faults.is_empty() {
            faults
                .push("il faut au moins un territoire : votre commune, votre département ou votre région.".to_owned());
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        let known = self.themes.themes.iter().map(|theme| &theme.id);
        let themes: Vec<ThemeId> = known.filter(|id| wish.themes.iter().any(|w| w == id.as_str())).cloned().collect();
        Ok(Choice { territories: Some(territories), themes: Some(themes), rhythm: wish.rhythm })
    }

    /// Pauses until a day, or says why not.
    pub async fn pause(&self, member: &Member, until: &str) -> Result<Result<(), String>, StoreError> {
        let until = match self.pause_end(until) {
            Ok(until) => until,
            Err(fault) => return Ok(Err(fault)),
        };
        if matches!(member.state, MemberState::Active | MemberState::Paused { .. }) {
            self.set_state(member, MemberState::Paused { until }, "pause").await?;
        }
        Ok(Ok(()))
    }

    fn pause_end(&self, written: &str) -> Result<NaiveDate, String> {
        let today = self.today();
        let written = written.trim();
        let read = NaiveDate::parse_from_str(written, "%Y-%m-%d");
        let Ok(until) = read.or_else(|_| NaiveDate::parse_from_str(written, "%d/%m/%Y")) else {
            return Err("cette date n'est pas comprise : écrivez-la comme 31/08/2026.".to_owned());
        };
        let last = today.checked_add_days(Days::new(PAUSE_DAYS_MAX)).unwrap_or(today);
        match until {
            until if until <= today => Err("cette date est déjà passée : choisissez un jour à venir.".to_owned()),
            until if until > last => Err("une pause dure un an au plus.".to_owned()),
            until => Ok(until),
        }
    }

    /// Ends a pause, or brings back who had left; a suspension after mails that came back is not theirs to lift.
    pub async fn resume(&self, member: &Member) -> Result<(), StoreError> {
        match member.state {
            MemberState::Paused { .. } | MemberState::Left { .. } => {
                self.set_state(member, MemberState::Active, "resume").await
            }
            MemberState::Active | MemberState::Suspended { .. } => Ok(()),
        }
    }

    /// Leaving twice is leaving once: the first date stays. The way back is mailed to the address.
    pub async fn leave(&self, member: &Member) -> Result<(), StoreError> {
        if matches!(member.state, MemberState::Left { .. }) {
            return Ok(());
        }
        self.store.leave(member.id, &subject(member.id), "leave", self.clock.now()).await?;
        self.say_farewell(member).await;
        Ok(())
    }

    /// Beside: a slow mail server keeps nobody from leaving.
    async fn say_farewell(&self, member: &Member) {
        let Some(farewell) = self.farewell.clone() else { return };
        let (member, now) = (member.clone(), self.clock.now());
        let sending = tokio::spawn(async move {
            if let Err(error) = farewell.send(&member, now).await {
                tracing::warn!(%error, "that a member was told of having left could not be written down");
            }
        });
        let _ = tokio::time::timeout(FAREWELL_WAIT, sending).await;
    }

    async fn set_state(&self, member: &Member, state: MemberState, action: &str) -> Result<(), StoreError> {
        self.store.set_member_state(member.id, &state, self.clock.now()).await?;
        self.journal(member, action, &json!(null)).await
    }

    /// Mails a link to one's data to one's address.
    pub async fn send_data_link(&self, member: &Member) -> Result<LinkSent, StoreError> {
        let Some(letters) = &self.letters else { return Ok(LinkSent::Failed) };
        let now = self.clock.now();
        let pause = TimeDelta::minutes(DATA_LINK_PAUSE_MINUTES);
        // On record before it is sent: a slow server and many requests at once make no second mail.
        let whose = subject(member.id);
        if !self.store.journal_once(&whose, DATA_LINK_SENT, DATA_LINK_FAILED, now - pause, now).await? {
            return Ok(LinkSent::JustBefore);
        }
        let token = self.link_key.token_until(Purpose::Data, member.id, now + TimeDelta::hours(DATA_LINK_HOURS));
        let address = edition::page_url(&letters.base_url, "donnees", &token);
        match letters.send(member, data_letter(&address), now).await {
            Outcome::Sent { .. } | Outcome::Uncertain { .. } => Ok(LinkSent::Sent),
            outcome => {
                self.journal(member, DATA_LINK_FAILED, &json!(null)).await?;
                tracing::warn!(member = member.id.0, ?outcome, "the link to a member's data could not be sent");
                Ok(LinkSent::Failed)
            }
        }
    }

    /// Everything held about the member.
    pub async fn export(&self, member: &Member) -> Result<Option<Value>, StoreError> {
        self.store.export_member(&member.email).await
    }

    pub async fn erase(&self, member: &Member) -> Result<(), StoreError> {
        let digest = self.link_key.address_digest(&member.email);
        self.store.erase_member(&member.email, &digest, self.clock.now()).await.map(drop)
    }

    pub fn today(&self) -> NaiveDate {
        civil_day(self.clock.civil(), self.zone)
    }

    async fn journal(&self, member: &Member, action: &str, detail: &Value) -> Result<(), StoreError> {
        let subject = subject(member.id);
        self.store.journal(&subject, action, &subject, detail, self.clock.now()).await
    }
}

fn too_many_places() -> String {
    format!("{PLACES_MAX} territoires au plus : un département ou une région les contient peut-être.")
}

fn civil_day(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

fn data_letter(address: &str) -> crate::model::Rendered {
    let sentences = [
        "Bonjour,".to_owned(),
        format!(
            "Vous avez demandé à lire, ou à faire effacer, ce que nous gardons à votre sujet. Le lien ci-dessous l'ouvre ; il vaut {DATA_LINK_HOURS} heures."
        ),
        "Si ce n'est pas vous, ne faites rien : quelqu'un a peut-être reçu un de vos messages transféré, et rien n'a changé."
            .to_owned(),
    ];
    compose::note("Vos données : le lien demandé", &sentences, ("Voir mes données", address), Language::Fr)
}
