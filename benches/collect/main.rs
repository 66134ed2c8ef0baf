//! A thousand feeds collected in one run, beside what others take for the same feeds in the same run.
//!
//!     cargo bench --bench collect
//!
//! Serves feeds of 50 items of about 1 kB on loopback, one host a feed, from a process of its own, then measures by
//! turns: fetching and parsing alone (this library; Python's feedparser under a pool of 16 threads); the whole chain
//! (`glaneur collect`: fetched, parsed, understood, stored; then again when nothing changed; rss2email: fetched,
//! parsed, stored, nothing sent). Only ratios are worth comparing from one machine to another.
//!
//! `GLANEUR_BENCH_PYTHON` names the python3 of a virtual environment that has feedparser and rss2email; without it
//! only Glaneur is measured, and the bench says so. `GLANEUR_BENCH_FEEDS` is how many feeds (1,000).

mod chain;
mod feeds;
mod peers;
#[path = "../shared/process.rs"]
mod process;
mod read;

use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

/// What is measured, and where the peers are.
struct Plan {
    feeds: usize,
    port: u16,
    python: Option<String>,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if let [word, port, feeds] = words.as_slice()
        && word == "serve"
    {
        feeds::serve(port.parse().unwrap_or(0), feeds.parse().unwrap_or(0));
        return ExitCode::SUCCESS;
    }
    let feeds = std::env::var("GLANEUR_BENCH_FEEDS").ok().and_then(|n| n.parse().ok()).unwrap_or(1000);
    match run(feeds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

fn run(feeds: usize) -> Result<(), String> {
    let port = free_port().map_err(|error| error.to_string())?;
    let myself = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut server = Command::new(myself)
        .args(["serve", &port.to_string(), &feeds.to_string()])
        .stdout(Stdio::null())
        .spawn()
        .map_err(|error| error.to_string())?;
    let plan = Plan { feeds, port, python: std::env::var("GLANEUR_BENCH_PYTHON").ok() };
    let measured = wait_for(port).and_then(|()| measure(&plan));
    let _ = server.kill();
    let _ = server.wait();
    measured
}

fn measure(plan: &Plan) -> Result<(), String> {
    println!("{} feeds of {} items on as many loopback hosts", plan.feeds, feeds::ITEMS);
    let ours = read::fetch_and_parse(plan)?;
    row("fetch and parse, glaneur", ours, None);
    if let Some(peer) = peers::feedparser(plan)? {
        row("fetch and parse, feedparser, 16 threads", peer, Some(ours));
    }
    let chain = chain::rounds(plan)?;
    row("whole chain, glaneur: first round", chain.first, None);
    row("whole chain, glaneur: nothing new (304)", chain.second, Some(chain.first));
    println!("{:46} {:8} MB", "peak memory of the first round", chain.peak_mb);
    println!("{:46} {:8}", "notices stored", chain.notices);
    if let Some(peer) = peers::feedparser(plan)? {
        row("fetch and parse, feedparser, again", peer, Some(chain.first));
    }
    if let Some(peer) = peers::rss2email(plan)? {
        row("whole chain, rss2email, nothing sent", peer, Some(chain.first));
    }
    if plan.python.is_none() {
        println!("peers not measured: set GLANEUR_BENCH_PYTHON to a python3 that has feedparser and rss2email");
    }
    Ok(())
}

/// A time, and how many times `ours` it is.
fn row(what: &str, time: Duration, ours: Option<Duration>) {
    let ratio = ours.map(|ours| format!("  {:.2} ×", time.as_secs_f64() / ours.as_secs_f64()));
    println!("{what:46} {:8.2} s{}", time.as_secs_f64(), ratio.unwrap_or_default());
}

fn free_port() -> std::io::Result<u16> {
    std::net::TcpListener::bind("0.0.0.0:0")?.local_addr().map(|address| address.port())
}

fn wait_for(port: u16) -> Result<(), String> {
    for _ in 0..200 {
        if std::net::TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Ok(());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Err("the server of feeds did not start".to_owned())
}
