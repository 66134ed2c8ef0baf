//! The whole chain, by the real command in a folder of its own.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{Plan, feeds, process};

const GLANEUR: &str = env!("CARGO_BIN_EXE_glaneur");

pub struct Rounds {
    pub first: Duration,
    pub second: Duration,
    pub peak_mb: u64,
    pub notices: usize,
}

pub fn sources(plan: &Plan) -> String {
    let mut text = String::new();
    for feed in 0..plan.feeds {
        let url = format!("http://{}:{}/feed.xml", feeds::host(feed), plan.port);
        let _ =
            writeln!(text, "[[source]]\nid = \"f{feed}\"\nname = \"Site {feed}\"\nkind = \"feed\"\nurl = \"{url}\"");
        let _ = writeln!(text, "territory = \"FR\"\n");
    }
    text
}

const SETTINGS: &str = r#"network = "Mesure"
admins = ["equipe@reseau.example"]
sources = "sources.toml"
[store]
url = "sqlite:glaneur.db"
[mail]
transport = "file:outbox"
[digest]
schedule = "0 8 * * lun"
review = "off"
[fetch]
contact = "equipe@reseau.example"
allow_private = ["127.0.0.0/8"]
pause = "0ms"
[[cohort]]
id = "mesure"
name = "Mesure"
"#;

pub fn rounds(plan: &Plan) -> Result<Rounds, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).map_err(|e| e.to_string());
    write("glaneur.toml", SETTINGS)?;
    write("sources.toml", &sources(plan))?;
    let (first, peak_mb) = collect(folder.path())?;
    let (second, _) = collect(folder.path())?;
    let listed = Command::new(GLANEUR)
        .args(["notices", "list", "--json"])
        .current_dir(folder.path())
        .output()
        .map_err(|error| error.to_string())?;
    let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).map_err(|error| error.to_string())?;
    let notices = listed["notices"].as_array().map_or(0, Vec::len);
    Ok(Rounds { first, second, peak_mb, notices })
}

/// One round over every source by name, and its peak memory.
fn collect(folder: &Path) -> Result<(Duration, u64), String> {
    let ran = process::run(
        Command::new(GLANEUR)
            .args(["collect", "--json", "--now", "2026-01-12T08:00:00+01:00"])
            .args(all_ids(folder)?)
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::inherit()),
    )?;
    Ok((ran.time, ran.peak_mb))
}

/// Sources read a moment ago are not due: they are named.
fn all_ids(folder: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(folder.join("sources.toml")).map_err(|error| error.to_string())?;
    Ok((0..text.matches("[[source]]").count()).map(|feed| format!("f{feed}")).collect())
}
