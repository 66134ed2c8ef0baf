//! Several relays, limits and warm-ups: what leaves, what waits, and what is said of it.

use crate::support::mta::{SmtpSink, free_port};
use crate::support::postfix::{PASSWORD, Postfix, USER};
use crate::support::{MONDAY, Site, Workspace, on_both};

const FILE: &str = "transport = \"file:outbox\"\n";

/// Members of these domains by turns, who all have something to read; mails leave as these lines of `[mail]` say.
fn prepared(workspace: &mut Workspace, members: usize, domains: &[&str], mail: &str) -> Site {
    let site = Site::start();
    site.publish("aap", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026 à 12h.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    let mut sheet = "email;nom;organisation;type;promotion;territoire\n".to_owned();
    for n in 0..members {
        let domain = domains[n % domains.len()];
        sheet += &format!("m{n}@{domain};Exemple {n};CCAS de Montreuil;ccas;promo;93048\n");
    }
    workspace.write("membres.csv", &sheet);
    workspace.import_members();
    workspace.set(FILE, mail);
    site
}

fn relay(name: &str, port: u16, more: &str) -> String {
    format!("[[mail.relay]]\nname = \"{name}\"\ntransport = \"smtp://127.0.0.1:{port}\"\n{more}\n")
}

#[test]
fn when_a_relay_is_down_the_other_takes_its_mails_and_it_is_said() {
    on_both(|mut workspace: Workspace| {
        let sink = SmtpSink::start();
        let _site = prepared(&mut workspace, 12, &["montreuil.example"], "");
        let relays = relay("premier", free_port(), "weight = 3") + &relay("second", sink.address().port(), "");
        workspace.set("[digest]", &(relays + "[digest]"));
        workspace.run_at(MONDAY, "once").done().says("Relais premier laissé de côté").says("connexion refusée");
        assert_eq!(sink.mails().len(), 12);
        let receipts = workspace.run("edition receipts 1 --json").done().json();
        assert_eq!(receipts["counts"]["sent"], 12);
        assert!(receipts["deliveries"].as_array().unwrap().iter().all(|row| row["relay"] == "second"));
        workspace.run("edition receipts 1").done().says("Par le relais second : 12 courriels");
    });
}

#[test]
fn relays_share_by_weight_and_receipts_count_for_each() {
    let mut workspace = Workspace::sqlite();
    let (big, small) = (SmtpSink::start(), SmtpSink::start());
    let _site = prepared(&mut workspace, 16, &["montreuil.example"], "");
    let relays = relay("grand", big.address().port(), "weight = 3") + &relay("petit", small.address().port(), "");
    workspace.set("[digest]", &(relays + "[digest]"));
    workspace.run_at(MONDAY, "once").done();
    let (by_big, by_small) = (big.mails().len(), small.mails().len());
    assert_eq!(by_big + by_small, 16);
    assert!((9..=15).contains(&by_big), "{by_big}");
    let said = format!("Par le relais petit : {by_small} courriel");
    workspace.run("edition receipts 1").done().says(&said);
}

#[test]
fn an_hourly_limit_holds_over_restarts_and_the_rest_waits_in_an_open_edition() {
    on_both(|mut workspace: Workspace| {
        let sink = SmtpSink::start();
        let mail = format!("transport = \"smtp://{}\"\nrate = [\"100/s\", \"3/h\"]\n", sink.address());
        let _site = prepared(&mut workspace, 5, &["montreuil.example"], &mail);
        let limit = "sa limite de 3 courriels par heure est atteinte";
        workspace.run_at(MONDAY, "once").status(1).says("rien n'est perdu").says(limit);
        assert_eq!(sink.mails().len(), 3);
        workspace.run_at(MONDAY, "edition send 1").status(1).says(limit);
        workspace.run_at(MONDAY, "once").status(1);
        assert_eq!(sink.mails().len(), 3, "a restart forgets nothing");
        workspace.run("edition show 1").done().says(limit).says("en cours d'envoi");
        let receipts = workspace.run("edition receipts 1 --json").done().json();
        assert_eq!((&receipts["counts"]["sent"], &receipts["counts"]["queued"]), (&3.into(), &2.into()));
        assert!(receipts["waiting"][0].as_str().unwrap().contains(limit), "{receipts}");
        // A wider limit lets the rest leave, and nothing twice.
        workspace.set("3/h", "300/h");
        workspace.run_at(MONDAY, "once").done();
        let mut to: Vec<String> = sink.mails().into_iter().map(|mail| mail.to).collect();
        to.dedup();
        assert_eq!(to.len(), 5);
    });
}

#[test]
fn a_warm_up_lets_so_many_leave_a_day_and_the_rest_the_next() {
    let mut workspace = Workspace::sqlite();
    let sink = SmtpSink::start();
    let today = chrono::Utc::now().with_timezone(&chrono_tz::Europe::Paris).date_naive();
    // Near midnight the second day counts the same.
    let mail =
        format!("transport = \"smtp://{}\"\nwarm_up = {{ from = \"{today}\", per_day = [2, 2] }}\n", sink.address());
    let _site = prepared(&mut workspace, 6, &["montreuil.example"], &mail);
    workspace.run_at(MONDAY, "once").status(1).says("montée en charge : les 2 courriels").says("rien n'est perdu");
    workspace.run_at(MONDAY, "once").status(1);
    assert_eq!(sink.mails().len(), 2);
    workspace.run("edition show 1").done().says("montée en charge : les 2 courriels").says("la suite à partir du");
    let receipts = workspace.run("edition receipts 1 --json").done().json();
    assert_eq!((&receipts["state"], &receipts["counts"]["queued"]), (&"sending".into(), &4.into()), "{receipts}");
    // As if it had begun three days ago: it is over, and what waited leaves.
    workspace.set(&today.to_string(), &(today - chrono::TimeDelta::days(3)).to_string());
    workspace.run_at(MONDAY, "once").done();
    assert_eq!(sink.mails().len(), 6);
}

#[test]
fn a_domain_that_says_later_waits_and_the_others_have_their_mail() {
    let Some(postfix) = Postfix::start() else { return };
    let mut workspace = Workspace::sqlite();
    let mail = format!(
        "transport = \"smtp://localhost:{}\"\nstarttls = \"required\"\nuser = \"{USER}\"\npassword_file = \"smtp\"\n\
         ca_file = \"autorite.pem\"\nconnections = 1\n",
        postfix.port
    );
    workspace.write("autorite.pem", &postfix.authority());
    std::fs::create_dir(workspace.path().join("credentials")).unwrap();
    workspace.write("credentials/smtp", &format!("{PASSWORD}\n"));
    let _site = prepared(&mut workspace, 40, &["lent.example", "vif.example"], &mail);
    workspace.run_at(MONDAY, "once").status(1).says("lent.example demande d’attendre");
    let patience = std::time::Instant::now() + std::time::Duration::from_secs(15);
    while postfix.sink.mails().len() < 20 && std::time::Instant::now() < patience {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    let mails = postfix.sink.mails();
    assert!(mails.len() == 20 && mails.iter().all(|mail| mail.to.ends_with("@vif.example")), "{}", mails.len());
    let receipts = workspace.run("edition receipts 1 --json").done().json();
    let (tried, waiting) = (&receipts["counts"]["deferred"], &receipts["counts"]["queued"]);
    assert!((3..=7).contains(&tried.as_u64().unwrap()), "{tried} tried in vain, {waiting} spared");
    workspace.run("edition show 1").done().says("lent.example demande d’attendre : 450 4.7.1");
}
