//! Every name of every territory, sorted, so that the longest name that begins at a word is found by bisection.
//!
//! Communes come from the table; régions, départements, intercommunalities, aliases and adjectives from here and from
//! data/. It knows how places are called, not what a sentence says of them.

use std::borrow::Cow;

use super::fold::{Words, fold};
use super::table::{Spot, Table};

const ALIASES: &str = include_str!("../../data/aliases.tsv");
const ADJECTIVES: &str = include_str!("../../data/adjectives.tsv");

/// No name in the table has more words.
const NAME_WORDS_MAX: usize = 14;

/// Entries of large places, and some more.
const NAMES_CAPACITY: usize = 9_000;

/// What kind of name it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameKind {
    Name,
    Abbreviation,
    Adjective,
}

/// One name of a region, a département, an intercommunality; several entries may carry one name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub folded: Cow<'static, str>,
    pub kind: NameKind,
    pub spot: Spot,
}

pub struct Names {
    large: Vec<Name>,
    large_from: Buckets,
    commune_from: Buckets,
}

impl Names {
    pub fn of(table: &Table) -> Self {
        let mut large = Vec::with_capacity(NAMES_CAPACITY);
        add_official(table, &mut large);
        add_hand_written(table, &mut large);
        // A stable sort: most names come sorted, and it makes use of that.
        large.sort();
        large.dedup();
        let large_from = Buckets::of(large.len(), |n| large.get(n).map_or("", |l| l.folded.as_ref()));
        let commune_from = Buckets::of(table.names.len(), |n| commune_name(table, n));
        Self { large, large_from, commune_from }
    }

    /// The longest name of a large place that begins at word `first`: its last word and the entries that carry it.
    pub fn large_at(&self, words: &Words<'_>, first: usize) -> Option<(usize, &[Name])> {
        let range = self.large_from.range(words.word(first));
        let (last, from, to) = longest(words, first, range, |n| self.large.get(n).map_or("", |l| l.folded.as_ref()))?;
        Some((last, self.large.get(from..to)?))
    }

    /// The longest name of a commune that begins at word `first`, current communes first, the most populous first.
    pub fn communes_at(&self, table: &Table, words: &Words<'_>, first: usize) -> Option<(usize, Vec<Spot>)> {
        let range = self.commune_from.range(words.word(first));
        let (last, from, _) = longest(words, first, range, |n| commune_name(table, n))?;
        Some((last, spots_of(table, from)))
    }

    /// The large places of exactly this folded name.
    pub fn large(&self, folded: &str) -> &[Name] {
        let from = self.large.partition_point(|l| l.folded.as_ref() < folded);
        let rest = self.large.get(from..).unwrap_or_default();
        let count = rest.iter().take_while(|l| l.folded == folded).count();
        rest.get(..count).unwrap_or_default()
    }

    /// The communes of exactly this folded name.
    pub fn communes(&self, table: &Table, folded: &str) -> Vec<Spot> {
        table.names.find(folded).map_or_else(Vec::new, |n| spots_of(table, n))
    }
}

/// Intercommunalities, in the order of their names as the table gives them, then régions and départements.
fn add_official(table: &Table, large: &mut Vec<Name>) {
    let kind = NameKind::Name;
    for n in 0..table.shared.len() {
        let groups = table.shared.places(n).split(' ').filter_map(|group| group.strip_prefix('g')?.parse().ok());
        let folded = Cow::Borrowed(table.shared.name(n));
        large.extend(groups.map(|group| Name { folded: folded.clone(), kind, spot: Spot::Intercommunality(group) }));
    }
    let mut add = |name: &str, spot| large.push(Name { folded: fold(name).into(), kind, spot });
    for (n, region) in table.regions.iter().enumerate() {
        // An overseas région is its département, which carries the name.
        if region.departements.len() != 1 {
            add(region.name, Spot::Region(n as u8));
        }
    }
    for (n, departement) in table.departements.iter().enumerate() {
        add(departement.name, Spot::Departement(n as u8));
    }
}

fn add_hand_written(table: &Table, large: &mut Vec<Name>) {
    let mut add = |folded: &str, kind, codes: &str| {
        let spots = codes.split(' ').filter_map(|c| spot_of(table, c));
        large.extend(spots.map(|spot| Name { folded: folded.to_owned().into(), kind, spot }));
    };
    for (name, columns) in entries(ALIASES) {
        let (kind, codes) = columns.split_once('\t').unwrap_or_default();
        let kind = if kind == "abbreviation" { NameKind::Abbreviation } else { NameKind::Name };
        add(&fold(name), kind, codes);
    }
    for (adjective, codes) in entries(ADJECTIVES) {
        for form in inflected(&fold(adjective)) {
            add(&form, NameKind::Adjective, codes);
        }
    }
}

fn commune_name(table: &Table, n: usize) -> &str {
    table.names.name(n)
}

/// `c12 f3` → the communes, a former one standing for what it became; each once.
fn spots_of(table: &Table, n: usize) -> Vec<Spot> {
    let places = table.names.places(n);
    let mut spots = Vec::new();
    for place in places.split(' ') {
        let commune = match (place.get(..1), place.get(1..).and_then(|n| n.parse::<u32>().ok())) {
            (Some("c"), n) => n,
            (Some("f"), Some(n)) => table.former.get(n as usize).map(|f| f.commune),
            _ => None,
        };
        if let Some(spot) = commune.map(Spot::Commune)
            && !spots.contains(&spot)
        {
            spots.push(spot);
        }
    }
    spots
}

