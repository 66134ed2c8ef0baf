//! .xlsx and .ods → rows, through calamine, within bounds.
//!
//! Both are ZIP files of XML in which a few bytes may stand for gigabytes: a part that unzips without end, a cell in the
//! last corner of the sheet, a cell repeated a million times. What they would take is counted before it is read.

use std::io::{Cursor, Read};

use calamine::{Data, DataRef, Reader};
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;

use super::table::{ROWS_MAX, Row, Unreadable, cleaned};

/// All parts of a file, unzipped.
const UNZIPPED_BYTES_MAX: u64 = 100 << 20;
/// Empty ones between two that hold something count too.
const CELLS_MAX: usize = 2_000_000;
/// Cells further right are no columns of a list of participants.
const COLUMNS_MAX: usize = 256;
/// The text of all cells: one text may be shared by many.
const TEXT_BYTES_MAX: usize = 64 << 20;

/// The first sheet that holds anything, cell by cell: a sheet is never laid out whole.
pub(super) fn xlsx_rows(bytes: &[u8]) -> Result<Vec<Row>, Unreadable> {
    refuse_bombs(bytes)?;
    let mut book = calamine::Xlsx::new(Cursor::new(bytes)).map_err(|_| Unreadable::NotATable)?;
    for name in book.sheet_names() {
        // A sheet of another kind (a chart) has no cells.
        let Ok(mut reader) = book.worksheet_cells_reader(&name) else { continue };
        let mut sheet = Sheet::default();
        while let Some(cell) = reader.next_cell().map_err(|_| Unreadable::NotATable)? {
            let (row, column) = cell.get_position();
            let text = match cell.get_value() {
                DataRef::SharedString(text) => cleaned(text),
                value => written(&Data::from(value.clone())),
            };
            sheet.put(row as usize, column as usize, text)?;
        }
        if !sheet.rows.is_empty() {
            return Ok(sheet.rows);
        }
    }
    Err(Unreadable::NoHeaders)
}

/// The first sheet that holds anything.
pub(super) fn ods_rows(bytes: &[u8]) -> Result<Vec<Row>, Unreadable> {
    refuse_bombs(bytes)?;
    refuse_repeats(bytes)?;
    let mut book = calamine::Ods::new(Cursor::new(bytes)).map_err(|_| Unreadable::NotATable)?;
    for (_, range) in book.worksheets() {
        let Some((first_row, first_column)) = range.start() else { continue };
        let mut sheet = Sheet::default();
        for (n, cells) in range.rows().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                sheet.put(first_row as usize + n, first_column as usize + column, written(cell))?;
            }
        }
        return Ok(sheet.rows);
    }
    Err(Unreadable::NoHeaders)
}

/// The rows of a sheet so far; empty ones are left out.
#[derive(Default)]
struct Sheet {
    rows: Vec<Row>,
    cells: usize,
    text_bytes: usize,
}

impl Sheet {
    fn put(&mut self, row: usize, column: usize, text: String) -> Result<(), Unreadable> {
        if text.is_empty() || column >= COLUMNS_MAX {
            return Ok(());
        }
        // Programs write rows from top to bottom; out of order, a row begins anew.
        if self.rows.last().is_none_or(|last| last.line != row + 1) {
            self.rows.push(Row { line: row + 1, cells: Vec::new() });
        }
        let Some(last) = self.rows.last_mut() else { return Ok(()) };
        let new = (column + 1).saturating_sub(last.cells.len());
        self.cells += new;
        self.text_bytes += text.len();
        if self.cells > CELLS_MAX || self.text_bytes > TEXT_BYTES_MAX || self.rows.len() > ROWS_MAX {
            return Err(Unreadable::TooManyCells);
        }
        let Some(last) = self.rows.last_mut() else { return Ok(()) };
        last.cells.resize(last.cells.len() + new, String::new());
        if let Some(cell) = last.cells.get_mut(column) {
            *cell = text;
        }
        Ok(())
    }
}

/// Unzips every part to nowhere: sizes that the file declares may lie.
fn refuse_bombs(bytes: &[u8]) -> Result<(), Unreadable> {
    let mut parts = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::NotATable)?;
    let mut left = UNZIPPED_BYTES_MAX;
    for n in 0..parts.len() {
        let part = parts.by_index(n).map_err(|_| Unreadable::NotATable)?;
        let unzipped =
            std::io::copy(&mut part.take(left + 1), &mut std::io::sink()).map_err(|_| Unreadable::NotATable)?;
        left = left.checked_sub(unzipped).ok_or(Unreadable::TooManyCells)?;
    }
    Ok(())
}

