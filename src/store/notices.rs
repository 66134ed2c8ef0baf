//! Notices: their current revision, every revision they had, the corrections laid over them.
//!
//! A revision is never changed once written: frozen digests point to it. `hidden`, `first_seen` and `last_seen` belong
//! to the notice, not to a revision.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use rand::RngExt;
use sqlx::AnyConnection;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use super::sql::{Columns, ROWS_MAX, json, ms, name_of, places};
use super::{Store, StoreError};
use crate::model::{Change, Correction, Kind, Notice, NoticeId};

/// Which notices are asked for; the default asks for all that are not hidden.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NoticeFilter {
    /// Only those one can apply to at this instant ([`Notice::is_open`]).
    pub open_at: Option<DateTime<Utc>>,
    /// None means all.
    pub kinds: Vec<Kind>,
    pub hidden: HiddenNotices,
    /// Only those first or last seen at or after this instant.
    pub first_seen_from: Option<DateTime<Utc>>,
    pub last_seen_from: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HiddenNotices {
    #[default]
    Without,
    With,
    Only,
}

/// What a notice was, and what members were told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    pub at: DateTime<Utc>,
    pub announced: Vec<Change>,
    pub notice: Notice,
}

impl Store {
    /// The notice as it stands; a merged id gives the notice that took it in.
    pub async fn notice(&self, id: &NoticeId) -> Result<Option<Notice>, StoreError> {
        find(&mut *self.pool.acquire().await?, id).await
    }

    /// One revision as it was written, whatever became of the notice.
    pub async fn notice_revision(&self, id: &NoticeId, revision: u32) -> Result<Option<Notice>, StoreError> {
        let row = sqlx::query("SELECT content FROM notice_revisions WHERE notice = $1 AND revision = $2")
            .bind(id.as_str())
            .bind(i64::from(revision))
            .fetch_optional(&self.pool)
            .await?;
        row.map(|row| row.json("content")).transpose()
    }

    /// Many revisions at once, for rendering digests; those that do not exist are left out.
    pub async fn notice_revisions(
        &self,
        wanted: &[(NoticeId, u32)],
    ) -> Result<HashMap<(NoticeId, u32), Notice>, StoreError> {
        let mut found = HashMap::with_capacity(wanted.len());
        for wanted in wanted.chunks(ROWS_MAX) {
            let sql = format!(
                "WITH wanted (notice, revision) AS (VALUES {}) SELECT r.notice, r.revision, r.content \
                 FROM wanted JOIN notice_revisions AS r ON r.notice = wanted.notice AND r.revision = wanted.revision",
                super::sql::tuples(1, wanted.len(), 2)
            );
            let query = wanted.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, (notice, revision)| {
                query.bind(notice.as_str()).bind(i64::from(*revision))
            });
            for row in query.fetch_all(&self.pool).await? {
                found.insert((NoticeId(row.text("notice")?), row.count("revision")?), row.json("content")?);
            }
        }
        Ok(found)
    }

    /// Every revision, the oldest first.
    pub async fn notice_history(&self, id: &NoticeId) -> Result<Vec<Revision>, StoreError> {
        let rows =
            sqlx::query("SELECT at, announced, content FROM notice_revisions WHERE notice = $1 ORDER BY revision")
                .bind(id.as_str())
                .fetch_all(&self.pool)
                .await?;
        let revision = |row: &AnyRow| {
            Ok(Revision { at: row.instant("at")?, announced: row.json("announced")?, notice: row.json("content")? })
        };
        rows.iter().map(revision).collect()
    }

    /// By the day they were first seen, the oldest first.
    pub async fn notices(&self, filter: &NoticeFilter) -> Result<Vec<Notice>, StoreError> {
        let mut sql = "SELECT * FROM notices WHERE merged_into IS NULL".to_owned();
        match filter.hidden {
            HiddenNotices::Without => sql.push_str(" AND hidden = 0"),
            HiddenNotices::With => {}
            HiddenNotices::Only => sql.push_str(" AND hidden = 1"),
        }
        let mut instants = Vec::new();
        for (condition, instant) in [
            ("(closes_at IS NULL OR closes_at > ", filter.open_at),
            ("(first_seen >= ", filter.first_seen_from),
            ("(last_seen >= ", filter.last_seen_from),
        ] {
            if let Some(instant) = instant {
                instants.push(ms(instant));
                sql.push_str(&format!(" AND {condition}${})", instants.len()));
            }
        }
        let kinds = filter.kinds.iter().map(name_of).collect::<Result<Vec<_>, _>>()?;
        if !kinds.is_empty() {
            sql.push_str(&format!(" AND kind IN ({})", places(instants.len() + 1, kinds.len())));
        }
        sql.push_str(" ORDER BY first_seen, id");
        let query = instants.into_iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, ms| query.bind(ms));
        let query = kinds.into_iter().fold(query, |query, kind| query.bind(kind));
        let notices = query.fetch_all(&self.pool).await?.iter().map(current).collect::<Result<Vec<_>, _>>()?;
        Ok(match filter.open_at {
            Some(now) => notices.into_iter().filter(|notice| notice.is_open(now)).collect(),
            None => notices,
        })
    }

    pub async fn set_hidden(&self, id: &NoticeId, hidden: bool) -> Result<(), StoreError> {
        let mut tx = self.write().await?;
        let done = sqlx::query("UPDATE notices SET hidden = $1 WHERE id = $2")
            .bind(i64::from(hidden))
            .bind(id.as_str())
            .execute(tx.conn())
            .await?;
        if done.rows_affected() == 0 {
            return Err(StoreError::NoSuchNotice(id.clone()));
        }
        tx.commit().await
    }

    pub async fn corrections(&self, id: &NoticeId) -> Result<Vec<Correction>, StoreError> {
        corrections(&mut *self.pool.acquire().await?, id).await
    }
}

