//! The service running, and somebody who browses its pages: cookies kept, forms sent, nothing else.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Stdio};
use std::time::Duration;

use super::Workspace;
use super::mta::{free_port, wait_for};

/// `glaneur run` in a workspace, until it is dropped.
pub struct Served {
    child: Child,
    pub port: u16,
}

impl Served {
    /// Names a free port in the settings; the pages' public address is that of this machine.
    pub fn prepare(workspace: &mut Workspace) -> u16 {
        let port = free_port();
        workspace.set("127.0.0.1:0", &format!("127.0.0.1:{port}"));
        workspace.set("network =", &format!("base_url = \"http://127.0.0.1:{port}\"\nnetwork ="));
        port
    }

    pub fn start(workspace: &Workspace, port: u16, now: &str) -> Self {
        let mut command = workspace.command(&format!("run --now {now}"));
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the service starts");
        wait_for(SocketAddr::from(([127, 0, 0, 1], port)));
        Self { child, port }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Browser {
    port: u16,
    cookie: Option<String>,
}

#[derive(Debug)]
pub struct Seen {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Browser {
    pub fn new(served: &Served) -> Self {
        Self { port: served.port, cookie: None }
    }

    pub fn get(&mut self, path: &str) -> Seen {
        self.ask("GET", path, "", &[])
    }

    pub fn post(&mut self, path: &str, form: &str) -> Seen {
        self.ask("POST", path, form, &[])
    }

    /// With further headers; redirections are not followed.
    pub fn ask(&mut self, method: &str, path: &str, form: &str, headers: &[&str]) -> Seen {
        let path = path.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..])).unwrap_or(path);
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n", self.port);
        if let Some(cookie) = &self.cookie {
            request += &format!("Cookie: {cookie}\r\n");
        }
        for header in headers {
            request += &format!("{header}\r\n");
        }
        if method == "POST" {
            request +=
                &format!("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n", form.len());
        }
        request += "\r\n";
        request += form;
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let seen = Seen {
            status: head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0),
            head: head.to_owned(),
            body: body.replace("&#x2f;", "/").replace("&#x27;", "'").replace(['\u{a0}', '\u{202f}'], " "),
        };
        if let Some(cookie) = seen.header("set-cookie") {
            self.cookie = cookie.split(';').next().map(str::to_owned);
        }
        seen
    }

    /// Sends the form of a page that holds this button, with further fields.
    #[track_caller]
    pub fn press(&mut self, page: &Seen, action: &str, fields: &str) -> Seen {
        let token = page.between("name=\"jeton\" value=\"", "\"");
        self.post(action, &format!("jeton={token}&{fields}"))
    }

    /// As an administrator who asked for a link on the server.
    #[track_caller]
    pub fn sign_in(&mut self, workspace: &Workspace, address: &str) {
        let link = workspace.run(&format!("admin link {address}")).done().out.trim().to_owned();
        let seen = self.post(&link, "");
        assert_eq!(seen.status, 303, "{seen:?}");
    }
}

impl Seen {
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.status, 200, "{self:?}");
        self
    }

    #[track_caller]
    pub fn says(&self, part: &str) -> &Self {
        assert!(self.body.contains(part), "« {part} » is not in:\n{}", self.body);
        self
    }

    #[track_caller]
    pub fn is_silent_on(&self, part: &str) -> &Self {
        assert!(!self.body.contains(part), "« {part} » is in:\n{}", self.body);
        self
    }

    pub fn header(&self, name: &str) -> Option<String> {
        let mut pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        pairs.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
    }

    /// The first text between two others.
    #[track_caller]
    pub fn between(&self, before: &str, after: &str) -> String {
        let rest = self.body.split_once(before).unwrap_or_else(|| panic!("{before} is not in:\n{}", self.body)).1;
        rest.split(after).next().unwrap_or_default().to_owned()
    }
}
