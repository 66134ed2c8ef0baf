//! From what a person wrote for a place to its code: a member's place in a spreadsheet, a site's own field.
//!
//! It never guesses between homonyms: the hints decide, or the caller gets the candidates.
//!
//! - A number of five digits is a postcode first, since that is what people write; an INSEE code when it is no
//!   postcode, or when only that reading lies within the hints. Four digits lost their leading zero. One to three are a
//!   département.
//! - A commune comes before a département or région of the same name (Paris, Mayenne, Vienne) when it has
//!   [`NOTABLE_POPULATION`] inhabitants; below, the larger place is meant (Bretagne, Creuse), unless hints say otherwise.
//! - A name that current communes carry is theirs, not that of a former commune.

mod numbers;

use super::names::without_article;
use super::table::GroupKind;
use super::{Geography, Spot, fold};
use crate::model::TerritoryCode;
use numbers::{number_of, split_numbers};

/// Inhabitants from which a commune is meant before a département or région of its name.
const NOTABLE_POPULATION: u32 = 5_000;

/// What is written for a place is not longer: the rest is not read.
const WRITTEN_CHARS_MAX: usize = 200;

/// What a written place stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Found(TerritoryCode),
    /// Several places are called so; the most populous first.
    Ambiguous(Vec<TerritoryCode>),
    Unknown,
}

/// Which kind of place an institution's name announces.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Any,
    Commune,
    Intercommunality,
    Departement,
    Region,
}

/// Words that announce a place, and which kind. The longest first among those that begin alike.
const INSTITUTIONS: &[(&str, Wanted)] = &[
    ("centre communal d action sociale", Wanted::Commune),
    ("centre intercommunal d action sociale", Wanted::Any),
    ("communaute d agglomeration", Wanted::Intercommunality),
    ("communaute de communes", Wanted::Intercommunality),
    ("communaute urbaine", Wanted::Intercommunality),
    ("etablissement public territorial", Wanted::Intercommunality),
    ("conseil departemental", Wanted::Departement),
    ("conseil general", Wanted::Departement),
    ("conseil regional", Wanted::Region),
    ("prefecture de region", Wanted::Region),
    ("prefecture de la region", Wanted::Region),
    ("caisse des ecoles", Wanted::Commune),
    ("ville", Wanted::Commune),
    ("commune", Wanted::Commune),
    ("mairie", Wanted::Commune),
    ("municipalite", Wanted::Commune),
    ("ccas", Wanted::Commune),
    ("cias", Wanted::Any),
    ("ept", Wanted::Intercommunality),
    ("cc", Wanted::Intercommunality),
    ("ca", Wanted::Intercommunality),
    ("cu", Wanted::Intercommunality),
    ("agglomeration", Wanted::Intercommunality),
    ("agglo", Wanted::Intercommunality),
    ("metropole", Wanted::Intercommunality),
    ("departement", Wanted::Departement),
    ("prefecture", Wanted::Departement),
    ("cd", Wanted::Departement),
    ("caf", Wanted::Departement),
    ("ddets", Wanted::Departement),
    ("ddt", Wanted::Departement),
    ("udaf", Wanted::Departement),
    ("region", Wanted::Region),
    ("ars", Wanted::Region),
    ("dreets", Wanted::Region),
    ("draaf", Wanted::Region),
];

impl Geography {
    /// The place that somebody wrote; `hint` holds territories it probably lies in (the organisation's, the cohort's).
    ///
    /// ```
    /// # use glaneur::geography::{Geography, Place};
    /// # use glaneur::model::TerritoryCode;
    /// let seine_saint_denis = TerritoryCode::parse("D93").unwrap();
    /// let place = Geography::get().resolve_place("CCAS de Montreuil", &[seine_saint_denis]);
    /// assert_eq!(place, Place::Found(TerritoryCode::parse("93048").unwrap()));
    /// ```
    pub fn resolve_place(&self, written: &str, hint: &[TerritoryCode]) -> Place {
        let end = written.char_indices().nth(WRITTEN_CHARS_MAX).map_or(written.len(), |(at, _)| at);
        let written = written.get(..end).unwrap_or_default().trim();
        if let Some(code) = self.written_code(written) {
            return Place::Found(code);
        }
        let candidates = match number_of(written) {
            Some(number) => self.by_number(&number),
            None => self.by_parts(written),
        };
        self.decide(candidates, hint)
    }

