//! Presets: one address, whichever the site.

use super::*;

fn page(name: &str) -> String {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages").join(name);
    std::fs::read_to_string(file).unwrap()
}

fn asked(step: Step) -> Request {
    match step {
        Step::Login(request) | Step::List(request) => request,
    }
}

#[test]
fn a_prefecture_is_read_by_the_layout_that_prefectures_share() {
    let source = source(SourceKind::Prefecture, "https://www.creuse.example/Actualites/Appels-a-projets");
    let listing = read(&source, "text/html", page("ez-prefecture.html")).unwrap();
    let base = "https://www.creuse.example/Actualites/Appels-a-projets";
    assert_eq!(
        rows(&listing)[0],
        format!("Contrat de ville : programmation 2026 | {base}/Contrat-de-ville-programmation-2026 | - | -")
    );
    assert_eq!((listing.items.len(), listing.notes.len()), (4, 0));
    assert_eq!(listing.next.unwrap().url.as_str(), format!("{base}/(offset)/10"));
}

#[test]
fn an_ars_is_read_by_the_layout_that_they_share() {
    let source = source(SourceKind::Ars, "https://www.normandie.example/appels-projets");
    let listing = read(&source, "text/html", page("drupal-ars.html")).unwrap();
    assert_eq!(listing.items.len(), 3);
    assert_eq!(
        listing.items[0].url.as_deref(),
        Some("https://www.normandie.example/appel-projets-prevention-denutrition")
    );
    assert_eq!(listing.next.unwrap().url.query(), Some("page=1"));
}

#[test]
fn an_unknown_layout_is_read_by_the_list_that_the_page_shows_and_says_so() {
    for kind in [SourceKind::Prefecture, SourceKind::Ars] {
        let listing =
            read(&source(kind, "https://ville.example/appels-a-projets"), "text/html", page("cards.html")).unwrap();
        assert_eq!(listing.items.len(), 4);
        assert!(listing.notes[0].contains("a.paris-card"), "{:?}", listing.notes);
    }
}

#[test]
fn a_page_of_a_preset_without_a_list_is_a_fault_and_an_empty_list_is_none() {
    let source = source(SourceKind::Prefecture, "https://www.creuse.example/appels");
    let fault = |html: &str| {
        read(&source, "text/html", html).map(|listing| listing.items.len()).map_err(|fault| fault.to_string())
    };
    let prose = format!(
        "<main><h1>Préfecture</h1><p>{}</p></main>",
        "Les services vous accueillent sur rendez-vous. ".repeat(40)
    );
    assert!(fault(&prose).unwrap_err().contains("gabarits habituels des préfectures"));
    assert_eq!(fault("<main><h1>Appels à projets</h1><p>Aucun appel à projets en cours.</p></main>"), Ok(0));
    assert_eq!(fault("<form><input type=password></form>"), Err(ExtractError::LoginPage.to_string()));
}

#[test]
fn the_feed_of_a_spip_site_is_found_out_of_any_of_its_pages() {
    let check = |url: &str, feed: &str| {
        assert_eq!(asked(first(&source(SourceKind::Spip, url), None).unwrap()).url.as_str(), feed);
    };
    check("https://site.example/", "https://site.example/spip.php?page=backend");
    check(
        "https://site.example/Appels-a-projets-r34.html",
        "https://site.example/spip.php?page=backend&id_rubrique=34",
    );
    check("https://site.example/spip.php?rubrique12", "https://site.example/spip.php?page=backend&id_rubrique=12");
    check("https://site.example/un-article-a210.html#lire", "https://site.example/spip.php?page=backend");
    check("https://site.example/spip.php?page=backend&id_mot=3", "https://site.example/spip.php?page=backend&id_mot=3");
}

