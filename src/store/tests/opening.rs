//! Opening, migrations, and what is said when the database cannot serve.

use sqlx::AssertSqlSafe;

use super::both::{Fresh, at, check_on_both, check_urls_on_both};
use crate::store::{Kind, Limits, Open, Store, StoreError, migrations};

fn impatient() -> Limits {
    Limits { lock_wait_ms: 50, connect_wait_ms: 3_000, ..Limits::default() }
}

#[test]
fn a_missing_database_is_said_and_not_made() {
    check_urls_on_both(|url| async move {
        let refused = Store::open(&url, Open::Existing).await.unwrap_err();
        assert!(matches!(refused, StoreError::Missing(_)), "{refused}");
        let store = Store::open(&url, Open::Create).await.unwrap();
        store.set_meta("a", "1").await.unwrap();
        let again = Store::open(&url, Open::Existing).await.unwrap();
        assert_eq!(again.meta("a").await.unwrap().as_deref(), Some("1"));
        again.close().await;
        store.close().await;
    });
}

#[test]
fn of_several_that_begin_at_once_the_first_says_what_is_kept() {
    check_on_both(|store| async move {
        let all = (0..8).map(|n| {
            let store = store.clone();
            async move { store.meta_or("link_key", &n.to_string()).await.unwrap() }
        });
        let answers = futures::future::join_all(all).await;
        let kept = store.meta("link_key").await.unwrap().unwrap();
        assert!(answers.iter().all(|answer| *answer == kept), "{answers:?}");
    });
}

#[test]
fn a_database_newer_than_the_program_is_refused() {
    check_urls_on_both(|url| async move {
        let store = Store::open(&url, Open::Create).await.unwrap();
        let sql = format!("INSERT INTO schema_versions (number) VALUES ({})", migrations::KNOWN + 1);
        sqlx::query(AssertSqlSafe(sql)).execute(&store.pool).await.unwrap();
        store.close().await;
        for open in [Open::Create, Open::Existing] {
            let refused = Store::open(&url, open).await.unwrap_err();
            assert!(matches!(refused, StoreError::TooNew { .. }), "{refused}");
        }
    });
}

#[test]
fn migrations_keep_what_an_older_program_wrote() {
    check_urls_on_both(|url| async move {
        let old = Store::connect(&url, Open::Create, Limits::default()).await.unwrap();
        old.migrate(Open::Create, 1).await.unwrap();
        let member = super::people::new_member("lea@ville.example");
        old.upsert_member(&member, at(0)).await.unwrap();
        let before = old.member(&member.email).await.unwrap();
        old.close().await;
        let new = Store::open(&url, Open::Existing).await.unwrap();
        assert_eq!(new.member(&member.email).await.unwrap(), before);
        sqlx::query("SELECT id FROM editions").fetch_all(&new.pool).await.unwrap();
        new.close().await;
    });
}

#[test]
fn several_processes_may_open_a_new_database_at_once() {
    check_urls_on_both(|url| async move {
        let opened = futures::future::join_all((0..4).map(|_| Store::open(&url, Open::Create))).await;
        for store in opened {
            store.unwrap().close().await;
        }
    });
}