    /// `D93`, `r11`, `FR`, `2A004`, a SIREN, a SIRET; plain numbers of five digits are left to the rule for numbers.
    fn written_code(&self, written: &str) -> Option<TerritoryCode> {
        let compact: String = written.chars().filter(|c| !c.is_whitespace()).collect();
        let digits_only = compact.bytes().all(|b| b.is_ascii_digit());
        if digits_only && matches!(compact.len(), 9 | 14) {
            return self.by_siren(compact.get(..9)?);
        }
        if digits_only || compact.len() > 9 {
            return None;
        }
        let code = TerritoryCode::parse(&compact.to_ascii_uppercase()).ok()?;
        self.current_spot(&code).map(|spot| self.code(spot))
    }

    /// `Saint-Denis, Seine-Saint-Denis`; `Montreuil (93)`; `93100 Montreuil`: one part names, the others narrow.
    fn by_parts(&self, written: &str) -> Candidates {
        let mut narrowing: Vec<Spot> = Vec::new();
        let mut found = Candidates::default();
        for part in written.split([',', '(', ')', ';', '/', '\n', '–', '|']).flat_map(|p| p.split(" - ")) {
            let (name, numbers) = split_numbers(&fold(part));
            for number in &numbers {
                let readings = self.by_number(number);
                narrowing.extend(readings.first);
                narrowing.extend(readings.second);
                // A special postcode (cedex) still tells the département.
                narrowing.extend(self.table.departement_of_code(number).map(Spot::Departement));
            }
            let named = self.by_institution(&name);
            if found.is_empty() {
                found = named;
            } else {
                narrowing.extend(named.first);
            }
        }
        if found.is_empty() {
            return Candidates::of(narrowing.into_iter().filter(|s| !matches!(s, Spot::Commune(_))).take(1));
        }
        self.narrow(found, &narrowing)
    }

    /// Keeps what agrees with the most precise narrowing place; all of it when nothing agrees, then in doubt.
    fn narrow(&self, found: Candidates, narrowing: &[Spot]) -> Candidates {
        if narrowing.is_empty() {
            return found;
        }
        let all: Vec<Spot> = found.first.iter().chain(&found.second).copied().collect();
        let same: Vec<Spot> = all.iter().copied().filter(|s| narrowing.contains(s)).collect();
        if !same.is_empty() {
            return Candidates::of(same);
        }
        let within = |s: &Spot| narrowing.iter().any(|n| self.spot_contains(*n, *s) || self.spot_contains(*s, *n));
        let agreeing: Vec<Spot> = all.iter().copied().filter(within).collect();
        match agreeing.is_empty() {
            false => Candidates::of(agreeing),
            true => Candidates { contradicted: true, ..Candidates::of(all) },
        }
    }

    fn by_institution(&self, name: &str) -> Candidates {
        if name.is_empty() {
            return Candidates::default();
        }
        if let Some(arrondissement) = self.by_arrondissement(name) {
            return Candidates::of([arrondissement]);
        }
        let named = self.by_name(name, Wanted::Any);
        if !named.is_empty() {
            return named;
        }
        let padded = format!(" {name} ");
        for (institution, wanted) in INSTITUTIONS {
            let Some(at) = padded.find(&format!(" {institution} ")) else { continue };
            let rest = padded.get(at + institution.len() + 2..).unwrap_or_default().trim();
            let named = match wanted {
                Wanted::Intercommunality => self.by_group_core(name),
                _ => self.by_name(rest, *wanted),
            };
            if !named.is_empty() {
                return named;
            }
        }
        Candidates::default()
    }

