//! Which occurrence has its edition, and what a turn does when a part of it fails.

use std::time::Duration;

use super::bench::{Bench, approved, civil, on_both};
use crate::model::{CohortId, DeliveryState, EditionId, EditionState};
use crate::pipeline::edition::{self, Issue};
use crate::pipeline::turn::{self, Part};
use crate::pipeline::{Actor, App, Silent, members};

const MONDAY: &str = "2026-01-12T08:00:00+01:00";
const WEDNESDAY: &str = "2026-01-14T10:00:00+01:00";
const NEXT_MONDAY: &str = "2026-01-19T08:00:00+01:00";
const OUTBOX: &str = "transport = \"file:outbox\"";
const DRAFTS: &str = "review = \"before-send\"";

async fn issued(app: &App) -> Option<EditionId> {
    match edition::issue_due(app, None).await.unwrap() {
        Issue::Created { id, .. } => Some(id),
        Issue::NothingDue => None,
        other => panic!("{other:?}"),
    }
}

async fn state(app: &App, id: EditionId) -> EditionState {
    app.store.edition(id).await.unwrap().unwrap().state
}

#[test]
fn only_a_scheduled_edition_of_these_cohorts_answers_an_occurrence() {
    /// What was there before the schedule is looked at on Wednesday, and whether Monday's edition is still due.
    async fn check(url: &str, name: &str, cohorts: &[&str], before: impl AsyncFn(&Bench, &str), due: bool) {
        let bench = Bench::new(url, OUTBOX, DRAFTS);
        bench.set(url, OUTBOX, DRAFTS, &["a", "b", "x"]);
        before(&bench, url).await;
        bench.set(url, OUTBOX, DRAFTS, cohorts);
        let app = bench.open_at(civil(WEDNESDAY)).await;
        assert_eq!(issued(&app).await.is_some(), due, "{name}");
        assert_eq!(issued(&app).await, None, "{name}: not twice");
        for edition in app.store.editions().await.unwrap() {
            if edition.state == EditionState::Draft {
                edition::cancel(&app, &crate::pipeline::Actor::Process, edition.id).await.unwrap();
            }
        }
        app.store.close().await;
    }
    async fn by_hand(bench: &Bench, cohort: &str) {
        let app = bench.open_at(civil("2026-01-13T09:00:00+01:00")).await;
        edition::create(&app, &[cohort.to_owned()]).await.unwrap();
        app.store.close().await;
    }
    async fn on_schedule(bench: &Bench, url: &str, cohorts: &[&str]) {
        bench.set(url, OUTBOX, DRAFTS, cohorts);
        let app = bench.open_at(civil(MONDAY)).await;
        issued(&app).await.unwrap();
        app.store.close().await;
    }
    crate::pipeline::tests::bench::on_sqlite(|url| async move {
        check(&url("1"), "nothing", &["a", "b"], async |_, _| {}, true).await;
        check(&url("2"), "by hand", &["a", "b"], async |bench, _| by_hand(bench, "a").await, true).await;
        check(&url("3"), "by hand, for another", &["a", "b"], async |bench, _| by_hand(bench, "x").await, true).await;
        check(
            &url("4"),
            "scheduled",
            &["a", "b"],
            async |bench, url| on_schedule(bench, url, &["a", "b"]).await,
            false,
        )
        .await;
        check(
            &url("5"),
            "scheduled, for another",
            &["a"],
            async |bench, url| on_schedule(bench, url, &["x"]).await,
            true,
        )
        .await;
        check(
            &url("6"),
            "a cohort more since",
            &["a", "b"],
            async |bench, url| on_schedule(bench, url, &["a"]).await,
            false,
        )
        .await;
        check(
            &url("7"),
            "by hand, cancelled",
            &["a"],
            async |bench, _| {
                by_hand(bench, "a").await;
                let app = bench.open_at(civil(WEDNESDAY)).await;
                edition::cancel(&app, &crate::pipeline::Actor::Process, EditionId(1)).await.unwrap();
                app.store.close().await;
            },
            true,
        )
        .await;
        check(
            &url("8"),
            "scheduled, cancelled",
            &["a"],
            async |bench, url| {
                on_schedule(bench, url, &["a"]).await;
                let app = bench.open_at(civil(WEDNESDAY)).await;
                edition::cancel(&app, &crate::pipeline::Actor::Process, EditionId(1)).await.unwrap();
                app.store.close().await;
            },
            false,
        )
        .await;
    });
}

#[test]
fn an_edition_made_by_hand_at_the_very_second_of_the_schedule_is_not_the_scheduled_one() {
    on_both(|url| async move {
        let bench = Bench::new(&url, OUTBOX, "review = \"off\"");
        let app = bench.open_at(civil(MONDAY)).await;
        let by_hand = edition::create(&app, &[]).await.unwrap();
        let scheduled = issued(&app).await.unwrap();
        assert_ne!(by_hand, scheduled);
    });
}

