//! The pool: at most so many connections at once, idle ones used again, none kept long.
//!
//! Our own because a stock pool neither sets TCP_NODELAY nor lets the outcome decide over the connection.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use super::connection::Connection;
use super::obstacle::Obstacle;
use super::tls::Trust;
use super::transaction::Afterwards;
use super::{SmtpServer, opening};

pub(super) struct Pool {
    server: Arc<SmtpServer>,
    permits: Semaphore,
    idle: Arc<Idle>,
    trust: Trust,
}

/// Connections without work; the one used last is the first to be used again.
#[derive(Default)]
struct Idle {
    connections: Mutex<Shelf>,
}

#[derive(Default)]
struct Shelf {
    connections: Vec<Connection>,
    /// Whether a task watches for stale ones.
    watched: bool,
}

/// The right to hold one connection.
pub(super) struct Place<'a> {
    pool: &'a Pool,
    _permit: Option<SemaphorePermit<'a>>,
}

impl Pool {
    pub(super) fn new(server: SmtpServer, connections_max: u32) -> Self {
        let permits = Semaphore::new((connections_max.max(1) as usize).min(Semaphore::MAX_PERMITS));
        Self { server: Arc::new(server), permits, idle: Arc::default(), trust: Trust::default() }
    }

    /// Waits for its turn.
    pub(super) async fn place(&self) -> Place<'_> {
        // The semaphore is never closed.
        Place { pool: self, _permit: self.permits.acquire().await.ok() }
    }

    pub(super) fn close_idle(&self) {
        let idle = std::mem::take(&mut self.idle.shelf().connections);
        idle.into_iter().for_each(Connection::leave);
    }
}

impl Place<'_> {
    pub(super) fn server(&self) -> &SmtpServer {
        &self.pool.server
    }

    /// An idle connection that still looks alive.
    pub(super) fn idle(&self) -> Option<Connection> {
        loop {
            let mut connection = self.pool.idle.shelf().connections.pop()?;
            if connection.is_fit(Instant::now()) {
                return Some(connection);
            }
            connection.leave();
        }
    }

    pub(super) async fn open(&self) -> Result<Connection, Obstacle> {
        opening::open(&self.pool.server, &self.pool.trust).await
    }

    /// Takes a connection back, as the transaction left it.
    pub(super) async fn give_back(self, mut connection: Connection, afterwards: Afterwards) {
        let keep = match afterwards {
            Afterwards::Keep => true,
            Afterwards::Reset => connection.reset().await,
            Afterwards::Drop => false,
        };
        let now = Instant::now();
        connection.touch(now);
        if keep && connection.is_fit(now) {
            self.pool.idle.keep(connection);
        } else if keep {
            connection.leave();
        }
    }
}

impl Idle {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        // Nothing panics while it is held; a list of connections cannot be half done either.
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(self: &Arc<Self>, connection: Connection) {
        let idle_for = connection.idle_max();
        let mut shelf = self.shelf();
        shelf.connections.push(connection);
        if !std::mem::replace(&mut shelf.watched, true) {
            tokio::spawn(watch(Arc::downgrade(self), idle_for));
        }
    }
}

/// Ends stale connections until none is left.
async fn watch(idle: Weak<Idle>, idle_for: std::time::Duration) {
    loop {
        tokio::time::sleep(idle_for).await;
        let Some(idle) = idle.upgrade() else { return };
        let now = Instant::now();
        let mut shelf = idle.shelf();
        let (stale, fresh): (Vec<_>, Vec<_>) = shelf.connections.drain(..).partition(|one| one.is_stale(now));
        shelf.connections = fresh;
        stale.into_iter().for_each(Connection::leave);
        if shelf.connections.is_empty() {
            shelf.watched = false;
            return;
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("server", &self.server).finish_non_exhaustive()
    }
}
