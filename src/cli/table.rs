//! Columns on a terminal, wide enough for what they hold.

use super::output::line;

/// Prints rows under their headers; the last column takes what is left.
pub fn print(headers: &[&str], rows: &[Vec<String>]) {
    let headers = headers.iter().map(|header| (*header).to_owned()).collect();
    let all: Vec<Vec<String>> = std::iter::once(headers).chain(rows.iter().cloned()).collect();
    print_rows(&all);
}

/// Prints rows without headers.
pub fn print_rows(rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let mut text = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            text.push_str(cell);
            text.extend(std::iter::repeat_n(' ', width.saturating_sub(cell.chars().count()) + 2));
        }
        line(text.trim_end());
    }
}
