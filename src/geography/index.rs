//! Where the rows of the table stand (data/geography.idx, written by data/index.py): communes, former communes, names and
//! postcodes are read where they are asked for, so that nothing is parsed at start.
//!
//! It knows the layout of the two files, which a test compares; nothing of what lies in what.

use super::table::Spot;

pub(super) const TABLE: &str = include_str!("../../data/geography.tsv");
const INDEX: &[u8] = include_bytes!("../../data/geography.idx");

const MAGIC: u32 = 0x4749_4458;
const HEAD_BYTES: usize = 48;
const COMMUNE_BYTES: usize = 16;
const RECORD_BYTES: usize = 8;
const CODE_BYTES: usize = 5;

/// No intercommunality.
const NONE: u16 = 0xffff;

/// The bit of an ordinal that makes it an arrondissement's.
const ARRONDISSEMENT: u32 = 1 << 31;

pub struct Commune {
    pub code: &'static str,
    pub name: &'static str,
    pub population: u32,
    pub departement: u8,
    pub epci: Option<u16>,
    pub ept: Option<u16>,
}

/// What a commune is part of.
pub struct Membership {
    pub population: u32,
    pub departement: u8,
    pub epci: Option<u16>,
    pub ept: Option<u16>,
}

pub struct Former {
    pub code: &'static str,
    pub name: &'static str,
    pub commune: u32,
}

/// Records of one size, one after the other.
#[derive(Clone, Copy, Default)]
struct Records {
    bytes: &'static [u8],
    size: usize,
}

impl Records {
    fn get(&self, n: usize) -> Option<&'static [u8]> {
        let from = n.checked_mul(self.size)?;
        self.bytes.get(from..from + self.size)
    }

    fn len(&self) -> usize {
        self.bytes.len().checked_div(self.size).unwrap_or(0)
    }
}

/// The communes, in the order of their codes.
#[derive(Clone, Copy, Default)]
pub struct Communes(Records);

impl Communes {
    pub fn get(&self, n: usize) -> Option<Commune> {
        let record = self.0.get(n)?;
        let (code, name) = coded(u32_at(record, 0), usize::from(*record.get(12)?));
        let Membership { population, departement, epci, ept } = membership(record)?;
        Some(Commune { code, name, population, departement, epci, ept })
    }

    /// Where each commune lies, without its words.
    pub fn memberships(self) -> impl Iterator<Item = Membership> {
        self.0.bytes.chunks_exact(COMMUNE_BYTES).filter_map(membership)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    #[cfg(test)]
    pub fn iter(self) -> impl Iterator<Item = Commune> {
        (0..self.len()).filter_map(move |n| self.get(n))
    }

    pub fn of_code(&self, code: &str) -> Option<u32> {
        let found = bisect(self.len(), |n| self.get(n).is_some_and(|commune| commune.code < code));
        self.get(found).is_some_and(|commune| commune.code == code).then_some(found as u32)
    }
}

/// The former communes, in the order of their codes.
#[derive(Clone, Copy, Default)]
pub struct FormerCommunes(Records);

impl FormerCommunes {
    pub fn get(&self, n: usize) -> Option<Former> {
        let record = self.0.get(n)?;
        let (code, name) = coded(u32_at(record, 0), usize::from(u16_at(record, 4)));
        Some(Former { code, name, commune: u32::from(u16_at(record, 6)) })
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn of_code(&self, code: &str) -> Option<Former> {
        let found = bisect(self.len(), |n| self.get(n).is_some_and(|former| former.code < code));
        self.get(found).filter(|former| former.code == code)
    }
}

/// Folded names, sorted, each with the places that carry it (`c12 f3`).
#[derive(Clone, Copy, Default)]
pub struct SortedNames(Records);

impl SortedNames {
    /// The name; past the end, an empty one.
    pub fn name(&self, n: usize) -> &'static str {
        self.0.get(n).map_or("", |record| slice(u32_at(record, 0), usize::from(u16_at(record, 4))))
    }

    pub fn places(&self, n: usize) -> &'static str {
        let Some(record) = self.0.get(n) else { return "" };
        let after = usize::from(u16_at(record, 4)) + 1;
        slice(u32_at(record, 0) + after as u32, usize::from(u16_at(record, 6)))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The first name that is not before this one.
    pub fn from(&self, folded: &str) -> usize {
        bisect(self.len(), |n| self.name(n) < folded)
    }

