//! Opening: from a URL to a pool of connections whose schema is the one this program knows.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tokio::sync::Mutex;

use super::{Kind, Store, StoreError, migrations};

/// Whether a database that does not exist yet is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Open {
    /// Makes the file (and its folder) or the tables.
    Create,
    /// A missing database is an error.
    Existing,
}

/// How long to wait, and for how many at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub connections_max: u32,
    /// How long a statement waits for another program's lock.
    pub lock_wait_ms: u32,
    /// How long to wait for a connection.
    pub connect_wait_ms: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connections_max: 8, lock_wait_ms: 10_000, connect_wait_ms: 15_000 }
    }
}

/// A parsed `[store] url`.
enum Place {
    File(PathBuf),
    Server(url::Url),
}

impl Store {
    /// `sqlite:path`, `sqlite:///path` or `postgres://user:password@host/database`. Pending migrations are applied.
    pub async fn open(url: &str, open: Open) -> Result<Self, StoreError> {
        Self::open_with(url, open, Limits::default()).await
    }

    pub async fn open_with(url: &str, open: Open, limits: Limits) -> Result<Self, StoreError> {
        let store = Self::connect(url, open, limits).await?;
        store.migrate(open, migrations::KNOWN).await?;
        Ok(store)
    }

    pub(super) async fn connect(url: &str, open: Open, limits: Limits) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let place = Place::parse(url)?;
        if let Place::File(path) = &place {
            prepare_file(path, open)?;
        }
        let (kind, name) = (place.kind(), place.name());
        let settings = settings(kind, limits);
        let options = AnyConnectOptions::from_url(&place.url(open)?)
            .map_err(|why| cannot_open(kind, &name, why))?
            .disable_statement_logging();
        // The pool tries again and again what it cannot open, then says only that it took too long.
        try_once(&options, &settings, limits).await.map_err(|why| cannot_open(kind, &name, why))?;
        let pool = AnyPoolOptions::new()
            .max_connections(limits.connections_max)
            .acquire_timeout(Duration::from_millis(limits.connect_wait_ms.into()))
            // SQLite ends a transaction by itself when the disk is full; the driver believes it open from then on.
            .before_acquire(|conn, _| Box::pin(async move { Ok(!conn.is_in_transaction()) }))
            .after_connect(move |conn, _| {
                let settings = settings.clone();
                Box::pin(async move { sqlx::raw_sql(AssertSqlSafe(settings)).execute(conn).await.map(|_| ()) })
            });
        let pool = pool.connect_with(options).await.map_err(|why| cannot_open(kind, &name, why))?;
        Ok(Self { pool, kind, place: Arc::from(name), turn: Arc::new(Mutex::new(())) })
    }

    pub(super) async fn migrate(&self, open: Open, target: i64) -> Result<(), StoreError> {
        let found = migrations::version(&mut *self.pool.acquire().await?, self.kind).await?;
        migrations::refuse_newer(found)?;
        if found == 0 && open == Open::Existing {
            return Err(StoreError::Missing(self.place.to_string()));
        }
        if found < target {
            let mut tx = self.write().await?;
            migrations::apply(tx.conn(), self.kind, target).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// Waits until every connection is closed.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

async fn try_once(options: &AnyConnectOptions, settings: &str, limits: Limits) -> Result<(), sqlx::Error> {
    let wait = Duration::from_millis(limits.connect_wait_ms.into());
    let trying = async {
        let mut conn = options.connect().await?;
        sqlx::raw_sql(AssertSqlSafe(settings)).execute(&mut conn).await?;
        conn.close().await
    };
    tokio::time::timeout(wait, trying).await.unwrap_or(Err(sqlx::Error::PoolTimedOut))
}

/// What each connection is told first.
fn settings(kind: Kind, limits: Limits) -> String {
    let wait = limits.lock_wait_ms;
    match kind {
        // synchronous=FULL: a commit that returned survives a power cut, which the ledger promises.
        Kind::Sqlite => format!(
            "PRAGMA busy_timeout = {wait}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA foreign_keys = ON; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = MEMORY;"
        ),
        Kind::Postgres => format!("SET lock_timeout = {wait}; SET client_min_messages = warning;"),
    }
}

impl Place {
    fn parse(url: &str) -> Result<Self, StoreError> {
        let bad = || StoreError::BadUrl(without_password(url));
        if let Some(rest) = url.strip_prefix("sqlite:") {
            let rest = rest.strip_prefix("//").unwrap_or(rest);
            let path = rest.split_once('?').map_or(rest, |(path, _)| path);
            if path.is_empty() || path == ":memory:" {
                return Err(bad());
            }
            return std::path::absolute(path).map(Self::File).map_err(|_| bad());
        }
        let url = url::Url::parse(url).map_err(|_| bad())?;
        match url.scheme() {
            "postgres" | "postgresql" => Ok(Self::Server(url)),
            _ => Err(bad()),
        }
    }

    fn kind(&self) -> Kind {
        match self {
            Self::File(_) => Kind::Sqlite,
            Self::Server(_) => Kind::Postgres,
        }
    }

    fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Server(url) => format!("{}{}", url.host_str().unwrap_or("local"), url.path()),
        }
    }

    fn url(&self, open: Open) -> Result<url::Url, StoreError> {
        match self {
            Self::Server(url) => Ok(url.clone()),
            Self::File(path) => file_url(path, open),
        }
    }
}

