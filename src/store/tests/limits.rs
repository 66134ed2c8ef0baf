//! What a relay may be given, counted in the ledger; relays and domains that are left alone.

use chrono::TimeDelta;

use super::both::{at, check_on_both};
use super::issues::sending;
use crate::model::DeliveryId;
use crate::store::{Claim, Claimed, Later, Quota, Resting, Steps, Store, Window, WorkerId};

fn quota(relay: &str, count_max: u32) -> Quota {
    Quota { relay: relay.into(), steps: None, windows: vec![Window { since: at(0), count_max }] }
}

async fn claim(store: &Store, quota: &Quota, edition: crate::model::EditionId, limit: u32, minute: i64) -> Claim {
    store.claim_for(quota, edition, &WorkerId::new("here"), 60_000, limit, at(minute)).await.unwrap()
}

fn rows(claim: Claim) -> Vec<Claimed> {
    match claim {
        Claim::Rows(rows) => rows,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_window_is_filled_and_no_more_and_what_is_given_back_frees_it() {
    check_on_both(|store| async move {
        let (id, _) = sending(&store, 9, false).await;
        let quota = quota("a", 3);
        let first = rows(claim(&store, &quota, id, 2, 3).await);
        let second = rows(claim(&store, &quota, id, 5, 5).await);
        assert_eq!((first.len(), second.len()), (2, 1));
        assert_eq!(claim(&store, &quota, id, 5, 6).await, Claim::Full { window: 0, until_forgotten: at(3) });
        assert_eq!(store.fills("a", quota.windows[0]).await.unwrap(), Some(at(3)));
        assert_eq!(store.departures("b", at(0)).await.unwrap(), 0, "another relay has its own");
        store.release(&[(second[0].delivery, second[0].fence)], at(6)).await.unwrap();
        assert_eq!(rows(claim(&store, &quota, id, 5, 7).await).len(), 1);
        // The window moved on.
        let later = Quota { windows: vec![Window { since: at(3), count_max: 3 }], ..quota };
        assert_eq!(rows(claim(&store, &later, id, 5, 8).await).len(), 2);
    });
}

#[test]
fn steps_go_on_where_the_last_mail_left() {
    check_on_both(|store| async move {
        let (id, _) = sending(&store, 9, false).await;
        let steps = Steps { between_us: 120_000_000, ahead: TimeDelta::minutes(3) };
        let quota = Quota { relay: "a".into(), steps: Some(steps), windows: Vec::new() };
        let departs = |rows: Vec<Claimed>| rows.iter().map(|row| row.departs_at).collect::<Vec<_>>();
        assert_eq!(departs(rows(claim(&store, &quota, id, 9, 10).await)), [at(10), at(12)]);
        assert_eq!(claim(&store, &quota, id, 9, 10).await, Claim::TooEarly { next: at(14) });
        assert_eq!(departs(rows(claim(&store, &quota, id, 9, 11).await)), [at(14)]);
        assert_eq!(departs(rows(claim(&store, &quota, id, 1, 50).await)), [at(50)], "idle time is not saved up");
    });
}

#[test]
fn only_the_waiting_rows_of_a_domain_are_put_off_one_by_one() {
    check_on_both(|store| async move {
        let (id, members) = sending(&store, 4, false).await;
        let own = store.delivery(id, members[0]).await.unwrap().unwrap().email.unwrap().domain().to_owned();
        let later = |domain: &str| Later {
            domain: domain.to_owned(),
            until: at(60),
            between: TimeDelta::minutes(2),
            why: "attendez".into(),
        };
        assert_eq!(store.put_off_domain(id, &later("autre.example"), at(5)).await.unwrap(), 0);
        assert_eq!(store.put_off_domain(id, &later(&own.replacen('.', "_", 1)), at(5)).await.unwrap(), 0, "no pattern");
        let flying = rows(claim(&store, &Quota::default(), id, 1, 5).await);
        assert_eq!(store.put_off_domain(id, &later(&own), at(5)).await.unwrap(), 3);
        let put_off = store.put_off(id, at(5)).await.unwrap();
        assert_eq!((put_off.len(), put_off[0].rows, put_off[0].next_at), (1, 3, at(60)));
        let free = Quota::default();
        let due = |minute| claim(&store, &free, id, 9, minute);
        assert!(rows(due(59).await).is_empty());
        assert_eq!(rows(due(61).await).len(), 1);
        assert_eq!(rows(due(64).await).len(), 2);
        assert_ne!(flying[0].delivery, DeliveryId(0));
        assert!(store.put_off(id, at(70)).await.unwrap().is_empty());
    });
}

#[test]
fn a_relay_that_rests_is_remembered_until_it_takes_a_mail() {
    check_on_both(|store| async move {
        let resting = |rests, s| Resting { relay: "a".into(), rests, until: at(s), why: "injoignable\0".into() };
        store.rest_relay(&resting(1, 60)).await.unwrap();
        store.rest_relay(&resting(2, 120)).await.unwrap();
        let known = store.resting_relays().await.unwrap();
        assert_eq!((known.len(), known[0].rests, known[0].until), (1, 2, at(120)));
        store.wake_relay("a").await.unwrap();
        assert!(store.resting_relays().await.unwrap().is_empty());
    });
}
