//! Pages for everybody: open calls searched and filtered, feeds, notices with their evidence, editions without members.

use crate::support::{Browser, MONDAY, Served, Site, Workspace, on_both};

const HOSTILE: &str = "&lt;script&gt;alert(1)&lt;/script&gt; &amp;amp; \u{202e}sotejorp \"onmouseover=x";

fn served(workspace: &mut Workspace, items: &[(&str, &str)]) -> (Site, Served) {
    workspace.set("[web]\n", "[web]\npublic = true\n");
    let port = Served::prepare(workspace);
    let site = Site::start();
    for (n, (title, body)) in items.iter().enumerate() {
        site.publish(&format!("i{n}"), title, body);
    }
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.import_members();
    workspace.run_at(MONDAY, "once").done();
    let served = Served::start(workspace, port, MONDAY);
    (site, served)
}

const CALLS: [(&str, &str); 3] = [
    ("Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026 à 12h."),
    ("Appel à projets : jardins partagés", "Dépôt des dossiers jusqu'au 27 février 2026 à 12h."),
    ("Appel à projets : colis de Noël", "Dépôt des dossiers jusqu'au 20 novembre 2025."),
];

#[test]
fn open_calls_are_listed_searched_and_filtered() {
    on_both(|mut workspace: Workspace| {
        let (_site, served) = served(&mut workspace, &CALLS);
        let mut browser = Browser::new(&served);
        let all = browser.get("/appels").ok();
        all.says("2 annonces").says("épiceries solidaires").says("jardins partagés").is_silent_on("Noël");
        assert!(all.body.find("épiceries") < all.body.find("jardins"), "the nearest deadline first");
        assert_eq!(all.header("cache-control").as_deref(), Some("public, max-age=300"));
        assert!(all.header("content-security-policy").unwrap().contains("default-src 'none'"));
        let mut check = |query: &str, count: &str| {
            browser.get(&format!("/appels?{query}")).ok().says(count);
        };
        check("q=EPICERIE", "1 annonce");
        check("q=%C3%A9picerie+solidaire", "1 annonce");
        check("q=rien+de+tel", "Aucune annonce");
        check("territoire=Montreuil+(93)", "2 annonces");
        check("territoire=Nantes", "Aucune annonce");
        check("territoire=Nulle-Part-Ailleurs", "est inconnu");
        check("theme=precarite-alimentaire", "1 annonce");
        check("genre=aide", "Aucune annonce");
        check("genre=appel&page=99", "2 annonces");
        check("page=-1&q=%00%ff&theme=zzz&genre=zzz", "2 annonces");
        browser.get("/").ok().says("/appels");
    });
}

#[test]
fn a_filtered_view_is_a_feed_and_a_calendar_too() {
    let mut workspace = Workspace::sqlite();
    let (_site, served) = served(&mut workspace, &CALLS);
    let mut browser = Browser::new(&served);
    let feed = browser.get("/appels.atom?q=jardins").ok();
    assert_eq!(feed.header("content-type").as_deref(), Some("application/atom+xml; charset=utf-8"));
    let read = feed_rs::parser::parse(feed.body.as_bytes()).unwrap();
    assert_eq!(read.entries.len(), 1);
    assert_eq!(read.entries[0].title.as_ref().unwrap().content, CALLS[1].0);
    let link = &read.entries[0].links[0].href;
    browser.get(link).ok().says("jardins partagés");
    let calendar = browser.get("/appels.ics").ok();
    assert_eq!(calendar.header("content-type").as_deref(), Some("text/calendar; charset=utf-8"));
    assert_eq!(calendar.body.matches("BEGIN:VEVENT").count(), 2);
    let one = browser.get(&format!("{link}.ics")).ok();
    assert_eq!(one.body.matches("BEGIN:VEVENT").count(), 1);
}

