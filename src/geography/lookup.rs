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

use super::names::without_article;
use super::table::GroupKind;
use super::{Geography, Spot, fold};
use crate::model::TerritoryCode;

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

    /// The SIREN of an EPCI or EPT, or of a commune: `21`, its département, `0`, its number there, a check digit.
    fn by_siren(&self, siren: &str) -> Option<TerritoryCode> {
        if let Some(group) = self.table.group_of_code(siren) {
            return Some(self.code(Spot::Intercommunality(group)));
        }
        if siren == "217500016" {
            return TerritoryCode::parse("75056").ok();
        }
        let commune = format!("{}{}", siren.strip_prefix("21")?.get(..2)?, siren.get(5..8)?);
        self.table.commune_of_code(&commune).map(|c| self.code(Spot::Commune(c)))
    }

    fn by_number(&self, number: &str) -> Candidates {
        match number.len() {
            1 => self.by_departement_number(&format!("0{number}")),
            2 | 3 => self.by_departement_number(number),
            4 => self.by_five_digits(&format!("0{number}")),
            5 => self.by_five_digits(number),
            _ => Candidates::default(),
        }
    }

    fn by_departement_number(&self, number: &str) -> Candidates {
        Candidates::of(self.table.departement(number).map(Spot::Departement))
    }

    /// Both readings of five digits; the postcode is preferred.
    fn by_five_digits(&self, number: &str) -> Candidates {
        let postcode = self.table.postcode(number.parse().unwrap_or(0));
        let at_postcode: Vec<_> = postcode.filter(|s| matches!(s, Spot::Commune(_))).collect();
        let insee = TerritoryCode::parse(number).ok().and_then(|c| self.current_spot(&c));
        if at_postcode.is_empty() {
            return Candidates::of(insee);
        }
        let mut candidates = Candidates::of(at_postcode);
        candidates.second.extend(insee.filter(|i| !candidates.first.contains(i)));
        candidates
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

/// A number alone, spaces apart (`93 100`).
fn number_of(written: &str) -> Option<String> {
    let digits: String = written.chars().filter(|c| !c.is_whitespace()).collect();
    let sound = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    sound.then_some(digits)
}

/// Takes the numbers of départements and postcodes out of a folded name.
fn split_numbers(folded: &str) -> (String, Vec<String>) {
    let is_number = |w: &&str| {
        let corsica = matches!(*w, "2a" | "2b");
        corsica || (matches!(w.len(), 2 | 3 | 5) && w.bytes().all(|b| b.is_ascii_digit()))
    };
    // An acronym and its département written together: cd93, id77.
    let glued = |w: &&str| {
        let number = w.trim_start_matches(|c: char| c.is_ascii_lowercase());
        let acronym = w.len() - number.len();
        (2..=5).contains(&acronym) && is_number(&number)
    };
    if let Some(word) = folded.split(' ').find(glued) {
        let number = word.trim_start_matches(|c: char| c.is_ascii_lowercase());
        let acronym = word.strip_suffix(number).unwrap_or_default();
        let apart = folded.replacen(word, &format!("{acronym} {number}"), 1);
        return split_numbers(&apart);
    }
    let numbers = folded.split(' ').filter(is_number).map(str::to_uppercase).collect();
    let name = folded.split(' ').filter(|w| !is_number(w) && *w != "cedex").collect::<Vec<_>>().join(" ");
    (name, numbers)
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
mod tests {
    use super::*;

    fn codes(codes: &str) -> Vec<TerritoryCode> {
        codes.split_whitespace().map(|c| TerritoryCode::parse(c).unwrap()).collect()
    }

    /// `93048` found, `93048?` the first of several candidates, empty unknown.
    fn check(written: &str, hint: &str, expected: &str) {
        let read = match Geography::get().resolve_place(written, &codes(hint)) {
            Place::Found(code) => code.to_string(),
            Place::Ambiguous(candidates) => format!("{}?", candidates[0]),
            Place::Unknown => String::new(),
        };
        assert_eq!(read, expected, "« {written} » with {hint:?}");
    }

    #[test]
    fn names_are_found_however_they_are_written() {
        check("Nanterre", "", "92050");
        check("NANTERRE", "", "92050");
        check("  nanterre ", "", "92050");
        check("L'Haÿ-les-Roses", "", "94038");
        check("l hay les roses", "", "94038");
        check("Saint Etienne", "", "42218");
        check("St-Étienne", "", "42218");
        check("Lilas", "", "93045");
        check("Mairie des Lilas", "", "93045");
        check("Le Mans", "", "72181");
        check("Ville du Mans", "", "72181");
        check("Mairie du Havre", "", "76351");
        check("La Courneuve", "", "93027");
        check("CCAS de La Courneuve", "", "93027");
        check("Montreuil-sous-Bois", "", "93048");
        check("Paris", "", "75056");
        check("Paris 13e", "", "75113");
        check("Mairie du 13e arrondissement de Paris", "", "75113");
        check("Lyon 3ème", "", "69383");
        check("Marseille 1er", "", "13201");
    }

    #[test]
    fn a_departement_or_postcode_beside_the_name_decides() {
        check("Montreuil (93)", "", "93048");
        check("Montreuil 93", "", "93048");
        check("Montreuil (Seine-Saint-Denis)", "", "93048");
        check("Saint-Denis, Seine-Saint-Denis", "", "93066");
        check("St Denis (974)", "", "97411");
        check("Saint-Denis, La Réunion", "", "97411");
        check("93100 Montreuil", "", "93048");
        check("Montreuil, 93100", "", "93048");
        check("93105 Montreuil Cedex", "", "93048");
        check("Sainte-Anne (Guadeloupe)", "", "97128");
        check("Sainte-Anne, Martinique", "", "97226");
        check("Vienne (86)", "", "D86");
        check("Vienne (38)", "", "38544");
        check("Montreuil (75)", "", "93048?");
    }

    #[test]
    fn homonyms_are_decided_by_hints_and_by_nothing_else() {
        check("Montreuil", "", "93048?");
        check("Montreuil", "D93", "93048");
        check("Montreuil", "FR", "93048?");
        check("Montreuil", "R11", "93048");
        check("Montreuil", "93066", "93048");
        check("Montreuil", "200057875", "93048");
        check("St Denis", "", "97411?");
        check("St Denis", "D93", "93066");
        check("Saint-Denis", "93048 44109 92050", "93066");
        check("Saint-Denis", "D974", "97411");
        check("Sainte-Anne", "", "97128?");
        check("Sainte-Anne", "D972", "97226");
        check("Nantes", "D93", "44109");
    }

    #[test]
    fn institutions_announce_their_kind_of_place() {
        check("CCAS de Nanterre", "", "92050");
        check("Centre communal d'action sociale de Nanterre", "", "92050");
        check("Ville de Nantes", "", "44109");
        check("Ville de Nantes - Direction de la santé", "", "44109");
        check("Département de Seine-Saint-Denis", "", "D93");
        check("Conseil départemental de la Seine-Saint-Denis", "", "D93");
        check("Conseil départemental de la Vienne", "", "D86");
        check("Département de la Mayenne", "", "D53");
        check("CD 93", "", "D93");
        check("CD93", "", "D93");
        check("Région Île-de-France", "", "R11");
        check("Conseil régional de Bretagne", "", "R53");
        check("DREETS Grand Est", "", "R44");
        check("Métropole de Lyon", "", "200046977");
        check("CA Cergy-Pontoise", "", "249500109");
        check("Communauté d'agglomération de La Rochelle", "", "241700434");
        check("Métropole de Toulouse", "", "243100518");
        check("EPT Plaine Commune", "", "200057867");
    }

    #[test]
    fn a_commune_comes_before_a_departement_when_it_is_notable() {
        check("Mayenne", "", "53147");
        check("la Mayenne", "", "D53");
        check("Vienne", "", "38544");
        check("Vienne", "D86", "D86");
        check("Bretagne", "", "R53");
        check("Creuse", "", "D23");
        check("Creuse", "D80", "80225");
        check("Seine-Saint-Denis", "", "D93");
        check("seine saint denis", "", "D93");
        check("la Seine-Saint-Denis", "", "D93");
        check("Réunion", "", "D974");
        check("IDF", "", "R11");
        check("PACA", "", "R93");
        check("Plaine Commune", "", "200057867");
        check("Nantes Métropole", "", "244400404");
        check("Est Ensemble", "", "200057875");
        check("Grand Paris Grand Est", "", "200058790");
        check("France", "", "FR");
    }

    #[test]
    fn numbers_follow_the_rule_of_the_module() {
        check("93100", "", "93048");
        check("93 100", "", "93048");
        check("44000", "", "44109");
        check("75013", "", "75056");
        // A postcode first (01400 has several communes) …
        check("01400", "", "01093?");
        check("01400", "01001", "01001");
        // … an INSEE code when it is no postcode, with or without its zero …
        check("93048", "", "93048");
        check("01053", "", "01053");
        check("1053", "", "01053");
        check("1000", "", "01053?");
        check("2A004", "", "2A004");
        check("2a004", "", "2A004");
        // … or when only that reading lies within the hints (44150 is Saint-Aignan's code and Ancenis's postcode).
        check("44150", "", "44003?");
        check("44150", "44003", "44003");
        check("44150", "44150", "44150");
        // One to three digits are a département.
        check("93", "", "D93");
        check("D93", "", "D93");
        check("R11", "", "R11");
        check("2A", "", "D2A");
        check("974", "", "D974");
        check("6", "", "D06");
        check("200057875", "", "200057875");
        check("219300480", "", "93048");
        check("217500016", "", "75056");
        check("21930048000014", "", "93048");
        check("00000", "", "");
        check("99999", "", "");
        check("123456789012", "", "");
    }

    #[test]
    fn former_communes_lead_to_the_current_one() {
        check("Pierrefitte-sur-Seine", "", "93066");
        check("93059", "", "93066");
    }

    #[test]
    fn what_is_no_place_is_unknown() {
        check("", "", "");
        check("   ", "", "");
        check("???", "", "");
        check("une ville quelconque", "", "");
        check("東京", "", "");
        check("(", "", "");
    }

    proptest::proptest! {
        #[test]
        fn no_string_makes_it_panic(written in "\\PC{0,40}", hinted in proptest::bool::ANY) {
            let hint = if hinted { codes("D93 44109 FR X") } else { vec![] };
            let _ = Geography::get().resolve_place(&written, &hint);
        }
    }
}
