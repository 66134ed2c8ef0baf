//! `glaneur edition receipts --from D --to D`: what a period reached, for the funders.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::super::{Exit, Failure, Global, output, table, words};
use crate::pipeline::App;
use crate::pipeline::edition::{self, Figures, Group, Period};

pub async fn of_period(global: &Global, app: &App, from: NaiveDate, to: NaiveDate, csv: bool) -> Result<Exit, Failure> {
    if to < from {
        return Err(Failure::usage("--to est avant --from : donnez le premier jour, puis le dernier"));
    }
    let period = edition::period(app, from, to).await?;
    if global.json {
        output::json(&period_json(&period, from, to));
    } else if csv {
        output::bytes(&lines(app, &period)?);
    } else {
        tell(app, &period, from, to);
    }
    Ok(Exit::Done)
}

const HEAD: [&str; 8] =
    ["édition", "date", "promotion", "structure", "courriels", "destinataires", "annonces", "communes"];

/// The cells of a group: within one edition a person gets one mail.
fn cells(app: &App, group: &Group, figures: &Figures) -> Vec<String> {
    let day = group.approved_at.with_timezone(&app.settings.time_zone).date_naive();
    vec![
        group.edition.to_string(),
        day.to_string(),
        group.cohort.to_string(),
        words::organisation_kind(group.organisation_kind).to_owned(),
        figures.mails.to_string(),
        figures.mails.to_string(),
        figures.notices().to_string(),
        figures.municipalities().to_string(),
    ]
}

fn total(period: &Period) -> Vec<String> {
    let figures = &period.total;
    let numbers = [figures.mails, period.recipients, figures.notices() as u64, figures.municipalities() as u64];
    let names = ["total", "", "", ""].map(str::to_owned);
    names.into_iter().chain(numbers.map(|number| number.to_string())).collect()
}

/// As a French spreadsheet opens them: semicolons, and the mark that tells UTF-8.
fn lines(app: &App, period: &Period) -> Result<Vec<u8>, Failure> {
    let failed = |error: csv::Error| Failure::failed(format!("le tableau ne peut pas être écrit : {error}"));
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(HEAD).map_err(failed)?;
    for (group, figures) in &period.groups {
        writer.write_record(cells(app, group, figures)).map_err(failed)?;
    }
    writer.write_record(total(period)).map_err(failed)?;
    writer.into_inner().map_err(|error| Failure::failed(format!("le tableau ne peut pas être écrit : {error}")))
}

fn tell(app: &App, period: &Period, from: NaiveDate, to: NaiveDate) {
    output::line(format_args!(
        "Du {} au {} : {}, {} à {}, {}, {}.",
        words::date(from),
        words::date(to),
        words::count(period.editions, "édition"),
        words::count(period.total.mails as usize, "courriel"),
        words::count(period.recipients as usize, "destinataire"),
        words::count(period.total.notices(), "annonce"),
        words::count(period.total.municipalities(), "commune"),
    ));
    let rows: Vec<Vec<String>> = period.groups.iter().map(|(group, figures)| cells(app, group, figures)).collect();
    if !rows.is_empty() {
        output::line("");
        table::print(&HEAD.map(str::to_uppercase).each_ref().map(String::as_str), &rows);
    }
}

fn period_json(period: &Period, from: NaiveDate, to: NaiveDate) -> Value {
    let groups: Vec<Value> = period
        .groups
        .iter()
        .map(|(group, figures)| {
            json!({
                "edition": group.edition, "approved_at": group.approved_at, "cohort": group.cohort,
                "organisation_kind": group.organisation_kind, "mails": figures.mails, "recipients": figures.mails,
                "notices": figures.notices(), "municipalities": figures.municipalities(),
            })
        })
        .collect();
    json!({
        "from": from, "to": to, "editions": period.editions, "mails": period.total.mails,
        "recipients": period.recipients, "notices": period.total.notices(),
        "municipalities": period.total.municipalities(), "groups": groups,
    })
}
