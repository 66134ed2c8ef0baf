//! Reading before it leaves: administrators are mailed each edition, approve it or hold it, and silence is what the settings
//! make of it.
//!
//! At every occurrence of the schedule each administrator gets one mail, even when there is nothing to send: when none
//! comes, something is broken.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use super::super::lead::Leads;
use super::super::{Actor, App, Trouble, explain_doubt as explain, post};
use super::approve::approve_as_read;
use super::edit::change_frame;
use super::frozen::frame_of;
use super::{
    Drift, Frame, Listed, Overview, find, is_dateless, is_doubtful, is_trial, overview, record, weighty_doubts, wrong,
};
use crate::compose::{self, ReviewAction, ReviewNotice, ReviewView};
use crate::config::{Review, WithoutAnswer, instant_of};
use crate::model::{Edition, EditionId, EditionState, EmailAddress, Language, Origin};

/// What came of one person's approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Consent {
    /// And what changed since the draft was read.
    Approved(Drift),
    /// The settings want a second person.
    OneMore,
}

/// A link of a mail works for this long.
const LINK_DAYS: i64 = 14;
/// Administrators are no longer told of an edition this old.
const TOLD_DAYS_MAX: i64 = 3;
/// A mail that did not leave is tried again after this long.
const AGAIN_AFTER: TimeDelta = TimeDelta::minutes(5);
/// One process at a time writes to administrators.
const LEAD: &str = "admin.mails";

/// One person says that it may leave. `seen` is what they saw ([`Overview::seen`]): when something changed since, it is
/// refused, so that nobody approves what they did not read.
pub async fn consent(app: &App, by: &Actor, id: EditionId, seen: Option<&str>) -> Result<Consent, Trouble> {
    let edition = find(app, id).await?;
    if edition.state != EditionState::Draft {
        return Err(wrong(&edition, "seul un brouillon s'approuve"));
    }
    // Read first: what is changed from here on is no longer what was decided on.
    let read = app.store.frame(id).await?;
    if let Some(seen) = seen
        && overview(app, &edition).await?.seen() != seen
    {
        return Err(Trouble::Words(
            "le brouillon a changé depuis que vous l'avez lu : relisez-le, puis approuvez-le".to_owned(),
        ));
    }
    if app.settings.digest.second_approval {
        let edits = frame_of(&read)?.edits;
        if !edits.approved_by.iter().any(|one| one != by.name(app) && still_may(app, one)) {
            let name = by.name(app).to_owned();
            change_frame(app, id, |frame| frame.edits.approved_by = vec![name.clone()]).await?;
            record(app, by, "edition approve (1/2)", id, &json!("")).await?;
            return Ok(Consent::OneMore);
        }
    }
    approve_as_read(app, by, &edition, read).await.map(Consent::Approved)
}

/// Whether somebody who approved is still an administrator; the command line always is.
fn still_may(app: &App, name: &str) -> bool {
    !name.contains('@') || app.settings.admins.iter().any(|admin| admin.expose() == name)
}

/// The draft waits for an answer, whatever the settings say of silence.
pub async fn hold(app: &App, by: &Actor, id: EditionId) -> Result<(), Trouble> {
    let name = by.name(app).to_owned();
    change_frame(app, id, |frame| {
        frame.edits.held_by = Some(name.clone());
        frame.edits.approved_by.clear();
    })
    .await?;
    record(app, by, "edition hold", id, &json!("")).await
}

/// Approves the drafts whose hour has come, when silence means that they may leave.
pub async fn let_go(app: &App) -> Result<Vec<EditionId>, Trouble> {
    let mut gone = Vec::new();
    if app.settings.digest.review != Review::BeforeSend || app.settings.digest.without_answer != WithoutAnswer::Send {
        return Ok(gone);
    }
    let trial = is_trial(app);
    for edition in app.store.editions().await? {
        if edition.state != EditionState::Draft || edition.trial != trial || !has_come(app, &edition) {
            continue;
        }
        let read = app.store.frame(edition.id).await?;
        let frame = frame_of(&read)?;
        if edition.origin == Origin::Schedule && edition.held_since.is_none() && frame.edits.held_by.is_none() {
            approve_as_read(app, &Actor::Process, &edition, read).await?;
            gone.push(edition.id);
        }
    }
    Ok(gone)
}

