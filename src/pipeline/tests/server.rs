//! A mail server that takes its time, and answers each recipient as a test wants it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What the server says to RCPT, by the number of the recipient it is (from 1); `None`: "250 ok".
pub type Answer = fn(usize, &str) -> Option<&'static str>;

#[derive(Clone)]
pub struct Server {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The recipients of whole messages, in the order they were taken.
    taken: Vec<String>,
    recipients: usize,
    connections: usize,
}

impl Server {
    /// `slow` is how long it thinks before it takes a message.
    pub async fn start(slow: Duration, answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { port: listener.local_addr().unwrap().port(), state: Arc::default() };
        let shared = server.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                shared.state.lock().unwrap().connections += 1;
                tokio::spawn(shared.clone().serve(stream, slow, answer));
            }
        });
        server
    }

    async fn serve(self, stream: TcpStream, slow: Duration, answer: Answer) -> Option<()> {
        let mut wire = BufReader::new(stream);
        wire.write_all(b"220 essai\r\n").await.ok()?;
        let mut recipient = String::new();
        loop {
            let mut line = String::new();
            wire.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
            let reply = match line.split([' ', ':', '\r']).next().unwrap().to_uppercase().as_str() {
                "RCPT" => {
                    recipient = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    let number = {
                        let mut state = self.state.lock().unwrap();
                        state.recipients += 1;
                        state.recipients
                    };
                    answer(number, &recipient).unwrap_or("250 2.1.5 ok")
                }
                "DATA" => {
                    wire.write_all(b"354 go on\r\n").await.ok()?;
                    loop {
                        let mut line = String::new();
                        wire.read_line(&mut line).await.ok().filter(|read| *read > 0)?;
                        if line == ".\r\n" {
                            break;
                        }
                    }
                    tokio::time::sleep(slow).await;
                    self.state.lock().unwrap().taken.push(recipient.clone());
                    "250 2.0.0 taken"
                }
                _ => "250 ok",
            };
            wire.write_all(format!("{reply}\r\n").as_bytes()).await.ok()?;
        }
    }

    pub fn taken(&self) -> Vec<String> {
        self.state.lock().unwrap().taken.clone()
    }

    pub fn connections(&self) -> usize {
        self.state.lock().unwrap().connections
    }

    /// Recipients who were sent the mail more than once.
    pub fn doubled(&self) -> usize {
        let taken = self.taken();
        let distinct: std::collections::HashSet<&String> = taken.iter().collect();
        taken.len() - distinct.len()
    }
}
