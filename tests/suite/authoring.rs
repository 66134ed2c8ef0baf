//! Sources without code: an address looked at, an entry shown, added, tried, and mended when its site changed.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

use crate::support::{MONDAY, Workspace};

type Pages = Arc<Mutex<BTreeMap<String, (&'static str, String)>>>;

/// A site whose pages are put one by one; the page of an item is made up, unless it was put.
struct Town {
    address: SocketAddr,
    pages: Pages,
    asked: Arc<Mutex<Vec<String>>>,
    _runtime: tokio::runtime::Runtime,
}

impl Town {
    fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let (pages, asked) = (Pages::default(), Arc::<Mutex<Vec<String>>>::default());
        let router = Router::new().fallback(answer).with_state((pages.clone(), asked.clone()));
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, pages, asked, _runtime: runtime }
    }

    fn put(&self, path: &str, content_type: &'static str, body: impl Into<String>) -> &Self {
        self.pages.lock().unwrap().insert(path.to_owned(), (content_type, body.into()));
        self
    }

    /// A page of tests/pages; links to its own made-up host lead here.
    fn put_page(&self, path: &str, file: &str) -> &Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages").join(file);
        let html = std::fs::read_to_string(file)
            .unwrap()
            .replace("https://tables.example", &format!("http://{}", self.address));
        self.put(path, "text/html; charset=utf-8", html)
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(State((pages, asked)): State<(Pages, Arc<Mutex<Vec<String>>>)>, uri: Uri) -> Response {
    let path = uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
    asked.lock().unwrap().push(path.clone());
    let page = pages.lock().unwrap().get(&path).cloned();
    if let Some((kind, body)) = page {
        return ([(header::CONTENT_TYPE, kind)], body).into_response();
    }
    let made_up = ["/pages/", "/appels/", "/fonds-", "/ami-", "/jardins-"].iter().any(|start| path.starts_with(start));
    if !made_up || path.contains("feed") {
        return StatusCode::NOT_FOUND.into_response();
    }
    let words: String = (0..6)
        .map(|n| {
            format!(
                "<p>Pour {path}, point {n} : les associations de la ville peuvent répondre à cet appel à projets.</p>"
            )
        })
        .collect();
    let html = format!(
        "<nav>Menu</nav><main><h1>Appel {path}</h1>{words}<p>Date limite de dépôt : 20 février 2026.</p></main>"
    );
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

fn sources(workspace: &Workspace) -> String {
    std::fs::read_to_string(workspace.path().join("sources.toml")).unwrap()
}

const MINE: &str = "# Mes sources\r\n\r\n[[source]]\r\nid = \"a\"   # la première\r\nname = \"A\"\r\nkind = \"feed\"\r\nurl = \"https://a.example/feed\"\r\nenabled = false";

#[test]
fn an_address_becomes_a_source_on_a_yes_and_nothing_else_changes() {
    let (workspace, town) = (Workspace::sqlite(), Town::start());
    town.put_page("/appels-a-projets", "cards.html");
    town.put("/appels-a-projets?page=2", "text/html", "<main><p>Aucun autre appel.</p></main>");
    workspace.write("sources.toml", MINE);
    let url = town.url("/appels-a-projets");
    let shown = workspace.run_at(MONDAY, &format!("sources add {url} --territory D93")).status(1);
    let shown = shown.says("Restauration solidaire : un lieu à reprendre").says("À vérifier").says("a.paris-card");
    shown.says("06/03/2026").says("Seine-Saint-Denis").complains("--yes");
    assert_eq!(sources(&workspace), MINE, "without a yes nothing is written");
    let added = workspace.run_at(MONDAY, &format!("sources add {url} --territory D93 --id ville --yes")).done();
    added.says("sources.toml:").says("source « ville »");
    let now = sources(&workspace);
    assert!(now.starts_with(MINE) && now.contains("territory = \"D93\""), "{now}");
    assert_eq!(now.matches('\n').count(), now.matches("\r\n").count(), "{now}");
    workspace.run("check").done();
    workspace.run_at(MONDAY, "collect ville").done();
    let listed = workspace.run_at(MONDAY, "notices list --json").done().json();
    assert_eq!(listed["notices"].as_array().unwrap().len(), 4, "{listed}");
    workspace.run_at(MONDAY, &format!("sources add {url} --yes")).status(2).complains("« ville »");
    assert_eq!(sources(&workspace), now);
}

#[test]
fn a_feed_of_the_same_announcements_goes_before_the_page() {
    let (workspace, town) = (Workspace::sqlite(), Town::start());
    town.put_page("/category/appels-a-projets/", "wordpress.html");
    let item = |slug: &str| format!("<item><title>Appel {slug}</title><link>{}</link></item>", town.url(slug));
    let items: String =
        ["/fonds-cuisines-de-quartier/", "/ami-ateliers-nutrition/", "/jardins-nourriciers-2026/"].map(item).concat();
    let feed = format!("<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>T</title>{items}</channel></rss>");
    town.put("/category/appels-a-projets/feed/", "application/rss+xml", feed);
    let answer = workspace
        .run_at(MONDAY, &format!("sources add {} --json", town.url("/category/appels-a-projets/")))
        .status(1)
        .json();
    assert_eq!((&answer["kind"], &answer["written"]), (&"feed".into(), &false.into()), "{answer}");
    assert_eq!(answer["url"], town.url("/category/appels-a-projets/feed/"));
    assert_eq!(answer["items"].as_array().unwrap().len(), 3);
    assert!(answer["entry"].as_str().unwrap().contains("À compléter : le territoire"), "{answer}");
    assert!(answer["ways"].as_array().unwrap().iter().any(|way| way["kind"] == "page"), "{answer}");
    // The feed of the whole site is announced and does not answer: it is named with the reason.
    assert!(answer["refused"][0]["why"].as_str().unwrap().contains("404"), "{answer}");
}

#[test]
fn what_cannot_be_done_is_said_and_nothing_is_written() {
    let (workspace, town) = (Workspace::sqlite(), Town::start());
    town.put("/robots.txt", "text/plain", "User-agent: *\nDisallow: /ferme/\n");
    town.put_page("/ferme/appels", "cards.html")
        .put_page("/accueil", "news-site.html")
        .put_page("/appels-a-projets", "cards.html");
    let check = |words: &str, status: i32, part: &str| {
        workspace.run_at(MONDAY, &format!("sources add {words} --yes")).status(status).complains(part);
        assert_eq!(sources(&workspace), "", "{words}");
    };
    check(&town.url("/ferme/appels"), 1, "robots.txt");
    check(&town.url("/absente"), 1, "404");
    check(&town.url("/accueil"), 1, "aucune liste");
    check("http://10.0.0.1/appels", 1, "privée");
    check("ftp://ville.example/", 2, "adresse");
    check(&format!("{} --id Mon_Id", town.url("/appels-a-projets")), 2, "identifiant");
    check(&format!("{} --territory Nulle-Part", town.url("/appels-a-projets")), 2, "Nulle-Part");
    check(&format!("{} --choice 9", town.url("/appels-a-projets")), 2, "n° 9");
    assert!(!town.asked().iter().any(|path| path == "/ferme/appels"), "robots.txt is kept");
}

#[test]
fn a_selector_that_finds_nothing_is_named_with_one_that_does() {
    let (workspace, town) = (Workspace::sqlite(), Town::start());
    town.put_page("/appels-a-projets", "cards.html");
    let entry = |select: &str| {
        format!(
            "# un commentaire\n[[source]]\nid = \"ville\"\nname = \"Ville\"\nkind = \"page\"\nurl = \"{}\"\nselect = {{ {select} }}\n",
            town.url("/appels-a-projets")
        )
    };
    workspace.write("sources.toml", &entry("item = \"a.paris-card\", title = \"h3\", link = \"@href\""));
    workspace.run_at(MONDAY, "sources test ville").done().says("4 annonces lues").says("jamais été relevée");
    // The site was made anew: the class of its cards is another.
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages/cards.html");
    let renewed =
        std::fs::read_to_string(file).unwrap().replace("paris-card\"", "vignette-appel\"").replace("h3", "h4");
    town.put("/appels-a-projets", "text/html", renewed);
    let broken = workspace.run_at(MONDAY, "sources test ville").status(1);
    broken.says(
        "sources.toml:7 : le sélecteur select.item « a.paris-card » ne trouve rien — essayez « a.vignette-appel »",
    );
    workspace.write("sources.toml", &entry("item = \"a.vignette-appel\", title = \"h3\", link = \"@href\""));
    let half = workspace.run_at(MONDAY, "sources test ville --json").status(1).json();
    assert_eq!(
        (&half["unmatched"][0]["key"], &half["unmatched"][0]["instead"]),
        (&"select.title".into(), &"h4".into()),
        "{half}"
    );
    workspace.write("sources.toml", &entry("item = \"a.vignette-appel\", title = \"h4\", link = \"@href\""));
    workspace.run_at(MONDAY, "sources test ville").done().says("4 annonces lues");
}

#[test]
fn a_path_that_finds_nothing_is_named_with_one_that_does_and_data_are_added_by_their_address() {
    let (workspace, town) = (Workspace::sqlite(), Town::start());
    let data = |list: &str, title: &str| {
        let rows: Vec<String> = (1..4)
            .map(|n| {
                format!(
                    "{{\"{title}\": \"Appel à projets n° {n}\", \"url\": \"/appels/{n}\", \"dateCloture\": \"2026-03-0{n}\"}}"
                )
            })
            .collect();
        format!("{{\"{list}\": [{}]}}", rows.join(", "))
    };
    town.put("/aides.json", "application/json", data("aides", "titre"));
    let entry = format!(
        "[[source]]\nid = \"ville\"\nname = \"Ville\"\nkind = \"json\"\nurl = \"{}\"\n\n[source.json]\nitems = \"$.aides[*]\"\n\
         title = \"$.titre\"\nlink = \"$.url\"\ndeadline = \"$.dateCloture\"\n",
        town.url("/aides.json")
    );
    workspace.write("sources.toml", &entry);
    workspace.run_at(MONDAY, "sources test ville").done().says("3 annonces lues").says("01/03/2026");
    // Another interface: the list and the titles have other names.
    town.put("/aides.json", "application/json", data("resultats", "intitule"));
    workspace
        .run_at(MONDAY, "sources test ville")
        .status(1)
        .says("sources.toml:8 : le chemin json.items « $.aides[*] » ne trouve rien — essayez « $.resultats[*] »");
    workspace.write("sources.toml", &entry.replace("$.aides", "$.resultats"));
    let half = workspace.run_at(MONDAY, "sources test ville --json").status(1).json();
    assert_eq!(half["unmatched"][0]["key"], "json.title", "{half}");
    assert_eq!(half["unmatched"][0]["instead"], "$.intitule", "{half}");
    // From nothing but the address.
    workspace.write("sources.toml", "");
    let added = workspace.run_at(MONDAY, &format!("sources add {} --id ville --yes", town.url("/aides.json"))).done();
    added.says("Appel à projets n° 1").says("01/03/2026");
    assert!(sources(&workspace).contains("deadline = \"$.dateCloture\""), "{}", sources(&workspace));
    workspace.run_at(MONDAY, "sources test ville").done().says("3 annonces lues");
}

#[test]
fn what_changed_since_the_last_round_is_said() {
    let (workspace, town) = (Workspace::sqlite(), Town::start());
    let list = |slugs: &[(&str, &str)]| {
        let rows: String = slugs
            .iter()
            .map(|(slug, title)| format!("<li class=\"appel\"><a href=\"/docs/{slug}\">{title}</a></li>"))
            .collect();
        format!("<main><ul>{rows}</ul></main>")
    };
    town.put(
        "/liste",
        "text/html",
        list(&[("a", "Appel à projets des jardins"), ("b", "Appel à projets des cantines")]),
    );
    let entry = format!(
        "[[source]]\nid = \"ville\"\nname = \"Ville\"\nkind = \"page\"\nurl = \"{}\"\nselect = {{ item = \"li.appel\" }}\n",
        town.url("/liste")
    );
    workspace.write("sources.toml", &entry);
    workspace.run_at(MONDAY, "collect ville").done();
    workspace.run_at(MONDAY, "sources test ville").done().says("Rien n’a changé depuis le relevé");
    town.put(
        "/liste",
        "text/html",
        list(&[("b", "Appel à projets des cantines : prolongé"), ("c", "Appel à projets des marchés")]),
    );
    let answer = workspace.run_at(MONDAY, "sources test ville").done();
    answer
        .says("1 nouvelle : Appel à projets des marchés")
        .says("1 modifiée : Appel à projets des cantines : prolongé")
        .says("1 disparue de la liste : http://");
}

#[test]
fn more_rows_than_are_shown_are_counted() {
    let (workspace, town) = (Workspace::sqlite(), Town::start());
    let rows = |count: usize| -> String {
        let rows: String = (0..count)
            .map(|n| format!("<li class=\"appel\"><a href=\"/docs/{n}\">Appel à projets numéro {n}</a></li>"))
            .collect();
        format!("<main><ul>{rows}</ul></main>")
    };
    let entry = format!(
        "[[source]]\nid = \"ville\"\nname = \"Ville\"\nkind = \"page\"\nurl = \"{}\"\nselect = {{ item = \"li.appel\" }}\n",
        town.url("/liste")
    );
    workspace.write("sources.toml", &entry);
    for (count, last) in [(11, "… et 1 autre."), (14, "… et 4 autres.")] {
        town.put("/liste", "text/html", rows(count));
        workspace.run_at(MONDAY, "sources test ville").done().says(last);
    }
}

#[test]
fn a_preset_is_one_line_whatever_the_site() {
    let (workspace, town) = (Workspace::sqlite(), Town::start());
    town.put_page("/appels-a-projets", "cards.html").put(
        "/appels-a-projets?page=2",
        "text/html",
        "<p>Aucun appel.</p>",
    );
    let feed = |titles: &[&str]| {
        let items: String = titles
            .iter()
            .map(|t| format!("<item><title>{t}</title><link>https://wp.example/{}</link></item>", t.len()))
            .collect();
        format!("<rss version=\"2.0\"><channel><title>T</title>{items}</channel></rss>")
    };
    town.put("/category/appels/feed/", "application/rss+xml", feed(&["Appel du feed"]));
    town.put("/wp-json/wp/v2/categories?slug=vie", "application/json", "[{\"id\": 3}]");
    let post = r#"[{"id": 1, "link": "https://wp.example/1", "title": {"rendered": "Appel de l'interface"}}]"#;
    town.put("/wp-json/wp/v2/posts?per_page=100&categories=3", "application/json", post);
    town.put("/spip.php?page=backend&id_rubrique=34", "application/rss+xml", feed(&["Appel de la rubrique"]));
    let check = |kind: &str, path: &str, title: &str| {
        let entry = format!(
            "[[source]]\nid = \"s\"\nname = \"S\"\nkind = \"{kind}\"\nurl = \"{}\"\ndetail = false\n",
            town.url(path)
        );
        workspace.write("sources.toml", &entry);
        workspace.run_at(MONDAY, "sources test s").done().says(title);
    };
    check("wordpress", "/category/vie/", "Appel de l'interface");
    // Its interface is closed: the feed stands in.
    check("wordpress", "/category/appels/", "Appel du feed");
    check("spip", "/Appels-a-projets-r34.html", "Appel de la rubrique");
    check("prefecture", "/appels-a-projets", "Restauration solidaire");
}
