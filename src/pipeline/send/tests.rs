//! Whole sendings over real databases, with leases of a second.

use std::time::Duration;

use chrono::TimeDelta;

use super::{End, Tempo, send};
use crate::model::{DeliveryId, DeliveryState, EditionId, EditionState};
use crate::pipeline::tests::bench::{Bench, approved, on_both};
use crate::pipeline::tests::server::{Answer, Server};
use crate::pipeline::{App, Silent, Trouble};
use crate::store::{Limits, Open, Store};

/// Leases end within a test's patience.
fn quick() -> Tempo {
    let ms = Duration::from_millis;
    Tempo {
        lease: ms(1_000),
        data_margin: ms(300),
        look_again: ms(100),
        tidy_every: ms(100),
        record_for: ms(400),
        pace_ahead: ms(100),
        retry_first: TimeDelta::milliseconds(100),
        doubt_rests: TimeDelta::milliseconds(100),
        policy_rests: TimeDelta::milliseconds(100),
        circuit_rests: ms(60_000),
    }
}

fn everybody(_: usize, _: &str) -> Option<&'static str> {
    None
}

async fn on_server(url: &str, settings: &str, slow: Duration, answer: Answer) -> (Bench, Server) {
    let server = Server::start(slow, answer).await;
    let mail = format!("transport = \"smtp://127.0.0.1:{}\"\n{settings}", server.port);
    (Bench::new(url, &mail, ""), server)
}

async fn states(app: &App, id: EditionId) -> Vec<(DeliveryState, u32)> {
    let rows = app.store.deliveries(id, &[], DeliveryId(0), 1_000).await.unwrap();
    rows.into_iter().map(|row| (row.state, row.attempts)).collect()
}

async fn run(app: &App, id: EditionId) -> End {
    send(app, id, Duration::from_secs(30), &Silent).await.unwrap().end
}

#[test]
fn a_pace_slower_than_the_lease_doubles_nothing_with_two_workers() {
    on_both(|url| async move {
        let (bench, server) = on_server(&url, "rate = \"5/s\"", Duration::ZERO, everybody).await;
        let (mut here, mut there) = (bench.open().await, bench.open_elsewhere().await);
        (here.tempo, there.tempo) = (quick(), quick());
        let id = approved(&here, 16).await;
        let ends = futures::join!(run(&here, id), run(&there, id));
        assert_eq!(ends, (End::Finished, End::Finished));
        assert_eq!((server.taken().len(), server.doubled()), (16, 0));
        assert!(states(&here, id).await.iter().all(|row| *row == (DeliveryState::Sent, 1)));
    });
}

#[test]
fn a_server_slower_than_the_lease_doubles_nothing_and_rows_not_begun_are_given_back() {
    on_both(|url| async move {
        let (bench, server) = on_server(&url, "connections = 1", Duration::from_millis(250), everybody).await;
        let (mut here, mut there) = (bench.open().await, bench.open_elsewhere().await);
        (here.tempo, there.tempo) = (quick(), quick());
        let id = approved(&here, 12).await;
        futures::join!(run(&here, id), run(&there, id));
        assert_eq!((server.taken().len(), server.doubled()), (12, 0));
        let rows = states(&here, id).await;
        assert!(rows.iter().all(|row| *row == (DeliveryState::Sent, 1)), "{rows:?}");
    });
}

#[test]
fn outcomes_are_on_record_while_another_mail_still_waits_for_its_answer() {
    on_both(|url| async move {
        let (bench, server) = on_server(&url, "connections = 2", Duration::from_millis(150), everybody).await;
        let app = bench.open().await;
        let id = approved(&app, 12).await;
        let watch = async {
            for _ in 0..200 {
                tokio::time::sleep(Duration::from_millis(20)).await;
                let taken = server.taken().len();
                let unrecorded =
                    taken as u64 - app.store.counts(id).await.unwrap().of(DeliveryState::Sent).min(taken as u64);
                if taken < 12 && unrecorded > 3 {
                    return unrecorded;
                }
            }
            0
        };
        let (end, unrecorded) = futures::join!(run(&app, id), watch);
        assert_eq!((end, unrecorded), (End::Finished, 0), "answers wait for no batch");
    });
}

