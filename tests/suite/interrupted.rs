//! A sending that meets a full disk or a locked base, or is asked to stop: it stops, says so, and loses nothing.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use sqlx::Connection;

use crate::support::mta::{SmtpSink, free_port};
use crate::support::slow::slowed;
use crate::support::{Answer, MONDAY, Site, Workspace};

const MEMBERS: usize = 160;
const CONNECTIONS: usize = 2;
/// The most that a process may hold: four for each connection.
const IN_FLIGHT_MAX: usize = 4 * CONNECTIONS;
const IN_VAIN: &str = "des réponses attendent que la base les prenne";

/// An approved edition whose mails will go through a slowed sink.
struct Scene {
    workspace: Workspace,
    sink: SmtpSink,
    _site: Site,
}

impl Scene {
    fn prepare() -> Self {
        let mut workspace = Workspace::sqlite();
        let site = Site::start();
        site.publish("aap", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026.");
        workspace.write("sources.toml", &site.source("essai", "D93"));
        let nobody = free_port();
        workspace.set(
            "transport = \"file:outbox\"",
            &format!("transport = \"smtp://127.0.0.1:{nobody}\"\nconnections = {CONNECTIONS}"),
        );
        let mut sheet = "email;nom;organisation;type;promotion;territoire\n".to_owned();
        for n in 0..MEMBERS {
            sheet += &format!("m{n}@montreuil.example;Exemple {n};CCAS de Montreuil;ccas;promo;93048\n");
        }
        workspace.write("membres.csv", &sheet);
        workspace.import_members();
        workspace.run_at(MONDAY, "once").status(1).says("rien n'est perdu");
        let sink = SmtpSink::start();
        let line = slowed(sink.address(), Duration::from_millis(10));
        workspace.set(&format!("127.0.0.1:{nobody}"), &format!("127.0.0.1:{line}"));
        Self { workspace, sink, _site: site }
    }

    fn base(&self) -> PathBuf {
        self.workspace.path().join("glaneur.db")
    }

    /// `edition send`, which may write files up to a size.
    fn send(&self, file_bytes_max: Option<u64>) -> Running {
        let mut command = self.workspace.command(&format!("edition send 1 --now {MONDAY}"));
        if let Some(bytes) = file_bytes_max {
            // A write beyond is refused, as on a full disk; the signal that would come first is not heard.
            let mut limited = Command::new("sh");
            limited.args(["-c", "trap '' XFSZ; ulimit -S -f $1; shift; exec \"$@\"", "sh"]);
            limited.arg((bytes / 512).to_string()).arg(command.get_program()).args(command.get_args());
            limited.current_dir(self.workspace.path()).env_remove("CREDENTIALS_DIRECTORY");
            command = limited;
        }
        command.env("GLANEUR_LOG", "warn").stdout(Stdio::piped()).stderr(Stdio::piped());
        Running::start(command)
    }

    /// What is left goes out; then everybody has the mail, and who has it twice is named.
    fn ends_well(&self, doubles_max: usize) {
        self.workspace.run_at(MONDAY, "edition send 1").done();
        let mut copies: HashMap<String, Vec<String>> = HashMap::new();
        for mail in self.sink.mails() {
            copies.entry(mail.to.clone()).or_default().push(mail.header("Message-ID").unwrap());
        }
        assert_eq!(copies.len(), MEMBERS, "nobody is forgotten");
        let doubles: usize = copies.values().map(|ids| ids.len() - 1).sum();
        assert!(doubles <= doubles_max, "{doubles} doubles");
        let receipts = self.workspace.run("edition receipts 1 --json").done().json();
        let doubted = |to: &str| {
            let rows = receipts["deliveries"].as_array().unwrap();
            rows.iter().any(|row| row["email"] == to && row["doubts"].as_u64() > Some(0))
        };
        for (to, ids) in copies.iter().filter(|(_, ids)| ids.len() > 1) {
            assert!(doubted(to), "{to} has it twice and is not named");
            assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        }
    }
}

struct Running {
    child: Child,
    log: mpsc::Receiver<String>,
    said: String,
}

impl Running {
    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (tell, log) = mpsc::channel();
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(|line| drop(tell.send(line))));
        Self { child, log, said: String::new() }
    }

    #[track_caller]
    fn wait_to_say(&mut self, part: &str) {
        let patience = Instant::now() + Duration::from_secs(40);
        while let Ok(line) = self.log.recv_timeout(patience.saturating_duration_since(Instant::now())) {
            self.said += &(line.clone() + "\n");
            if line.contains(part) {
                return;
            }
        }
        panic!("« {part} » was never said:\n{}", self.said);
    }

    fn signal(&self, name: &str) {
        assert!(Command::new("kill").args([name, &self.child.id().to_string()]).status().unwrap().success());
    }

    fn ended(mut self) -> Answer {
        let output = self.child.wait_with_output().unwrap();
        self.said.extend(self.log.iter().map(|line| line + "\n"));
        let mut answer = Answer::of(output);
        answer.err = self.said;
        answer
    }
}

