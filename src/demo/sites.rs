//! The made-up sites, over real HTTP on loopback: each speaks the way a family of real sites does.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use chrono::{NaiveDate, TimeZone};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::region::Published;

/// The sites while they are served; they end when this is dropped.
pub struct Sites {
    /// Site by site: its name in region.toml, its address (`http://127.0.0.1:port`).
    pub addresses: Vec<(&'static str, String)>,
    _serving: JoinSet<()>,
}

/// How a family of sites answers.
type Family = fn() -> Router<Arc<Site>>;

struct Site {
    base: String,
    notices: Vec<Published>,
}

/// Starts every site on a free port of this machine.
pub async fn serve(region: &[Published]) -> std::io::Result<Sites> {
    let families: [(&'static str, Family); 8] = [
        ("solidarites", spip),
        ("prefecture", prefecture),
        ("sante", drupal),
        ("fondation", wordpress),
        ("region", opendatasoft),
        ("aides", aides_territoires),
        ("territoire", cards),
        ("panne", replaced_by_a_login_page),
    ];
    let mut sites = Sites { addresses: Vec::new(), _serving: JoinSet::new() };
    for (name, family) in families {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        let base = format!("http://{}", listener.local_addr()?);
        let notices = region.iter().filter(|notice| notice.site == name).cloned().collect();
        let router = family().with_state(Arc::new(Site { base: base.clone(), notices }));
        sites._serving.spawn(async move {
            // Ends with the demonstration; an error here shows as a site that does not answer.
            let _ = axum::serve(listener, router).await;
        });
        sites.addresses.push((name, base));
    }
    Ok(sites)
}

// ------------------------------------------------------------------------------------------------------------- feeds

fn spip() -> Router<Arc<Site>> {
    Router::new().route("/spip.php", get(rss)).fallback(detail)
}

fn wordpress() -> Router<Arc<Site>> {
    Router::new().route("/feed/", get(rss)).fallback(detail)
}

async fn rss(State(site): State<Arc<Site>>) -> Response {
    let items: String = site.notices.iter().map(|notice| rss_item(&site.base, notice)).collect();
    let feed = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\"><channel><title>Actualités</title>\
         <link>{}</link><language>fr</language>{items}</channel></rss>",
        site.base
    );
    ([(header::CONTENT_TYPE, "application/rss+xml; charset=utf-8")], feed).into_response()
}

fn rss_item(base: &str, notice: &Published) -> String {
    format!(
        "<item><title>{}</title><link>{base}/{}</link><guid isPermaLink=\"true\">{base}/{1}</guid>\
         <pubDate>{}</pubDate><description>{}</description></item>",
        escape(&notice.title),
        notice.slug,
        notice.published.format("%a, %d %b %Y 08:00:00 +0100"),
        escape(&paragraphs(&notice.body)),
    )
}

// ------------------------------------------------------------------------------------------------------------- lists

/// A préfecture's list (DSFR), four to a page, `(offset)` in the path.
fn prefecture() -> Router<Arc<Site>> {
    Router::new().fallback(prefecture_page)
}

async fn prefecture_page(State(site): State<Arc<Site>>, uri: Uri) -> Response {
    const PER_PAGE: usize = 4;
    let Some(rest) = uri.path().strip_prefix("/Actualites/Appels-a-projets") else { return missing() };
    let offset = rest.strip_prefix("/(offset)/").and_then(|n| n.parse().ok());
    if !rest.is_empty() && offset.is_none() {
        return detail_of(&site, rest.trim_start_matches('/'));
    }
    let offset = offset.unwrap_or(0);
    let cards: String = site.notices.iter().skip(offset).take(PER_PAGE).map(|notice| {
        format!(
            "<div class=\"fr-card\"><div class=\"fr-card__body\"><h2 class=\"fr-card__title\"><a class=\"fr-card__link\" \
             href=\"/Actualites/Appels-a-projets/{}\">{}</a></h2><p class=\"fr-card__detail\">Mis à jour le {}</p></div></div>",
            notice.slug,
            escape(&notice.title),
            notice.published.format("%d/%m/%Y"),
        )
    }).collect();
    let next = offset + PER_PAGE;
    let pager = if next < site.notices.len() {
        format!(
            "<a class=\"fr-pagination__link--next\" href=\"/Actualites/Appels-a-projets/(offset)/{next}\">Page suivante</a>"
        )
    } else {
        String::new()
    };
    page("Appels à projets", &format!("<h1>Appels à projets</h1>{cards}<nav>{pager}</nav>"))
}

/// An agency's list in Drupal; links without a scheme.
fn drupal() -> Router<Arc<Site>> {
    Router::new().route("/appels-projets", get(drupal_list)).fallback(detail)
}

async fn drupal_list(State(site): State<Arc<Site>>) -> Response {
    let base = site.base.trim_start_matches("http:");
    let items: String = site.notices.iter().map(|notice| {
        format!(
            "<div class=\"accueil-appels-projets--item\"><h3><a href=\"{base}/{}\">{}</a></h3><span class=\"date\">{}</span></div>",
            notice.slug,
            escape(&notice.title),
            notice.published.format("%d/%m/%Y"),
        )
    }).collect();
    page("Appels à projets et à candidatures", &format!("<h1>Appels à projets et à candidatures</h1>{items}"))
}

/// Cards that are links themselves, two to a page, `rel=next`.
fn cards() -> Router<Arc<Site>> {
    Router::new().route("/appels", get(cards_page)).fallback(detail)
}

#[derive(Deserialize)]
struct Page {
    #[serde(default = "first_page")]
    page: usize,
}

fn first_page() -> usize {
    1
}

async fn cards_page(State(site): State<Arc<Site>>, Query(Page { page: number }): Query<Page>) -> Response {
    const PER_PAGE: usize = 2;
    let shown = site.notices.iter().skip(number.saturating_sub(1) * PER_PAGE).take(PER_PAGE);
    let cards: String = shown
        .map(|notice| {
            format!(
                "<li><a class=\"card\" href=\"{}\"><strong>{}</strong></a></li>",
                notice.slug,
                escape(&notice.title)
            )
        })
        .collect();
    let next = if number * PER_PAGE < site.notices.len() {
        format!("<a rel=\"next\" href=\"?page={}\">Suite</a>", number + 1)
    } else {
        String::new()
    };
    page("Les appels du territoire", &format!("<h1>Les appels du territoire</h1><ul>{cards}</ul>{next}"))
}

// ------------------------------------------------------------------------------------------------------------ details

async fn detail(State(site): State<Arc<Site>>, uri: Uri) -> Response {
    detail_of(&site, uri.path().trim_start_matches('/'))
}

fn detail_of(site: &Site, slug: &str) -> Response {
    match site.notices.iter().find(|notice| notice.slug == slug) {
        None => missing(),
        Some(notice) => page(
            &notice.title,
            &format!(
                "<h1>{}</h1><p class=\"fr-text--sm\">Mis à jour le {}</p><article>{}</article>",
                escape(&notice.title),
                notice.published.format("%d/%m/%Y"),
                paragraphs(&notice.body)
            ),
        ),
    }
}

fn missing() -> Response {
    (StatusCode::NOT_FOUND, "introuvable").into_response()
}

/// A page with the chrome of real ones: menu, breadcrumb, footer with an address and a date that is no deadline.
fn page(title: &str, main: &str) -> Response {
    Html(format!(
        "<!doctype html><html lang=\"fr\"><head><meta charset=\"utf-8\"><title>{}</title></head><body>\
         <header><nav><a href=\"/\">Accueil</a> <a href=\"/agenda\">Agenda</a> <a href=\"/contact\">Contact</a></nav></header>\
         <main>{main}</main><footer><p>1 place de la Démonstration, 75013 Paris. Tous droits réservés.</p></footer></body></html>",
        escape(title)
    ))
    .into_response()
}

// --------------------------------------------------------------------------------------------------------------- APIs

fn opendatasoft() -> Router<Arc<Site>> {
    Router::new().route("/api/records/1.0/search/", get(records))
}

#[derive(Deserialize)]
struct Rows {
    #[serde(default)]
    start: usize,
    #[serde(default = "ten")]
    rows: usize,
}

fn ten() -> usize {
    10
}

async fn records(State(site): State<Arc<Site>>, Query(Rows { start, rows }): Query<Rows>) -> Response {
    let records: Vec<Value> = site.notices.iter().skip(start).take(rows).map(record).collect();
    let parameters = json!({"dataset": "aides-appels-a-projets", "rows": rows, "start": start, "timezone": "UTC"});
    axum::Json(json!({"nhits": site.notices.len(), "parameters": parameters, "records": records})).into_response()
}

fn record(notice: &Published) -> Value {
    let mut fields = json!({
        "id_aide": notice.slug,
        "nom_de_l_aide_de_la_demarche": notice.title,
        "porteur_aide": "Région Île-de-France (démonstration)",
        "objectif": paragraphs(&notice.body),
        "objectif_txt": notice.body,
        "qui_peut_en_beneficier": notice.audiences.join("|||"),
        "url_descriptif": format!("https://region.example/aides/{}", notice.slug.to_lowercase()),
    });
    // The dataset's dates are the midnight of Paris, in UTC: the day before at 22:00 or 23:00.
    for (key, date) in [("date_ouverture", notice.opening), ("date_cloture", notice.deadline)] {
        if let Some(midnight) = date.and_then(midnight_in_utc) {
            fields[key] = Value::String(midnight);
        }
    }
    json!({"datasetid": "aides-appels-a-projets", "recordid": notice.slug, "fields": fields})
}

fn midnight_in_utc(date: NaiveDate) -> Option<String> {
    let midnight = chrono_tz::Europe::Paris.from_local_datetime(&date.and_hms_opt(0, 0, 0)?).earliest()?;
    Some(midnight.to_utc().to_rfc3339())
}

/// The token that the demonstration's credential file holds.
pub const TOKEN: &str = "demonstration";
const BEARER: &str = "porteur-de-demonstration";

fn aides_territoires() -> Router<Arc<Site>> {
    Router::new().route("/api/connexion/", post(connexion)).route("/api/aids/", get(aids))
}

async fn connexion(headers: HeaderMap) -> Response {
    match headers.get("X-AUTH-TOKEN").is_some_and(|token| token == TOKEN) {
        true => axum::Json(json!({"token": BEARER})).into_response(),
        false => (StatusCode::UNAUTHORIZED, axum::Json(json!({"message": "jeton refusé"}))).into_response(),
    }
}

async fn aids(State(site): State<Arc<Site>>, headers: HeaderMap, Query(Page { page }): Query<Page>) -> Response {
    const PER_PAGE: usize = 3;
    let bearer = format!("Bearer {BEARER}");
    if headers.get(header::AUTHORIZATION).is_none_or(|given| given != bearer.as_str()) {
        return (StatusCode::UNAUTHORIZED, axum::Json(json!({"message": "JWT Token not found"}))).into_response();
    }
    let results: Vec<Value> = site
        .notices
        .iter()
        .skip(page.saturating_sub(1) * PER_PAGE)
        .take(PER_PAGE)
        .map(|n| aid(&site.base, n))
        .collect();
    let more = page * PER_PAGE < site.notices.len();
    let next = more.then(|| format!("{}/api/aids/?page={}", site.base, page + 1));
    axum::Json(json!({"count": site.notices.len(), "next": next, "previous": null, "results": results})).into_response()
}

fn aid(base: &str, notice: &Published) -> Value {
    json!({
        "id": notice.slug.parse::<u32>().unwrap_or_default(),
        "slug": notice.slug,
        "url": format!("/aides/{}/", notice.slug),
        "name": notice.title,
        "description": paragraphs(&notice.body),
        "eligibility": "",
        "perimeter": notice.place,
        "financers": [notice.publisher],
        "targeted_audiences": notice.audiences,
        "categories": notice.categories,
        "is_call_for_project": notice.is_call,
        "recurrence": if notice.is_call { "Ponctuelle" } else { "Permanente" },
        "start_date": notice.opening,
        "submission_deadline": notice.deadline,
        "origin_url": format!("{base}/aides/{}/", notice.slug),
        "date_created": notice.published,
    })
}

/// A feed that a login page has replaced, answering 200: a source that is down without saying so.
fn replaced_by_a_login_page() -> Router<Arc<Site>> {
    Router::new().fallback(async || {
        page(
            "Connexion",
            "<h1>Connexion</h1><form><input type=\"text\" name=\"id\"><input type=\"password\" name=\"mdp\"></form>",
        )
    })
}

// ------------------------------------------------------------------------------------------------------------- markup

fn paragraphs(body: &str) -> String {
    body.split("\n\n").map(|p| format!("<p>{}</p>", escape(p.trim()).replace('\n', "<br>"))).collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
