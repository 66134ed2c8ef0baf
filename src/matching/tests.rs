//! Who is concerned, what is said, in which order, and never twice.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::*;
use crate::geography::Geography;
use crate::model::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    day(text).and_hms_opt(7, 0, 0).unwrap().and_utc()
}

fn codes(written: &str) -> Vec<TerritoryCode> {
    written.split_whitespace().map(|code| TerritoryCode::parse(code).unwrap()).collect()
}

fn themes(written: &str) -> Vec<ThemeId> {
    written.split_whitespace().map(|id| ThemeId(id.to_owned())).collect()
}

fn notice(id: &str, territory: &str, deadline: Option<&str>) -> Notice {
    Notice {
        id: NoticeId(id.to_owned()),
        revision: 1,
        kind: Kind::Call,
        call_type: Some(CallType::Aap),
        title: format!("Appel {id}"),
        summary: None,
        publisher: None,
        links: Vec::new(),
        status: Status::Open,
        deadline: deadline.map(|date| Deadline::on(day(date))),
        waves: Vec::new(),
        opening: None,
        published: Some(day("2026-01-05")),
        territory: codes(territory),
        themes: themes("precarite-alimentaire"),
        audiences: Vec::new(),
        ccas_eligible: None,
        amount: None,
        evidence: Vec::new(),
        doubts: Vec::new(),
        corrected: Vec::new(),
        hidden: false,
        first_seen: at("2026-01-10"),
        last_seen: at("2026-01-10"),
    }
}

fn known(notice: Notice) -> Known {
    Known { notice, announced: Vec::new() }
}

fn profile(places: &str, chosen: &str, organisation_kind: OrganisationKind) -> Profile {
    Profile { territories: codes(places), themes: themes(chosen), organisation_kind }
}

#[test]
fn places_match_upward_and_within_what_is_larger_than_a_commune() {
    let check = |member: &str, notice_place: &str, expected: bool| {
        let known = known(notice("n1", notice_place, None));
        let found = judge(&known, &profile(member, "", OrganisationKind::Ccas), Geography::get()).is_ok();
        assert_eq!(found, expected, "{member} and {notice_place}");
    };
    check("93048", "93048", true); // Montreuil
    check("93048", "200057875", true); // Est Ensemble holds it
    check("93048", "D93", true);
    check("93048", "R11", true);
    check("93048", "FR", true);
    check("93048", "EU", true);
    check("93048", "93066", false); // Saint-Denis
    check("93048", "D92", false);
    check("93048", "X", false);
    check("D93", "93066", true); // a département sees its communes
    check("200057867", "93066", true); // Plaine Commune holds Saint-Denis
    check("200057867", "93048", false);
    check("44109 93048", "D44", true);
    check("75056", "D93 75056", true);
}

#[test]
fn themes_match_when_one_is_shared_or_none_was_chosen() {
    let check = |chosen: &str, expected: bool| {
        let known = known(notice("n1", "FR", None));
        let found = judge(&known, &profile("93048", chosen, OrganisationKind::Ccas), Geography::get()).is_ok();
        assert_eq!(found, expected, "{chosen}");
    };
    check("", true);
    check("precarite-alimentaire sante", true);
    check("sante", false);
}

#[test]
fn audiences_say_who_applies_who_passes_it_on_and_who_is_not_concerned() {
    use OrganisationKind::*;
    let check =
        |kind: Kind, audiences: &[Audience], ccas: Option<bool>, chosen: &str, member, expected: Option<Relation>| {
            let known =
                known(Notice { kind, audiences: audiences.to_vec(), ccas_eligible: ccas, ..notice("n1", "FR", None) });
            let found =
                judge(&known, &profile("93048", chosen, member), Geography::get()).ok().map(|c| c.reason.relation);
            assert_eq!(found, expected, "{kind:?} {audiences:?} {ccas:?} {chosen} {member:?}");
        };
    let (apply, relay) = (Some(Relation::Apply), Some(Relation::Relay));
    let associations = [Audience::Associations];
    check(Kind::Call, &[], None, "", Ccas, apply);
    check(Kind::Call, &associations, None, "", Association, apply);
    check(Kind::Call, &associations, None, "", Ccas, None);
    check(Kind::Call, &associations, None, "precarite-alimentaire", Ccas, relay);
    check(Kind::Call, &associations, Some(true), "", Ccas, apply);
    check(Kind::Call, &[Audience::Collectivites], Some(false), "", Commune, None);
    check(Kind::Call, &[Audience::Entreprises], None, "precarite-alimentaire", Ccas, None);
    check(Kind::Call, &[Audience::Entreprises], None, "", Autre, apply);
    check(Kind::Accreditation, &associations, Some(false), "", Ccas, relay);
    check(Kind::Accreditation, &[], None, "", Association, apply);
}

fn say(candidates: &[Candidate<'_>], history: &[Showing], on: &str) -> Digest {
    let occasion = Occasion { as_of: at(on), next: at(on) + TimeDelta::days(7) };
    digest(candidates, history, occasion, Limits::default())
}

fn ids(digest: &Digest) -> Vec<(&str, Section)> {
    digest.entries.iter().map(|entry| (entry.notice.as_str(), entry.section)).collect()
}

fn for_montreuil(known: &[Known]) -> Vec<Candidate<'_>> {
    candidates(known, &profile("93048", "", OrganisationKind::Ccas), Geography::get())
}

fn shown(notice: &str, revision: u32, section: Section, on: &str) -> Showing {
    Showing { notice: NoticeId(notice.to_owned()), revision, section, on: day(on) }
}