pub(super) async fn find(conn: &mut AnyConnection, id: &NoticeId) -> Result<Option<Notice>, StoreError> {
    let row = sqlx::query(
        "SELECT n.* FROM notices AS asked JOIN notices AS n ON n.id = COALESCE(asked.merged_into, asked.id) \
         WHERE asked.id = $1",
    )
    .bind(id.as_str().to_owned())
    .fetch_optional(conn)
    .await?;
    row.as_ref().map(current).transpose()
}

pub(super) async fn corrections(conn: &mut AnyConnection, id: &NoticeId) -> Result<Vec<Correction>, StoreError> {
    let sql = "SELECT correction FROM corrections WHERE notice = $1 ORDER BY aspect";
    let rows = sqlx::query(sql).bind(id.as_str().to_owned()).fetch_all(conn).await?;
    rows.iter().map(|row| row.json("correction")).collect()
}

pub(super) async fn save_correction(
    conn: &mut AnyConnection,
    id: &NoticeId,
    correction: &Correction,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "INSERT INTO corrections (notice, aspect, correction) SELECT id, $2, $3 FROM notices WHERE id = $1 \
         ON CONFLICT (notice, aspect) DO UPDATE SET correction = excluded.correction",
    )
    .bind(id.as_str())
    .bind(name_of(&correction.value.aspect())?)
    .bind(json(correction)?)
    .execute(conn)
    .await?;
    if done.rows_affected() == 0 { Err(StoreError::NoSuchNotice(id.clone())) } else { Ok(()) }
}

/// Draws ids until one is free.
pub(super) async fn create_anew(
    conn: &mut AnyConnection,
    notice: Notice,
    at: DateTime<Utc>,
) -> Result<Notice, StoreError> {
    let mut notice = Notice { revision: 1, ..notice };
    loop {
        notice.id = random_id();
        match create(conn, &notice, at).await {
            Err(StoreError::RevisionTaken { .. }) => continue,
            done => return done.map(|()| notice),
        }
    }
}

pub(super) async fn create(conn: &mut AnyConnection, notice: &Notice, at: DateTime<Utc>) -> Result<(), StoreError> {
    let done = sqlx::query(
        "INSERT INTO notices (id, revision, kind, status, closes_at, hidden, first_seen, last_seen, content) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO NOTHING",
    )
    .bind(notice.id.as_str())
    .bind(i64::from(notice.revision))
    .bind(name_of(&notice.kind)?)
    .bind(name_of(&notice.status)?)
    .bind(closes_at(notice))
    .bind(i64::from(notice.hidden))
    .bind(ms(notice.first_seen))
    .bind(ms(notice.last_seen))
    .bind(json(notice)?)
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::RevisionTaken { notice: notice.id.clone(), revision: notice.revision });
    }
    add_revision(conn, notice, &[], at).await
}

pub(super) async fn revise(
    conn: &mut AnyConnection,
    notice: &Notice,
    announced: &[Change],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let done = sqlx::query(
        "UPDATE notices SET revision = $2, kind = $3, status = $4, closes_at = $5, content = $6, \
         last_seen = CASE WHEN last_seen < $7 THEN $7 ELSE last_seen END WHERE id = $1 AND revision = $8",
    )
    .bind(notice.id.as_str())
    .bind(i64::from(notice.revision))
    .bind(name_of(&notice.kind)?)
    .bind(name_of(&notice.status)?)
    .bind(closes_at(notice))
    .bind(json(notice)?)
    .bind(ms(notice.last_seen))
    .bind(i64::from(notice.revision) - 1)
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        let known = sqlx::query("SELECT id FROM notices WHERE id = $1").bind(notice.id.as_str());
        return Err(match known.fetch_optional(conn).await? {
            Some(_) => StoreError::RevisionTaken { notice: notice.id.clone(), revision: notice.revision },
            None => StoreError::NoSuchNotice(notice.id.clone()),
        });
    }
    add_revision(conn, notice, announced, at).await
}

async fn add_revision(
    conn: &mut AnyConnection,
    notice: &Notice,
    announced: &[Change],
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO notice_revisions (notice, revision, at, announced, content) VALUES ($1, $2, $3, $4, $5)")
        .bind(notice.id.as_str())
        .bind(i64::from(notice.revision))
        .bind(ms(at))
        .bind(json(announced)?)
        .bind(json(notice)?)
        .execute(conn)
        .await?;
    Ok(())
}

/// When the last wave closes.
fn closes_at(notice: &Notice) -> Option<i64> {
    notice.waves.iter().chain(&notice.deadline).map(|wave| ms(wave.closes_at())).max()
}

fn current(row: &AnyRow) -> Result<Notice, StoreError> {
    let notice: Notice = row.json("content")?;
    Ok(Notice {
        hidden: row.flag("hidden")?,
        first_seen: row.instant("first_seen")?,
        last_seen: row.instant("last_seen")?,
        ..notice
    })
}

/// `n` and seven letters or digits, without those that are mistaken for one another when read aloud or typed.
fn random_id() -> NoticeId {
    const LETTERS: &[u8] = b"23456789abcdefghjkmnpqrstuvwxyz";
    let mut rng = rand::rng();
    let letter = |_| LETTERS.get(rng.random_range(0..LETTERS.len())).map_or('x', |byte| char::from(*byte));
    NoticeId(std::iter::once('n').chain((0..7).map(letter)).collect())
}
