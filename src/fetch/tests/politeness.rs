//! What a site's log shows of us.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::site::{redirect, reply, status};
use super::*;
use crate::model::Validators;

#[tokio::test]
async fn we_say_who_we_are_and_what_we_can_read() {
    let site = site(|_| ok("")).await;
    get(site.url("/a")).await.unwrap();
    for seen in site.seen_all() {
        assert_eq!(seen.header("user-agent"), Some("glaneur/0.1 (+equipe@exemple.org)"));
        assert_eq!(seen.header("accept-encoding"), Some("gzip, br, zstd"));
        assert!(seen.header("cookie").is_none() && seen.header("referer").is_none());
    }
    assert_eq!(site.paths(), ["/robots.txt", "/a"]);
}

#[tokio::test]
async fn one_request_at_a_time_with_a_pause_after_each() {
    let pause = Duration::from_millis(60);
    let site = Site::serve("127.0.0.1", |_| ok("x")).await;
    let other = Site::serve("127.0.0.2", |_| ok("x")).await;
    let fetcher = Fetcher::new(FetchSettings { pause, ..settings() }).unwrap();
    let begun = std::time::Instant::now();
    let urls = (0..4).map(|n| site.url(&format!("/{n}"))).chain([other.url("/a")]);
    let fetches = urls.map(|url| {
        let fetcher = fetcher.clone();
        tokio::spawn(async move { fetcher.fetch(&Request::get(url)).await.map(|_| ()) })
    });
    for fetch in fetches.collect::<Vec<_>>() {
        fetch.await.unwrap().unwrap();
    }
    // The other host did not wait for the first one's five turns.
    let seen = site.seen_all();
    assert_eq!(seen.len(), 5);
    assert!(other.seen_all()[1].begun < seen[3].begun);
    for pair in seen.windows(2) {
        let between = pair[1].begun.saturating_duration_since(pair[0].begun);
        assert!(between >= pause - Duration::from_millis(5), "{between:?}");
    }
    assert!(begun.elapsed() >= pause * 4);
}

#[tokio::test]
async fn a_crawl_delay_longer_than_the_pause_wins() {
    let site = Site::serve("127.0.0.1", |seen| match seen.path.as_str() {
        "/robots.txt" => ok("User-agent: *\nCrawl-delay: 0.2\n"),
        _ => ok("x"),
    })
    .await;
    let fetcher = fetcher();
    for path in ["/a", "/b", "/c"] {
        fetcher.fetch(&Request::get(site.url(path))).await.unwrap();
    }
    // From robots.txt on.
    let seen = site.seen_all();
    assert_eq!(seen.len(), 4);
    for pair in seen.windows(2) {
        assert!(pair[1].begun - pair[0].begun >= Duration::from_millis(195));
    }
}

#[tokio::test]
async fn robots_is_asked_once_and_obeyed() {
    let site = Site::serve("127.0.0.1", |seen| match seen.path.as_str() {
        "/robots.txt" => ok("User-agent: *\nDisallow: /prive/\n"),
        "/saut" => redirect("/prive/b"),
        _ => ok("x"),
    })
    .await;
    let fetcher = fetcher();
    let fetch = |path: &str| {
        let (fetcher, request) = (fetcher.clone(), Request::get(site.url(path)));
        async move { fetcher.fetch(&request).await.map_err(|error| error.fault) }
    };
    assert!(fetch("/a").await.is_ok());
    assert_eq!(fetch("/prive/a").await, Err(Fault::Disallowed));
    assert_eq!(fetch("/saut").await, Err(Fault::Disallowed));
    assert_eq!(site.paths(), ["/robots.txt", "/a", "/saut"]);
}

#[tokio::test]
async fn what_robots_answers_decides() {
    let check = |line: &'static str, expected: Result<(), Fault>| async move {
        let site = Site::serve("127.0.0.1", move |seen| match seen.path.as_str() {
            "/robots.txt" => status(line),
            _ => ok("x"),
        })
        .await;
        assert_eq!(get(site.url("/a")).await.map(|_| ()).map_err(|error| error.fault), expected, "{line}");
    };
    check("404 Not Found", Ok(())).await;
    check("403 Forbidden", Ok(())).await;
    check("500 Oops", Err(Fault::RobotsUnavailable { status: 500 })).await;
    check("503 Oops", Err(Fault::RobotsUnavailable { status: 503 })).await;
}

#[tokio::test]
async fn robots_redirects_are_followed_but_not_into_the_dark() {
    let moved = Site::serve("127.0.0.2", |_| ok("User-agent: *\nDisallow: /a\n")).await;
    let to = moved.url("/robots-ailleurs.txt");
    let site = Site::serve("127.0.0.1", move |seen| match seen.path.as_str() {
        "/robots.txt" => redirect(&to),
        _ => ok("x"),
    })
    .await;
    assert_eq!(fault(site.url("/a")).await, Fault::Disallowed);
    for to in ["http://10.0.0.1/robots.txt", "file:///etc/passwd", "/robots.txt"] {
        let site = Site::serve("127.0.0.1", move |seen| match seen.path.as_str() {
            "/robots.txt" => redirect(to),
            _ => ok("x"),
        })
        .await;
        assert_eq!(body(site.url("/a")).await, b"x", "{to}");
    }
}

