//! What is measured of Glaneur: an edition frozen once, and sent from a copy of its base each time.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use glaneur::model::{EditionId, EmailAddress};
use glaneur::pipeline::send::{Beforehand, send_written, write_out};
use glaneur::pipeline::{App, Clock, Files, Silent};
use glaneur::store::{Claimed, Open};
use tempfile::TempDir;

use super::network::{Site, add_members};
use super::process::{Ran, run};
use super::sink::Sink;
use super::{Done, number};

const GLANEUR: &str = env!("CARGO_BIN_EXE_glaneur");
const NOW: &str = "2026-01-12T08:00:00+01:00";
const EDITION: EditionId = EditionId(1);
const PATIENCE: Duration = Duration::from_secs(600);

/// A network whose edition is approved and waits.
pub struct Scene<'a> {
    site: &'a Site,
    folder: TempDir,
}

pub fn glaneur(folder: &Path, words: &str) -> Command {
    let mut command = Command::new(GLANEUR);
    command.current_dir(folder).args(words.split_whitespace()).args(["--now", NOW]).stdout(Stdio::null());
    command
}

/// A folder with the notices collected and the members known.
pub async fn network(site: &Site, members: usize) -> Done<TempDir> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    site.write(folder.path(), 1, "")?;
    let path = folder.path().to_owned();
    tokio::task::spawn_blocking(move || run(&mut glaneur(&path, "collect")))
        .await
        .map_err(|error| error.to_string())??;
    add_members(folder.path(), members).await?;
    Ok(folder)
}

impl<'a> Scene<'a> {
    pub async fn prepare(site: &'a Site, members: usize) -> Done<Self> {
        let folder = network(site, members).await?;
        run(&mut glaneur(folder.path(), "edition create"))?;
        Ok(Self { site, folder })
    }

    /// A copy of it all, whose mails go to this port.
    fn copy(&self, port: u16, mail: &str) -> Done<TempDir> {
        let copy = tempfile::tempdir().map_err(|error| error.to_string())?;
        for entry in std::fs::read_dir(self.folder.path()).map_err(|error| error.to_string())?.flatten() {
            if entry.path().is_file() {
                std::fs::copy(entry.path(), copy.path().join(entry.file_name())).map_err(|error| error.to_string())?;
            }
        }
        self.site.write(copy.path(), port, mail)?;
        Ok(copy)
    }

    /// The average size of a digest, in bytes as they go over the wire.
    pub async fn size(&self) -> Done<usize> {
        let copy = self.copy(1, "")?;
        let mut bytes = 0;
        let written = write_all(copy.path(), |message| bytes += message.len()).await?;
        Ok(bytes / usize::try_from(written).unwrap_or(1).max(1))
    }

    /// The ledger and SMTP, with mails written beforehand.
    pub async fn ledger_and_smtp(&self) -> Done<Duration> {
        let copy = self.copy(1, "")?;
        let mut sample = Vec::new();
        write_all(copy.path(), |message| {
            if sample.is_empty() {
                sample = message.to_vec();
            }
        })
        .await?;
        let sink = Sink::start()?;
        let copy = self.copy(sink.port, "")?;
        let app = open(copy.path()).await?;
        let sender = EmailAddress::parse("reseau@mesure.example").map_err(|error| error.to_string())?;
        let message = |_: &Claimed| sample.clone();
        let begun = Instant::now();
        let mails = Beforehand { sender, message: &message };
        send_written(&app, EDITION, &mails, PATIENCE, &Silent).await.map_err(|error| error.to_string())?;
        Ok(begun.elapsed())
    }

    /// From frozen content to accepted mail, by the real command.
    pub fn whole_path(&self) -> Done<Ran> {
        let sink = Sink::start()?;
        let copy = self.copy(sink.port, "")?;
        run(&mut glaneur(copy.path(), "edition send 1"))
    }

    /// What writing a mail costs, and signing it.
    pub async fn writing(&self, mails: usize) -> Done<()> {
        let each = |time: Duration| time.as_secs_f64() * 1e6 / mails as f64;
        let plain = self.written_in("").await?;
        println!("{:56} {:8.0} µs", "writing a mail, on one core", each(plain));
        for (name, key) in [
            ("RSA-2048", &["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"][..]),
            ("Ed25519", &["-algorithm", "ed25519"][..]),
        ] {
            let file = self.folder.path().join(format!("dkim-{name}.pem"));
            key_file(key, &file)?;
            let dkim = format!("dkim = {{ selector = \"mesure\", key_file = \"./dkim-{name}.pem\" }}");
            let signed = self.written_in(&dkim).await?;
            println!("{:56} {:8.0} µs", format!("signing it too ({name})"), each(signed) - each(plain));
        }
        Ok(())
    }

    async fn written_in(&self, mail: &str) -> Done<Duration> {
        let copy = self.copy(1, mail)?;
        let begun = Instant::now();
        write_all(copy.path(), |_| {}).await?;
        Ok(begun.elapsed())
    }
}

fn key_file(options: &[&str], file: &PathBuf) -> Done<()> {
    let made =
        Command::new("openssl").arg("genpkey").args(options).arg("-out").arg(file).stderr(Stdio::null()).status();
    if made.is_ok_and(|made| made.success()) { Ok(()) } else { Err("openssl genpkey failed".to_owned()) }
}

async fn open(folder: &Path) -> Done<App> {
    let files = Files::read(Some(&folder.join("glaneur.toml"))).map_err(|error| error.to_string())?;
    let now = NOW.parse::<chrono::DateTime<chrono::Utc>>().map_err(|error| error.to_string())?;
    App::open(files, Clock::fixed_at(now), Open::Existing).await.map_err(|error| error.to_string())
}

async fn write_all(folder: &Path, each: impl FnMut(&[u8])) -> Done<u64> {
    let app = open(folder).await?;
    write_out(&app, EDITION, each).await.map_err(|error| error.to_string())
}

/// Peak memory of a whole sending, for more and more members.
pub async fn memory(site: &Site) -> Done<()> {
    for members in [1_000, number("GLANEUR_BENCH_MANY", 100_000)] {
        let scene = Scene::prepare(site, members).await?;
        let Ran { time, peak_mb } = scene.whole_path()?;
        println!(
            "{:56} {peak_mb:8} MB ({:.0}/s)",
            format!("peak memory of sending to {members} members"),
            super::rate(members, time)
        );
    }
    Ok(())
}
