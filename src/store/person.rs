//! What a person may do with what is held about them: choose, pause, leave, read it, have it erased.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::{Value, json as value};
use sqlx::AnyConnection;

use super::members::{self, MemberStateName};
use super::sql::{Columns, ms};
use super::{DigestId, Store, StoreError, journal, ledger};
use crate::model::{EmailAddress, Member, MemberField, MemberId, MemberState, Rhythm, TerritoryCode, ThemeId};

/// What a member sets on their own pages; `None` leaves it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Choice {
    pub territories: Option<Vec<TerritoryCode>>,
    pub themes: Option<Vec<ThemeId>>,
    pub rhythm: Option<Rhythm>,
}

/// Whether there was somebody to erase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erased {
    Now,
    /// Nobody has this address (any more); its digest is kept all the same.
    Unknown,
}

impl Store {
    /// What the member chose here, a later import leaves alone.
    pub async fn choose(&self, id: MemberId, choice: &Choice, at: DateTime<Utc>) -> Result<Member, StoreError> {
        let mut tx = self.write().await?;
        let mut member = members::find_by_id(tx.conn(), id).await?.ok_or(StoreError::NoSuchMember)?;
        let mut chosen = Vec::new();
        if let Some(mut territories) = choice.territories.clone() {
            territories.sort();
            member.profile.territories = territories;
            chosen.push(MemberField::Territories);
        }
        if let Some(mut themes) = choice.themes.clone() {
            themes.sort();
            member.profile.themes = themes;
            chosen.push(MemberField::Themes);
        }
        if let Some(rhythm) = choice.rhythm {
            member.rhythm = rhythm;
            chosen.push(MemberField::Rhythm);
        }
        let new: Vec<_> = chosen.into_iter().filter(|field| !member.chosen.contains(field)).collect();
        member.chosen.extend(new);
        members::update(tx.conn(), &member, at).await?;
        tx.commit().await?;
        Ok(member)
    }

    /// Who leaves or is suspended gets nothing more of the editions under way.
    pub async fn set_member_state(
        &self,
        id: MemberId,
        state: &MemberState,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let name = MemberStateName::of(state);
        let done = sqlx::query(
            "UPDATE members SET state = $1, state_detail = $2, updated_at = $3 WHERE id = $4 AND state <> 'erased'",
        )
        .bind(name.as_str())
        .bind(super::sql::json(state)?)
        .bind(ms(at))
        .bind(id.0)
        .execute(tx.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NoSuchMember);
        }
        if matches!(name, MemberStateName::Left | MemberStateName::Suspended) {
            ledger::close_rows(tx.conn(), id, name.as_str(), at).await?;
        }
        tx.commit().await
    }

    /// The member leaves, and the journal says at whose hand: both, or neither. Leaving twice is leaving once: the first
    /// date stays.
    pub async fn leave(&self, id: MemberId, actor: &str, action: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let member = members::find_by_id(tx.conn(), id).await?.ok_or(StoreError::NoSuchMember)?;
        if matches!(member.state, MemberState::Left { .. }) {
            return Ok(());
        }
        let left = Member { state: MemberState::Left { at }, ..member };
        members::update(tx.conn(), &left, at).await?;
        ledger::close_rows(tx.conn(), id, MemberStateName::Left.as_str(), at).await?;
        journal::write(tx.conn(), actor, action, &subject(id), &value!(null), at).await?;
        tx.commit().await
    }

    /// Removes everything that tells who the person is; `digest`, a keyed digest of the address, stays, so that an
    /// import does not bring them back. Deliveries keep cohort, territory and kind of organisation.
    pub async fn erase_member(
        &self,
        email: &EmailAddress,
        digest: &str,
        at: DateTime<Utc>,
    ) -> Result<Erased, StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("INSERT INTO erasures (digest, at) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING")
            .bind(digest)
            .bind(ms(at))
            .execute(tx.conn())
            .await?;
        let found = members::find(tx.conn(), email).await?;
        if let Some(member) = &found {
            forget(tx.conn(), member.id, at).await?;
        }
        tx.commit().await?;
        Ok(if found.is_some() { Erased::Now } else { Erased::Unknown })
    }

    pub async fn is_erased(&self, digest: &str) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT digest FROM erasures WHERE digest = $1").bind(digest);
        Ok(row.fetch_optional(&self.pool).await?.is_some())
    }

    /// Everything held about a person, for them.
    pub async fn export_member(&self, email: &EmailAddress) -> Result<Option<Value>, StoreError> {
        let Some(member) = self.member(email).await? else { return Ok(None) };
        let row = sqlx::query("SELECT created_at, updated_at FROM members WHERE id = $1")
            .bind(member.id.0)
            .fetch_one(&self.pool)
            .await?;
        Ok(Some(value!({
            "created_at": row.instant("created_at")?,
            "updated_at": row.instant("updated_at")?,
            "deliveries": self.deliveries_of_member(member.id).await?,
            "shown": self.contents_shown(member.id).await?,
            "returned": self.returned_by_member(member.id).await?,
            "journal": self.journal_about(&subject(member.id)).await?,
            "member": member,
        })))
    }

    /// What the digests sent to the member said, by digest.
    async fn contents_shown(&self, member: MemberId) -> Result<BTreeMap<DigestId, Value>, StoreError> {
        let shown = self.histories(&[member]).await?.remove(&member).unwrap_or_default();
        let ids: Vec<_> = shown.iter().map(|shown| shown.digest).collect();
        Ok(self.digests(&ids).await?.into_iter().collect())
    }
}

/// How the journal names a member: by row, never by address.
pub fn subject(id: MemberId) -> String {
    format!("member:{}", id.0)
}

async fn forget(conn: &mut AnyConnection, id: MemberId, at: DateTime<Utc>) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE members SET email = NULL, first_name = '', last_name = '', organisation = '', role = '', \
         organisation_kind = 'autre', territories = '[]', themes = '[]', state = 'erased', state_detail = '{}', \
         chosen = '[]', created_at = $2, updated_at = $2 WHERE id = $1",
    )
    .bind(id.0)
    .bind(ms(at))
    .execute(&mut *conn)
    .await?;
    ledger::close_rows(&mut *conn, id, "left", at).await?;
    for sql in [
        "DELETE FROM member_cohorts WHERE member = $1",
        "UPDATE deliveries SET email = NULL, addressee = NULL, last_reply = NULL, message_id = '' WHERE member = $1",
        "UPDATE returns SET diagnostic = '', member = NULL WHERE member = $1",
    ] {
        sqlx::query(sql).bind(id.0).execute(&mut *conn).await?;
    }
    sqlx::query("UPDATE journal SET detail = '{}' WHERE subject = $1").bind(subject(id)).execute(conn).await?;
    Ok(())
}
