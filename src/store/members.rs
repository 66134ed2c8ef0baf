//! Members: who is served. An import adds and changes; it never overrides what a person chose, left or had erased.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use futures::TryStreamExt;
use sqlx::AnyConnection;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use super::sql::{Columns, ROWS_MAX, json, ms, name_of, outside, places, tuples};
use super::{Store, StoreError, import};
use crate::model::{CohortId, EmailAddress, Member, MemberId, MemberState, Profile, Rhythm};

/// A line of an import, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct NewMember {
    pub email: EmailAddress,
    /// A keyed digest of the address, as given to [`Store::erase_member`]: who was erased is not brought back.
    pub digest: String,
    /// Empty: not said, what is known stays. So for the three after it.
    pub first_name: String,
    pub last_name: String,
    pub organisation: String,
    pub role: String,
    /// Added to those the member has.
    pub cohorts: Vec<CohortId>,
    pub profile: Profile,
    /// `None`: not said.
    pub rhythm: Option<Rhythm>,
}

/// What became of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Upserted {
    Created(MemberId),
    /// The names of what changed: `organisation`, `territories`…
    Changed {
        member: MemberId,
        fields: Vec<&'static str>,
    },
    Unchanged(MemberId),
    /// Left alone.
    Kept(Kept),
}

/// Why a line changed nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    Left,
    Erased,
}

/// Whether an import is only tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportMode {
    Write,
    DryRun,
}

/// A member's state without its details.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberStateName {
    Active,
    Paused,
    Suspended,
    Left,
}

impl MemberStateName {
    pub fn of(state: &MemberState) -> Self {
        match state {
            MemberState::Active => Self::Active,
            MemberState::Paused { .. } => Self::Paused,
            MemberState::Suspended { .. } => Self::Suspended,
            MemberState::Left { .. } => Self::Left,
        }
    }

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Suspended => "suspended",
            Self::Left => "left",
        }
    }
}

/// Which members are asked for; the default asks for all but the erased.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MemberFilter {
    /// Members of any of these; none means all.
    pub cohorts: Vec<CohortId>,
    /// None means all.
    pub states: Vec<MemberStateName>,
}

impl Store {
    pub async fn upsert_member(&self, new: &NewMember, at: DateTime<Utc>) -> Result<Upserted, StoreError> {
        let done = self.upsert_members(std::slice::from_ref(new), ImportMode::Write, at).await?;
        done.into_iter().next().ok_or(StoreError::NoSuchMember)
    }

    /// All lines in one commit, or none; answers in the lines' order.
    pub async fn upsert_members(
        &self,
        new: &[NewMember],
        mode: ImportMode,
        at: DateTime<Utc>,
    ) -> Result<Vec<Upserted>, StoreError> {
        let mut tx = self.write().await?;
        let mut done = Vec::with_capacity(new.len());
        for lines in import::batches(new) {
            done.extend(import::upsert(tx.conn(), lines, at).await?);
        }
        if mode == ImportMode::Write {
            tx.commit().await?;
        }
        Ok(done)
    }

    /// The members who have one of these addresses.
    pub async fn members_with(&self, emails: &[EmailAddress]) -> Result<Vec<Member>, StoreError> {
        let mut conn = self.pool.acquire().await?;
        let mut found = Vec::new();
        for emails in emails.chunks(import::LINES_AT_ONCE) {
            found.extend(with_addresses(&mut conn, emails.iter()).await?);
        }
        Ok(found)
    }

    /// By id. 100,000 members take some 60 MB: see [`Store::members_after`] for batches.
    pub async fn members(&self, filter: &MemberFilter) -> Result<Vec<Member>, StoreError> {
        self.members_after(filter, MemberId(0), u32::MAX).await
    }

    /// Up to `limit` members after an id (0 at first), in order.
    pub async fn members_after(
        &self,
        filter: &MemberFilter,
        after: MemberId,
        limit: u32,
    ) -> Result<Vec<Member>, StoreError> {
        let mut conditions = "m.state <> 'erased' AND m.id > $1".to_owned();
        let states: Vec<_> = filter.states.iter().map(|state| state.as_str()).collect();
        if !states.is_empty() {
            conditions.push_str(&format!(" AND m.state IN ({})", places(3, states.len())));
        }
        if !filter.cohorts.is_empty() {
            conditions.push_str(&format!(
                " AND EXISTS (SELECT 1 FROM member_cohorts AS c WHERE c.member = m.id AND c.cohort IN ({}))",
                places(3 + states.len(), filter.cohorts.len())
            ));
        }
        let sql = format!("{SELECT} WHERE {conditions} ORDER BY m.id LIMIT $2");
        let query = sqlx::query(AssertSqlSafe(sql)).bind(after.0).bind(i64::from(limit));
        let query = states.into_iter().fold(query, |query, state| query.bind(state));
        let query = filter.cohorts.iter().fold(query, |query, cohort| query.bind(cohort.as_str()));
        query.fetch_all(&self.pool).await?.iter().map(member).collect()
    }

    /// The numbers of all but the erased, those of one profile together: 8 bytes a member.
    pub async fn members_by_profile(&self) -> Result<Vec<MemberId>, StoreError> {
        let rows = sqlx::query(
            "SELECT id FROM members WHERE state <> 'erased' ORDER BY territories, themes, organisation_kind, id",
        );
        let mut rows = rows.fetch(&self.pool);
        let mut ids = Vec::new();
        while let Some(row) = rows.try_next().await? {
            ids.push(MemberId(row.int("id")?));
        }
        Ok(ids)
    }

