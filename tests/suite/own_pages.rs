//! A member's own pages, from the link of a mail: looking changes nothing, a form acts, a forwarded mail opens no data.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::support::mta::{free_port, wait_for};
use crate::support::workspace::Mail;
use crate::support::{MONDAY, Site, Workspace, on_both};

const BASE: &str = "https://veille.reseau.example";

/// The service, with its pages; it ends with the test.
struct Service {
    child: Child,
    port: u16,
    _site: Site,
}

impl Service {
    /// Starts it, and waits for the mails of its first edition.
    fn start(workspace: &mut Workspace) -> Self {
        let site = Site::start();
        site.publish("aap", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026.");
        workspace.write("sources.toml", &site.source("essai", "D93"));
        workspace.import_members();
        let port = free_port();
        workspace.set("network =", &format!("base_url = \"{BASE}\"\nnetwork ="));
        workspace.set("127.0.0.1:0", &format!("127.0.0.1:{port}"));
        let mut command = workspace.command(&format!("run --now {MONDAY}"));
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let service = Self { child, port, _site: site };
        wait_for(([127, 0, 0, 1], port).into());
        until("two mails", || workspace.mails().len() == 2);
        service
    }

    fn ask(&self, request: &str, body: &str) -> Answer {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        write!(
            stream,
            "{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        Answer(answer.replace(['\u{a0}', '\u{202f}'], " ").replace("&#x2f;", "/"))
    }

    fn get(&self, path: &str) -> Answer {
        self.ask(&format!("GET {path}"), "")
    }

    fn post(&self, path: &str, body: &str) -> Answer {
        self.ask(&format!("POST {path}"), body)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Answer(String);

impl Answer {
    #[track_caller]
    fn is(self, status: u16) -> Self {
        assert!(self.0.starts_with(&format!("HTTP/1.1 {status}")), "{}", self.0);
        self
    }

    #[track_caller]
    fn says(self, part: &str) -> Self {
        assert!(self.0.contains(part), "« {part} » is not in:\n{}", self.0);
        self
    }

    /// The address to which a form sends the browser, from the page of the form.
    #[track_caller]
    fn leads_from(&self, form: &str) -> String {
        let to = self.0.lines().find_map(|line| line.strip_prefix("location: ")).expect("a redirection");
        let page = url::Url::parse(&format!("http://localhost{form}")).unwrap().join(to).unwrap();
        format!("{}?{}", page.path(), page.query().unwrap_or_default())
    }
}

fn until(what: &str, holds: impl Fn() -> bool) {
    let patience = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < patience, "{what}: waited in vain");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Every address of ours in a mail or a page, as a path.
fn ours(html: &str, below: &str) -> Vec<String> {
    let hrefs = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let base = url::Url::parse(&format!("{BASE}{below}")).unwrap();
    let joined = hrefs.filter_map(|href| base.join(&href.replace("&amp;", "&")).ok());
    joined.filter(|url| url.as_str().starts_with(BASE)).map(|url| url.path().to_owned()).collect()
}

fn to_lea(workspace: &Workspace) -> Vec<Mail> {
    let mut mails = workspace.mails();
    mails.retain(|mail| mail.to == "lea@montreuil.example");
    // Templates escape slashes too.
    mails.iter_mut().for_each(|mail| mail.html = mail.html.replace("&#x2f;", "/"));
    mails
}

fn choices_of(workspace: &Workspace) -> String {
    let digest = to_lea(workspace).into_iter().find(|mail| mail.html.contains("/membre/")).expect("the digest");
    ours(&digest.html, "/").into_iter().find(|path| path.starts_with("/membre/")).expect("a link to one's choices")
}

fn lea(workspace: &Workspace) -> serde_json::Value {
    workspace.run("members show lea@montreuil.example --json").done().json()
}

#[test]
fn a_scanner_that_follows_every_link_changes_nothing() {
    let mut workspace = Workspace::sqlite();
    let service = Service::start(&mut workspace);
    let before = lea(&workspace);
    let digest = to_lea(&workspace).remove(0);
    let mut paths = ours(&digest.html, "/");
    assert!(paths.iter().any(|path| path.starts_with("/quitter/")), "{paths:?}");
    let member_page = choices_of(&workspace);
    let page = service.get(&member_page).is(200).0;
    paths.extend(ours(&page, &member_page));
    let forms = page.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next());
    paths.extend(forms.map(|form| format!("/membre/{form}")));
    assert!(paths.len() >= 7, "{paths:?}");
    for path in &paths {
        for verb in ["GET", "HEAD", "OPTIONS"] {
            service.ask(&format!("{verb} {path}"), "");
        }
    }
    assert_eq!(lea(&workspace), before);
    assert_eq!(to_lea(&workspace).len(), 1, "no mail was sent");
}

#[test]
fn a_member_chooses_pauses_and_comes_back() {
    on_both(|mut workspace: Workspace| {
        let service = Service::start(&mut workspace);
        let page = choices_of(&workspace);
        let shown = service.get(&page).is(200).says("Montreuil (93)").says("l***@montreuil.example");
        assert!(!shown.0.contains("lea@montreuil.example"), "the address is masked");
        assert!(!shown.0.contains("<script"));
        let form = format!("{page}/choix");
        let answer = service.post(&form, "territoires=Nantes%0D%0AD93&theme=sante&rythme=mois").is(303);
        service.get(&answer.leads_from(&form)).is(200).says("C’est enregistré").says("Nantes (44)");
        let chosen = lea(&workspace);
        assert_eq!(chosen["territories"], serde_json::json!(["44109", "D93"]));
        assert_eq!((&chosen["themes"], &chosen["rhythm"]), (&serde_json::json!(["sante"]), &"monthly".into()));
        // A later import leaves alone what the member chose.
        workspace.import_members();
        assert_eq!(lea(&workspace), chosen);
        // What is not understood changes nothing, and is shown again to be mended.
        service
            .post(&form, "territoires=Nulleparville%3Cscript%3E&rythme=semaine")
            .is(422)
            .says("inconnu")
            .says("Nulleparville&lt;script&gt;");
        service.post(&form, "rythme=semaine").is(422).says("au moins un territoire");
        assert_eq!(lea(&workspace)["rhythm"], "monthly");
        let form = format!("{page}/pause");
        service.post(&form, "jusqu_au=2026-01-05").is(422).says("déjà passée");
        service.post(&form, "jusqu_au=demain").is(422).says("comme 31/08/2026");
        let answer = service.post(&form, "jusqu_au=2026-02-02").is(303);
        service.get(&answer.leads_from(&form)).says("en pause jusqu’au lundi 2 février 2026");
        assert_eq!(lea(&workspace)["state"], serde_json::json!({"is": "paused", "until": "2026-02-02"}));
        service.post(&format!("{page}/reprendre"), "").is(303);
        assert_eq!(lea(&workspace)["state"]["is"], "active");
        service.post(&format!("{page}/quitter"), "").is(303);
        assert_eq!(lea(&workspace)["state"]["is"], "left");
        service.get(&page).says("Recevoir de nouveau");
        service.post(&format!("{page}/reprendre"), "").is(303);
        assert_eq!(lea(&workspace)["state"]["is"], "active");
        // Nobody acts for another, and the link to leave opens nothing else.
        let leave = to_lea(&workspace).remove(0);
        let leave = ours(&leave.html, "/").into_iter().find(|path| path.starts_with("/quitter/")).unwrap();
        for wrong in [page.replacen('.', "x.", 1), leave.replace("/quitter/", "/membre/"), "/membre/1.x".to_owned()] {
            service.get(&wrong).is(404);
            for verb in ["choix", "pause", "reprendre", "quitter", "donnees"] {
                service.post(&format!("{wrong}/{verb}"), "territoires=D93&jusqu_au=2026-02-02").is(404);
            }
        }
        assert_eq!(lea(&workspace)["state"]["is"], "active");
    });
}

#[test]
fn ones_data_is_read_and_erased_by_a_link_just_sent_to_the_address() {
    on_both(|mut workspace: Workspace| {
        let service = Service::start(&mut workspace);
        let page = choices_of(&workspace);
        for _ in 0..2 {
            service.post(&format!("{page}/donnees"), "").is(303);
        }
        let letters: Vec<Mail> =
            to_lea(&workspace).into_iter().filter(|mail| mail.subject.contains("Vos données")).collect();
        assert_eq!(letters.len(), 1, "asking again at once sends nothing more");
        let link = ours(&letters.first().unwrap().html, "/").remove(0);
        assert!(link.starts_with("/donnees/"), "{link}");
        service.get(&link).is(200).says("CCAS de Montreuil").says("l***@montreuil.example");
        let export = service.get(&format!("{link}/export")).is(200).says("attachment").0;
        let json: serde_json::Value = serde_json::from_str(export.split("\r\n\r\n").nth(1).unwrap()).unwrap();
        assert_eq!(json["member"]["email"], "lea@montreuil.example");
        assert!(!json["shown"].as_object().is_none_or(|shown| shown.contains_key("nothing")));
        // Neither a changed link nor that of the digest opens it.
        let later = link.replacen('.', ".9", 1);
        for wrong in [later, page.replace("/membre/", "/donnees/")] {
            service.get(&wrong).is(404);
            service.get(&format!("{wrong}/export")).is(404);
            service.post(&format!("{wrong}/effacer"), "oui=oui").is(404);
        }
        service.post(&format!("{link}/effacer"), "").is(422).says("cochez d’abord");
        lea(&workspace);
        service.post(&format!("{link}/effacer"), "oui=oui").is(200).says("sont effacées");
        workspace.run("members show lea@montreuil.example").status(2);
        workspace.run("members import membres.csv").done().says("lea@montreuil.example");
        workspace.run("members show lea@montreuil.example").status(2);
        service.get(&page).is(404);
    });
}

#[test]
fn a_calendar_has_a_secret_address_that_can_be_changed_and_taken_away() {
    on_both(|mut workspace: Workspace| {
        let service = Service::start(&mut workspace);
        let page = choices_of(&workspace);
        let form = format!("{page}/agenda");
        let address = || {
            let shown = service.get(&page).is(200).0;
            let at = shown.split_once("readonly value=\"").map(|(_, rest)| rest.split('"').next().unwrap().to_owned());
            at.map(|address| address.replace(BASE, ""))
        };
        assert_eq!(address(), None, "none unless asked for");
        service.get(&form).is(405);
        service.post(&form, "agenda=nouvelle").is(303);
        let first = address().unwrap();
        let feed = service.get(&first).is(200).says("text/calendar").says("BEGIN:VEVENT").says("20260220");
        for secret in ["lea", "Léa", "CCAS", "Montreuil"] {
            assert!(!feed.0.contains(secret), "{secret} is in {}", feed.0);
        }
        service.post(&form, "agenda=nouvelle").is(303);
        let second = address().unwrap();
        assert_ne!(first, second);
        service.get(&first).is(404);
        service.get(&second).is(200);
        for wrong in [second.replace("/agenda/", "/membre/"), format!("{second}x"), "/agenda/1.ics".to_owned()] {
            service.get(&wrong).is(404);
        }
        service.post(&form, "agenda=aucune").is(303);
        service.get(&second).is(404);
        service.post(&form, "agenda=nouvelle").is(303);
        let third = address().unwrap();
        service.post(&format!("{page}/quitter"), "").is(303);
        service.get(&third).is(404);
    });
}

#[test]
fn leaving_mails_the_way_back_once_and_one_click_is_enough() {
    on_both(|mut workspace: Workspace| {
        let service = Service::start(&mut workspace);
        let digest = to_lea(&workspace).remove(0);
        let leave = ours(&digest.html, "/").into_iter().find(|path| path.starts_with("/quitter/")).unwrap();
        // As a mail client does it (RFC 8058), and twice, as some do.
        service.post(&leave, "List-Unsubscribe=One-Click").is(200).says("l***@montreuil.example");
        service.post(&leave, "List-Unsubscribe=One-Click").is(200);
        assert_eq!(lea(&workspace)["state"]["is"], "left");
        until("the way back", || to_lea(&workspace).len() == 2);
        let farewell = to_lea(&workspace).into_iter().find(|mail| mail.subject.contains("quitté")).unwrap();
        farewell.says("transféré").says("ne faites rien");
        let back = ours(&farewell.html, "/").into_iter().find(|path| path.starts_with("/membre/")).unwrap();
        // Looking at it, as scanners do, brings nobody back.
        for verb in ["GET", "HEAD"] {
            service.ask(&format!("{verb} {back}"), "");
        }
        assert_eq!(lea(&workspace)["state"]["is"], "left");
        service.get(&back).is(200).says("Recevoir de nouveau");
        service.post(&format!("{back}/reprendre"), "").is(303);
        assert_eq!(lea(&workspace)["state"]["is"], "active");
        // Whoever holds the digest and leaves again at once fills no mailbox.
        service.post(&leave, "List-Unsubscribe=One-Click").is(200);
        assert_eq!(to_lea(&workspace).len(), 2);
    });
}
