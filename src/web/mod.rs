//! The pages: server-rendered, no script, no cookie. GET changes nothing.
//!
//! `public` pages say what this is; `member` pages act by the signed links of the mails. What is shown comes from the
//! store and is escaped by the templates.

mod member;
mod page;
mod public;

use std::net::SocketAddr;
use std::sync::Arc;

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
}

impl Site {
    pub fn of(app: &App) -> Result<Arc<Self>, Trouble> {
        Ok(Arc::new(Self {
            network: app.settings.network.clone(),
            contact: app.contact().map(|address| address.expose().to_owned()),
            store: app.store.clone(),
            link_key: app.link_key.clone(),
            clock: app.clock,
            desk: Desk::of(app)?,
            pages: Pages::new().map_err(|error| Trouble::Template(error.to_string()))?,
        }))
    }

    /// A page filled with what every page shows and what this one adds.
    pub fn page(&self, status: StatusCode, name: &str, values: minijinja::Value) -> Page {
        let shared = minijinja::context! { network => &self.network, contact => &self.contact };
        self.pages.render(status, name, minijinja::context! { ..values, ..shared })
    }
}

/// Forms here are a few words.
const BODY_BYTES_MAX: usize = 16 << 10;
const ANSWER_WITHIN: std::time::Duration = std::time::Duration::from_secs(10);

/// Every page, with the headers that all of them carry.
pub fn router(site: Arc<Site>) -> Router {
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::overriding(name, HeaderValue::from_static(value))
    };
    Router::new()
        .merge(public::routes())
        .merge(member::routes())
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
        .layer(header(header::CACHE_CONTROL, "no-store"))
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
