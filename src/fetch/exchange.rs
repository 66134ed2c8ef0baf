//! One request and its answer: no redirect followed, no retry, everything limited.

use std::error::Error;
use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::Limits;
use super::body::{self, BodyLimits};
use super::error::{Fault, Waiting};
use super::guard::Unresolved;
use super::host::CLOSED_MAX;
use crate::model::{Body, Method, Response, Validators};

/// An answer that is no fault.
#[derive(Debug)]
pub(super) enum Exchanged {
    NotModified,
    Answer(Response),
    Redirect { status: u16, to: Url },
}

/// What is sent: a request, less what a redirect took from it.
#[derive(Clone, Debug)]
pub(super) struct Sending<'r> {
    pub method: Method,
    pub url: Url,
    pub headers: &'r [(String, String)],
    pub body: Option<&'r Body>,
    pub validators: Option<&'r Validators>,
}

impl<'r> Sending<'r> {
    /// `url` alone, as for robots.txt.
    pub fn plain(url: Url) -> Self {
        Self { method: Method::Get, url, headers: &[], body: None, validators: None }
    }

    /// What follows a redirect. Another origin gets neither the headers, which may be secret, nor the form.
    pub fn redirected(self, status: u16, to: Url) -> Result<Self, Fault> {
        let elsewhere = self.url.origin() != to.origin();
        let keeps_form = matches!(status, 307 | 308) && self.method == Method::Post;
        if keeps_form && elsewhere {
            return Err(Fault::BadRedirect(super::error::shown(&to)));
        }
        let headers = if elsewhere { &[] } else { self.headers };
        if keeps_form {
            return Ok(Self { url: to, headers, ..self });
        }
        Ok(Self { method: Method::Get, url: to, headers, body: None, validators: self.validators })
    }
}

/// Etags and dates longer than these are no use and would be stored and sent back each time.
const VALIDATOR_BYTES_MAX: usize = 1024;
const CONTENT_TYPE_BYTES_MAX: usize = 200;

/// Headers that a request may not set: they are the client's.
const OURS: &[HeaderName] = &[
    header::HOST,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::CONNECTION,
    header::UPGRADE,
    header::TE,
    header::TRAILER,
    header::USER_AGENT,
    header::ACCEPT_ENCODING,
];

pub(super) async fn exchange(
    client: &reqwest::Client,
    sending: &Sending<'_>,
    limits: &Limits,
    body_limits: BodyLimits,
    time_left: Duration,
) -> Result<Exchanged, Fault> {
    let whole = exchange_unhurried(client, sending, limits, body_limits);
    tokio::time::timeout(time_left, whole).await.unwrap_or(Err(Fault::TimedOut(Waiting::All)))
}

async fn exchange_unhurried(
    client: &reqwest::Client,
    sending: &Sending<'_>,
    limits: &Limits,
    body_limits: BodyLimits,
) -> Result<Exchanged, Fault> {
    let request = build(client, sending)?;
    let response = match tokio::time::timeout(limits.headers_wait_max, request.send()).await {
        Err(_) => return Err(Fault::TimedOut(Waiting::Headers)),
        Ok(Err(error)) => return Err(fault_of(&error)),
        Ok(Ok(response)) => response,
    };
    let status = response.status();
    let headers = response.headers();
    match status.as_u16() {
        301 | 302 | 303 | 307 | 308 => return redirect(status, headers, &sending.url),
        304 if sending.validators.is_some_and(|v| *v != Validators::default()) => return Ok(Exchanged::NotModified),
        429 => {
            let retry_after = retry_after(headers).unwrap_or(limits.retry_after_unsaid);
            return Err(Fault::RateLimited { retry_after });
        }
        503 => {
            let unsaid = Fault::Status(503);
            return Err(retry_after(headers).map_or(unsaid, |retry_after| Fault::RateLimited { retry_after }));
        }
        200..=299 => {}
        other => return Err(Fault::Status(other)),
    }
    let text = |name: HeaderName, bytes_max: usize| {
        let value = headers.get(name).filter(|value| value.len() <= bytes_max)?;
        Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
    };
    let content_type = text(header::CONTENT_TYPE, CONTENT_TYPE_BYTES_MAX);
    let validators = Validators {
        etag: text(header::ETAG, VALIDATOR_BYTES_MAX),
        last_modified: text(header::LAST_MODIFIED, VALIDATOR_BYTES_MAX),
    };
    let encodings: Vec<_> =
        headers.get_all(header::CONTENT_ENCODING).iter().map(|v| v.to_str().unwrap_or("?")).collect();
    let encoding = encodings.join(", ");
    let body = body::read(response, body_limits, Some(encoding.as_str())).await?;
    Ok(Exchanged::Answer(Response {
        url: sending.url.clone(),
        status: status.as_u16(),
        content_type,
        body,
        validators,
    }))
}

