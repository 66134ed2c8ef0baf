//! Which notices concern a profile, and why: place, theme, audience.

use crate::geography::Geography;
use crate::model::{
    Audience, Change, Kind, Level, Notice, OrganisationKind, Profile, Reason, Relation, TerritoryCode, ThemeId,
};

/// A notice as matching needs it: its current revision, and what was announced on the way to it.
#[derive(Clone, Debug)]
pub struct Known {
    pub notice: Notice,
    /// Announced changes by the revision that brought them, oldest first.
    pub announced: Vec<(u32, Vec<Change>)>,
}

/// A notice that concerns a profile.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    pub known: &'a Known,
    pub reason: Reason,
    /// How near the notice's place is to the member's: the smaller the place, the nearer.
    pub nearness: Level,
}

/// Why a notice does not concern a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mismatch {
    Hidden,
    OtherPlace,
    OtherTheme,
    OtherAudience,
}

/// The notices that concern `profile`, in the order given.
pub fn candidates<'a>(known: &'a [Known], profile: &Profile, geography: &Geography) -> Vec<Candidate<'a>> {
    known.iter().filter_map(|known| judge(known, profile, geography).ok()).collect()
}

/// Whether one notice concerns `profile`.
pub fn judge<'a>(known: &'a Known, profile: &Profile, geography: &Geography) -> Result<Candidate<'a>, Mismatch> {
    let notice = &known.notice;
    if notice.hidden {
        return Err(Mismatch::Hidden);
    }
    let (territory, nearness) = shared_place(notice, profile, geography).ok_or(Mismatch::OtherPlace)?;
    let themes = shared_themes(notice, profile).ok_or(Mismatch::OtherTheme)?;
    let relation = relation(notice, profile).ok_or(Mismatch::OtherAudience)?;
    Ok(Candidate { known, reason: Reason { territory, themes, relation }, nearness })
}

/// The nearest of the notice's places that holds one of the member's, or, for a member whose place is more than a
/// commune, that lies within it; and how near it is. What lies within the member's place is as near as that place.
fn shared_place(notice: &Notice, profile: &Profile, geography: &Geography) -> Option<(TerritoryCode, Level)> {
    let nearness = |place: &TerritoryCode| {
        let to = |mine: &TerritoryCode| {
            let within_mine = mine.level() < Level::Commune && geography.contains(mine, place);
            match geography.contains(place, mine) {
                true => Some(place.level()),
                false => within_mine.then(|| mine.level()),
            }
        };
        profile.territories.iter().filter_map(to).max()
    };
    let touching = notice.territory.iter().filter_map(|place| Some((place, nearness(place)?)));
    // Of two as near, the smaller says more.
    touching.max_by_key(|(place, near)| (*near, place.level())).map(|(place, near)| (place.clone(), near))
}

/// The themes both name. A member who chose none is shown all.
fn shared_themes(notice: &Notice, profile: &Profile) -> Option<Vec<ThemeId>> {
    let is_for_all = notice.kind.is_of_the_network() && notice.themes.is_empty();
    if profile.themes.is_empty() || is_for_all {
        return Some(notice.themes.clone());
    }
    let shared: Vec<_> = notice.themes.iter().filter(|theme| profile.themes.contains(theme)).cloned().collect();
    (!shared.is_empty()).then_some(shared)
}

/// Whether the member may apply, passes it on, or is not concerned (`None`).
///
/// Food-aid accreditation concerns private non-profit bodies (Code de l'action sociale et des familles, L. 266-2): a
/// public body passes it on to its partners. A call for associations is passed on only by a public body that chose
/// one of its themes by name: somebody who follows everything would drown in them.
fn relation(notice: &Notice, profile: &Profile) -> Option<Relation> {
    let Some(audience) = audience_of(profile.organisation_kind) else { return Some(Relation::Apply) };
    if notice.kind == Kind::Accreditation {
        let may_apply = audience == Audience::Associations || notice.audiences.contains(&audience);
        return Some(if may_apply { Relation::Apply } else { Relation::Relay });
    }
    let is_told = matches!(notice.kind, Kind::News | Kind::Results) || notice.kind.is_of_the_network();
    if is_told || may_apply(notice, audience, profile.organisation_kind) {
        return Some(Relation::Apply);
    }
    let public = audience == Audience::Collectivites;
    let for_partners = notice.audiences.contains(&Audience::Associations) || notice.audiences.is_empty();
    let chose_it = profile.themes.iter().any(|theme| notice.themes.contains(theme));
    (public && for_partners && chose_it).then_some(Relation::Relay)
}

fn may_apply(notice: &Notice, audience: Audience, organisation: OrganisationKind) -> bool {
    let local = matches!(organisation, OrganisationKind::Commune | OrganisationKind::Ccas | OrganisationKind::Epci);
    match notice.ccas_eligible {
        Some(said) if local => said,
        _ => notice.audiences.is_empty() || notice.audiences.contains(&audience),
    }
}

/// The applicants' word for a kind of organisation; `None`: nothing is known, nothing excludes it.
fn audience_of(organisation: OrganisationKind) -> Option<Audience> {
    use OrganisationKind::*;
    match organisation {
        Commune | Ccas | Epci | Departement | Region => Some(Audience::Collectivites),
        Association => Some(Audience::Associations),
        Etablissement => Some(Audience::Etablissements),
        Entreprise => Some(Audience::Entreprises),
        Etat | Autre => None,
    }
}
