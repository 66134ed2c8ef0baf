//! An edition of personal digests into smtp-sink, beside smtp-source with the same size and connections in the same run;
//! then matching and freezing for more and more members.
//!
//!     cargo bench --bench deliver
//!
//! Sends 5,000 digests with the ledger on disk, by turns with smtp-source as it comes (reconnecting) and with `-d`:
//! mails written beforehand (ledger and SMTP), and the whole path from frozen content (the real command). Then what
//! writing and DKIM cost, what others take (Python's smtplib, rss2email), peak memory for more members, and the time and
//! memory of preparing an edition from 10,000 to 1,000,000 members. Only ratios of one run are worth comparing.
//!
//! smtp-source and smtp-sink come with Debian's postfix. `GLANEUR_BENCH_PYTHON` names the python3 of a virtual
//! environment that has rss2email; without it the peers are not measured, and the bench says so. `GLANEUR_BENCH_MAILS` is
//! how many digests (5,000), `GLANEUR_BENCH_MEMBERS` the most members of the second part (1,000,000),
//! `GLANEUR_BENCH_PARTS` which parts (`send peers memory grow`).

mod growth;
mod network;
mod ours;
mod peers;
#[path = "../shared/process.rs"]
mod process;
mod sink;

use std::process::ExitCode;
use std::time::Duration;

/// As issue 5 has it.
const CONNECTIONS: u32 = 10;
/// Each round measures all by turns; the median counts.
const ROUNDS: usize = 3;

type Done<T> = Result<T, String>;

fn main() -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(measure()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

async fn measure() -> Done<()> {
    let mails = number("GLANEUR_BENCH_MAILS", 5_000);
    let parts = std::env::var("GLANEUR_BENCH_PARTS").unwrap_or_else(|_| "send peers memory grow".to_owned());
    let wants = |part: &str| parts.split_whitespace().any(|wanted| wanted == part);
    let site = network::Site::start().await?;
    if wants("send") || wants("peers") {
        let scene = ours::Scene::prepare(&site, mails).await?;
        let size = scene.size().await?;
        println!("{mails} digests of {} bytes on average, {CONNECTIONS} connections, ledger on disk", size);
        if wants("send") {
            send(&scene, mails, size).await?;
        }
        if wants("peers") {
            peers::measure(&site, mails, size)?;
        }
    }
    if wants("memory") {
        ours::memory(&site).await?;
    }
    if wants("grow") {
        growth::measure(&site, number("GLANEUR_BENCH_MEMBERS", 1_000_000)).await?;
    }
    Ok(())
}

async fn send(scene: &ours::Scene<'_>, mails: usize, size: usize) -> Done<()> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let reconnecting = sink::source(mails, size, sink::Keep::Reconnect)?;
        let ledger = scene.ledger_and_smtp().await?;
        let kept = sink::source(mails, size, sink::Keep::Connected)?;
        let whole = scene.whole_path()?;
        rounds.push([reconnecting, kept, ledger, whole.time]);
        println!(
            "  round: smtp-source {:.0}/s, -d {:.0}/s; ledger and SMTP {:.0}/s; whole path {:.0}/s, peak {} MB",
            rate(mails, reconnecting),
            rate(mails, kept),
            rate(mails, ledger),
            rate(mails, whole.time),
            whole.peak_mb
        );
    }
    let of = |what: usize, by: usize| median(rounds.iter().map(|round| ratio(round, by, what)).collect());
    println!("{:56} {:.2}", "ledger and SMTP : smtp-source reconnecting", of(2, 0));
    println!("{:56} {:.2}", "ledger and SMTP : smtp-source -d", of(2, 1));
    println!("{:56} {:.2}", "whole path : smtp-source reconnecting", of(3, 0));
    println!("{:56} {:.2}", "whole path : smtp-source -d", of(3, 1));
    scene.writing(mails).await
}

/// How fast `what` is beside `by`.
fn ratio(round: &[Duration; 4], by: usize, what: usize) -> f64 {
    let seconds = |n: usize| round.get(n).map_or(1.0, Duration::as_secs_f64);
    seconds(by) / seconds(what)
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or(f64::NAN)
}

fn rate(mails: usize, time: Duration) -> f64 {
    mails as f64 / time.as_secs_f64()
}

fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}
