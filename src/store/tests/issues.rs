//! Editions, their approval, histories, receipts, backups.

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::json;

use super::both::{Fresh, at, check_on_both};
use super::people::new_member;
use crate::model::{
    CohortId, DeliveryId, DeliveryState, EditionId, EditionState, MemberId, MemberState, OrganisationKind, Origin,
    SkipReason, TerritoryCode,
};
use crate::store::{
    Created, DeliveryPlan, DigestId, FrozenDigest, Gap, Kind, NewEdition, Open, Outcome, Returned, Store, StoreError,
    Upserted, Verdict, WorkerId,
};

pub fn cohort(id: &str) -> CohortId {
    CohortId(id.into())
}

fn monday(day: u32) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(2026, 1, day).unwrap().and_hms_opt(8, 0, 0).unwrap()
}

fn edition(cohorts: &[&str], day: u32) -> NewEdition {
    NewEdition {
        cohorts: cohorts.iter().map(|id| cohort(id)).collect(),
        occurrence: monday(day),
        origin: Origin::Schedule,
        as_of: at(i64::from(day) * 1_440),
        trial: false,
        frame: json!({"template": 1}),
        nonce: "tiré".into(),
    }
}

pub async fn created(store: &Store, new: &NewEdition) -> EditionId {
    match store.create_edition(new, at(0)).await.unwrap() {
        Created::New(id) => id,
        other => panic!("{other:?}"),
    }
}

pub async fn members(store: &Store, count: usize) -> Vec<MemberId> {
    let new: Vec<_> = (0..count).map(|n| new_member(&format!("m{n}@ville.example"))).collect();
    let done = store.upsert_members(&new, crate::store::ImportMode::Write, at(0)).await.unwrap();
    done.into_iter()
        .map(|done| match done {
            Upserted::Created(id) | Upserted::Unchanged(id) => id,
            other => panic!("{other:?}"),
        })
        .collect()
}

pub fn plan(edition: EditionId, member: MemberId, digest: Option<usize>) -> DeliveryPlan {
    DeliveryPlan {
        member,
        email: new_member(&format!("m{}@ville.example", member.0)).email,
        addressee: json!({"name": "Léa"}),
        digest,
        skip: None,
        message_id: format!("{edition}.{}@exemple.example", member.0),
        cohort: cohort("idf"),
        territories: vec![TerritoryCode::parse("93048").unwrap()],
        organisation_kind: OrganisationKind::Ccas,
    }
}

pub fn frozen(says: &str) -> FrozenDigest {
    FrozenDigest { content: json!({"says": says}), hash: says.to_owned() }
}

/// A draft and the rows it would have.
pub async fn planned(store: &Store, count: usize) -> (EditionId, Vec<DeliveryPlan>) {
    let id = created(store, &edition(&["idf"], 12)).await;
    let members = members(store, count).await;
    (id, members.into_iter().map(|member| plan(id, member, Some(0))).collect())
}

/// An edition under way: `count` members, all told the same.
pub async fn sending(store: &Store, count: usize, trial: bool) -> (EditionId, Vec<MemberId>) {
    let id = created(store, &NewEdition { trial, ..edition(&["idf"], 12) }).await;
    let members = members(store, count).await;
    let rows: Vec<_> = members.iter().map(|member| plan(id, *member, Some(0))).collect();
    store.approve_edition(id, at(1), &[frozen("all")], &rows).await.unwrap();
    store.move_edition(id, EditionState::Approved, EditionState::Sending, at(2)).await.unwrap();
    (id, members)
}

#[test]
fn an_occurrence_has_one_edition() {
    check_on_both(|store| async move {
        let id = created(&store, &edition(&["nantes", "idf"], 12)).await;
        let again = store.create_edition(&edition(&["idf", "nantes", "idf"], 12), at(1)).await.unwrap();
        assert_eq!(again, Created::Exists(id));
        let overlapping = store.create_edition(&edition(&["idf"], 19), at(1)).await.unwrap();
        assert_eq!(overlapping, Created::DraftOpen(id));
        assert_eq!(store.editions().await.unwrap().len(), 1);
        let apart = created(&store, &edition(&["montreuil"], 12)).await;
        store.move_edition(id, EditionState::Draft, EditionState::Cancelled, at(2)).await.unwrap();
        let next = created(&store, &edition(&["idf", "nantes"], 19)).await;
        let all = store.editions().await.unwrap();
        assert_eq!(all.iter().map(|edition| edition.id).collect::<Vec<_>>(), [next, apart, id]);
        assert_eq!((all[2].state, all[2].finished_at), (EditionState::Cancelled, Some(at(2))));
        assert_eq!(all[0].cohorts, [cohort("idf"), cohort("nantes")]);
    });
}

