//! Bytes → rows of cells, whatever program wrote them.
//!
//! A spreadsheet comes from outside: what it would take in memory is bounded before anything is made of it.

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use super::sheet;

/// A file larger than this is no list of participants.
const BYTES_MAX: usize = 20 << 20;
pub(super) const ROWS_MAX: usize = 200_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Xlsx,
    Ods,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Unreadable {
    #[error("ce fichier n'est pas un tableau que je sache lire : enregistrez-le en .csv, .xlsx ou .ods")]
    NotATable,
    #[error("ce fichier est trop grand (plus de 20 Mo) pour une liste de participants")]
    TooLarge,
    #[error(
        "ce tableau est trop grand pour une liste de participants (plus de 200 000 lignes, de 2 millions de cases ou de 100 Mo une fois décompressé) : copiez la liste seule dans un nouveau fichier"
    )]
    TooManyCells,
    #[error(
        "aucune colonne « email » dans les premières lignes : la ligne d'en-têtes doit la contenir (email, prénom, nom, organisation, type, fonction, promotion, territoire, thèmes, rythme)"
    )]
    NoHeaders,
}

impl Format {
    /// By the file's first bytes, then its name.
    pub fn of(name: &str, bytes: &[u8]) -> Self {
        let name = name.to_lowercase();
        match bytes.starts_with(b"PK\x03\x04") {
            true if name.ends_with(".ods") => Self::Ods,
            true => Self::Xlsx,
            false => Self::Csv,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// From 1, as a spreadsheet counts.
    pub line: usize,
    pub cells: Vec<String>,
}

pub fn rows(bytes: &[u8], format: Format) -> Result<Vec<Row>, Unreadable> {
    if bytes.len() > BYTES_MAX {
        return Err(Unreadable::TooLarge);
    }
    match format {
        Format::Csv => csv_rows(&decoded(bytes)),
        Format::Xlsx => sheet::xlsx_rows(bytes),
        Format::Ods => sheet::ods_rows(bytes),
    }
}

/// A byte order mark decides; else UTF-8 when it is sound; else what Excel in French writes, Windows-1252.
fn decoded(bytes: &[u8]) -> String {
    let encoding = match Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding,
        None if std::str::from_utf8(bytes).is_ok() => UTF_8,
        None => WINDOWS_1252,
    };
    encoding.decode(bytes).0.into_owned()
}

fn csv_rows(text: &str) -> Result<Vec<Row>, Unreadable> {
    if text.contains('\0') {
        return Err(Unreadable::NotATable);
    }
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter(text))
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut lines = Lines { text, byte: 0, line: 1 };
    for record in reader.records() {
        let record = record.map_err(|_| Unreadable::NotATable)?;
        if rows.len() == ROWS_MAX {
            return Err(Unreadable::TooManyCells);
        }
        let line = record.position().map_or(rows.len() + 1, |at| lines.of(at.byte() as usize));
        rows.push(Row { line, cells: record.iter().map(cleaned).collect() });
    }
    Ok(rows)
}

/// Counts lines up to a place in a text, going forward only.
struct Lines<'a> {
    text: &'a str,
    byte: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line on which the record at `byte` begins: the reader places it before the empty lines that it skips.
    fn of(&mut self, byte: usize) -> usize {
        let rest = self.text.get(byte..).unwrap_or_default();
        let begins = byte + rest.len() - rest.trim_start_matches(['\r', '\n']).len();
        let passed = self.text.get(self.byte..begins).unwrap_or_default();
        self.line += passed.bytes().filter(|b| *b == b'\n').count();
        self.byte = begins;
        self.line
    }
}

/// The separator that the first lines hold most of. Excel in French writes semicolons.
fn delimiter(text: &str) -> u8 {
    let head: Vec<&str> = text.lines().take(5).collect();
    let count = |c: char| head.iter().map(|line| line.matches(c).count()).sum::<usize>();
    [';', '\t', ','].into_iter().max_by_key(|c| (count(*c), *c == ';')).map_or(b';', |c| c as u8)
}

/// A cell's text without what would move a terminal's cursor or hide letters; line breaks divide lists and stay.
pub(super) fn cleaned(text: &str) -> String {
    let spoils = |c: char| {
        (c.is_control() && c != '\n')
            || matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}')
    };
    if text.contains(spoils) { text.chars().filter(|c| !spoils(*c)).collect() } else { text.to_owned() }
}
