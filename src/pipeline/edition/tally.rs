//! What became of every notice known to an edition: shown to somebody, or why to nobody.

use std::collections::{BTreeMap, HashSet};

use super::super::{App, Trouble};
use super::Share;
use crate::matching::{self, Known, Mismatch};
use crate::model::{Edition, Kind, NoticeId, Profile};

/// Why a notice is in nobody's digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dropped {
    /// Its deadline is past, or it was withdrawn.
    Closed,
    /// News, results, tenders, job offers.
    NotACall,
    OtherPlace,
    OtherTheme,
    OtherAudience,
    /// Concerned somebody, whose digest was full or who had seen it.
    AlreadySeenOrFull,
}

/// Counts over all notices known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub shown: usize,
    pub dropped: BTreeMap<Dropped, usize>,
}

pub async fn tally(app: &App, edition: &Edition, shares: &[Share]) -> Result<Tally, Trouble> {
    let shown: HashSet<&NoticeId> = shares
        .iter()
        .filter_map(|share| share.what.as_ref().ok())
        .flat_map(|digest| digest.entries.iter().map(|entry| &entry.notice))
        .collect();
    let mut profiles: Vec<Profile> =
        app.store.members(&Default::default()).await?.into_iter().map(|m| m.profile).collect();
    profiles.sort();
    profiles.dedup();
    let mut tally = Tally::default();
    for notice in app.store.notices(&Default::default()).await? {
        if shown.contains(&notice.id) {
            tally.shown += 1;
            continue;
        }
        let why = match notice.kind {
            Kind::News | Kind::Results => Dropped::NotACall,
            kind if kind.is_of_the_network() => Dropped::NotACall,
            _ if !notice.is_open(edition.as_of) => Dropped::Closed,
            _ => unmatched(app, &Known { notice, announced: Vec::new() }, &profiles),
        };
        *tally.dropped.entry(why).or_default() += 1;
    }
    Ok(tally)
}

/// How near it came to concerning somebody.
fn unmatched(app: &App, known: &Known, profiles: &[Profile]) -> Dropped {
    let mut nearest = Mismatch::OtherPlace;
    for profile in profiles {
        match matching::judge(known, profile, app.geography) {
            Ok(_) => return Dropped::AlreadySeenOrFull,
            Err(mismatch) => nearest = nearest.max(mismatch),
        }
    }
    match nearest {
        Mismatch::Hidden | Mismatch::OtherPlace => Dropped::OtherPlace,
        Mismatch::OtherTheme => Dropped::OtherTheme,
        Mismatch::OtherAudience => Dropped::OtherAudience,
    }
}
