//! Bytes → rows of cells, whatever program wrote them.

use std::io::Cursor;

use calamine::{Data, Reader};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// A file larger than this is no list of participants.
const BYTES_MAX: usize = 20 << 20;
const ROWS_MAX: usize = 200_000;

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
        Format::Xlsx => sheet_rows(calamine::Xlsx::new(Cursor::new(bytes)).map_err(|_| Unreadable::NotATable)?),
        Format::Ods => sheet_rows(calamine::Ods::new(Cursor::new(bytes)).map_err(|_| Unreadable::NotATable)?),
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
    for record in reader.records().take(ROWS_MAX) {
        let record = record.map_err(|_| Unreadable::NotATable)?;
        let line = record.position().map_or(rows.len() + 1, |at| lines.of(at.byte() as usize));
        rows.push(Row { line, cells: record.iter().map(str::to_owned).collect() });
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

/// The first sheet that holds anything.
fn sheet_rows<'b, R: Reader<Cursor<&'b [u8]>>>(mut book: R) -> Result<Vec<Row>, Unreadable> {
    for (_, sheet) in book.worksheets() {
        let Some((first_line, _)) = sheet.start() else { continue };
        let rows = sheet.rows().take(ROWS_MAX).enumerate();
        return Ok(rows
            .map(|(n, cells)| Row { line: first_line as usize + n + 1, cells: cells.iter().map(written).collect() })
            .collect());
    }
    Err(Unreadable::NoHeaders)
}

/// A cell as the spreadsheet shows it: a code that became a number has no decimals.
fn written(cell: &Data) -> String {
    match cell {
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        cell => cell.to_string(),
    }
}
