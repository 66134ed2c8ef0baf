//! Which territory lies in which.
//!
//! Commune ⊂ EPT ⊂ EPCI, département ⊂ région ⊂ France ⊂ European Union. An EPCI lies in a département or a région only
//! when all its members do. Places of one area contain each other: Paris and its département, a one-département région.

use super::{Geography, Spot};
use crate::model::TerritoryCode;

impl Geography {
    /// Whether all of `inner` lies in `outer`; every place lies in itself.
    pub fn contains(&self, outer: &TerritoryCode, inner: &TerritoryCode) -> bool {
        if outer == inner {
            return true;
        }
        match (self.spot(outer), self.current_spot(inner)) {
            (Some(outer), Some(inner)) => self.spot_contains(outer, inner),
            _ => false,
        }
    }

    /// Whether the two places share ground.
    pub fn overlaps(&self, a: &TerritoryCode, b: &TerritoryCode) -> bool {
        if self.contains(a, b) || self.contains(b, a) {
            return true;
        }
        match (self.spot(a), self.spot(b)) {
            (Some(Spot::Intercommunality(_)), Some(other)) => self.group_meets(a, other),
            (Some(other), Some(Spot::Intercommunality(_))) => self.group_meets(b, other),
            _ => false,
        }
    }

    /// The larger places that contain this one, nearest first: a commune's EPT, EPCI, département, région, France, EU.
    pub fn ancestors(&self, code: &TerritoryCode) -> Vec<TerritoryCode> {
        let Some(spot) = self.current_spot(code) else { return Vec::new() };
        let mut spots = self.containers(spot);
        // Paris is in its département, not its département in Paris.
        let size = |s: Spot| self.rank(s);
        spots.retain(|s| size(*s) > size(spot));
        if self.spot(code).is_none() {
            spots.insert(0, spot);
        }
        spots.into_iter().map(|s| self.code(s)).collect()
    }

    /// The département of a commune, or of an EPCI whose members all stand in one.
    pub fn departement_of(&self, code: &TerritoryCode) -> Option<TerritoryCode> {
        self.departement_spot(self.current_spot(code)?).map(|d| self.code(Spot::Departement(d)))
    }

    /// The région of a place that lies in one.
    pub fn region_of(&self, code: &TerritoryCode) -> Option<TerritoryCode> {
        let spot = self.current_spot(code)?;
        let own = std::iter::once(spot).chain(self.containers(spot));
        own.into_iter().find(|s| matches!(s, Spot::Region(_))).map(|s| self.code(s))
    }

    /// The départements that share ground with a place, in the order of their codes.
    pub fn departements_in(&self, code: &TerritoryCode) -> Vec<TerritoryCode> {
        let departements = match self.current_spot(code) {
            Some(Spot::France | Spot::Europe) => (0..self.table.departements.len() as u8).collect(),
            Some(Spot::Region(n)) => self.table.regions.get(usize::from(n)).map_or(vec![], |r| r.departements.clone()),
            Some(Spot::Intercommunality(n)) => {
                self.table.groups.get(usize::from(n)).map_or(vec![], |g| g.departements.clone())
            }
            Some(spot) => self.departement_spot(spot).into_iter().collect(),
            None => vec![],
        };
        departements.into_iter().map(|d| self.code(Spot::Departement(d))).collect()
    }

    /// The communes of an EPCI or EPT, in the order of their codes.
    pub fn members_of(&self, code: &TerritoryCode) -> Vec<TerritoryCode> {
        let Some(Spot::Intercommunality(n)) = self.spot(code) else { return Vec::new() };
        let members = self.table.groups.get(usize::from(n)).map(|g| g.members.as_slice());
        members.unwrap_or_default().iter().map(|c| self.code(Spot::Commune(*c))).collect()
    }

    pub(super) fn spot_contains(&self, outer: Spot, inner: Spot) -> bool {
        if outer == inner {
            return true;
        }
        match (outer, inner) {
            (_, Spot::Elsewhere | Spot::Europe) | (Spot::Elsewhere, _) => false,
            (Spot::Europe | Spot::France, _) => outer == Spot::Europe || inner != Spot::Europe,
            (Spot::Departement(d), Spot::Commune(c)) => self.commune_departement(c) == Some(d),
            _ => self.containers(inner).contains(&outer),
        }
    }

