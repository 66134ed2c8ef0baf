//! The daemon: it works on time, reads its files again when told, and ends when told.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::mta::{SmtpSink, free_port, wait_for};
use crate::support::{MONDAY, NEXT_MONDAY, Site, Workspace, on_both};

struct Daemon {
    child: Child,
    log: std::sync::mpsc::Receiver<String>,
}

impl Daemon {
    fn start(workspace: &Workspace, words: &str) -> Self {
        let mut command = workspace.command(&format!("run {words}"));
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (tell, log) = std::sync::mpsc::channel();
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(tell.send(line))));
        Self { child, log }
    }

    /// Reads the log until a line says this.
    #[track_caller]
    fn wait_to_say(&self, part: &str) -> String {
        let patience = Instant::now() + Duration::from_secs(30);
        let mut seen = Vec::new();
        while let Ok(line) = self.log.recv_timeout(patience.saturating_duration_since(Instant::now())) {
            if line.contains(part) {
                return line;
            }
            seen.push(line);
        }
        panic!("« {part} » was never said; said:\n{}", seen.join("\n"));
    }

    fn signal(&self, name: &str) {
        assert!(
            Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap().success()
        );
    }

    #[track_caller]
    fn ends(mut self) {
        let patience = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                assert!(status.success(), "{status}");
                return;
            }
            assert!(Instant::now() < patience, "the daemon did not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn prepared(workspace: &Workspace) -> Site {
    let site = Site::start();
    site.publish("aap", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.import_members();
    site
}

#[test]
fn it_collects_issues_what_is_due_and_ends_on_sigterm() {
    let workspace = Workspace::sqlite();
    let _site = prepared(&workspace);
    let daemon = Daemon::start(&workspace, &format!("--now {MONDAY}"));
    daemon.wait_to_say("source relevée");
    daemon.wait_to_say("édition préparée");
    daemon.wait_to_say("envoyée en entier");
    assert_eq!(workspace.mails().len(), 2);
    // A command beside the running daemon.
    workspace.run_at(MONDAY, "notices list").done().says("épiceries solidaires");
    daemon.signal("TERM");
    daemon.wait_to_say("Glaneur s'arrête");
    daemon.ends();
}

#[test]
fn a_service_just_installed_catches_up_nothing_from_before_its_first_start() {
    let workspace = Workspace::sqlite();
    let _site = prepared(&workspace);
    let daemon = Daemon::start(&workspace, "--now 2026-01-14T12:00:00+01:00");
    daemon.wait_to_say("source relevée");
    daemon.signal("TERM");
    daemon.ends();
    assert!(workspace.mails().is_empty(), "Monday was before it was installed");
    // Stopped over the next Monday, it makes up for it.
    let daemon = Daemon::start(&workspace, "--now 2026-01-20T12:00:00+01:00");
    daemon.wait_to_say("envoyée en entier");
    daemon.signal("TERM");
    daemon.ends();
    assert_eq!(workspace.mails().len(), 2);
}

#[test]
fn it_takes_up_a_changed_sources_file_by_itself_and_keeps_the_last_good_one() {
    let workspace = Workspace::sqlite();
    let site = prepared(&workspace);
    let daemon = Daemon::start(&workspace, &format!("--now {MONDAY}"));
    daemon.wait_to_say("envoyée en entier");
    workspace.write("sources.toml", "[[source]]\nid = 12\n");
    let line = daemon.wait_to_say("les derniers fichiers bons restent en service");
    assert!(line.contains("sources.toml:"), "{line}");
    let other = Site::start();
    other.publish("b", "Appel à projets : insertion", "Réponse avant le 1er mars 2026.");
    workspace.write("sources.toml", &(site.source("essai", "D93") + &other.source("neuf", "D93")));
    daemon.wait_to_say("sources.toml a changé");
    daemon.wait_to_say("fichiers relus");
    daemon.wait_to_say("source=neuf");
    daemon.signal("TERM");
    daemon.ends();
}

#[test]
fn it_reads_its_files_again_on_sighup_and_keeps_the_last_good_ones() {
    let workspace = Workspace::sqlite();
    let site = prepared(&workspace);
    let daemon = Daemon::start(&workspace, &format!("--now {MONDAY}"));
    daemon.wait_to_say("envoyée en entier");
    workspace.write("sources.toml", "[[source]]\nid = 12\n");
    daemon.signal("HUP");
    let line = daemon.wait_to_say("les derniers bons restent en service");
    assert!(line.contains("sources.toml:"), "{line}");
    let other = Site::start();
    other.publish("b", "Appel à projets : insertion", "Réponse avant le 1er mars 2026.");
    workspace.write("sources.toml", &(site.source("essai", "D93") + &other.source("neuf", "D93")));
    daemon.signal("HUP");
    daemon.wait_to_say("fichiers relus");
    let line = daemon.wait_to_say("source relevée");
    assert!(line.contains("neuf"), "{line}");
    daemon.signal("TERM");
    daemon.ends();
}

#[test]
fn a_broken_source_and_a_dead_mailbox_do_not_stop_it() {
    let mut workspace = Workspace::sqlite();
    let site = prepared(&workspace);
    let broken = Site::start();
    broken.answers(Some(404));
    workspace.write("sources.toml", &(broken.source("fragile", "D93") + &site.source("essai", "D93")));
    let port = free_port();
    workspace.set("file:outbox", &format!("smtp://127.0.0.1:{port}"));
    let daemon = Daemon::start(&workspace, &format!("--now {MONDAY}"));
    daemon.wait_to_say("source en panne");
    daemon.wait_to_say("envoi arrêté");
    daemon.signal("TERM");
    daemon.ends();
    let sink = SmtpSink::start_on(port, &[]);
    let daemon = Daemon::start(&workspace, &format!("--now {MONDAY}"));
    daemon.wait_to_say("envoyée en entier");
    let (to_admins, to_members): (Vec<_>, Vec<_>) =
        sink.all_mails().into_iter().partition(|mail| mail.to == "equipe@reseau.example");
    let of_sources: Vec<_> = to_admins.iter().filter(|mail| mail.text.contains("Site fragile (fragile)")).collect();
    assert_eq!((to_members.len(), of_sources.len()), (2, 1));
    of_sources[0].says("404");
    daemon.signal("TERM");
    daemon.ends();
}

fn http(port: u16, request: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(stream, "{request}\r\nHost: localhost\r\nConnection: close\r\n").unwrap();
    let body = if request.starts_with("POST") {
        "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 26\r\n\r\nList-Unsubscribe=One-Click"
    } else {
        "\r\n"
    };
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn leaving_takes_one_click_and_looking_changes_nothing() {
    let mut workspace = Workspace::sqlite();
    let _site = prepared(&workspace);
    let (smtp, web) = (free_port(), free_port());
    let sink = SmtpSink::start_on(smtp, &[]);
    workspace.set("file:outbox", &format!("smtp://127.0.0.1:{smtp}"));
    workspace.set("network =", "base_url = \"https://veille.reseau.example\"\nnetwork =");
    workspace.set("127.0.0.1:0", &format!("127.0.0.1:{web}"));
    let daemon = Daemon::start(&workspace, &format!("--now {MONDAY}"));
    daemon.wait_to_say("envoyée en entier");
    wait_for(([127, 0, 0, 1], web).into());
    let mail = sink.mails().into_iter().find(|mail| mail.to == "lea@montreuil.example").unwrap();
    let header = mail.header("List-Unsubscribe").unwrap();
    let path = header.split("https://veille.reseau.example").nth(1).unwrap().split('>').next().unwrap().to_owned();
    let state = || workspace.run("members show lea@montreuil.example --json").json()["state"]["is"].clone();
    // A scanner that follows every link.
    let page = http(web, &format!("GET {path} HTTP/1.1"));
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("<form method=\"post\">"), "{page}");
    assert!(
        page.contains("l***@montreuil.example") && !page.contains("lea@montreuil.example"),
        "the address is masked"
    );
    assert_eq!(state(), "active");
    let forged = path.replace(".", "x.");
    assert!(http(web, &format!("POST {forged} HTTP/1.1")).starts_with("HTTP/1.1 404"));
    assert_eq!(state(), "active");
    let page = http(web, &format!("POST {path} HTTP/1.1"));
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("C’est fait"), "{page}");
    assert_eq!(state(), "left");
    daemon.signal("TERM");
    daemon.ends();
    // A later import does not bring back who left.
    workspace.run("members import membres.csv").done().says("laissé : lea@montreuil.example");
}

