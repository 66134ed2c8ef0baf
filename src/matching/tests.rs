//! Who is concerned, what is said, in which order, and never twice.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use super::*;
use crate::geography::Geography;
use crate::model::*;

mod year;

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
    let occasion = Occasion {
        as_of: at(on),
        zone: chrono_tz::Europe::Paris,
        turn: Turn::Due,
        next: at(on) + TimeDelta::days(7),
        after_next: at(on) + TimeDelta::days(14),
    };
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
fn a_section_stands_nearest_place_first_then_nearest_deadline() {
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
    assert_eq!(order, ["commune", "departement-soon", "departement-late", "without", "national", "urgent"]);
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
    // All eight that waited, and the fresh one, which is nearer.
    assert_eq!(order.len(), 9);
    assert_eq!(order.first(), Some(&("fresh", Section::New)));
    assert_eq!(order.last(), Some(&("n19", Section::New)));
    let crowd = (0..12).map(|n| {
        known(Notice { first_seen: at("2026-01-18"), ..notice(&format!("f{n:02}"), "93048", Some("2026-05-01")) })
    });
    let crowded: Vec<Known> = all.into_iter().chain(crowd).collect();
    let third = say(&for_montreuil(&crowded), &history, "2026-01-19");
    let waited = ids(&third).iter().filter(|(id, _)| id.starts_with('n')).count();
    assert_eq!((waited, third.entries.len(), third.left_for_next), (8, 12, 8), "what waited enters first");
}

#[test]
fn what_closes_before_the_next_digest_enters_even_when_twelve_are_in() {
    let near = (0..20).map(|n| known(notice(&format!("n{n:02}"), "93048", Some("2026-05-01"))));
    let last = (0..15).map(|n| known(notice(&format!("u{n:02}"), "FR", Some("2026-01-16"))));
    let all: Vec<Known> = near.chain(last).collect();
    let said = say(&for_montreuil(&all), &[], "2026-01-12");
    let unseen_otherwise = ids(&said).iter().filter(|(id, _)| id.starts_with('u')).count();
    assert_eq!((unseen_otherwise, said.entries.len(), said.left_for_next), (15, 15, 20));
    let few = all.get(8..23).unwrap_or_default();
    let said = say(&for_montreuil(few), &[], "2026-01-12");
    let order: Vec<&str> = ids(&said).into_iter().map(|(id, _)| id).collect();
    assert_eq!(order.len(), 12);
    assert_eq!(order.iter().filter(|id| id.starts_with('u')).count(), 3, "{order:?}");
}

#[test]
fn reminders_do_not_keep_out_what_is_new() {
    let old: Vec<Known> = (0..10).map(|n| known(notice(&format!("r{n:02}"), "93048", Some("2026-02-05")))).collect();
    let new = (0..10).map(|n| known(notice(&format!("n{n:02}"), "FR", Some("2026-05-01"))));
    let history: Vec<_> = old.iter().map(|k| shown(k.notice.id.as_str(), 1, Section::New, "2025-12-01")).collect();
    let all: Vec<Known> = old.iter().cloned().chain(new).collect();
    let count = |said: &Digest, section| said.entries.iter().filter(|entry| entry.section == section).count();
    let said = say(&for_montreuil(&all), &history, "2026-01-12");
    assert_eq!((count(&said, Section::ClosingSoon), count(&said, Section::New), said.left_for_next), (4, 8, 2));
    let said = say(&for_montreuil(&old), &history, "2026-01-12");
    assert_eq!(count(&said, Section::ClosingSoon), 10, "alone they take what room there is");
}