/// Makes an empty file that only its owner may read: the database holds addresses.
pub(super) fn create_private(path: &Path) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ())
}

pub(super) fn file_url(path: &Path, open: Open) -> Result<url::Url, StoreError> {
    let path = path.to_string_lossy();
    let mode = if open == Open::Create { "rwc" } else { "rw" };
    let escaped: String = path.bytes().map(escape).collect();
    url::Url::parse(&format!("sqlite:{escaped}?mode={mode}"))
        .map_err(|_| StoreError::BadUrl(path.chars().take(200).collect()))
}

fn escape(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

fn without_password(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            let end = scheme + "://".len();
            format!("{}…{}", url.get(..end).unwrap_or_default(), url.get(at..).unwrap_or_default())
        }
        _ => url.chars().take(200).collect(),
    }
}

/// The file's folder is made, or its absence said, before SQLite says only "unable to open database file".
fn prepare_file(path: &Path, open: Open) -> Result<(), StoreError> {
    let cannot = |why: std::io::Error| StoreError::CannotOpen {
        place: path.display().to_string(),
        why: crate::model::why_refused(&why),
    };
    match (path.try_exists().map_err(cannot)?, open) {
        (true, _) => Ok(()),
        (false, Open::Existing) => Err(StoreError::Missing(path.display().to_string())),
        (false, Open::Create) => {
            path.parent().map_or(Ok(()), std::fs::create_dir_all).map_err(cannot)?;
            match create_private(path) {
                // Another process was quicker.
                Err(why) if why.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
                made => made.map_err(cannot),
            }
        }
    }
}

fn cannot_open(kind: Kind, place: &str, error: sqlx::Error) -> StoreError {
    let place = place.to_owned();
    let code = error.as_database_error().and_then(|e| e.code()).map(|code| code.into_owned());
    match (kind, code.as_deref()) {
        (Kind::Sqlite, Some("14" | "1038" | "526")) => {
            return StoreError::CannotOpen { place, why: "SQLite : ouverture impossible".to_owned() };
        }
        (Kind::Postgres, Some("28P01" | "28000" | "42501")) => return StoreError::AccessRefused(place),
        (Kind::Postgres, Some("3D000")) => return StoreError::Missing(place),
        _ => {}
    }
    match (kind, error) {
        (Kind::Postgres, sqlx::Error::PoolTimedOut) => {
            StoreError::Unreachable { place, why: "délai dépassé".to_owned() }
        }
        (_, sqlx::Error::Configuration(why)) => StoreError::BadUrl(why.to_string()),
        (_, error) => match StoreError::from(error) {
            StoreError::ConnectionLost(why) => StoreError::Unreachable { place, why },
            other => other,
        },
    }
}
