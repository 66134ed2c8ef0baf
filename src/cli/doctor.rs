//! `glaneur doctor`: whether mails will be taken for what they are, and what to publish for it.

use std::path::Path;

use serde_json::json;

use super::args::DoctorArgs;
use super::{Exit, Failure, Global, open, output, words};
use crate::config;
use crate::dns::Dns;
use crate::model::why_refused;
use crate::pipeline::doctor::{self, Check, Hints, MAIL_BYTES_MAX, Verdict};
use crate::pipeline::{App, Files};
use crate::store::Open;

pub async fn run(global: &Global, args: DoctorArgs) -> Result<Exit, Failure> {
    if let Some(file) = &args.received {
        return received(global, file).await;
    }
    let settings = config::load(global.config.as_deref())?;
    let dns =
        args.resolver.map_or_else(Dns::system, Dns::asking).map_err(|error| Failure::failed(error.to_string()))?;
    let hints = Hints { selector: args.selector, sender_ip: args.sender_ip };
    let checks = doctor::examine(&settings, &dns, &hints).await;
    if global.json {
        output::json(&json!({"checks": checks.iter().map(check_json).collect::<Vec<_>>()}));
    } else {
        checks.iter().for_each(|check| tell(check, ["bien", "À CORRIGER", "pas vérifié"]));
        output::line(summary(&checks, "bien", "à corriger"));
    }
    Ok(exit(&checks))
}

/// A test mail as it arrived, against what was sent.
async fn received(global: &Global, file: &Path) -> Result<Exit, Failure> {
    let files = Files::read(global.config.as_deref())?;
    let settings = files.settings.clone();
    let raw = read(file)?;
    // Without a ledger, the settings still say much.
    let app = App::open(files, open::clock(global), Open::Existing).await.ok();
    let compared = doctor::compare(&settings, app.as_ref(), &raw).await?;
    if global.json {
        let checks: Vec<_> = compared.checks.iter().map(check_json).collect();
        output::json(&json!({"edition": compared.edition, "checks": checks}));
        return Ok(exit(&compared.checks));
    }
    match compared.edition {
        Some(id) => output::line(format_args!("C'est un courriel de l'édition {id}.\n")),
        None => output::line("Ce courriel n'est pas dans la base : il est comparé aux réglages seuls.\n"),
    }
    compared.checks.iter().for_each(|check| tell(check, ["inchangé", "CHANGÉ", "pas vérifié"]));
    output::line(summary(&compared.checks, "comme envoyé", "à voir"));
    Ok(exit(&compared.checks))
}

fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    use std::io::Read;
    let unreadable = |error: std::io::Error| {
        Failure::usage(format!("{} ne peut pas être lu : {}", file.display(), why_refused(&error)))
    };
    let mut raw = Vec::new();
    let opened = std::fs::File::open(file).map_err(unreadable)?;
    opened.take(MAIL_BYTES_MAX + 1).read_to_end(&mut raw).map_err(unreadable)?;
    if raw.len() as u64 > MAIL_BYTES_MAX {
        return Err(Failure::usage(format!("{} est trop gros pour un courriel de Glaneur", file.display())));
    }
    Ok(raw)
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

/// With the words for fine, to mend and unknown.
fn tell(check: &Check, [fine, mend, unknown]: [&str; 3]) {
    let verdict = match check.verdict {
        Verdict::Fine => fine,
        Verdict::Mend => mend,
        Verdict::Unknown => unknown,
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

fn summary(checks: &[Check], fine: &str, mend: &str) -> String {
    let count = |verdict| checks.iter().filter(|check| check.verdict == verdict).count();
    format!(
        "\n{} : {} {fine}, {} {mend}, {} pas {}.",
        words::count(checks.len(), "point"),
        count(Verdict::Fine),
        count(Verdict::Mend),
        count(Verdict::Unknown),
        if count(Verdict::Unknown) > 1 { "vérifiés" } else { "vérifié" },
    )
}