fn build(client: &reqwest::Client, sending: &Sending<'_>) -> Result<reqwest::RequestBuilder, Fault> {
    let method = match sending.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
    };
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static("fr, en;q=0.5"));
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(body::ACCEPT_ENCODING));
    for (name, value) in sending.headers {
        let bad = || Fault::BadHeader(name.chars().filter(|c| c.is_ascii_graphic()).take(40).collect());
        let parsed = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| bad())?;
        let mut value = HeaderValue::from_str(value.trim()).map_err(|_| bad())?;
        if OURS.contains(&parsed) {
            return Err(bad());
        }
        value.set_sensitive(true);
        headers.insert(parsed, value);
    }
    if let (Some(validators), Method::Get) = (sending.validators, sending.method) {
        // A stored validator that no header can carry is of no use: the whole is fetched then.
        let mut condition = |name: HeaderName, value: &Option<String>| {
            let value = value.as_deref().and_then(|value| HeaderValue::from_str(value).ok());
            value.map(|value| headers.insert(name, value));
        };
        condition(header::IF_NONE_MATCH, &validators.etag);
        condition(header::IF_MODIFIED_SINCE, &validators.last_modified);
    }
    let mut request = client.request(method, sending.url.clone()).headers(headers);
    request = match sending.body {
        Some(Body::Json(value)) => request.json(value),
        Some(Body::Multipart(fields)) => {
            let form =
                fields.iter().cloned().fold(reqwest::multipart::Form::new(), |form, (k, v)| form.part(k, part(v)));
            request.multipart(form)
        }
        Some(Body::Empty) => request.header(header::CONTENT_LENGTH, 0).body(""),
        None => request,
    };
    Ok(request)
}

/// A part that is JSON says so: interfaces that take queries this way ignore it otherwise.
fn part(value: String) -> reqwest::multipart::Part {
    let plain = reqwest::multipart::Part::text(value.clone());
    match value.starts_with(['{', '[']) {
        true => reqwest::multipart::Part::text(value).mime_str("application/json").unwrap_or(plain),
        false => plain,
    }
}

fn redirect(status: StatusCode, headers: &HeaderMap, from: &Url) -> Result<Exchanged, Fault> {
    let location = headers.get(header::LOCATION).map(|to| String::from_utf8_lossy(to.as_bytes()));
    let location = location.ok_or(Fault::Status(status.as_u16()))?;
    let shown = || location.chars().filter(|c| !c.is_control()).take(100).collect();
    let mut to = from.join(location.trim()).map_err(|_| Fault::BadRedirect(shown()))?;
    if !matches!(to.scheme(), "http" | "https") || !to.has_host() {
        return Err(Fault::BadRedirect(shown()));
    }
    to.set_fragment(None);
    Ok(Exchanged::Redirect { status: status.as_u16(), to })
}

/// Seconds, or a date (RFC 9110 section 10.2.3); a day at most.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<u64>() {
        return Some(Duration::from_secs(seconds).min(CLOSED_MAX));
    }
    let date = chrono::DateTime::parse_from_rfc2822(value).ok()?;
    Some((date.to_utc() - chrono::Utc::now()).to_std().unwrap_or_default().min(CLOSED_MAX))
}

/// What a failed request died of.
fn fault_of(error: &reqwest::Error) -> Fault {
    let mut source: Option<&(dyn Error + 'static)> = error.source();
    let mut why = String::new();
    while let Some(cause) = source {
        if let Some(unresolved) = cause.downcast_ref::<Unresolved>() {
            return match unresolved {
                Unresolved::NoSuchHost => Fault::UnknownHost,
                Unresolved::Forbidden(ip) => Fault::ForbiddenAddress(*ip),
            };
        }
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return Fault::Tls(tls_said(tls));
        }
        if let Some(io) = cause.downcast_ref::<std::io::Error>() {
            if let Some(tls) = tls_inside(io) {
                return Fault::Tls(tls_said(tls));
            }
            if let Some(said) = io_said(io.kind()) {
                return Fault::Unreachable(said.into());
            }
        }
        why = short(&cause.to_string());
        source = cause.source();
    }
    if error.is_timeout() {
        return Fault::TimedOut(Waiting::Headers);
    }
    Fault::Unreachable(http_said(&why).to_owned())
}

