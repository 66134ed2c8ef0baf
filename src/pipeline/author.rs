//! A source tried without storing anything: what would be read there, and what is understood of it.

use std::collections::HashMap;

use super::collect::{self, Fault, Seen};
use super::{App, Trouble};
use crate::model::{Item, Understanding};
use crate::store::SourceState;
use crate::understand::Input;

/// What a source shows when it is tried.
#[derive(Debug)]
pub struct Trial {
    pub name: String,
    pub listed: usize,
    pub read: Vec<(Item, Understanding)>,
    pub remarks: Vec<String>,
    /// Titles that the last round did not know.
    pub unknown: usize,
}

/// Reads a source as a round would, from scratch, and keeps nothing.
pub async fn test(app: &App, id: &str) -> Result<Result<Trial, Fault>, Trouble> {
    let source = app.source(id)?;
    let heads = app.store.item_heads(&source.id).await?;
    let known: HashMap<String, i64> = heads.iter().map(|head| (head.key.clone(), head.id)).collect();
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
    for seen in visit.seen {
        if let Seen::Read(found) = seen {
            let understanding = app.reader.read(&Input::of(&found.item, source));
            read.push((found.item, understanding));
        }
    }
    let unknown = read.iter().filter(|(item, _)| !known.contains_key(item.key())).count();
    Ok(Ok(Trial { name: source.name.clone(), listed: visit.listed, read, remarks, unknown }))
}
