//! `glaneur doctor`: whether mails will be taken for what they are, and what to publish for it.

use serde_json::json;

use super::args::DoctorArgs;
use super::{Exit, Failure, Global, output, words};
use crate::config;
use crate::dns::Dns;
use crate::pipeline::doctor::{self, Check, Hints, Verdict};

pub async fn run(global: &Global, args: DoctorArgs) -> Result<Exit, Failure> {
    let settings = config::load(global.config.as_deref())?;
    let dns =
        args.resolver.map_or_else(Dns::system, Dns::asking).map_err(|error| Failure::failed(error.to_string()))?;
    let hints = Hints { selector: args.selector, sender_ip: args.sender_ip };
    let checks = doctor::examine(&settings, &dns, &hints).await;
    if global.json {
        output::json(&json!({"checks": checks.iter().map(check_json).collect::<Vec<_>>()}));
    } else {
        checks.iter().for_each(tell);
        output::line(summary(&checks));
    }
    Ok(exit(&checks))
}

/// Something to mend, or something that could not be checked, is not « all done ».
fn exit(checks: &[Check]) -> Exit {
    if checks.iter().all(|check| check.verdict == Verdict::Fine) { Exit::Done } else { Exit::Partly }
}

pub(super) fn check_json(check: &Check) -> serde_json::Value {
    let records: Vec<_> = check
        .records
        .iter()
        .map(|record| json!({"name": record.name, "type": record.kind, "value": record.value}))
        .collect();
    json!({
        "topic": check.topic.as_str(), "verdict": check.verdict.as_str(), "message": check.said,
        "advice": check.advice, "records": records,
    })
}

fn tell(check: &Check) {
    let verdict = match check.verdict {
        Verdict::Fine => "bien      ",
        Verdict::Mend => "À CORRIGER",
        Verdict::Unknown => "pas vérifié",
    };
    output::line(format_args!("{verdict:<12} {} : {}", check.topic.french(), check.said));
    if let Some(advice) = &check.advice {
        output::line(format_args!("             → {advice}"));
    }
    for record in &check.records {
        output::line(format_args!("             {}  {}", record.kind, record.name));
        output::line(format_args!("             {}", record.value));
    }
}

fn summary(checks: &[Check]) -> String {
    let count = |verdict| checks.iter().filter(|check| check.verdict == verdict).count();
    format!(
        "\n{} : {} bien, {} à corriger, {} pas {}.",
        words::count(checks.len(), "point"),
        count(Verdict::Fine),
        count(Verdict::Mend),
        count(Verdict::Unknown),
        if count(Verdict::Unknown) > 1 { "vérifiés" } else { "vérifié" },
    )
}
