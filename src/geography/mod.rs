//! Geography: the territories of France by code and by name, and which lies in which.
//!
//! The table is the INSEE's code officiel géographique (data/README.md). Everybody asks it: the roster for the place a
//! member wrote, understanding for the places a notice names, matching for what contains what. It refuses to know what
//! a notice is, and never guesses between two places of one name: it gives both.

mod containment;
mod fold;
mod homonyms;
mod index;
mod lookup;
mod mentions;
mod names;
mod publishers;
mod table;

use std::sync::LazyLock;

use chrono_tz::Tz;

use crate::model::TerritoryCode;
pub use fold::{Words, fold};
pub use lookup::Place;
pub use mentions::{Mention, Written};
use names::Names;
pub use publishers::{Publisher, Said};
use table::{Article, Spot, Table};

/// The territories of France. One for the process: [`Geography::get`].
pub struct Geography {
    table: Table,
    names: Names,
}

static GEOGRAPHY: LazyLock<Geography> = LazyLock::new(|| {
    let table = Table::load();
    let names = Names::of(&table);
    Geography { table, names }
});

impl Geography {
    /// The embedded table; the first call reads it, in a few milliseconds.
    pub fn get() -> &'static Self {
        &GEOGRAPHY
    }

    /// The name alone: `Seine-Saint-Denis`, `Montreuil`, `Nantes Métropole`. A former commune's code gives its own name.
    pub fn name(&self, code: &TerritoryCode) -> Option<&str> {
        match self.spot(code) {
            Some(spot) => self.name_of(spot),
            None => self.former(code).map(|f| f.name).filter(|name: &&str| !name.is_empty()),
        }
    }

    /// The name for a reader who does not know which: `Montreuil (93)` for a commune, else the name; the code when unknown.
    pub fn label(&self, code: &TerritoryCode) -> String {
        let Some(name) = self.name(code) else { return code.to_string() };
        let departement = self.departement_of(code).filter(|d| d != code);
        let is_commune = matches!(self.spot(code), Some(Spot::Commune(_) | Spot::Arrondissement(_)) | None);
        match departement {
            Some(d) if is_commune && self.name(&d) != Some(name) => {
                format!("{name} ({})", d.as_str().trim_start_matches('D'))
            }
            _ => name.to_owned(),
        }
    }

    /// The name as it stands in a sentence: `la Seine-Saint-Denis`, `l'Aisne`, `les Hauts-de-France`, `Nantes Métropole`.
    pub fn name_with_article(&self, code: &TerritoryCode) -> Option<String> {
        let name = self.name(code)?;
        Some(match self.article(code) {
            Article::None => name.to_owned(),
            Article::Le => format!("le {name}"),
            Article::La => format!("la {name}"),
            Article::Les => format!("les {name}"),
            Article::Elided => format!("l’{name}"),
        })
    }

    /// Inhabitants of a commune, département, région or intercommunality.
    pub fn population(&self, code: &TerritoryCode) -> Option<u32> {
        let communes = |d: &u8| self.table.departements.get(usize::from(*d)).map_or(0, |d| d.population);
        match self.spot(code)? {
            Spot::Elsewhere | Spot::Europe => None,
            Spot::France => Some(self.table.departements.iter().map(|d| d.population).sum()),
            Spot::Region(n) => {
                self.table.regions.get(usize::from(n)).map(|r| r.departements.iter().map(communes).sum())
            }
            Spot::Departement(n) => Some(communes(&n)),
            Spot::Intercommunality(n) => self.table.groups.get(usize::from(n)).map(|g| g.population),
            Spot::Commune(n) => self.table.communes.get(n as usize).map(|c| c.population),
            Spot::Arrondissement(n) => self.table.arrondissements.get(usize::from(n)).map(|a| a.population),
        }
    }

    /// Whether the table holds the place.
    pub fn knows(&self, code: &TerritoryCode) -> bool {
        self.spot(code).is_some()
    }

    /// The commune that a former commune became; a current one is itself.
    pub fn current_commune(&self, code: &TerritoryCode) -> Option<TerritoryCode> {
        match self.spot(code) {
            Some(Spot::Commune(_)) => Some(code.clone()),
            Some(_) => None,
            None => self.former(code).map(|f| self.code(Spot::Commune(f.commune))),
        }
    }

    /// Communes that share a postcode, in the order of their codes; arrondissements municipaux are their commune.
    pub fn communes_at_postcode(&self, postcode: &str) -> Vec<TerritoryCode> {
        let Ok(number) = postcode.parse() else { return Vec::new() };
        if postcode.len() != 5 {
            return Vec::new();
        }
        let communes = self.table.postcode(number).filter(|spot| matches!(spot, Spot::Commune(_)));
        communes.map(|spot| self.code(spot)).collect()
    }

    /// The time zone in which a deadline there is meant; Paris when the place is unknown.
    pub fn zone(&self, code: &TerritoryCode) -> Tz {
        if self.spot(code) == Some(Spot::Europe) {
            return Tz::Europe__Brussels;
        }
        match self.departement_of(code).as_ref().map_or("", TerritoryCode::as_str) {
            "D971" => Tz::America__Guadeloupe,
            "D972" => Tz::America__Martinique,
            "D973" => Tz::America__Cayenne,
            "D974" => Tz::Indian__Reunion,
            "D975" => Tz::America__Miquelon,
            "D976" => Tz::Indian__Mayotte,
            "D977" => Tz::America__St_Barthelemy,
            "D978" => Tz::America__Marigot,
            "D984" => Tz::Indian__Kerguelen,
            "D986" => Tz::Pacific__Wallis,
            "D987" => Tz::Pacific__Tahiti,
            "D988" => Tz::Pacific__Noumea,
            _ => Tz::Europe__Paris,
        }
    }

    fn article(&self, code: &TerritoryCode) -> Article {
        match self.spot(code) {
            Some(Spot::France) => Article::La,
            Some(Spot::Europe) => Article::Elided,
            Some(Spot::Region(n)) => self.table.regions.get(usize::from(n)).map_or(Article::None, |r| r.article),
            Some(Spot::Departement(n)) => {
                self.table.departements.get(usize::from(n)).map_or(Article::None, |d| d.article)
            }
            _ => Article::None,
        }
    }

    fn name_of(&self, spot: Spot) -> Option<&'static str> {
        match spot {
            Spot::Elsewhere => Some("hors de France"),
            Spot::Europe => Some("Union européenne"),
            Spot::France => Some("France"),
            Spot::Region(n) => self.table.regions.get(usize::from(n)).map(|r| r.name),
            Spot::Departement(n) => self.table.departements.get(usize::from(n)).map(|d| d.name),
            Spot::Intercommunality(n) => self.table.groups.get(usize::from(n)).map(|g| g.name),
            Spot::Commune(n) => self.table.communes.get(n as usize).map(|c| c.name),
            Spot::Arrondissement(n) => self.table.arrondissements.get(usize::from(n)).map(|a| a.name),
        }
    }

    fn spot(&self, code: &TerritoryCode) -> Option<Spot> {
        let code = code.as_str();
        match code {
            "X" => return Some(Spot::Elsewhere),
            "EU" => return Some(Spot::Europe),
            "FR" => return Some(Spot::France),
            _ => {}
        }
        if code.starts_with('R') {
            return self.table.regions.binary_search_by(|r| r.code.cmp(code)).ok().map(|n| Spot::Region(n as u8));
        }
        if let Some(number) = code.strip_prefix('D') {
            return self.table.departement(number).map(Spot::Departement);
        }
        if code.len() == 9 {
            return self.table.group_of_code(code).map(Spot::Intercommunality);
        }
        if let Some(commune) = self.table.commune_of_code(code) {
            return Some(Spot::Commune(commune));
        }
        let arrondissements = &self.table.arrondissements;
        arrondissements.binary_search_by(|a| a.code.cmp(code)).ok().map(|n| Spot::Arrondissement(n as u8))
    }

    fn code(&self, spot: Spot) -> TerritoryCode {
        let code = match spot {
            Spot::Elsewhere => Some("X"),
            Spot::Europe => Some("EU"),
            Spot::France => Some("FR"),
            Spot::Region(n) => self.table.regions.get(usize::from(n)).map(|r| r.code),
            Spot::Departement(n) => self.table.departements.get(usize::from(n)).map(|d| d.code),
            Spot::Intercommunality(n) => self.table.groups.get(usize::from(n)).map(|g| g.code),
            Spot::Commune(n) => self.table.communes.get(n as usize).map(|c| c.code),
            Spot::Arrondissement(n) => self.table.arrondissements.get(usize::from(n)).map(|a| a.code),
        };
        // Every spot comes from the table, whose codes a test parses.
        code.and_then(|c| TerritoryCode::parse(c).ok()).unwrap_or_else(TerritoryCode::france)
    }

    fn former(&self, code: &TerritoryCode) -> Option<index::Former> {
        self.table.former.of_code(code.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(code: &str) -> TerritoryCode {
        TerritoryCode::parse(code).unwrap()
    }

    #[test]
    fn the_table_is_whole() {
        let table = &Geography::get().table;
        assert_eq!((table.regions.len(), table.departements.len()), (18, 109));
        assert_eq!(table.groups.len(), 1255 + 11);
        assert_eq!(table.communes.len(), 34_969);
        assert_eq!(table.arrondissements.len(), 45);
        assert!(table.communes.iter().is_sorted_by_key(|c| c.code));
        let former = || (0..table.former.len()).filter_map(|n| table.former.get(n));
        assert!(former().is_sorted_by_key(|f| f.code) && table.departements.is_sorted_by_key(|d| d.code));
        let codes = table.communes.iter().map(|c| c.code).chain(table.groups.iter().map(|g| g.code));
        assert!(codes.chain(former().map(|f| f.code)).all(|c| TerritoryCode::parse(c).is_ok()));
        assert!(table.groups.iter().all(|g| !g.members.is_empty()));
    }

    #[test]
    fn the_table_folds_names_as_we_do() {
        let table = &Geography::get().table;
        for commune in table.communes.iter() {
            let folded = fold(commune.name);
            assert!(table.names.find(&folded).is_some(), "{} → {folded}", commune.name);
        }
    }

    #[test]
    fn a_place_has_a_name_and_a_label() {
        let check = |c: &str, label: &str, sentence: Option<&str>| {
            let geography = Geography::get();
            assert_eq!(geography.label(&code(c)), label);
            assert_eq!(geography.name_with_article(&code(c)).as_deref(), sentence, "{c}");
        };
        check("93048", "Montreuil (93)", Some("Montreuil"));
        check("75056", "Paris", Some("Paris"));
        check("75113", "Paris 13e Arrondissement (75)", Some("Paris 13e Arrondissement"));
        check("D93", "Seine-Saint-Denis", Some("la Seine-Saint-Denis"));
        check("D02", "Aisne", Some("l’Aisne"));
        check("R32", "Hauts-de-France", Some("les Hauts-de-France"));
        check("R11", "Île-de-France", Some("l’Île-de-France"));
        check("D974", "La Réunion", Some("La Réunion"));
        check("244400404", "Nantes Métropole", Some("Nantes Métropole"));
        check("200057875", "Est Ensemble", Some("Est Ensemble"));
        check("FR", "France", Some("la France"));
        check("99999", "99999", None);
    }

    #[test]
    fn deadlines_are_meant_in_the_territorys_zone() {
        let check = |c: &str, zone: &str| assert_eq!(Geography::get().zone(&code(c)).name(), zone, "{c}");
        check("93048", "Europe/Paris");
        check("97411", "Indian/Reunion");
        check("R04", "Indian/Reunion");
        check("D971", "America/Guadeloupe");
        check("D988", "Pacific/Noumea");
        check("EU", "Europe/Brussels");
        check("X", "Europe/Paris");
    }

    #[test]
    fn a_former_commune_leads_to_the_current_one() {
        let check = |c: &str, now: Option<&str>| {
            assert_eq!(Geography::get().current_commune(&code(c)), now.map(code), "{c}");
        };
        check("93066", Some("93066"));
        check("93059", Some("93066"));
        check("99999", None);
        check("D93", None);
    }
}
