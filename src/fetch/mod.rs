//! The only module that makes HTTP requests: polite to sites, safe for the network it runs in, patient within limits.
//!
//! Between `sources`, which says what to read, and `extract`, which reads it. Each request waits for its host's turn
//! (`host`), asks robots.txt first (`robots`), goes only to addresses that may be reached (`guard`), and is one
//! `exchange` whose body is limited (`body`); redirects and retries are followed here. It refuses to know what a
//! body means, and keeps no cookies: a site that needs them is named as the loop it makes.
//!
//! ```no_run
//! # async fn read(url: url::Url) -> Result<(), glaneur::fetch::FetchError> {
//! use glaneur::fetch::{FetchSettings, Fetched, Fetcher};
//! use glaneur::model::Request;
//!
//! let fetcher = Fetcher::new(FetchSettings::default())?;
//! match fetcher.fetch(&Request::get(url)).await? {
//!     Fetched::NotModified => println!("nothing new"),
//!     Fetched::Answer(response) => println!("{} bytes", response.body.len()),
//! }
//! # Ok(())
//! # }
//! ```

mod body;
mod error;
mod exchange;
mod guard;
mod host;
mod robots;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Once};
use std::time::Duration;

use backon::{ExponentialBuilder, Retryable};
use ipnet::IpNet;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use url::Url;

use crate::model::{Request, Response};
use body::{BodyLimits, LARGE_BODIES_MAX, Overflow};
pub use error::{Fault, FetchError, Next, Waiting};
use exchange::{Exchanged, Sending, exchange};
use guard::Guard;
use host::Hosts;
use robots::Robots;

#[derive(Clone, Debug)]
pub struct FetchSettings {
    /// `Glaneur/0.1 (+contact)`.
    pub user_agent: String,
    /// Networks that may be reached although they are private.
    pub allow_private: Vec<IpNet>,
    /// Between the end of a request and the next to the same host; a longer Crawl-delay wins.
    pub pause: Duration,
    pub limits: Limits,
}

impl Default for FetchSettings {
    fn default() -> Self {
        Self {
            user_agent: concat!("Glaneur/", env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"))
                .into(),
            allow_private: Vec::new(),
            pause: Duration::from_secs(1),
            limits: Limits::default(),
        }
    }
}

/// What one fetch may cost at most.
#[derive(Clone, Debug)]
pub struct Limits {
    /// After decompression.
    pub body_bytes_max: u64,
    /// As sent, compressed or not.
    pub wire_bytes_max: u64,
    pub robots_bytes_max: u64,
    /// For a connection.
    pub connect_wait_max: Duration,
    /// For a connection and the head of the answer.
    pub headers_wait_max: Duration,
    /// For the next bytes of a body.
    pub read_wait_max: Duration,
    /// For all the exchanges of one attempt, redirects included, waiting for turns not.
    pub attempt_wait_max: Duration,
    pub redirects_max: usize,
    /// After the first attempt.
    pub retries_max: usize,
    /// Before the first retry; twice as long before the next, and up to as much again by chance.
    pub retry_pause: Duration,
    /// A Retry-After up to this is waited for; a longer one closes the host and is a fault.
    pub retry_after_wait_max: Duration,
    /// What 429 without Retry-After means.
    pub retry_after_unsaid: Duration,
    pub crawl_delay_max: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            body_bytes_max: 8 << 20,
            wire_bytes_max: 8 << 20,
            robots_bytes_max: 500 << 10,
            connect_wait_max: seconds(10),
            headers_wait_max: seconds(15),
            read_wait_max: seconds(15),
            attempt_wait_max: seconds(60),
            redirects_max: 5,
            retries_max: 2,
            retry_pause: seconds(1),
            retry_after_wait_max: seconds(20),
            retry_after_unsaid: seconds(600),
            crawl_delay_max: seconds(30),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub enum Fetched {
    /// The site says that what its validators stood for still holds.
    NotModified,
    Answer(Response),
}

/// How many hosts may have a connection waiting for their next turn.
const KEPT_OPEN_HOSTS_MAX: usize = 200;

/// Makes the requests. Cheap to clone; clones share connections, turns and robots.txt.
#[derive(Clone, Debug)]
pub struct Fetcher {
    /// Keeps a host's connection open for its next turn.
    keeping: reqwest::Client,
    /// Keeps none: among many hosts, open connections would cost memory and run out of file descriptors.
    closing: reqwest::Client,
    guard: Guard,
    hosts: Arc<Hosts>,
    /// The turns of large bodies.
    large: Arc<Semaphore>,
    pause: Duration,
    limits: Limits,
}

/// Chooses rustls' cryptography for the whole process; safe to call from anywhere, any number of times.
pub fn install_tls_provider() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Fails only when somebody else chose before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

impl Fetcher {
    /// Fails when the user agent cannot be a header.
    pub fn new(settings: FetchSettings) -> Result<Self, FetchError> {
        install_tls_provider();
        let guard = Guard::new(&settings.allow_private);
        let tls = tls_settings();
        let client = |idle_max: usize| {
            reqwest::Client::builder()
                .user_agent(&settings.user_agent)
                .dns_resolver(Arc::new(guard.clone()))
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(settings.limits.connect_wait_max)
                .pool_max_idle_per_host(idle_max)
                .pool_idle_timeout(settings.pause + Duration::from_secs(3))
                .tls_backend_preconfigured(tls.clone())
                .build()
                .map_err(|error| FetchError { url: String::new(), at: None, fault: Fault::Client(error.to_string()) })
        };
        Ok(Self {
            keeping: client(1)?,
            closing: client(0)?,
            guard: guard.clone(),
            hosts: Arc::default(),
            large: Arc::new(Semaphore::new(LARGE_BODIES_MAX)),
            pause: settings.pause,
            limits: settings.limits.clone(),
        })
    }

