//! Child processes: how long they took, and the most memory they had.

use std::process::Command;
use std::time::{Duration, Instant};

#[derive(Clone, Copy)]
pub struct Ran {
    pub time: Duration,
    pub peak_mb: u64,
}

/// Runs to the end; fails when the command does.
pub fn run(command: &mut Command) -> Result<Ran, String> {
    let begun = Instant::now();
    let mut child = command.spawn().map_err(|error| format!("{command:?}: {error}"))?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak_kb = 0;
    let ended = loop {
        if let Some(ended) = child.try_wait().map_err(|error| error.to_string())? {
            break ended;
        }
        peak_kb = peak_kb.max(high_water_kb(&status).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(10));
    };
    let ran = Ran { time: begun.elapsed(), peak_mb: peak_kb / 1024 };
    if ended.success() { Ok(ran) } else { Err(format!("{command:?} ended with {ended}")) }
}

/// Linux alone says it; elsewhere nothing is printed but 0.
fn high_water_kb(status: &str) -> Option<u64> {
    let text = std::fs::read_to_string(status).ok()?;
    text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().trim_end_matches("kB").trim().parse().ok()
}
