//! The embedded table of territories (data/geography.tsv): its short lists in memory, its long ones through the index.
//!
//! It knows the places and what lies in what, as the INSEE writes them; nothing of how people write names.

use super::index::{Communes, FormerCommunes, Index, Postcodes, SortedNames};

/// A place of the table: an index into one of its lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Spot {
    Elsewhere,
    Europe,
    France,
    Region(u8),
    Departement(u8),
    Intercommunality(u16),
    Commune(u32),
    /// An arrondissement municipal of Paris, Lyon or Marseille.
    Arrondissement(u8),
}

/// The article a name takes, after the INSEE's TNCC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Article {
    None,
    Le,
    La,
    Les,
    Elided,
}

pub struct Region {
    pub code: &'static str,
    pub name: &'static str,
    pub article: Article,
    pub departements: Vec<u8>,
}

pub struct Departement {
    pub code: &'static str,
    pub name: &'static str,
    pub article: Article,
    /// None for the overseas collectivities.
    pub region: Option<u8>,
    /// Communes of the département stand together: `first..end`.
    pub communes: (u32, u32),
    pub population: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    /// Communauté de communes.
    Cc,
    /// Communauté d'agglomération.
    Ca,
    /// Communauté urbaine.
    Cu,
    Metropole,
    /// Établissement public territorial of the Grand Paris.
    Ept,
}

pub struct Intercommunality {
    pub code: &'static str,
    pub kind: GroupKind,
    pub name: &'static str,
    pub population: u32,
    pub members: Vec<u32>,
    /// The départements its members stand in, each once.
    pub departements: Vec<u8>,
}

pub struct Arrondissement {
    pub code: &'static str,
    pub name: &'static str,
    pub population: u32,
    pub commune: u32,
}

#[derive(Default)]
pub struct Table {
    pub regions: Vec<Region>,
    pub departements: Vec<Departement>,
    pub groups: Vec<Intercommunality>,
    pub arrondissements: Vec<Arrondissement>,
    pub communes: Communes,
    pub former: FormerCommunes,
    /// Folded names of communes, with the places that carry them (`c12 f3`).
    pub names: SortedNames,
    /// Folded names of intercommunalities (`g7`).
    pub shared: SortedNames,
    postcodes: Postcodes,
    /// The EPCI stand before this index, the EPT from it.
    epts_from: usize,
}

impl Table {
    /// Reads the short sections of the embedded table; the long ones are left where they are.
    ///
    /// A line that is not as data/generate.py writes it is left out (a test counts them).
    pub fn load() -> Self {
        let index = Index::open();
        let mut table = Self {
            communes: index.communes,
            former: index.former,
            names: index.names,
            shared: index.shared,
            postcodes: index.postcodes,
            ..Self::default()
        };
        let mut section = "";
        for line in index.short.iter().flat_map(|part| part.lines()) {
            if line.starts_with('[') {
                section = line;
                continue;
            }
            let mut columns = line.split('\t');
            let mut next = || columns.next().unwrap_or_default();
            match section {
                "[intercommunalities]" => table.add_group(next(), next(), next(), next()),
                "[arrondissements]" => table.add_arrondissement(next(), next(), next(), next()),
                "[departements]" => table.add_departement(next(), next(), next(), next()),
                "[regions]" => table.add_region(next(), next(), next()),
                _ => {}
            }
        }
        table.epts_from = table.groups.partition_point(|g| g.kind != GroupKind::Ept);
        table.gather_communes();
        table
    }

    fn add_region(&mut self, code: &'static str, name: &'static str, liaison: &str) {
        self.regions.push(Region { code, name, article: article(liaison, name), departements: Vec::new() });
    }

