//! stub of the sink
use std::net::SocketAddr;

/// A mail that the sink took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    pub from: String,
    pub to: Vec<String>,
    pub message: Vec<u8>,
}

/// A small SMTP server.
#[derive(Debug)]
pub struct Sink {
    address: SocketAddr,
}

impl Sink {
    /// Listens at `addr` (port 0: any free one).
    pub async fn start(addr: SocketAddr, _keep: impl Fn(Received) + Send + Sync + 'static) -> std::io::Result<Self> {
        let listener = tokio::net::TcpListener::bind(addr).await?;
        Ok(Self { address: listener.local_addr()? })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}
