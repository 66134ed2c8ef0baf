//! From the readings of a notice's items, and a person's corrections, to the notice that is shown.
//!
//! The first item found leads: another site that disagrees changes nothing, it only fills what the leader does not say.
//! Corrections lie over all of it.

use chrono::{DateTime, Utc};

use crate::model::{
    Aspect, Correction, CorrectionValue, Doubt, DoubtReason, Item, Link, Notice, NoticeId, Quote, Reading,
    Understanding,
};

/// One item of a notice, and what was read in it.
#[derive(Clone, Copy, Debug)]
pub struct Piece<'a> {
    pub item: &'a Item,
    pub understanding: &'a Understanding,
}

/// What a notice keeps from revision to revision.
#[derive(Clone, Debug)]
pub struct Standing<'a> {
    pub id: &'a NoticeId,
    /// The revision before, when there is one.
    pub previous: Option<&'a Notice>,
    pub corrections: &'a [Correction],
    pub first_seen: DateTime<Utc>,
    pub last_seen: DateTime<Utc>,
}

impl<'a> Standing<'a> {
    /// Of a notice found at `now`; its id is given when it is stored.
    pub fn new(now: DateTime<Utc>) -> Self {
        const NOT_YET: &NoticeId = &NoticeId(String::new());
        Self { id: NOT_YET, previous: None, corrections: &[], first_seen: now, last_seen: now }
    }

    /// Of a notice that is known.
    pub fn of(previous: &'a Notice, corrections: &'a [Correction]) -> Self {
        let Notice { id, first_seen, last_seen, .. } = previous;
        Self { id, previous: Some(previous), corrections, first_seen: *first_seen, last_seen: *last_seen }
    }
}

/// The notice that `pieces`, in the order they were found, and the corrections make. Without a piece it is the previous
/// one, corrected; `None` when there is none either.
///
/// Its revision is the previous one's when nothing shown differs, one more otherwise.
pub fn assemble(standing: &Standing<'_>, pieces: &[Piece<'_>]) -> Option<Notice> {
    let mut notice = match pieces.split_first() {
        Some((lead, others)) => {
            let mut notice = from_lead(standing, lead);
            for other in others {
                fill(&mut notice, other);
            }
            notice
        }
        None => standing.previous?.clone(),
    };
    for correction in standing.corrections {
        lay(&mut notice, &correction.value);
    }
    if let Some(previous) = standing.previous {
        notice.hidden = previous.hidden;
        notice.revision = previous.revision + u32::from(differs(previous, &notice));
    }
    Some(notice)
}

fn from_lead(standing: &Standing<'_>, lead: &Piece<'_>) -> Notice {
    let Piece { item, understanding: read } = lead;
    Notice {
        id: standing.id.clone(),
        revision: 1,
        kind: read.kind(),
        call_type: read.call_type.value,
        title: item.title.clone(),
        summary: read.summary.clone(),
        publisher: item.publisher.clone(),
        links: link(item).into_iter().collect(),
        status: read.status.value.unwrap_or_default(),
        deadline: read.deadline.value,
        waves: read.waves.clone(),
        opening: read.opening.value,
        published: item.published.or(read.published.value),
        territory: read.territory.value.clone().unwrap_or_default(),
        themes: read.themes.value.clone().unwrap_or_default(),
        audiences: read.audiences.value.clone().unwrap_or_default(),
        ccas_eligible: read.ccas_eligible.value,
        amount: read.amount.value.clone(),
        evidence: evidence(read),
        doubts: read.doubts(),
        corrected: Vec::new(),
        hidden: false,
        first_seen: standing.first_seen,
        last_seen: standing.last_seen,
    }
}

fn link(item: &Item) -> Option<Link> {
    Some(Link { source: item.source.clone(), url: item.url.clone()? })
}

