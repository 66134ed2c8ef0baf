//! Sources, items, notices, corrections, the journal and the lead.

use chrono::{NaiveDate, TimeDelta};

use super::both::{at, check_on_both, check_urls_on_both};
use crate::model::{
    Ailment, Change, Deadline, HealthTurn, Item, Kind, Notice, NoticeId, SourceEvent, SourceId, Status, Understanding,
    Validators,
};
use crate::store::{
    HiddenNotices, ItemRecord, NoticeFilter, Open, SourceState, Store, StoreError, StoredItem, WorkerId, items, notices,
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
        campaign_nth: 0,
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

/// A notice found with one item. Returns the item's row.
async fn found(store: &Store, key: &str, notice: &Notice) -> i64 {
    found_as(store, record(key, notice.id.as_str()), notice).await
}

async fn found_as(store: &Store, record: ItemRecord, notice: &Notice) -> i64 {
    let mut tx = store.write().await.unwrap();
    notices::create(tx.conn(), notice, at(0)).await.unwrap();
    let row = items::save(tx.conn(), None, &record, at(0)).await.unwrap();
    tx.commit().await.unwrap();
    row
}

async fn create(store: &Store, notice: &Notice) {
    let mut tx = store.write().await.unwrap();
    notices::create(tx.conn(), notice, at(0)).await.unwrap();
    tx.commit().await.unwrap();
}

async fn item(store: &Store, row: i64) -> StoredItem {
    store.notice_work().await.unwrap().item(row).await.unwrap().unwrap()
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
        store.save_source_state(&state, &[]).await.unwrap();
        assert_eq!(store.source_state(&source()).await.unwrap(), state);
        state.fault = None;
        store.save_source_state(&state, &[]).await.unwrap();
        assert_eq!(store.source_states().await.unwrap(), [state.clone()]);
        let event = |what| SourceEvent { source: source(), name: "Exemple".into(), at: at(2), what };
        let broke =
            event(HealthTurn::Broke { ailment: Ailment::AntiBot, said: "« é »".into(), last_success_at: None });
        let well = event(HealthTurn::Recovered { ailment: Ailment::AntiBot, since: at(2) });
        store.save_source_state(&state, &[broke.clone(), well.clone()]).await.unwrap();
        let untold = store.untold_events().await.unwrap();
        assert_eq!(untold.iter().map(|(_, event)| event.clone()).collect::<Vec<_>>(), [broke, well.clone()]);
        store.events_told(&[untold[0].0], at(3)).await.unwrap();
        assert_eq!(store.untold_events().await.unwrap(), [(untold[1].0, well)]);
    });
}

#[test]
fn a_piece_of_work_is_written_whole_or_not_at_all() {
    check_on_both(|store| async move {
        let row = found(&store, "a", &notice("n1", None)).await;
        let known = item(&store, row).await;
        let mut work = store.notice_work().await.unwrap();
        let made = work.create(notice("", None), at(1)).await.unwrap();
        assert_eq!((made.id.as_str().len(), made.revision), (8, 1));
        work.save_item(None, &record("b", made.id.as_str()), at(1)).await.unwrap();
        let better = ItemRecord { sameness: "better".into(), ..known.record.clone() };
        work.save_item(Some(row), &better, at(1)).await.unwrap();
        work.revise(&Notice { revision: 2, ..notice("n1", Some("2026-02-15")) }, &[], at(1)).await.unwrap();
        // The process dies here.
        drop(work);
        assert_eq!(item(&store, row).await, known);
        assert_eq!(store.notice(&NoticeId("n1".into())).await.unwrap().unwrap().revision, 1);
        assert_eq!(store.notice(&made.id).await.unwrap(), None);
        assert_eq!(store.items_after(0, 10).await.unwrap(), [row]);
        assert_eq!(store.fingerprints_after(0, at(0), 10).await.unwrap().len(), 1);
        assert!(store.fingerprints_after(0, at(1), 10).await.unwrap().is_empty(), "not listed since");
    });
}

#[test]
fn pieces_of_work_come_one_after_the_other() {
    check_urls_on_both(|url| async move {
        let (here, there) =
            (Store::open(&url, Open::Create).await.unwrap(), Store::open(&url, Open::Create).await.unwrap());
        create(&here, &notice("n1", None)).await;
        let id = NoticeId("n1".into());
        // Each reads a revision and writes the next one: none is lost, and none is refused.
        let write_ten = async |store: &Store| {
            for _ in 0..10 {
                let mut work = store.notice_work().await.unwrap();
                let now = work.notice(&id).await.unwrap().unwrap();
                work.revise(&Notice { revision: now.revision + 1, ..now }, &[], at(1)).await.unwrap();
                work.commit().await.unwrap();
            }
        };
        futures::join!(write_ten(&here), write_ten(&there), write_ten(&here));
        assert_eq!(here.notice(&id).await.unwrap().unwrap().revision, 31);
        there.close().await;
        here.close().await;
    });
}