#[test]
fn two_processes_that_want_one_edition_make_one() {
    check_on_both(|store| async move {
        let wish = edition(&["idf", "nantes"], 12);
        let made = futures::future::join_all((0..6).map(|_| store.create_edition(&wish, at(0)))).await;
        let new = made.iter().filter(|made| matches!(made, Ok(Created::New(_)))).count();
        assert_eq!((new, made.iter().filter(|made| made.is_err()).count()), (1, 0), "{made:?}");
    });
}

#[test]
fn an_edition_moves_along_the_arrows_only() {
    check_on_both(|store| async move {
        let id = created(&store, &edition(&["idf"], 12)).await;
        use EditionState::*;
        for (from, to) in [(Draft, Sent), (Draft, Approved), (Approved, Sending), (Paused, Sending)] {
            let refused = store.move_edition(id, from, to, at(1)).await.unwrap_err();
            assert!(matches!(refused, StoreError::MoveRefused { .. }), "{refused}");
        }
        let unknown = store.move_edition(EditionId(99), Draft, Cancelled, at(1)).await.unwrap_err();
        assert!(matches!(unknown, StoreError::NoSuchEdition(_)), "{unknown}");
        store.save_frame(id, &json!({"word": "Bonjour"})).await.unwrap();
        store.approve_edition(id, at(1), &[], &[]).await.unwrap();
        assert!(store.save_frame(id, &json!({})).await.is_err(), "what was approved does not change");
        assert_eq!(store.frame(id).await.unwrap(), json!({"word": "Bonjour"}));
        assert!(store.approve_edition(id, at(1), &[], &[]).await.is_err(), "nothing is approved twice");
        for (from, to) in [(Approved, Sending), (Sending, Paused), (Paused, Sending)] {
            store.move_edition(id, from, to, at(1)).await.unwrap();
        }
        assert!(store.finish_if_done(id, at(3)).await.unwrap());
        assert!(!store.finish_if_done(id, at(4)).await.unwrap());
        assert_eq!(store.edition(id).await.unwrap().unwrap().finished_at, Some(at(3)));
    });
}

#[test]
fn an_approval_is_whole_or_nothing() {
    check_on_both(|store| async move {
        let id = created(&store, &edition(&["idf"], 12)).await;
        let members = members(&store, 3).await;
        let mut rows: Vec<_> = members.iter().map(|member| plan(id, *member, Some(0))).collect();
        rows.push(rows[0].clone());
        store.approve_edition(id, at(1), &[frozen("a")], &rows).await.unwrap_err();
        let mut dropped = store.begin_approval(id, at(1)).await.unwrap();
        dropped.freeze(&frozen("a")).await.unwrap();
        dropped.add(&rows[..2]).await.unwrap();
        drop(dropped);
        assert_eq!(store.edition(id).await.unwrap().unwrap().state, EditionState::Draft);
        assert_eq!(store.counts(id).await.unwrap().total(), 0);
        assert!(store.digests_of_edition(id).await.unwrap().is_empty());
        rows.pop();
        rows[1].digest = Some(1);
        rows[2].digest = None;
        store.approve_edition(id, at(1), &[frozen("a"), frozen("a")], &rows).await.unwrap();
        assert_eq!(store.digests_of_edition(id).await.unwrap().len(), 1, "the same is stored once");
        let row = store.delivery(id, members[1]).await.unwrap().unwrap();
        assert_eq!(store.frozen_digest(row.digest.unwrap()).await.unwrap(), Some(frozen("a")));
        let silent = store.delivery(id, members[2]).await.unwrap().unwrap();
        assert_eq!(silent.skipped_because, Some(SkipReason::NothingToSay));
    });
}

#[test]
fn who_left_before_the_approval_gets_nothing() {
    check_on_both(|store| async move {
        let id = created(&store, &edition(&["idf"], 12)).await;
        let members = members(&store, 4).await;
        let rows: Vec<_> = members.iter().map(|member| plan(id, *member, Some(0))).collect();
        store.set_member_state(members[0], &MemberState::Left { at: at(0) }, at(0)).await.unwrap();
        store.set_member_state(members[1], &MemberState::Suspended { why: "550".into() }, at(0)).await.unwrap();
        let email = new_member("m2@ville.example").email;
        store.erase_member(&email, "digest", at(0)).await.unwrap();
        store.approve_edition(id, at(1), &[frozen("a")], &rows).await.unwrap();
        let check = async |n: usize, reason: Option<SkipReason>, named: bool| {
            let row = store.delivery(id, members[n]).await.unwrap().unwrap();
            assert_eq!((row.skipped_because, row.email.is_some()), (reason, named), "{n}");
        };
        check(0, Some(SkipReason::Left), true).await;
        check(1, Some(SkipReason::Suspended), true).await;
        check(2, Some(SkipReason::Left), false).await;
        check(3, None, true).await;
    });
}