    /// Fetches one address: in its host's turn, if robots.txt lets us, redirects followed, what passes by itself retried.
    ///
    /// POST is retried as well: the forms that sources send (a login, a search) change nothing.
    pub async fn fetch(&self, request: &Request) -> Result<Fetched, FetchError> {
        let pauses = ExponentialBuilder::default()
            .with_min_delay(self.limits.retry_pause)
            .with_max_times(self.limits.retries_max)
            .with_jitter();
        (|| self.attempt(request)).retry(pauses).when(|error| self.is_worth_retrying(&error.fault)).await
    }

    fn is_worth_retrying(&self, fault: &Fault) -> bool {
        // A short Retry-After is waited for in the host's turn.
        let soon = |retry_after: &Duration| *retry_after <= self.limits.retry_after_wait_max;
        fault.is_passing() || matches!(fault, Fault::RateLimited { retry_after } if soon(retry_after))
    }

    async fn attempt(&self, request: &Request) -> Result<Fetched, FetchError> {
        let mut spent = Duration::ZERO;
        let mut sending = Sending {
            method: request.method,
            url: request.url.clone(),
            headers: &request.headers,
            body: request.body.as_ref(),
            validators: Some(&request.validators),
        };
        for _ in 0..=self.limits.redirects_max {
            let reached = sending.url.clone();
            let failed = |fault| FetchError::on_the_way(&request.url, &reached, fault);
            let pause = self.permitted(&sending.url).await.map_err(failed)?;
            let body_limits = self.body_limits(self.limits.body_bytes_max, Overflow::Refuse);
            match self.one_exchange(&sending, pause, body_limits, &mut spent).await.map_err(failed)? {
                Exchanged::NotModified => return Ok(Fetched::NotModified),
                Exchanged::Answer(response) => return Ok(Fetched::Answer(response)),
                Exchanged::Redirect { status, to } => sending = sending.redirected(status, to).map_err(failed)?,
            }
        }
        Err(FetchError::new(&request.url, Fault::TooManyRedirects))
    }

