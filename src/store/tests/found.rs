//! Sources, items, notices, corrections, the journal and the lead.

use chrono::{NaiveDate, TimeDelta};

use super::both::{at, check_on_both};
use crate::model::{
    Aspect, Change, Correction, CorrectionValue, Deadline, Item, Kind, Notice, NoticeId, SourceId, Status,
    Understanding, Validators,
};
use crate::store::{
    HiddenNotices, ItemRecord, ItemWrite, NoticeFilter, NoticeWrite, SourceState, StoreError, WorkerId,
};

fn source() -> SourceId {
    SourceId::parse("exemple").unwrap()
}

pub fn notice(id: &str, deadline: Option<&str>) -> Notice {
    Notice {
        id: NoticeId(id.into()),
        revision: 1,
        kind: Kind::Call,
        call_type: None,
        title: format!("Appel {id}"),
        summary: None,
        publisher: None,
        links: vec![],
        status: Status::Open,
        deadline: deadline.map(|day| Deadline::on(day.parse().unwrap())),
        waves: vec![],
        opening: None,
        published: None,
        territory: vec![],
        themes: vec![],
        audiences: vec![],
        ccas_eligible: None,
        amount: None,
        evidence: vec![],
        doubts: vec![],
        corrected: vec![],
        hidden: false,
        first_seen: at(0),
        last_seen: at(0),
    }
}

fn record(key: &str, notice: &str) -> ItemRecord {
    let item = Item {
        source: source(),
        guid: Some(key.into()),
        url: None,
        title: "Un appel".into(),
        text: "« L'été » \u{1F33B}".into(),
        publisher: None,
        published: None,
        updated: None,
        fields: Default::default(),
        attachments: vec![],
    };
    ItemRecord {
        source: source(),
        key: key.into(),
        campaign_year: None,
        url: None,
        list_hash: "l".into(),
        content_hash: "c".into(),
        notice: NoticeId(notice.into()),
        sameness: "s".into(),
        item,
        understanding: Understanding::default(),
        detail_validators: Validators { etag: Some("\"1\"".into()), last_modified: None },
    }
}

fn new(key: &str, notice: Notice) -> ItemWrite {
    ItemWrite { id: None, record: record(key, notice.id.as_str()), notice: NoticeWrite::New(Box::new(notice)) }
}

#[test]
fn a_source_remembers_how_it_behaved() {
    check_on_both(|store| async move {
        assert_eq!(store.source_state(&source()).await.unwrap(), SourceState::new(source()));
        let mut state = SourceState::new(source());
        state.last_attempt_at = Some(at(1));
        state.failures_in_a_row = 3;
        state.fault = Some("le site répond 503".into());
        state.items_last = Some(12);
        state.newest_item_on = NaiveDate::from_ymd_opt(2026, 1, 9);
        state.validators.insert("https://exemple.example/".into(), Validators::default());
        store.save_source_state(&state).await.unwrap();
        assert_eq!(store.source_state(&source()).await.unwrap(), state);
        state.fault = None;
        store.save_source_state(&state).await.unwrap();
        assert_eq!(store.source_states().await.unwrap(), [state]);
    });
}

#[test]
fn a_round_part_is_written_whole_or_not_at_all() {
    check_on_both(|store| async move {
        let ids =
            store.save_round_part(&[new("a", notice("n1", None)), new("b", notice("n2", None))], at(0)).await.unwrap();
        let bad = ItemWrite { notice: NoticeWrite::Same, ..new("d", notice("nowhere", None)) };
        store.save_round_part(&[new("c", notice("n3", None)), bad], at(1)).await.unwrap_err();
        let heads = store.item_heads(&source()).await.unwrap();
        assert_eq!(heads.iter().map(|head| head.id).collect::<Vec<_>>(), ids);
        assert_eq!(store.notice(&NoticeId("n3".into())).await.unwrap(), None);
        let stored = store.item(ids[0]).await.unwrap().unwrap();
        assert_eq!(stored.record, record("a", "n1"));
        assert_eq!(store.items_after(ids[0], 10).await.unwrap()[0].id, ids[1]);
        assert_eq!(store.all_fingerprints().await.unwrap().len(), 2);
    });
}

