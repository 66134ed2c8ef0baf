//! Reading a body: decoded as it comes, never more than its limits, never longer than its time.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder};
use async_compression::zstd::DParameter;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::Semaphore;
use tokio_util::io::StreamReader;

use super::error::{Fault, Waiting};

/// What is done with a body longer than its limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Overflow {
    Refuse,
    /// Keep the beginning: enough for robots.txt (RFC 9309 section 2.5).
    Truncate,
}

#[derive(Clone, Debug)]
pub(super) struct BodyLimits {
    /// After decoding.
    pub bytes_max: u64,
    /// As sent.
    pub wire_bytes_max: u64,
    pub read_wait_max: Duration,
    pub overflow: Overflow,
    /// Few large bodies at a time, of all hosts together: many hostile ones at once would fill the memory.
    pub large: Arc<Semaphore>,
}

/// From here on a body is large.
const LARGE_BODY_BYTES: usize = 256 << 10;
/// How many large bodies may be read at a time.
pub(super) const LARGE_BODIES_MAX: usize = 4;

/// What we say we can decode.
pub(super) const ACCEPT_ENCODING: &str = "gzip, br, zstd";

/// RFC 9659: no more is to be asked of a browser, and a hostile frame could ask for far more.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// A fault, travelling through `AsyncRead` as an `io::Error`.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Faulty(Fault);

pub(super) async fn read(
    response: reqwest::Response,
    limits: BodyLimits,
    encoding: Option<&str>,
) -> Result<Vec<u8>, Fault> {
    let announced = response.content_length().unwrap_or(0);
    let plain = decoder_of(encoding)? == Decoder::Plain;
    if plain && announced > limits.bytes_max && limits.overflow == Overflow::Refuse {
        return Err(Fault::TooLarge { bytes_max: limits.bytes_max });
    }
    let wire = wire(response, limits.clone());
    read_decoded(wire, &limits, encoding).await
}

/// The body as sent, with its limits of bytes and of time for each read.
fn wire(response: reqwest::Response, limits: BodyLimits) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let BodyLimits { read_wait_max, wire_bytes_max, overflow, .. } = limits;
    futures::stream::try_unfold((response, 0u64), move |(mut response, read)| async move {
        let chunk = match tokio::time::timeout(read_wait_max, response.chunk()).await {
            Err(_) => return Err(faulty(Fault::TimedOut(Waiting::Read))),
            Ok(Err(_)) => return Err(faulty(Fault::Cut)),
            Ok(Ok(None)) => return Ok(None),
            Ok(Ok(Some(chunk))) => chunk,
        };
        let read = read + chunk.len() as u64;
        if read > wire_bytes_max && overflow == Overflow::Refuse {
            return Err(faulty(Fault::TooLarge { bytes_max: wire_bytes_max }));
        }
        Ok(Some((chunk, (response, read))))
    })
}

async fn read_decoded(
    wire: impl Stream<Item = io::Result<Bytes>> + Send,
    limits: &BodyLimits,
    encoding: Option<&str>,
) -> Result<Vec<u8>, Fault> {
    let decoder = decoder_of(encoding)?;
    let wire = StreamReader::new(wire.boxed());
    let mut decoded: Box<dyn AsyncRead + Send + Unpin> = match decoder {
        Decoder::Plain => Box::new(wire),
        Decoder::Gzip => {
            let mut gzip = GzipDecoder::new(wire);
            gzip.multiple_members(true);
            Box::new(gzip)
        }
        Decoder::Zlib => Box::new(ZlibDecoder::new(wire)),
        Decoder::Brotli => Box::new(BrotliDecoder::new(wire)),
        Decoder::Zstd => Box::new(ZstdDecoder::with_params(wire, &[DParameter::window_log_max(ZSTD_WINDOW_LOG_MAX)])),
    };
    let mut body = Vec::new();
    let mut permit = None;
    loop {
        if permit.is_none() && body.len() > LARGE_BODY_BYTES {
            permit = limits.large.acquire().await.ok();
        }
        let room = limits.bytes_max.saturating_add(1).saturating_sub(body.len() as u64);
        match (&mut decoded).take(room.min(64 * 1024)).read_buf(&mut body).await {
            Ok(0) => return Ok(body),
            Ok(_) if body.len() as u64 <= limits.bytes_max => {}
            Ok(_) if limits.overflow == Overflow::Truncate => {
                body.truncate(usize::try_from(limits.bytes_max).unwrap_or(usize::MAX));
                return Ok(body);
            }
            Ok(_) => return Err(Fault::TooLarge { bytes_max: limits.bytes_max }),
            Err(error) => return Err(fault_of(error, encoding)),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Decoder {
    Plain,
    Gzip,
    Zlib,
    Brotli,
    Zstd,
}

fn decoder_of(encoding: Option<&str>) -> Result<Decoder, Fault> {
    let encoding = encoding.unwrap_or_default().trim().to_ascii_lowercase();
    Ok(match encoding.as_str() {
        "" | "identity" => Decoder::Plain,
        "gzip" | "x-gzip" => Decoder::Gzip,
        "deflate" => Decoder::Zlib,
        "br" => Decoder::Brotli,
        "zstd" => Decoder::Zstd,
        _ => return Err(undecodable(&encoding)),
    })
}

fn undecodable(encoding: &str) -> Fault {
    Fault::Undecodable(encoding.chars().filter(|c| c.is_ascii_graphic()).take(40).collect())
}

fn faulty(fault: Fault) -> io::Error {
    io::Error::other(Faulty(fault))
}

fn fault_of(error: io::Error, encoding: Option<&str>) -> Fault {
    let ended_early = error.kind() == io::ErrorKind::UnexpectedEof;
    match error.into_inner().and_then(|inner| inner.downcast::<Faulty>().ok()) {
        Some(faulty) => faulty.0,
        None if ended_early => Fault::Cut,
        None => undecodable(encoding.unwrap_or_default()),
    }
}
