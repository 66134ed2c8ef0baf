//! Hostile and broken sites: each ends with its named fault, in bounded time and memory.

use std::io::Write;

use super::site::{redirect, reply};
use super::*;

#[tokio::test]
async fn redirects_are_followed_and_the_end_is_told() {
    let last = site(|_| ok("x")).await;
    let to = last.url("/fin#ancre");
    let first = site(move |path| match path {
        "/a" => redirect("b?c=1"),
        _ => redirect(&to),
    })
    .await;
    let Fetched::Answer(response) = get(first.url("/a")).await.unwrap() else { panic!() };
    assert_eq!(response.url, last.url("/fin"));
    assert_eq!(first.seen()[1].path, "/b?c=1");
}

#[tokio::test]
async fn no_redirect_leads_inside() {
    let check = |to: &'static str, forbidden: Option<&'static str>| async move {
        let site = site(move |_| redirect(to)).await;
        let error = get(site.url("/a")).await.unwrap_err();
        match forbidden {
            Some(ip) => {
                assert_eq!(error.fault, Fault::ForbiddenAddress(ip.parse().unwrap()), "{to}");
                let said = error.to_string();
                assert!(said.starts_with(site.url("/a").as_str()) && said.contains(ip), "{said}");
            }
            None => assert!(matches!(error.fault, Fault::BadRedirect(_)), "{to}: {error:?}"),
        }
        assert_eq!(error.next(), Next::AskAHuman);
        assert_eq!(site.seen().len(), 1);
    };
    check("http://169.254.169.254/latest/meta-data/", Some("169.254.169.254")).await;
    check("//10.0.0.1/", Some("10.0.0.1")).await;
    check("http://[::ffff:10.0.0.1]/", Some("::ffff:10.0.0.1")).await;
    check("http://[fd00::1]/", Some("fd00::1")).await;
    check("http://0x0a000001/", Some("10.0.0.1")).await;
    check("file:///etc/passwd", None).await;
    check("ftp://exemple.fr/", None).await;
    check("javascript:alert(1)", None).await;
    check("http://", None).await;
}

#[tokio::test]
async fn nothing_private_is_reached_unless_opened() {
    let site = site(|_| ok("x")).await;
    let closed = Fetcher::new(FetchSettings { allow_private: Vec::new(), ..settings() }).unwrap();
    let port = site.address.port();
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433", "127.0.0.1."] {
        let url = Url::parse(&format!("http://{host}:{port}/")).unwrap();
        let error = closed.fetch(&Request::get(url.clone())).await.unwrap_err();
        assert!(matches!(error.fault, Fault::ForbiddenAddress(_)), "{host}: {error:?}");
    }
    assert!(site.seen_all().is_empty());
    // Opened, the same addresses are reached, by name too.
    for host in ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]"] {
        let url = Url::parse(&format!("http://{host}:{port}/")).unwrap();
        assert!(host.starts_with('[') || get(url).await.is_ok(), "{host}");
    }
}

/// Names are judged by what they resolve to, at each redirect.
#[tokio::test]
async fn no_name_leads_inside_either() {
    let settings = FetchSettings { allow_private: vec!["127.0.0.2/32".parse().unwrap()], ..settings() };
    let fetcher = Fetcher::new(settings).unwrap();
    let inside = site(|_| ok("secret")).await;
    let to = format!("http://localhost:{}/", inside.address.port());
    let site = Site::serve("127.0.0.2", move |_| redirect(&to)).await;
    let error = fetcher.fetch(&Request::get(site.url("/a"))).await.unwrap_err();
    assert!(matches!(error.fault, Fault::ForbiddenAddress(_)), "{error:?}");
    assert!(inside.seen_all().is_empty());
}

