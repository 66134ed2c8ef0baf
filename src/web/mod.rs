//! The pages: server-rendered, no script. GET changes nothing.
//!
//! `public` pages say what this is and, when the settings open them, what is open; `member` pages act by the signed links
//! of the mails; `admin` pages know who is asking by a cookie. What is shown comes from the store and is escaped by the
//! templates.

mod admin;
mod csp;
mod door;
mod fields;
mod lines;
mod member;
mod page;
mod public;

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use axum::extract::FromRef;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;

use crate::pipeline::own::Desk;
use crate::pipeline::{App, Clock, LinkKey, Trouble};
use crate::store::Store;
use fields::Fields;
pub use page::{Page, Pages};

/// What the pages need to know.
pub struct Site {
    pub network: String,
    pub contact: Option<String>,
    pub store: Store,
    pub link_key: LinkKey,
    pub clock: Clock,
    pub pages: Pages,
    /// Where members see to their own choices and data.
    pub desk: Desk,
    catalogue: public::Catalogue,
    /// The settings, themes and store, as the files were when this site was made.
    app: Arc<App>,
}

impl Site {
    pub fn of(app: &Arc<App>) -> Result<Arc<Self>, Trouble> {
        Ok(Arc::new(Self {
            network: app.settings.network.clone(),
            contact: app.contact().map(|address| address.expose().to_owned()),
            store: app.store.clone(),
            link_key: app.link_key.clone(),
            clock: app.clock,
            desk: Desk::of(app)?,
            pages: Pages::new().map_err(|error| Trouble::Template(error.to_string()))?,
            catalogue: public::Catalogue::default(),
            app: app.clone(),
        }))
    }

    pub fn app(&self) -> Arc<App> {
        self.app.clone()
    }

    /// A page filled with what every page shows and what this one adds.
    pub fn page(&self, status: StatusCode, name: &str, values: minijinja::Value) -> Page {
        let shared = minijinja::context! { network => &self.network, contact => &self.contact };
        self.pages.render(status, name, minijinja::context! { ..values, ..shared })
    }
}

/// Forms here are a few words; the longest is the team's word, with its accents written as `%C3%A9`.
const BODY_BYTES_MAX: usize = 64 << 10;
const ANSWER_WITHIN: std::time::Duration = std::time::Duration::from_secs(10);

/// The site that pages are made from now: the daemon changes it when it has read its files again.
#[derive(Clone)]
pub struct Current(Arc<RwLock<Arc<Site>>>);

impl Current {
    fn show(&self, site: Arc<Site>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = site;
    }
}

impl From<Arc<Site>> for Current {
    fn from(site: Arc<Site>) -> Self {
        Self(Arc::new(RwLock::new(site)))
    }
}

impl FromRef<Current> for Arc<Site> {
    fn from_ref(current: &Current) -> Self {
        current.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Every page, with the headers that all of them carry.
pub fn router(site: impl Into<Current>) -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    Router::new()
        .merge(public::routes())
        .merge(member::routes())
        .merge(admin::routes())
        .fallback(public::not_found)
        .with_state(site.into())
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_WITHIN))
        // A page that shows a mail says itself what the mail may do.
        .layer(SetResponseHeaderLayer::if_not_present(header::CONTENT_SECURITY_POLICY, csp::policy()))
        .layer(header(HeaderName::from_static("cross-origin-opener-policy"), "same-origin"))
        .layer(header(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        // What everybody may read says itself how long it may be kept.
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
}

/// Takes an address for the pages.
pub async fn bind(listen: SocketAddr) -> Result<TcpListener, Trouble> {
    TcpListener::bind(listen).await.map_err(|error| {
        Trouble::File(format!(
            "[web] listen : l'adresse {listen} ne peut pas être ouverte : {}",
            crate::model::why_refused(&error)
        ))
    })
}

/// Pages being served.
pub struct Served {
    current: Current,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Served {
    /// From now on, pages are made from this.
    pub fn show(&self, site: Arc<Site>) {
        self.current.show(site);
    }

    /// Lets pages that are being read end, for a moment.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        if tokio::time::timeout(STOP_WITHIN, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

const STOP_WITHIN: std::time::Duration = std::time::Duration::from_secs(5);

/// Serves the pages until told to stop.
pub fn serve(site: Arc<Site>, listener: TcpListener) -> Served {
    let (stop, stopped) = watch::channel(false);
    let current = Current::from(site);
    let router = router(current.clone());
    if let Ok(listen) = listener.local_addr() {
        tracing::info!(%listen, "pages servies");
    }
    let task = tokio::spawn(door::serve(listener, router, door::Manners::default(), stopped));
    Served { current, stop, task }
}
