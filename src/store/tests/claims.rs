//! The ledger: nothing claimed twice, nothing lost, nothing stale.

use std::collections::HashSet;

use super::both::{at, check_on_both, check_urls_on_both};
use super::issues::sending;
use crate::model::{DeliveryId, DeliveryState, EditionState, MemberState};
use crate::store::{Claimed, Open, Outcome, Store, Verdict, WorkerId};

const LEASE_MS: u32 = 60_000;

fn outcome(row: &Claimed, verdict: Verdict) -> Outcome {
    Outcome { delivery: row.delivery, fence: row.fence, verdict, reply: Some("dit le serveur".into()) }
}

#[test]
fn several_workers_claim_no_row_twice_and_all_rows_once() {
    check_urls_on_both(|url| async move {
        let first = Store::open(&url, Open::Create).await.unwrap();
        let (id, _) = sending(&first, 600, false).await;
        let second = Store::open(&url, Open::Existing).await.unwrap();
        let drain = async |store: Store, worker: WorkerId| {
            let mut seen = Vec::new();
            loop {
                let rows = store.claim(id, &worker, LEASE_MS, 7, at(3)).await.unwrap();
                if rows.is_empty() {
                    return seen;
                }
                let sent: Vec<_> = rows.iter().map(|row| outcome(row, Verdict::Sent)).collect();
                assert!(store.record(&sent, at(4)).await.unwrap().is_empty());
                seen.extend(rows.iter().map(|row| row.delivery));
            }
        };
        let workers = (0..4).map(|n| {
            let store = if n % 2 == 0 { first.clone() } else { second.clone() };
            drain(store, WorkerId::new("here"))
        });
        let seen: Vec<DeliveryId> = futures::future::join_all(workers).await.concat();
        assert_eq!(seen.len(), 600);
        assert_eq!(seen.iter().collect::<HashSet<_>>().len(), 600);
        assert!(first.finish_if_done(id, at(5)).await.unwrap());
        assert_eq!(first.counts(id).await.unwrap().of(DeliveryState::Sent), 600);
        second.close().await;
        first.close().await;
    });
}

#[test]
fn a_claim_is_on_record_before_it_returns() {
    check_on_both(|store| async move {
        let worker = WorkerId::new("here");
        let (id, members) = sending(&store, 3, false).await;
        let rows = store.claim(id, &worker, LEASE_MS, 2, at(3)).await.unwrap();
        assert_eq!((rows.len(), rows[0].attempts, rows[0].fence), (2, 1, 1));
        assert_eq!(rows[0].addressee["name"], "Léa");
        assert_eq!(store.workers(id).await.unwrap(), [worker]);
        let row = store.delivery(id, members[0]).await.unwrap().unwrap();
        assert_eq!((row.state, row.updated_at), (DeliveryState::Attempting, at(3)));
        store.move_edition(id, EditionState::Sending, EditionState::Paused, at(4)).await.unwrap();
        assert!(store.claim(id, &WorkerId::new("there"), LEASE_MS, 9, at(5)).await.unwrap().is_empty(), "paused");
    });
}

#[test]
fn a_stale_answer_changes_nothing_and_a_late_one_of_the_same_attempt_counts() {
    check_on_both(|store| async move {
        let (slow, quick) = (WorkerId::new("slow"), WorkerId::new("quick"));
        let (id, members) = sending(&store, 2, false).await;
        let old = store.claim(id, &slow, LEASE_MS, 2, at(3)).await.unwrap();
        assert!(store.take_back(id, &[], at(3)).await.unwrap().is_empty(), "the lease is still good");
        let back = store.take_back(id, &[], at(4)).await.unwrap();
        assert_eq!(back.len(), 2);
        let new = store.claim(id, &quick, LEASE_MS, 1, at(5)).await.unwrap();
        assert_eq!((new[0].fence, new[0].attempts, new[0].message_id.clone()), (2, 2, old[0].message_id.clone()));
        let answers = [outcome(&old[0], Verdict::Refused), outcome(&old[1], Verdict::Sent)];
        assert_eq!(store.record(&answers, at(6)).await.unwrap(), [old[0].delivery]);
        assert!(store.record(&[outcome(&new[0], Verdict::Sent)], at(6)).await.unwrap().is_empty());
        for member in members {
            let row = store.delivery(id, member).await.unwrap().unwrap();
            assert_eq!((row.state, row.doubts), (DeliveryState::Sent, 1));
        }
        assert_eq!(store.doubted(id).await.unwrap().len(), 2, "the receipts name them");
        assert_eq!(store.record(&[outcome(&new[0], Verdict::Refused)], at(7)).await.unwrap(), [new[0].delivery]);
    });
}

#[test]
fn what_a_dead_process_held_is_in_doubt_and_sent_again() {
    check_on_both(|store| async move {
        let (dead, alive) = (WorkerId::new("here"), WorkerId::new("here"));
        let (id, _) = sending(&store, 5, false).await;
        let lost = store.claim(id, &dead, LEASE_MS, 2, at(3)).await.unwrap();
        let held = store.claim(id, &alive, LEASE_MS, 1, at(3)).await.unwrap();
        let back = store.take_back(id, &[dead], at(3)).await.unwrap();
        let mut ids: Vec<_> = back.iter().map(|row| row.delivery).collect();
        ids.sort();
        assert_eq!(ids, lost.iter().map(|row| row.delivery).collect::<Vec<_>>());
        assert!(!ids.contains(&held[0].delivery));
        assert_eq!(store.counts(id).await.unwrap().of(DeliveryState::Uncertain), 2);
        let again = store.claim(id, &alive, LEASE_MS, 9, at(4)).await.unwrap();
        assert_eq!(again.len(), 4, "two in doubt and two never tried");
        assert!(!store.finish_if_done(id, at(4)).await.unwrap());
    });
}