    fn by_name(&self, name: &str, wanted: Wanted) -> Candidates {
        let bare = without_article(name);
        // "du Mans" is Le Mans, "des Lilas" is Les Lilas; a definite article alone announces a département.
        let with_article = match name.split(' ').next() {
            _ if bare == name => {
                [format!("les {name}"), format!("le {name}"), format!("la {name}"), format!("l {name}")]
            }
            Some("du" | "au" | "le") => [format!("le {bare}"), String::new(), String::new(), String::new()],
            Some("des" | "aux" | "les") => [format!("les {bare}"), String::new(), String::new(), String::new()],
            Some("de" | "d") => [bare.to_owned(), format!("la {bare}"), format!("l {bare}"), String::new()],
            _ => Default::default(),
        };
        let mut large = Vec::new();
        let mut communes = self.names.communes(&self.table, name);
        if communes.is_empty() {
            communes = with_article.iter().flat_map(|n| self.names.communes(&self.table, n)).collect();
        }
        for form in [name, bare] {
            for entry in self.names.large(form) {
                match entry.spot {
                    Spot::Commune(_) if entry.kind == super::names::NameKind::Name => communes.push(entry.spot),
                    _ if entry.kind != super::names::NameKind::Adjective => large.push(entry.spot),
                    _ => {}
                }
            }
        }
        if large.is_empty() && communes.is_empty() && bare != name {
            communes = self.names.communes(&self.table, bare);
        }
        self.weigh(communes, large, wanted, bare)
    }

    fn weigh(&self, mut communes: Vec<Spot>, mut large: Vec<Spot>, wanted: Wanted, bare: &str) -> Candidates {
        communes.sort_by_key(|s| std::cmp::Reverse(self.people(*s)));
        communes.dedup();
        large.sort_unstable();
        large.dedup();
        let (own, former): (Vec<_>, Vec<_>) = communes.iter().copied().partition(|s| self.carries(*s, bare));
        let communes = if own.is_empty() { former.clone() } else { own };
        let notable = communes.first().is_some_and(|c| self.people(*c) >= NOTABLE_POPULATION);
        let (first, mut second) = match wanted {
            Wanted::Commune => (communes, vec![]),
            Wanted::Departement => (self.only(&large, |s| matches!(s, Spot::Departement(_))), vec![]),
            // An overseas région goes by its département.
            Wanted::Region => (self.only(&large, |s| matches!(s, Spot::Region(_) | Spot::Departement(_))), vec![]),
            Wanted::Intercommunality => (self.only(&large, |s| matches!(s, Spot::Intercommunality(_))), vec![]),
            Wanted::Any if large.is_empty() => (communes, vec![]),
            Wanted::Any if notable => (communes, large),
            Wanted::Any => (large, communes),
        };
        if matches!(wanted, Wanted::Any | Wanted::Commune) {
            second.extend(former.into_iter().filter(|f| !first.contains(f)));
        }
        Candidates { first, second, contradicted: false }
    }

    fn only(&self, spots: &[Spot], keep: impl Fn(Spot) -> bool) -> Vec<Spot> {
        spots.iter().copied().filter(|s| keep(*s)).collect()
    }

    /// Whether the place itself bears the name, and not a former commune inside it.
    pub(super) fn carries(&self, spot: Spot, bare: &str) -> bool {
        let name = fold(self.name_of(spot).unwrap_or_default());
        without_article(&name) == bare || self.names.large(bare).iter().any(|l| l.spot == spot)
    }

    /// `Métropole de Toulouse`, `CA Cergy-Pontoise`: the words that name it, whatever the kind is called.
    fn by_group_core(&self, name: &str) -> Candidates {
        let core = group_core(name);
        let groups = self.table.groups.iter().enumerate();
        let named = groups.filter(|(_, g)| group_core(&fold(g.name.split('(').next().unwrap_or_default())) == core);
        let ept_only = name.split(' ').any(|w| w == "ept" || w == "territorial");
        let named = named.filter(|(_, g)| !ept_only || g.kind == GroupKind::Ept);
        Candidates::of(named.map(|(n, _)| Spot::Intercommunality(n as u16)))
    }

    /// `paris 13e`, `13eme arrondissement de paris`.
    fn by_arrondissement(&self, name: &str) -> Option<Spot> {
        let (mut city, mut ordinal) = (None, None);
        for word in name.split(' ') {
            let digits = word.trim_end_matches(|c: char| c.is_ascii_lowercase());
            match word {
                "paris" => city = Some("751"),
                "lyon" => city = Some("6938"),
                "marseille" => city = Some("132"),
                "mairie" | "du" | "de" | "arrondissement" | "ccas" | "ville" => {}
                _ if digits.len() < word.len() => ordinal = Some(digits.parse::<u8>().ok()?),
                _ => return None,
            }
        }
        let (city, ordinal) = (city?, ordinal?);
        let code = if city.len() == 4 { format!("{city}{ordinal}") } else { format!("{city}{ordinal:02}") };
        let found = self.table.arrondissements.binary_search_by(|a| a.code.cmp(&code)).ok()?;
        Some(Spot::Arrondissement(found as u8))
    }

