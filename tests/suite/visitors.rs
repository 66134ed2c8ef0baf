//! Visitors who mean harm: what they ask for at once, what they make pages say, what they put into addresses and forms.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use crate::support::workspace::mails;
use crate::support::{Browser, MONDAY, Served, Site, Workspace, on_both};

const ADMIN: &str = "equipe@reseau.example";

/// Two members have their mails, the pages are open, nobody is signed in.
fn served(workspace: &mut Workspace, review: &str) -> (Site, Served) {
    workspace.set("review = \"off\"", review);
    workspace.set("[\"equipe@reseau.example\"]", "[\"equipe@reseau.example\", \"relecture@reseau.example\"]");
    workspace.set("[web]\n", "[web]\npublic = true\n");
    let port = Served::prepare(workspace);
    let site = Site::start();
    site.publish("a", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026 à 12h.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.import_members();
    workspace.run_at(MONDAY, "once").done();
    let served = Served::start(workspace, port, MONDAY);
    (site, served)
}

/// The same form, sent by so many browsers at once.
fn at_once(served: &Served, times: usize, path: &str, form: &str) {
    std::thread::scope(|scope| {
        for _ in 0..times {
            scope.spawn(|| Browser::new(served).post(path, form));
        }
    });
}

/// How many mails there are with these words in their subject, once no other comes.
fn settled(folder: &std::path::Path, subject: &str) -> usize {
    let count = || mails(folder).iter().filter(|mail| mail.subject.contains(subject)).count();
    let (mut seen, mut since) = (count(), Instant::now());
    while since.elapsed() < Duration::from_secs(1) || (seen == 0 && since.elapsed() < Duration::from_secs(20)) {
        std::thread::sleep(Duration::from_millis(50));
        let now = count();
        if now != seen {
            (seen, since) = (now, Instant::now());
        }
    }
    seen
}

/// The page of a member's choices, from their mail.
fn choices_of(workspace: &Workspace) -> String {
    let mails = workspace.mails();
    let mail = mails.iter().find(|mail| mail.to == "lea@montreuil.example").expect("a mail");
    let html = mail.html.replace("&#x2f;", "/");
    let (_, rest) = html.split_once("/membre/").expect("a link to one's choices");
    format!("/membre/{}", rest.split('"').next().unwrap_or_default())
}

#[test]
fn many_who_ask_at_once_for_a_sign_in_link_fill_no_mailbox() {
    on_both(|mut workspace: Workspace| {
        let (_site, served) = served(&mut workspace, "review = \"before-send\"");
        at_once(&served, 24, "/admin/connexion", "adresse=equipe%40reseau.example");
        assert_eq!(settled(&workspace.path().join("outbox-admins"), "lien de connexion"), 5);
    });
}

#[test]
fn many_who_ask_at_once_for_a_members_data_send_one_mail() {
    on_both(|mut workspace: Workspace| {
        let (_site, served) = served(&mut workspace, "review = \"off\"");
        let path = format!("{}/donnees", choices_of(&workspace));
        at_once(&served, 12, &path, "");
        assert_eq!(settled(&workspace.path().join("outbox"), "Vos données"), 1);
    });
}

#[test]
fn nobody_else_makes_a_page_say_that_something_was_done() {
    let mut workspace = Workspace::sqlite();
    let (_site, served) = served(&mut workspace, "review = \"before-send\"");
    let mut browser = Browser::new(&served);
    browser.sign_in(&workspace, ADMIN);
    let page = browser.get("/admin/editions/1?fait=Appelez+le+0899").ok();
    page.is_silent_on("0899").is_silent_on("role=\"status\"");
    let back = browser.press(&page, "/admin/editions/1/action", "action=retenir").header("location").unwrap();
    browser.get(&back).ok().says("L’édition est retenue.");
    // What was said to one is not said to another, nor elsewhere.
    let mut other = Browser::new(&served);
    other.sign_in(&workspace, "relecture@reseau.example");
    other.get(&back).ok().is_silent_on("L’édition est retenue.");
}

#[test]
fn a_form_of_thousands_of_places_is_refused_at_once() {
    let mut workspace = Workspace::sqlite();
    let (_site, served) = served(&mut workspace, "review = \"off\"");
    let form = format!("territoires={}", "a%0A".repeat(15_000));
    let answer = Browser::new(&served).post(&format!("{}/choix", choices_of(&workspace)), &form);
    assert_eq!(answer.status, 422);
    answer.says("20 territoires au plus");
    assert!(answer.body.len() < 60_000, "{} bytes", answer.body.len());
}

#[test]
fn what_addresses_hold_breaks_no_page() {
    on_both(|mut workspace: Workspace| {
        let (_site, served) = served(&mut workspace, "review = \"before-send\"");
        let mut browser = Browser::new(&served);
        browser.sign_in(&workspace, ADMIN);
        let wrong =
            ["%00", "n%00", "..%2f..%2fetc", "%0d%0aSet-Cookie:%20a=b", "'%20OR%201=1--", "%F0%9F%98%80", "n.ics"];
        for id in wrong {
            for folder in
                ["/annonces", "/admin/annonces", "/membre", "/donnees", "/quitter", "/relecture", "/admin/entrer"]
            {
                let path = format!("{folder}/{}", id.replace(' ', "%20"));
                assert_eq!(browser.get(&path).status, 404, "{path}");
            }
        }
        let repeated = "x".repeat(20_000);
        let page = browser.get(&format!("/appels?theme={repeated}&genre={repeated}")).ok();
        page.is_silent_on(&repeated);
        assert_eq!(browser.get(&format!("/{}", "x".repeat(60_000))).status, 431, "no head is so long");
    });
}

#[test]
fn who_leaves_the_settings_approves_nothing_any_more() {
    let mut workspace = Workspace::sqlite();
    let (_site, served) = served(&mut workspace, "review = \"before-send\"\nsecond_approval = true");
    let approve = |browser: &mut Browser| {
        let page = browser.get("/admin/editions/1").ok();
        let seen = page.between("name=\"vu\" value=\"", "\"");
        browser.press(&page, "/admin/editions/1/action", &format!("action=approuver&vu={seen}")).status
    };
    let mut gone = Browser::new(&served);
    gone.sign_in(&workspace, "relecture@reseau.example");
    assert_eq!(approve(&mut gone), 303);
    workspace.set(", \"relecture@reseau.example\"", ", \"nouvelle@reseau.example\"");
    let port = served.port;
    drop(served);
    let served = Served::start(&workspace, port, MONDAY);
    assert_eq!(gone.get("/admin/editions/1").status, 303, "the session is worth nothing");
    let state = || workspace.run("edition list --json").json()["editions"][0]["state"].clone();
    for (who, expected) in [(ADMIN, "draft"), ("nouvelle@reseau.example", "approved")] {
        let mut browser = Browser::new(&served);
        browser.sign_in(&workspace, who);
        assert_eq!(approve(&mut browser), 303);
        assert!(state() == expected || (expected != "draft" && state() != "draft"), "{who}: {}", state());
    }
}

#[test]
fn visitors_who_never_end_what_they_ask_are_shown_out() {
    let mut workspace = Workspace::sqlite();
    let (_site, served) = served(&mut workspace, "review = \"before-send\"");
    let mut slow: Vec<_> = (0..300)
        .map(|_| {
            let mut stream = std::net::TcpStream::connect(("127.0.0.1", served.port)).unwrap();
            stream.write_all(b"GET /sante HTTP/1.1\r\nHost: x\r\nX-Slow: ").unwrap();
            stream
        })
        .collect();
    // More than there is room for: whoever comes now waits until they are gone.
    Browser::new(&served).get("/sante").ok().says("ok");
    for stream in &mut slow {
        stream.set_read_timeout(Some(Duration::from_secs(25))).unwrap();
        let ended = stream.read_to_end(&mut Vec::new());
        let waits = ended.is_err_and(|error| matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut));
        assert!(!waits, "it may stand in the door for ever");
    }
}