/// What hyper, whose errors have no public kinds for these, ends its chain with.
fn http_said(why: &str) -> &str {
    let broken =
        ["invalid HTTP", "message head is too large", "invalid content-length", "invalid chunk", "unexpected message"];
    match why {
        "" => "connexion impossible",
        why if why.starts_with("connection closed before") => "connexion fermée sans réponse",
        why if broken.iter().any(|start| why.starts_with(start)) => "sa réponse n’est pas du HTTP",
        why => why,
    }
}

fn tls_said(error: &rustls::Error) -> String {
    use rustls::CertificateError::*;
    let rustls::Error::InvalidCertificate(certificate) = error else { return short(&error.to_string()) };
    match certificate {
        Expired | ExpiredContext { .. } => "certificat expiré".into(),
        NotValidYet | NotValidYetContext { .. } => {
            "certificat pas encore valable ; l’horloge est-elle à l’heure ?".into()
        }
        UnknownIssuer => "certificat d’une autorité inconnue".into(),
        NotValidForName | NotValidForNameContext { .. } => "certificat d’un autre site".into(),
        Revoked => "certificat révoqué".into(),
        _ => short(&error.to_string()),
    }
}

/// rustls travels inside `io::Error`s, one in the other, which do not show it as a `source`.
fn tls_inside(io: &std::io::Error) -> Option<&rustls::Error> {
    let mut inner = io.get_ref()?;
    while let Some(io) = inner.downcast_ref::<std::io::Error>() {
        inner = io.get_ref()?;
    }
    inner.downcast_ref()
}

fn io_said(kind: std::io::ErrorKind) -> Option<&'static str> {
    use std::io::ErrorKind::*;
    Some(match kind {
        ConnectionRefused => "connexion refusée",
        ConnectionReset | ConnectionAborted | BrokenPipe => "connexion interrompue",
        HostUnreachable | NetworkUnreachable => "réseau injoignable",
        UnexpectedEof => "connexion fermée sans réponse",
        TimedOut => "connexion trop lente",
        _ => return None,
    })
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let check = |value: &str, expected: Option<std::ops::RangeInclusive<u64>>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::RETRY_AFTER, HeaderValue::from_str(value).unwrap());
            let got = retry_after(&headers).map(|wait| wait.as_secs());
            match (got, &expected) {
                (Some(got), Some(range)) => assert!(range.contains(&got), "{value}: {got}"),
                _ => assert_eq!(got.is_some(), expected.is_some(), "{value}: {got:?}"),
            }
        };
        let in_ten_minutes = chrono::Utc::now() + chrono::TimeDelta::minutes(10);
        let date = in_ten_minutes.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        check("120", Some(120..=120));
        check(&date, Some(590..=600));
        check("Wed, 21 Oct 2015 07:28:00 GMT", Some(0..=0));
        check("18446744073709551615", Some(86_400..=86_400));
        check("Fri, 31 Dec 9999 23:59:59 GMT", Some(86_400..=86_400));
        check("-5", None);
        check("bientôt", None);
        check("1.5", None);
    }

    #[test]
    fn another_origin_gets_no_secret_and_no_form() {
        let url = |text: &str| Url::parse(text).unwrap();
        let headers = [("Authorization".to_owned(), "Bearer x".to_owned())];
        let body = Body::Empty;
        let sending = |method, body| Sending {
            method,
            url: url("https://a.example/x"),
            headers: &headers,
            body,
            validators: None,
        };
        let get = |status, to| sending(Method::Get, None).redirected(status, url(to)).unwrap();
        assert_eq!(get(302, "https://a.example/y").headers.len(), 1);
        for elsewhere in ["https://b.example/", "http://a.example/", "https://a.example:444/"] {
            assert!(get(302, elsewhere).headers.is_empty(), "{elsewhere}");
        }
        let post = |status, to| sending(Method::Post, Some(&body)).redirected(status, url(to));
        assert_eq!(post(302, "https://a.example/y").unwrap().method, Method::Get);
        assert_eq!(post(307, "https://a.example/y").unwrap().method, Method::Post);
        assert!(matches!(post(307, "https://b.example/").unwrap_err(), Fault::BadRedirect(_)));
    }
}
