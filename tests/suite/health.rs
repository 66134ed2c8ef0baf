//! Knowing that a source broke: noticed, told once, told again when it is well; what was known stays known.

use crate::support::mta::{SmtpSink, free_port};
use crate::support::workspace::mails;
use crate::support::{MONDAY, NEXT_MONDAY, Site, Workspace, on_both};

/// One entry of `sources health --json`.
fn health(workspace: &Workspace, at: &str, id: &str) -> serde_json::Value {
    let value = workspace.run_at(at, "sources health --json").done().json();
    value["sources"].as_array().unwrap().iter().find(|source| source["id"] == id).unwrap().clone()
}

fn events(answer: &crate::support::Answer) -> Vec<(String, String)> {
    let value = answer.json();
    let sources = value["sources"].as_array().unwrap();
    let events = sources.iter().flat_map(|source| source["events"].as_array().unwrap().clone());
    let word = |event: &serde_json::Value, key: &str| event[key].as_str().unwrap().to_owned();
    events.map(|event| (word(&event, "event"), word(&event, "ailment"))).collect()
}

const LOGIN: &str = "<html><head><title>Connexion</title></head><body><h1>Connexion</h1><form action=\"/login\" method=\"post\">\
                     <input name=\"user\"><input type=\"password\" name=\"password\"><button>Se connecter</button></form></body></html>";

#[test]
fn what_breaks_is_told_once_and_once_more_when_it_is_well() {
    on_both(|workspace: Workspace| {
        let site = Site::start();
        for (slug, subject) in [("a", "jardins"), ("b", "vélos"), ("c", "musique")] {
            site.publish(slug, &format!("Appel à projets : {subject}"), "Dossiers à déposer jusqu'au 20 février 2026.");
        }
        workspace.write("sources.toml", &site.pages("essai", "D93"));
        assert_eq!(health(&workspace, MONDAY, "essai")["condition"], "never-visited");
        let round = |day: u32| {
            let at = format!("2026-01-{day}T08:00:00+01:00");
            workspace.run_at(&at, "collect essai --json")
        };
        assert!(events(&round(12)).is_empty());
        let well = health(&workspace, MONDAY, "essai");
        assert_eq!((&well["condition"], &well["items"], &well["items_usual"]), (&"well".into(), &3.into(), &3.into()));

        // A login page that answers 200.
        site.shows(Some(LOGIN));
        let broke = round(13).status(1);
        assert_eq!(events(&broke), [("broke".to_owned(), "login-page".to_owned())]);
        assert!(events(&round(14).status(1)).is_empty(), "told once");
        let ill = health(&workspace, "2026-01-14T08:00:00+01:00", "essai");
        assert_eq!((&ill["condition"], &ill["last_success_age_s"]), (&"broken".into(), &(2 * 86_400).into()));
        assert_eq!(ill["symptoms"][0]["since"], "2026-01-13T07:00:00Z");
        // The list is not there any more; then it is there and empty.
        site.shows(Some(
            "<html><body><main><h1>Nos actualités</h1><p>Bienvenue sur le nouveau site.</p></main></body></html>",
        ));
        assert_eq!(events(&round(15).status(1)), [("broke".to_owned(), "list-not-found".to_owned())]);
        site.shows(None);
        assert_eq!(events(&round(16).done()), [("recovered".to_owned(), "list-not-found".to_owned())]);
        assert_eq!(health(&workspace, "2026-01-16T08:00:00+01:00", "essai")["condition"], "well");
        let known = workspace.run_at(MONDAY, "notices list --json").done().json();
        assert_eq!(known["notices"].as_array().unwrap().len(), 3, "what was known stays known");
        workspace.run_at("2026-01-16T08:00:00+01:00", "sources health").done().says("va bien").says("(0 jour)");
    });
}

#[test]
fn a_feed_that_falls_silent_or_empty_is_noticed_though_it_answers() {
    let workspace = Workspace::sqlite();
    let site = Site::start();
    for slug in ["a", "b", "c", "d"] {
        site.publish(slug, &format!("Appel à projets : {slug}"), "Dossiers à déposer jusqu'au 20 février 2026.");
    }
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.run_at(MONDAY, "collect essai").done();
    for slug in ["a", "b", "c", "d"] {
        site.withdraw(slug);
    }
    let answer = workspace.run_at(NEXT_MONDAY, "collect essai").done().says("la liste est vide");
    assert!(answer.out.contains("d'habitude 4 annonces"), "{}", answer.out);
    let ailing = health(&workspace, NEXT_MONDAY, "essai");
    assert_eq!((&ailing["condition"], &ailing["symptoms"][0]["ailment"]), (&"ailing".into(), &"list-empty".into()));
    workspace.run_at(NEXT_MONDAY, "sources health").done().says("à regarder").says("la liste est vide");
}