    /// A former commune's code stands for the commune it became.
    pub(super) fn current_spot(&self, code: &TerritoryCode) -> Option<Spot> {
        self.spot(code).or_else(|| self.former(code).map(|f| Spot::Commune(f.commune)))
    }

    pub(super) fn departement_spot(&self, spot: Spot) -> Option<u8> {
        match spot {
            Spot::Departement(d) => Some(d),
            Spot::Commune(c) => self.commune_departement(c),
            Spot::Arrondissement(a) => {
                self.commune_departement(self.table.arrondissements.get(usize::from(a))?.commune)
            }
            Spot::Intercommunality(n) => sole(&self.table.groups.get(usize::from(n))?.departements),
            Spot::Region(n) => sole(&self.table.regions.get(usize::from(n))?.departements),
            _ => None,
        }
    }

    /// Every place that contains this one, itself left out, nearest first.
    pub(super) fn containers(&self, spot: Spot) -> Vec<Spot> {
        let mut found = Vec::with_capacity(8);
        match spot {
            Spot::Elsewhere | Spot::Europe => return found,
            Spot::France => return vec![Spot::Europe],
            Spot::Arrondissement(a) => {
                let Some(arrondissement) = self.table.arrondissements.get(usize::from(a)) else { return found };
                found.push(Spot::Commune(arrondissement.commune));
                found.extend(self.containers(Spot::Commune(arrondissement.commune)));
                return found;
            }
            Spot::Commune(c) => {
                if let Some(commune) = self.table.communes.get(c as usize) {
                    found.extend([commune.ept, commune.epci].into_iter().flatten().map(Spot::Intercommunality));
                }
            }
            Spot::Departement(d) => self.add_containers_of_departement(d, &mut found),
            Spot::Intercommunality(n) => self.add_containers_of_group(n, &mut found),
            Spot::Region(_) => {}
        }
        if let Some(d) = self.departement_spot(spot).map(Spot::Departement)
            && d != spot
        {
            found.push(d);
        }
        if let Some(region) = self.region_spot(spot).map(Spot::Region)
            && region != spot
        {
            found.push(region);
        }
        found.extend([Spot::France, Spot::Europe]);
        found
    }

    fn add_containers_of_departement(&self, d: u8, found: &mut Vec<Spot>) {
        let Some(departement) = self.table.departements.get(usize::from(d)) else { return };
        let (first, end) = departement.communes;
        if end == first + 1 {
            found.push(Spot::Commune(first));
        }
        found.extend(self.shared_epci(first..end));
    }

    fn add_containers_of_group(&self, n: u16, found: &mut Vec<Spot>) {
        let Some(group) = self.table.groups.get(usize::from(n)) else { return };
        let epci = self.shared_epci(group.members.iter().copied());
        found.extend(epci.filter(|e| *e != Spot::Intercommunality(n)));
    }

    /// The EPCI that all these communes are members of.
    fn shared_epci(&self, communes: impl IntoIterator<Item = u32>) -> Option<Spot> {
        let mut shared = None;
        for commune in communes {
            let epci = self.table.communes.get(commune as usize)?.epci?;
            if *shared.get_or_insert(epci) != epci {
                return None;
            }
        }
        shared.map(Spot::Intercommunality)
    }

    fn region_spot(&self, spot: Spot) -> Option<u8> {
        let region_of = |d: &u8| self.table.departements.get(usize::from(*d)).and_then(|d| d.region);
        match spot {
            Spot::Region(r) => Some(r),
            Spot::Intercommunality(n) => {
                let departements = &self.table.groups.get(usize::from(n))?.departements;
                let region = region_of(departements.first()?)?;
                departements.iter().all(|d| region_of(d) == Some(region)).then_some(region)
            }
            _ => region_of(&self.departement_spot(spot)?),
        }
    }

    fn commune_departement(&self, commune: u32) -> Option<u8> {
        self.table.communes.get(commune as usize).map(|c| c.departement)
    }

    fn group_meets(&self, group: &TerritoryCode, other: Spot) -> bool {
        self.members_of(group).iter().filter_map(|m| self.spot(m)).any(|m| self.spot_contains(other, m))
    }