#[test]
fn an_address_that_is_taken_leaves_the_last_good_files_in_service() {
    let mut workspace = Workspace::sqlite();
    let _site = prepared(&workspace);
    let web = free_port();
    workspace.set("127.0.0.1:0", &format!("127.0.0.1:{web}"));
    let daemon = Daemon::start(&workspace, &format!("--now {MONDAY}"));
    daemon.wait_to_say("envoyée en entier");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let (old, new) = (format!("127.0.0.1:{web}"), taken.local_addr().unwrap().to_string());
    workspace.set(&old, &new);
    daemon.signal("HUP");
    let line = daemon.wait_to_say("les derniers bons restent en service");
    assert!(line.contains("un autre programme l'occupe"), "{line}");
    assert!(http(web, "GET /sante HTTP/1.1").starts_with("HTTP/1.1 200"), "the pages are still served");
    drop(taken);
    daemon.signal("HUP");
    daemon.wait_to_say("fichiers relus");
    let port = new.rsplit(':').next().unwrap().parse().unwrap();
    assert!(http(port, "GET /sante HTTP/1.1").starts_with("HTTP/1.1 200"), "and now there");
    assert!(TcpStream::connect(("127.0.0.1", web)).is_err(), "and no more here");
    daemon.signal("TERM");
    daemon.ends();
}