#[test]
fn a_nul_from_a_hostile_site_stops_nothing() {
    check_on_both(|store| async move {
        let mut hostile = record("a\0b", "n1");
        hostile.item.text = "a\0b".into();
        hostile.url = Some("https://x.example/\0".into());
        let row = found_as(&store, hostile, &Notice { title: "x\0y".into(), ..notice("n1", None) }).await;
        let mut work = store.notice_work().await.unwrap();
        let again = work.items_of_keys(&source(), &["a\0b"]).await.unwrap();
        assert_eq!((again[0].id, again[0].record.item.text.as_str()), (row, "a\0b"), "still the same item");
        drop(work);
        let fault = Some("500 \0".into());
        store.save_source_state(&SourceState { fault, ..SourceState::new(source()) }, &[]).await.unwrap();
    });
}

#[test]
fn an_item_keeps_its_row_and_first_day() {
    check_on_both(|store| async move {
        let row = found(&store, "a", &notice("n1", None)).await;
        let year = ItemRecord { campaign_year: Some(2026), ..record("a", "n1") };
        let mut work = store.notice_work().await.unwrap();
        assert_eq!(work.save_item(Some(row), &year, at(6)).await.unwrap(), row);
        work.commit().await.unwrap();
        let stored = item(&store, row).await;
        assert_eq!((stored.first_seen, stored.last_seen, stored.record), (at(0), at(6), year));
        store.touch_items(&[row], at(9)).await.unwrap();
        store.touch_items(&[row], at(7)).await.unwrap();
        assert_eq!(item(&store, row).await.last_seen, at(9));
        assert_eq!(store.notice(&NoticeId("n1".into())).await.unwrap().unwrap().last_seen, at(9));
    });
}

#[test]
fn one_address_may_show_several_calls_within_a_year() {
    check_on_both(|store| async move {
        let first = ItemRecord { campaign_year: Some(2026), ..record("a", "n1") };
        let second = ItemRecord { campaign_nth: 1, notice: NoticeId("n2".into()), ..first.clone() };
        let one = found_as(&store, first.clone(), &notice("n1", None)).await;
        let two = found_as(&store, second.clone(), &notice("n2", None)).await;
        let rows = store.notice_work().await.unwrap().items_of_keys(&source(), &["a", "b"]).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [one, two]);
        assert_eq!((&rows[0].record, &rows[1].record), (&first, &second));
        let mut work = store.notice_work().await.unwrap();
        assert!(work.save_item(None, &second, at(1)).await.is_err(), "a campaign has one row");
    });
}

#[test]
fn a_revision_never_changes_and_two_writers_do_not_both_win() {
    check_on_both(|store| async move {
        let first = notice("n1", Some("2026-01-30"));
        create(&store, &first).await;
        let second = Notice { revision: 2, ..notice("n1", Some("2026-02-15")) };
        let told = [Change::Deadline { from: first.deadline, to: second.deadline }];
        store.set_hidden(&first.id, true).await.unwrap();
        let revise = async |notice: &Notice, told: &[Change]| {
            let mut work = store.notice_work().await.unwrap();
            work.revise(notice, told, at(1)).await?;
            work.commit().await
        };
        revise(&second, &told).await.unwrap();
        let late = revise(&Notice { title: "Autre".into(), ..second.clone() }, &[]).await.unwrap_err();
        assert!(matches!(late, StoreError::RevisionTaken { .. }), "{late}");
        let unknown = revise(&Notice { revision: 2, ..notice("n9", None) }, &[]).await.unwrap_err();
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
        create(&store, &notice("open", Some("2026-01-30"))).await;
        create(&store, &notice("past", Some("2026-01-10"))).await;
        create(&store, &notice("undated", None)).await;
        create(&store, &Notice { kind: Kind::News, ..notice("news", None) }).await;
        create(&store, &Notice { hidden: true, ..notice("hidden", None) }).await;
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
fn one_process_leads_at_a_time() {
    check_on_both(|store| async move {
        let (one, two) = (WorkerId::new("a"), WorkerId::new("b"));
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let take = async |wanted: &[&str], worker: &WorkerId, minute: i64| {
            let mut held = store.take_leads(&names(wanted), worker, 60_000, at(minute)).await.unwrap();
            held.sort();
            held
        };
        assert_eq!(take(&["schedule", "a"], &one, 0).await, ["a", "schedule"]);
        assert_eq!(take(&["b", "schedule", "b"], &two, 0).await, ["b"]);
        store.keep_leads(&one, 60_000, at(1)).await.unwrap();
        assert!(take(&["schedule"], &two, 1).await.is_empty(), "kept");
        assert_eq!(take(&["schedule"], &two, 2).await, ["schedule"], "its lease has ended");
        assert_eq!(store.leads().await.unwrap()[2].worker, two);
        store.give_up_leads(&names(&["schedule"]), &one).await.unwrap();
        assert!(take(&["schedule"], &one, 2).await.is_empty(), "nobody gives up what another leads");
        store.give_up_leads(&names(&["schedule"]), &two).await.unwrap();
        assert_eq!(take(&["schedule", "b"], &one, 2).await, ["b", "schedule"]);
        store.give_up_all_leads(&one).await.unwrap();
        assert!(store.leads().await.unwrap().is_empty());
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
