//! A scripted site on loopback that keeps a log.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Seen {
    pub path: String,
    /// The head, in lower case.
    pub head: String,
    pub body: String,
    pub begun: Instant,
    pub ended: Option<Instant>,
}

impl Seen {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// What the site does with a request; the connection is closed after it.
pub enum Act {
    /// Status line's rest, further header lines, body; Content-Length is added.
    Reply(&'static str, String, Vec<u8>),
    /// These bytes and no more.
    Raw(Vec<u8>),
    /// A head, then these bytes again and again, after each pause.
    Forever(&'static str, Vec<u8>, Duration),
    /// Nothing at all.
    Silence,
}

pub fn ok(body: &str) -> Act {
    Act::Reply("200 OK", String::new(), body.as_bytes().to_vec())
}

pub fn status(line: &'static str) -> Act {
    Act::Reply(line, String::new(), Vec::new())
}

pub fn reply(line: &'static str, headers: &str) -> Act {
    Act::Reply(line, headers.to_owned(), Vec::new())
}

pub fn redirect(to: impl std::fmt::Display) -> Act {
    Act::Reply("302 Found", format!("Location: {to}\r\n"), Vec::new())
}

#[derive(Clone)]
pub struct Site {
    pub address: SocketAddr,
    log: Arc<Mutex<Vec<Seen>>>,
}

impl Site {
    /// Serves on a loopback address of its own (`127.0.x.y`), port chosen by the system.
    pub async fn serve(ip: &str, act: impl Fn(&Seen) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let site = Self { address: listener.local_addr().unwrap(), log: Arc::default() };
        let (log, act) = (site.log.clone(), Arc::new(act));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (log, act) = (log.clone(), act.clone());
                // A client that hangs up early is part of the tests.
                tokio::spawn(async move { answer(stream, &log, &*act).await });
            }
        });
        site
    }

    pub fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.address)).unwrap()
    }

    /// What was asked, robots.txt left out.
    pub fn seen(&self) -> Vec<Seen> {
        self.log.lock().unwrap().iter().filter(|seen| seen.path != "/robots.txt").cloned().collect()
    }

    pub fn seen_all(&self) -> Vec<Seen> {
        self.log.lock().unwrap().clone()
    }

    pub fn paths(&self) -> Vec<String> {
        self.seen_all().into_iter().map(|seen| seen.path).collect()
    }
}

async fn answer(
    mut stream: TcpStream,
    log: &Mutex<Vec<Seen>>,
    act: &(dyn Fn(&Seen) -> Act + Send + Sync),
) -> Option<()> {
    let seen = read_request(&mut stream).await?;
    let index = {
        let mut log = log.lock().unwrap();
        log.push(seen.clone());
        log.len() - 1
    };
    match act(&seen) {
        Act::Reply(line, headers, body) => {
            let length = body.len();
            let head = format!("HTTP/1.1 {line}\r\n{headers}Content-Length: {length}\r\nConnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await.ok()?;
            stream.write_all(&body).await.ok()?;
        }
        Act::Raw(bytes) => stream.write_all(&bytes).await.ok()?,
        Act::Forever(head, bytes, pause) => {
            stream.write_all(head.as_bytes()).await.ok()?;
            while stream.write_all(&bytes).await.is_ok() {
                tokio::time::sleep(pause).await;
            }
        }
        Act::Silence => {
            let mut byte = [0];
            let _ = stream.read(&mut byte).await;
        }
    }
    stream.shutdown().await.ok();
    log.lock().unwrap()[index].ended = Some(Instant::now());
    Some(())
}

async fn read_request(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let path = head.split(' ').nth(1)?.to_owned();
    let head = head.to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).and_then(|n| n.parse().ok());
    while bytes.len() < head_end + length.unwrap_or(0) {
        stream.read_buf(&mut bytes).await.ok()?;
    }
    let body = String::from_utf8_lossy(&bytes[head_end..]).into_owned();
    Some(Seen { path, head, body, begun: Instant::now(), ended: None })
}
