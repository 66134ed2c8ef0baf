//! Backups: they replace nothing, least of all what they are made from.

use std::os::unix::fs::PermissionsExt;

use crate::support::Workspace;

/// The live files, which no backup may touch. A database in use grows its -wal; its key never changes.
fn key(workspace: &Workspace) -> Vec<u8> {
    std::fs::read(workspace.path().join("glaneur.key")).unwrap()
}

#[test]
fn a_backup_has_its_key_beside_it_for_its_owner_alone() {
    let workspace = Workspace::sqlite();
    workspace.import_members();
    workspace.run("backup sauvegarde.db").done().says("sauvegarde.db.key");
    let copy = workspace.path().join("sauvegarde.db.key");
    assert_eq!(std::fs::read(&copy).unwrap(), key(&workspace));
    for name in ["sauvegarde.db", "sauvegarde.db.key"] {
        let mode = std::fs::metadata(workspace.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[test]
fn a_backup_never_touches_the_live_files() {
    let workspace = Workspace::sqlite();
    workspace.import_members();
    let live = key(&workspace);
    assert_eq!(live.len(), 32);
    // Once these took the live key's name, or gave database and key one name.
    workspace.run("backup glaneur.bak").done();
    workspace.run("backup sauve.key").done();
    for words in [
        "backup glaneur.db",
        "backup glaneur.key",
        "backup ./glaneur.key",
        "backup glaneur.db-wal",
        "backup glaneur.db-shm",
        "backup glaneur.db-journal",
    ] {
        workspace.run(words).status(2).complains("base en service");
    }
    assert_eq!(key(&workspace), live);
    workspace.run("members list").done().says("3 membres");
    let copy = std::fs::read(workspace.path().join("sauve.key")).unwrap();
    assert!(copy.starts_with(b"SQLite format 3"), "the database is under the name that was asked for");
}

#[test]
fn a_name_that_is_taken_stops_a_backup_before_it_begins() {
    let workspace = Workspace::sqlite();
    workspace.import_members();
    workspace.write("copie.db.key", "à quelqu'un d'autre");
    workspace.run("backup copie.db").status(2).complains("copie.db.key existe déjà");
    assert!(!workspace.path().join("copie.db").exists());
    assert_eq!(std::fs::read_to_string(workspace.path().join("copie.db.key")).unwrap(), "à quelqu'un d'autre");
    // A link that leads nowhere would have been followed.
    std::os::unix::fs::symlink("ailleurs", workspace.path().join("lien.db")).unwrap();
    workspace.run("backup lien.db").status(2).complains("lien.db existe déjà");
    assert!(!workspace.path().join("ailleurs").exists());
}

#[test]
fn a_database_that_bears_its_keys_name_is_refused() {
    let workspace = Workspace::new("sqlite:glaneur.key");
    workspace.run("check").status(2).complains("ne finit pas par .key");
}
