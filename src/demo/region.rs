//! What the made-up sites publish: region.toml, with its dates counted from the day of the demonstration.

use chrono::{Datelike, Days, NaiveDate};
use serde::Deserialize;

/// One notice of the region, dated.
#[derive(Clone, Debug)]
pub struct Published {
    pub site: String,
    pub slug: String,
    pub title: String,
    /// Paragraphs are divided by a blank line.
    pub body: String,
    pub published: NaiveDate,
    pub opening: Option<NaiveDate>,
    pub deadline: Option<NaiveDate>,
    pub is_call: bool,
    pub place: String,
    pub publisher: String,
    pub audiences: Vec<String>,
    pub categories: Vec<String>,
}

#[derive(Deserialize)]
struct File {
    notice: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    site: String,
    slug: String,
    title: String,
    body: String,
    published: i64,
    opening: Option<i64>,
    deadline: Option<i64>,
    #[serde(default = "yes")]
    call: bool,
    #[serde(default)]
    place: String,
    #[serde(default)]
    publisher: String,
    #[serde(default)]
    audiences: String,
    #[serde(default)]
    categories: String,
}

fn yes() -> bool {
    true
}

/// Everything the region publishes as of `today`.
pub fn published(today: NaiveDate) -> Result<Vec<Published>, String> {
    let file: File = toml::from_str(include_str!("region.toml")).map_err(|error| error.to_string())?;
    file.notice.into_iter().map(|notice| dated(notice, today)).collect()
}

fn dated(written: Written, today: NaiveDate) -> Result<Published, String> {
    let list = |cell: &str| cell.split("|||").filter(|part| !part.is_empty()).map(str::to_owned).collect();
    Ok(Published {
        title: expand(&written.title, today)?,
        body: expand(written.body.trim(), today)?,
        published: shifted(today, written.published),
        opening: written.opening.map(|days| shifted(today, days)),
        deadline: written.deadline.map(|days| shifted(today, days)),
        is_call: written.call,
        audiences: list(&written.audiences),
        categories: list(&written.categories),
        site: written.site,
        slug: written.slug,
        place: written.place,
        publisher: written.publisher,
    })
}

fn shifted(day: NaiveDate, days: i64) -> NaiveDate {
    let by = Days::new(days.unsigned_abs());
    if days < 0 { day.checked_sub_days(by) } else { day.checked_add_days(by) }.unwrap_or(day)
}

/// Replaces `{j+23}`, `{j+23:jm}`, `{j-4:court}`, `{j+2:iso}`, `{an}`, `{an+1}`.
fn expand(text: &str, today: NaiveDate) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (token, after) = after.split_once('}').ok_or_else(|| format!("accolade non fermée : {after:.40}"))?;
        out.push_str(before);
        out.push_str(&date(token, today).ok_or_else(|| format!("date incomprise : {{{token}}}"))?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

fn date(token: &str, today: NaiveDate) -> Option<String> {
    if let Some(years) = token.strip_prefix("an") {
        let years: i32 = if years.is_empty() { 0 } else { years.parse().ok()? };
        return Some((today.year() + years).to_string());
    }
    let (days, form) = token.strip_prefix('j')?.split_once(':').unwrap_or((token.strip_prefix('j')?, ""));
    let day = shifted(today, days.parse().ok()?);
    let number = if day.day() == 1 { "1er".to_owned() } else { day.day().to_string() };
    let month = MONTHS.get(day.month0() as usize)?;
    match form {
        "" => {
            let weekday = WEEKDAYS.get(day.weekday().num_days_from_monday() as usize)?;
            Some(format!("{weekday} {number} {month} {}", day.year()))
        }
        "jm" => Some(format!("{number} {month}")),
        "court" => Some(day.format("%d/%m/%Y").to_string()),
        "iso" => Some(day.format("%Y-%m-%d").to_string()),
        _ => None,
    }
}

const WEEKDAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_counted_from_the_day() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 24).unwrap();
        let check = |written: &str, expected: &str| assert_eq!(expand(written, today).unwrap(), expected);
        check("avant le {j+22}.", "avant le mercredi 16 décembre 2026.");
        check("{j+7:jm}", "1er décembre");
        check("{j-4:court} {j+0:iso}", "20/11/2026 2026-11-24");
        check("{an}-{an+1}", "2026-2027");
        assert!(expand("{j+x}", today).is_err());
    }

    #[test]
    fn the_whole_region_can_be_dated() {
        let today = NaiveDate::from_ymd_opt(2028, 2, 29).unwrap();
        let all = published(today).unwrap();
        assert!(all.len() >= 30);
        assert!(all.iter().all(|notice| !notice.body.contains(['{', '}'])));
    }
}
