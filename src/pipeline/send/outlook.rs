//! Why mails of an open edition wait, as the ledger and the settings tell it: for administrators who wonder.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::super::{App, Trouble};
use super::quota::quota;
use crate::model::{Edition, EditionState};

/// One sentence for each reason; none when nothing waits, or nothing but its turn.
pub async fn waiting(app: &App, edition: &Edition) -> Result<Vec<String>, Trouble> {
    if !matches!(edition.state, EditionState::Approved | EditionState::Sending) {
        return Ok(Vec::new());
    }
    if app.store.counts(edition.id).await?.open() == 0 {
        return Ok(Vec::new());
    }
    let (now, zone) = (app.clock.now(), app.settings.time_zone);
    let mut said = Vec::new();
    let resting = app.store.resting_relays().await?;
    for relay in &app.settings.mail.relays {
        if let Some(rest) = resting.iter().find(|rest| rest.relay == relay.name && rest.until > now) {
            said.push(format!(
                "Relais {} : laissé de côté jusqu’au {} — {}",
                relay.name,
                moment(rest.until, zone),
                rest.why
            ));
        }
        let (quota, limits) = quota(&relay.name, &relay.allowance, now, zone, chrono::TimeDelta::zero());
        for (window, limit) in quota.windows.iter().zip(&limits) {
            if let Some(until_forgotten) = app.store.fills(&relay.name, *window).await? {
                let until = moment(limit.reopens(until_forgotten), zone);
                said.push(format!("Relais {} : {} ; la suite à partir du {until}", relay.name, limit.reached()));
            }
        }
    }
    for put_off in app.store.put_off(edition.id, now).await? {
        let (mails, wait) = if put_off.rows == 1 { ("courriel", "attend") } else { ("courriels", "attendent") };
        let next = moment(put_off.next_at, zone);
        said.push(format!("{} {mails} {wait} (le prochain le {next}) : {}", put_off.rows, put_off.why));
    }
    Ok(said)
}

fn moment(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%d/%m à %H:%M").to_string()
}
