//! Runs one test on both databases, each time on a fresh one.

use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, Connection};

use crate::store::{Open, Store};

const SERVER: &str = "GLANEUR_TEST_POSTGRES";

/// A fresh database, known by its URL, gone when dropped or [`Fresh::remove`]d.
pub enum Fresh {
    Sqlite { url: String, _dir: tempfile::TempDir },
    Postgres { url: String, server: String, name: String },
}

impl Fresh {
    pub fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self::Sqlite { url: format!("sqlite:{}/glaneur é.db", dir.path().display()), _dir: dir }
    }

    /// `None` when no server was named.
    pub async fn postgres() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let Ok(server) = std::env::var(SERVER) else {
            println!("skipped: {SERVER} is not set");
            return None;
        };
        let name = format!("glaneur_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        on_server(&server, format!("DROP DATABASE IF EXISTS {name}")).await;
        on_server(&server, format!("CREATE DATABASE {name}")).await;
        let mut url = url::Url::parse(&server).unwrap();
        url.set_path(&name);
        Some(Self::Postgres { url: url.to_string(), server, name })
    }

    pub fn url(&self) -> &str {
        match self {
            Self::Sqlite { url, .. } | Self::Postgres { url, .. } => url,
        }
    }

    pub async fn remove(self) {
        if let Self::Postgres { server, name, .. } = self {
            on_server(&server, format!("DROP DATABASE {name} WITH (FORCE)")).await;
        }
    }
}

async fn on_server(server: &str, sql: String) {
    sqlx::any::install_default_drivers();
    let mut conn = sqlx::AnyConnection::connect(server).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await.unwrap();
    conn.close().await.unwrap();
}

/// Runs `test` on a fresh store of each kind.
pub fn check_on_both<F: Future<Output = ()>>(test: impl Fn(Store) -> F) {
    check_urls_on_both(|url| {
        let test = &test;
        async move {
            let store = Store::open(&url, Open::Create).await.unwrap();
            test(store.clone()).await;
            store.close().await;
        }
    });
}

/// Runs `test` on the URL of an empty database of each kind.
pub fn check_urls_on_both<F: Future<Output = ()>>(test: impl Fn(String) -> F) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let fresh = Fresh::sqlite();
        test(fresh.url().to_owned()).await;
        fresh.remove().await;
        if let Some(fresh) = Fresh::postgres().await {
            test(fresh.url().to_owned()).await;
            fresh.remove().await;
        }
    });
}

/// An instant of the made-up week in which the tests take place.
pub fn at(minute: i64) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-01-12T08:00:00Z").unwrap().to_utc() + chrono::TimeDelta::minutes(minute)
}