#[test]
fn wordpress_is_asked_for_the_number_of_a_category_and_then_for_its_posts() {
    let source = source(SourceKind::Wordpress, "https://site.example/category/vie/appels-a-projets/page/2/");
    let Step::Login(number) = first(&source, None).unwrap() else { panic!("the number comes first") };
    assert_eq!(number.url.as_str(), "https://site.example/wp-json/wp/v2/categories?slug=appels-a-projets");
    let known = answer(number.url.as_str(), "application/json", r#"[{"id":17,"slug":"appels-a-projets"}]"#);
    let posts = after_login(&source, None, &known).unwrap();
    assert_eq!(posts.url.as_str(), "https://site.example/wp-json/wp/v2/posts?per_page=100&categories=17");
    let unknown = answer(number.url.as_str(), "application/json", "[]");
    assert!(matches!(after_login(&source, None, &unknown), Err(ExtractError::ListNotFound { .. })));
    let body = r#"[{"id":41,"date":"2026-01-08T10:00:00","link":"https://site.example/jardins/","title":{"rendered":"Jardins &#8211; appel &agrave; projets"},"excerpt":{"rendered":"<p>Pour les associations.</p>"},"content":{"rendered":"<p>Date limite : 2 mars 2026.</p>"}}]"#;
    let listing = list(&source, &posts, &answer(posts.url.as_str(), "application/json", body)).unwrap();
    assert_eq!(rows(&listing), ["Jardins – appel à projets | https://site.example/jardins/ | 2026-01-08 | -"]);
    assert!(listing.items[0].text.contains("2 mars 2026") && listing.next.is_none());
}

#[test]
fn a_hundred_posts_are_followed_by_more() {
    let source = source(SourceKind::Wordpress, "https://site.example/");
    let posts = asked(first(&source, None).unwrap());
    let post = |n: u32| format!(r#"{{"id":{n},"link":"https://site.example/{n}","title":{{"rendered":"Appel {n}"}}}}"#);
    let body = format!("[{}]", (0..100).map(post).collect::<Vec<_>>().join(","));
    let listing = list(&source, &posts, &answer(posts.url.as_str(), "application/json", body)).unwrap();
    assert_eq!(listing.next.unwrap().url.as_str(), "https://site.example/wp-json/wp/v2/posts?per_page=100&offset=100");
}

#[test]
fn a_wordpress_site_that_closes_its_interface_is_read_by_its_feed() {
    let check = |url: &str, feed: &str| {
        let source = source(SourceKind::Wordpress, url);
        let request = asked(first(&source, None).unwrap());
        let instead = instead(&source, &request).unwrap();
        assert_eq!(instead.url.as_str(), feed);
        assert_eq!(super::super::instead(&source, &instead), None, "once is enough");
        let rss = "<rss version=\"2.0\"><channel><item><title>Appel</title><link>https://site.example/a</link></item></channel></rss>";
        assert_eq!(list(&source, &instead, &answer(feed, "application/rss+xml", rss)).unwrap().items.len(), 1);
    };
    check("https://site.example/category/appels/", "https://site.example/category/appels/feed/");
    check("https://site.example", "https://site.example/feed/");
    check("https://site.example/blog/wp-json/wp/v2/posts?categories=3", "https://site.example/blog/feed/");
    assert_eq!(
        instead(&source(SourceKind::Page, "https://a.example/"), &Request::get("https://a.example/".parse().unwrap())),
        None
    );
}

const TOPICS: &str = r#"{"totalResults": 120, "pageNumber": 1, "results": [
 {"reference": "a", "metadata": {"identifier": ["FOOD-2026-01"], "title": ["Cities that share their <b>kitchens</b>"], "status": ["31094502"], "type": ["1"], "language": ["en"],
  "deadlineDate": ["2026-09-15T00:00:00.000+0000", "2026-03-04T00:00:00.000+0000"], "deadlineModel": ["two-stage"], "startDate": ["2026-01-13T00:00:00.000+0000"],
  "descriptionByte": ["<p>Open to municipalities.</p><script>x</script>"], "keywords": ["Food"]}},
 {"reference": "b", "metadata": {"identifier": ["FOOD-2026-02"], "title": ["School meals"], "status": ["31094501"], "type": ["1"], "deadlineDate": ["2026-03-04", "2026-10-01"]}},
 {"reference": "c", "metadata": {"identifier": ["OLD-1"], "title": ["Closed long ago"], "status": ["31094503"], "type": ["1"], "deadlineDate": ["2020-03-04"]}},
 {"reference": "d", "metadata": {"identifier": ["X-1"], "title": ["null"], "status": ["31094502"], "type": ["1"]}}]}"#;

#[test]
fn the_portal_of_the_eu_is_asked_for_open_calls_and_its_dates_are_those_of_brussels() {
    let url = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/calls-for-proposals?keywords=food%20aid";
    let source = source(SourceKind::EuFunding, url);
    let request = asked(first(&source, None).unwrap());
    assert_eq!(
        request.url.as_str(),
        "https://api.tech.ec.europa.eu/search-api/prod/rest/search?apiKey=SEDIA&text=food+aid&pageSize=50&pageNumber=1"
    );
    let listing = list(&source, &request, &answer(request.url.as_str(), "application/json", TOPICS)).unwrap();
    let topic = "https://ec.europa.eu/info/funding-tenders/opportunities/portal/screen/opportunities/topic-details";
    assert_eq!(
        rows(&listing),
        [
            format!("Cities that share their kitchens | {topic}/food-2026-01 | - | 2026-03-04"),
            format!("School meals | {topic}/food-2026-02 | - | 2026-10-01")
        ]
    );
    let first_item = &listing.items[0];
    assert_eq!(first_item.fields.deadline.as_ref().unwrap().1.zone, chrono_tz::Europe::Brussels);
    assert_eq!(first_item.text, "Open to municipalities.");
    assert_eq!(listing.problems.len(), 1, "a topic without a title is named");
    let next = listing.next.unwrap();
    assert!(next.url.query().unwrap().contains("pageNumber=2") && next.body == request.body);
}

#[test]
fn faults_of_the_portal_are_named() {
    let source = source(SourceKind::EuFunding, "https://ec.europa.eu/");
    let request = asked(first(&source, None).unwrap());
    let fault = |body: &str| list(&source, &request, &answer("https://api.example/search", "", body)).unwrap_err();
    assert!(matches!(fault("<html><body>Maintenance</body></html>"), ExtractError::PageInsteadOfJson));
    assert!(matches!(fault("{\"message\": \"error\"}"), ExtractError::ListNotFound { .. }));
    let none =
        list(&source, &request, &answer("https://api.example/search", "", "{\"results\": [], \"totalResults\": 0}"))
            .unwrap();
    assert_eq!((none.items.len(), none.next), (0, None));
}