#[tokio::test]
async fn secrets_stay_with_the_site_they_are_for() {
    let other = site(|_| ok("x")).await;
    let to = other.url("/b");
    let site = site(move |path| if path == "/a" { redirect("/meme") } else { redirect(&to) }).await;
    let request =
        Request::get(site.url("/a")).header("Authorization", "Bearer hunter2").header("X-Auth-Token", "hunter2");
    fetcher().fetch(&request).await.unwrap();
    assert!(site.seen().iter().all(|seen| seen.header("authorization") == Some("bearer hunter2")));
    assert!(other.seen_all().iter().all(|seen| !seen.head.contains("hunter2")));
}

#[tokio::test]
async fn a_loop_ends_after_five_redirects() {
    let site = site(|_| redirect("/boucle")).await;
    assert_eq!(fault(site.url("/boucle")).await, Fault::TooManyRedirects);
    assert_eq!(site.seen().len(), 6);
}

#[tokio::test]
async fn a_redirect_to_nowhere_is_named() {
    let site = site(|path| if path == "/sans" { reply("301 Moved", "") } else { redirect("http://[::1") }).await;
    assert_eq!(fault(site.url("/sans")).await, Fault::Status(301));
    assert_eq!(fault(site.url("/abime")).await, Fault::BadRedirect("http://[::1".into()));
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

fn encoded(encoding: &str, body: Vec<u8>) -> Act {
    Act::Reply("200 OK", format!("Content-Encoding: {encoding}\r\n"), body)
}

#[tokio::test]
async fn compressed_answers_are_read_whole() {
    let site = site(|path| match path {
        "/gzip" => encoded("gzip", gzip(b"bonjour")),
        "/members" => encoded("x-gzip", [gzip(b"bon"), gzip(b"jour")].concat()),
        "/cut" => encoded("gzip", gzip(b"bonjour").split_last_chunk::<6>().unwrap().0.to_vec()),
        "/lie" => encoded("gzip", b"bonjour".to_vec()),
        "/odd" => encoded("gzip, br", b"bonjour".to_vec()),
        _ => encoded("identity", b"bonjour".to_vec()),
    })
    .await;
    for path in ["/gzip", "/members", "/identity"] {
        assert_eq!(body(site.url(path)).await, b"bonjour", "{path}");
    }
    assert_eq!(fault(site.url("/cut")).await, Fault::Cut);
    assert_eq!(fault(site.url("/lie")).await, Fault::Undecodable("gzip".into()));
    assert_eq!(fault(site.url("/odd")).await, Fault::Undecodable("gzip,br".into()));
}

#[tokio::test]
async fn every_encoding_we_ask_for_can_be_read() {
    use async_compression::Level;
    use async_compression::tokio::write::{BrotliEncoder, ZlibEncoder, ZstdEncoder};
    use async_compression::zstd::CParameter;
    use tokio::io::AsyncWriteExt;
    let text = "bonjour ".repeat(1000);
    let mut brotli = BrotliEncoder::new(Vec::new());
    let mut zlib = ZlibEncoder::new(Vec::new());
    let mut zstd = ZstdEncoder::new(Vec::new());
    // It asks its reader for 128 MiB of memory.
    let wide = [CParameter::window_log(27)];
    let mut greedy = ZstdEncoder::with_quality_and_params(Vec::new(), Level::Default, &wide);
    let encoders: [&mut (dyn tokio::io::AsyncWrite + Unpin + Send); 4] =
        [&mut brotli, &mut zlib, &mut zstd, &mut greedy];
    for encoder in encoders {
        encoder.write_all(text.as_bytes()).await.unwrap();
        encoder.flush().await.unwrap();
        encoder.shutdown().await.unwrap();
    }
    let bodies = [brotli.into_inner(), zlib.into_inner(), zstd.into_inner(), greedy.into_inner()];
    let site = site(move |path| match path {
        "/br" => encoded("br", bodies[0].clone()),
        "/deflate" => encoded("deflate", bodies[1].clone()),
        "/zstd" => encoded("zstd", bodies[2].clone()),
        "/brcut" => encoded("br", bodies[0][..bodies[0].len() / 2].to_vec()),
        _ => encoded("zstd", bodies[3].clone()),
    })
    .await;
    for path in ["/br", "/deflate", "/zstd"] {
        assert_eq!(body(site.url(path)).await, text.as_bytes(), "{path}");
    }
    assert_eq!(fault(site.url("/brcut")).await, Fault::Cut);
    assert_eq!(fault(site.url("/greedy")).await, Fault::Undecodable("zstd".into()));
}

#[tokio::test]
async fn a_bomb_goes_off_within_the_limit() {
    let bomb: &'static [u8] = Box::leak(gzip(&vec![b' '; 10_000_000]).into_boxed_slice());
    let site = site(move |_| encoded("gzip", bomb.repeat(100))).await;
    assert_eq!(fault(site.url("/")).await, Fault::TooLarge { bytes_max: 8 << 20 });
}

#[tokio::test]
async fn a_body_is_read_up_to_its_limit_and_not_beyond() {
    let limits = Limits { body_bytes_max: 1000, wire_bytes_max: 2000, ..settings().limits };
    let fetcher = Fetcher::new(FetchSettings { limits, ..settings() }).unwrap();
    let site = site(|path| {
        let size = path.trim_start_matches('/').parse().unwrap_or(0);
        match size {
            0 => Act::Forever("HTTP/1.1 200 OK\r\n\r\n", vec![b'x'; 8192], Duration::ZERO),
            _ => Act::Reply("200 OK", String::new(), vec![b'x'; size]),
        }
    })
    .await;
    let size = |path: &str| {
        let (fetcher, request) = (fetcher.clone(), Request::get(site.url(path)));
        async move {
            match fetcher.fetch(&request).await {
                Ok(Fetched::Answer(response)) => Ok(response.body.len()),
                Ok(Fetched::NotModified) => Ok(0),
                Err(error) => Err(error.fault),
            }
        }
    };
    assert_eq!(size("/1000").await, Ok(1000));
    assert_eq!(size("/1001").await, Err(Fault::TooLarge { bytes_max: 1000 }));
    assert!(matches!(size("/endless").await, Err(Fault::TooLarge { .. })));
}

#[tokio::test]
async fn many_large_bodies_wait_for_each_other_and_all_come() {
    let body = "x".repeat(3 << 20);
    let fetcher = fetcher();
    let mut fetches = Vec::new();
    for n in 1..=10 {
        let body = body.clone();
        let site = Site::serve(&format!("127.0.3.{n}"), move |_| ok(&body)).await;
        let (fetcher, url) = (fetcher.clone(), site.url("/a"));
        fetches.push(tokio::spawn(async move { fetcher.fetch(&Request::get(url)).await }));
    }
    for fetch in fetches {
        let Ok(Fetched::Answer(response)) = fetch.await.unwrap() else { panic!() };
        assert_eq!(response.body.len(), body.len());
    }
}

#[tokio::test]
async fn empty_blocks_without_end_are_cut_off_too() {
    // A stored deflate block of no bytes, again and again: the plain size never grows.
    let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\u{1f}";
    let site = site(move |_| {
        let mut bytes = head.as_bytes().to_vec();
        bytes.extend([0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
        bytes.extend([0, 0, 0, 0xff, 0xff].repeat(2_000_000));
        Act::Raw(bytes)
    })
    .await;
    assert_eq!(fault(site.url("/")).await, Fault::TooLarge { bytes_max: 8 << 20 });
}

#[tokio::test]
async fn slow_sites_are_left() {
    const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n";
    let site = site(|path| match path {
        "/silence" => Act::Silence,
        "/stop" => Act::Forever(HEAD, b"<".to_vec(), Duration::from_secs(3600)),
        _ => Act::Forever(HEAD, b"<".to_vec(), Duration::from_millis(50)),
    })
    .await;
    let check = |path: &'static str, tenths: [u64; 3], expected: Waiting| {
        let [headers_wait_max, read_wait_max, attempt_wait_max] = tenths.map(|n| Duration::from_millis(n * 100));
        let limits = Limits { headers_wait_max, read_wait_max, attempt_wait_max, ..settings().limits };
        let fetcher = Fetcher::new(FetchSettings { limits, ..settings() }).unwrap();
        let request = Request::get(site.url(path));
        async move {
            let begun = std::time::Instant::now();
            assert_eq!(fetcher.fetch(&request).await.unwrap_err().fault, Fault::TimedOut(expected), "{path}");
            assert!(begun.elapsed() < Duration::from_secs(10), "{path}");
        }
    };
    check("/silence", [10, 100, 300], Waiting::Headers).await;
    check("/stop", [100, 5, 300], Waiting::Read).await;
    check("/drip", [100, 100, 15], Waiting::All).await;
    assert_eq!(site.seen().len(), 3);
}

#[tokio::test]
async fn a_cut_answer_is_a_fault_even_after_retries() {
    let site = site(|path| match path {
        "/length" => Act::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n<rss>".to_vec()),
        "/chunk" => Act::Raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>".to_vec()),
        _ => Act::Raw(Vec::new()),
    })
    .await;
    assert_eq!(fault(site.url("/length")).await, Fault::Cut);
    assert_eq!(fault(site.url("/chunk")).await, Fault::Cut);
    assert_eq!(fault(site.url("/nothing")).await, Fault::Unreachable("connexion fermée sans réponse".into()));
    assert_eq!(site.seen().len(), 9);
}

#[tokio::test]
async fn what_is_not_http_is_unreachable() {
    let site = Site::serve("127.0.0.1", |_| Act::Raw(b"220 smtp.exemple.org ESMTP\r\n".to_vec())).await;
    assert_eq!(fault(site.url("/")).await, Fault::Unreachable("sa réponse n’est pas du HTTP".into()));
    let huge = Site::serve("127.0.0.1", |_| {
        Act::Raw(format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", "x".repeat(2_000_000)).into_bytes())
    })
    .await;
    assert_eq!(fault(huge.url("/")).await, Fault::Unreachable("sa réponse n’est pas du HTTP".into()));
}

#[tokio::test]
async fn nobody_there_is_said_so() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = get(Url::parse(&format!("http://{free}/")).unwrap()).await.unwrap_err();
    assert_eq!(error.fault, Fault::Unreachable("connexion refusée".into()));
    assert!(matches!(error.next(), Next::RetryIn(_)));
    assert_eq!(fault(Url::parse("http://nulle-part.invalid/").unwrap()).await, Fault::UnknownHost);
    assert_eq!(fault(Url::parse("ftp://exemple.fr/").unwrap()).await, Fault::NotHttp);
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    use tokio::io::AsyncWriteExt;
    install_tls_provider();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let tls = rustls::ServerConfig::builder().with_no_client_auth();
    let tls = Arc::new(tls.with_single_cert(vec![made.cert.der().clone()], key).unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let mut stream = stream.into_std().unwrap();
            let tls = tls.clone();
            tokio::task::spawn_blocking(move || {
                stream.set_nonblocking(false).unwrap();
                let mut session = rustls::ServerConnection::new(tls).unwrap();
                let _ = session.complete_io(&mut stream);
            });
        }
    });
    let error = get(Url::parse(&format!("https://localhost:{port}/")).unwrap()).await.unwrap_err();
    assert_eq!(error.fault, Fault::Tls("certificat d’une autorité inconnue".into()));
    assert_eq!(error.next(), Next::AskAHuman);
    // Plain HTTP behind an https:// address is a fault of encryption as well.
    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = plain.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let fault = fault(Url::parse(&format!("https://localhost:{port}/")).unwrap()).await;
    assert!(matches!(fault, Fault::Tls(_)), "{fault:?}");
}