#[test]
fn a_notice_shows_its_words_and_its_history() {
    let mut workspace = Workspace::sqlite();
    let (_site, served) = served(&mut workspace, &CALLS);
    let mut browser = Browser::new(&served);
    let list = workspace.run_at(MONDAY, "notices list --open --json").json();
    let id = list["notices"][0]["id"].as_str().unwrap().to_owned();
    workspace.run_at(MONDAY, &format!("notices correct {id} --deadline 2026-03-03")).done();
    let page = browser.get(&format!("/annonces/{id}")).ok();
    page.says("3 mars 2026").says("corrigé par l’équipe").says("https://site.example/i0").says("20 février");
    page.is_silent_on("ligne de commande");
    workspace.run_at(MONDAY, &format!("notices hide {id}")).done();
    assert_eq!(browser.get(&format!("/annonces/{id}")).status, 404);
    for path in ["/annonces/nzzzzzzz", "/annonces/..%2f", "/annonces/x.ics", "/editions/abc", "/editions/99"] {
        assert_eq!(browser.get(path).status, 404, "{path}");
    }
}

#[test]
fn editions_are_told_without_their_members() {
    let mut workspace = Workspace::sqlite();
    let sink = crate::support::mta::SmtpSink::start();
    let site = Site::start();
    site.publish("a", CALLS[0].0, CALLS[0].1);
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.import_members();
    workspace.set("file:outbox", &format!("smtp://{}", sink.address()));
    workspace.run_at(MONDAY, "once").done();
    workspace.set("[web]\n", "[web]\npublic = true\n");
    let port = crate::support::mta::free_port();
    workspace.set("127.0.0.1:0", &format!("127.0.0.1:{port}"));
    let served = Served::start(&workspace, port, MONDAY);
    let mut browser = Browser::new(&served);
    browser.get("/editions").ok().says("lundi 12 janvier 2026");
    let page = browser.get("/editions/1").ok();
    page.says("épiceries solidaires");
    for secret in ["lea@", "montreuil.example", "Léa", "CCAS de Montreuil"] {
        page.is_silent_on(secret);
    }
}

#[test]
fn pages_are_closed_unless_the_settings_open_them() {
    let mut workspace = Workspace::sqlite();
    let port = Served::prepare(&mut workspace);
    workspace.run_at(MONDAY, "once").done();
    let served = Served::start(&workspace, port, MONDAY);
    let mut browser = Browser::new(&served);
    for path in ["/appels", "/appels.atom", "/appels.ics", "/editions", "/editions/1", "/annonces/nabcdefg"] {
        assert_eq!(browser.get(path).status, 404, "{path}");
    }
    browser.get("/").ok().is_silent_on("/appels");
}

#[test]
fn hostile_titles_stay_text_and_pages_stay_small() {
    let mut workspace = Workspace::sqlite();
    let long = format!("Appel à projets {}", "épicerie ".repeat(1_200));
    let body = "Dépôt des dossiers jusqu'au 20 février 2026 à 12h.";
    let mut items: Vec<(String, String)> =
        vec![(format!("Appel à projets {HOSTILE}"), body.to_owned()), (long, body.to_owned())];
    let many = (0..60).map(|n| (format!("Appel à projets numéro {n} : jardin {n}"), format!("Lot {n}. {body}")));
    items.extend(many);
    let items: Vec<(&str, &str)> = items.iter().map(|(title, body)| (title.as_str(), body.as_str())).collect();
    let (_site, served) = served(&mut workspace, &items);
    let mut browser = Browser::new(&served);
    let mut seen = String::new();
    for page in 1..=4 {
        let answer = browser.get(&format!("/appels?page={page}")).ok();
        assert!(answer.body.len() < 60_000, "{} bytes", answer.body.len());
        assert_eq!(answer.body.matches("<li class=\"card\">").count(), if page == 4 { 2 } else { 20 });
        seen += &answer.body;
    }
    for text in [&seen, &browser.get("/appels.atom?q=alert").ok().body, &browser.get("/appels.ics").ok().body] {
        assert!(!text.contains("<script"), "{text}");
        assert!(!text.contains('\u{202e}'));
    }
    assert!(seen.contains("&quot;onmouseover=x"), "what is left of a title is text");
    assert!(!seen.contains(&"épicerie ".repeat(100)));
    feed_rs::parser::parse(browser.get("/appels.atom").ok().body.as_bytes()).unwrap();
}