#[test]
fn pages_show_what_the_files_say_now() {
    let mut workspace = Workspace::sqlite();
    let _site = prepared(&workspace);
    let web = free_port();
    workspace.set("127.0.0.1:0", &format!("127.0.0.1:{web}"));
    let daemon = Daemon::start(&workspace, &format!("--now {MONDAY}"));
    daemon.wait_to_say("envoyée en entier");
    assert!(http(web, "GET / HTTP/1.1").contains("essai"));
    workspace.set("network = \"Réseau d'essai\"", "network = \"Réseau rebaptisé\"");
    daemon.signal("HUP");
    daemon.wait_to_say("fichiers relus");
    assert!(http(web, "GET / HTTP/1.1").contains("Réseau rebaptisé"));
    daemon.signal("TERM");
    daemon.ends();
}

#[test]
fn systemd_is_told_that_it_is_ready_and_lives() {
    let workspace = Workspace::sqlite();
    let _site = prepared(&workspace);
    let socket = std::os::unix::net::UnixDatagram::bind(workspace.path().join("notify")).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let mut command = workspace.command(&format!("run --now {MONDAY}"));
    let mut child =
        command.env("NOTIFY_SOCKET", workspace.path().join("notify")).stderr(Stdio::null()).spawn().unwrap();
    let mut told = String::new();
    while !(told.contains("READY=1") && told.contains("WATCHDOG=1")) {
        let mut bytes = [0; 256];
        let count = socket.recv(&mut bytes).unwrap();
        told += &String::from_utf8_lossy(&bytes[..count]);
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[test]
fn of_two_services_on_one_base_one_leads_the_schedule_and_the_other_takes_over() {
    on_both(|workspace: Workspace| {
        // On SQLite nobody runs two services: what is promised is for machines that share a server.
        if workspace.is_sqlite() {
            return;
        }
        let _site = prepared(&workspace);
        let first = Daemon::start(&workspace, &format!("--now {MONDAY}"));
        first.wait_to_say("ce processus mène l'horaire");
        first.wait_to_say("envoyée en entier");
        assert_eq!(workspace.mails().len(), 2);
        // The other lives a week later: what is due to it waits while the first one leads.
        let second = Daemon::start(&workspace, &format!("--now {NEXT_MONDAY}"));
        second.wait_to_say("un autre processus mène l'horaire");
        let editions = || workspace.run("edition list --json").done().json()["editions"].as_array().unwrap().len();
        assert_eq!(editions(), 1);
        first.signal("KILL");
        drop(first);
        second.signal("HUP");
        second.wait_to_say("ce processus mène l'horaire");
        second.wait_to_say("édition préparée");
        assert_eq!(editions(), 2);
        second.signal("HUP");
        second.wait_to_say("fichiers relus");
        second.signal("TERM");
        second.ends();
        assert_eq!(editions(), 2, "nothing is issued twice");
        // Who ends in good order leaves the lead to the next one.
        let third = Daemon::start(&workspace, &format!("--now {NEXT_MONDAY}"));
        third.wait_to_say("ce processus mène l'horaire");
        third.signal("TERM");
        third.ends();
    });
}
