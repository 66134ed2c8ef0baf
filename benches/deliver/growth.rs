//! Matching and freezing an edition: its time and memory as members grow.

use super::network::{NOTICES, PROFILES, Site};
use super::ours::{glaneur, network};
use super::process::run;
use super::{Done, network as made_up};

/// From 10,000 members, ten times as many each time, to `most`.
pub async fn measure(site: &Site, most: usize) -> Done<()> {
    println!("preparing an edition: {NOTICES} notices, {PROFILES} profiles");
    let mut before: Option<(usize, f64)> = None;
    let sizes = [10_000, 100_000, 1_000_000].into_iter().filter(|size| *size <= most);
    for members in sizes {
        let folder = network(site, 0).await?;
        made_up::add_members(folder.path(), members).await?;
        let ran = run(&mut glaneur(folder.path(), "edition create"))?;
        let time = ran.time.as_secs_f64();
        let growth = before.map(|(fewer, took)| (time / took) / (members as f64 / fewer as f64));
        let growth = growth.map(|growth| format!("  {growth:.2} of linear")).unwrap_or_default();
        println!(
            "{:56} {time:8.2} s  peak {} MB{growth}",
            format!("{members} members matched and frozen"),
            ran.peak_mb
        );
        before = Some((members, time));
    }
    Ok(())
}
