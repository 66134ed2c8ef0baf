//! Lists and pages as préfectures, Drupal and hand-made sites write them.

use super::*;
use crate::model::Paging;

const URL: &str = "https://site.example/appels/liste";
const HTML: &str = "text/html; charset=utf-8";

fn page_source(select: ListSelect) -> Source {
    Source { select, ..source(SourceKind::Page, URL) }
}

fn some(selector: &str) -> Option<String> {
    Some(selector.to_owned())
}

const PREFECTURE: &str = r#"<!doctype html><html lang="fr"><head><title>Appels à projets - Préfecture</title></head><body>
<header class="fr-header"><nav><ul><li><a href="/">Accueil</a></li></ul></nav></header>
<main><h1>Appels à projets</h1><div class="fr-grid-row">
 <div class="fr-card"><h2 class="fr-card__title"><a href="/Actualites/Epiceries">Appel à projets &eacute;piceries</a></h2>
  <p class="fr-card__desc">Dépôt avant le 3 mars.</p><p class="fr-card__detail">Mis à jour le 12/01/2026</p></div>
 <div class="fr-card"><h2 class="fr-card__title"><a href="/Actualites/Cantines">Cantines à 1 €</a></h2>
  <p class="fr-card__detail">Publié le 5 janvier 2026</p></div>
 <div class="fr-card"><h2 class="fr-card__title"><a href="/Actualites/Cantines">Cantines à 1 €</a></h2></div>
</div><nav class="fr-pagination"><a class="fr-pagination__link--next" href="/Actualites/(offset)/10">Suivante</a></nav></main></body></html>"#;

#[test]
fn a_prefecture_list_is_read_with_its_next_page() {
    let source = page_source(ListSelect {
        item: ".fr-card".into(),
        title: some("h2"),
        link: some("h2 a@href"),
        date: some(".fr-card__detail"),
        next: some("a.fr-pagination__link--next@href"),
        ..ListSelect::default()
    });
    let listing = read(&source, HTML, PREFECTURE).unwrap();
    assert_eq!(
        rows(&listing),
        [
            "Appel à projets épiceries | https://site.example/Actualites/Epiceries | - | -",
            "Cantines à 1 € | https://site.example/Actualites/Cantines | 2026-01-05 | -"
        ]
    );
    assert!(listing.items[0].updated.is_some(), "« Mis à jour le » is no publication");
    assert!(listing.items[0].text.contains("Dépôt avant le 3 mars."), "without details the card is the text");
    assert_eq!(listing.next.unwrap().url.as_str(), "https://site.example/Actualites/(offset)/10");
}

#[test]
fn a_drupal_list_with_protocol_relative_links_and_a_base_is_read() {
    let html = r#"<html><head><base href="https://cdn.example/fr/"></head><body><div class="view-content">
      <div class="views-row"><h3><a href="//www.site.example/appel-1">Appel 1</a></h3><span class="fin">Du 01/02/2026 au 31/03/2026 à 12h</span></div>
      <div class="views-row"><h3><a href="appel-2">Appel 2</a></h3><time class="fin" datetime="2026-04-30T22:00:00Z">30 avril</time></div>
      <div class="views-row"><h3><a href="appel-3">Appel 3</a></h3><span class="fin">au printemps</span></div>
      <div class="views-row"><h3></h3></div></div>
      <ul class="pager"><li class="pager__item--next"><a rel="next" href="?page=1">››</a></li></ul></body></html>"#;
    let source = page_source(ListSelect {
        item: ".views-row".into(),
        text: some(".x"),
        deadline: some(".fin"),
        ..Default::default()
    });
    let listing = read(&source, HTML, html).unwrap();
    assert_eq!(
        rows(&listing),
        [
            "Appel 1 | https://www.site.example/appel-1 | - | 2026-03-31 12:00",
            "Appel 2 | https://cdn.example/fr/appel-2 | - | 2026-05-01",
            "Appel 3 | https://cdn.example/fr/appel-3 | - | -"
        ]
    );
    assert_eq!(listing.items[2].text, "au printemps");
    assert_eq!(listing.problems, [ItemProblem { fault: ItemFault::WithoutTitle, item: "n° 4".into() }]);
    // Another host's page is followed without what was asked of this one.
    assert_eq!(listing.next.unwrap().url.as_str(), "https://cdn.example/fr/?page=1");
}

