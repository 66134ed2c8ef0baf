//! What checks outside this repository call: exit statuses, JSON under plural names, `understand --jsonl`.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Answer, MONDAY, Site, Workspace};

fn jsonl(workspace: &Workspace, lines: &str) -> Answer {
    let mut child = workspace
        .command("understand --jsonl")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    Answer::of(child.wait_with_output().unwrap())
}

#[test]
fn understand_answers_line_by_line() {
    let folder = tempfile::tempdir().unwrap();
    let workspace = Workspace::sqlite();
    std::fs::remove_file(workspace.path().join("glaneur.toml")).unwrap();
    drop(folder);
    let lines = [
        json!({"id": "a", "title": "Appel à projets aide alimentaire", "publisher": "Préfecture de l'Aisne", "extra": 1,
               "text": "Les dossiers sont à déposer au plus tard le 12 mars 2026 à 12h."}),
        json!({"id": 7, "title": "Appel à projets", "text": "Les dossiers sont à déposer avant le 30 juin."}),
    ];
    let answer = jsonl(&workspace, &format!("{}\n\n{}\n", lines[0], lines[1])).done();
    let answers: Vec<Value> = answer.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 2);
    let first = &answers[0];
    assert_eq!(first["id"], "a");
    assert_eq!(first["kind"], "call");
    assert_eq!(first["deadline"], "2026-03-12");
    assert_eq!(first["deadline_time"], "12:00");
    assert_eq!(first["territory"], json!(["D02"]));
    assert!(first["evidence"]["deadline"][0]["quote"].as_str().unwrap().contains("12 mars 2026"));
    let keys = [
        "id",
        "kind",
        "call_type",
        "deadline",
        "deadline_time",
        "opening",
        "territory",
        "themes",
        "audiences",
        "ccas_eligible",
        "amount",
        "evidence",
        "doubts",
    ];
    for key in keys {
        assert!(first.get(key).is_some(), "{key} is missing");
    }
    assert_eq!(answers[1]["id"], 7);
    assert_eq!(answers[1]["deadline"], Value::Null, "a date without a year and without context is none");
    assert!(!answers[1]["doubts"].as_array().unwrap().is_empty());
}

#[test]
fn a_line_that_is_no_json_is_named_and_the_others_are_answered() {
    let workspace = Workspace::sqlite();
    let answer = jsonl(&workspace, "{\"id\": 1, \"title\": \"Appel\"}\nnot json\n{\"id\": 2}\n").status(1);
    assert_eq!(answer.out.lines().count(), 2);
    answer.complains("ligne 2");
}

#[test]
fn lists_are_json_objects_under_their_plural_name() {
    let workspace = Workspace::sqlite();
    let site = Site::start();
    site.publish("aap", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.import_members();
    workspace.run_at(MONDAY, "once").done();
    let check = |words: &str, name: &str, count: usize| {
        let value = workspace.run_at(MONDAY, &format!("{words} --json")).done().json();
        assert_eq!(value[name].as_array().map(Vec::len), Some(count), "{words}: {value}");
    };
    check("notices list", "notices", 1);
    check("notices list --open --kind call --territory D93 --theme precarite-alimentaire", "notices", 1);
    check("notices list --territory Nantes", "notices", 0);
    check("members list", "members", 3);
    check("edition list", "editions", 1);
    check("sources list", "sources", 1);
    let notice = workspace.run_at(MONDAY, "notices list --json").json()["notices"][0].clone();
    assert_eq!(notice["deadline"]["date"], "2026-02-20");
    let id = notice["id"].as_str().unwrap().to_owned();
    let shown = workspace.run_at(MONDAY, &format!("notices show {id} --json")).done().json();
    assert_eq!(shown["items"][0]["source"], "essai");
    workspace.run_at(MONDAY, "notices show nzzzzzzz").status(2).complains("nzzzzzzz");
}

#[test]
fn init_writes_files_that_are_sound_and_leaves_what_is_there() {
    let workspace = Workspace::sqlite();
    workspace.run("init neuf").done();
    let fresh = workspace.path().join("neuf");
    for name in ["glaneur.toml", "sources.toml", "themes.toml"] {
        assert!(fresh.join(name).is_file(), "{name}");
    }
    workspace.run("check --config neuf/glaneur.toml").done();
    std::fs::write(fresh.join("sources.toml"), "# à moi\n").unwrap();
    workspace.run("init neuf").status(2).says("laissé comme il est").complains("rien n'a été écrit");
    std::fs::remove_file(fresh.join("themes.toml")).unwrap();
    workspace.run("init neuf").status(1).says("laissé comme il est").says("écrit : neuf/themes.toml");
    assert_eq!(std::fs::read_to_string(fresh.join("sources.toml")).unwrap(), "# à moi\n");
}

#[test]
fn a_page_is_explained_with_its_words() {
    let workspace = Workspace::sqlite();
    workspace.write(
        "page.html",
        "<html><head><title>Préfecture</title></head><body><nav><a href=/>Accueil</a></nav><main><h1>Appel à projets FIPD 2026</h1>\
         <p>Mis à jour le 05/01/2026</p><p>Les collectivités du département de l'Aisne peuvent déposer un dossier jusqu'au 27 février 2026 à 17 heures.</p>\
         </main></body></html>",
    );
    workspace.run("understand --file page.html").done().says("27/02/2026 17:00").says("27 février 2026").says("Aisne");
}

#[test]
fn the_program_carries_its_templates_wherever_it_is_moved() {
    let program = std::fs::read(assert_cmd::cargo::cargo_bin!("glaneur")).unwrap();
    for template in ["templates/web/leave.html", "templates/email/digest.html"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(template);
        let template = std::fs::read(path).unwrap();
        assert!(program.windows(template.len()).any(|part| part == template));
    }
}
