//! What others take for the same feeds.

use std::fmt::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::{Plan, feeds};

const FEEDPARSER: &str = r#"
import sys, feedparser
from concurrent.futures import ThreadPoolExecutor
urls = sys.stdin.read().split()
def read(url):
    return len(feedparser.parse(url).entries)
with ThreadPoolExecutor(16) as pool:
    print(sum(pool.map(read, urls)))
"#;

fn urls(plan: &Plan) -> impl Iterator<Item = String> {
    let port = plan.port;
    (0..plan.feeds).map(move |feed| format!("http://{}:{port}/feed.xml", feeds::host(feed)))
}

pub fn feedparser(plan: &Plan) -> Result<Option<Duration>, String> {
    let Some(python) = &plan.python else { return Ok(None) };
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let list = folder.path().join("urls");
    std::fs::write(&list, urls(plan).collect::<Vec<_>>().join("\n")).map_err(|error| error.to_string())?;
    let begun = Instant::now();
    let file = std::fs::File::open(&list).map_err(|error| error.to_string())?;
    let done = Command::new(python).args(["-c", FEEDPARSER]).stdin(file).output().map_err(|error| error.to_string())?;
    let taken = begun.elapsed();
    let read = String::from_utf8_lossy(&done.stdout).trim().to_owned();
    if read == (plan.feeds * feeds::ITEMS).to_string() {
        return Ok(Some(taken));
    }
    Err(format!("feedparser read {read} items: {}", String::from_utf8_lossy(&done.stderr)))
}

/// Its whole chain but the mails: fetched, parsed, what was seen stored.
pub fn rss2email(plan: &Plan) -> Result<Option<Duration>, String> {
    let Some(python) = &plan.python else { return Ok(None) };
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let mut settings = String::from("[DEFAULT]\nfrom = a@mesure.example\nto = b@mesure.example\nverbose = error\n\n");
    for (n, url) in urls(plan).enumerate() {
        let _ = writeln!(settings, "[feed.f{n}]\nurl = {url}\n");
    }
    let path = folder.path().join("rss2email.cfg");
    std::fs::write(&path, settings).map_err(|error| error.to_string())?;
    let begun = Instant::now();
    let done = Command::new(python)
        .args(["-c", "import sys; from rss2email.main import run; run(sys.argv[1:])", "-c"])
        .arg(&path)
        .arg("-d")
        .arg(folder.path().join("rss2email.json"))
        .args(["run", "--no-send"])
        .stdout(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    let taken = begun.elapsed();
    if done.status.success() {
        return Ok(Some(taken));
    }
    Err(format!("rss2email failed: {}", String::from_utf8_lossy(&done.stderr)))
}