    /// The entry of exactly this name.
    pub fn find(&self, folded: &str) -> Option<usize> {
        Some(self.from(folded)).filter(|n| *n < self.len() && self.name(*n) == folded)
    }
}

/// Postcodes, sorted, each with a place that has it.
#[derive(Clone, Copy, Default)]
pub struct Postcodes(Records);

impl Postcodes {
    pub fn places(self, postcode: u32) -> impl Iterator<Item = Spot> {
        let entry = move |n: usize| self.0.get(n).map(|record| (u32_at(record, 0), u32_at(record, 4)));
        let first = bisect(self.0.len(), |n| entry(n).is_some_and(|(code, _)| code < postcode));
        let here = (first..).map_while(entry).take_while(move |(code, _)| *code == postcode);
        here.map(|(_, place)| match place & ARRONDISSEMENT {
            0 => Spot::Commune(place),
            _ => Spot::Arrondissement((place & !ARRONDISSEMENT) as u8),
        })
    }
}

/// The lists of the index, and the parts of the table that are short enough to be parsed.
#[derive(Default)]
pub struct Index {
    pub communes: Communes,
    pub former: FormerCommunes,
    pub names: SortedNames,
    /// Names of intercommunalities.
    pub shared: SortedNames,
    pub postcodes: Postcodes,
    /// Régions, départements and intercommunalities, then arrondissements, as written.
    pub short: [&'static str; 2],
}

impl Index {
    /// The embedded index; empty when it is not of this table (a test sees to it that it is).
    pub fn open() -> Self {
        let head = |n: usize| u32_at(INDEX, n * 4);
        if head(0) != MAGIC || head(1) as usize != TABLE.len() {
            return Self::default();
        }
        let mut at = HEAD_BYTES;
        let mut records = |count: u32, size: usize| {
            let from = at;
            at += count as usize * size;
            Records { bytes: INDEX.get(from..at).unwrap_or_default(), size }
        };
        let (communes_at, arrondissements_at) = (head(7) as usize, head(8) as usize);
        Self {
            communes: Communes(records(head(2), COMMUNE_BYTES)),
            former: FormerCommunes(records(head(3), RECORD_BYTES)),
            names: SortedNames(records(head(4), RECORD_BYTES)),
            shared: SortedNames(records(head(5), RECORD_BYTES)),
            postcodes: Postcodes(records(head(6), RECORD_BYTES)),
            short: [
                TABLE.get(..communes_at).unwrap_or_default(),
                TABLE.get(arrondissements_at..).and_then(|rest| rest.split("[former]").next()).unwrap_or_default(),
            ],
        }
    }
}

fn membership(record: &[u8]) -> Option<Membership> {
    let group = |at: usize| Some(u16_at(record, at)).filter(|group| *group != NONE);
    let (epci, ept) = (group(8), group(10));
    Some(Membership { population: u32_at(record, 4), departement: *record.get(13)?, epci, ept })
}

/// The code and the name of a row, from where its name stands.
fn coded(name_at: u32, name_bytes: usize) -> (&'static str, &'static str) {
    let code_at = (name_at as usize).saturating_sub(CODE_BYTES + 1);
    (slice(code_at as u32, CODE_BYTES), slice(name_at, name_bytes))
}

fn slice(at: u32, bytes: usize) -> &'static str {
    let at = at as usize;
    TABLE.get(at..at + bytes).unwrap_or_default()
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|four| four.try_into().ok()).map_or(0, u32::from_le_bytes)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).and_then(|two| two.try_into().ok()).map_or(0, u16::from_le_bytes)
}

/// The first of `len` entries that is not before what is looked for.
fn bisect(len: usize, before: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, len);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn section(name: &str) -> Vec<Vec<&'static str>> {
        let after = TABLE.split_once(&format!("[{name}]\n")).unwrap().1;
        let rows = after.lines().take_while(|line| !line.starts_with('['));
        rows.map(|line| line.split('\t').collect()).collect()
    }

    #[test]
    fn the_index_says_what_the_table_says() {
        let index = Index::open();
        let communes = section("communes");
        assert_eq!(index.communes.len(), communes.len(), "run data/index.py");
        for (n, row) in communes.iter().enumerate() {
            let commune = index.communes.get(n).unwrap();
            let groups = [commune.epci, commune.ept].map(|g| g.map_or("-".to_owned(), |g| g.to_string()));
            let population = commune.population.to_string();
            assert_eq!([commune.code, commune.name, &population, &groups[0], &groups[1]], row[..5]);
            for postcode in row[5].split(' ').filter(|p| !p.is_empty()) {
                assert!(index.postcodes.places(postcode.parse().unwrap()).any(|p| p == Spot::Commune(n as u32)));
            }
        }
        for (n, row) in section("arrondissements").iter().enumerate() {
            let mut postcodes = row[4].split(' ').map(|p| index.postcodes.places(p.parse().unwrap()));
            assert!(postcodes.all(|mut places| places.any(|p| p == Spot::Arrondissement(n as u8))));
        }
        let former = section("former");
        assert_eq!(index.former.len(), former.len());
        for (n, row) in former.iter().enumerate() {
            let former = index.former.get(n).unwrap();
            let current = index.communes.get(former.commune as usize).unwrap();
            assert_eq!([former.code, former.name, current.code], row[..]);
        }
        for (names, title) in [(index.names, "names"), (index.shared, "shared names")] {
            let rows = section(title);
            assert_eq!(names.len(), rows.len());
            assert!(rows.iter().enumerate().all(|(n, row)| [names.name(n), names.places(n)] == row[..]), "{title}");
            assert!(rows.is_sorted());
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let index = Index::open();
        assert!(index.communes.get(usize::MAX).is_none() && index.communes.of_code("00000").is_none());
        assert!(index.former.of_code("99999").is_none() && index.names.find("zzz").is_none());
        assert_eq!((index.names.name(usize::MAX), index.postcodes.places(0).count()), ("", 0));
        assert!(Communes::default().get(0).is_none() && Communes::default().len() == 0);
    }
}