    /// How large: arrondissement 0, commune 1, EPT 2, EPCI 3, and so on.
    fn rank(&self, spot: Spot) -> u8 {
        match spot {
            Spot::Arrondissement(_) => 0,
            Spot::Commune(_) => 1,
            Spot::Intercommunality(n) => {
                let kind = self.table.groups.get(usize::from(n)).map(|g| g.kind);
                if kind == Some(super::table::GroupKind::Ept) { 2 } else { 3 }
            }
            Spot::Departement(_) => 4,
            Spot::Region(_) => 5,
            Spot::France => 6,
            Spot::Europe => 7,
            Spot::Elsewhere => 8,
        }
    }
}

fn sole(departements: &[u8]) -> Option<u8> {
    match departements {
        [only] => Some(*only),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(code: &str) -> TerritoryCode {
        TerritoryCode::parse(code).unwrap()
    }

    #[test]
    fn a_place_lies_in_the_larger_ones() {
        let check = |outer: &str, inner: &str, expected: bool| {
            assert_eq!(Geography::get().contains(&code(outer), &code(inner)), expected, "{inner} in {outer}");
        };
        // Montreuil: Est Ensemble, Métropole du Grand Paris, Seine-Saint-Denis, Île-de-France.
        for outer in ["93048", "200057875", "200054781", "D93", "R11", "FR", "EU"] {
            check(outer, "93048", true);
        }
        check("D92", "93048", false);
        check("93048", "D93", false);
        check("200057867", "93048", false);
        check("75056", "75113", true);
        check("R11", "75113", true);
        check("D75", "75056", true);
        check("75056", "D75", true);
        check("200054781", "D93", true);
        check("200054781", "200057875", true);
        check("D93", "200057875", true);
        // The Métropole du Grand Paris has members in six départements, one of them Essonne; all in the région.
        check("D93", "200054781", false);
        check("R11", "200054781", true);
        check("D44", "244400404", true);
        check("R04", "D974", true);
        check("D974", "R04", true);
        check("R94", "D2A", true);
        check("FR", "D988", true);
        check("EU", "FR", true);
        check("FR", "EU", false);
        check("EU", "X", false);
        check("X", "X", true);
        check("FR", "X", false);
        check("D93", "99999", false);
        // Pierrefitte is now part of Saint-Denis.
        check("93066", "93059", true);
        check("D93", "93059", true);
    }

    #[test]
    fn an_epci_lies_in_a_departement_only_with_all_its_members() {
        let geography = Geography::get();
        let mut across = 0;
        for group in &geography.table.groups {
            let group_code = code(group.code);
            for d in geography.departements_in(&group_code) {
                let all = geography.members_of(&group_code).iter().all(|m| geography.contains(&d, m));
                assert_eq!(geography.contains(&d, &group_code), all, "{} in {d}", group.name);
                assert!(geography.overlaps(&d, &group_code));
            }
            across += usize::from(group.departements.len() > 1);
        }
        assert!(across > 80, "{across} EPCI span several départements");
    }

    #[test]
    fn ancestors_come_nearest_first() {
        let check = |c: &str, expected: &str| {
            let found = Geography::get().ancestors(&code(c));
            assert_eq!(found.iter().map(|c| c.as_str()).collect::<Vec<_>>().join(" "), expected, "{c}");
        };
        check("93048", "200057875 200054781 D93 R11 FR EU");
        check("75113", "75056 200054781 D75 R11 FR EU");
        check("44109", "244400404 D44 R52 FR EU");
        check("D93", "R11 FR EU");
        check("R11", "FR EU");
        check("FR", "EU");
        check("EU", "");
        check("D975", "FR EU");
        check("99999", "");
    }

    #[test]
    fn places_overlap_when_they_share_ground() {
        let check = |a: &str, b: &str, expected: bool| {
            assert_eq!(Geography::get().overlaps(&code(a), &code(b)), expected, "{a} {b}");
            assert_eq!(Geography::get().overlaps(&code(b), &code(a)), expected, "{b} {a}");
        };
        check("200054781", "D91", true);
        check("200054781", "D77", false);
        check("200054781", "200057875", true);
        check("D93", "D75", false);
        check("D93", "R11", true);
    }

    proptest::proptest! {
        #[test]
        fn containment_agrees_with_ancestors(n in 0usize..34_969) {
            let geography = Geography::get();
            let commune = geography.code(Spot::Commune(n as u32));
            let ancestors = geography.ancestors(&commune);
            proptest::prop_assert!(ancestors.iter().all(|a| geography.contains(a, &commune)));
            proptest::prop_assert_eq!(ancestors.last(), Some(&TerritoryCode::europe()));
        }
    }
}