/// The longest run of words from `first` that is a name of a sorted list: its last word, and the equal entries.
fn longest<'n>(
    words: &Words<'_>,
    first: usize,
    range: (usize, usize),
    name: impl Fn(usize) -> &'n str,
) -> Option<(usize, usize, usize)> {
    let (mut low, high) = range;
    let mut found = None;
    for last in first..(first + NAME_WORDS_MAX).min(words.len()) {
        let phrase = words.phrase(first, last);
        if low >= high || phrase.contains('\n') {
            break;
        }
        low = bisect(low, high, |n| name(n) < phrase);
        let from = low;
        while low < high && name(low) == phrase {
            low += 1;
        }
        if low > from {
            found = Some((last, from, low));
        }
        // A space sorts before every letter: longer names of the same words stand right here.
        let goes_on = low < high && name(low).strip_prefix(phrase).is_some_and(|rest| rest.starts_with(' '));
        if !goes_on {
            break;
        }
    }
    found
}

fn bisect(mut low: usize, mut high: usize, before: impl Fn(usize) -> bool) -> usize {
    while low < high {
        let middle = low + (high - low) / 2;
        if before(middle) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    low
}

/// Where the names that begin with two given characters stand in a sorted list.
struct Buckets(Vec<u32>);

impl Buckets {
    const SIDE: usize = 37;

    fn of<'n>(len: usize, name: impl Fn(usize) -> &'n str) -> Self {
        let mut from = Vec::with_capacity(Self::SIDE * Self::SIDE + 1);
        let mut n = 0;
        for key in 0..Self::SIDE * Self::SIDE {
            n = bisect(n, len, |n| Self::key(name(n)) < key);
            from.push(n as u32);
        }
        from.push(len as u32);
        Self(from)
    }

    fn range(&self, word: &str) -> (usize, usize) {
        let key = Self::key(word);
        let at = |n: usize| self.0.get(n).map_or(0, |n| *n as usize);
        // A one-letter word may begin names under every second character, but a space sorts first: one bucket.
        (at(key), at(key + 1))
    }

    fn key(name: &str) -> usize {
        let place = |b: Option<&u8>| match b {
            Some(b @ b'0'..=b'9') => usize::from(b - b'0') + 1,
            Some(b @ b'a'..=b'z') => usize::from(b - b'a') + 11,
            _ => 0,
        };
        let bytes = name.as_bytes();
        place(bytes.first()) * Self::SIDE + place(bytes.get(1))
    }
}

/// The lines of a hand-written file: first column, rest.
pub fn entries(file: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    file.lines().filter(|l| !l.starts_with('#')).filter_map(|l| l.split_once('\t'))
}

fn spot_of(table: &Table, code: &str) -> Option<Spot> {
    match code {
        "FR" => return Some(Spot::France),
        "EU" => return Some(Spot::Europe),
        "X" => return Some(Spot::Elsewhere),
        _ => {}
    }
    if let Some(number) = code.strip_prefix('D') {
        return table.departement(number).map(Spot::Departement);
    }
    if code.starts_with('R') {
        return table.regions.iter().position(|r| r.code == code).map(|n| Spot::Region(n as u8));
    }
    let group = table.group_of_code(code).map(Spot::Intercommunality);
    group.or_else(|| table.commune_of_code(code).map(Spot::Commune))
}

/// A folded name without the preposition and article it begins with (`de la rochelle` → `rochelle`).
pub fn without_article(folded: &str) -> &str {
    for article in
        ["de la ", "de l ", "du ", "des ", "de ", "d ", "le ", "la ", "les ", "l ", "aux ", "au ", "en ", "a "]
    {
        if let Some(rest) = folded.strip_prefix(article) {
            return rest;
        }
    }
    folded
}

/// The four forms of an adjective, from its masculine singular.
fn inflected(base: &str) -> Vec<String> {
    let feminine = match base.as_bytes().last() {
        Some(b'e') => return vec![base.to_owned(), format!("{base}s")],
        Some(b'x') => return vec![base.to_owned()],
        Some(b'n') if base.ends_with("en") || base.ends_with("on") => format!("{base}ne"),
        _ => format!("{base}e"),
    };
    let plural = if base.ends_with('s') { base.to_owned() } else { format!("{base}s") };
    let feminines = format!("{feminine}s");
    vec![base.to_owned(), plural, feminine, feminines]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hand_written_files_name_known_places() {
        let table = Table::load();
        for (name, columns) in entries(ALIASES) {
            let codes = columns.split_once('\t').map_or("", |(_, codes)| codes);
            assert!(codes.split(' ').all(|c| spot_of(&table, c).is_some()), "{name}");
        }
        for (name, codes) in entries(ADJECTIVES) {
            assert!(codes.split(' ').all(|c| spot_of(&table, c).is_some()), "{name}");
        }
    }

    #[test]
    fn adjectives_take_their_forms() {
        let check = |base: &str, forms: &str| assert_eq!(inflected(base).join(" "), forms);
        check("francilien", "francilien franciliens francilienne franciliennes");
        check("nantais", "nantais nantais nantaise nantaises");
        check("breton", "breton bretons bretonne bretonnes");
        check("corse", "corse corses");
        check("picard", "picard picards picarde picardes");
    }
}