#[test]
fn a_nul_from_a_hostile_site_stops_nothing() {
    check_on_both(|store| async move {
        let mut write = new("a\0b", Notice { title: "x\0y".into(), ..notice("n1", None) });
        write.record.item.text = "a\0b".into();
        write.record.url = Some("https://x.example/\0".into());
        let ids = store.save_round_part(&[write.clone()], at(0)).await.unwrap();
        write.notice = NoticeWrite::Same;
        assert_eq!(store.save_round_part(&[write], at(1)).await.unwrap(), ids, "still the same item");
        assert_eq!(store.item(ids[0]).await.unwrap().unwrap().record.item.text, "a\0b");
        let fault = Some("500 \0".into());
        store.save_source_state(&SourceState { fault, ..SourceState::new(source()) }).await.unwrap();
    });
}

#[test]
fn an_item_keeps_its_row_and_first_day() {
    check_on_both(|store| async move {
        let ids = store.save_round_part(&[new("a", notice("n1", None))], at(0)).await.unwrap();
        let again = ItemWrite { id: None, record: record("a", "n1"), notice: NoticeWrite::Same };
        assert_eq!(store.save_round_part(&[again], at(5)).await.unwrap(), ids);
        let year = ItemRecord { campaign_year: Some(2026), ..record("a", "n1") };
        let known = ItemWrite { id: Some(ids[0]), record: year.clone(), notice: NoticeWrite::Same };
        assert_eq!(store.save_round_part(&[known], at(6)).await.unwrap(), ids);
        let stored = store.item(ids[0]).await.unwrap().unwrap();
        assert_eq!((stored.first_seen, stored.last_seen, stored.record), (at(0), at(6), year));
        store.touch_items(&ids, at(9)).await.unwrap();
        store.touch_items(&ids, at(7)).await.unwrap();
        assert_eq!(store.item(ids[0]).await.unwrap().unwrap().last_seen, at(9));
        assert_eq!(store.notice(&NoticeId("n1".into())).await.unwrap().unwrap().last_seen, at(9));
    });
}

#[test]
fn a_revision_never_changes_and_two_writers_do_not_both_win() {
    check_on_both(|store| async move {
        let first = notice("n1", Some("2026-01-30"));
        store.create_notice(&first, at(0)).await.unwrap();
        let twice = store.create_notice(&first, at(0)).await.unwrap_err();
        assert!(matches!(twice, StoreError::RevisionTaken { .. }), "{twice}");
        let second = Notice { revision: 2, ..notice("n1", Some("2026-02-15")) };
        let told = [Change::Deadline { from: first.deadline, to: second.deadline }];
        store.set_hidden(&first.id, true).await.unwrap();
        store.save_notice(&second, &told, at(1)).await.unwrap();
        let late =
            store.save_notice(&Notice { title: "Autre".into(), ..second.clone() }, &[], at(2)).await.unwrap_err();
        assert!(matches!(late, StoreError::RevisionTaken { .. }), "{late}");
        let unknown = store.save_notice(&Notice { revision: 2, ..notice("n9", None) }, &[], at(2)).await.unwrap_err();
        assert!(matches!(unknown, StoreError::NoSuchNotice(_)), "{unknown}");
        let current = store.notice(&first.id).await.unwrap().unwrap();
        assert!(current.hidden, "a round does not show again what was hidden");
        assert_eq!(current.deadline, second.deadline);
        assert_eq!(store.notice_revision(&first.id, 1).await.unwrap(), Some(first.clone()));
        let history = store.notice_history(&first.id).await.unwrap();
        assert_eq!((history.len(), &history[1].announced[..]), (2, &told[..]));
        let wanted = [(first.id.clone(), 1), (first.id.clone(), 2), (first.id.clone(), 3)];
        assert_eq!(store.notice_revisions(&wanted).await.unwrap().len(), 2);
    });
}

#[test]
fn notices_are_filtered() {
    check_on_both(|store| async move {
        store.create_notice(&notice("open", Some("2026-01-30")), at(0)).await.unwrap();
        store.create_notice(&notice("past", Some("2026-01-10")), at(0)).await.unwrap();
        store.create_notice(&notice("undated", None), at(0)).await.unwrap();
        store.create_notice(&Notice { kind: Kind::News, ..notice("news", None) }, at(0)).await.unwrap();
        store.create_notice(&Notice { hidden: true, ..notice("hidden", None) }, at(0)).await.unwrap();
        let check = async |filter: NoticeFilter, wanted: &[&str]| {
            let found = store.notices(&filter).await.unwrap();
            assert_eq!(found.iter().map(|n| n.id.as_str()).collect::<Vec<_>>(), wanted, "{filter:?}");
        };
        let all = NoticeFilter::default;
        check(all(), &["news", "open", "past", "undated"]).await;
        check(NoticeFilter { open_at: Some(at(1)), ..all() }, &["open", "undated"]).await;
        check(NoticeFilter { open_at: Some(at(1) + TimeDelta::days(100)), ..all() }, &[]).await;
        check(NoticeFilter { kinds: vec![Kind::News, Kind::Aid], open_at: None, ..all() }, &["news"]).await;
        check(NoticeFilter { hidden: HiddenNotices::Only, ..all() }, &["hidden"]).await;
        check(NoticeFilter { first_seen_from: Some(at(1)), ..all() }, &[]).await;
    });
}