#[test]
fn a_table_and_cards_that_are_links_are_read() {
    let table = "<table><tr><th>Appel</th><th>Fin</th></tr><tr class=l><td><a href=a.html>Un</a></td><td>31/03/2026</td></tr></table>";
    let source =
        page_source(ListSelect { item: "tr.l".into(), deadline: some("td:nth-child(2)"), ..Default::default() });
    assert_eq!(
        rows(&read(&source, HTML, table).unwrap()),
        ["Un | https://site.example/appels/a.html | - | 2026-03-31"]
    );
    let cards =
        "<a class=c href=/1 title='Infobulle'><h3>Un</h3><p>x</p></a><a class=c href=/2 aria-label='Deux'><img></a>";
    let source = page_source(ListSelect { item: "a.c".into(), link: some("@href"), ..Default::default() });
    assert_eq!(
        rows(&read(&source, HTML, cards).unwrap()),
        ["Un | https://site.example/1 | - | -", "Deux | https://site.example/2 | - | -"]
    );
}

#[test]
fn a_list_that_is_not_found_differs_from_an_empty_one() {
    let check = |html: &str, wanted: Result<usize, ExtractError>| {
        let source = page_source(ListSelect { item: "li.appel".into(), ..Default::default() });
        assert_eq!(read(&source, HTML, html).map(|l| l.items.len()), wanted, "{html}");
    };
    let missing = || Err(ExtractError::ListNotFound { wanted: "li.appel".into() });
    check("<main><h1>Appels à projets</h1><p>Refonte du site</p></main>", missing());
    check("<main><p>Aucun appel à projets en cours.</p></main>", Ok(0));
    check("<main><p>Il n’y a pas d’appel à projets actuellement.</p></main>", Ok(0));
    check("<main><p>0 résultat</p></main>", Ok(0));
    check("<main><p>La recherche ne renvoie aucun résultat</p></main>", Ok(0));
    check("<main>Refonte<div hidden>Aucun résultat</div><template>Aucun résultat</template></main>", missing());
    check("<form><input type=password></form>", Err(ExtractError::LoginPage));
    check(
        "<title>Appels</title><noscript>Activez JavaScript</noscript><div id=root></div><script src=app.js></script>",
        Err(ExtractError::NeedsScripts),
    );
    check("<body>Merci de remplir ce captcha</body>", Err(ExtractError::AntiBot));
    check("", missing());
}

#[test]
fn further_pages_are_planned_and_end() {
    let next = |paging: Option<Paging>, asked: &str, html: &str| {
        let mut source = page_source(ListSelect { item: "li".into(), ..Default::default() });
        source.paging = paging;
        let request = Request::get(asked.parse().unwrap()).header("X-Cle", "secret");
        list(&source, &request, &answer(asked, HTML, html)).unwrap().next
    };
    let page = || Some(Paging::Page { parameter: "page".into(), first: 1 });
    let offset = || Some(Paging::Offset { parameter: "debut".into(), size: 2 });
    let two = "<ul><li><a href=1>a</a></li><li><a href=2>b</a></li></ul>";
    let url = |request: Option<Request>| request.map(|r| r.url.to_string());
    assert_eq!(url(next(page(), URL, two)).as_deref(), Some("https://site.example/appels/liste?page=2"));
    assert_eq!(
        url(next(page(), &format!("{URL}?t=a%26b&page=2"), two)).as_deref(),
        Some("https://site.example/appels/liste?t=a%26b&page=3")
    );
    assert_eq!(
        url(next(page(), &format!("{URL}?page=3"), "<p>fin</p>")),
        None,
        "beyond the last page, nothing is no fault"
    );
    assert_eq!(url(next(offset(), URL, two)).as_deref(), Some("https://site.example/appels/liste?debut=2"));
    assert_eq!(url(next(offset(), URL, "<li><a href=1>a</a>")), None);
    assert_eq!(url(next(None, URL, &format!("{two}<a rel=next href=#>x</a>"))), None);
    assert_eq!(
        url(next(None, URL, &format!("{two}<a rel=next href='liste#bas'>x</a>"))),
        None,
        "a page is not its own next"
    );
    let secret = |request: Option<Request>| request.unwrap().headers.len();
    assert_eq!(secret(next(None, URL, &format!("{two}<link rel=next href=/p2>"))), 1);
    assert_eq!(
        secret(next(None, URL, &format!("{two}<a rel=next href=https://autre.example/>x</a>"))),
        0,
        "a secret stays at home"
    );
}

