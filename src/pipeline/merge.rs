//! Notices that a person takes for one, or tells apart again. Nothing is announced for it.

use serde_json::json;

use super::notices::{find, note, reassemble};
use super::{Actor, App, Trouble};
use crate::model::{Notice, NoticeId};
use crate::store::{NoticeWork, StoredItem};
use crate::understand::{Standing, assemble};

/// The second becomes a name of the first, for ever; the first keeps its corrections, and takes those it lacks.
pub async fn merge(app: &App, kept: &str, other: &str) -> Result<Notice, Trouble> {
    let (kept, other) = (find(app, kept).await?.id, find(app, other).await?.id);
    if kept == other {
        return Err(Trouble::Words(format!("ces deux identifiants sont déjà ceux d'une seule annonce, {kept}")));
    }
    let mut work = app.store.notice_work().await?;
    work.merge(&other, &kept).await?;
    let after = made_anew(app, &mut work, &kept).await?;
    work.seal_merge(&kept, after.revision).await?;
    note(app, &mut work, &Actor::Process, "notices merge", &kept, other.as_str()).await?;
    note(app, &mut work, &Actor::Process, "notices merge", &other, &format!("devient un autre nom de {kept}")).await?;
    work.commit().await?;
    Ok(after)
}

/// Undoes merges: each notice that was merged into this one is itself again. Without any, each page but the first
/// becomes a notice of its own. Gives all of them, the one that was split first.
pub async fn split(app: &App, id: &str) -> Result<Vec<Notice>, Trouble> {
    let id = find(app, id).await?.id;
    let mut work = app.store.notice_work().await?;
    let items = work.items_of_notice(&id).await?;
    let mut merged: Vec<NoticeId> =
        items.iter().map(|item| item.found_as.clone()).filter(|found_as| *found_as != id).collect();
    merged.sort();
    merged.dedup();
    let mut apart = Vec::new();
    for alias in merged {
        work.unmerge(&alias, &id).await?;
        apart.push(made_anew(app, &mut work, &alias).await?);
    }
    if apart.is_empty() {
        if items.len() < 2 {
            return Err(Trouble::Words(format!("l'annonce {id} n'a qu'une page : il n'y a rien à séparer")));
        }
        for item in items.iter().skip(1) {
            apart.push(of_its_own(app, &mut work, item).await?);
        }
    }
    let first = made_anew(app, &mut work, &id).await?;
    let all: Vec<Notice> = std::iter::once(first).chain(apart).collect();
    let others: Vec<&str> = all.iter().skip(1).map(|notice| notice.id.as_str()).collect();
    let detail = json!(others);
    work.journal(Actor::Process.name(app), "notices split", &format!("notice:{id}"), &detail, app.clock.now()).await?;
    work.commit().await?;
    Ok(all)
}

/// The notice as its items make it now, written when it differs.
async fn made_anew(app: &App, work: &mut NoticeWork, id: &NoticeId) -> Result<Notice, Trouble> {
    let before = work.notice(id).await?.ok_or_else(|| Trouble::NoSuchNotice(id.to_string()))?;
    let after = reassemble(work, &before).await?;
    if after.revision != before.revision {
        work.revise(&after, &[], app.clock.civil()).await?;
    }
    Ok(after)
}

async fn of_its_own(app: &App, work: &mut NoticeWork, item: &StoredItem) -> Result<Notice, Trouble> {
    let standing = Standing { last_seen: item.last_seen, ..Standing::new(item.first_seen) };
    let notice = assemble(&standing, &[super::notices::piece(item)])
        .ok_or_else(|| Trouble::NoSuchNotice(item.record.notice.to_string()))?;
    let notice = work.create(notice, app.clock.civil()).await?;
    work.give_items(&[item.id], &notice.id).await?;
    Ok(notice)
}
