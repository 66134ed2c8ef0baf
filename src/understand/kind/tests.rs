//! Short notices of every kind (cases.jsonl), in our own words, after the pages that préfectures, DREETS, ARS,
//! départements, towns, foundations and the press write.

use serde::Deserialize;

use super::super::Reader;
use super::*;
use crate::model::{Fields, Themes};

/// Those after the first 66 were written blind, after the rules, in six batches; at first 42 of 45, 24 of 30, 17 of 24, 20 of
/// 21, 48 of 63 and 33 of 50 were right, the last two being made of pages that are easily mistaken.
const CASES: &str = include_str!("cases.jsonl");

#[derive(Deserialize)]
struct Case {
    kind: Kind,
    title: String,
    #[serde(default)]
    text: String,
    url: Option<String>,
}

fn check(kind: Kind) {
    let reader = Reader::new(&Themes::default());
    let fields = Fields::default();
    let cases: Vec<Case> = CASES.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_kind: Vec<&Case> = cases.iter().filter(|case| case.kind == kind).collect();
    assert!(of_kind.len() >= 18, "only {} cases", of_kind.len());
    let wrong: Vec<String> = of_kind
        .iter()
        .map(|case| {
            let input = Input {
                title: &case.title,
                text: &case.text,
                publisher: None,
                source_territory: &[],
                source_themes: &[],
                published: None,
                url: case.url.as_deref(),
                fields: &fields,
            };
            (reader.read(&input).kind(), &case.title)
        })
        .filter(|(read, _)| *read != kind)
        .map(|(read, title)| format!("{read:?}: {title}"))
        .collect();
    assert!(wrong.is_empty(), "not {kind:?}:\n{}", wrong.join("\n"));
}

#[test]
fn a_call_says_that_one_can_apply() {
    check(Kind::Call);
}

#[test]
fn an_aid_can_be_asked_for_at_any_time() {
    check(Kind::Aid);
}

#[test]
fn an_accreditation_opens_or_gives_a_right() {
    check(Kind::Accreditation);
}

#[test]
fn results_tell_who_was_chosen() {
    check(Kind::Results);
}

#[test]
fn news_leaves_nothing_to_apply_to() {
    check(Kind::News);
}

#[test]
fn the_site_s_own_field_weighs_more_than_a_bare_text() {
    let said = |is_call: bool| {
        let fields = Fields { is_call: Some(("call_for_projects_only".into(), is_call)), ..Fields::default() };
        let input = Input {
            title: "Jardins nourriciers",
            text: "Soutien aux communes.",
            publisher: None,
            source_territory: &[],
            source_themes: &[],
            published: None,
            url: None,
            fields: &fields,
        };
        read(&Page::of(&input), &input, Closes::NotSaid, &[]).value
    };
    assert_eq!(said(true), Some(Kind::Call));
    assert_eq!(said(false), Some(Kind::Aid));
}
