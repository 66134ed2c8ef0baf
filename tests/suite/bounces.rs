//! What comes back, read from files as an administrator saves them.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

const QMAIL: &str = "From: MAILER-DAEMON@mx.relais.example\nTo: rebonds@reseau.example\nSubject: failure notice\n\nI wasn't able to deliver your message to the following addresses.\n\n<lea@ville.example>:\n550 5.1.1 unknown\n";
const ABSENT: &str =
    "From: max@ville.example\nTo: rebonds@reseau.example\nSubject: Absence du bureau\n\nDe retour lundi.\n";

fn read(arguments: &[&str], input: &str) -> (Vec<Value>, i32, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_glaneur"))
        .args(["bounces", "read"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let done = child.wait_with_output().unwrap();
    let lines = String::from_utf8(done.stdout).unwrap();
    let objects = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (objects, done.status.code().unwrap(), String::from_utf8(done.stderr).unwrap())
}

#[test]
fn one_object_a_message_from_files_an_mbox_and_the_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(path("un.eml"), QMAIL).unwrap();
    let postmark = "From x Mon Jan 12 08:00:00 2026\n";
    std::fs::write(path("boite"), format!("{postmark}{QMAIL}\n{postmark}{ABSENT}")).unwrap();
    let (objects, status, _) = read(&[&path("un.eml"), &path("boite"), "-"], ABSENT);
    assert_eq!(status, 0);
    assert_eq!(objects.len(), 4, "{objects:?}");
    let failed = serde_json::json!([{
        "address": "lea@ville.example", "kind": "hard", "status": "5.1.1", "diagnostic": "550 5.1.1 unknown",
    }]);
    assert_eq!(objects[0], serde_json::json!({"file": path("un.eml"), "index": 0, "recipients": failed}));
    assert_eq!(objects[2]["index"], 1);
    assert_eq!(objects[2]["recipients"][0]["kind"], "auto-reply");
    assert_eq!(objects[3]["file"], "-");
    let (objects, _, _) = read(&[], QMAIL);
    assert_eq!(objects[0]["recipients"], failed);
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_the_others_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let sound = folder.path().join("un.eml");
    std::fs::write(&sound, QMAIL).unwrap();
    let (objects, status, errors) = read(&["absent.eml", &sound.display().to_string()], "");
    assert_eq!((objects.len(), status), (1, 1));
    assert!(errors.contains("absent.eml"), "{errors}");
}
