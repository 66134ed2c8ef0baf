//! The list of open calls: searched, filtered, in pages; the same view as a feed and as a calendar.

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, SecondsFormat, Utc};
use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use super::catalogue::Wish;
use super::{failed, may_keep};
use crate::compose;
use crate::model::{Kind, Language, Notice, ThemeId};
use crate::pipeline::{App, Trouble, admin, notices};
use crate::web::{Fields, Site, lines};

const PAGE_CALLS: usize = 20;
const PAGES_MAX: usize = 500;
const FEED_ENTRIES_MAX: usize = 50;
const CALENDAR_EVENTS_MAX: usize = 300;
const SUMMARY_CHARS_MAX: usize = 320;

const KINDS: [(&str, Kind, &str); 3] = [
    ("appel", Kind::Call, "appels"),
    ("aide", Kind::Aid, "aides permanentes"),
    ("habilitation", Kind::Accreditation, "habilitations"),
];

#[derive(Serialize)]
struct Line {
    id: String,
    title: String,
    publisher: Option<String>,
    kind: &'static str,
    until: String,
    places: Vec<String>,
    themes: Vec<String>,
    summary: Option<String>,
    /// For the feed: RFC 3339.
    first_seen: String,
}

/// A query as it was typed, and what it asks for.
struct Asked {
    wish: Wish,
    place: String,
    theme: String,
    kind: String,
    page: usize,
    /// Why the place could not be understood.
    trouble: Option<String>,
}

fn asked(app: &App, query: Option<&str>) -> Asked {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let (mut wish, mut trouble) = (Wish { query: Wish::of_query(fields.one("q")), ..Wish::default() }, None);
    let place = Wish::of_query(fields.one("territoire"));
    if !place.is_empty() {
        match notices::parse_place(app, &place) {
            Ok(code) => wish.territory = Some(code),
            Err(why) => trouble = Some(why.to_string()),
        }
    }
    wish.theme = app.themes.get(&ThemeId(fields.one("theme").to_owned())).map(|theme| theme.id.clone());
    let known = KINDS.iter().find(|(word, ..)| *word == fields.one("genre"));
    wish.kind = known.map(|(_, kind, _)| *kind);
    // What is not known is not repeated: the page names its own address many times.
    let theme = wish.theme.as_ref().map(ToString::to_string).unwrap_or_default();
    let kind = known.map(|(word, ..)| (*word).to_owned()).unwrap_or_default();
    let page = fields.one("page").parse().unwrap_or(1).clamp(1, PAGES_MAX);
    Asked { wish, place, theme, kind, page, trouble }
}

impl Asked {
    /// As it stands after the `?` of the feed, the calendar and the other pages.
    fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let pairs =
            [("q", &self.wish.query), ("territoire", &self.place), ("theme", &self.theme), ("genre", &self.kind)];
        for (name, value) in pairs.into_iter().filter(|(_, value)| !value.is_empty()) {
            query.append_pair(name, value);
        }
        query.finish()
    }

    async fn found(&self, site: &Site, app: &App) -> Result<Vec<Notice>, Trouble> {
        if self.trouble.is_some() {
            return Ok(Vec::new());
        }
        let calls = site.catalogue.open(app).await?;
        Ok(self.wish.pick(app, &calls).into_iter().cloned().collect())
    }
}

pub async fn list(State(site): State<Arc<Site>>, RawQuery(query): RawQuery) -> Response {
    let app = site.app();
    if !app.settings.web.public {
        return super::not_found(State(site)).await.into_response();
    }
    let asked = asked(&app, query.as_deref());
    let found = match asked.found(&site, &app).await {
        Ok(found) => found,
        Err(trouble) => return failed(&site, &trouble),
    };
    let pages = found.len().div_ceil(PAGE_CALLS).max(1);
    let page = asked.page.min(pages);
    let now = app.clock.civil();
    let shown = found.iter().skip((page - 1) * PAGE_CALLS).take(PAGE_CALLS);
    let query = asked.query();
    let values = context! {
        calls => Serde(shown.map(|notice| line(&app, notice, now)).collect::<Vec<_>>()),
        total => found.len(),
        page, pages,
        q => asked.wish.query,
        place => asked.place,
        theme => asked.theme,
        kind => asked.kind,
        trouble => asked.trouble,
        filtered => !query.is_empty(),
        query,
        kinds => Serde(KINDS.map(|(word, _, label)| (word, label)).to_vec()),
        themes => Serde(app.themes.themes.iter().map(|t| (t.id.as_str(), t.label_fr.as_str())).collect::<Vec<_>>()),
    };
    may_keep(site.page(StatusCode::OK, "public/calls.html", values).into_response())
}

fn line(app: &App, notice: &Notice, now: DateTime<Utc>) -> Line {
    let summary = notice.summary.as_deref().map(|text| compose::one_line(text, SUMMARY_CHARS_MAX));
    Line {
        id: notice.id.to_string(),
        title: lines::title(notice),
        publisher: lines::publisher(notice),
        kind: lines::kind(notice),
        until: lines::until(notice, now),
        places: lines::places(app, notice),
        themes: lines::themes(app, notice),
        summary: summary.filter(|text| !text.is_empty()),
        first_seen: notice.first_seen.to_rfc3339_opts(SecondsFormat::Secs, true),
    }
}

/// The newest first.
pub async fn feed(State(site): State<Arc<Site>>, RawQuery(query): RawQuery) -> Response {
    let app = site.app();
    if !app.settings.web.public {
        return super::not_found(State(site)).await.into_response();
    }
    let asked = asked(&app, query.as_deref());
    let mut found = match asked.found(&site, &app).await {
        Ok(found) => found,
        Err(trouble) => return failed(&site, &trouble),
    };
    found.sort_by_key(|notice| (std::cmp::Reverse(notice.first_seen), notice.id.clone()));
    found.truncate(FEED_ENTRIES_MAX);
    let now = app.clock.civil();
    let newest = found.first().map_or(now, |notice| notice.first_seen);
    let values = context! {
        base => admin::base(&app),
        query => asked.query(),
        updated => newest.to_rfc3339_opts(SecondsFormat::Secs, true),
        calls => Serde(found.iter().map(|notice| line(&app, notice, now)).collect::<Vec<_>>()),
    };
    let page = site.page(StatusCode::OK, "public/calls.atom", values);
    may_keep((page.status, [(header::CONTENT_TYPE, "application/atom+xml; charset=utf-8")], page.html).into_response())
}

/// Deadlines, as a calendar that one subscribes to.
pub async fn calendar(State(site): State<Arc<Site>>, RawQuery(query): RawQuery) -> Response {
    let app = site.app();
    if !app.settings.web.public {
        return super::not_found(State(site)).await.into_response();
    }
    let found = match asked(&app, query.as_deref()).found(&site, &app).await {
        Ok(found) => found,
        Err(trouble) => return failed(&site, &trouble),
    };
    let shown: Vec<&Notice> = found.iter().take(CALENDAR_EVENTS_MAX).collect();
    let name = format!("Dates limites – {}", app.settings.network);
    may_keep(as_calendar(compose::calendar_of(&shown, &name, app.clock.civil(), Language::Fr)))
}

pub(super) fn as_calendar(content: String) -> Response {
    ([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], content).into_response()
}
