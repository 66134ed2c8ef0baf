//! What a source gives, as a table on a terminal and as JSON.

use serde_json::{Value, json};

use crate::cli::{output, table, words};
use crate::model::{Item, Understanding};
use crate::pipeline::App;

/// Rows of a table; the rest is counted.
const ROWS_SHOWN: usize = 10;

/// Title, kind, deadline, territory and themes of the first items, then how many more there are.
pub fn print(app: &App, read: &[(Item, Understanding)]) {
    if read.is_empty() {
        return;
    }
    let rows: Vec<Vec<String>> = read.iter().take(ROWS_SHOWN).map(|(item, read)| row(app, item, read)).collect();
    table::print(&["TITRE", "GENRE", "DATE LIMITE", "TERRITOIRE", "THÈMES"], &rows);
    let more = read.len().saturating_sub(ROWS_SHOWN);
    if more > 0 {
        output::line(format_args!("… et {}.", words::count(more, "autre")));
    }
}

fn row(app: &App, item: &Item, read: &Understanding) -> Vec<String> {
    let territory = read.territory.value.as_deref().unwrap_or_default();
    let places: Vec<_> = territory.iter().map(|code| app.geography.label(code)).collect();
    let themes: Vec<String> = read.themes.value.iter().flatten().map(ToString::to_string).collect();
    let or_dash = |text: String| if text.is_empty() { "—".to_owned() } else { text };
    vec![
        words::short(&item.title, 60),
        words::kind(read.kind()).to_owned(),
        read.deadline.value.map_or("—".to_owned(), words::deadline),
        or_dash(words::short(&places.join(", "), 24)),
        or_dash(words::short(&themes.join(", "), 34)),
    ]
}

pub fn json(read: &[(Item, Understanding)]) -> Vec<Value> {
    let item = |(item, read): &(Item, Understanding)| {
        json!({
            "title": item.title, "url": item.url, "kind": read.kind.value, "deadline": read.deadline.value,
            "territory": read.territory.value, "themes": read.themes.value,
        })
    };
    read.iter().map(item).collect()
}
