//! What others take to send mails of the same size.

use std::process::{Command, Stdio};
use std::time::Duration;

use super::network::Site;
use super::process::run;
use super::sink::Sink;
use super::{Done, number, rate};

/// One connection, one mail after another: what a script does.
const SMTPLIB: &str = r#"
import sys, smtplib
port, count, size = (int(word) for word in sys.argv[1:])
line = "x" * 76 + "\r\n"
body = line * (size // len(line))
with smtplib.SMTP("127.0.0.1", port) as server:
    for n in range(count):
        head = f"From: reseau@mesure.example\r\nTo: m{n}@mesure.example\r\nSubject: {n}\r\nMessage-ID: <{n}@mesure.example>\r\n\r\n"
        server.sendmail("reseau@mesure.example", [f"m{n}@mesure.example"], head + body)
"#;
/// Slow peers get fewer mails.
const MAILS_MAX: usize = 1_000;

pub fn measure(site: &Site, mails: usize, size: usize) -> Done<()> {
    let Ok(python) = std::env::var("GLANEUR_BENCH_PYTHON") else {
        println!("peers not measured: set GLANEUR_BENCH_PYTHON to a python3 that has rss2email");
        return Ok(());
    };
    let mails = mails.min(number("GLANEUR_BENCH_PEER_MAILS", MAILS_MAX));
    let sink = Sink::start()?;
    let words = [sink.port.to_string(), mails.to_string(), size.to_string()];
    let time = run(Command::new(&python).args(["-c", SMTPLIB]).args(words))?.time;
    println!("{:56} {:8.0}/s", "Python's smtplib, one connection", rate(mails, time));
    let time = rss2email(&python, site, &sink, mails)?;
    println!("{:56} {:8.0}/s", "rss2email, a mail for each item of one feed", rate(mails, time));
    Ok(())
}

fn rss2email(python: &str, site: &Site, sink: &Sink, mails: usize) -> Done<Duration> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let settings = format!(
        "[DEFAULT]\nfrom = reseau@mesure.example\nto = membre@mesure.example\nemail-protocol = smtp\n\
         smtp-server = 127.0.0.1:{}\nsmtp-ssl = False\nsmtp-auth = False\nverbose = error\n\n[feed.mesure]\nurl = {}\n",
        sink.port,
        site.many(mails)
    );
    let path = folder.path().join("rss2email.cfg");
    std::fs::write(&path, settings).map_err(|error| error.to_string())?;
    let mut command = Command::new(python);
    command.args(["-c", "import sys; from rss2email.main import run; run(sys.argv[1:])", "-c"]).arg(&path);
    command.arg("-d").arg(folder.path().join("rss2email.json")).arg("run").stdout(Stdio::null());
    command.env("PYTHONWARNINGS", "ignore");
    Ok(run(&mut command)?.time)
}