const DETAIL: &str = r##"<!doctype html><html lang="fr"><head><title>Épiceries solidaires | Préfecture</title>
<meta property="article:published_time" content="2026-01-05T09:00:00+01:00"><style>.x{}</style></head><body>
<div class="fr-skiplinks"><a href="#main">Contenu</a></div>
<header role="banner"><p>Préfecture de la Vallée</p><nav><a href="/agenda">Réunion du 12 mars 2026</a></nav></header>
<main id="main"><nav class="fr-breadcrumb"><a>Accueil</a> &gt; <a>Actualités</a></nav>
<h1>Épiceries solidaires : appel à projets 2026</h1><div class="fr-share"><p>Partager la page</p></div>
<article><p class="fr-text--lead">La préfecture soutient les épiceries solidaires de la vallée.</p>
<p>Les dossiers sont à déposer <strong>avant le 15 mars 2026 à 12h</strong>, par voie électronique, à l’adresse indiquée dans le cahier des charges.</p>
<ul><li>Associations</li><li>CCAS</li></ul>
<p><a href="/content/download/1/cahier.pdf">Cahier des charges (PDF, 200 ko)</a> <a href="/contact">Contact</a></p></article>
<h2>À lire aussi</h2><ul><li>Appel à projets clos le 1er juin 2019</li></ul></main>
<div id="cookie-banner"><p>Nous utilisons des cookies jusqu’au 31/12/2030.</p></div>
<footer><p>Mairie, 75004. Dernière mise à jour du site : 02/01/2026.</p></footer><script>var d = "3 mai 2026";</script></body></html>"##;

fn item() -> Item {
    let source = page_source(ListSelect { item: "a".into(), ..Default::default() });
    read(&source, HTML, "<a href='/fiche'>Épiceries solidaires : appel…</a>").unwrap().items.remove(0)
}

#[test]
fn the_main_text_is_found_without_the_furniture() {
    let mut source = page_source(ListSelect::default());
    source.detail = Some(DetailSelect::default());
    let request = detail_request(&source, &item()).unwrap();
    assert_eq!(request.url.as_str(), "https://site.example/fiche");
    let listed = Item { text: String::new(), ..item() };
    let read = detail(&source, listed, &answer("https://site.example/fiche", HTML, DETAIL)).unwrap();
    assert_eq!(read.title, "Épiceries solidaires : appel à projets 2026", "a title cut by the list is completed");
    assert_eq!(read.published.unwrap().to_string(), "2026-01-05");
    assert!(
        read.text.contains("avant le 15 mars 2026 à 12h, par voie") && read.text.contains("- Associations\n- CCAS"),
        "{}",
        read.text
    );
    for furniture in ["12 mars", "2019", "2030", "02/01", "3 mai", "Accueil", "Partager"] {
        assert!(!read.text.contains(furniture), "{furniture} : {}", read.text);
    }
    assert_eq!(read.attachments.len(), 1);
    assert_eq!(read.attachments[0].url, "https://site.example/content/download/1/cahier.pdf");
    assert_eq!(read.attachments[0].label, "Cahier des charges (PDF, 200 ko)");
}

#[test]
fn the_source_may_choose_the_parts() {
    let mut source = page_source(ListSelect::default());
    let mut read = |select: DetailSelect| {
        source.detail = Some(select);
        detail(&source, Item { text: String::new(), ..item() }, &answer("https://site.example/fiche", HTML, DETAIL))
    };
    let chosen = read(DetailSelect {
        text: some("article"),
        remove: some("ul, .fr-text--lead"),
        deadline: some("article strong"),
        title: some("head title"),
        attachments: some("article a"),
        ..Default::default()
    })
    .unwrap();
    assert!(chosen.text.starts_with("Les dossiers sont à déposer") && !chosen.text.contains("CCAS"), "{}", chosen.text);
    assert_eq!(chosen.title, "Épiceries solidaires | Préfecture");
    assert_eq!(chosen.attachments.len(), 2);
    let (name, deadline) = chosen.fields.deadline.unwrap();
    assert_eq!(
        (name.as_str(), deadline.date.to_string(), deadline.time.is_some()),
        ("article strong", "2026-03-15".into(), true)
    );
    let gone = read(DetailSelect { text: some(".disparu"), ..Default::default() });
    assert_eq!(gone.unwrap_err(), ExtractError::TextNotFound { wanted: ".disparu".into() });
}