#[tokio::test]
async fn a_very_long_robots_is_read_by_its_beginning() {
    let site = Site::serve("127.0.0.1", |seen| match seen.path.as_str() {
        "/robots.txt" => ok(&format!("User-agent: *\nDisallow: /prive\n{}", "# bourrage\n".repeat(1_000_000))),
        _ => ok("x"),
    })
    .await;
    assert_eq!(fault(site.url("/prive")).await, Fault::Disallowed);
    assert_eq!(body(site.url("/a")).await, b"x");
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let site = Site::serve("127.0.0.1", |seen| match seen.header("if-none-match") {
        Some("\"a\"") => status("304 Not Modified"),
        _ => Act::Reply("200 OK", "ETag: \"a\"\r\n".into(), b"x".to_vec()),
    })
    .await;
    let Fetched::Answer(response) = get(site.url("/a")).await.unwrap() else { panic!() };
    let again = Request { validators: response.validators, ..Request::get(site.url("/a")) };
    assert_eq!(fetcher().fetch(&again).await.unwrap(), Fetched::NotModified);
    let date = Validators { etag: None, last_modified: Some("Thu, 08 Jan 2026 07:00:00 GMT".into()) };
    fetcher().fetch(&Request { validators: date, ..Request::get(site.url("/a")) }).await.unwrap();
    let last = site.seen().pop().unwrap();
    assert_eq!(last.header("if-modified-since"), Some("thu, 08 jan 2026 07:00:00 gmt"));
    // A stored validator that no header can carry costs a full answer, no more.
    let broken = Validators { etag: Some("a\r\nb".into()), last_modified: None };
    assert!(fetcher().fetch(&Request { validators: broken, ..Request::get(site.url("/a")) }).await.is_ok());
}

/// Answers `line` as long as `times` is not used up, then 200.
async fn failing(times: usize, line: &'static str, headers: &'static str) -> Site {
    let left = AtomicUsize::new(times);
    site(move |_| match left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1)) {
        Ok(_) => reply(line, headers),
        Err(_) => ok("x"),
    })
    .await
}

#[tokio::test]
async fn what_passes_by_itself_is_tried_three_times() {
    let check = |times: usize, line: &'static str, expected: Result<(), Fault>, requests: usize| async move {
        let site = failing(times, line, "").await;
        let got = get(site.url("/a")).await.map(|_| ()).map_err(|error| error.fault);
        assert_eq!((got, site.seen().len()), (expected, requests), "{line}");
    };
    check(2, "500 Oops", Ok(()), 3).await;
    check(2, "502 Bad Gateway", Ok(()), 3).await;
    check(3, "503 Unavailable", Err(Fault::Status(503)), 3).await;
    check(1, "501 Not Implemented", Err(Fault::Status(501)), 1).await;
    check(1, "404 Not Found", Err(Fault::Status(404)), 1).await;
}

#[tokio::test]
async fn a_short_retry_after_is_waited_for() {
    for line in ["429 Too Many Requests", "503 Unavailable"] {
        let site = failing(1, line, "Retry-After: 1\r\n").await;
        assert_eq!(body(site.url("/a")).await, b"x");
        let seen = site.seen();
        assert!(seen[1].begun - seen[0].begun >= Duration::from_millis(990), "{line}");
    }
}

#[tokio::test]
async fn a_long_retry_after_closes_the_whole_host() {
    let site = failing(1, "429 Too Many Requests", "Retry-After: 3600\r\n").await;
    let other = Site::serve("127.0.0.2", |_| ok("x")).await;
    let fetcher = fetcher();
    let hour = Duration::from_secs(3600);
    for path in ["/a", "/b"] {
        let error = fetcher.fetch(&Request::get(site.url(path))).await.unwrap_err();
        let Fault::RateLimited { retry_after } = error.fault else { panic!("{error}") };
        assert!((hour - Duration::from_secs(5)..=hour).contains(&retry_after), "{retry_after:?}");
        assert_eq!(error.next(), Next::RetryIn(retry_after));
    }
    assert_eq!(site.seen().len(), 1);
    assert!(fetcher.fetch(&Request::get(other.url("/"))).await.is_ok());
}

#[tokio::test]
async fn a_429_without_a_date_closes_the_host_for_a_while() {
    let site = failing(1, "429 Too Many Requests", "").await;
    assert_eq!(fault(site.url("/a")).await, Fault::RateLimited { retry_after: Duration::from_secs(600) });
    assert_eq!(site.seen().len(), 1);
}