#[test]
fn a_disk_that_fills_up_stops_the_sending_and_answers_in_hand_wait_for_room() {
    let scene = Scene::prepare();
    let size = std::fs::metadata(scene.base()).unwrap().len();
    let mut sending = scene.send(Some(size + 256 * 1024));
    sending.wait_to_say(IN_VAIN);
    // Somebody makes room while they wait.
    let child = sending.child.id().to_string();
    let freed = Command::new("prlimit").args(["--pid", &child, "--fsize=unlimited"]).status().unwrap();
    assert!(freed.success());
    let answer = sending.ended();
    if answer.status != 0 {
        answer.status(1).complains("disque de la base est plein").complains("rien n'a été perdu");
    }
    let receipts = scene.workspace.run("edition receipts 1 --json").done().json();
    assert_eq!(receipts["counts"]["uncertain"].as_u64().unwrap_or(0), 0, "{}", receipts["counts"]);
    assert_eq!(receipts["counts"]["attempting"].as_u64().unwrap_or(0), 0, "{}", receipts["counts"]);
    scene.ends_well(0);
}

#[test]
fn a_disk_that_stays_full_is_said_and_what_was_in_flight_is_named() {
    let scene = Scene::prepare();
    let size = std::fs::metadata(scene.base()).unwrap().len();
    let mut sending = scene.send(Some(size + 256 * 1024));
    sending.wait_to_say(IN_VAIN);
    sending.signal("-TERM");
    sending.ended().status(1).complains("plein");
    scene.ends_well(IN_FLIGHT_MAX);
}

#[test]
fn a_base_locked_by_another_program_stops_the_sending_and_loses_nobody() {
    let scene = Scene::prepare();
    let mut sending = scene.send(None);
    while scene.sink.mails().len() < 10 {
        std::thread::sleep(Duration::from_millis(10));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    sqlx::any::install_default_drivers();
    let url = format!("sqlite:{}", scene.base().display());
    let other = runtime.block_on(async {
        let mut other = sqlx::AnyConnection::connect(&url).await.unwrap();
        while sqlx::raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.is_err() {}
        other
    });
    sending.wait_to_say(IN_VAIN);
    sending.signal("-INT");
    sending.ended().status(1).complains("verrouillée");
    let reached = scene.sink.mails().len();
    assert!(reached < MEMBERS, "it went on without a ledger: {reached}");
    runtime.block_on(async { other.close().await.unwrap() });
    scene.ends_well(IN_FLIGHT_MAX);
}

#[test]
fn a_sending_asked_to_stop_ends_what_is_in_flight_and_doubles_nothing() {
    let scene = Scene::prepare();
    let sending = scene.send(None);
    while scene.sink.mails().len() < 10 {
        std::thread::sleep(Duration::from_millis(10));
    }
    sending.signal("-INT");
    sending.ended().status(1).says("L'envoi a été interrompu ; rien n'est perdu");
    let receipts = scene.workspace.run("edition receipts 1 --json").done().json();
    assert_eq!(receipts["doubted"], 0, "{}", receipts["counts"]);
    assert_eq!(receipts["counts"]["attempting"].as_u64(), None, "{}", receipts["counts"]);
    scene.ends_well(0);
}
