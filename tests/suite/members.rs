//! Members: imported, imported again, erased.

use crate::support::{Workspace, on_both};

#[test]
fn importing_again_changes_and_never_doubles() {
    on_both(|workspace: Workspace| {
        workspace.run("members import membres.csv --dry-run").done().says("3 ajoutés").says("rien n'a été écrit");
        assert_eq!(workspace.run("members list --json").done().json()["members"].as_array().unwrap().len(), 0);
        workspace.run("members import membres.csv").done().says("3 ajoutés");
        workspace.run("members import membres.csv").done().says("0 ajouté, 0 changé, 3 inchangés");
        let moved = crate::support::workspace::MEMBERS.replace("Nanterre;;", "Nantes;;");
        workspace.write("membres.csv", &moved);
        workspace.run("members import membres.csv").done().says("changé : sam@nanterre.example (territories)");
        let member = workspace.run("members show sam@nanterre.example --json").done().json();
        assert_eq!(member["territories"], serde_json::json!(["44109"]));
    });
}

#[test]
fn who_was_erased_is_not_brought_back() {
    on_both(|workspace: Workspace| {
        workspace.import_members();
        let export = workspace.run("members export lea@montreuil.example").done();
        assert!(export.out.contains("lea@montreuil.example"));
        workspace.run("members erase lea@montreuil.example").done();
        workspace.run("members import membres.csv").done().says("laissé : lea@montreuil.example");
        workspace.run("members show lea@montreuil.example").status(2);
        workspace.run("members list").done().says("2 membres");
    });
}

#[test]
fn a_bad_line_is_named_with_its_number_and_the_others_go_in() {
    let workspace = Workspace::sqlite();
    let text = "email;promotion;territoire\na@exemple.example;promo;Nanterre\nb@exemple.example;autre;Nanterre\n";
    workspace.write("membres.csv", text);
    workspace.run("members import membres.csv").status(1).says("ligne 3").says("autre").says("1 ajouté");
}

#[test]
fn who_asked_to_leave_gets_nothing_more_and_is_not_brought_back() {
    let workspace = Workspace::sqlite();
    workspace.import_members();
    workspace.run("members leave lea@montreuil.example").done().says("parti le");
    workspace.run("members import membres.csv").done().says("laissé : lea@montreuil.example (a quitté la liste)");
}

#[test]
fn a_spreadsheet_without_a_column_of_themes_changes_none() {
    let workspace = Workspace::sqlite();
    workspace.write("membres.csv", "email;territoire;thèmes\na@exemple.example;Nanterre;santé\n");
    workspace.import_members();
    workspace.write("membres.csv", "email;territoire\na@exemple.example;Nantes\n");
    workspace.import_members();
    let member = workspace.run("members show a@exemple.example --json").done().json();
    assert_eq!(member["themes"], serde_json::json!(["sante"]));
    assert_eq!(member["territories"], serde_json::json!(["44109"]));
}
