//! Members: from a spreadsheet into the store, out again, and erased.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use serde_json::{Value, json};

use super::{App, Trouble};
use crate::model::{CohortId, EmailAddress, Member, MemberState, ThemeId, why_refused};
use crate::roster::{self, Directory, Fault, Format, MemberDraft};
use crate::store::{Erased, ImportMode, Kept, MemberFilter, NewMember, RESUMED, Returned, Upserted, subject};

/// What an import did, or would do.
#[derive(Debug, Default)]
pub struct Import {
    pub created: Vec<EmailAddress>,
    /// With the names of what changed.
    pub changed: Vec<(EmailAddress, Vec<&'static str>)>,
    pub unchanged: usize,
    /// Who left or was erased is not brought back.
    pub kept: Vec<(EmailAddress, Kept)>,
    /// Lines left out, with their number.
    pub faults: Vec<Fault>,
    /// Lines of one person, read as one: the later, the earlier.
    pub joined: Vec<(usize, usize)>,
}

/// Reads a spreadsheet and writes its members; a line that cannot be understood is named and the others go in.
pub async fn import(app: &App, path: &Path, mode: ImportMode) -> Result<Import, Trouble> {
    let bytes = std::fs::read(path)
        .map_err(|error| Trouble::File(format!("{} ne peut pas être lu : {}", path.display(), why_refused(&error))))?;
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let directory = Directory { geography: app.geography, cohorts: &app.settings.cohorts, themes: &app.themes };
    let roster = roster::read(&bytes, Format::of(&name, &bytes), &directory)
        .map_err(|why| Trouble::File(format!("{} : {why}", path.display())))?;
    let themes = themes_to_keep(app, &roster.members).await?;
    let new: Vec<NewMember> = roster.members.into_iter().map(|draft| new_member(app, draft, &themes)).collect();
    let done = app.store.upsert_members(&new, mode, app.clock.civil()).await?;
    let mut import = Import { faults: roster.faults, joined: roster.joined, ..Import::default() };
    for (new, upserted) in new.into_iter().zip(done) {
        match upserted {
            Upserted::Created(_) => import.created.push(new.email),
            Upserted::Changed { fields, .. } => import.changed.push((new.email, fields)),
            Upserted::Unchanged(_) => import.unchanged += 1,
            Upserted::Kept(why) => import.kept.push((new.email, why)),
        }
    }
    if mode == ImportMode::Write {
        let detail = format!("{} nouveaux, {} changés", import.created.len(), import.changed.len());
        app.store.journal(app.actor, "members import", &name, &json!(detail), app.clock.now()).await?;
    }
    Ok(import)
}

/// Themes of the members whose lines say nothing of any: they stay as they are.
async fn themes_to_keep(app: &App, drafts: &[MemberDraft]) -> Result<HashMap<EmailAddress, Vec<ThemeId>>, Trouble> {
    let silent: Vec<_> = drafts.iter().filter(|draft| !draft.says_themes).map(|draft| draft.email.clone()).collect();
    let known = app.store.members_with(&silent).await?;
    Ok(known.into_iter().map(|member| (member.email, member.profile.themes)).collect())
}

fn new_member(app: &App, draft: MemberDraft, themes: &HashMap<EmailAddress, Vec<ThemeId>>) -> NewMember {
    let mut profile = draft.profile;
    if let Some(themes) = themes.get(&draft.email) {
        profile.themes.clone_from(themes);
    }
    NewMember {
        digest: app.link_key.address_digest(&draft.email),
        email: draft.email,
        first_name: draft.first_name,
        last_name: draft.last_name,
        organisation: draft.organisation,
        role: draft.role,
        cohorts: draft.cohorts,
        profile,
        rhythm: draft.rhythm,
    }
}

pub async fn list(app: &App) -> Result<Vec<Member>, Trouble> {
    Ok(app.store.members(&MemberFilter::default()).await?)
}

/// Cohorts that members have and the settings do not, with how many members are in no edition because of it: they have
/// no other cohort.
pub async fn in_no_edition(app: &App) -> Result<Vec<(CohortId, usize)>, Trouble> {
    let known = |id: &CohortId| app.settings.cohorts.iter().any(|cohort| cohort.id == *id);
    let mut lost: BTreeMap<CohortId, usize> = BTreeMap::new();
    for member in app.store.members(&MemberFilter::default()).await? {
        let is_lost = !member.cohorts.is_empty() && !member.cohorts.iter().any(known);
        if let Some(cohort) = member.cohorts.first().filter(|_| is_lost) {
            *lost.entry(cohort.clone()).or_default() += 1;
        }
    }
    Ok(lost.into_iter().collect())
}

pub async fn show(app: &App, email: &str) -> Result<Member, Trouble> {
    app.store.member(&address(email)?).await?.ok_or_else(nobody)
}

/// Everything held about one person.
pub async fn export(app: &App, email: &str) -> Result<Value, Trouble> {
    app.store.export_member(&address(email)?).await?.ok_or_else(nobody)
}

/// Notes that a member asked to leave, by mail or by phone; a later import does not bring them back.
pub async fn leave(app: &App, email: &str) -> Result<Member, Trouble> {
    let member = show(app, email).await?;
    app.store.leave(member.id, app.actor, "members leave", app.clock.now()).await?;
    show(app, email).await
}

/// Serves a member again who was suspended, paused or gone; what came back before counts no more.
pub async fn resume(app: &App, email: &str) -> Result<Member, Trouble> {
    let member = show(app, email).await?;
    let at = app.clock.now();
    app.store.set_member_state(member.id, &MemberState::Active, at).await?;
    app.store.journal("cli", RESUMED, &subject(member.id), &json!(null), at).await?;
    show(app, email).await
}

/// What came back from a member's mails, the oldest first.
pub async fn returns(app: &App, member: &Member) -> Result<Vec<Returned>, Trouble> {
    Ok(app.store.returned_by_member(member.id).await?)
}

pub async fn erase(app: &App, email: &str) -> Result<Erased, Trouble> {
    let email = address(email)?;
    Ok(app.store.erase_member(&email, &app.link_key.address_digest(&email), app.clock.now()).await?)
}

fn address(email: &str) -> Result<EmailAddress, Trouble> {
    EmailAddress::parse(email)
        .map_err(|_| Trouble::NoSuchMember("ceci n'est pas une adresse de courriel : écrivez nom@domaine".to_owned()))
}

fn nobody() -> Trouble {
    Trouble::NoSuchMember("aucun membre n'a cette adresse : « glaneur members list » les donne".to_owned())
}
