//! The demonstration, as a newcomer runs it.

use crate::support::workspace::mails;
use crate::support::{MONDAY, Workspace};

#[test]
fn the_demonstration_does_the_whole_job_and_can_be_done_again() {
    let workspace = Workspace::sqlite();
    for _ in 0..2 {
        let answer = workspace.run_at(MONDAY, "demo --once --dir demo").done();
        let answer = answer.says("7 lus, 1 en panne").says("page de connexion").says("courriels remis par SMTP");
        assert!(answer.out.contains("la date limite est passée"), "{}", answer.out);
        let mails = mails(&workspace.path().join("demo/outbox"));
        assert_eq!(mails.len(), 7, "one for each member of the sample network but the one who has nothing to read");
        for mail in &mails {
            assert!(!mail.subject.is_empty() && mail.html.contains("<html") && mail.text.len() > 200, "{}", mail.to);
            mail.is_silent_on("Accueils de jour : appel à candidatures");
        }
    }
}

#[test]
fn each_member_of_the_demonstration_gets_what_concerns_them() {
    let workspace = Workspace::sqlite();
    workspace.run_at(MONDAY, "demo --once --dir demo").done();
    let mails = mails(&workspace.path().join("demo/outbox"));
    let to =
        |address: &str| mails.iter().find(|mail| mail.to == address).unwrap_or_else(|| panic!("no mail to {address}"));
    let nantes = to("camille@ccas-nantes.example");
    nantes.says("Nutrition et santé").is_silent_on("FIPD").is_silent_on("Contrats de ville");
    let montreuil = to("dominique@montreuil.example");
    montreuil.says("aide alimentaire en Seine-Saint-Denis").is_silent_on("quartiers nantais");
    montreuil.is_silent_on("Jardins nourriciers"); // for associations and inhabitants
    let nanterre = to("sacha@ccas-nanterre.example");
    nanterre.says("épiceries sociales municipales").is_silent_on("Seine-Saint-Denis : appel");
    let saint_denis = to("maxime@ccas-saint-denis.example");
    saint_denis.says("Habilitation régionale").says("À relayer à vos associations");
    let association = to("lou@cuisines-partagees.example");
    association.says("Tables ouvertes").says("FDVA 2").says("Habilitation régionale").is_silent_on("À relayer");
}

#[test]
fn the_demonstration_writes_over_no_folder_but_its_own() {
    let workspace = Workspace::sqlite();
    workspace.import_members();
    let before = workspace.run("members list --json").done().json();
    let settings = std::fs::read(workspace.path().join("glaneur.toml")).unwrap();
    workspace.run_at(MONDAY, "demo --once --dir .").status(2).complains("n'est pas celui d'une démonstration");
    assert_eq!(workspace.run("members list --json").done().json(), before);
    assert_eq!(std::fs::read(workspace.path().join("glaneur.toml")).unwrap(), settings);
    assert!(!workspace.path().join("outbox").exists());
}
