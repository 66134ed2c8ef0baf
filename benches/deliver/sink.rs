//! postfix's smtp-sink, which takes mails and throws them away, and smtp-source, which sends them.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{CONNECTIONS, Done, process};

pub struct Sink {
    child: Child,
    pub port: u16,
}

impl Sink {
    pub fn start() -> Done<Self> {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
        let port = free.map_err(|error| error.to_string())?.port();
        let mut command = Command::new("/usr/sbin/smtp-sink");
        // As root it must give up its rights to somebody.
        if Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n")) {
            command.args(["-u", "nobody"]);
        }
        command.args([&format!("127.0.0.1:{port}"), "100"]).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().map_err(|error| format!("smtp-sink, from Debian's postfix: {error}"))?;
        let sink = Self { child, port };
        for _ in 0..200 {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(sink);
            }
            std::thread::sleep(Duration::from_millis(25));
        }
        Err("smtp-sink did not start".to_owned())
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What smtp-source does between two mails.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    Reconnect,
    /// `-d`
    Connected,
}

/// How long smtp-source takes for so many mails of this size.
pub fn source(mails: usize, size: usize, keep: Keep) -> Done<Duration> {
    let sink = Sink::start()?;
    let mut command = Command::new("/usr/sbin/smtp-source");
    if keep == Keep::Connected {
        command.arg("-d");
    }
    command.args(["-s", &CONNECTIONS.to_string(), "-l", &size.to_string(), "-m", &mails.to_string()]);
    command.args(["-f", "reseau@mesure.example", "-t", "membre@mesure.example", &format!("127.0.0.1:{}", sink.port)]);
    Ok(process::run(&mut command)?.time)
}