#[test]
fn what_closes_before_the_next_edition_leads_then_the_nearest_place_then_the_nearest_deadline() {
    let all = [
        known(notice("national", "FR", Some("2026-02-01"))),
        known(notice("departement-late", "D93", Some("2026-03-15"))),
        known(notice("departement-soon", "D93", Some("2026-02-15"))),
        known(notice("without", "D93", None)),
        known(notice("urgent", "EU", Some("2026-01-15"))),
        known(notice("commune", "93048", Some("2026-06-01"))),
    ];
    let said = say(&for_montreuil(&all), &[], "2026-01-12");
    let order: Vec<&str> = ids(&said).into_iter().map(|(id, _)| id).collect();
    assert_eq!(order, ["urgent", "commune", "departement-soon", "departement-late", "without", "national"]);
}

#[test]
fn nothing_closed_is_new() {
    let check = |deadline: Option<&str>, status: Status, expected: usize| {
        let all = [known(Notice { status, ..notice("n1", "FR", deadline) })];
        assert_eq!(say(&for_montreuil(&all), &[], "2026-01-12").entries.len(), expected, "{deadline:?} {status:?}");
    };
    check(Some("2026-01-12"), Status::Open, 1);
    check(Some("2026-01-11"), Status::Open, 0);
    check(None, Status::Open, 1);
    check(Some("2026-02-11"), Status::Cancelled, 0);
}

#[test]
fn a_later_wave_keeps_a_call_open() {
    let waves = vec![Deadline::on(day("2025-12-01")), Deadline::on(day("2026-04-01"))];
    let all = [known(Notice { waves, ..notice("n1", "FR", Some("2025-12-01")) })];
    assert_eq!(ids(&say(&for_montreuil(&all), &[], "2026-01-12")), [("n1", Section::New)]);
}

#[test]
fn twelve_are_shown_and_the_rest_waits_and_leads_next_time() {
    let all: Vec<Known> = (0..20).map(|n| known(notice(&format!("n{n:02}"), "FR", Some("2026-05-01")))).collect();
    let candidates = for_montreuil(&all);
    let first = say(&candidates, &[], "2026-01-12");
    assert_eq!((first.entries.len(), first.left_for_next), (12, 8));
    let history: Vec<_> = first.entries.iter().map(|e| shown(e.notice.as_str(), 1, e.section, "2026-01-12")).collect();
    let mut more = all.clone();
    more.push(known(Notice { first_seen: at("2026-01-18"), ..notice("fresh", "93048", Some("2026-05-01")) }));
    let second = say(&for_montreuil(&more), &history, "2026-01-19");
    let order = ids(&second);
    assert_eq!(order.len(), 9);
    assert_eq!(order.first(), Some(&("n12", Section::New)));
    assert_eq!(order.last(), Some(&("fresh", Section::New)));
}

#[test]
fn the_ladder_recalls_twice_at_the_most() {
    let all = [known(notice("n1", "FR", Some("2026-04-30")))];
    let candidates = for_montreuil(&all);
    let mut history = Vec::new();
    let mut told = Vec::new();
    let mut on = day("2026-01-12");
    while on < day("2026-06-01") {
        let said = say(&candidates, &history, &on.to_string());
        for entry in &said.entries {
            told.push((on.to_string(), entry.section));
            history.push(shown("n1", 1, entry.section, &on.to_string()));
        }
        on = on + Days::new(7);
    }
    let expected = [
        ("2026-01-12".to_owned(), Section::New),
        ("2026-04-06".to_owned(), Section::ClosingSoon),
        ("2026-04-27".to_owned(), Section::ClosingSoon),
    ];
    assert_eq!(told, expected);
}

#[test]
fn an_announced_change_is_told_once_with_where_it_began() {
    let (june_15, june_20, june_30) = ("2026-06-15", "2026-06-20", "2026-06-30");
    let moved = |from: &str, to: &str| Change::Deadline {
        from: Some(Deadline::on(day(from))),
        to: Some(Deadline::on(day(to))),
    };
    let current = Notice { revision: 3, ..notice("n1", "FR", Some(june_30)) };
    let announced = vec![(2, vec![moved(june_15, june_20)]), (3, vec![moved(june_20, june_30)])];
    let all = [Known { notice: current, announced }];
    let candidates = for_montreuil(&all);
    let said = say(&candidates, &[shown("n1", 1, Section::New, "2026-05-01")], "2026-05-08");
    assert_eq!(ids(&said), [("n1", Section::Changed)]);
    assert_eq!(said.entries.first().map(|e| e.changes.clone()), Some(vec![moved(june_15, june_30)]));
    let seen = [shown("n1", 1, Section::New, "2026-05-01"), shown("n1", 3, Section::Changed, "2026-05-08")];
    assert!(say(&candidates, &seen, "2026-05-15").entries.is_empty());
}

#[test]
fn standing_aids_come_once_apart_and_few() {
    let aid = |n: usize| known(Notice { kind: Kind::Aid, ..notice(&format!("a{n}"), "FR", None) });
    let all: Vec<Known> = (0..5).map(aid).collect();
    let candidates = for_montreuil(&all);
    let first = say(&candidates, &[], "2026-01-12");
    assert_eq!(ids(&first), [("a0", Section::Aid), ("a1", Section::Aid), ("a2", Section::Aid)]);
    let history: Vec<_> = first.entries.iter().map(|e| shown(e.notice.as_str(), 1, e.section, "2026-01-12")).collect();
    assert_eq!(ids(&say(&candidates, &history, "2026-01-19")), [("a3", Section::Aid), ("a4", Section::Aid)]);
}

#[test]
fn what_is_no_call_is_not_said() {
    for kind in [Kind::News, Kind::Results] {
        let all = [known(Notice { kind, ..notice("n1", "FR", None) })];
        assert!(say(&for_montreuil(&all), &[], "2026-01-12").entries.is_empty(), "{kind:?}");
    }
}