#[test]
fn a_thousand_rows_are_approved_in_batches() {
    check_on_both(|store| async move {
        let (id, members) = sending(&store, 1_203, false).await;
        let counts = store.counts(id).await.unwrap();
        assert_eq!((counts.of(DeliveryState::Queued), counts.open()), (1_203, 1_203));
        let page = store.deliveries(id, &[DeliveryState::Queued], DeliveryId(0), 1_000).await.unwrap();
        let rest = store.deliveries(id, &[], page[999].id, 1_000).await.unwrap();
        assert_eq!((page.len(), rest.len(), rest[202].member), (1_000, 203, members[1_202]));
    });
}

#[test]
fn a_history_is_what_may_have_been_shown_and_a_trial_leaves_none() {
    check_on_both(|store| async move {
        let worker = WorkerId::new("here");
        let (id, members) = sending(&store, 6, false).await;
        let claimed = store.claim(id, &worker, 60_000, 5, at(3)).await.unwrap();
        let verdicts = [
            Verdict::Sent,
            Verdict::Refused,
            Verdict::Deferred { next_at: at(60) },
            Verdict::Uncertain { next_at: at(60) },
        ];
        let outcomes: Vec<_> = claimed
            .iter()
            .zip(verdicts)
            .map(|(row, verdict)| Outcome { delivery: row.delivery, fence: row.fence, verdict, reply: None })
            .collect();
        store.record(&outcomes, at(4)).await.unwrap();
        let histories = store.histories(&members).await.unwrap();
        let shown: Vec<_> = members.iter().map(|member| histories.contains_key(member)).collect();
        // Sent; refused; deferred and queued, which this edition will still send; uncertain; attempting.
        assert_eq!(shown, [true, false, true, true, true, true]);
        let one = histories[&members[0]][0];
        assert_eq!((one.edition, one.as_of), (id, at(12 * 1_440)));
        assert_eq!(store.digests(&[one.digest, DigestId(9_999)]).await.unwrap()[&one.digest], json!({"says": "all"}));
        let export = store.export_member(&new_member("m0@ville.example").email).await.unwrap().unwrap();
        assert_eq!(export["deliveries"][0]["state"], "sent");
        assert_eq!(export["shown"].as_object().unwrap().len(), 1);
        store.move_edition(id, EditionState::Sending, EditionState::Paused, at(5)).await.unwrap();
        store.move_edition(id, EditionState::Paused, EditionState::Cancelled, at(5)).await.unwrap();
        let histories = store.histories(&members).await.unwrap();
        let shown: Vec<_> = members.iter().map(|member| histories.contains_key(member)).collect();
        assert_eq!(shown, [true, false, false, true, true, false], "a cancelled edition sends no more");
    });
    check_on_both(|store| async move {
        let (id, members) = sending(&store, 1, true).await;
        let row = store.claim(id, &WorkerId::new("here"), 60_000, 5, at(3)).await.unwrap().remove(0);
        let sent = Outcome { delivery: row.delivery, fence: row.fence, verdict: Verdict::Sent, reply: None };
        store.record(&[sent], at(4)).await.unwrap();
        assert!(store.histories(&members).await.unwrap().is_empty());
        assert!(store.served(at(0), at(9)).await.unwrap().is_empty());
    });
}