#[test]
fn a_quota_met_on_the_way_pauses_the_edition_and_refuses_nobody() {
    fn six_then_quota(number: usize, _: &str) -> Option<&'static str> {
        (number > 6 && number <= 20).then_some("550 5.7.1 hourly quota exceeded")
    }
    on_both(|url| async move {
        let (bench, server) = on_server(&url, "connections = 2", Duration::ZERO, six_then_quota).await;
        let mut app = bench.open().await;
        app.tempo = quick();
        let id = approved(&app, 40).await;
        let End::TurnedAway { why } = run(&app, id).await else { panic!("not turned away") };
        assert!(why.contains("hourly quota exceeded"), "{why}");
        let counts = app.store.counts(id).await.unwrap();
        assert_eq!((counts.of(DeliveryState::Sent), counts.of(DeliveryState::Refused)), (6, 0), "{counts:?}");
        assert_eq!(app.store.edition(id).await.unwrap().unwrap().state, EditionState::Paused);
        // The quota is over by the third resumption.
        for _ in 0..20 {
            match app.store.edition(id).await.unwrap().unwrap().state {
                EditionState::Sent => break,
                EditionState::Paused => {
                    crate::pipeline::edition::resume(&app, &crate::pipeline::Actor::Process, id).await.unwrap();
                }
                _ => {}
            }
            run(&app, id).await;
        }
        assert_eq!((server.taken().len(), server.doubled()), (40, 0));
    });
}

#[test]
fn single_refusals_by_policy_are_final_once_another_mail_gets_through() {
    fn some(_: usize, to: &str) -> Option<&'static str> {
        (to.starts_with("m1@") || to.starts_with("m3@")).then_some("550 5.7.1 we do not want this here")
    }
    on_both(|url| async move {
        let (bench, _server) = on_server(&url, "", Duration::ZERO, some).await;
        let app = bench.open().await;
        let id = approved(&app, 6).await;
        assert_eq!(run(&app, id).await, End::Finished);
        let counts = app.store.counts(id).await.unwrap();
        assert_eq!((counts.of(DeliveryState::Sent), counts.of(DeliveryState::Refused)), (4, 2));
    });
}

#[test]
fn a_server_that_has_had_enough_is_left_alone_for_a_while() {
    fn full(number: usize, _: &str) -> Option<&'static str> {
        (number > 2).then_some("452 4.3.1 too many messages")
    }
    on_both(|url| async move {
        let (bench, server) = on_server(&url, "connections = 1", Duration::ZERO, full).await;
        let mut app = bench.open().await;
        app.tempo = quick();
        let id = approved(&app, 30).await;
        let end = send(&app, id, Duration::ZERO, &Silent).await.unwrap().end;
        let End::Stopped { why } = end else { panic!("{end:?}") };
        assert!(why.contains("452") && why.contains("souffler"), "{why}");
        let counts = app.store.counts(id).await.unwrap();
        // As many more as may wait to be recorded may have been under way.
        assert!(
            counts.of(DeliveryState::Sent) == 2 && (5..=9).contains(&counts.of(DeliveryState::Deferred)),
            "{counts:?}"
        );
        let connections = server.connections();
        let end = send(&app, id, Duration::ZERO, &Silent).await.unwrap().end;
        assert!(matches!(end, End::Stopped { .. }), "{end:?}");
        assert_eq!(server.connections(), connections, "it is not even called");
    });
}

#[test]
fn a_database_locked_in_the_middle_of_a_sending_stops_it_and_loses_nothing() {
    // PostgreSQL locks rows, not the whole: this is SQLite's trouble.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}/glaneur.db", folder.path().display());
        let (bench, server) = on_server(&url, "connections = 2", Duration::from_millis(40), everybody).await;
        let mut app = bench.open().await;
        app.tempo = quick();
        let impatient = Limits { lock_wait_ms: 50, ..Limits::default() };
        app.store = Store::open_with(&url, Open::Existing, impatient).await.unwrap();
        let id = approved(&app, 40).await;
        let lock = async {
            while server.taken().len() < 6 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            use sqlx::{ConnectOptions, Connection};
            let mut other = sqlx::any::AnyConnectOptions::from_url(&url.parse().unwrap()).unwrap();
            other = other.disable_statement_logging();
            let mut other = other.connect().await.unwrap();
            while sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.is_err() {}
            tokio::time::sleep(Duration::from_millis(1_500)).await;
            sqlx::raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
            other.close().await.unwrap();
        };
        let (sent, ()) = futures::join!(send(&app, id, Duration::from_secs(30), &Silent), lock);
        let trouble = sent.unwrap_err();
        assert!(matches!(&trouble, Trouble::Unrecorded { .. } | Trouble::Store(_)), "{trouble:?}");
        assert!(trouble.to_string().contains("verrouillée"), "{trouble}");
        assert_eq!(run(&app, id).await, End::Finished);
        let taken: std::collections::HashSet<_> = server.taken().into_iter().collect();
        assert_eq!(taken.len(), 40, "nobody is forgotten");
        let doubted = app.store.counts(id).await.unwrap().doubted;
        assert!(server.doubled() as u64 <= doubted && doubted <= 8, "{} of {doubted}", server.doubled());
    });
}
