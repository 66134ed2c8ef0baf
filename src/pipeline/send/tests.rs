//! Whole sendings over real databases, with leases of a second.

use std::time::Duration;

use chrono::TimeDelta;

use super::{End, Tempo, send};
use crate::model::{DeliveryId, DeliveryState, EditionId, EditionState};
use crate::pipeline::tests::bench::{Bench, approved, approved_at, on_both};
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

#[test]
fn an_hourly_limit_is_kept_over_restarts_and_says_why_the_rest_waits() {
    on_both(|url| async move {
        let (bench, server) = on_server(&url, "rate = [\"50/s\", \"5/h\"]", Duration::ZERO, everybody).await;
        let mut app = bench.open().await;
        app.tempo = quick();
        let id = approved(&app, 9).await;
        for _ in 0..2 {
            let restarted = bench.open().await;
            let end = send(&restarted, id, Duration::ZERO, &Silent).await.unwrap().end;
            let End::Limited { next_at, why } = end else { panic!("{end:?}") };
            assert!(why.contains("5 courriels par heure"), "{why}");
            let minutes = (next_at - app.clock.now()).num_minutes();
            assert!((58..=60).contains(&minutes), "{minutes}");
            assert_eq!((server.taken().len(), server.doubled()), (5, 0));
        }
        let edition = app.store.edition(id).await.unwrap().unwrap();
        assert_eq!(edition.state, EditionState::Sending, "it stays open");
        let said = crate::pipeline::send::waiting(&app, &edition).await.unwrap();
        assert!(said.len() == 1 && said[0].contains("5 courriels par heure"), "{said:?}");
    });
}

#[test]
fn two_workers_share_one_limit() {
    on_both(|url| async move {
        let (bench, server) = on_server(&url, "rate = \"7/h\"", Duration::ZERO, everybody).await;
        let (here, there) = (bench.open().await, bench.open_elsewhere().await);
        let id = approved(&here, 20).await;
        let both = [&here, &there].map(|app| send(app, id, Duration::ZERO, &Silent));
        futures::future::join_all(both).await;
        assert_eq!((server.taken().len(), server.doubled()), (7, 0));
    });
}

#[test]
fn a_rate_by_the_second_is_kept_over_a_restart() {
    on_both(|url| async move {
        let (bench, server) = on_server(&url, "rate = \"2/s\"", Duration::ZERO, everybody).await;
        let begun = std::time::Instant::now();
        let id = approved(&bench.open().await, 5).await;
        for sent in 1..5 {
            let app = bench.open().await;
            let halt = async {
                while server.taken().len() < sent {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                app.halt.ask();
            };
            futures::join!(run(&app, id), halt);
        }
        run(&bench.open().await, id).await;
        assert_eq!((server.taken().len(), server.doubled()), (5, 0));
        assert!(begun.elapsed() >= Duration::from_millis(1_900), "{:?}", begun.elapsed());
    });
}

fn relay(name: &str, port: u16, more: &str) -> String {
    format!("[[mail.relay]]\nname = \"{name}\"\ntransport = \"smtp://127.0.0.1:{port}\"\n{more}\n")
}

#[test]
fn several_relays_share_by_weight_and_a_reserve_gets_nothing() {
    on_both(|url| async move {
        let [big, small, reserve] = [(); 3].map(|()| Server::start(Duration::ZERO, everybody));
        let (big, small, reserve) = futures::join!(big, small, reserve);
        let relays = relay("grand", big.port, "weight = 3")
            + &relay("petit", small.port, "weight = 1")
            + &relay("secours", reserve.port, "weight = 0");
        let bench = Bench::new(&url, &relays, "");
        let app = bench.open().await;
        let id = approved(&app, 40).await;
        assert_eq!(run(&app, id).await, End::Finished);
        assert_eq!((big.taken().len() + small.taken().len(), reserve.taken().len()), (40, 0));
        assert!((26..=34).contains(&big.taken().len()), "{}", big.taken().len());
        let rows = app.store.deliveries(id, &[], DeliveryId(0), 100).await.unwrap();
        let by_small = rows.iter().filter(|row| row.relay.as_deref() == Some("petit")).count();
        assert_eq!(by_small, small.taken().len(), "each row knows its relay");
    });
}

#[test]
fn a_relay_that_is_down_or_has_had_enough_is_left_alone_while_the_other_goes_on() {
    fn busy(_: usize, _: &str) -> Option<&'static str> {
        Some("421 4.3.2 closing down")
    }
    on_both(|url| async move {
        let (sound, worn) =
            futures::join!(Server::start(Duration::ZERO, everybody), Server::start(Duration::ZERO, busy));
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let relays = relay("mort", nobody, "") + &relay("épuisé", worn.port, "") + &relay("vif", sound.port, "");
        let bench = Bench::new(&url, &relays, "");
        let mut app = bench.open().await;
        app.tempo = quick();
        let id = approved(&app, 60).await;
        assert_eq!(run(&app, id).await, End::Finished);
        assert_eq!((sound.taken().len(), sound.doubled()), (60, 0));
        let mut resting = app.store.resting_relays().await.unwrap();
        resting.sort_by_key(|rest| rest.relay.clone());
        let said: Vec<_> = resting.iter().map(|rest| (rest.relay.as_str(), rest.rests)).collect();
        assert_eq!(said, [("mort", 1), ("épuisé", 1)], "{resting:?}");
        assert!(resting[0].why.contains("connexion refusée") && resting[1].why.contains("421"), "{resting:?}");
        // The next edition does not even call them.
        let connections = worn.connections();
        let again = bench.open().await;
        let rest = relay("épuisé", worn.port, "") + &relay("vif", sound.port, "");
        assert!(rest.len() < relays.len());
        assert_eq!(again.store.resting_relays().await.unwrap().len(), 2);
        assert_eq!(worn.connections(), connections);
    });
}