    /// Those of these numbers that are not erased, in the order of the numbers given.
    pub async fn members_of_ids(&self, ids: &[MemberId]) -> Result<Vec<Member>, StoreError> {
        let mut found = HashMap::with_capacity(ids.len());
        for ids in ids.chunks(ROWS_MAX) {
            let sql = format!("{SELECT} WHERE m.state <> 'erased' AND m.id IN ({})", places(1, ids.len()));
            let query = ids.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, id| query.bind(id.0));
            for row in query.fetch_all(&self.pool).await? {
                let member = member(&row)?;
                found.insert(member.id, member);
            }
        }
        Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
    }

    pub async fn member(&self, email: &EmailAddress) -> Result<Option<Member>, StoreError> {
        find(&mut *self.pool.acquire().await?, email).await
    }

    pub async fn member_by_id(&self, id: MemberId) -> Result<Option<Member>, StoreError> {
        find_by_id(&mut *self.pool.acquire().await?, id).await
    }
}

/// `string_agg` is in PostgreSQL and, since 3.44, in SQLite; cohort ids hold no comma.
const SELECT: &str = "SELECT m.*, COALESCE((SELECT string_agg(c.cohort, ',') FROM member_cohorts AS c \
                      WHERE c.member = m.id), '') AS cohorts FROM members AS m";

pub(super) async fn find_by_id(conn: &mut AnyConnection, id: MemberId) -> Result<Option<Member>, StoreError> {
    let sql = format!("{SELECT} WHERE m.id = $1 AND m.state <> 'erased'");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(id.0).fetch_optional(conn).await?;
    row.as_ref().map(member).transpose()
}

pub(super) async fn find(conn: &mut AnyConnection, email: &EmailAddress) -> Result<Option<Member>, StoreError> {
    let sql = format!("{SELECT} WHERE m.email = $1");
    let row = sqlx::query(AssertSqlSafe(sql)).bind(email.expose()).fetch_optional(conn).await?;
    row.as_ref().map(member).transpose()
}

pub(super) async fn with_addresses(
    conn: &mut AnyConnection,
    emails: impl ExactSizeIterator<Item = &EmailAddress>,
) -> Result<Vec<Member>, StoreError> {
    let sql = format!("{SELECT} WHERE m.email IN ({})", places(1, emails.len()));
    let query = emails.fold(sqlx::query(AssertSqlSafe(sql)), |query, email| query.bind(email.expose()));
    query.fetch_all(conn).await?.iter().map(member).collect()
}

/// Writes everything but the address and the id.
pub(super) async fn update(conn: &mut AnyConnection, member: &Member, at: DateTime<Utc>) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE members SET first_name = $1, last_name = $2, organisation = $3, role = $4, organisation_kind = $5, \
         territories = $6, themes = $7, rhythm = $8, state = $9, state_detail = $10, chosen = $11, updated_at = $12 \
         WHERE id = $13 AND state <> 'erased'",
    )
    .bind(outside(&member.first_name))
    .bind(outside(&member.last_name))
    .bind(outside(&member.organisation))
    .bind(outside(&member.role))
    .bind(name_of(&member.profile.organisation_kind)?)
    .bind(json(&member.profile.territories)?)
    .bind(json(&member.profile.themes)?)
    .bind(name_of(&member.rhythm)?)
    .bind(MemberStateName::of(&member.state).as_str())
    .bind(json(&member.state)?)
    .bind(json(&member.chosen)?)
    .bind(ms(at))
    .bind(member.id.0)
    .execute(&mut *conn)
    .await?;
    let memberships: Vec<_> = member.cohorts.iter().map(|cohort| (member.id.0, cohort)).collect();
    add_cohorts(conn, &memberships).await
}

/// Members and the cohorts they belong to from now on.
pub(super) async fn add_cohorts(conn: &mut AnyConnection, memberships: &[(i64, &CohortId)]) -> Result<(), StoreError> {
    const AT_ONCE: usize = 2_000;
    for some in memberships.chunks(AT_ONCE) {
        let sql = format!(
            "INSERT INTO member_cohorts (member, cohort) VALUES {} ON CONFLICT (member, cohort) DO NOTHING",
            tuples(1, some.len(), 2)
        );
        let query = some
            .iter()
            .fold(sqlx::query(AssertSqlSafe(sql)), |query, (member, cohort)| query.bind(*member).bind(cohort.as_str()));
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

pub(super) fn member(row: &AnyRow) -> Result<Member, StoreError> {
    let cohorts = row.text("cohorts")?;
    let mut cohorts: Vec<_> =
        cohorts.split(',').filter(|id| !id.is_empty()).map(|id| CohortId(id.to_owned())).collect();
    cohorts.sort();
    Ok(Member {
        id: MemberId(row.int("id")?),
        email: row.parsed("email", EmailAddress::parse)?,
        first_name: row.text("first_name")?,
        last_name: row.text("last_name")?,
        organisation: row.text("organisation")?,
        role: row.text("role")?,
        cohorts,
        profile: Profile {
            territories: row.json("territories")?,
            themes: row.json("themes")?,
            organisation_kind: row.word("organisation_kind")?,
        },
        rhythm: row.word("rhythm")?,
        state: row.json("state_detail")?,
        chosen: row.json("chosen")?,
    })
}
