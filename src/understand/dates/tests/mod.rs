//! Tables through one `check()` each: what a text writes, what its dates mean. The sentences are ours.

mod deadlines;
mod finding;
mod hours;
mod openings;
mod properties;
mod waves;
mod years;

use chrono::NaiveDate;

use super::{DatesInput, DatesReading, read};

fn input<'a>(title: &'a str, text: &'a str, published: &str) -> DatesInput<'a> {
    DatesInput {
        title,
        text,
        published: published.parse().ok(),
        deadline_field: None,
        opening_field: None,
        zone: chrono_tz::Europe::Paris,
    }
}

fn reading(title: &str, text: &str, published: &str) -> DatesReading {
    let reading = read(&input(title, text, published));
    for quote in reading.deadline.evidence.iter().chain(&reading.opening.evidence).chain(&reading.published.evidence) {
        let source = if quote.field == crate::model::Field::Title { title } else { text };
        assert_eq!(source.get(quote.start..quote.end), Some(quote.text.as_str()), "the quote is the slice: {text}");
    }
    reading
}

fn day(iso: &str) -> NaiveDate {
    iso.parse().unwrap()
}
