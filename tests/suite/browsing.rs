//! Pages and mails in a real browser: forms pressed, searched, read at two widths, by day and by night; axe finds nothing serious.
//! The pictures lie in target/captures/, to be looked at.

use crate::support::chromium::{Chromium, Scheme};
use crate::support::workspace::{Mail, mails};
use crate::support::{Browser, MONDAY, Served, Site, Workspace};

const ADMIN: &str = "equipe@reseau.example";
const EVENT: &str = "+++\nkind = \"event\"\ntitle = \"Rencontre du réseau\"\ndate = \"2026-02-05T14:00\"\nplace = \"Maison commune\"\n\
                     by = \"Camille\"\n+++\nUne après-midi pour parler de cantines.\n";

/// The service with open pages; the titles are as bad as titles get.
fn served(workspace: &mut Workspace, review: &str) -> (Site, Served) {
    workspace.set("review = \"off\"", review);
    workspace.set("[web]\n", "[web]\npublic = true\n");
    let port = Served::prepare(workspace);
    let site = Site::start();
    let until =
        |day: u8| format!("Dépôt des dossiers jusqu'au {day} février 2026 à 12h. Pour les CCAS et les associations.");
    site.publish("a", "Appel à projets : épiceries solidaires et paniers de quartier", &until(20));
    site.publish("b", "Appel à projets : jardins partagés", &until(27));
    site.publish("c", &format!("Appel à projets {}", "x".repeat(10_000)), &until(24));
    site.publish(
        "d",
        "Appel à projets &lt;script&gt;document.title='pris'&lt;/script&gt; &amp;amp; \u{202e}nova",
        &until(25),
    );
    site.publish("e", "Appel à projets : دعوة إلى مشاريع الغذاء", &until(26));
    site.publish("f", "Appel à projets : cantines durables", "Les dossiers sont à déposer au plus vite.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    std::fs::create_dir(workspace.path().join("annonces")).unwrap();
    workspace.write("annonces/rencontre.md", EVENT);
    workspace.import_members();
    workspace.run_at(MONDAY, "once").done();
    let served = Served::start(workspace, port, MONDAY);
    (site, served)
}

fn base(served: &Served) -> String {
    format!("http://127.0.0.1:{}", served.port)
}

#[test]
fn anybody_searches_filters_and_reads_a_notice() {
    let Some(mut chromium) = Chromium::start() else { return };
    let mut workspace = Workspace::sqlite();
    let (_site, served) = served(&mut workspace, "review = \"off\"");
    chromium.open(&format!("{}/", base(&served)));
    chromium.pictures("accueil");
    chromium.press("a[href='/appels']").says("6 annonces").says("دعوة");
    assert_ne!(chromium.ask("document.title"), "pris");
    chromium.pictures("appels");
    let here = base(&served);
    let theirs: Vec<&String> = chromium.requests.iter().filter(|url| !url.starts_with(&here)).collect();
    assert!(theirs.is_empty(), "{theirs:?}");
    chromium.fill("#q", "épiceries").fill("#territoire", "Montreuil (93)").press("form[role=search] button");
    chromium.says("1 annonce").says("vendredi 20 février 2026 à 12 h");
    chromium.fill("#territoire", "Nulle-Part").press("form[role=search] button").says("est inconnu");
    chromium.fill("#territoire", "").fill("#q", "jardins").press("form[role=search] button").says("1 annonce");
    let feed = chromium.ask("document.querySelector('a[href^=\"/appels.ics\"]').getAttribute('href')");
    let calendar = Browser::new(&served).get(feed.as_str().unwrap()).ok();
    assert_eq!(calendar.body.matches("BEGIN:VEVENT").count(), 1, "the calendar of what is shown");
    chromium.press("main li a").says("jardins partagés").says("Ce que dit la page").says("27 février");
    chromium.pictures("annonce");
    let notices = workspace.run_at(MONDAY, "notices list --json").done().json();
    let long = |one: &&serde_json::Value| one["title"].as_str().unwrap().contains("xxxx");
    let long = notices["notices"].as_array().unwrap().iter().find(long).unwrap();
    chromium.open(&format!("{here}/annonces/{}", long["id"].as_str().unwrap()));
    chromium.pictures("annonce-au-titre-sans-fin");
}

#[test]
fn a_member_chooses_pauses_follows_a_calendar_and_leaves() {
    let Some(mut chromium) = Chromium::start() else { return };
    let mut workspace = Workspace::sqlite();
    let (_site, served) = served(&mut workspace, "review = \"off\"");
    let mail = workspace.mails().into_iter().find(|mail| mail.to.starts_with("lea")).unwrap();
    let link = |path: &str| {
        let html = mail.html.replace("&#x2f;", "/");
        let at = html.find(&format!("/{path}/")).unwrap();
        html[at..].split('"').next().unwrap().to_owned()
    };
    chromium.open(&format!("{}{}", base(&served), link("membre")));
    chromium.says("Montreuil (93)").pictures("membre");
    chromium.fill("#territoires", "Nantes\nSeine-Saint-Denis").tick("input[name=theme]").tick("input[value=mois]");
    chromium.press("form[action$='/choix'] button").says("C’est enregistré");
    chromium.press("form[action$='/agenda'] button").says("L’adresse, à coller");
    let agenda = chromium.ask("document.querySelector('#agenda').value");
    let feed = Browser::new(&served).get(agenda.as_str().unwrap()).ok();
    assert!(feed.body.contains("BEGIN:VCALENDAR"));
    chromium
        .fill("#jusqu_au", "2026-02-16")
        .press("form[action$='/pause'] button")
        .says("en pause jusqu’au lundi 16 février");
    chromium.pictures("membre-en-pause");
    chromium.press("form[action$='/reprendre'] button").says("Vous recevrez le prochain message");
    chromium.open(&format!("{}{}", base(&served), link("quitter")));
    chromium.pictures("quitter");
    chromium.press("form button");
    chromium.sound("what is said to who left");
    let lea = workspace.run("members show lea@montreuil.example --json").done().json();
    assert_eq!(lea["state"]["is"], "left");
    assert_eq!(lea["rhythm"], "monthly");
    assert_eq!(Browser::new(&served).get(agenda.as_str().unwrap()).status, 404);
}

#[test]
fn an_administrator_signs_in_reads_corrects_and_approves() {
    let Some(mut chromium) = Chromium::start() else { return };
    let mut workspace = Workspace::sqlite();
    let (_site, served) = served(&mut workspace, "review = \"before-send\"");
    chromium.open(&format!("{}/admin", base(&served)));
    chromium.pictures("connexion");
    let link = workspace.run(&format!("admin link {ADMIN}")).done().out.trim().to_owned();
    chromium.open(&link);
    chromium.press("form button").says("Édition 1");
    chromium.pictures("administration");
    chromium.press("main li a").says("Approuver l’envoi").says("Rencontre du réseau");
    chromium.pictures("edition");
    chromium.fill("#mot", "Bonne année à toutes et tous, **à bientôt** !");
    chromium.press("form[action$='/modifier'] button").says("Le brouillon est modifié");
    let title = "épiceries solidaires";
    let find = format!(
        "[...document.querySelectorAll('main li h3 a')].find(a => a.textContent.includes('{title}')).id = 'celle-ci'"
    );
    chromium.ask(&find);
    chromium.press("#celle-ci").says("Ce qui a été lu");
    chromium.pictures("annonce-a-corriger");
    chromium.fill("#date", "2026-02-18T12:00").press("form[action$='/corriger'] button").says("L’annonce est corrigée");
    chromium.says("18 février 2026");
    chromium.open(&format!("{}/admin/editions/1/courriel", base(&served)));
    chromium.says("Revenir à l’édition");
    for (width, scheme) in [(1280, Scheme::Light), (1280, Scheme::Dark), (360, Scheme::Light)] {
        chromium.looks(width, scheme);
        chromium.picture(&format!("courriel-{width}-{scheme:?}"));
    }
    let frame = "(f => [f.getAttribute('sandbox'), f.contentDocument === null, f.srcdoc.length > 1000])(document.querySelector('iframe'))";
    assert_eq!(chromium.ask(frame), serde_json::json!(["", true, true]), "the mail in it has no right at all");
    chromium.looks(1280, Scheme::Light);
    chromium.open(&format!("{}/admin/editions/1", base(&served)));
    chromium.press("button[value=approuver]").says("L’édition est approuvée");
    chromium.open(&format!("{}/admin/journal", base(&served)));
    chromium.says("a approuvé l’édition").says("a corrigé l’annonce").says("a modifié le brouillon").says(ADMIN);
    chromium.pictures("journal");
}

/// The demonstration's own mail, as the README shows it.
#[test]
fn a_real_digest_asks_for_nothing_and_reads_well_at_both_widths() {
    let Some(mut chromium) = Chromium::start() else { return };
    let workspace = Workspace::sqlite();
    workspace.run("demo --once --dir demo --now 2026-01-12T08:00:00+01:00");
    let sent: Vec<Mail> = mails(&workspace.path().join("demo/outbox"));
    let mail = sent.iter().find(|mail| mail.to.starts_with("maxime@ccas-saint-denis")).expect("a digest");
    let page = workspace.write("digest.html", &mail.html);
    chromium.open(&format!("file://{}", page.display()));
    assert_eq!(chromium.requests.len(), 1, "nothing but the page itself: {:?}", chromium.requests);
    println!(
        "digest: {} bytes of HTML, {} of text, {} in all, 0 remote requests",
        mail.html.len(),
        mail.text.len(),
        mail.raw.len()
    );
    assert!(mail.html.len() < 100_000, "Gmail clips a message over 102 kB");
    for (width, scheme, name) in [
        (700, Scheme::Light, "digest"),
        (360, Scheme::Light, "digest-phone"),
        (700, Scheme::Dark, "digest-dark"),
        (360, Scheme::Dark, "digest-phone-dark"),
    ] {
        chromium.looks(width, scheme);
        chromium.picture(name);
        // What the README shows.
        chromium.head(&format!("{name}-head"), (width, 1240));
        chromium.sound(&format!("the digest at {width} px, {scheme:?}"));
    }
}