#[test]
fn a_merged_notice_still_resolves_with_its_items_and_corrections() {
    check_on_both(|store| async move {
        let parts = [new("a", notice("n1", None)), new("b", notice("n2", None)), new("c", notice("n3", None))];
        store.save_round_part(&parts, at(0)).await.unwrap();
        let [n1, n2, n3] = ["n1", "n2", "n3"].map(|id| NoticeId(id.into()));
        let say = |value| Correction { value, by: None, at: at(1) };
        store.save_correction(&n1, &say(CorrectionValue::Kind(Kind::Aid))).await.unwrap();
        store.save_correction(&n1, &say(CorrectionValue::Title("Vieux".into()))).await.unwrap();
        store.save_correction(&n2, &say(CorrectionValue::Kind(Kind::Call))).await.unwrap();
        store.merge_notices(&n1, &n2).await.unwrap();
        store.merge_notices(&n2, &n3).await.unwrap();
        assert_eq!(store.notice(&n1).await.unwrap().unwrap().id, n3);
        assert_eq!(store.aliases().await.unwrap()[&n1], n3);
        assert_eq!(store.items_of_notice(&n3).await.unwrap().len(), 3);
        assert_eq!(store.notices(&NoticeFilter::default()).await.unwrap().len(), 1);
        assert!(store.notice_revision(&n1, 1).await.unwrap().is_some());
        let kept = store.corrections(&n3).await.unwrap();
        assert_eq!(kept.len(), 2);
        assert!(kept.contains(&say(CorrectionValue::Kind(Kind::Call))));
        store.remove_correction(&n3, Aspect::Kind).await.unwrap();
        assert_eq!(store.all_corrections().await.unwrap()[&n3].len(), 1);
        for (from, into) in [(&n1, &n3), (&n3, &n3)] {
            assert!(store.merge_notices(from, into).await.is_err());
        }
        let unknown = store.save_correction(&NoticeId("x".into()), &say(CorrectionValue::Ccas(None))).await;
        assert!(matches!(unknown, Err(StoreError::NoSuchNotice(_))));
    });
}

#[test]
fn a_notice_can_be_split() {
    check_on_both(|store| async move {
        let ids = store.save_round_part(&[new("a", notice("n1", None))], at(0)).await.unwrap();
        let id = store.new_notice_id().await.unwrap();
        assert_eq!(id.as_str().len(), 8);
        store.create_notice(&Notice { id: id.clone(), ..notice("n", None) }, at(1)).await.unwrap();
        store.move_items(&ids, &id).await.unwrap();
        assert_eq!(store.items_of_notice(&id).await.unwrap().len(), 1);
    });
}

#[test]
fn one_process_leads_at_a_time() {
    check_on_both(|store| async move {
        let (one, two) = (WorkerId::new("a"), WorkerId::new("b"));
        assert!(store.try_lead("schedule", &one, 60_000, at(0)).await.unwrap());
        assert!(!store.try_lead("schedule", &two, 60_000, at(0)).await.unwrap());
        assert!(store.try_lead("schedule", &one, 60_000, at(1)).await.unwrap());
        assert!(!store.try_lead("schedule", &two, 60_000, at(1)).await.unwrap());
        assert!(store.try_lead("schedule", &two, 60_000, at(2)).await.unwrap());
        assert_eq!(store.leader("schedule").await.unwrap().unwrap().0, two);
        store.stop_leading("schedule", &one).await.unwrap();
        assert!(!store.try_lead("schedule", &one, 60_000, at(2)).await.unwrap());
        store.stop_leading("schedule", &two).await.unwrap();
        assert!(store.try_lead("schedule", &one, 60_000, at(2)).await.unwrap());
    });
}

#[test]
fn the_journal_gives_the_newest_first() {
    check_on_both(|store| async move {
        for action in ["hide", "show"] {
            store.journal("cli", action, "notice:n1", &serde_json::json!({}), at(0)).await.unwrap();
        }
        let entries = store.journal_entries(1).await.unwrap();
        assert_eq!((entries.len(), entries[0].action.as_str()), (1, "show"));
    });
}
