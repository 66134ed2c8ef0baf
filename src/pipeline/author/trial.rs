//! A source read without storing anything: what would be listed, and what is understood of it.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use crate::model::{Item, Source, Understanding};
use crate::pipeline::collect::{self, Fault, Seen};
use crate::pipeline::{App, Trouble};
use crate::store::{ItemHead, SourceState};
use crate::understand::Input;

/// What a source shows when it is tried.
#[derive(Debug)]
pub struct Trial {
    pub name: String,
    pub listed: usize,
    pub read: Vec<(Item, Understanding)>,
    pub remarks: Vec<String>,
    pub since: Since,
}

/// What is not as the last round left it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Since {
    /// When the source was last read; `None`: never.
    pub last_read: Option<DateTime<Utc>>,
    /// Titles of items that no round knew.
    pub new: Vec<String>,
    /// Titles of items whose text or page differ.
    pub changed: Vec<String>,
    /// Addresses that the last round listed, and that are no longer.
    pub gone: Vec<String>,
}

/// Reads `source` as a round would, from scratch.
pub async fn of(app: &App, source: &Source) -> Result<Result<Trial, Fault>, Trouble> {
    let heads = app.store.item_heads(&source.id).await?;
    let state = app.store.source_states().await?.into_iter().find(|state| state.id == source.id);
    let fresh = SourceState::new(source.id.clone());
    let visit = match collect::look(app, source, &fresh).await {
        Ok(visit) => visit,
        Err(fault) => return Ok(Err(fault)),
    };
    let mut remarks = visit.remarks;
    if let Some(fault) = visit.incomplete {
        remarks.insert(0, format!("lecture incomplète : {fault}"));
    }
    let mut read = Vec::new();
    let mut hashes = Vec::new();
    for seen in visit.seen {
        if let Seen::Read(found) = seen {
            let understanding = app.reader.read(&Input::of(&found.item, source));
            read.push((found.item, understanding));
            hashes.push(found.content_hash);
        }
    }
    let last_read = state.and_then(|state| state.last_read_at);
    let since = since(&read, &hashes, &heads, last_read);
    Ok(Ok(Trial { name: source.name.clone(), listed: visit.listed, read, remarks, since }))
}

fn since(
    read: &[(Item, Understanding)],
    hashes: &[String],
    heads: &[ItemHead],
    last_read: Option<DateTime<Utc>>,
) -> Since {
    let mut since = Since { last_read, ..Since::default() };
    for ((item, _), hash) in read.iter().zip(hashes) {
        // Of two campaigns at one address, the later row is the current one.
        match heads.iter().rev().find(|head| head.key == item.key()) {
            None => since.new.push(item.title.clone()),
            Some(head) if head.content_hash != *hash => since.changed.push(item.title.clone()),
            Some(_) => {}
        }
    }
    let listed: HashSet<&str> = read.iter().map(|(item, _)| item.key()).collect();
    let last_seen = heads.iter().map(|head| head.last_seen).max();
    let was_there =
        heads.iter().filter(|head| Some(head.last_seen) == last_seen && !listed.contains(head.key.as_str()));
    since.gone = was_there.map(|head| head.url.clone().unwrap_or_else(|| head.key.clone())).collect();
    since
}
