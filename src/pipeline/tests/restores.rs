//! Databases put back from a backup, by our own command or by hand.

use std::time::Duration;

use super::bench::{Bench, approved, civil, on_both};
use crate::model::{DeliveryState, EditionId, EditionState};
use crate::pipeline::edition::{self, Issue};
use crate::pipeline::send::{End, send};
use crate::pipeline::{App, Silent, Trouble, turn};

const OUTBOX: &str = "transport = \"file:outbox\"";
const OFF: &str = "review = \"off\"";

async fn sent(app: &App, id: EditionId) -> Result<End, Trouble> {
    Ok(send(app, id, Duration::ZERO, &Silent).await?.end)
}

async fn state(app: &App, id: EditionId) -> EditionState {
    app.store.edition(id).await.unwrap().unwrap().state
}

#[track_caller]
fn is_held(result: Result<End, Trouble>) {
    let trouble = result.expect_err("it is sent");
    assert!(
        matches!(trouble, Trouble::Restored { .. }) && trouble.to_string().contains("--after-restore"),
        "{trouble}"
    );
}

#[test]
fn an_older_database_put_back_by_hand_is_noticed() {
    on_both(|url| async move {
        let bench = Bench::new(&url, OUTBOX, OFF);
        let app = bench.open().await;
        let id = approved(&app, 3).await;
        app.store.beat(app.clock.civil()).await.unwrap();
        let then = app.store.life().await.unwrap().unwrap();
        assert_eq!(sent(&app, id).await.unwrap(), End::Finished);
        // As it was before it was sent: `cp` and `pg_restore` bring back all of it.
        app.store.rewind_for_tests(id, then.beats).await;
        let app = bench.open().await;
        assert_eq!(state(&app, id).await, EditionState::Paused);
        is_held(sent(&app, id).await);
        let again = bench.open().await;
        is_held(sent(&again, id).await);
        assert!(
            matches!(
                edition::resume(&again, &crate::pipeline::Actor::Process, id).await,
                Err(Trouble::Restored { .. })
            ),
            "a plain resume is not enough"
        );
        edition::accept_restored(&again, &crate::pipeline::Actor::Process, id).await.unwrap();
        assert_eq!(sent(&again, id).await.unwrap(), End::Finished);
        // It beats on from where the machine remembers: the next start notices nothing.
        let calm = bench.open().await;
        assert_eq!(state(&calm, id).await, EditionState::Sent);
    });
}

#[test]
fn an_sqlite_file_copied_back_is_noticed() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let bench = Bench::new("sqlite:glaneur.db", OUTBOX, OFF);
        let file = |name: &str| bench.path().join(name);
        let app = bench.open().await;
        let id = approved(&app, 2).await;
        app.store.close().await;
        std::fs::copy(file("glaneur.db"), file("copie.db")).unwrap();
        let app = bench.open().await;
        assert_eq!(sent(&app, id).await.unwrap(), End::Finished);
        app.store.close().await;
        std::fs::copy(file("copie.db"), file("glaneur.db")).unwrap();
        let app = bench.open().await;
        is_held(sent(&app, id).await);
        assert_eq!(app.store.counts(id).await.unwrap().of(DeliveryState::Queued), 2);
    });
}

#[test]
fn resuming_lifts_one_edition_and_what_was_due_meanwhile_is_not_done_anew() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let bench = Bench::new("sqlite:glaneur.db", OUTBOX, OFF);
        bench.set("sqlite:glaneur.db", OUTBOX, "review = \"before-send\"", &["a", "b", "c"]);
        let file = |name: &str| bench.path().join(name);
        let app = bench.open_at(civil("2026-01-14T10:00:00+01:00")).await;
        let mut ids = Vec::new();
        for cohort in ["a", "b", "c"] {
            ids.push(edition::create(&app, &[cohort.to_owned()]).await.unwrap());
        }
        edition::approve(&app, &crate::pipeline::Actor::Process, ids[0]).await.unwrap();
        edition::approve(&app, &crate::pipeline::Actor::Process, ids[1]).await.unwrap();
        crate::pipeline::backup(&app, &file("sauvegarde.db")).await.unwrap();
        app.store.close().await;
        std::fs::copy(file("sauvegarde.db"), file("glaneur.db")).unwrap();
        for ending in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(file(&format!("glaneur.db{ending}")));
        }
        bench.set("sqlite:glaneur.db", OUTBOX, OFF, &["a", "b", "c"]);
        // Monday the 19th lies between the backup and its return.
        let app = bench.open_at(civil("2026-01-20T10:00:00+01:00")).await;
        let turn = turn::turn(&app, turn::By::Person, Duration::ZERO, &Silent).await;
        assert!(matches!(turn.issue, Issue::PerhapsSent { .. }), "{:?}", turn.issue);
        assert_eq!((turn.held.as_slice(), turn.sendings.len(), turn.failures.len()), (ids.as_slice(), 0, 0));
        edition::accept_restored(&app, &crate::pipeline::Actor::Process, ids[0]).await.unwrap();
        assert_eq!(sent(&app, ids[0]).await.unwrap(), End::Finished);
        is_held(sent(&app, ids[1]).await);
        assert!(matches!(
            edition::approve(&app, &crate::pipeline::Actor::Process, ids[2]).await,
            Err(Trouble::Restored { .. })
        ));
        edition::cancel(&app, &crate::pipeline::Actor::Process, ids[1]).await.unwrap();
        edition::cancel(&app, &crate::pipeline::Actor::Process, ids[2]).await.unwrap();
        assert!(
            matches!(edition::issue_due(&app, None).await.unwrap(), Issue::PerhapsSent { .. }),
            "still not by itself"
        );
        // The next occurrence is nobody's but ours.
        let app = bench.open_at(civil("2026-01-26T08:00:00+01:00")).await;
        assert!(matches!(edition::issue_due(&app, None).await.unwrap(), Issue::Created { .. }));
    });
}

#[test]
fn an_edition_of_the_same_number_in_another_life_has_other_message_ids() {
    on_both(|url| async move {
        let bench = Bench::new(&url, OUTBOX, OFF);
        let app = bench.open().await;
        let member = super::bench::members(&app, 1, "promo").await[0];
        let id = edition::create(&app, &[]).await.unwrap();
        let found = app.store.edition(id).await.unwrap().unwrap();
        let kept = app.store.delivery(id, member).await.unwrap().unwrap().message_id;
        assert_eq!(crate::pipeline::courier::message_id(&app, &found, member), kept, "the same for ever");
        let other = crate::model::Edition { nonce: "autre vie".into(), ..found };
        assert_ne!(crate::pipeline::courier::message_id(&app, &other, member), kept);
    });
}