#[test]
fn when_every_relay_is_down_the_edition_waits_and_says_of_each_why() {
    on_both(|url| async move {
        let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let bench = Bench::new(&url, &(relay("un", free(), "") + &relay("deux", free(), "")), "");
        let app = bench.open().await;
        let id = approved(&app, 5).await;
        let end = send(&app, id, Duration::ZERO, &Silent).await.unwrap().end;
        let End::Stopped { why } = end else { panic!("{end:?}") };
        assert!(why.contains("relais un : ") && why.contains("relais deux : ") && why.contains("reprend"), "{why}");
        assert_eq!(app.store.counts(id).await.unwrap().of(DeliveryState::Queued), 5, "nobody is touched");
        let edition = app.store.edition(id).await.unwrap().unwrap();
        let said = crate::pipeline::send::waiting(&app, &edition).await.unwrap();
        assert!(said.len() == 2 && said[0].contains("laissé de côté"), "{said:?}");
    });
}

#[test]
fn a_domain_that_says_later_is_put_off_and_the_others_go_on() {
    fn slow_domain(_: usize, to: &str) -> Option<&'static str> {
        to.ends_with("@lent.example").then_some("451 4.7.1 too much mail for this domain")
    }
    on_both(|url| async move {
        let (bench, server) = on_server(&url, "connections = 1", Duration::ZERO, slow_domain).await;
        let app = bench.open().await;
        let id = approved_at(&app, 60, &["lent.example", "vif.example"]).await;
        let end = send(&app, id, Duration::ZERO, &Silent).await.unwrap().end;
        assert!(matches!(end, End::Waiting { .. }), "{end:?}");
        assert_eq!(server.taken().len(), 30, "the other domain has everything");
        let counts = app.store.counts(id).await.unwrap();
        // Three are enough to know; what was in flight then came after.
        let tried = counts.of(DeliveryState::Deferred);
        assert!((3..=7).contains(&tried), "{counts:?}");
        assert_eq!(counts.of(DeliveryState::Queued), 30 - tried, "{counts:?}");
        let edition = app.store.edition(id).await.unwrap().unwrap();
        let said = crate::pipeline::send::waiting(&app, &edition).await.unwrap();
        assert!(said.len() == 1 && said[0].contains("lent.example demande d’attendre : 451"), "{said:?}");
        assert!(app.store.resting_relays().await.unwrap().is_empty(), "the relay is not to blame");
    });
}

#[test]
fn a_warm_up_lets_so_many_leave_each_day() {
    on_both(|url| async move {
        let today = chrono::Utc::now().with_timezone(&chrono_tz::Europe::Paris).date_naive();
        // Yesterday was the first day; near midnight the next one counts the same.
        let from = today.pred_opt().unwrap();
        let warm_up = format!("warm_up = {{ from = \"{from}\", per_day = [2, 3, 3] }}");
        let (bench, server) = on_server(&url, &warm_up, Duration::ZERO, everybody).await;
        let app = bench.open().await;
        let id = approved(&app, 10).await;
        let end = send(&app, id, Duration::ZERO, &Silent).await.unwrap().end;
        let End::Limited { next_at, why } = end else { panic!("{end:?}") };
        assert_eq!(server.taken().len(), 3);
        assert!(why.contains("montée en charge : les 3 courriels de ce 2e jour"), "{why}");
        let midnight = next_at.with_timezone(&chrono_tz::Europe::Paris);
        assert_eq!(
            (midnight.date_naive(), midnight.format("%H:%M").to_string()),
            (today.succ_opt().unwrap(), "00:00".into())
        );
    });
}