#[test]
fn administrators_are_mailed_one_mail_for_each_change_and_members_never() {
    let mut workspace = Workspace::sqlite();
    let port = free_port();
    workspace.set("file:outbox", &format!("smtp://127.0.0.1:{port}"));
    let (site, other) = (Site::start(), Site::start());
    site.publish("a", "Appel à projets : jardins", "Dossiers à déposer jusqu'au 20 février 2026.");
    workspace.write("sources.toml", &(site.source("essai", "D93") + &other.source("autre", "D93")));
    workspace.run_at(MONDAY, "once");
    site.answers(Some(404));
    // No server: it is not lost, and keeps nothing else from going on.
    workspace.run_at("2026-01-13T08:00:00+01:00", "once").status(1);
    let sink = SmtpSink::start_on(port, &[]);
    for day in [14, 15] {
        workspace.run_at(&format!("2026-01-{day}T08:00:00+01:00"), "once");
    }
    site.answers(None);
    for day in [16, 17] {
        workspace.run_at(&format!("2026-01-{day}T08:00:00+01:00"), "once");
    }
    let mut sent = sink.all_mails();
    sent.retain(|mail| mail.subject.contains("Sources"));
    sent.sort_by_key(|mail| !mail.subject.contains("à regarder"));
    let subjects: Vec<&str> = sent.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!(subjects, ["[Réseau d'essai] Sources : 1 à regarder", "[Réseau d'essai] Sources : 1 réparée"]);
    assert!(sent.iter().all(|mail| mail.to == "equipe@reseau.example"));
    sent[0].says("Site essai (essai)").says("404").says("Dernière lecture réussie le 12/01/2026");
    sent[1].says("c'est réparé ; cela n'allait pas depuis le 13/01/2026");
}

#[test]
fn in_a_trial_the_mail_to_administrators_lies_apart_from_those_of_members() {
    let workspace = Workspace::sqlite();
    let site = Site::start();
    site.answers(Some(404));
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.import_members();
    workspace.run_at(MONDAY, "once").status(1);
    assert!(workspace.mails().is_empty());
    let mut apart = mails(&workspace.path().join("outbox-admins"));
    apart.retain(|mail| mail.subject.contains("Sources"));
    assert_eq!(apart.len(), 1);
    apart[0].says("n'a encore jamais été lue");
}

const ROBOT_CHECK: &str = "<html><head><title>Un instant…</title></head><body><p>Vérification de votre navigateur avant d'accéder au site.</p>\
                           <script src=\"/challenge.js\"></script></body></html>";
const CAPTCHA: &str = "<html><body><h1>Sécurité</h1><form><p>Recopiez les lettres de l'image.</p><img src=\"/captcha.png\"><input name=\"code\">\
                       </form></body></html>";
const REFUSED: &str = "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. Please consult with your \
                       administrator.</body></html>";
const ADDRESS_FIRST: &str = "<html><head><title>Connexion au portail</title></head><body><form action=\"/oidc\"><input type=\"email\" name=\"u\">\
                             <button>Continuer</button></form></body></html>";

#[test]
fn walls_that_answer_200_are_noticed_in_lists_and_feeds_whatever_they_look_like() {
    let workspace = Workspace::sqlite();
    let (pages, feed) = (Site::start(), Site::start());
    for site in [&pages, &feed] {
        site.publish("a", "Appel à projets : jardins", "Dossiers à déposer jusqu'au 20 février 2026.");
    }
    workspace.write("sources.toml", &(pages.pages("liste", "D93") + &feed.source("flux", "D93")));
    workspace.run_at(MONDAY, "collect liste flux").done();
    let walls = [
        (LOGIN, "login-page"),
        (ROBOT_CHECK, "anti-bot"),
        (ADDRESS_FIRST, "login-page"),
        (CAPTCHA, "anti-bot"),
        (LOGIN, "login-page"),
        (REFUSED, "anti-bot"),
    ];
    for (day, (html, ailment)) in (13..).zip(walls) {
        pages.shows(Some(html));
        feed.shows(Some(html));
        let at = format!("2026-01-{day}T08:00:00+01:00");
        let answer = workspace.run_at(&at, "collect liste flux --json").status(1);
        let broke = ("broke".to_owned(), ailment.to_owned());
        let (broken, _): (Vec<_>, Vec<_>) = events(&answer).into_iter().partition(|(event, _)| event == "broke");
        assert_eq!(broken, [broke.clone(), broke], "{html}");
    }
    pages.shows(None);
    feed.shows(None);
    let answer = workspace.run_at("2026-01-20T08:00:00+01:00", "collect liste flux --json").done();
    assert_eq!(events(&answer).len(), 2, "both are well again: {}", answer.out);
    let known = workspace.run_at(MONDAY, "notices list --json").done().json();
    assert_eq!(known["notices"].as_array().unwrap().len(), 1, "one call on two sites, known as before");
}

#[test]
fn a_wall_in_the_place_of_an_announcements_page_is_a_remark_and_takes_nothing_from_what_is_known() {
    let workspace = Workspace::sqlite();
    let site = Site::start();
    let title = "Appel à projets : jardins partagés";
    site.publish("a", title, "Dossiers à déposer jusqu'au 20 février 2026.");
    workspace.write("sources.toml", &site.pages("essai", "D93"));
    workspace.run_at(MONDAY, "collect").done();
    let wall = "Pour continuer, nous devons vérifier que vous n'êtes pas un robot. ".repeat(6);
    site.publish("a", title, &wall);
    workspace.run_at(NEXT_MONDAY, "collect essai").done().says("vérification contre les robots");
    let known = workspace.run_at(NEXT_MONDAY, "notices list --json").done().json();
    assert_eq!(known["notices"][0]["deadline"]["date"], "2026-02-20", "{known}");
}
