//! The feeds: made up, the same at each run, no two items alike.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

pub const ITEMS: usize = 50;

const SUBJECTS: [&str; 10] = [
    "l'aide alimentaire de proximité",
    "les jardins partagés des quartiers",
    "la cantine durable",
    "l'épicerie solidaire",
    "la précarité alimentaire des étudiants",
    "les ateliers de cuisine",
    "le glanage et l'anti-gaspillage",
    "l'insertion par la restauration",
    "le projet alimentaire territorial",
    "la santé et la nutrition",
];
const PLACES: [&str; 8] =
    ["Nantes", "la Seine-Saint-Denis", "la Loire-Atlantique", "Paris", "la Drôme", "Lyon", "la Bretagne", "Lille"];
const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const WORDS: [&str; 24] = [
    "projet",
    "habitants",
    "association",
    "commune",
    "soutien",
    "accompagnement",
    "territoire",
    "partenaires",
    "bénévoles",
    "produits",
    "locaux",
    "accès",
    "qualité",
    "budget",
    "action",
    "public",
    "quartier",
    "équipe",
    "calendrier",
    "bilan",
    "objectif",
    "étape",
    "atelier",
    "rencontre",
];

/// The host of a feed: no two share one.
pub fn host(feed: usize) -> String {
    format!("127.1.{}.{}", feed / 250, feed % 250 + 1)
}

/// Serves until killed.
pub fn serve(port: u16, feeds: usize) {
    let all: HashMap<String, String> = (0..feeds).map(|feed| (host(feed), rss(feed))).collect();
    let Ok(runtime) = tokio::runtime::Runtime::new() else { return };
    runtime.block_on(async move {
        let pages = Router::new().route("/feed.xml", get(feed)).with_state(Arc::new(all));
        let Ok(listener) = tokio::net::TcpListener::bind(("0.0.0.0", port)).await else { return };
        let _ = axum::serve(listener, pages).await;
    });
}

async fn feed(State(all): State<Arc<HashMap<String, String>>>, headers: HeaderMap) -> Response {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let host = host.split(':').next().unwrap_or_default();
    let Some(body) = all.get(host) else { return StatusCode::NOT_FOUND.into_response() };
    let tag = format!("\"{}\"", body.len());
    if headers.get(header::IF_NONE_MATCH).is_some_and(|asked| asked.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    ([(header::CONTENT_TYPE, "application/rss+xml; charset=utf-8".to_owned()), (header::ETAG, tag)], body.clone())
        .into_response()
}

fn rss(feed: usize) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>Site {feed}</title>\
         <link>http://{}/</link><description>Actualités</description>\n",
        host(feed)
    );
    for item in 0..ITEMS {
        let _ = writeln!(xml, "{}", entry(feed, item));
    }
    xml.push_str("</channel></rss>\n");
    xml
}

/// About 1 kB; one in five is no call.
fn entry(feed: usize, item: usize) -> String {
    let seed = feed * ITEMS + item;
    let pick = |list: &[&'static str], salt: usize| list.get((seed / salt + seed) % list.len()).copied().unwrap_or("");
    let (subject, place) = (pick(&SUBJECTS, 7), pick(&PLACES, 3));
    let (day, month) = (1 + seed % 28, pick(&MONTHS, 28));
    let filler: String = (0..90).map(|n| pick(&WORDS, 1 + (n * 13 + seed) % 97).to_owned() + " ").collect();
    let (title, lead) = if item % 5 == 4 {
        (
            format!("Retour sur la journée {seed} consacrée à {subject}"),
            format!("Le {day} {month} 2025, les partenaires de {place} se sont retrouvés."),
        )
    } else {
        (
            format!("Appel à projets {seed} : {subject} dans {place}"),
            format!(
                "Les associations et les communes de {place} peuvent déposer leur dossier jusqu'au {day} {month} 2026 \
                 à 17h. L'aide est de {} 000 euros au plus.",
                1 + seed % 40
            ),
        )
    };
    format!(
        "<item><title>{title}</title><link>http://{}/annonces/{seed}</link><guid>annonce-{seed}</guid>\
         <pubDate>Mon, 05 Jan 2026 08:00:00 +0100</pubDate><description><![CDATA[<p>{lead}</p><p>{filler}</p>]]></description></item>",
        host(feed)
    )
}
