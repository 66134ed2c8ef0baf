//! Nothing lost, nothing doubled: whole editions through a slowed smtp-sink, with processes killed on the way.

use std::collections::{HashMap, HashSet};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use glaneur::model::{DeliveryState, EditionId};
use glaneur::store::{Open, Store};

use crate::support::mta::SmtpSink;
use crate::support::slow::slowed;
use crate::support::{MONDAY, Site, Workspace};

const CONNECTIONS: u64 = 4;
/// The most that a process may hold: four for each connection.
const IN_FLIGHT_MAX: u64 = 4 * CONNECTIONS;
const EDITION: EditionId = EditionId(1);

/// An edition for `members` people, approved while nothing listens; the mails will go through `sink`, slowly.
struct Proof {
    workspace: Workspace,
    store: Store,
    runtime: tokio::runtime::Runtime,
    sink: SmtpSink,
    members: usize,
    dice: Dice,
    _site: Site,
}

impl Proof {
    fn prepare(mut workspace: Workspace, store: &str, members: usize) -> Self {
        let site = Site::start();
        site.publish("aap", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026.");
        workspace.write("sources.toml", &site.source("essai", "D93"));
        let sink = SmtpSink::start();
        let nobody = crate::support::mta::free_port();
        workspace.set(
            "transport = \"file:outbox\"",
            &format!("transport = \"smtp://127.0.0.1:{nobody}\"\nconnections = {CONNECTIONS}"),
        );
        let mut sheet = "email;nom;organisation;type;promotion;territoire\n".to_owned();
        for n in 0..members {
            sheet += &format!("m{n}@montreuil.example;Exemple {n};CCAS de Montreuil;ccas;promo;93048\n");
        }
        workspace.write("membres.csv", &sheet);
        workspace.import_members();
        // The mail server is down for the whole run.
        workspace.run_at(MONDAY, "once").status(1).says("rien n'est perdu");
        let line = slowed(sink.address(), Duration::from_millis(8));
        workspace.set(&format!("127.0.0.1:{nobody}"), &format!("127.0.0.1:{line}"));
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let store = runtime.block_on(Store::open(store, Open::Existing)).unwrap();
        let proof = Self { workspace, store, runtime, sink, members, dice: Dice::new(), _site: site };
        assert_eq!(proof.count(DeliveryState::Queued), members as u64);
        proof
    }

    fn count(&self, state: DeliveryState) -> u64 {
        self.runtime.block_on(self.store.counts(EDITION)).unwrap().of(state)
    }

    fn start(&self) -> Child {
        let mut command = self.workspace.command(&format!("edition send {EDITION} --now {MONDAY}"));
        command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Kills a process that holds rows, at a moment of chance; gives how many it held.
    fn kill_in_flight(&mut self) -> u64 {
        let mut process = self.start();
        let patience = Instant::now() + Duration::from_secs(30);
        while !self.holds_rows(process.id()) {
            assert!(Instant::now() < patience, "it sends nothing");
            std::thread::sleep(Duration::from_millis(3));
        }
        std::thread::sleep(Duration::from_millis(self.dice.up_to(220)));
        process.kill().unwrap();
        process.wait().unwrap();
        if self.holds_rows(process.id()) { self.count(DeliveryState::Attempting) } else { 0 }
    }

    fn holds_rows(&self, process: u32) -> bool {
        let workers = self.runtime.block_on(self.store.workers(EDITION)).unwrap();
        workers.iter().any(|worker| worker.pid == process)
    }

    fn to_the_end(&self) {
        self.workspace.run_at(MONDAY, &format!("edition send {EDITION}")).done();
    }

    /// Everybody has it; who has it twice was in flight at a kill, has one Message-ID, and is named by the receipts.
    fn holds(&self, in_flight: u64, name: &str) {
        let mut copies: HashMap<String, Vec<String>> = HashMap::new();
        for mail in self.sink.mails().into_iter().filter(|mail| mail.raw.trim_end().ends_with("--")) {
            copies.entry(mail.to.clone()).or_default().push(mail.header("Message-ID").unwrap());
        }
        let lost = self.members - copies.len();
        let doubled: HashSet<&String> = copies.iter().filter(|(_, ids)| ids.len() > 1).map(|(to, _)| to).collect();
        let doubles: usize = copies.values().map(|ids| ids.len() - 1).sum();
        let receipts = self.workspace.run(&format!("edition receipts {EDITION} --json")).done().json();
        let rows = receipts["deliveries"].as_array().unwrap();
        let named: HashSet<&str> = rows
            .iter()
            .filter(|row| row["doubts"].as_u64() > Some(0))
            .map(|row| row["email"].as_str().unwrap())
            .collect();
        println!(
            "{name}: seed {}, {} members, {in_flight} rows in flight at the kills, {lost} lost, {doubles} doubles, {} named",
            self.dice.seed,
            self.members,
            named.len()
        );
        assert_eq!(lost, 0);
        assert_eq!(receipts["counts"]["sent"], self.members);
        assert!(doubles as u64 <= in_flight, "{doubles} doubles, {in_flight} in flight");
        assert!(doubled.iter().all(|to| named.contains(to.as_str())), "a double is not named");
        for ids in copies.values() {
            assert_eq!(ids.iter().collect::<HashSet<_>>().len(), 1, "{ids:?}");
        }
    }
}

/// Chance that can be had again: `GLANEUR_TEST_SEED`.
struct Dice {
    seed: u64,
    state: u64,
}

impl Dice {
    fn new() -> Self {
        let given = std::env::var("GLANEUR_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
        let now = || std::time::UNIX_EPOCH.elapsed().unwrap().subsec_nanos().into();
        let seed: u64 = given.unwrap_or_else(now);
        println!("GLANEUR_TEST_SEED={seed}");
        Self { seed, state: seed | 1 }
    }

    fn up_to(&mut self, max: u64) -> u64 {
        // Marsaglia's xorshift.
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state % max
    }
}

#[test]
fn fifty_kills_in_an_edition_for_two_thousand_lose_nobody() {
    let workspace = Workspace::sqlite();
    let url = format!("sqlite:{}", workspace.path().join("glaneur.db").display());
    let mut proof = Proof::prepare(workspace, &url, 2_000);
    let (mut kills, mut in_flight, mut tries) = (0, 0, 0);
    while kills < 50 {
        tries += 1;
        assert!(tries < 100, "{kills} kills met rows in flight in {tries} tries");
        let held = proof.kill_in_flight();
        assert!(held <= IN_FLIGHT_MAX, "{held} rows in flight");
        kills += u32::from(held > 0);
        in_flight += held;
    }
    proof.to_the_end();
    proof.holds(in_flight, "50 kills, SQLite");
}

#[test]
fn of_two_processes_on_one_postgresql_one_may_be_killed_again_and_again() {
    crate::support::postgres::on_postgres(|workspace, url| {
        let mut proof = Proof::prepare(workspace, url, 500);
        let mut steady = proof.start();
        let mut in_flight = 0;
        for _ in 0..8 {
            // What both hold: the rows of the one that was killed are among them.
            in_flight += proof.kill_in_flight();
        }
        assert!(steady.wait().unwrap().success() || proof.count(DeliveryState::Sent) > 0);
        proof.to_the_end();
        proof.holds(in_flight, "8 kills, two processes, PostgreSQL");
    });
}
