use chrono::{Days, NaiveDate};
use proptest::prelude::*;

use super::reading;
use crate::model::DoubtReason;
use crate::understand::dates::{MENTIONS_MAX, TEXT_BYTES_MAX, When, find, print_fr};

/// What dates and their surroundings are made of, so that random texts come close to real ones.
fn near_dates() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "1er",
        "31",
        "30",
        "2026",
        "26",
        "mars",
        "février",
        "févr.",
        "du",
        "au",
        "le",
        "avant",
        "jusqu'au",
        "12h",
        "minuit",
        "/",
        ".",
        "-",
        ":",
        "\n",
        "\n\n",
        " ",
        " ",
        "T",
        "Z",
        "+02:00",
        "date limite",
        "dossiers",
        "septembre",
        "é",
        "œ",
        "’",
        "•",
        "(",
        ")",
        "lundi",
        "mercredi",
        "prolongé",
        "initialement",
        "publié le",
        "00",
        "à",
        "heure de Paris",
        "e\u{301}",
        "ﬁ",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0u64..36_000).prop_map(|days| NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + Days::new(days))
}

fn quotes_are_slices(text: &str) {
    for mention in find(text) {
        assert!(text.get(mention.start..mention.end).is_some_and(|slice| !slice.is_empty()));
    }
    reading(text, text, "");
    reading("", text, "2026-01-12");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in any::<String>()) {
        quotes_are_slices(&text);
    }

    #[test]
    fn no_text_near_dates_makes_it_panic(text in near_dates()) {
        quotes_are_slices(&text);
    }

    #[test]
    fn no_date_comes_out_of_nothing(text in "[a-zéèà'’ .,;:\n-]{0,200}") {
        prop_assert_eq!(find(&text).iter().filter(|m| m.when != When::Vague).count(), 0);
        prop_assert!(reading("Appel à projets 2026", &text, "2026-01-12").deadline.value.is_none());
    }

    #[test]
    fn print_parse_print_is_stable(date in any_day()) {
        let forms = [
            print_fr(date),
            print_fr(date).to_uppercase(),
            date.format("%d/%m/%Y").to_string(),
            date.format("%d.%m.%Y").to_string(),
            date.format("%d-%m-%Y").to_string(),
            date.format("%Y-%m-%d").to_string(),
            date.format("%Y%m%d").to_string(),
            date.format("%-d %B %Y").to_string(),
            date.format("%B %-d, %Y").to_string(),
        ];
        for form in forms {
            let found = find(&form);
            prop_assert_eq!(found.iter().map(|m| m.when).collect::<Vec<_>>(), vec![When::Day(date)], "{}", form);
            if let Some(When::Day(read)) = found.first().map(|m| m.when) {
                prop_assert_eq!(print_fr(read), print_fr(date));
            }
        }
    }
}

/// Linear: with a quadratic step any of these would take hours.
#[test]
fn very_long_hostile_texts_are_read() {
    const BYTES: usize = 200_000;
    let pieces = [
        "Réunion le 3 mars 2026 à 14h, dossiers à déposer. ",
        "1",
        "1 2 3 4/5-",
        ".",
        "a\n\n",
        "; : - * ",
        "3 mars (((((( ",
        "date limite de dépôt ",
        "à lire aussi 3 mars 2026 ",
        "publié dépôt jury le 3 ",
        "3 mars, ",
        "du 3 mars au 4 mars ",
        "e\u{301}",
    ];
    for piece in pieces {
        let text = piece.repeat(BYTES / piece.len());
        assert!(find(&text).len() <= MENTIONS_MAX * 2, "{piece}");
        reading("AAP", &text, "");
    }
}

#[test]
fn what_is_too_long_is_read_in_part_and_doubted() {
    let text = format!("Date limite de dépôt : 15 mars 2026. {}", "é".repeat(TEXT_BYTES_MAX / 2 + 1));
    let deadline = reading("AAP", &text, "").deadline;
    assert!(deadline.value.is_some());
    assert!(deadline.doubts.iter().any(|d| d.reason == DoubtReason::Truncated));
}