#[test]
fn any_page_or_text_file_can_be_read_by_its_address() {
    let url = "https://site.example/x";
    let read = |kind: &str, body: &[u8]| page_text(&url.parse().unwrap(), &answer(url, kind, body));
    let page = read(HTML, DETAIL.as_bytes()).unwrap();
    assert_eq!(
        (page.title.as_str(), page.published.map(|d| d.to_string())),
        ("Épiceries solidaires : appel à projets 2026", Some("2026-01-05".into()))
    );
    let text = read("text/plain", "Appel à projets\n\nAvant le 3 mars < 2026.".as_bytes()).unwrap();
    assert_eq!(
        (text.title.as_str(), text.text.as_str()),
        ("Appel à projets", "Appel à projets\n\nAvant le 3 mars < 2026.")
    );
    let latin = read("text/html", b"<h1>\xc9t\xe9</h1><p>\xab l\x92ann\xe9e \xbb</p>").unwrap();
    assert_eq!((latin.title.as_str(), latin.text.as_str()), ("Été", "Été\n\n« l’année »"));
    assert_eq!(read("text/html", b"%PDF-1.7\n").unwrap_err(), ExtractError::NotHandled { what: "PDF".into() });
    assert_eq!(read("image/png", b"x").unwrap_err(), ExtractError::NotHandled { what: "image/png".into() });
    assert_eq!(read(HTML, b"<form><input type='password'></form>").unwrap_err(), ExtractError::LoginPage);
}

#[test]
fn a_page_without_main_element_is_read_too() {
    let words = "Le territoire soutient les projets alimentaires des habitants et des associations locales. ".repeat(6);
    let html = format!(
        "<html><body><div id=menu><a href=/>Accueil</a></div><div class=colonne><div class=texte><h1>Appel 2026</h1><p>{words}</p>\
         <p>Date limite de dépôt : 3 avril 2026. {words}</p></div></div><div class=footer>Contact</div></body></html>"
    );
    let page = page_text(&URL.parse().unwrap(), &answer(URL, HTML, html)).unwrap();
    assert!(page.text.contains("3 avril 2026") && !page.text.contains("Contact"), "{}", page.text);
}

#[test]
fn a_typo3_page_keeps_its_own_title_and_files() {
    let html = "<html><head><title>x</title></head><body><div class=header><h1>Département de la Vallée</h1><ul class=menu><li>Réunion le 2 mai 2026</li></ul></div>\
        <div id=content><h1>APPEL À PROJETS INSERTION 2026</h1><div class=news-text-wrap><p>DATE LIMITE : 30 JANVIER 2026 À MINUIT</p>\
        <p>Le Département lance un appel à projets pour soutenir l'insertion par l'activité économique, avec une enveloppe de 200 000 €.</p>\
        <table><tr><td><p>Date limite</p></td><td><p>30 janvier 2026</p></td></tr></table></div>\
        <div class=news-related-wrap><h3>Fichiers joints</h3><a href=fileadmin/cdc.PDF>Cahier des charges</a></div></div></body></html>";
    let page = page_text(&URL.parse().unwrap(), &answer(URL, HTML, html)).unwrap();
    assert_eq!(page.title, "APPEL À PROJETS INSERTION 2026");
    assert!(page.text.contains("Date limite | 30 janvier 2026") && !page.text.contains("Réunion"), "{}", page.text);
    assert_eq!(page.attachments.len(), 1);
}

#[test]
fn markup_that_would_cost_too_much_is_refused() {
    let refused = |html: String| {
        let source = page_source(ListSelect { item: "li".into(), ..Default::default() });
        assert!(matches!(read(&source, HTML, html), Err(ExtractError::TooDeep { .. })));
    };
    refused("<div>".repeat(50_000));
    refused(format!("<li {}>", (0..200_000).map(|n| format!("a{n}=\">\" ")).collect::<String>()));
    refused((0..2_000).map(|n| format!("<b id={n}>")).collect::<String>() + &"<p>x".repeat(5_000));
}

#[test]
fn pages_nested_as_deep_as_allowed_are_read() {
    let words = "Le territoire soutient les projets des habitants. ".repeat(20);
    for tag in ["div", "span", "section", "table><tr><td", "ul><li", "b"] {
        let html = format!("<body>{}{words}", format!("<{tag}>").repeat(450));
        let page = page_text(&URL.parse().unwrap(), &answer(URL, HTML, html)).unwrap();
        assert!(page.text.contains("habitants"), "{tag}");
    }
}
