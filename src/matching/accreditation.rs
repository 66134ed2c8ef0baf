//! What an association should know of food-aid accreditation in its régions, whatever else there is to say.
//!
//! Accreditation comes by campaigns of the région (Code de l'action sociale et des familles, R. 266-1 and after): outside
//! them one cannot apply, so a reader must be told which it is.

use chrono::{DateTime, Utc};

use super::profile::Known;
use crate::geography::Geography;
use crate::model::{Campaign, Kind, Notice, OrganisationKind, Profile, RegionAccreditation, TerritoryCode};

/// One entry for each région of an association; nothing for others.
pub fn accreditations(
    known: &[Known],
    profile: &Profile,
    geography: &Geography,
    as_of: DateTime<Utc>,
) -> Vec<RegionAccreditation> {
    if profile.organisation_kind != OrganisationKind::Association {
        return Vec::new();
    }
    let mut regions: Vec<TerritoryCode> =
        profile.territories.iter().filter_map(|place| geography.region_of(place)).collect();
    regions.sort();
    regions.dedup();
    let entry = |region: TerritoryCode| RegionAccreditation { campaign: campaign(known, &region, as_of), region };
    regions.into_iter().map(entry).collect()
}

/// The open campaign that closes last, or the last that closed.
fn campaign(known: &[Known], region: &TerritoryCode, as_of: DateTime<Utc>) -> Option<Campaign> {
    let theirs = known.iter().map(|known| &known.notice).filter(|notice| is_campaign_of(notice, region));
    let (open, over): (Vec<&Notice>, Vec<&Notice>) = theirs.partition(|notice| notice.is_open(as_of));
    let last = |notices: Vec<&Notice>| {
        let of = |notice: &Notice| (notice.id.clone(), notice.revision);
        notices.into_iter().max_by_key(|n| (n.next_deadline(as_of), n.published, n.id.clone())).map(of)
    };
    match last(open) {
        Some((notice, revision)) => Some(Campaign::Open { notice, revision }),
        None => last(over).map(|(notice, revision)| Campaign::Over { notice, revision }),
    }
}

/// Other accreditations exist (holidays, social support): only food aid is spoken of here.
fn is_campaign_of(notice: &Notice, region: &TerritoryCode) -> bool {
    let said = format!("{} {}", notice.title, notice.summary.as_deref().unwrap_or_default()).to_lowercase();
    notice.kind == Kind::Accreditation
        && !notice.hidden
        && notice.territory.contains(region)
        && said.contains("habilit")
        && said.contains("aliment")
}
