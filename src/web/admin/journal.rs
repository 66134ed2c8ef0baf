//! The journal: who did what, the newest first.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::session::SignedIn;
use super::{page, refused};
use crate::compose;
use crate::web::{Site, lines};

const ENTRIES_MAX: u32 = 200;
const DETAIL_CHARS_MAX: usize = 160;

#[derive(Serialize)]
struct Line {
    at: String,
    who: String,
    what: String,
    subject: String,
    detail: String,
    /// The page of what it is about.
    url: Option<String>,
}

pub async fn show(State(site): State<Arc<Site>>, signed: SignedIn) -> Response {
    let app = &signed.app;
    let entries = match app.store.journal_entries(ENTRIES_MAX).await {
        Ok(entries) => entries,
        Err(error) => return refused(&site, &error.into()),
    };
    let line = |entry: &crate::store::JournalEntry| Line {
        at: lines::instant(app, entry.at),
        who: who(&entry.actor),
        what: what(&entry.action),
        subject: subject(&entry.subject),
        detail: detail(&entry.detail),
        url: url(&entry.subject),
    };
    let entries: Vec<Line> = entries.iter().map(line).collect();
    page(&site, &signed, "admin/journal.html", context! { entries => Serde(entries) })
}

pub fn who(actor: &str) -> String {
    match actor {
        "cli" => "ligne de commande".to_owned(),
        "daemon" => "Glaneur".to_owned(),
        member if member.starts_with("member:") => "un membre".to_owned(),
        address => address.to_owned(),
    }
}

/// An action in French; one that is not known here is shown as it is kept.
pub fn what(action: &str) -> String {
    let said = match action {
        "edition create" => "a préparé l’édition",
        "edition edit" => "a modifié le brouillon",
        "edition proof" => "a envoyé une épreuve",
        "edition approve" => "a approuvé l’édition",
        "edition approve (1/2)" => "a donné une première approbation",
        "edition rectify" => "a préparé un rectificatif",
        "edition hold" => "a retenu l’édition",
        "edition pause" => "a suspendu l’envoi",
        "edition resume" => "a repris l’envoi",
        "edition cancel" => "a annulé l’édition",
        "edition send" => "a envoyé l’édition",
        "notices correct" => "a corrigé l’annonce",
        "notices hide" => "a caché l’annonce",
        "notices hide --undo" => "a montré l’annonce de nouveau",
        "entry removed" => "a caché l’annonce : son fichier n’est plus là",
        "entry back" => "a montré l’annonce de nouveau : son fichier est revenu",
        "admin sign-in" => "s’est connecté",
        "leave" => "a quitté la liste",
        other => other,
    };
    said.to_owned()
}

fn subject(subject: &str) -> String {
    match subject.split_once(':') {
        Some(("edition", id)) => format!("édition {id}"),
        Some(("notice", id)) => format!("annonce {id}"),
        Some(("member", id)) => format!("membre {id}"),
        Some(("source", id)) => format!("source {id}"),
        _ => String::new(),
    }
}

fn url(subject: &str) -> Option<String> {
    match subject.split_once(':')? {
        ("edition", id) => Some(format!("/admin/editions/{id}")),
        ("notice", id) => Some(format!("/admin/annonces/{id}")),
        _ => None,
    }
}

fn detail(detail: &serde_json::Value) -> String {
    let text = match detail {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Null => String::new(),
        other => other.to_string(),
    };
    compose::one_line(&text, DETAIL_CHARS_MAX)
}
