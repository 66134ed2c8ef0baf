//! What a change of a notice is to members.

use super::*;

fn notice(deadline: Option<Deadline>, waves: Vec<Deadline>) -> Notice {
    Notice {
        id: NoticeId("n2345678".to_owned()),
        revision: 1,
        kind: Kind::Call,
        call_type: None,
        title: "Appel à projets".to_owned(),
        summary: None,
        publisher: None,
        links: Vec::new(),
        status: Status::Open,
        deadline,
        waves,
        opening: None,
        published: None,
        territory: Vec::new(),
        themes: Vec::new(),
        audiences: Vec::new(),
        ccas_eligible: None,
        amount: None,
        evidence: Vec::new(),
        doubts: Vec::new(),
        corrected: Vec::new(),
        hidden: false,
        first_seen: DateTime::UNIX_EPOCH,
        last_seen: DateTime::UNIX_EPOCH,
    }
}

/// "2026-03-15 2026-06-15": the waves, the first read first; "2026-03-15T12:00" with its hour.
fn with_waves(written: &str) -> Notice {
    let wave = |word: &str| {
        let (date, time) = word.split_once('T').map_or((word, None), |(date, time)| (date, Some(time)));
        Deadline::on(date.parse().unwrap()).at(time.map(|time| time.parse().unwrap()))
    };
    let waves: Vec<Deadline> = written.split_whitespace().map(wave).collect();
    let first = waves.first().copied();
    notice(first, if waves.len() > 1 { waves } else { Vec::new() })
}

#[test]
fn a_deadline_changed_when_what_members_had_before_them_changed() {
    let now: DateTime<Utc> = "2026-02-01T08:00:00Z".parse().unwrap();
    let check = |before: &str, after: &str, told: Option<(&str, &str)>| {
        let changes = with_waves(before).changes_to(&with_waves(after), now);
        let told =
            told.map(|(from, to)| Change::Deadline { from: with_waves(from).deadline, to: with_waves(to).deadline });
        assert_eq!(changes, Vec::from_iter(told), "« {before} » → « {after} »");
    };
    // Extended, brought forward, before and after it passed.
    check("2026-02-15", "2026-02-28", Some(("2026-02-15", "2026-02-28")));
    check("2026-02-28", "2026-02-15", Some(("2026-02-28", "2026-02-15")));
    check("2026-01-15", "2026-02-15", Some(("2026-01-15", "2026-02-15")));
    check("2026-02-15", "2026-02-15", None);
    // A wave that has passed is taken off the page.
    check("2026-01-15 2026-03-15 2026-06-15", "2026-03-15 2026-06-15", None);
    check("2026-01-15 2026-03-15", "2026-03-15", None);
    check("2026-03-15 2026-01-15", "2026-03-15", None);
    // A wave to come is moved, though the first one read is as it was.
    check("2026-01-15 2026-03-15", "2026-01-15 2026-03-31", Some(("2026-03-15", "2026-03-31")));
    // The next wave is called off.
    check("2026-03-15 2026-06-15", "2026-06-15", Some(("2026-03-15", "2026-06-15")));
    check("2026-03-15 2026-06-15", "2026-03-15", None);
    // A wave is added: after the next one, before it, after all were over.
    check("2026-03-15", "2026-03-15 2026-06-15", None);
    check("2026-06-15", "2026-03-15 2026-06-15", None);
    check("2026-01-15", "2026-01-15 2026-06-15", Some(("2026-01-15", "2026-06-15")));
    // An hour is said, moved, no longer said.
    check("2026-03-15", "2026-03-15T12:00", Some(("2026-03-15", "2026-03-15T12:00")));
    check("2026-03-15T12:00", "2026-03-15T17:00", Some(("2026-03-15T12:00", "2026-03-15T17:00")));
    check("2026-03-15T12:00", "2026-03-15", None);
    // It appears, disappears, disappears once over.
    check("", "2026-03-15", Some(("", "2026-03-15")));
    check("2026-03-15", "", Some(("2026-03-15", "")));
    check("2026-01-15", "", None);
    check("", "", None);
}

#[test]
fn the_deadline_is_told_before_what_else_changed() {
    let before = with_waves("2026-02-15");
    let after = Notice { status: Status::Suspended, amount: Some("10 000 €".to_owned()), ..with_waves("2026-02-28") };
    let changes = before.changes_to(&after, "2026-02-01T08:00:00Z".parse().unwrap());
    assert!(matches!(
        changes.as_slice(),
        [Change::Deadline { .. }, Change::Amount { .. }, Change::Status { to: Status::Suspended, .. }]
    ));
}
