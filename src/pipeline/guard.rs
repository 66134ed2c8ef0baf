//! Notices a database that is older than what this machine last saw of it, so that no mail leaves twice because of it.
//!
//! The store counts beats, and a small file beside it remembers the last one. A copy put back by hand (`cp`, `pg_restore`)
//! has fewer beats than the file; one written by `glaneur backup` carries a mark. Either way every open edition waits for
//! a person, and what the schedule asked for meanwhile is not done anew by itself. The guard is as good as the file: a
//! whole folder put back, file included, is not noticed.

use std::path::{Path, PathBuf};

use super::{App, Trouble};
use crate::config::{Settings, StoreSettings};
use crate::store::{Gap, Life, Store};

/// Where the machine remembers.
#[derive(Clone, Debug)]
pub struct Memory {
    path: PathBuf,
}

impl Memory {
    /// Beside an SQLite database; for PostgreSQL in the service's own folder, or beside the settings.
    pub fn of(settings: &Settings) -> Self {
        let path = match &settings.store {
            StoreSettings::Sqlite(database) => database.with_extension("seen"),
            StoreSettings::Postgres { .. } => {
                let service = std::env::var_os("STATE_DIRECTORY").map(PathBuf::from);
                let beside = || settings.file.parent().map(Path::to_owned).unwrap_or_default();
                service.unwrap_or_else(beside).join("glaneur.seen")
            }
        };
        Self { path }
    }

    fn read(&self) -> Option<Life> {
        let text = std::fs::read_to_string(&self.path).ok()?;
        let (id, beats) = text.trim().split_once(' ')?;
        Some(Life { id: id.to_owned(), beats: beats.parse().ok()? })
    }

    /// A folder that cannot be written costs the guard, not the mails.
    fn write(&self, life: &Life) {
        let fresh = self.path.with_extension("seen-new");
        let written = std::fs::write(&fresh, format!("{} {}\n", life.id, life.beats))
            .and_then(|()| std::fs::rename(&fresh, &self.path));
        if let Err(error) = written {
            tracing::debug!(path = %self.path.display(), %error, "the last beat is not remembered");
        }
    }
}

/// Mails are about to leave, or have left.
pub(super) async fn beat(app: &App) -> Result<(), Trouble> {
    let life = app.store.beat(app.clock.civil()).await?;
    app.memory.write(&life);
    Ok(())
}

/// Looks whether the store is an older one; if so its open editions are held.
pub(super) async fn look(app: &App) -> Result<(), Trouble> {
    let remembered = app.memory.read();
    let marked = app.store.restored_from().await?;
    let life = app.store.life().await?;
    if marked.is_none() && !is_older(&app.store, life.as_ref(), remembered.as_ref()).await? {
        return Ok(());
    }
    let until = app.clock.civil();
    let known = match marked {
        Some(taken) => Some(taken),
        None => app.store.last_beat_at().await?,
    };
    let gap = Gap { from: known.unwrap_or(until), until };
    let beats_min = remembered.map_or(0, |remembered| remembered.beats);
    let held = app.store.hold_after_restore(gap, beats_min, app.clock.now()).await?;
    beat(app).await?;
    tracing::warn!(
        from = %gap.from, held = ?held.iter().map(|id| id.0).collect::<Vec<_>>(),
        "the database was restored from a backup: its open editions wait for « glaneur edition resume N --after-restore »"
    );
    let detail = serde_json::json!({"from": gap.from, "until": gap.until, "held": held});
    app.store.journal(app.actor, "restored", "store", &detail, app.clock.now()).await?;
    Ok(())
}

async fn is_older(store: &Store, life: Option<&Life>, remembered: Option<&Life>) -> Result<bool, Trouble> {
    match (life, remembered) {
        (Some(life), Some(remembered)) => Ok(life.id == remembered.id && life.beats < remembered.beats),
        // From before beats were counted; or a new database where another was.
        (None, Some(_)) => Ok(!store.editions().await?.is_empty()),
        (_, None) => Ok(false),
    }
}
