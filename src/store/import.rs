//! Many members written at once: a few statements for hundreds of lines of a spreadsheet.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sqlx::{AnyConnection, AssertSqlSafe};

use super::StoreError;
use super::members::{self, Kept, NewMember, Upserted};
use super::sql::{Columns, json, ms, name_of, outside, places, tuples};
use crate::model::{CohortId, Member, MemberField, MemberId, MemberState};

/// Lines of one statement: SQLite takes 32,766 values in one, a line has a dozen.
pub(super) const LINES_AT_ONCE: usize = 500;
const COLUMNS: usize = 14;

/// Parts of an import in which no address stands twice: a later line sees what an earlier one wrote.
pub(super) fn batches(new: &[NewMember]) -> Vec<&[NewMember]> {
    let mut batches = Vec::new();
    let (mut begin, mut seen) = (0, HashSet::new());
    for (n, line) in new.iter().enumerate() {
        if n - begin == LINES_AT_ONCE || !seen.insert(&line.email) {
            batches.extend(new.get(begin..n));
            (begin, seen) = (n, HashSet::from([&line.email]));
        }
    }
    batches.extend(new.get(begin..).filter(|rest| !rest.is_empty()));
    batches
}

/// Writes one batch; answers in the lines' order.
pub(super) async fn upsert(
    conn: &mut AnyConnection,
    lines: &[NewMember],
    at: DateTime<Utc>,
) -> Result<Vec<Upserted>, StoreError> {
    let erased = erased(conn, lines).await?;
    let known = members::with_addresses(conn, lines.iter().map(|line| &line.email)).await?;
    let known: HashMap<&str, &Member> = known.iter().map(|member| (member.email.expose(), member)).collect();
    let mut written = Vec::new();
    let mut answers: Vec<Option<Upserted>> = Vec::with_capacity(lines.len());
    for line in lines {
        let before = known.get(line.email.expose());
        answers.push(match before {
            _ if erased.contains(&line.digest) => Some(Upserted::Kept(Kept::Erased)),
            Some(member) if matches!(member.state, MemberState::Left { .. }) => Some(Upserted::Kept(Kept::Left)),
            Some(member) => {
                let (wanted, fields) = changed(member, line);
                if fields.is_empty() {
                    Some(Upserted::Unchanged(member.id))
                } else {
                    written.push(wanted);
                    Some(Upserted::Changed { member: member.id, fields })
                }
            }
            None => {
                written.push(fresh(line));
                None
            }
        });
    }
    let ids = write(conn, &written, at).await?;
    let memberships: Vec<(i64, &CohortId)> = written
        .iter()
        .filter_map(|member| Some((*ids.get(member.email.expose())?, member)))
        .flat_map(|(id, member)| member.cohorts.iter().map(move |cohort| (id, cohort)))
        .collect();
    members::add_cohorts(conn, &memberships).await?;
    let created = |line: &NewMember| {
        ids.get(line.email.expose()).map(|id| Upserted::Created(MemberId(*id))).ok_or(StoreError::NoSuchMember)
    };
    lines.iter().zip(answers).map(|(line, answer)| answer.map_or_else(|| created(line), Ok)).collect()
}

/// The digests among the lines' that were erased.
async fn erased(conn: &mut AnyConnection, lines: &[NewMember]) -> Result<HashSet<String>, StoreError> {
    let sql = format!("SELECT digest FROM erasures WHERE digest IN ({})", places(1, lines.len()));
    let query = lines.iter().fold(sqlx::query(AssertSqlSafe(sql)), |query, line| query.bind(line.digest.as_str()));
    query.fetch_all(conn).await?.iter().map(|row| row.text("digest")).collect()
}

/// A member as a first line makes them; their number is not known yet.
fn fresh(new: &NewMember) -> Member {
    Member {
        id: MemberId(0),
        email: new.email.clone(),
        first_name: new.first_name.clone(),
        last_name: new.last_name.clone(),
        organisation: new.organisation.clone(),
        role: new.role.clone(),
        cohorts: new.cohorts.clone(),
        profile: new.profile.clone(),
        rhythm: new.rhythm.unwrap_or_default(),
        state: MemberState::Active,
        chosen: Vec::new(),
    }
}

/// Adds or changes all of them; gives their numbers by address. State and choices of those known stay.
async fn write(
    conn: &mut AnyConnection,
    members: &[Member],
    at: DateTime<Utc>,
) -> Result<HashMap<String, i64>, StoreError> {
    if members.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "INSERT INTO members (email, first_name, last_name, organisation, role, organisation_kind, territories, \
         themes, rhythm, state, state_detail, chosen, created_at, updated_at) VALUES {} \
         ON CONFLICT (email) DO UPDATE SET first_name = excluded.first_name, last_name = excluded.last_name, \
         organisation = excluded.organisation, role = excluded.role, organisation_kind = excluded.organisation_kind, \
         territories = excluded.territories, themes = excluded.themes, rhythm = excluded.rhythm, \
         updated_at = excluded.updated_at RETURNING id, email",
        tuples(1, members.len(), COLUMNS)
    );
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for member in members {
        query = query
            .bind(member.email.expose())
            .bind(outside(&member.first_name))
            .bind(outside(&member.last_name))
            .bind(outside(&member.organisation))
            .bind(outside(&member.role))
            .bind(name_of(&member.profile.organisation_kind)?)
            .bind(json(&member.profile.territories)?)
            .bind(json(&member.profile.themes)?)
            .bind(name_of(&member.rhythm)?)
            .bind(members::MemberStateName::of(&member.state).as_str())
            .bind(json(&member.state)?)
            .bind(json(&member.chosen)?)
            .bind(ms(at))
            .bind(ms(at));
    }
    query.fetch_all(conn).await?.iter().map(|row| Ok((row.text("email")?, row.int("id")?))).collect()
}

/// The member as the line wants it, and the names of what differs.
fn changed(known: &Member, new: &NewMember) -> (Member, Vec<&'static str>) {
    let mut wanted = known.clone();
    let mut fields = Vec::new();
    for (name, value, said) in [
        ("first_name", &mut wanted.first_name, &new.first_name),
        ("last_name", &mut wanted.last_name, &new.last_name),
        ("organisation", &mut wanted.organisation, &new.organisation),
        ("role", &mut wanted.role, &new.role),
    ] {
        if !said.is_empty() && value != said {
            value.clone_from(said);
            fields.push(name);
        }
    }
    let may = |field| !known.chosen.contains(&field);
    let (profile, said) = (&mut wanted.profile, &new.profile);
    if profile.organisation_kind != said.organisation_kind {
        profile.organisation_kind = said.organisation_kind;
        fields.push("organisation_kind");
    }
    if may(MemberField::Territories) && profile.territories != said.territories {
        profile.territories.clone_from(&said.territories);
        fields.push("territories");
    }
    if may(MemberField::Themes) && profile.themes != said.themes {
        profile.themes.clone_from(&said.themes);
        fields.push("themes");
    }
    if let Some(rhythm) = new.rhythm.filter(|rhythm| may(MemberField::Rhythm) && *rhythm != known.rhythm) {
        wanted.rhythm = rhythm;
        fields.push("rhythm");
    }
    wanted.cohorts.extend(new.cohorts.iter().cloned());
    wanted.cohorts.sort();
    wanted.cohorts.dedup();
    if wanted.cohorts != known.cohorts {
        fields.push("cohorts");
    }
    (wanted, fields)
}