/// Counts what an .ods would be with every repeated cell and row written out, as its reader does.
fn refuse_repeats(bytes: &[u8]) -> Result<(), Unreadable> {
    let mut parts = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::NotATable)?;
    let mut content = String::new();
    let part = parts.by_name("content.xml").map_err(|_| Unreadable::NotATable)?;
    part.take(UNZIPPED_BYTES_MAX).read_to_string(&mut content).map_err(|_| Unreadable::NotATable)?;
    let mut reader = quick_xml::Reader::from_str(&content);
    let mut extent = Extent::default();
    loop {
        match reader.read_event().map_err(|_| Unreadable::NotATable)? {
            Event::Start(tag) => extent.opens(&tag),
            Event::Empty(tag) => {
                extent.opens(&tag);
                extent.closes(tag.name().as_ref());
            }
            Event::Text(text) => extent.text += text.len(),
            Event::End(tag) => extent.closes(tag.name().as_ref()),
            Event::Eof => return Ok(()),
            _ => {}
        }
        if extent.is_too_large() {
            return Err(Unreadable::TooManyCells);
        }
    }
}

/// How far the sheets reach. Empty cells and rows count once something comes after them.
#[derive(Default)]
struct Extent {
    rows: usize,
    rows_waiting: usize,
    row_repeats: usize,
    width_max: usize,
    width: usize,
    columns_waiting: usize,
    cell_repeats: usize,
    holds: bool,
    /// Of the cell under way, of the row, of all.
    text: usize,
    row_text: usize,
    all_text: usize,
    cells: usize,
}

impl Extent {
    fn opens(&mut self, tag: &BytesStart<'_>) {
        match tag.name().as_ref() {
            "table:table" => {
                (self.rows, self.rows_waiting, self.width_max) = (0, 0, 0);
            }
            "table:table-row" => {
                self.row_repeats = repeats(tag, "table:number-rows-repeated");
                (self.width, self.columns_waiting, self.row_text) = (0, 0, 0);
            }
            "table:table-cell" | "table:covered-table-cell" => {
                self.cell_repeats = repeats(tag, "table:number-columns-repeated");
                let has = |name| matches!(tag.try_get_attribute(name), Ok(Some(_)));
                self.holds = has("office:value-type") || has("table:formula");
                self.text = tag.len();
            }
            _ => {}
        }
    }

    fn closes(&mut self, name: &str) {
        match name {
            "table:table-cell" | "table:covered-table-cell" if self.holds => {
                self.width = self.width.saturating_add(self.columns_waiting).saturating_add(self.cell_repeats);
                self.row_text = self.row_text.saturating_add(self.text.saturating_mul(self.cell_repeats));
                self.columns_waiting = 0;
            }
            "table:table-cell" | "table:covered-table-cell" => {
                self.columns_waiting = self.columns_waiting.saturating_add(self.cell_repeats);
            }
            "table:table-row" if self.width > 0 => {
                self.rows = self.rows.saturating_add(self.rows_waiting).saturating_add(self.row_repeats);
                self.rows_waiting = 0;
                self.width_max = self.width_max.max(self.width);
                self.all_text = self.all_text.saturating_add(self.row_text.saturating_mul(self.row_repeats));
            }
            "table:table-row" => self.rows_waiting = self.rows_waiting.saturating_add(self.row_repeats),
            "table:table" => {
                self.cells = self.cells.saturating_add(self.rows.saturating_mul(self.width_max));
                (self.rows, self.width_max) = (0, 0);
            }
            _ => {}
        }
    }

    fn is_too_large(&self) -> bool {
        let under_way = self.rows.saturating_mul(self.width_max.max(self.width)).max(self.width);
        self.cells.saturating_add(under_way) > CELLS_MAX || self.all_text.saturating_add(self.row_text) > TEXT_BYTES_MAX
    }
}

/// A number that cannot be read is as large as can be.
fn repeats(tag: &BytesStart<'_>, name: &str) -> usize {
    match tag.try_get_attribute(name) {
        Ok(None) => 1,
        Ok(Some(attribute)) => attribute.value.trim().parse().unwrap_or(usize::MAX),
        Err(_) => usize::MAX,
    }
}

/// A cell as the spreadsheet shows it: a code that became a number has no decimals.
fn written(cell: &Data) -> String {
    match cell {
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        cell => cleaned(&cell.to_string()),
    }
}
