//! What editions reached in a period, for the funders: editions, recipients, notices, municipalities.
//!
//! It counts what each delivery kept of its reader at approval: cohort, territories, kind of organisation. Erasing a member
//! takes away who they are, not that somebody was served. Trials do not count.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

use super::super::{App, Trouble};
use super::frozen_digests;
use crate::config::instant_of;
use crate::model::{CohortId, EditionId, Level, NoticeId, OrganisationKind, TerritoryCode};
use crate::store::{DigestId, Served};

/// Digests read at a time.
const DIGESTS_MAX: usize = 500;

/// Figures of one group, or of all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    pub mails: u64,
    notices: BTreeSet<NoticeId>,
    municipalities: BTreeSet<TerritoryCode>,
}

impl Figures {
    /// Different notices shown.
    pub fn notices(&self) -> usize {
        self.notices.len()
    }

    /// Communes that readers work for, each once.
    pub fn municipalities(&self) -> usize {
        self.municipalities.len()
    }

    fn add(&mut self, served: &Served, notices: &BTreeSet<NoticeId>) {
        self.mails += served.members;
        self.notices.extend(notices.iter().cloned());
        let communes = served.territories.iter().filter(|code| code.level() == Level::Commune);
        self.municipalities.extend(communes.cloned());
    }
}

/// One edition, cohort and kind of organisation.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    pub edition: EditionId,
    pub approved_at: DateTime<Utc>,
    pub cohort: CohortId,
    pub organisation_kind: OrganisationKind,
}

#[derive(Clone, Debug, Default)]
pub struct Period {
    pub editions: usize,
    /// Different people, the erased among them.
    pub recipients: u64,
    pub total: Figures,
    pub groups: Vec<(Group, Figures)>,
}

/// From the first day to the last, both included, in the zone of the settings.
pub async fn period(app: &App, from: NaiveDate, to: NaiveDate) -> Result<Period, Trouble> {
    let start = |day: NaiveDate| instant_of(day.and_time(NaiveTime::MIN), app.settings.time_zone);
    let (from, until) = (start(from), start(to.checked_add_days(Days::new(1)).unwrap_or(to)));
    let served = app.store.served(from, until).await?;
    let notices = notices(app, &served).await?;
    let mut groups: BTreeMap<Group, Figures> = BTreeMap::new();
    let mut period = Period { recipients: app.store.people_served(from, until).await?, ..Period::default() };
    let none = BTreeSet::new();
    for one in &served {
        let group = Group {
            edition: one.edition,
            approved_at: one.approved_at,
            cohort: one.cohort.clone(),
            organisation_kind: one.organisation_kind,
        };
        let shown = notices.get(&one.digest).unwrap_or(&none);
        groups.entry(group).or_default().add(one, shown);
        period.total.add(one, shown);
    }
    period.editions = served.iter().map(|one| one.edition).collect::<BTreeSet<_>>().len();
    period.groups = groups.into_iter().collect();
    Ok(period)
}

/// The notices that each digest showed.
async fn notices(app: &App, served: &[Served]) -> Result<BTreeMap<DigestId, BTreeSet<NoticeId>>, Trouble> {
    let ids: BTreeSet<DigestId> = served.iter().map(|one| one.digest).collect();
    let ids: Vec<DigestId> = ids.into_iter().collect();
    let mut shown = BTreeMap::new();
    for page in ids.chunks(DIGESTS_MAX) {
        for (id, frozen) in frozen_digests(app, page).await? {
            shown.insert(id, frozen.digest.entries.into_iter().map(|entry| entry.notice).collect());
        }
    }
    Ok(shown)
}