#[test]
fn both_databases_know_the_same_migrations() {
    let numbers = |folder: &str| {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(folder);
        let mut names: Vec<_> =
            std::fs::read_dir(path).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    assert_eq!(numbers("sqlite"), numbers("postgres"));
    assert_eq!(numbers("sqlite").len() as i64, migrations::KNOWN);
    for (n, migration) in migrations::MIGRATIONS.iter().enumerate() {
        assert_eq!(migration.number, n as i64 + 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_database_is_said() {
    let fresh = Fresh::sqlite();
    let store = Store::open_with(fresh.url(), Open::Create, impatient()).await.unwrap();
    let other = Store::open(fresh.url(), Open::Existing).await.unwrap();
    let holding = other.write().await.unwrap();
    let refused = store.set_meta("a", "1").await.unwrap_err();
    assert!(matches!(refused, StoreError::Locked), "{refused}");
    assert!(refused.is_passing());
    assert_eq!(store.meta("a").await.unwrap(), None, "reading goes on");
    drop(holding);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_table_of_postgres_is_said() {
    let Some(fresh) = Fresh::postgres().await else { return };
    let store = Store::open_with(fresh.url(), Open::Create, impatient()).await.unwrap();
    let mut holding = store.write().await.unwrap();
    sqlx::query("LOCK TABLE meta IN ACCESS EXCLUSIVE MODE").execute(holding.conn()).await.unwrap();
    let refused = store.set_meta("a", "1").await.unwrap_err();
    assert!(matches!(refused, StoreError::Locked), "{refused}");
    holding.commit().await.unwrap();
    store.close().await;
    fresh.remove().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_loses_nothing() {
    let fresh = Fresh::sqlite();
    let limits = Limits { connections_max: 1, ..impatient() };
    let store = Store::open_with(fresh.url(), Open::Create, limits).await.unwrap();
    store.set_meta("kept", "1").await.unwrap();
    sqlx::raw_sql("PRAGMA max_page_count = 1").execute(&store.pool).await.unwrap();
    let refused = store.set_meta("big", &"x".repeat(1_000_000)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Full), "{refused}");
    assert_eq!(store.meta("kept").await.unwrap().as_deref(), Some("1"));
    assert_eq!(store.meta("big").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up_during_an_approval_leaves_a_draft() {
    let fresh = Fresh::sqlite();
    let limits = Limits { connections_max: 1, ..impatient() };
    let store = Store::open_with(fresh.url(), Open::Create, limits).await.unwrap();
    let (id, rows) = super::issues::planned(&store, 200).await;
    let pages = sqlx::query("PRAGMA page_count").fetch_one(&store.pool).await.unwrap();
    let limit = format!("PRAGMA max_page_count = {}", sqlx::Row::get::<i64, _>(&pages, 0) + 3);
    sqlx::raw_sql(AssertSqlSafe(limit)).execute(&store.pool).await.unwrap();
    let digest = [super::issues::frozen("all")];
    let refused = store.approve_edition(id, at(1), &digest, &rows).await.unwrap_err();
    assert!(matches!(refused, StoreError::Full), "{refused}");
    assert_eq!(store.counts(id).await.unwrap().total(), 0);
    sqlx::raw_sql("PRAGMA max_page_count = 1073741823").execute(&store.pool).await.unwrap();
    store.approve_edition(id, at(2), &digest, &rows).await.unwrap();
    assert_eq!(store.counts(id).await.unwrap().total(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_database_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("glaneur.db");
    std::fs::write(&path, "x".repeat(5_000)).unwrap();
    let refused = Store::open(&format!("sqlite:{}", path.display()), Open::Existing).await.unwrap_err();
    assert!(matches!(refused, StoreError::Damaged), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_address_or_server_is_said_without_its_password() {
    let check = async |url: &str, says: &str| {
        let refused = Store::open_with(url, Open::Existing, impatient()).await.unwrap_err().to_string();
        assert!(refused.contains(says), "{url}: {refused}");
        assert!(!refused.contains("secret"), "{url}: {refused}");
    };
    check("", "sqlite:").await;
    check("sqlite:", "sqlite:").await;
    check("mysql://u:secret@localhost/x", "postgres://").await;
    check("sqlite:/nulle/part/glaneur.db", "n'existe pas").await;
    check("postgres://u:secret@127.0.0.1:1/x", "ne répond pas").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_database_or_user_of_postgres_is_said() {
    let Ok(server) = std::env::var("GLANEUR_TEST_POSTGRES") else {
        return println!("skipped: GLANEUR_TEST_POSTGRES is not set");
    };
    let mut url = url::Url::parse(&server).unwrap();
    url.set_path("glaneur_test_nowhere");
    let refused = Store::open_with(url.as_str(), Open::Create, impatient()).await.unwrap_err();
    assert!(matches!(refused, StoreError::Missing(_)), "{refused}");
    url.set_username("nobody_here").unwrap();
    let refused = Store::open_with(url.as_str(), Open::Create, impatient()).await.unwrap_err();
    assert!(matches!(refused, StoreError::AccessRefused(_)), "{refused}");
}

#[test]
fn a_commit_is_synced_to_disk() {
    check_on_both(|store| async move {
        if store.kind() == Kind::Sqlite {
            let row = sqlx::query("PRAGMA synchronous").fetch_one(&store.pool).await.unwrap();
            assert_eq!(sqlx::Row::get::<i64, _>(&row, 0), 2);
            let row = sqlx::query("PRAGMA journal_mode").fetch_one(&store.pool).await.unwrap();
            assert_eq!(sqlx::Row::get::<String, _>(&row, 0), "wal");
            let row = sqlx::query("PRAGMA foreign_keys").fetch_one(&store.pool).await.unwrap();
            assert_eq!(sqlx::Row::get::<i64, _>(&row, 0), 1);
        } else {
            let row = sqlx::query("SHOW synchronous_commit").fetch_one(&store.pool).await.unwrap();
            assert_eq!(sqlx::Row::get::<String, _>(&row, 0), "on");
        }
    });
}

/// Handlers and workers are spawned: what they call must be able to move between threads.
#[test]
fn calls_can_be_spawned() {
    fn movable<T: Send>(_: &T) {}
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<Store>();
    let _ = |store: Store| {
        let edition = crate::model::EditionId(1);
        movable(&async move {
            let _ = Store::open("sqlite:x", Open::Create).await;
            let _ = store.touch_items(&[1], at(0)).await;
            let _ = store.touch_items(&[], at(0)).await;
            let _ = store.notices(&Default::default()).await;
            let _ = store.notice_revisions(&[]).await;
            let _ = store.upsert_members(&[], crate::store::ImportMode::Write, at(0)).await;
            let _ = store.members(&Default::default()).await;
            let _ = store.approve_edition(edition, at(0), &[], &[]).await;
            let _ = store.claim(edition, &crate::store::WorkerId::new("h"), 1, 1, at(0)).await;
            let _ = store.record(&[], at(0)).await;
            let _ = store.release(&[], at(0)).await;
            let _ = store.take_back(edition, &[], at(0)).await;
            let _ = store.deliveries(edition, &[], crate::model::DeliveryId(0), 1).await;
            let _ = store.histories(&[]).await;
            let _ = store.backup(std::path::Path::new("x"), at(0)).await;
            let _ = store.choose(crate::model::MemberId(1), &Default::default(), at(0)).await;
        });
    };
}
