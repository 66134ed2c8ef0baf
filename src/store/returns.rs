//! What came back for members' mails, and what it does to them: recorded and done in one transaction, once a message.

use chrono::{DateTime, Utc};
use serde_json::json as value;
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::members::{self, MemberStateName};
use super::sql::{Columns, json, ms, outside, outside_or_null};
use super::{Returned, Store, StoreError, ledger, receipts};
use crate::model::{DeliveryId, EmailAddress, Member, MemberId, MemberState};

/// What a message asks to be done to its member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// The address is dead, or its reader complained.
    Suspend {
        why: String,
    },
    /// Suspended once the last `mails` mails sent to the member all came back.
    Count {
        mails: u32,
        why: String,
    },
    /// The member asked to leave.
    Leave,
    Nothing,
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// This message was recorded before: nothing is done twice.
    Before,
    Noted,
    Suspended,
    Left,
}

/// The action under which the journal keeps that a member is served again; what came back before counts no more.
pub const RESUMED: &str = "members resume";

/// A return, and whose it is now.
#[derive(Clone, Debug, PartialEq)]
pub struct CameBack {
    pub id: i64,
    pub returned: Returned,
    /// `None` once erased.
    pub email: Option<EmailAddress>,
    pub is_suspended: bool,
}

impl Store {
    /// What came back after a number (0 at first), in order.
    pub async fn came_back(&self, after: i64, limit: u32) -> Result<Vec<CameBack>, StoreError> {
        let rows = sqlx::query(
            "SELECT r.*, m.email AS member_email, m.state AS member_state FROM returns AS r \
             LEFT JOIN members AS m ON m.id = r.member WHERE r.id > $1 ORDER BY r.id LIMIT $2",
        );
        let rows = rows.bind(after).bind(i64::from(limit)).fetch_all(&self.pool).await?;
        let came_back = |row: &AnyRow| {
            let email = row.text_or_null("member_email")?;
            Ok(CameBack {
                id: row.int("id")?,
                returned: receipts::returned(row)?,
                email: email.and_then(|email| EmailAddress::parse(&email).ok()),
                is_suspended: row.text_or_null("member_state")?.as_deref() == Some(MemberStateName::Suspended.as_str()),
            })
        };
        rows.iter().map(came_back).collect()
    }

    /// Records what came back and does what follows from it, or neither.
    pub async fn record_return(
        &self,
        returned: &Returned,
        consequence: &Consequence,
        actor: &str,
    ) -> Result<Recorded, StoreError> {
        let mut tx = self.write().await?;
        let done = insert(tx.conn(), returned).await?;
        if !done {
            return Ok(Recorded::Before);
        }
        let recorded = match returned.member {
            Some(id) => follow(tx.conn(), id, consequence, actor, returned.at).await?,
            None => Recorded::Noted,
        };
        tx.commit().await?;
        Ok(recorded)
    }

    /// Whether a delivery belongs to a trial edition.
    pub async fn is_of_a_trial(&self, delivery: DeliveryId) -> Result<bool, StoreError> {
        let row =
            sqlx::query("SELECT e.trial FROM deliveries AS d JOIN editions AS e ON e.id = d.edition WHERE d.id = $1");
        let row = row.bind(delivery.0).fetch_optional(&self.pool).await?;
        row.map_or(Ok(false), |row| row.flag("trial"))
    }

    /// The latest mail that left for a member before an instant: what comes back without a name is about it.
    pub async fn latest_delivery(&self, member: MemberId, at: DateTime<Utc>) -> Result<Option<DeliveryId>, StoreError> {
        let row = sqlx::query(
            "SELECT id FROM deliveries WHERE member = $1 AND state IN ('sent', 'uncertain') AND first_attempt_at <= $2 \
             ORDER BY id DESC LIMIT 1",
        );
        let row = row.bind(member.0).bind(ms(at)).fetch_optional(&self.pool).await?;
        row.map(|row| Ok(DeliveryId(row.int("id")?))).transpose()
    }
}

pub(super) async fn insert(conn: &mut AnyConnection, returned: &Returned) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "INSERT INTO returns (member, delivery, kind, status, diagnostic, fingerprint, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (fingerprint) DO NOTHING",
    )
    .bind(returned.member.map(|id| id.0))
    .bind(returned.delivery.map(|id| id.0))
    .bind(returned.kind.as_str())
    .bind(outside_or_null(returned.status.as_deref()))
    .bind(outside(&returned.diagnostic))
    .bind(outside(&returned.fingerprint))
    .bind(ms(returned.at))
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

async fn follow(
    conn: &mut AnyConnection,
    id: MemberId,
    consequence: &Consequence,
    actor: &str,
    at: DateTime<Utc>,
) -> Result<Recorded, StoreError> {
    let Some(member) = members::find_by_id(&mut *conn, id).await? else { return Ok(Recorded::Noted) };
    let served = matches!(member.state, MemberState::Active | MemberState::Paused { .. });
    let (state, recorded) = match consequence {
        Consequence::Suspend { why } if served => (MemberState::Suspended { why: why.clone() }, Recorded::Suspended),
        Consequence::Count { mails, why } if served && all_came_back(&mut *conn, id, *mails).await? => {
            (MemberState::Suspended { why: why.clone() }, Recorded::Suspended)
        }
        Consequence::Leave if !matches!(member.state, MemberState::Left { .. }) => {
            (MemberState::Left { at }, Recorded::Left)
        }
        _ => return Ok(Recorded::Noted),
    };
    change(conn, member, state, actor, at).await?;
    Ok(recorded)
}

async fn change(
    conn: &mut AnyConnection,
    mut member: Member,
    state: MemberState,
    actor: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let name = MemberStateName::of(&state).as_str();
    member.state = state;
    members::update(&mut *conn, &member, at).await?;
    ledger::close_rows(&mut *conn, member.id, name, at).await?;
    sqlx::query("INSERT INTO journal (at, actor, action, subject, detail) VALUES ($1, $2, $3, $4, $5)")
        .bind(ms(at))
        .bind(actor)
        .bind(format!("members {name}"))
        .bind(format!("member:{}", member.id.0))
        .bind(json(&value!("what came back"))?)
        .execute(conn)
        .await?;
    Ok(())
}

/// Whether each of the last `mails` mails sent to a member, since they were last served again, came back.
async fn all_came_back(conn: &mut AnyConnection, member: MemberId, mails: u32) -> Result<bool, StoreError> {
    let resumed = sqlx::query("SELECT COALESCE(MAX(at), 0) AS at FROM journal WHERE subject = $1 AND action = $2")
        .bind(format!("member:{}", member.0))
        .bind(RESUMED)
        .fetch_one(&mut *conn)
        .await?
        .int("at")?;
    let rows = sqlx::query(
        "SELECT d.id, (SELECT COUNT(*) FROM returns AS r WHERE r.delivery = d.id AND r.kind IN ('hard', 'soft')) AS came \
         FROM deliveries AS d WHERE d.member = $1 AND d.state IN ('sent', 'uncertain') AND d.first_attempt_at > $2 \
         ORDER BY d.id DESC LIMIT $3",
    )
    .bind(member.0)
    .bind(resumed)
    .bind(i64::from(mails))
    .fetch_all(conn)
    .await?;
    let mut came_back = 0;
    for row in &rows {
        if row.int("came")? > 0 {
            came_back += 1;
        }
    }
    Ok(came_back == mails)
}