/// Whether the hour of its occurrence has come: what is approved sooner waits for it.
pub fn has_come(app: &App, edition: &Edition) -> bool {
    // Several made by hand in one moment have the seconds that follow it.
    const MOMENT: TimeDelta = TimeDelta::minutes(2);
    instant_of(edition.occurrence, app.settings.time_zone) <= app.clock.civil() + MOMENT
}

/// Mails each administrator about each edition of the schedule once. What fails is told in the log and tried again.
pub async fn tell_administrators(app: &App) -> Result<(), Trouble> {
    let now = app.clock.now();
    let trial = is_trial(app);
    let recent =
        |edition: &Edition| edition.trial == trial && now - edition.created_at < TimeDelta::days(TOLD_DAYS_MAX);
    let mut editions = app.store.editions().await?;
    editions.retain(recent);
    let mut due: Vec<(Edition, Frame, EmailAddress)> = Vec::new();
    for edition in editions {
        let frame = frame_of(&app.store.frame(edition.id).await?)?;
        if edition.origin != Origin::Schedule
            || (edition.state == EditionState::Cancelled && edition.approved_at.is_none())
        {
            continue;
        }
        for to in recipients(app) {
            if app.store.admin_mail_is_due(edition.id, to, now).await? {
                due.push((edition.clone(), frame.clone(), to.clone()));
            }
        }
    }
    if due.is_empty() {
        return Ok(());
    }
    let lead = Leads::take(app, vec![LEAD.to_owned()]).await?;
    if !lead.hold(LEAD) {
        return Ok(());
    }
    for (edition, frame, to) in due {
        let seen = overview(app, &edition).await?;
        let view = letter(app, &edition, &frame, &seen, &to);
        let content = app.composer.review(&view).map_err(|error| Trouble::Template(error.to_string()))?;
        let seed = format!("admin {} {}", edition.id, to.expose());
        let sent = post::post(app, post::Drawer::Administrators, &to, content, &seed).await;
        if let Err(trouble) = &sent {
            tracing::warn!(edition = edition.id.0, %trouble, "un administrateur n'a pas pu être prévenu d'une édition");
        }
        app.store.save_admin_mail(edition.id, &to, sent.is_ok(), app.clock.now(), AGAIN_AFTER).await?;
    }
    lead.give_up().await;
    Ok(())
}

/// With `only_to` nobody else is written to: a first try must surprise no one.
fn recipients(app: &App) -> Vec<&EmailAddress> {
    let only = &app.settings.mail.only_to;
    app.settings.admins.iter().filter(|admin| only.is_empty() || only.contains(admin)).collect()
}

fn letter(app: &App, edition: &Edition, frame: &Frame, seen: &Overview, to: &EmailAddress) -> ReviewView {
    let day = compose::day_words(edition.occurrence.date(), Language::Fr);
    let hour = edition.occurrence.format("%-H h %M").to_string().replace(" 00", "");
    let shown = seen.shown();
    let counts = match (shown.len(), seen.receiving()) {
        (0, _) => "rien à envoyer".to_owned(),
        (n, members) => format!("{} pour {}", several(n, "annonce", "annonces"), several(members, "membre", "membres")),
    };
    let to_read = edition.state == EditionState::Draft && !shown.is_empty();
    let lead = if to_read { "À relire" } else { "Édition" };
    let mut sentences = vec![what_happens(app, edition, seen, &format!("{day} à {hour}"))];
    let doubtful = shown.iter().filter(|one| is_doubtful(&one.notice)).count();
    if to_read && doubtful > 0 {
        sentences.push(format!("{} à vérifier, en tête de la liste.", several(doubtful, "annonce", "annonces")));
    }
    for replaced in &frame.replaced {
        sentences.push(format!(
            "Le brouillon {replaced}, que personne n’avait approuvé, est annulé : ses annonces sont reprises ici."
        ));
    }
    if !frame.silent.is_empty() {
        let names: Vec<_> = frame.silent.iter().take(8).map(|silent| silent.name.as_str()).collect();
        sentences.push(format!("Sources en panne : {}.", names.join(", ")));
    }
    ReviewView {
        language: Language::Fr,
        network: frame.network.clone(),
        subject: format!("{lead} : {counts} ({day})"),
        headline: format!("{lead} : {counts}"),
        sentences,
        word: seen.edits.word.clone(),
        notices: shown.iter().map(|one| notice(edition, one)).collect(),
        actions: if to_read { actions(app, edition.id, to) } else { Vec::new() },
        trial: edition.trial,
    }
}