#[test]
fn figures_and_rows_survive_an_erasure_without_identity() {
    check_on_both(|store| async move {
        let (id, members) = sending(&store, 3, false).await;
        let claimed = store.claim(id, &WorkerId::new("here"), 60_000, 2, at(3)).await.unwrap();
        let sent: Vec<_> = claimed
            .iter()
            .map(|row| Outcome {
                delivery: row.delivery,
                fence: row.fence,
                verdict: Verdict::Sent,
                reply: Some("250 m0@ville.example".into()),
            })
            .collect();
        store.record(&sent, at(4)).await.unwrap();
        let bounce = Returned {
            member: Some(members[0]),
            delivery: Some(claimed[0].delivery),
            kind: "hard".into(),
            status: Some("5.1.1".into()),
            diagnostic: "550 m0@ville.example unknown".into(),
            fingerprint: "f".into(),
            at: at(5),
        };
        assert!(store.save_returned(&bounce).await.unwrap());
        assert!(!store.save_returned(&bounce).await.unwrap());
        assert_eq!(store.returned_by_member(members[0]).await.unwrap(), [bounce]);
        let before = store.served(at(0), at(9)).await.unwrap();
        assert_eq!(before.iter().map(|served| served.members).collect::<Vec<_>>(), [2]);
        for n in [0, 2] {
            store.erase_member(&new_member(&format!("m{n}@ville.example")).email, "d", at(6)).await.unwrap();
        }
        assert_eq!(store.served(at(0), at(9)).await.unwrap(), before);
        let row = store.delivery(id, members[0]).await.unwrap().unwrap();
        assert_eq!((row.email, row.last_reply, row.message_id.as_str()), (None, None, ""));
        assert_eq!((row.state, row.cohort, row.territories.len()), (DeliveryState::Sent, cohort("idf"), 1));
        assert_eq!(store.returned_for_edition(id).await.unwrap()[0].diagnostic, "");
        assert_eq!(store.delivery(id, members[2]).await.unwrap().unwrap().state, DeliveryState::Skipped);
        assert_eq!(store.delivery_by_message_id("").await.unwrap(), None);
        let known = format!("{id}.{}@exemple.example", members[1].0);
        assert_eq!(store.delivery_by_message_id(&known).await.unwrap().unwrap().member, members[1]);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_opens_and_knows_that_it_is_one() {
    let fresh = Fresh::sqlite();
    let store = Store::open(fresh.url(), Open::Create).await.unwrap();
    assert_eq!(store.kind(), Kind::Sqlite);
    members(&store, 3).await;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("copie 1.db");
    store.backup(&path, at(5)).await.unwrap();
    let again = store.backup(&path, at(6)).await.unwrap_err();
    assert!(matches!(again, StoreError::Backup { .. }), "{again}");
    assert_eq!(store.restored_from().await.unwrap(), None);
    let copy = Store::open(&format!("sqlite:{}", path.display()), Open::Existing).await.unwrap();
    assert!(copy.is_sound().await.unwrap());
    assert_eq!(copy.members(&Default::default()).await.unwrap().len(), 3);
    assert_eq!(copy.restored_from().await.unwrap(), Some(at(5)));
    let gap = Gap { from: at(5), until: at(9) };
    assert_eq!(copy.gap().await.unwrap(), None);
    assert!(copy.hold_after_restore(gap, 0, at(9)).await.unwrap().is_empty());
    assert_eq!((copy.restored_from().await.unwrap(), copy.gap().await.unwrap()), (None, Some(gap)));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0, "it holds addresses");
    }
}

#[test]
fn after_a_restore_every_open_edition_waits_for_a_person() {
    check_on_both(|store| async move {
        let (id, _) = sending(&store, 2, false).await;
        let draft = created(&store, &edition(&["nantes"], 12)).await;
        let over = created(&store, &edition(&["montreuil"], 12)).await;
        store.move_edition(over, EditionState::Draft, EditionState::Cancelled, at(1)).await.unwrap();
        let gap = Gap { from: at(3), until: at(5) };
        assert_eq!(store.hold_after_restore(gap, 40, at(6)).await.unwrap(), [id, draft]);
        let check = async |id: EditionId, state: EditionState, held: bool| {
            let edition = store.edition(id).await.unwrap().unwrap();
            assert_eq!((edition.state, edition.held_since.is_some()), (state, held), "{id}");
        };
        check(id, EditionState::Paused, true).await;
        check(draft, EditionState::Draft, true).await;
        check(over, EditionState::Cancelled, false).await;
        store.release_edition(id).await.unwrap();
        check(id, EditionState::Paused, false).await;
        check(draft, EditionState::Draft, true).await;
        assert_eq!(store.beat(at(7)).await.unwrap().beats, 41, "beyond what the machine remembers");
    });
}

#[test]
fn beats_are_counted_and_the_life_keeps_its_name() {
    check_on_both(|store| async move {
        assert_eq!(store.life().await.unwrap(), None);
        let first = store.beat(at(1)).await.unwrap();
        let second = store.beat(at(2)).await.unwrap();
        assert_eq!((first.beats, second.beats, &first.id), (1, 2, &second.id));
        assert_eq!(store.life().await.unwrap(), Some(second));
        assert_eq!(store.last_beat_at().await.unwrap(), Some(at(2)));
    });
}
