//! Administrators: one-time links, sessions, and which mails about editions they were sent.
//!
//! Tokens are kept as digests: whoever reads the database cannot sign in with what it holds.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::any::AnyRow;

use super::sql::{Columns, ms};
use super::{Queue, Store, StoreError};
use crate::model::{EditionId, EmailAddress};

/// Somebody signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdminSession {
    pub address: EmailAddress,
    /// What a form of this session carries.
    pub form_token: String,
    pub until: DateTime<Utc>,
}

impl Store {
    /// Keeps a link, unless its address has `alive_max` that are not too old yet, used or not: then `false`. Of many asked
    /// for at once, no more are kept.
    pub async fn save_admin_link(
        &self,
        digest: &str,
        address: &EmailAddress,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        alive_max: Option<u32>,
    ) -> Result<bool, StoreError> {
        let mut tx = self.write_in_turn(Queue::Links).await?;
        sqlx::query("DELETE FROM admin_links WHERE until < $1").bind(ms(now)).execute(tx.conn()).await?;
        if let Some(max) = alive_max {
            let alive = sqlx::query("SELECT COUNT(*) AS n FROM admin_links WHERE address = $1").bind(address.expose());
            if alive.fetch_one(tx.conn()).await?.count("n")? >= max {
                return Ok(false);
            }
        }
        sqlx::query("INSERT INTO admin_links (digest, address, made_at, until) VALUES ($1, $2, $3, $4)")
            .bind(digest)
            .bind(address.expose())
            .bind(ms(now))
            .bind(ms(until))
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Whose link it is, while it can be used; looking uses nothing up.
    pub async fn admin_link(&self, digest: &str, now: DateTime<Utc>) -> Result<Option<EmailAddress>, StoreError> {
        let row = sqlx::query("SELECT address FROM admin_links WHERE digest = $1 AND used_at IS NULL AND until > $2")
            .bind(digest)
            .bind(ms(now))
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| address(&row)).transpose()
    }

    /// Uses a link up and opens a session with it; `None` when it was used, or is too old: of two that come at once, one
    /// signs in.
    pub async fn open_admin_session(
        &self,
        link: &str,
        session: &str,
        form_token: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Option<EmailAddress>, StoreError> {
        let mut tx = self.write().await?;
        let used = sqlx::query(
            "UPDATE admin_links SET used_at = $2 WHERE digest = $1 AND used_at IS NULL AND until > $2 RETURNING address",
        )
        .bind(link)
        .bind(ms(now))
        .fetch_optional(tx.conn())
        .await?;
        let Some(row) = used else { return Ok(None) };
        let address = address(&row)?;
        sqlx::query("DELETE FROM admin_sessions WHERE until < $1").bind(ms(now)).execute(tx.conn()).await?;
        sqlx::query("INSERT INTO admin_sessions (digest, address, form_token, until) VALUES ($1, $2, $3, $4)")
            .bind(session)
            .bind(address.expose())
            .bind(form_token)
            .bind(ms(until))
            .execute(tx.conn())
            .await?;
        tx.commit().await?;
        Ok(Some(address))
    }

    pub async fn admin_session(&self, digest: &str, now: DateTime<Utc>) -> Result<Option<AdminSession>, StoreError> {
        let row = sqlx::query("SELECT * FROM admin_sessions WHERE digest = $1 AND until > $2")
            .bind(digest)
            .bind(ms(now))
            .fetch_optional(&self.pool)
            .await?;
        let session = |row: AnyRow| {
            Ok(AdminSession {
                address: address(&row)?,
                form_token: row.text("form_token")?,
                until: row.instant("until")?,
            })
        };
        row.map(session).transpose()
    }

    pub async fn close_admin_session(&self, digest: &str) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query("DELETE FROM admin_sessions WHERE digest = $1").bind(digest).execute(tx.conn()).await?;
        tx.commit().await
    }

    /// Whether this administrator is to be mailed about an edition now: never was, or a try that failed is over.
    pub async fn admin_mail_is_due(
        &self,
        edition: EditionId,
        to: &EmailAddress,
        now: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let row = sqlx::query("SELECT sent_at, next_at FROM admin_mails WHERE edition = $1 AND address = $2")
            .bind(edition.0)
            .bind(to.expose())
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(true) };
        Ok(row.instant_or_null("sent_at")?.is_none() && row.instant("next_at")? <= now)
    }

    /// Keeps what came of a try; one that failed is due again after a while.
    pub async fn save_admin_mail(
        &self,
        edition: EditionId,
        to: &EmailAddress,
        taken: bool,
        now: DateTime<Utc>,
        again_after: TimeDelta,
    ) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        sqlx::query(
            "INSERT INTO admin_mails (edition, address, sent_at, tries, next_at) VALUES ($1, $2, $3, 1, $4) \
             ON CONFLICT (edition, address) DO UPDATE SET sent_at = excluded.sent_at, next_at = excluded.next_at, \
             tries = admin_mails.tries + 1",
        )
        .bind(edition.0)
        .bind(to.expose())
        .bind(taken.then_some(ms(now)))
        .bind(ms(now + again_after))
        .execute(tx.conn())
        .await?;
        tx.commit().await
    }
}

fn address(row: &AnyRow) -> Result<EmailAddress, StoreError> {
    row.parsed("address", EmailAddress::parse)
}