    /// Whether robots.txt lets us read an address, and the pause it wants.
    async fn permitted(&self, url: &Url) -> Result<Duration, Fault> {
        self.guard.check(url)?;
        let host = self.hosts.of(url);
        let robots = {
            let mut known = host.robots.lock().await;
            match known.as_ref() {
                Some((robots, until)) if Instant::now() < *until => robots.clone(),
                _ => {
                    let robots = Arc::new(self.ask_robots(url).await?);
                    *known = Some((robots.clone(), Instant::now() + robots.keep()));
                    robots
                }
            }
        };
        match &*robots {
            Robots::Unavailable { status } => Err(Fault::RobotsUnavailable { status: *status }),
            robots if robots.allows(url) => Ok(self.pause.max(robots.delay(self.limits.crawl_delay_max))),
            _ => Err(Fault::Disallowed),
        }
    }

    /// A host that cannot be reached is that fault, not a closed one.
    async fn ask_robots(&self, url: &Url) -> Result<Robots, Fault> {
        let Ok(at) = url.join("/robots.txt") else { return Ok(Robots::AllowAll) };
        let mut spent = Duration::ZERO;
        let mut sending = Sending::plain(at);
        for hop in 0..=self.limits.redirects_max {
            let body_limits = self.body_limits(self.limits.robots_bytes_max, Overflow::Truncate);
            // Redirected to where we may not go, there is nothing to obey.
            if hop > 0 && self.guard.check(&sending.url).is_err() {
                return Ok(Robots::AllowAll);
            }
            match self.one_exchange(&sending, self.pause, body_limits, &mut spent).await {
                Ok(Exchanged::Answer(response)) => return Ok(parse_robots(response.body).await),
                Ok(Exchanged::NotModified) => return Ok(Robots::AllowAll),
                Ok(Exchanged::Redirect { status, to }) => sending = sending.redirected(status, to)?,
                Err(Fault::Status(status)) => return Ok(Robots::of_status(status)),
                Err(Fault::BadRedirect(_)) => return Ok(Robots::AllowAll),
                Err(Fault::ForbiddenAddress(_)) if hop > 0 => return Ok(Robots::AllowAll),
                Err(fault) => return Err(fault),
            }
        }
        Ok(Robots::AllowAll)
    }

    fn body_limits(&self, bytes_max: u64, overflow: Overflow) -> BodyLimits {
        let Limits { wire_bytes_max, read_wait_max, .. } = self.limits;
        BodyLimits { bytes_max, wire_bytes_max, read_wait_max, overflow, large: self.large.clone() }
    }

    /// One exchange in the host's turn; `spent` counts the attempt's time.
    async fn one_exchange(
        &self,
        sending: &Sending<'_>,
        pause: Duration,
        body_limits: BodyLimits,
        spent: &mut Duration,
    ) -> Result<Exchanged, Fault> {
        self.guard.check(&sending.url)?;
        let host = self.hosts.of(&sending.url);
        let _turn = host.turn(pause, self.limits.retry_after_wait_max).await?;
        let begun = Instant::now();
        let time_left = self.limits.attempt_wait_max.saturating_sub(*spent);
        let client = if self.hosts.count() > KEPT_OPEN_HOSTS_MAX { &self.closing } else { &self.keeping };
        let exchanged = exchange(client, sending, &self.limits, body_limits, time_left).await;
        *spent += begun.elapsed();
        if let Err(Fault::RateLimited { retry_after }) = exchanged {
            host.close(retry_after);
        }
        exchanged
    }
}

/// Off the threads that serve everybody: a hostile file takes a while, and what its parser does stays with it.
async fn parse_robots(body: Vec<u8>) -> Robots {
    let parsed = tokio::task::spawn_blocking(move || Robots::parse(&body)).await;
    parsed.unwrap_or(Robots::AllowAll)
}

/// The system's certificates. A machine without any still reads plain HTTP, and says why for the rest.
fn tls_settings() -> rustls::ClientConfig {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let mut settings = rustls::ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    settings.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    settings
}