/// Every quote, with what it is evidence of.
pub fn evidence(read: &Understanding) -> Vec<(Aspect, Quote)> {
    fn of<T>(aspect: Aspect, reading: &Reading<T>) -> impl Iterator<Item = (Aspect, Quote)> + '_ {
        reading.evidence.iter().map(move |quote| (aspect, quote.clone()))
    }
    of(Aspect::Kind, &read.kind)
        .chain(of(Aspect::Deadline, &read.deadline))
        .chain(of(Aspect::Opening, &read.opening))
        .chain(of(Aspect::Territory, &read.territory))
        .chain(of(Aspect::Themes, &read.themes))
        .chain(of(Aspect::Audiences, &read.audiences))
        .chain(of(Aspect::Ccas, &read.ccas_eligible))
        .chain(of(Aspect::Amount, &read.amount))
        .chain(of(Aspect::Status, &read.status))
        .collect()
}

/// Takes from another item what the leader does not say, and notes where they disagree.
fn fill(notice: &mut Notice, other: &Piece<'_>) {
    let Piece { item, understanding: read } = other;
    if let Some(link) = link(item)
        && !notice.links.contains(&link)
    {
        notice.links.push(link);
    }
    match (notice.deadline, read.deadline.value) {
        (None, Some(theirs)) => {
            notice.deadline = Some(theirs);
            notice.waves.clone_from(&read.waves);
            notice.evidence.extend(read.deadline.evidence.iter().map(|quote| (Aspect::Deadline, quote.clone())));
        }
        (Some(ours), Some(theirs)) if ours.date != theirs.date && !notice.waves.contains(&theirs) => {
            let detail = format!("{} ({})", theirs.date, item.source);
            notice.doubts.push(Doubt::new(Aspect::Deadline, DoubtReason::Contradiction, detail));
        }
        _ => {}
    }
    notice.opening = notice.opening.or(read.opening.value);
    notice.ccas_eligible = notice.ccas_eligible.or(read.ccas_eligible.value);
    fill_list(&mut notice.territory, &read.territory);
    fill_list(&mut notice.themes, &read.themes);
    fill_list(&mut notice.audiences, &read.audiences);
    if notice.amount.is_none() {
        notice.amount.clone_from(&read.amount.value);
    }
    if notice.publisher.is_none() {
        notice.publisher.clone_from(&item.publisher);
    }
}

fn fill_list<T: Clone>(ours: &mut Vec<T>, theirs: &Reading<Vec<T>>) {
    if ours.is_empty()
        && let Some(theirs) = &theirs.value
    {
        ours.clone_from(theirs);
    }
}

/// Lays a correction over what was read; the doubts about that field are settled.
fn lay(notice: &mut Notice, correction: &CorrectionValue) {
    let aspect = correction.aspect();
    match correction {
        CorrectionValue::Kind(kind) => notice.kind = *kind,
        CorrectionValue::Title(title) => notice.title.clone_from(title),
        CorrectionValue::Deadline(deadline) => {
            notice.deadline = *deadline;
            notice.waves.clear();
        }
        CorrectionValue::Opening(opening) => notice.opening = *opening,
        CorrectionValue::Territory(territory) => notice.territory.clone_from(territory),
        CorrectionValue::Themes(themes) => notice.themes.clone_from(themes),
        CorrectionValue::Audiences(audiences) => notice.audiences.clone_from(audiences),
        CorrectionValue::Ccas(eligible) => notice.ccas_eligible = *eligible,
        CorrectionValue::Amount(amount) => notice.amount.clone_from(amount),
        CorrectionValue::Status(status) => notice.status = *status,
    }
    notice.doubts.retain(|doubt| doubt.about != aspect);
    notice.evidence.retain(|(about, _)| *about != aspect);
    if !notice.corrected.contains(&aspect) {
        notice.corrected.push(aspect);
    }
}

/// Whether a reader would see a difference; when it was last seen is none.
fn differs(previous: &Notice, next: &Notice) -> bool {
    let shown = |notice: &Notice| Notice { revision: 0, last_seen: DateTime::UNIX_EPOCH, ..notice.clone() };
    shown(previous) != shown(next)
}
