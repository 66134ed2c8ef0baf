//! The schema, version by version: numbered files of `migrations/`, embedded, the same numbers for both databases.
//!
//! All pending ones run in one transaction behind one lock, so that two processes starting together do not both apply
//! them and a failure leaves the schema as it was. (sqlx's own migrator takes no lock on SQLite.)

use sqlx::AnyConnection;
use sqlx::{AssertSqlSafe, Row};

use super::{Kind, StoreError};

pub(super) struct Migration {
    pub number: i64,
    pub sqlite: &'static str,
    pub postgres: &'static str,
}

macro_rules! migration {
    ($number:literal, $file:literal) => {
        Migration {
            number: $number,
            sqlite: include_str!(concat!("../../migrations/sqlite/", $file)),
            postgres: include_str!(concat!("../../migrations/postgres/", $file)),
        }
    };
}

/// In order, from 1, without gaps.
pub(super) const MIGRATIONS: &[Migration] = &[
    migration!(1, "0001_found_and_served.sql"),
    migration!(2, "0002_editions_and_ledger.sql"),
    migration!(3, "0003_campaigns_and_health.sql"),
    migration!(4, "0004_editions_told_apart.sql"),
    migration!(5, "0005_administrators.sql"),
    migration!(6, "0006_relays.sql"),
];

/// The schema this program writes.
pub(super) const KNOWN: i64 = MIGRATIONS.len() as i64;

/// The schema's version; 0 for an empty database.
pub(super) async fn version(conn: &mut AnyConnection, kind: Kind) -> Result<i64, StoreError> {
    let table = match kind {
        Kind::Sqlite => "SELECT COUNT(*) AS found FROM sqlite_master WHERE type = 'table' AND name = 'schema_versions'",
        Kind::Postgres => {
            "SELECT COUNT(*) AS found FROM pg_tables WHERE schemaname = current_schema() AND tablename = 'schema_versions'"
        }
    };
    let found: i64 = sqlx::query(table).fetch_one(&mut *conn).await?.try_get("found")?;
    if found == 0 {
        return Ok(0);
    }
    let row = sqlx::query("SELECT COALESCE(MAX(number), 0) AS number FROM schema_versions").fetch_one(conn).await?;
    Ok(row.try_get("number")?)
}

/// Brings the schema up to `target`, inside the caller's write transaction.
pub(super) async fn apply(conn: &mut AnyConnection, kind: Kind, target: i64) -> Result<(), StoreError> {
    if kind == Kind::Postgres {
        // Any number will do, as long as every Glaneur uses the same one.
        sqlx::query("SELECT 1 AS held FROM (SELECT pg_advisory_xact_lock(7094102)) AS waiting")
            .fetch_all(&mut *conn)
            .await?;
    }
    let found = version(conn, kind).await?;
    refuse_newer(found)?;
    if found == 0 {
        sqlx::query("CREATE TABLE IF NOT EXISTS schema_versions (number BIGINT PRIMARY KEY NOT NULL)")
            .execute(&mut *conn)
            .await?;
    }
    for migration in MIGRATIONS.iter().filter(|m| m.number > found && m.number <= target) {
        let sql = match kind {
            Kind::Sqlite => migration.sqlite,
            Kind::Postgres => migration.postgres,
        };
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *conn).await.map_err(|why| failed(migration.number, why))?;
        sqlx::query("INSERT INTO schema_versions (number) VALUES ($1)")
            .bind(migration.number)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

pub(super) fn refuse_newer(found: i64) -> Result<(), StoreError> {
    if found > KNOWN { Err(StoreError::TooNew { found, known: KNOWN }) } else { Ok(()) }
}

fn failed(number: i64, why: sqlx::Error) -> StoreError {
    match StoreError::from(why) {
        StoreError::Database(why) => StoreError::Migration { number, why },
        known => known,
    }
}
