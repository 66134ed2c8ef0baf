//! Fetching from real servers on loopback that misbehave.

mod politeness;
mod safety;
mod site;

use super::*;
use site::{Act, Site, ok};

/// Opens loopback, pauses little. Waits are long enough for a busy machine; tests of slow sites shorten them.
fn settings() -> FetchSettings {
    let limits = Limits {
        retry_pause: Duration::from_millis(5),
        retry_after_wait_max: Duration::from_millis(1500),
        ..Limits::default()
    };
    FetchSettings {
        user_agent: "Glaneur/0.1 (+equipe@exemple.org)".into(),
        allow_private: vec!["127.0.0.0/8".parse().unwrap()],
        pause: Duration::ZERO,
        limits,
    }
}

fn fetcher() -> Fetcher {
    Fetcher::new(settings()).unwrap()
}

async fn get(url: Url) -> Result<Fetched, FetchError> {
    fetcher().fetch(&Request::get(url)).await
}

async fn fault(url: Url) -> Fault {
    get(url).await.unwrap_err().fault
}

async fn body(url: Url) -> Vec<u8> {
    match get(url).await.unwrap() {
        Fetched::Answer(response) => response.body,
        Fetched::NotModified => panic!("not modified"),
    }
}

/// A site without robots.txt.
async fn site(act: impl Fn(&str) -> Act + Send + Sync + 'static) -> Site {
    Site::serve("127.0.0.1", move |seen| match seen.path.as_str() {
        "/robots.txt" => site::status("404 Not Found"),
        path => act(path),
    })
    .await
}

#[tokio::test]
async fn an_answer_comes_with_its_type_and_validators() {
    let site = site(|_| {
        let headers =
            "Content-Type: text/html; charset=utf-8\r\nETag: \"a\"\r\nLast-Modified: Thu, 08 Jan 2026 07:00:00 GMT\r\n";
        Act::Reply("200 OK", headers.into(), b"bonjour".to_vec())
    })
    .await;
    let Fetched::Answer(response) = get(site.url("/a")).await.unwrap() else { panic!() };
    assert_eq!((response.status, response.body.as_slice()), (200, b"bonjour".as_slice()));
    assert_eq!(response.content_type.as_deref(), Some("text/html; charset=utf-8"));
    assert_eq!(response.validators.etag.as_deref(), Some("\"a\""));
    assert_eq!(response.validators.last_modified.as_deref(), Some("Thu, 08 Jan 2026 07:00:00 GMT"));
    assert_eq!(response.url, site.url("/a"));
}

#[tokio::test]
async fn forms_headers_and_json_are_sent() {
    use crate::model::Body;
    let site = site(|_| ok("{}")).await;
    let fetcher = fetcher();
    let json =
        Request::post(site.url("/json"), Body::Json(serde_json::json!({ "q": "é" }))).header("X-Auth-Token", "t");
    fetcher.fetch(&json).await.unwrap();
    fetcher.fetch(&Request::post(site.url("/form"), Body::Multipart(vec![("q".into(), "a".into())]))).await.unwrap();
    fetcher.fetch(&Request::post(site.url("/empty"), Body::Empty)).await.unwrap();
    let seen = site.seen();
    assert_eq!((seen[0].body.as_str(), seen[0].header("x-auth-token")), ("{\"q\":\"é\"}", Some("t")));
    assert!(seen[1].header("content-type").unwrap().starts_with("multipart/form-data"));
    assert_eq!(seen[2].header("content-length"), Some("0"));
    assert!(seen.iter().all(|seen| seen.head.starts_with("post ")));
}

#[tokio::test]
async fn a_header_that_http_does_not_allow_is_named_and_sends_nothing() {
    let site = site(|_| ok("")).await;
    for (name, value) in [("X-A", "a\r\nHost: b"), ("X A", "a"), ("Host", "b"), ("User-Agent", "b"), ("X-A", "\0")] {
        let error = fetcher().fetch(&Request::get(site.url("/")).header(name, value)).await.unwrap_err();
        assert_eq!(error.fault, Fault::BadHeader(name.replace(' ', "")), "{value:?}");
    }
    assert!(site.seen().is_empty());
}

#[tokio::test]
async fn a_status_that_is_no_answer_is_a_fault_with_its_sentence() {
    let site = site(|path| match path {
        "/401" => site::status("401 Unauthorized"),
        "/403" => site::status("403 Forbidden"),
        "/404" => site::status("404 Not Found"),
        "/410" => site::status("410 Gone"),
        "/304" => site::status("304 Not Modified"),
        _ => site::status("418 I'm a teapot"),
    })
    .await;
    for (path, status) in [("/401", 401), ("/403", 403), ("/404", 404), ("/410", 410), ("/304", 304), ("/x", 418)] {
        let error = get(site.url(path)).await.unwrap_err();
        assert_eq!(error.fault, Fault::Status(status));
        let said = error.to_string();
        assert!(said.contains(site.url(path).as_str()) && said.contains(&format!("répond {status} (")), "{said}");
    }
    // None of them is tried twice.
    assert_eq!(site.seen().len(), 6);
}