    fn decide(&self, candidates: Candidates, hint: &[TerritoryCode]) -> Place {
        let Candidates { first, second, contradicted } = candidates;
        if !hint.is_empty() && (first.len() + second.len() > 1) {
            let hints: Vec<Spot> = hint.iter().filter_map(|h| self.current_spot(h)).collect();
            for group in [&first, &second] {
                if let Some(found) = self.nearest(group, &hints) {
                    return found;
                }
            }
        }
        match first.as_slice() {
            [] => Place::Unknown,
            [only] if !contradicted => Place::Found(self.code(*only)),
            _ => Place::Ambiguous(self.most_populous_first(first)),
        }
    }

    /// The candidates nearest to the hints: inside one or around one, then in the same EPCI, département, région.
    fn nearest(&self, candidates: &[Spot], hints: &[Spot]) -> Option<Place> {
        let nearness = |c: Spot| hints.iter().map(|h| self.nearness(c, *h)).max().unwrap_or(0);
        let best = candidates.iter().map(|c| nearness(*c)).max().filter(|n| *n > 0)?;
        let nearest: Vec<Spot> = candidates.iter().copied().filter(|c| nearness(*c) == best).collect();
        match nearest.as_slice() {
            [only] => Some(Place::Found(self.code(*only))),
            _ if nearest.len() < candidates.len() => Some(Place::Ambiguous(self.most_populous_first(nearest))),
            _ => None,
        }
    }

    fn nearness(&self, candidate: Spot, hint: Spot) -> u8 {
        if matches!(hint, Spot::France | Spot::Europe | Spot::Elsewhere) {
            return 0;
        }
        if candidate == hint {
            return 5;
        }
        let (around_candidate, around_hint) = (self.containers(candidate), self.containers(hint));
        if around_candidate.contains(&hint) || around_hint.contains(&candidate) {
            return 4;
        }
        let shared = around_candidate.iter().filter(|s| around_hint.contains(s));
        shared
            .map(|s| match s {
                Spot::Intercommunality(_) => 3,
                Spot::Departement(_) => 2,
                Spot::Region(_) => 1,
                _ => 0,
            })
            .max()
            .unwrap_or(0)
    }

    fn most_populous_first(&self, mut spots: Vec<Spot>) -> Vec<TerritoryCode> {
        spots.sort_by_key(|s| std::cmp::Reverse(self.people(*s)));
        spots.into_iter().map(|s| self.code(s)).collect()
    }

    pub(super) fn people(&self, spot: Spot) -> u32 {
        match spot {
            Spot::Commune(n) => self.table.communes.get(n as usize).map_or(0, |c| c.population),
            spot => self.population(&self.code(spot)).unwrap_or(0),
        }
    }
}

/// Readings of what was written: the preferred ones, and those that only hints can bring forward.
#[derive(Default)]
struct Candidates {
    first: Vec<Spot>,
    second: Vec<Spot>,
    /// What was written contradicts itself (`Montreuil (75)`).
    contradicted: bool,
}

impl Candidates {
    fn of(spots: impl IntoIterator<Item = Spot>) -> Self {
        Self { first: spots.into_iter().collect(), ..Self::default() }
    }

    fn is_empty(&self) -> bool {
        self.first.is_empty() && self.second.is_empty()
    }
}

fn group_core(folded: &str) -> String {
    const GENERIC: &[&str] = &[
        "cc",
        "ca",
        "cu",
        "ept",
        "communaute",
        "communes",
        "agglomeration",
        "agglo",
        "urbaine",
        "metropole",
        "de",
        "du",
        "des",
        "d",
        "la",
        "le",
        "les",
        "l",
        "et",
        "etablissement",
        "public",
        "territorial",
        "intercommunale",
    ];
    folded.split(' ').filter(|w| !GENERIC.contains(w)).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