    fn add_departement(&mut self, code: &'static str, name: &'static str, liaison: &str, region: &str) {
        let region = self.regions.binary_search_by(|r| r.code.cmp(region)).ok().map(|n| n as u8);
        let n = self.departements.len() as u8;
        if let Some(region) = region.and_then(|r| self.regions.get_mut(usize::from(r))) {
            region.departements.push(n);
        }
        let article = article(liaison, name);
        self.departements.push(Departement { code, name, article, region, communes: (0, 0), population: 0 });
    }

    fn add_group(&mut self, code: &'static str, kind: &str, name: &'static str, population: &str) {
        let kind = match kind {
            "CA" => GroupKind::Ca,
            "CU" => GroupKind::Cu,
            "METRO" => GroupKind::Metropole,
            "EPT" => GroupKind::Ept,
            _ => GroupKind::Cc,
        };
        let population = population.parse().unwrap_or(0);
        self.groups.push(Intercommunality {
            code,
            kind,
            name,
            population,
            members: Vec::new(),
            departements: Vec::new(),
        });
    }

    /// Tells départements and intercommunalities their communes.
    fn gather_communes(&mut self) {
        for (n, commune) in self.communes.memberships().enumerate() {
            let n = n as u32;
            if let Some(d) = self.departements.get_mut(usize::from(commune.departement)) {
                if d.communes.1 == 0 {
                    d.communes.0 = n;
                }
                d.communes.1 = n + 1;
                d.population += commune.population;
            }
            for group in [commune.epci, commune.ept].into_iter().flatten() {
                if let Some(group) = self.groups.get_mut(usize::from(group)) {
                    group.members.push(n);
                    if !group.departements.contains(&commune.departement) {
                        group.departements.push(commune.departement);
                    }
                }
            }
        }
    }

    fn add_arrondissement(&mut self, code: &'static str, name: &'static str, population: &str, commune: &str) {
        let Some(commune) = self.commune_of_code(commune) else { return };
        let population = population.parse().unwrap_or(0);
        self.arrondissements.push(Arrondissement { code, name, population, commune });
    }

    /// `93048` → the index of `D93`; `97411` of `D974`.
    pub fn departement_of_code(&self, commune: &str) -> Option<u8> {
        let digits = if commune.starts_with("97") || commune.starts_with("98") { 3 } else { 2 };
        self.departement(commune.get(..digits)?)
    }

    /// By its number (`93`, `2A`, `974`).
    pub fn departement(&self, number: &str) -> Option<u8> {
        self.departements.binary_search_by(|d| d.code.get(1..).unwrap_or_default().cmp(number)).ok().map(|n| n as u8)
    }

    pub fn commune_of_code(&self, code: &str) -> Option<u32> {
        self.communes.of_code(code)
    }

    /// The places that share a postcode.
    pub fn postcode(&self, postcode: u32) -> impl Iterator<Item = Spot> {
        self.postcodes.places(postcode)
    }

    pub fn group_of_code(&self, siren: &str) -> Option<u16> {
        let (epci, ept) = self.groups.split_at_checked(self.epts_from)?;
        let within = |groups: &[Intercommunality]| groups.binary_search_by(|g| g.code.cmp(siren)).ok();
        within(epci).or_else(|| within(ept).map(|n| n + self.epts_from)).map(|n| n as u16)
    }
}

fn article(liaison: &str, name: &str) -> Article {
    // The INSEE gives no article to names that people do use with one.
    match name {
        "Île-de-France" | "Occitanie" | "Ille-et-Vilaine" | "Indre-et-Loire" | "Eure-et-Loir" => {
            return Article::Elided;
        }
        "Bretagne"
        | "Normandie"
        | "Nouvelle-Aquitaine"
        | "Corse"
        | "Bourgogne-Franche-Comté"
        | "Guadeloupe"
        | "Martinique"
        | "Guyane" => return Article::La,
        _ => {}
    }
    match liaison {
        "2" => Article::Le,
        "3" => Article::La,
        "4" => Article::Les,
        "5" => Article::Elided,
        _ => Article::None,
    }
}
