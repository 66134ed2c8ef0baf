//! What was understood, as `glaneur understand --jsonl` writes it: one JSON object, `null` where nothing was read.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::model::{Deadline, Doubt, Quote, Reading, Understanding};

/// The answer for the item of this id. Dates are `YYYY-MM-DD`, hours `HH:MM`; evidence by field, offsets in bytes.
pub fn answer(id: &str, read: &Understanding) -> Value {
    let deadline = read.deadline.value;
    json!({
        "id": id,
        "kind": read.kind.value,
        "call_type": read.call_type.value,
        "deadline": deadline.map(|d| d.date.to_string()),
        "deadline_time": deadline.and_then(|d| d.time).map(hour),
        "waves": read.waves.iter().map(wave).collect::<Vec<_>>(),
        "extended_from": read.extended_from.as_ref().map(wave),
        "opening": read.opening.value.map(|d| d.to_string()),
        "published": read.published.value.map(|d| d.to_string()),
        "territory": read.territory.value.as_deref().unwrap_or_default(),
        "themes": read.themes.value.as_deref().unwrap_or_default(),
        "audiences": read.audiences.value.as_deref().unwrap_or_default(),
        "ccas_eligible": read.ccas_eligible.value,
        "amount": read.amount.value,
        "status": read.status.value,
        "summary": read.summary,
        "evidence": evidence(read),
        "doubts": read.doubts().iter().map(doubt).collect::<Vec<_>>(),
    })
}

fn hour(time: chrono::NaiveTime) -> String {
    time.format("%H:%M").to_string()
}

fn wave(wave: &Deadline) -> Value {
    json!({ "date": wave.date.to_string(), "time": wave.time.map(hour), "zone": wave.zone.name() })
}

fn evidence(read: &Understanding) -> Value {
    let mut all = Map::new();
    let mut put = |name: &str, quotes: &[Quote]| {
        if !quotes.is_empty() {
            all.insert(name.to_owned(), quotes.iter().map(quote).collect());
        }
    };
    put("kind", of(&read.kind));
    put("call_type", of(&read.call_type));
    put("deadline", of(&read.deadline));
    put("opening", of(&read.opening));
    put("published", of(&read.published));
    put("territory", of(&read.territory));
    put("themes", of(&read.themes));
    put("audiences", of(&read.audiences));
    put("ccas_eligible", of(&read.ccas_eligible));
    put("amount", of(&read.amount));
    put("status", of(&read.status));
    Value::Object(all)
}

fn of<T>(reading: &Reading<T>) -> &[Quote] {
    &reading.evidence
}

fn quote(quote: &Quote) -> Value {
    json!({ "field": plain(&quote.field), "start": quote.start, "end": quote.end, "quote": quote.text })
}

fn doubt(doubt: &Doubt) -> Value {
    json!({ "about": plain(&doubt.about), "reason": plain(&doubt.reason), "detail": doubt.detail })
}

/// As the model serialises it; a structured field as `{"structured": "date_cloture"}`.
fn plain(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}