#[test]
fn doubtful_rows_are_held_where_the_settings_say_so() {
    check_on_both(|store| async move {
        let worker = WorkerId::new("here");
        let (id, _) = sending(&store, 2, false).await;
        store.claim(id, &worker, LEASE_MS, 1, at(3)).await.unwrap();
        store.take_back(id, std::slice::from_ref(&worker), at(3)).await.unwrap();
        assert_eq!(store.hold_uncertain(id, 1, at(4)).await.unwrap(), 1);
        let rest = store.claim(id, &worker, LEASE_MS, 9, at(4)).await.unwrap();
        assert_eq!(rest.len(), 1);
        store.record(&[outcome(&rest[0], Verdict::Sent)], at(5)).await.unwrap();
        assert!(store.finish_if_done(id, at(6)).await.unwrap());
        assert_eq!(store.counts(id).await.unwrap().doubted, 1);
    });
}

#[test]
fn a_deferred_row_waits_then_expires() {
    check_on_both(|store| async move {
        let worker = WorkerId::new("here");
        let (id, members) = sending(&store, 1, false).await;
        assert!(store.next_due(id).await.unwrap().unwrap() < at(0), "at once");
        let row = store.claim(id, &worker, LEASE_MS, 1, at(3)).await.unwrap().remove(0);
        assert_eq!(store.next_due(id).await.unwrap(), Some(at(4)), "when the lease ends");
        store.record(&[outcome(&row, Verdict::Deferred { next_at: at(30) })], at(4)).await.unwrap();
        assert_eq!(store.next_due(id).await.unwrap(), Some(at(30)));
        assert!(store.claim(id, &worker, LEASE_MS, 1, at(29)).await.unwrap().is_empty());
        let row = store.claim(id, &worker, LEASE_MS, 1, at(30)).await.unwrap().remove(0);
        assert_eq!(row.attempts, 2);
        store.record(&[outcome(&row, Verdict::Deferred { next_at: at(90) })], at(31)).await.unwrap();
        assert_eq!(store.expire(id, at(2), at(40)).await.unwrap(), 0, "counted from the first try");
        assert_eq!(store.expire(id, at(3), at(40)).await.unwrap(), 1);
        let row = store.delivery(id, members[0]).await.unwrap().unwrap();
        assert_eq!((row.state, row.last_reply.as_deref()), (DeliveryState::Expired, Some("dit le serveur")));
        assert_eq!(store.next_due(id).await.unwrap(), None);
        assert!(store.finish_if_done(id, at(41)).await.unwrap());
    });
}

#[test]
fn a_row_given_back_is_what_it_was() {
    check_on_both(|store| async move {
        let worker = WorkerId::new("here");
        let (id, members) = sending(&store, 1, false).await;
        let check = async |state: DeliveryState, attempts: u32| {
            let row = store.delivery(id, members[0]).await.unwrap().unwrap();
            assert_eq!((row.state, row.attempts), (state, attempts));
        };
        let row = store.claim(id, &worker, LEASE_MS, 1, at(3)).await.unwrap().remove(0);
        store.release(&[(row.delivery, row.fence)], at(3)).await.unwrap();
        check(DeliveryState::Queued, 0).await;
        let row = store.claim(id, &worker, LEASE_MS, 1, at(4)).await.unwrap().remove(0);
        store.release(&[(row.delivery, row.fence - 1)], at(4)).await.unwrap();
        check(DeliveryState::Attempting, 1).await;
        store.record(&[outcome(&row, Verdict::Deferred { next_at: at(5) })], at(5)).await.unwrap();
        let row = store.claim(id, &worker, LEASE_MS, 1, at(6)).await.unwrap().remove(0);
        store.release(&[(row.delivery, row.fence)], at(6)).await.unwrap();
        check(DeliveryState::Deferred, 1).await;
        store.claim(id, &worker, LEASE_MS, 1, at(7)).await.unwrap();
        store.take_back(id, std::slice::from_ref(&worker), at(7)).await.unwrap();
        let row = store.claim(id, &worker, LEASE_MS, 1, at(8)).await.unwrap().remove(0);
        store.release(&[(row.delivery, row.fence)], at(8)).await.unwrap();
        check(DeliveryState::Uncertain, 2).await;
    });
}

#[test]
fn who_leaves_while_it_is_sent_gets_nothing_more() {
    check_on_both(|store| async move {
        let worker = WorkerId::new("here");
        let (id, members) = sending(&store, 4, false).await;
        let rows = store.claim(id, &worker, LEASE_MS, 3, at(3)).await.unwrap();
        store.record(&[outcome(&rows[0], Verdict::Deferred { next_at: at(4) })], at(4)).await.unwrap();
        for member in &members {
            store.set_member_state(*member, &MemberState::Left { at: at(5) }, at(5)).await.unwrap();
        }
        // In flight when they left: one is put off, one given back.
        store.record(&[outcome(&rows[1], Verdict::Deferred { next_at: at(6) })], at(6)).await.unwrap();
        store.release(&[(rows[2].delivery, rows[2].fence)], at(6)).await.unwrap();
        assert!(store.claim(id, &worker, LEASE_MS, 9, at(9)).await.unwrap().is_empty());
        assert!(store.finish_if_done(id, at(9)).await.unwrap());
        let mut states = Vec::new();
        for member in members {
            states.push(store.delivery(id, member).await.unwrap().unwrap().state);
        }
        use DeliveryState::{Expired, Skipped};
        assert_eq!(states, [Expired, Expired, Skipped, Skipped]);
    });
}
