//! Real SMTP servers: postfix's smtp-sink, and a postfix with STARTTLS and AUTH, each in a folder of its own.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::workspace::{Mail, parse};

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Waits until somebody listens; servers need a moment to start.
#[track_caller]
pub fn wait_for(address: SocketAddr) {
    let patience = Instant::now() + Duration::from_secs(15);
    while TcpStream::connect(address).is_err() {
        assert!(Instant::now() < patience, "nobody listens on {address}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// postfix's smtp-sink, which keeps what it takes in files.
pub struct SmtpSink {
    port: u16,
    folder: TempDir,
    child: Child,
}

impl SmtpSink {
    pub fn start() -> Self {
        Self::start_on(free_port(), &[])
    }

    /// With further options of smtp-sink(1).
    pub fn start_on(port: u16, options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("/usr/sbin/smtp-sink");
        if is_root() {
            // As root it must give up its rights to somebody who can write the folder.
            open_to_all(folder.path());
            command.args(["-u", "nobody"]);
        }
        let child = command
            .args(["-d", "%Y%m%d."])
            .args(options)
            .args([&format!("127.0.0.1:{port}"), "64"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("smtp-sink, from the package postfix");
        wait_for(SocketAddr::from(([127, 0, 0, 1], port)));
        Self { port, folder, child }
    }

    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.port))
    }

    /// The envelopes so far: sender and recipient.
    pub fn envelopes(&self) -> Vec<(String, String)> {
        let of = |text: &str, name: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            Some(line.split_once('<')?.1.split_once('>')?.0.to_owned())
        };
        let envelope = |file: &PathBuf| {
            let text = std::fs::read_to_string(file).ok()?;
            Some((of(&text, "X-Mail-Args:")?, of(&text, "X-Rcpt-Args:")?))
        };
        files(self.folder.path()).iter().filter_map(envelope).collect()
    }

    /// The members' mails taken so far: those to administrators carry no List-Id.
    pub fn mails(&self) -> Vec<Mail> {
        let mut mails = self.all_mails();
        mails.retain(|mail| mail.header("List-Id").is_some());
        mails
    }

    /// With those to administrators.
    pub fn all_mails(&self) -> Vec<Mail> {
        // A file without its message yet is still being written.
        let mut mails: Vec<Mail> =
            files(self.folder.path()).iter().filter_map(|file| after_trace(file)).map(|mail| parse(&mail)).collect();
        mails.sort_by(|a, b| (&a.to, &a.subject).cmp(&(&b.to, &b.subject)));
        mails
    }
}

impl Drop for SmtpSink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().flatten().map(|entry| entry.path());
    entries.filter(|path| path.is_file()).collect()
}

/// smtp-sink writes its own headers first (X-Client-Addr…, Received), then the message.
fn after_trace(file: &Path) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(&std::fs::read(file).unwrap()).replace("\r\n", "\n");
    let start = text.find("\nFrom: ").map(|at| at + 1)?;
    Some(text[start..].replace('\n', "\r\n").into_bytes())
}

pub fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n"))
}

pub(super) fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777)).unwrap();
}