#[test]
fn drafts_of_other_cohorts_are_in_nobodys_way() {
    on_both(|url| async move {
        let bench = Bench::new(&url, OUTBOX, DRAFTS);
        bench.set(&url, OUTBOX, DRAFTS, &["a", "x"]);
        let app = bench.open_at(civil("2026-01-10T08:00:00+01:00")).await;
        let theirs = edition::create(&app, &["x".to_owned()]).await.unwrap();
        let ours = edition::create(&app, &["a".to_owned()]).await.unwrap();
        bench.set(&url, OUTBOX, DRAFTS, &["a"]);
        let app = bench.open_at(civil(MONDAY)).await;
        issued(&app).await.unwrap();
        assert_eq!(
            (state(&app, theirs).await, state(&app, ours).await),
            (EditionState::Draft, EditionState::Cancelled)
        );
    });
}

#[test]
fn a_process_that_died_before_it_approved_leaves_no_draft_for_ever() {
    on_both(|url| async move {
        let bench = Bench::new(&url, OUTBOX, "review = \"off\"");
        let app = bench.open_at(civil(MONDAY)).await;
        super::bench::members(&app, 2, "promo").await;
        let left = edition::scheduled_draft_for_tests(&app).await.unwrap();
        assert_eq!(state(&app, left).await, EditionState::Draft);
        let app = bench.open_at(civil(WEDNESDAY)).await;
        let turn = turn::turn(&app, turn::By::Person, Duration::ZERO, &Silent).await;
        assert_eq!(turn.issue.created().map(|(id, _)| id), Some(left));
        assert_eq!(state(&app, left).await, EditionState::Sent, "nobody has anything to read: it is over");
        // One that a person is to read waits for that person.
        bench.set(&url, OUTBOX, DRAFTS, &["promo"]);
        let app = bench.open_at(civil(NEXT_MONDAY)).await;
        let draft = issued(&app).await.unwrap();
        assert_eq!(issued(&app).await, None);
        assert_eq!(state(&app, draft).await, EditionState::Draft);
    });
}

#[test]
fn a_broken_edition_is_named_and_the_others_are_sent() {
    on_both(|url| async move {
        let bench = Bench::new(&url, OUTBOX, "review = \"off\"");
        let app = bench.open_at(civil("2026-01-13T08:00:00+01:00")).await;
        let broken = approved(&app, 2).await;
        let whole = edition::create(&app, &[]).await.unwrap();
        app.store.break_frame_for_tests(broken).await;
        let turn = turn::turn(&app, turn::By::Person, Duration::ZERO, &Silent).await;
        let failed: Vec<Part> = turn.failures.iter().map(|failure| failure.part).collect();
        assert_eq!(failed, [Part::Send(broken)]);
        assert!(turn.failures[0].to_string().contains(&format!("édition {broken}")), "{}", turn.failures[0]);
        assert_eq!(state(&app, whole).await, EditionState::Sent);
    });
}

#[test]
fn a_waiting_edition_leaves_no_line_in_the_journal_each_time() {
    on_both(|url| async move {
        let bench = Bench::new(&url, "transport = \"smtp://127.0.0.1:1\"", "review = \"off\"");
        let mut app = bench.open().await;
        app.actor = "daemon";
        let id = approved(&app, 3).await;
        let lines = async |app: &App| app.store.journal_about(&format!("edition:{id}")).await.unwrap();
        crate::pipeline::send::send(&app, id, Duration::ZERO, &Silent).await.unwrap();
        let before = lines(&app).await;
        assert!(before.iter().any(|line| line.actor == "daemon"), "{before:?}");
        for _ in 0..3 {
            crate::pipeline::send::send(&app, id, Duration::ZERO, &Silent).await.unwrap();
        }
        assert_eq!(lines(&app).await.len(), before.len());
        assert_eq!(app.store.counts(id).await.unwrap().of(DeliveryState::Queued), 3);
    });
}

#[test]
fn members_whose_cohort_the_settings_do_not_have_are_named() {
    on_both(|url| async move {
        let bench = Bench::new(&url, OUTBOX, DRAFTS);
        let app = bench.open_at(civil(MONDAY)).await;
        super::bench::members(&app, 2, "promo").await;
        super::bench::members(&app, 3, "ancienne").await;
        assert_eq!(members::in_no_edition(&app).await.unwrap(), [(CohortId("ancienne".into()), 3)]);
        let turn = turn::turn(&app, turn::By::Person, Duration::ZERO, &Silent).await;
        assert_eq!(turn.unknown_cohorts.len(), 1);
    });
}

#[test]
fn what_is_held_while_somebody_decides_is_not_approved() {
    super::bench::on_both(|url| async move {
        let app = Bench::new(&url, OUTBOX, DRAFTS).open_at(civil(MONDAY)).await;
        let id = edition::draft_for_tests(&app, &["promo"]).await.unwrap();
        let decided_on = app.store.frame(id).await.unwrap();
        let draft = edition::find(&app, id).await.unwrap();
        edition::hold(&app, &Actor::Process, id).await.unwrap();
        let late = edition::approve_as_read(&app, &Actor::Process, &draft, decided_on).await;
        assert!(late.is_err(), "{late:?}");
        assert_eq!(state(&app, id).await, EditionState::Draft);
        let read_again = app.store.frame(id).await.unwrap();
        edition::approve_as_read(&app, &Actor::Process, &draft, read_again).await.unwrap();
        app.store.close().await;
    });
}
