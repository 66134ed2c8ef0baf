//! One edition: what it says to whom, what can be changed in it, and what became of it.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::header;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::session::{Posted, SignedIn};
use super::{back, page, refused};
use crate::model::{DeliveryState, Edition, EditionId, EditionState};
use crate::pipeline::edition::{self, As, Overview, Wishes, skip_sentence};
use crate::pipeline::{Actor, App, Trouble, french};
use crate::web::{Fields, Site, csp, lines};

/// Members named on the page; others are found by their address.
const MEMBERS_MAX: usize = 200;
const TROUBLED_MAX: usize = 100;
const JOURNAL_MAX: usize = 50;

#[derive(Serialize)]
struct Reader {
    email: String,
    places: String,
    what: String,
    receives: bool,
}

#[derive(Serialize)]
struct Done {
    at: String,
    who: String,
    what: String,
}

pub async fn show(
    State(site): State<Arc<Site>>,
    who: SignedIn,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Response {
    let done = super::done(&who, &format!("/admin/editions/{id}"), query.as_deref());
    match content(&who.app, EditionId(id), &done).await {
        Ok(values) => page(&site, &who, "admin/edition.html", values),
        Err(trouble) => refused(&site, &trouble),
    }
}

async fn content(app: &App, id: EditionId, done: &str) -> Result<minijinja::Value, Trouble> {
    let found = edition::find(app, id).await?;
    let seen = edition::overview(app, &found).await?;
    let (counts, troubled) = receipts(app, &found).await?;
    let all: Vec<_> = seen.notices.iter().collect();
    let state = found.state;
    Ok(context! {
        id => id.0,
        occurrence => lines::moment(found.occurrence),
        state => french(state),
        trial => found.trial,
        is_draft => state == EditionState::Draft,
        can_pause => matches!(state, EditionState::Approved | EditionState::Sending),
        can_resume => state == EditionState::Paused,
        can_cancel => matches!(state, EditionState::Draft | EditionState::Approved | EditionState::Paused),
        held => seen.edits.held_by.is_some(),
        first_approval => seen.edits.approved_by.first(),
        second_approval => app.settings.digest.second_approval,
        word => seen.edits.word.clone().unwrap_or_default(),
        seen => seen.seen(),
        members => seen.receiving(),
        members_all => seen.shares.len(),
        readers => Serde(readers(app, &seen)),
        notices => Serde(lines::listed_lines(&found, &all)),
        counts => Serde(counts),
        troubled => Serde(troubled),
        journal => Serde(journal(app, id).await?),
        done,
    })
}

fn readers(app: &App, seen: &Overview) -> Vec<Reader> {
    let mut shares: Vec<_> = seen.shares.iter().collect();
    shares.sort_by_key(|share| share.what.is_err());
    let reader = |share: &&edition::Share| Reader {
        email: share.email.expose().to_owned(),
        places: share.recipient.territories.iter().map(|code| app.geography.label(code)).collect::<Vec<_>>().join(", "),
        what: match &share.what {
            Ok(digest) if digest.entries.len() == 1 => "1 annonce".to_owned(),
            Ok(digest) => format!("{} annonces", digest.entries.len()),
            Err(skip) => format!("rien : {}", skip_sentence(*skip)),
        },
        receives: share.what.is_ok(),
    };
    shares.iter().take(MEMBERS_MAX).map(reader).collect()
}

/// How many mails are in each state, and those that need a look.
async fn receipts(app: &App, found: &Edition) -> Result<(Vec<(u64, &'static str)>, Vec<(String, String)>), Trouble> {
    let counts = app.store.counts(found.id).await?;
    let listed = counts.by_state.iter().map(|(state, n)| (*n, lines::delivery_state(*state))).collect();
    let looked_at = [
        DeliveryState::Refused,
        DeliveryState::Deferred,
        DeliveryState::Uncertain,
        DeliveryState::Expired,
        DeliveryState::Held,
    ];
    let rows = app.store.deliveries(found.id, &looked_at, crate::model::DeliveryId(0), TROUBLED_MAX as u32).await?;
    let troubled = rows
        .iter()
        .map(|row| {
            let email = row.email.as_ref().map_or("(effacé)", |email| email.expose());
            let reply = row.last_reply.as_deref().unwrap_or("sans réponse");
            let reply = crate::compose::one_line(reply, 200);
            (email.to_owned(), format!("{} : {reply}", lines::delivery_state(row.state)))
        })
        .collect();
    Ok((listed, troubled))
}

async fn journal(app: &App, id: EditionId) -> Result<Vec<Done>, Trouble> {
    let entries = app.store.journal_about(&format!("edition:{id}")).await?;
    let done = |entry: &crate::store::JournalEntry| Done {
        at: lines::instant(app, entry.at),
        who: super::journal::who(&entry.actor),
        what: super::journal::what(&entry.action),
    };
    Ok(entries.iter().rev().take(JOURNAL_MAX).map(done).collect())
}

/// The mail of one member, as it was or would be sent.
pub async fn preview(
    State(site): State<Arc<Site>>,
    who: SignedIn,
    Path(id): Path<i64>,
    RawQuery(query): RawQuery,
) -> Response {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let member = Some(fields.one("membre")).filter(|member| !member.is_empty());
    match edition::preview(&who.app, EditionId(id), member).await {
        Ok(preview) => {
            let values = context! {
                id,
                email => preview.share.email.expose(),
                subject => preview.rendered.subject,
                html => preview.rendered.html,
                text => preview.rendered.text,
            };
            let mut answer = page(&site, &who, "admin/preview.html", values);
            answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, csp::policy_of_a_mail());
            answer
        }
        Err(trouble) => refused(&site, &trouble),
    }
}

pub async fn edit(State(site): State<Arc<Site>>, Path(id): Path<i64>, posted: Posted) -> Response {
    let Posted { who, fields } = posted;
    let wishes = wishes(&fields);
    match edition::edit(&who.app, &who.actor(), EditionId(id), &wishes).await {
        Ok(_) => back(&who, &format!("/admin/editions/{id}"), "Le brouillon est modifié."),
        Err(trouble) => refused(&site, &trouble),
    }
}

/// Each notice has one choice: as it is, first, or dropped.
fn wishes(fields: &Fields) -> Wishes {
    let chosen = |choice: &str| -> Vec<String> {
        let all = fields.all("annonce").into_iter();
        all.filter(|notice| fields.one(&format!("choix-{notice}")) == choice).collect()
    };
    // A browser sends line ends as CRLF.
    let word = fields.has("mot").then(|| fields.one("mot").replace("\r\n", "\n"));
    Wishes { drop: chosen("retirer"), pin: chosen("tete"), undo: chosen("garder"), word }
}

pub async fn proof(State(site): State<Arc<Site>>, Path(id): Path<i64>, posted: Posted) -> Response {
    let Posted { who, fields } = posted;
    let whose = match fields.one("membre") {
        "" => As::Everybody,
        member => As::Member(member.to_owned()),
    };
    // To oneself only: the pages write to no address that the settings do not name.
    match edition::proof(&who.app, &who.actor(), EditionId(id), who.address.expose(), &whose).await {
        Ok(_) => back(&who, &format!("/admin/editions/{id}"), "Une épreuve vous est envoyée."),
        Err(trouble) => refused(&site, &trouble),
    }
}

pub async fn act(State(site): State<Arc<Site>>, Path(id): Path<i64>, posted: Posted) -> Response {
    let Posted { who, fields } = posted;
    match decide(&who.app, &who.actor(), EditionId(id), &fields).await {
        Ok(said) => back(&who, &format!("/admin/editions/{id}"), &said),
        Err(trouble) => refused(&site, &trouble),
    }
}

async fn decide(app: &App, by: &Actor, id: EditionId, fields: &Fields) -> Result<String, Trouble> {
    let said = match fields.one("action") {
        "approuver" => {
            return Ok(super::consented(&edition::consent(app, by, id, Some(fields.one("vu"))).await?));
        }
        "retenir" => edition::hold(app, by, id).await.map(|()| "L’édition est retenue."),
        "suspendre" => edition::pause(app, by, id).await.map(|()| "L’envoi est suspendu."),
        "reprendre" => edition::resume(app, by, id).await.map(|()| "L’envoi reprend."),
        "annuler" => edition::cancel(app, by, id).await.map(|()| "L’édition est annulée."),
        _ => Err(Trouble::Words("cette action est inconnue".to_owned())),
    };
    said.map(str::to_owned)
}
