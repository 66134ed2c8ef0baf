//! The pages: server-rendered, no script. GET changes nothing.
//!
//! `public` pages say what this is and, when the settings open them, what is open; `member` pages act by the signed links
//! of the mails; `admin` pages know who is asking by a cookie. What is shown comes from the store and is escaped by the
//! templates.

mod admin;
mod fields;
mod lines;
mod member;
mod page;
mod public;

use std::net::SocketAddr;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
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
    /// As the files were last read.
    app: RwLock<Arc<App>>,
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
            app: RwLock::new(app.clone()),
        }))
    }

    /// The settings, themes and store as they are now.
    pub fn app(&self) -> Arc<App> {
        self.app.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The files were read again: from now on pages follow them.
    pub fn renew(&self, app: &Arc<App>) {
        *self.app.write().unwrap_or_else(PoisonError::into_inner) = app.clone();
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

/// Every page, with the headers that all of them carry.
pub fn router(site: Arc<Site>) -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    Router::new()
        .merge(public::routes())
        .merge(member::routes())
        .merge(admin::routes())
        .fallback(public::not_found)
        .with_state(site)
        .layer(RequestBodyLimitLayer::new(BODY_BYTES_MAX))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, ANSWER_WITHIN))
        .layer(header(
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ))
        .layer(header(header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(header::REFERRER_POLICY, "no-referrer"))
        // What everybody may read says itself how long it may be kept.
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store")))
}

/// Serves the pages until `stopped` says so.
pub async fn serve(
    site: Arc<Site>,
    listen: SocketAddr,
    mut stopped: watch::Receiver<bool>,
) -> Result<JoinHandle<()>, Trouble> {
    let listener = TcpListener::bind(listen).await.map_err(|error| {
        Trouble::File(format!(
            "[web] listen : le port {listen} ne peut pas être ouvert ({error}) ; un autre programme l'occupe-t-il ?"
        ))
    })?;
    tracing::info!(%listen, "pages are served");
    Ok(tokio::spawn(async move {
        let ended = async move {
            let _ = stopped.wait_for(|stopped| *stopped).await;
        };
        if let Err(error) = axum::serve(listener, router(site)).with_graceful_shutdown(ended).await {
            tracing::error!(%error, "the pages are no longer served");
        }
    }))
}