fn what_happens(app: &App, edition: &Edition, seen: &Overview, when: &str) -> String {
    let id = edition.id;
    if seen.shown().is_empty() {
        return format!(
            "L’édition {id} du {when} n’a rien de nouveau à dire à personne. Ce courriel dit seulement que Glaneur veille."
        );
    }
    match (edition.state, app.settings.digest.without_answer) {
        (EditionState::Draft, _) if seen.edits.held_by.is_some() => {
            format!("L’édition {id} du {when} est retenue : elle attend votre approbation.")
        }
        (EditionState::Draft, WithoutAnswer::Wait) => {
            format!("L’édition {id} part le {when} si vous l’approuvez. Sans réponse, elle attend.")
        }
        (EditionState::Draft, WithoutAnswer::Send) => {
            format!("L’édition {id} part le {when}, même sans réponse. Retenez-la si elle ne doit pas partir.")
        }
        (EditionState::Sent, _) => format!("L’édition {id} du {when} est partie."),
        (EditionState::Paused | EditionState::Cancelled, _) => {
            format!("L’édition {id} du {when} est {}.", super::super::french(edition.state))
        }
        (EditionState::Sending, _) => format!("L’édition {id} du {when} est en cours d’envoi."),
        (EditionState::Approved, _) => format!("L’édition {id} du {when} est approuvée : elle part à son heure."),
    }
}

fn notice(edition: &Edition, one: &Listed) -> ReviewNotice {
    let notice = &one.notice;
    let until = match notice.next_deadline(edition.as_of) {
        Some(deadline) => format!("jusqu’au {}", compose::deadline_words(deadline, Language::Fr)),
        None => "sans date limite lue".to_owned(),
    };
    let publisher = notice.publisher.as_deref().map(|name| format!(" · {name}")).unwrap_or_default();
    let mut doubts: Vec<String> =
        weighty_doubts(notice).into_iter().take(3).map(|doubt| explain(doubt, Language::Fr)).collect();
    if is_dateless(notice) {
        doubts.push("Aucune date limite n’a été trouvée.".to_owned());
    }
    ReviewNotice {
        number: one.number,
        title: notice.title.clone(),
        url: notice.links.first().map(|link| link.url.clone()),
        facts: format!("{until} · {}{publisher}", several(one.receive, "membre la reçoit", "membres la reçoivent")),
        doubts,
    }
}

fn actions(app: &App, id: EditionId, to: &EmailAddress) -> Vec<ReviewAction> {
    let Some(base) = &app.settings.base_url else { return Vec::new() };
    let base = base.as_str().trim_end_matches('/');
    let token = review_token(app, id, to, app.clock.now() + TimeDelta::days(LINK_DAYS));
    let page = |choice: &str| format!("{base}/relecture/{token}?choix={choice}");
    vec![
        ReviewAction { label: "Approuver l’envoi".to_owned(), url: page("approuver") },
        ReviewAction { label: "Retenir l’édition".to_owned(), url: page("retenir") },
        ReviewAction {
            label: "Modifier : retirer, mettre en tête, corriger".to_owned(),
            url: format!("{base}/admin/editions/{id}"),
        },
    ]
}

/// The token of an administrator's link: which edition, until when, whose. The address itself is not in it.
pub fn review_token(app: &App, id: EditionId, to: &EmailAddress, until: DateTime<Utc>) -> String {
    let whose = app.link_key.address_digest(to);
    let whose = whose.get(..16).unwrap_or_default();
    app.link_key.signed("review", &format!("{id} {} {whose}", until.timestamp()))
}

/// Whom a link is for and which edition; `None` when it is not ours, too old, or of somebody no longer in the settings.
pub fn review_link<'a>(app: &'a App, token: &str) -> Option<(EditionId, &'a EmailAddress)> {
    let content = app.link_key.opened("review", token)?;
    let mut parts = content.split(' ');
    let (id, until, whose) = (parts.next()?, parts.next()?, parts.next()?);
    let until = DateTime::from_timestamp(until.parse().ok()?, 0)?;
    let is_theirs = |admin: &&EmailAddress| app.link_key.address_digest(admin).get(..16) == Some(whose);
    let admin = app.settings.admins.iter().find(is_theirs)?;
    (until > app.clock.now()).then_some((EditionId(id.parse().ok()?), admin))
}

fn several(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n < 2 { one } else { many })
}
