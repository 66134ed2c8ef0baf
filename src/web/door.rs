//! The door of the pages: how many may be inside at once, and how long one may stand in it without asking anything.
//!
//! Mails and visits of sources share this process: whoever opens a thousand connections and says nothing, or one letter
//! at a time, must not take the files that these need. It refuses to know what a page is; what an answer may take is the
//! router's business.

use std::io::ErrorKind;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;

/// What a visitor may take.
#[derive(Clone, Copy, Debug)]
pub struct Manners {
    /// Further connections wait outside until one ends.
    pub connections_max: usize,
    /// For the head of a request to be whole; also how long a connection is kept between two requests.
    pub head_within: Duration,
    /// After this a connection serves the request under way and no other.
    pub visit_max: Duration,
    /// For that last request, its answer read to the end.
    pub leave_within: Duration,
}

impl Default for Manners {
    fn default() -> Self {
        Self {
            connections_max: 256,
            head_within: Duration::from_secs(10),
            visit_max: Duration::from_secs(120),
            leave_within: Duration::from_secs(30),
        }
    }
}

/// The head of a request: the longest token or search is far below.
const HEAD_BYTES_MAX: usize = 32 << 10;
/// After the system refused a connection for want of files.
const AGAIN_AFTER: Duration = Duration::from_millis(500);

/// Serves until told to stop; then lets those inside end.
pub async fn serve(listener: TcpListener, router: Router, manners: Manners, mut stopped: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(manners.connections_max));
    let mut visits = JoinSet::new();
    loop {
        let come = tokio::select! {
            come = enter(&listener, &room) => come,
            _ = stopped.wait_for(|stopped| *stopped) => break,
        };
        let Some((stream, permit)) = come else { break };
        visits.spawn(visit(stream, router.clone(), manners, stopped.clone(), permit));
        while visits.try_join_next().is_some() {}
    }
    drop(listener);
    while visits.join_next().await.is_some() {}
}

/// The next visitor, when there is room; `None` never comes but with a closed door.
async fn enter(listener: &TcpListener, room: &Arc<Semaphore>) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let permit = room.clone().acquire_owned().await.ok()?;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return Some((stream, permit)),
            // The visitor left before being let in.
            Err(error) if is_theirs(error.kind()) => {}
            Err(error) => {
                tracing::warn!(%error, "les pages ne peuvent pas recevoir de visiteur pour l'instant");
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
    }
}

fn is_theirs(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset)
}

/// One connection from its first byte to its end; what goes wrong in it is the visitor's business.
async fn visit(
    stream: TcpStream,
    router: Router,
    manners: Manners,
    mut stopped: watch::Receiver<bool>,
    _permit: OwnedSemaphorePermit,
) {
    let _ = stream.set_nodelay(true);
    let mut server = http1::Builder::new();
    server.timer(TokioTimer::new()).header_read_timeout(manners.head_within).max_buf_size(HEAD_BYTES_MAX);
    let mut served = pin!(server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)));
    tokio::select! {
        _ = served.as_mut() => return,
        () = tokio::time::sleep(manners.visit_max) => {}
        _ = stopped.wait_for(|stopped| *stopped) => {}
    }
    served.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(manners.leave_within, served).await;
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::Instant;

    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const MANNERS: Manners = Manners {
        connections_max: 2,
        head_within: Duration::from_millis(300),
        visit_max: Duration::from_millis(900),
        leave_within: Duration::from_millis(300),
    };
    const PATIENCE: Duration = Duration::from_secs(20);

    async fn opened(manners: Manners) -> (SocketAddr, watch::Sender<bool>, tokio::task::JoinHandle<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let large = "x".repeat(16 << 20);
        let router = Router::new().route("/", get(async || "bonjour")).route("/large", get(async move || large));
        let (stop, stopped) = watch::channel(false);
        (address, stop, tokio::spawn(serve(listener, router, manners, stopped)))
    }

    async fn come(address: SocketAddr, said: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(said.as_bytes()).await.unwrap();
        stream
    }

    /// What is heard until the other side ends the connection.
    async fn heard(mut stream: TcpStream) -> String {
        let mut heard = Vec::new();
        let read = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut heard)).await;
        // A connection cut short is an end too.
        let _ = read.expect("the connection is never ended");
        String::from_utf8_lossy(&heard).into_owned()
    }

    const ASKED: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

    #[tokio::test]
    async fn who_says_nothing_or_never_ends_is_shown_out() {
        let (address, _stop, _task) = opened(MANNERS).await;
        heard(come(address, "").await).await;
        heard(come(address, "GET / HTTP/1.1\r\nHost: x\r\nX: ").await).await;
        assert!(heard(come(address, ASKED).await).await.contains("bonjour"), "then nothing is asked any more");
        // One letter at a time.
        let mut slow = come(address, "GET / HTTP/1.1\r\nX: ").await;
        let start = Instant::now();
        while slow.write_all(b"a").await.is_ok() {
            assert!(start.elapsed() < PATIENCE, "it goes on for ever");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    #[tokio::test]
    async fn who_does_not_read_the_answer_is_shown_out() {
        let (address, _stop, _task) = opened(Manners { connections_max: 1, ..MANNERS }).await;
        let deaf = come(address, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert!(heard(come(address, ASKED).await).await.contains("bonjour"), "the only place is free again");
        drop(deaf);
    }

    #[tokio::test]
    async fn those_beyond_the_room_wait_for_a_place() {
        let (address, _stop, _task) = opened(MANNERS).await;
        let idle = [come(address, "").await, come(address, "").await];
        let start = Instant::now();
        assert!(heard(come(address, ASKED).await).await.contains("bonjour"));
        assert!(start.elapsed() >= MANNERS.head_within / 2, "it went past them");
        drop(idle);
    }

    #[tokio::test]
    async fn told_to_stop_it_ends_with_those_inside() {
        let (address, stop, task) = opened(Manners { head_within: PATIENCE, ..MANNERS }).await;
        let inside = come(address, ASKED).await;
        let mut byte = [0];
        inside.peek(&mut byte).await.unwrap();
        stop.send_replace(true);
        tokio::time::timeout(PATIENCE, task).await.expect("it stops").unwrap();
        assert!(heard(inside).await.contains("bonjour"));
        assert!(TcpStream::connect(address).await.is_err(), "the door is closed");
    }
}
