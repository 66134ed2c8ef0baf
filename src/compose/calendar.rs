//! The dates of a digest as an iCalendar file (RFC 5545), attached when no page gives them one by one.
//!
//! One event for each dated item that is still open. Nothing is taken from the clock: DTSTAMP is the edition's time.

use chrono::{DateTime, TimeDelta, Utc};
use icalendar::{Calendar, Component, Event, EventLike, Property};

use super::letter::web_url;
use super::typography::one_line;
use super::view::{DigestView, ItemView};
use super::words::pick;
use crate::model::{Deadline, Kind, Language, MailAttachment, Notice, NoticeId, Status};

const SUMMARY_CHARS_MAX: usize = 120;
const DESCRIPTION_CHARS_MAX: usize = 400;

/// The name of the attached file; `None` when there is none.
pub fn file_name(view: &DigestView) -> Option<&'static str> {
    let is_attached = view.carries_calendar() && !dated(view).is_empty();
    is_attached.then(|| pick(view.language, "dates-limites.ics", "deadlines.ics"))
}

/// `None` when no item has a date, or when pages give them.
pub fn calendar(view: &DigestView) -> Option<MailAttachment> {
    let filename = file_name(view)?.to_owned();
    let dated = dated(view);
    let mut calendar = Calendar::new();
    // A date later extended comes again with the same UID: the higher SEQUENCE replaces the one kept.
    calendar.append_property(Property::new("METHOD", "PUBLISH"));
    for (item, deadline) in dated {
        calendar.push(event(item, deadline, view));
    }
    Some(MailAttachment {
        filename,
        content_type: "text/calendar; charset=utf-8; method=PUBLISH".to_owned(),
        content: calendar.done().to_string().into_bytes(),
    })
}

/// The dates of notices, as a calendar that is subscribed to. An event has the UID that it has in the mails.
pub fn calendar_of(notices: &[&Notice], name: &str, now: DateTime<Utc>, language: Language) -> String {
    let mut calendar = Calendar::new();
    calendar.name(&one_line(name, SUMMARY_CHARS_MAX));
    calendar.append_property(Property::new("METHOD", "PUBLISH"));
    for notice in notices.iter().filter(|notice| notice.status == Status::Open) {
        let Some(deadline) = notice.next_deadline(now).filter(|deadline| !deadline.is_past(now)) else { continue };
        let said = Said {
            notice: &notice.id,
            kind: notice.kind,
            title: &notice.title,
            publisher: notice.publisher.as_deref(),
            summary: notice.summary.as_deref(),
            url: notice.links.first().map(|link| link.url.as_str()),
        };
        calendar.push(event_of(&said, deadline, now, language));
    }
    calendar.done().to_string()
}

/// What an event says.
struct Said<'a> {
    notice: &'a NoticeId,
    kind: Kind,
    title: &'a str,
    publisher: Option<&'a str>,
    summary: Option<&'a str>,
    url: Option<&'a str>,
}

fn dated(view: &DigestView) -> Vec<(&ItemView, Deadline)> {
    let now = view.as_of.to_utc();
    let open = |item: &&ItemView| item.status == Status::Open && item.kind != Kind::Announcement;
    let deadline = |item: &'_ ItemView| item.deadline.filter(|deadline| !deadline.is_past(now));
    view.items.iter().filter(open).filter_map(|item| Some((item, deadline(item)?))).collect()
}

fn event(item: &ItemView, deadline: Deadline, view: &DigestView) -> Event {
    let said = Said {
        notice: &item.notice,
        kind: item.kind,
        title: &item.title,
        publisher: item.publisher.as_deref(),
        summary: item.summary.as_deref(),
        url: item.url.as_deref(),
    };
    event_of(&said, deadline, view.as_of.with_timezone(&Utc), view.language)
}

fn event_of(said: &Said<'_>, deadline: Deadline, as_of: DateTime<Utc>, language: Language) -> Event {
    let mut event = Event::new();
    let title = one_line(said.title, SUMMARY_CHARS_MAX);
    let mut description = vec![];
    description.extend(said.publisher.map(|publisher| one_line(publisher, SUMMARY_CHARS_MAX)));
    description.extend(said.summary.map(|summary| one_line(summary, DESCRIPTION_CHARS_MAX)));
    let url = said.url.and_then(web_url);
    description.extend(url.clone());
    event
        .uid(&format!("{}@glaneur", said.notice))
        .timestamp(as_of)
        .sequence(sequence(as_of))
        .summary(&match said.kind {
            Kind::Event => title,
            _ => format!("{}{title}", pick(language, "Date limite\u{a0}: ", "Deadline: ")),
        })
        .description(&description.join("\n"));
    if let Some(url) = &url {
        event.url(url);
    }
    match deadline.time {
        None => {
            // Without an end, an event on a date lasts that day (RFC 5545 section 3.6.1).
            event.starts(deadline.date);
        }
        Some(_) => {
            // `closes_at` is the first instant that is too late: a minute after the hour written.
            let until = deadline.closes_at() - TimeDelta::minutes(1);
            event.starts(until);
        }
    }
    event
}

/// Grows with time, so that a later mail about the same notice wins.
fn sequence(as_of: DateTime<Utc>) -> u32 {
    u32::try_from(as_of.timestamp() / 60).unwrap_or(0)
}