#[test]
fn between_two_turns_only_what_cannot_wait_is_told() {
    let all = [
        known(notice("waits", "93048", Some("2026-03-01"))),
        known(notice("urgent", "FR", Some("2026-01-25"))),
        known(notice("spare", "FR", Some("2026-02-07"))),
        known(notice("seen", "FR", Some("2026-01-16"))),
        known(notice("without", "93048", None)),
    ];
    let occasion = Occasion {
        as_of: at("2026-01-12"),
        zone: chrono_tz::Europe::Paris,
        turn: Turn::Between,
        next: at("2026-02-02"),
        after_next: at("2026-02-09"),
    };
    let seen = [shown("seen", 1, Section::New, "2026-01-05")];
    let said = digest(&for_montreuil(&all), &seen, occasion, Limits::default());
    assert_eq!(ids(&said), [("urgent", Section::New), ("spare", Section::New)]);
    assert_eq!(said.turn, Turn::Between);
}

#[test]
fn for_a_departement_what_lies_within_it_is_as_near_as_itself() {
    let all = [
        known(notice("own", "D93", Some("2026-02-01"))),
        known(notice("within", "93066", Some("2026-03-01"))),
        known(notice("region", "R11", Some("2026-01-31"))),
    ];
    let candidates = candidates(&all, &profile("D93", "", OrganisationKind::Departement), Geography::get());
    let said = say(&candidates, &[], "2026-01-12");
    let order: Vec<&str> = ids(&said).into_iter().map(|(id, _)| id).collect();
    assert_eq!(order, ["own", "within", "region"]);
}

#[test]
fn a_deadline_put_off_is_not_recalled_for_ever_but_another_wave_is() {
    let history = [
        shown("n1", 1, Section::New, "2026-01-05"),
        shown("n1", 1, Section::ClosingSoon, "2026-02-02"),
        shown("n1", 1, Section::ClosingSoon, "2026-02-23"),
        shown("n1", 2, Section::Changed, "2026-03-02"),
    ];
    let put_off = Notice { revision: 2, ..notice("n1", "FR", Some("2026-05-01")) };
    let all = [known(put_off)];
    assert!(say(&for_montreuil(&all), &history, "2026-04-06").entries.is_empty());
    let waves = vec![Deadline::on(day("2026-03-01")), Deadline::on(day("2026-05-01"))];
    let all = [known(Notice { revision: 2, waves, ..notice("n1", "FR", Some("2026-03-01")) })];
    assert_eq!(ids(&say(&for_montreuil(&all), &history, "2026-04-06")), [("n1", Section::ClosingSoon)]);
}

#[test]
fn an_association_is_told_where_accreditation_stands_in_its_regions() {
    let campaign = |id: &str, region: &str, deadline: &str| {
        let title = "Campagne d'habilitation à l'aide alimentaire".to_owned();
        known(Notice { kind: Kind::Accreditation, title, ..notice(id, region, Some(deadline)) })
    };
    let all = [
        campaign("last-year", "R11", "2025-02-21"),
        campaign("this-year", "R11", "2026-02-21"),
        campaign("nantes", "R52", "2025-03-01"),
        known(Notice { kind: Kind::Accreditation, ..notice("other", "R52", Some("2026-05-01")) }),
    ];
    let check = |places: &str, kind, expected: &[(&str, Option<&str>)]| {
        let found = accreditations(&all, &profile(places, "", kind), Geography::get(), at("2026-01-12"));
        let name = |campaign: &Campaign| match campaign {
            Campaign::Open { notice, .. } => format!("open {notice}"),
            Campaign::Over { notice, .. } => format!("over {notice}"),
        };
        let found: Vec<_> =
            found.iter().map(|f| (f.region.as_str().to_owned(), f.campaign.as_ref().map(name))).collect();
        let expected: Vec<_> =
            expected.iter().map(|(region, campaign)| ((*region).to_owned(), campaign.map(str::to_owned))).collect();
        assert_eq!(found, expected, "{places}");
    };
    let association = OrganisationKind::Association;
    check("93048", association, &[("R11", Some("open this-year"))]);
    check("44109", association, &[("R52", Some("over nantes"))]);
    check("69123", association, &[("R84", None)]);
    check("93048 75056 44109", association, &[("R11", Some("open this-year")), ("R52", Some("over nantes"))]);
    check("93048", OrganisationKind::Ccas, &[]);
    check("FR", association, &[]);
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
