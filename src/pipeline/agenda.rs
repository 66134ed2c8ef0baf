//! A member's calendar feed: the deadlines that concern them, at a secret address that they make, change and take away.
//!
//! The address holds a seal of the member and of a word drawn at random; the word in force is kept. Another word, or none,
//! and the old address gives nothing. It tells no more than the digests do.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{App, Trouble, edition};
use crate::compose;
use crate::matching::{self, Known};
use crate::model::{Member, MemberId, MemberState, Notice};
use crate::store::{HiddenNotices, NoticeFilter, subject};

const PURPOSE: &str = "agenda";
const EVENTS_MAX: usize = 300;

/// The address in force, when the member made one and the settings give pages an address.
pub async fn address(app: &App, member: &Member) -> Result<Option<String>, Trouble> {
    let Some(base) = &app.settings.base_url else { return Ok(None) };
    let word = app.store.meta(&key(member.id)).await?.filter(|word| !word.is_empty());
    Ok(word.map(|word| {
        let token = app.link_key.signed(PURPOSE, &format!("{} {word}", member.id.0));
        format!("{}.ics", edition::page_url(base, "agenda", &token))
    }))
}

/// Makes an address; the one before gives nothing any more.
pub async fn renew(app: &App, member: &Member) -> Result<(), Trouble> {
    let word = format!("{:032x}", rand::random::<u128>());
    set(app, member, &word, "calendar renew").await
}

pub async fn revoke(app: &App, member: &Member) -> Result<(), Trouble> {
    set(app, member, "", "calendar revoke").await
}

async fn set(app: &App, member: &Member, word: &str, action: &str) -> Result<(), Trouble> {
    app.store.set_meta(&key(member.id), word).await?;
    let who = subject(member.id);
    Ok(app.store.journal(&who, action, &who, &json!(null), app.clock.now()).await?)
}

/// The feed of whoever holds this address; `None` when it is not ours, was changed, or its member left.
pub async fn feed(app: &App, token: &str) -> Result<Option<String>, Trouble> {
    let Some(member) = holder(app, token).await? else { return Ok(None) };
    let now = app.clock.civil();
    let concerned = concerning(app, &member, now).await?;
    let shown: Vec<&Notice> = concerned.iter().take(EVENTS_MAX).collect();
    let name = format!("{} – mes dates limites", app.settings.network);
    Ok(Some(compose::calendar_of(&shown, &name, now, app.settings.language)))
}

async fn holder(app: &App, token: &str) -> Result<Option<Member>, Trouble> {
    let Some(said) = app.link_key.opened(PURPOSE, token) else { return Ok(None) };
    let Some((id, word)) = said.split_once(' ') else { return Ok(None) };
    let Some(id) = id.parse().ok().map(MemberId) else { return Ok(None) };
    if app.store.meta(&key(id)).await?.is_none_or(|kept| kept.is_empty() || kept != word) {
        return Ok(None);
    }
    let member = app.store.member_by_id(id).await?;
    Ok(member.filter(|member| !matches!(member.state, MemberState::Left { .. })))
}

/// What has a date, is open, and concerns the member; the first to close at the head.
async fn concerning(app: &App, member: &Member, now: DateTime<Utc>) -> Result<Vec<Notice>, Trouble> {
    let filter = NoticeFilter { hidden: HiddenNotices::Without, ..NoticeFilter::default() };
    let is_dated = |notice: &Notice| notice.is_current(now) && notice.next_deadline(now).is_some();
    let kinds = |notice: &Notice| notice.is_open(now) || notice.kind == crate::model::Kind::Event;
    let notices = app.store.notices(&filter).await?.into_iter().filter(|notice| is_dated(notice) && kinds(notice));
    let known: Vec<Known> = notices.map(|notice| Known { notice, announced: Vec::new() }).collect();
    let mut found: Vec<Notice> = matching::candidates(&known, &member.profile, app.geography)
        .into_iter()
        .map(|candidate| candidate.known.notice.clone())
        .collect();
    found.sort_by_key(|notice| (notice.next_deadline(now), notice.id.clone()));
    Ok(found)
}

fn key(member: MemberId) -> String {
    format!("agenda:{}", member.0)
}
