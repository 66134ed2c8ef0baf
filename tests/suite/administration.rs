//! The administrators' pages: who enters, what they see and change, and what is kept of it.

use crate::support::workspace::mails;
use crate::support::{Browser, MONDAY, Served, Site, Workspace, on_both};

const ADMIN: &str = "equipe@reseau.example";

/// A draft of two notices, the service running, nobody signed in.
fn served(workspace: &mut Workspace, settings: &str) -> (Site, Served) {
    workspace.set("review = \"off\"", settings);
    workspace.set("[\"equipe@reseau.example\"]", "[\"equipe@reseau.example\", \"relecture@reseau.example\"]");
    let port = Served::prepare(workspace);
    let site = Site::start();
    site.publish("a", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026 à 12h.");
    site.publish("b", "Appel à projets : jardins partagés", "Dépôt des dossiers jusqu'au 27 février 2026 à 12h.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.import_members();
    workspace.run_at(MONDAY, "once").done();
    let served = Served::start(workspace, port, MONDAY);
    (site, served)
}

#[test]
fn an_administrator_signs_in_by_a_link_that_works_once() {
    on_both(|mut workspace: Workspace| {
        let (_site, served) = served(&mut workspace, "review = \"before-send\"");
        let mut browser = Browser::new(&served);
        assert_eq!(browser.get("/admin").status, 303, "nobody is signed in");
        workspace.run("admin link personne@reseau.example").status(2).complains("glaneur.toml");
        let link = workspace.run(&format!("admin link {ADMIN}")).done().out.trim().to_owned();
        // A mail scanner follows the link: nothing is used up.
        browser.get(&link).ok().says("e***@reseau.example");
        browser.get(&link).ok();
        let entered = browser.post(&link, "");
        assert_eq!(entered.status, 303);
        let cookie = entered.header("set-cookie").unwrap();
        for part in ["HttpOnly", "SameSite=Lax", "Max-Age=43200", "Path=/admin"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        let home = browser.get("/admin").ok();
        home.says("Édition 1, lundi 12 janvier 2026").says(ADMIN);
        let csp = home.header("content-security-policy").unwrap();
        assert!(csp.contains("default-src 'none'") && !csp.contains("script"), "{csp}");
        assert_eq!(home.header("cache-control").as_deref(), Some("no-store"));
        let mut other = Browser::new(&served);
        assert_eq!(other.post(&link, "").status, 404, "it was used");
        assert_eq!(other.get("/admin/editions/1").status, 303);
        // Signing out ends the session on the server too.
        let cookie = cookie.split(';').next().unwrap().to_owned();
        assert_eq!(browser.press(&home, "/admin/sortir", "").status, 303);
        assert_eq!(other.ask("GET", "/admin", "", &[&format!("Cookie: {cookie}")]).status, 303);
    });
}

#[test]
fn the_page_says_the_same_whether_an_address_is_known_or_not() {
    let mut workspace = Workspace::sqlite();
    let (_site, served) = served(&mut workspace, "review = \"before-send\"");
    let outbox = workspace.path().join("outbox-admins");
    let before = mails(&outbox).len();
    let mut browser = Browser::new(&served);
    let known = browser.post("/admin/connexion", "adresse=equipe%40reseau.example").ok();
    let unknown = browser.post("/admin/connexion", "adresse=personne%40reseau.example").ok();
    assert_eq!(known.body, unknown.body);
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(20);
    let link = loop {
        let found = mails(&outbox).into_iter().find(|mail| mail.subject.contains("lien de connexion"));
        if let Some(mail) = found {
            assert_eq!(mail.to, ADMIN);
            break mail.text.lines().find(|line| line.contains("/admin/entrer/")).unwrap().trim().to_owned();
        }
        assert!(std::time::Instant::now() < patience, "no link was mailed");
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert_eq!(browser.post(&link, "").status, 303);
    browser.get("/admin").ok();
    assert_eq!(mails(&outbox).len(), before + 1, "nobody else was written to");
}

#[test]
fn a_draft_is_read_changed_approved_and_the_journal_says_by_whom() {
    on_both(|mut workspace: Workspace| {
        let (_site, served) = served(&mut workspace, "review = \"before-send\"");
        let mut browser = Browser::new(&served);
        browser.sign_in(&workspace, ADMIN);
        let page = browser.get("/admin/editions/1").ok();
        page.says("épiceries solidaires").says("jardins partagés").says("2 membres").says("Brouillon");
        // A form without the token of the session, or from another site, does nothing.
        let forged = browser.post("/admin/editions/1/action", "action=approuver");
        assert_eq!(forged.status, 403);
        let token = page.between("name=\"jeton\" value=\"", "\"");
        let form = format!("jeton={token}&action=approuver");
        let foreign = browser.ask("POST", "/admin/editions/1/action", &form, &["Origin: https://ailleurs.example"]);
        assert_eq!(foreign.status, 403);
        // Drop one, say a word.
        let number = if page.body.find("1. <a").unwrap() < page.body.find("épiceries").unwrap()
            && page.between("1. <a", "</h3>").contains("épiceries")
        {
            2
        } else {
            1
        };
        let seen = page.between("name=\"vu\" value=\"", "\"");
        let fields = format!("annonce={number}&choix-{number}=retirer&mot=La+**rencontre**+approche.");
        assert_eq!(browser.press(&page, "/admin/editions/1/modifier", &fields).status, 303);
        let changed = browser.get("/admin/editions/1?fait=ok").ok();
        changed.says("retirée").says("La **rencontre** approche.");
        browser
            .get("/admin/editions/1/courriel?membre=lea%40montreuil.example")
            .ok()
            .says("rencontre")
            .is_silent_on("jardins partagés");
        // What was read before the change cannot be approved any more.
        let stale = browser.press(&page, "/admin/editions/1/action", &format!("action=approuver&vu={seen}"));
        assert_eq!(stale.status, 409);
        stale.says("a changé depuis");
        let seen = changed.between("name=\"vu\" value=\"", "\"");
        let approved = browser.press(&changed, "/admin/editions/1/action", &format!("action=approuver&vu={seen}"));
        assert_eq!(approved.status, 303);
        browser.get("/admin/editions/1").ok().says("a approuvé l’édition").says(ADMIN);
        browser.get("/admin/journal").ok().says("a modifié le brouillon").says("s’est connecté");
        let patience = std::time::Instant::now() + std::time::Duration::from_secs(45);
        while workspace.mails().len() < 2 {
            if std::time::Instant::now() > patience {
                workspace.run_at(MONDAY, "edition send 1").done();
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        workspace.mails()[0].says("La rencontre approche.").is_silent_on("jardins partagés");
    });
}

#[test]
fn a_notice_is_corrected_and_hidden_from_its_page() {
    let mut workspace = Workspace::sqlite();
    let (_site, served) = served(&mut workspace, "review = \"before-send\"");
    let mut browser = Browser::new(&served);
    browser.sign_in(&workspace, ADMIN);
    let list = workspace.run_at(MONDAY, "notices list --json").json();
    let id = list["notices"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/admin/annonces/{id}");
    let page = browser.get(&path).ok();
    page.says("« jusqu").says("2026-02-20T12:00");
    let wrong = browser.press(&page, &format!("{path}/corriger"), "date=demain");
    assert_eq!(wrong.status, 409);
    let places = page.between("name=\"lieux\" value=\"", "\"");
    let fields = format!("date=2026-03-03&lieux={places}&genre=call&etat=open");
    assert_eq!(browser.press(&page, &format!("{path}/corriger"), &fields).status, 303);
    browser.get(&path).ok().says("(corrigé)").says("3 mars 2026").says(&format!("date limite : {ADMIN}"));
    let shown = workspace.run_at(MONDAY, &format!("notices show {id} --json")).json();
    assert_eq!(shown["corrections"].as_array().unwrap().len(), 1, "only what was changed: {shown}");
    assert_eq!(browser.press(&page, &format!("{path}/cacher"), "cacher=oui").status, 303);
    browser.get("/admin/editions/1").ok().is_silent_on("épiceries solidaires");
    assert_eq!(browser.get("/admin/annonces/nzzzzzzz").status, 404);
}

#[test]
fn the_links_of_a_review_mail_ask_before_they_act() {
    on_both(|mut workspace: Workspace| {
        let (_site, served) = served(&mut workspace, "review = \"before-send\"\nsecond_approval = true");
        let mut browser = Browser::new(&served);
        let mails = mails(&workspace.path().join("outbox-admins"));
        let link = |to: &str| {
            let mail = mails.iter().find(|mail| mail.to == to).unwrap();
            let line = mail.text.lines().find(|line| line.contains("/relecture/")).unwrap();
            line.trim().split('?').next().unwrap().to_owned()
        };
        let (mine, theirs) = (link(ADMIN), link("relecture@reseau.example"));
        assert_ne!(mine, theirs);
        let page = browser.get(&mine).ok();
        page.says("2 annonces pour 2 membres").says("épiceries solidaires");
        let state = || workspace.run("edition list --json").json()["editions"][0]["state"].clone();
        assert_eq!(state(), "draft", "looking changes nothing");
        browser.post(&mine, "choix=retenir").ok().says("retenue");
        let seen = browser.get(&mine).ok().between("name=\"vu\" value=\"", "\"");
        browser.post(&mine, &format!("choix=approuver&vu={seen}")).ok().says("seconde");
        browser.post(&mine, &format!("choix=approuver&vu={seen}")).ok().says("seconde");
        assert_eq!(state(), "draft");
        browser.post(&theirs, &format!("choix=approuver&vu={seen}")).ok().says("approuvée");
        assert_ne!(state(), "draft");
        browser.get(&mine).ok().says("plus rien à décider");
        let forged = mine.replace("/relecture/", "/relecture/A");
        assert_eq!(browser.get(&forged).status, 404);
        assert_eq!(browser.post(&forged, "choix=approuver").status, 404);
    });
}
