//! The memory: what was found, who is served, what was sent. SQL, one file an aggregate.
//!
//! SQLite by default, PostgreSQL by URL, through one code path: only the claim of deliveries, the migrations and the
//! opening differ. Instants are Unix milliseconds UTC, civil dates ISO text, booleans integers, structures JSON text.
//! It refuses to know what a notice means, how a mail travels, or what time it is: every instant is an argument.

mod administrators;
mod approval;
mod backup;
mod claim;
mod editions;
mod error;
mod history;
mod import;
mod items;
mod journal;
mod leads;
mod ledger;
mod life;
mod members;
mod merges;
mod migrations;
mod notices;
mod open;
mod person;
mod receipts;
mod relays;
mod returns;
mod sources;
mod sql;
#[cfg(test)]
pub(crate) mod tests;
mod work;

use std::sync::Arc;
use std::time::Duration;

use sqlx::{Any, AnyConnection, AnyPool};
use tokio::sync::{Mutex, OwnedMutexGuard};

pub use administrators::AdminSession;
pub use approval::{Approval, DeliveryPlan, FrozenDigest};
pub use claim::{Claim, Claimed, Quota, Steps, Window};
pub use editions::{Created, NewEdition};
pub use error::StoreError;
pub use history::{DigestId, Shown};
pub use items::{Fingerprint, ItemHead, ItemRecord, StoredItem};
pub use journal::JournalEntry;
pub use leads::{Lead, WorkerId};
pub use ledger::{Outcome, TakenBack, Verdict};
pub use life::{Gap, Life};
pub use members::{ImportMode, Kept, MemberFilter, MemberStateName, NewMember, Upserted};
pub use notices::{HiddenNotices, NoticeFilter, Revision};
pub use open::{Limits, Open};
pub use person::{Choice, Erased, subject};
pub use receipts::{Counts, DeliveryRow, Returned, Served};
pub use relays::{Later, PutOff, Resting};
pub use returns::{CameBack, Consequence, RESUMED, Recorded};
pub use sources::SourceState;
pub use work::NoticeWork;

/// The database. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct Store {
    pool: AnyPool,
    kind: Kind,
    place: Arc<str>,
    /// SQLite writes one at a time: writers of this process queue here instead of polling the file's lock.
    turn: Arc<Mutex<()>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

/// How long a writer queues behind the others of this process: longer than any approval takes.
const TURN_WAIT_MAX: Duration = Duration::from_secs(120);

/// What must be done one after the other. Any numbers will do, as long as every Glaneur uses the same ones.
#[derive(Clone, Copy)]
enum Queue {
    Notices = 7_094_103,
    /// Links asked for by whoever likes: they are counted before another is kept.
    Links = 7_094_104,
}

/// A write transaction; dropped without [`Tx::commit`], nothing happened.
struct Tx {
    tx: sqlx::Transaction<'static, Any>,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Store {
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The file, or server and database, without user or password.
    pub fn place(&self) -> &str {
        &self.place
    }

    async fn write(&self) -> Result<Tx, StoreError> {
        let (turn, begin) = match self.kind {
            Kind::Sqlite => {
                let turn = tokio::time::timeout(TURN_WAIT_MAX, self.turn.clone().lock_owned());
                (Some(turn.await.map_err(|_| StoreError::Locked)?), "BEGIN IMMEDIATE")
            }
            Kind::Postgres => (None, "BEGIN"),
        };
        Ok(Tx { tx: self.pool.begin_with(begin).await?, _turn: turn })
    }

    /// A write transaction that waits behind all others of the same queue, whatever process or machine: what is read in it
    /// still stands when it ends.
    async fn write_in_turn(&self, queue: Queue) -> Result<Tx, StoreError> {
        let mut tx = self.write().await?;
        // SQLite writes one at a time anyway.
        if self.kind == Kind::Postgres {
            sqlx::query("SELECT 1 AS held FROM (SELECT pg_advisory_xact_lock($1)) AS waiting")
                .bind(queue as i64)
                .fetch_all(tx.conn())
                .await?;
        }
        Ok(tx)
    }
}

impl Tx {
    fn conn(&mut self) -> &mut AnyConnection {
        &mut self.tx
    }

    async fn commit(self) -> Result<(), StoreError> {
        Ok(self.tx.commit().await?)
    }
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("place", &self.place).finish_non_exhaustive()
    }
}
