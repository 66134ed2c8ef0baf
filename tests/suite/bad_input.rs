//! What is wrong is said, all of it at once, with its place; and nothing runs.

use crate::support::Workspace;

#[test]
fn five_mistakes_in_the_settings_give_five_messages_and_nothing_runs() {
    let workspace = Workspace::sqlite();
    workspace.write(
        "glaneur.toml",
        "network = 12\nbase_ulr = \"https://x.example\"\n[mail]\ntransport = \"pigeon:vole\"\nconnections = 0\n[digest]\nschedule = \"tous les jours\"\n",
    );
    for words in ["check", "once", "collect", "members import membres.csv"] {
        let answer = workspace.run(words).status(2);
        for line in [1, 2, 4, 5, 7] {
            assert!(answer.err.contains(&format!("glaneur.toml:{line}:")), "{words}, line {line}:\n{}", answer.err);
        }
        assert!(answer.err.contains("base_url"), "the nearest key is proposed:\n{}", answer.err);
    }
    assert!(!workspace.path().join("glaneur.db").exists(), "nothing was made");
}

#[test]
fn five_mistakes_in_the_sources_give_five_messages_and_nothing_runs() {
    let workspace = Workspace::sqlite();
    workspace.write(
        "sources.toml",
        "[[source]]\nid = \"un\"\nname = \"Un\"\nkind = \"fil\"\nurl = \"https://un.example/feed\"\n\n\
         [[source]]\nid = \"un\"\nname = \"Deux\"\nkind = \"feed\"\nurl = \"ftp://deux.example\"\n\n\
         [[source]]\nid = \"trois\"\nname = \"Trois\"\nkind = \"page\"\nurl = \"https://trois.example\"\nselect = { item = \"li[\" }\ncouleur = \"bleu\"\n",
    );
    let answer = workspace.run("check").status(2);
    for line in [4, 8, 11, 18, 19] {
        assert!(answer.err.contains(&format!("sources.toml:{line}:")), "line {line}:\n{}", answer.err);
    }
    workspace.run("once").status(2);
    assert!(!workspace.path().join("glaneur.db").exists(), "nothing was made");
}

#[test]
fn a_missing_file_or_database_is_one_clear_sentence() {
    let workspace = Workspace::sqlite();
    workspace.run("members list").status(2).complains("n'existe pas encore");
    workspace.run("check --config ailleurs.toml").status(2).complains("ailleurs.toml");
    workspace.run("members import absent.csv").status(2).complains("absent.csv");
    std::fs::remove_file(workspace.path().join("glaneur.toml")).unwrap();
    workspace.run("once").status(2).complains("glaneur init");
}

#[test]
fn wrong_words_are_said_in_french() {
    let workspace = Workspace::sqlite();
    let check = |words: &str, part: &str| {
        workspace.run(words).status(2).complains(part);
    };
    check("colect", "collect");
    check("notices list --kind concert", "accreditation");
    check("once --now hier", "« hier »");
    check("once --now hier", "comme 2026-01-12T08:00:00+01:00");
    check("edition receipts --from hier --to 2026-01-31", "comme 2026-03-31");
    check("bounces list --days deux", "un nombre de jours");
    check("doctor --sender-ip ici", "comme 203.0.113.7");
    check("doctor --resolver 9.9.9.9", "comme 9.9.9.9:53");
    check("edition show", "il manque");
    check("edition show", "Forme : glaneur edition show");
    check("edition show douze", "glaneur edition list");
    check("demo --port beaucoup", "de 1 à 65535");
    check("notices correct n1234567", "une option au moins parmi --deadline <DATE>, --territory <LIEUX>");
    check("backup", "FICHIER");
    check("once --vite", "« --vite »");
    check("understand page.html", "https://www.exemple.fr/page");
    check("understand --file absent.html", "il n'existe pas");
}

#[test]
fn a_loopback_base_url_is_refused_with_smtp() {
    let mut workspace = Workspace::sqlite();
    workspace.set("file:outbox", "smtp://127.0.0.1:2525");
    workspace.run("check").done();
    workspace.set("network =", "base_url = \"http://localhost:8080\"\nnetwork =");
    workspace.run("check").status(2).complains("base_url");
    workspace.set("http://localhost:8080", "https://veille.reseau.example");
    workspace.run("check").done();
}

#[test]
fn a_damaged_database_is_said_and_left_as_it_is() {
    let workspace = Workspace::sqlite();
    workspace.import_members();
    let path = workspace.path().join("glaneur.db");
    for ending in ["-wal", "-shm"] {
        let _ = std::fs::remove_file(workspace.path().join(format!("glaneur.db{ending}")));
    }
    let damaged =
        b"this is no database at all, whatever its name says, and it is long enough to be read as one".repeat(20);
    std::fs::write(&path, &damaged).unwrap();
    let answer = workspace.run("members list");
    assert_ne!(answer.status, 0);
    answer.complains("n'est pas une base SQLite");
    workspace.run("once").status(1).complains("n'est pas une base SQLite");
    assert_eq!(std::fs::read(&path).unwrap(), damaged);
}

#[test]
fn a_database_held_by_another_program_is_said_after_a_wait() {
    let workspace = Workspace::sqlite();
    workspace.import_members();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = format!("sqlite:{}", workspace.path().join("glaneur.db").display());
    let mut held = runtime.block_on(async {
        let mut connection = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
        sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await.unwrap();
        connection
    });
    workspace.run("members erase lea@montreuil.example").status(1).complains("verrouillée");
    // Looking is still possible, and nothing was lost.
    workspace.run("members list").done().says("3 membres");
    runtime.block_on(async { sqlx::query("ROLLBACK").execute(&mut held).await.unwrap() });
    workspace.run("members erase lea@montreuil.example").done();
}

#[test]
fn a_full_disk_is_said_and_nothing_is_lost() {
    let workspace = Workspace::sqlite();
    let disk = workspace.path().join("disque");
    std::fs::create_dir(&disk).unwrap();
    let mounted =
        std::process::Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(&disk).status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("skipped: a small disk can be mounted only as root");
        return;
    }
    let mut moved = workspace;
    moved.set("sqlite:glaneur.db", "sqlite:disque/glaneur.db");
    moved.import_members();
    let before = moved.run("members list --json").done().out;
    // What room is left goes away.
    let _ = std::fs::write(disk.join("ballast"), vec![0; 1 << 20]);
    let lines: String = (0..2_000).map(|n| format!("m{n}@exemple.example;promo;Nanterre\n")).collect();
    moved.write("nombreux.csv", &format!("email;promotion;territoire\n{lines}"));
    let answer = moved.run("members import nombreux.csv");
    let said = answer.status == 1 && answer.err.contains("plein");
    std::fs::remove_file(disk.join("ballast")).unwrap();
    let after = moved.run("members list --json").done().out;
    let _ = std::process::Command::new("umount").arg(&disk).status();
    assert!(said, "{}: {}", answer.status, answer.err);
    assert_eq!(before, after);
}

#[test]
fn an_unreachable_site_is_one_sentence_that_says_what_to_do() {
    let workspace = Workspace::sqlite();
    let port = crate::support::mta::free_port();
    let entry = |id: &str, url: &str| {
        format!("[[source]]\nid = \"{id}\"\nname = \"Site\"\nkind = \"feed\"\nurl = \"{url}\"\nterritory = \"FR\"\n\n")
    };
    workspace.write(
        "sources.toml",
        &(entry("ferme", &format!("http://127.0.0.1:{port}/feed")) + &entry("prive", "http://10.0.0.1/feed")),
    );
    let answer = workspace.run("collect").status(1);
    let line =
        |id: &str| answer.out.lines().find(|line| line.contains(id)).unwrap_or_else(|| panic!("{id}: {}", answer.out));
    assert!(line("(ferme)").contains("EN PANNE"), "{}", answer.out);
    assert!(line("(prive)").contains("allow_private"), "{}", answer.out);
}

#[test]
fn codes_that_name_no_place_are_named() {
    let mut workspace = Workspace::sqlite();
    for (code, wrong) in [("D999", true), ("99999", true), ("R99", true), ("D93", false), ("93048", false)] {
        let source = format!(
            "[[source]]\nid = \"a\"\nname = \"A\"\nkind = \"feed\"\nurl = \"https://a.example/\"\nterritory = \"{code}\"\n"
        );
        workspace.write("sources.toml", &source);
        let answer = workspace.run("check").status(if wrong { 2 } else { 0 });
        assert_eq!(answer.err.contains(&format!("« {code} », qui n'existe pas")), wrong, "{}", answer.err);
    }
    workspace.write("sources.toml", "");
    workspace.set("[digest]", "[[cohort]]\nid = \"ici\"\nname = \"Ici\"\nterritory = [\"99999\"]\n\n[digest]");
    workspace.run("check").status(2).complains("la promotion « ici » nomme le territoire « 99999 »");
}

#[test]
fn a_missing_password_is_said_before_anything_is_to_be_sent() {
    let mut workspace = Workspace::sqlite();
    workspace.set(
        "transport = \"file:outbox\"",
        "transport = \"smtp://127.0.0.1:9\"\nuser = \"essai\"\npassword_file = \"smtp\"",
    );
    workspace.run("check").status(2).complains("ce fichier de secret n’existe pas");
}

#[test]
fn a_failure_is_told_on_standard_output_to_those_who_asked_for_json() {
    let workspace = Workspace::sqlite();
    workspace.import_members();
    let answer = workspace.run("edition show 99 --json").status(2);
    assert!(answer.json()["error"].as_str().unwrap().contains("99"));
}

#[test]
fn no_english_of_the_system_reaches_a_reader() {
    let workspace = Workspace::sqlite();
    std::fs::create_dir(workspace.path().join("dossier.csv")).unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    for (words, status, part) in [
        ("members import absent.csv".to_owned(), 2, "il n'existe pas"),
        ("members import dossier.csv".to_owned(), 2, "c'est un dossier"),
        ("init glaneur.toml".to_owned(), 2, "ne peut pas être créé"),
        (format!("demo --port {port} --dir essai"), 2, "un autre programme l'occupe déjà"),
    ] {
        let answer = workspace.run(&words).status(status).complains(part);
        assert!(!answer.err.contains("os error"), "{words}: {}", answer.err);
    }
    assert!(!workspace.path().join("essai").exists(), "the port is asked for before any work");
}

#[test]
fn settings_that_would_be_guessed_at_are_said() {
    let mut workspace = Workspace::sqlite();
    workspace.set("schedule = \"0 8 * * lun\"", "schedule = \"\"");
    workspace.run("check").status(2).complains("« schedule » est vide").complains("\"0 8 * * lun\"");
    workspace.set("schedule = \"\"", "schedule = \"0 8 * * lun\"");
    let entry = "[[source]]\nid = \"a\"\nname = \"A\"\nkind = \"feed\"\nurl = \"https://a.example/\"\n";
    workspace.write("sources.toml", &format!("{entry}enabled = non\n"));
    workspace.run("check").status(2).complains("sources.toml:6:").complains("écrivez : enabled = false");
    workspace.write("sources.toml", &format!("{entry}themes = [\"santee\"]\n"));
    workspace.run("check").status(2).complains("sources.toml:6:").complains("vouliez-vous « sante »");
    workspace.write("sources.toml", &format!("{entry}territory = \"99999\"\n"));
    workspace.run("check").status(2).complains("sources.toml:6:");
    workspace.write(
        "sources.toml",
        &format!("{}{}", entry.replace("[[source]]", "[source]"), entry.replace("\"a\"", "\"b\"")),
    );
    let answer = workspace.run("check").status(2);
    assert_eq!(answer.err.matches("sources.toml").count(), 1, "{}", answer.err);
}

#[test]
fn what_comes_from_outside_cannot_move_the_cursor() {
    let workspace = Workspace::sqlite();
    workspace.write("membres.csv", "email;organisation;promotion;territoire\na@exemple.example;\u{1b}[2JCCAS\u{9b};;\u{1b}]0;Nulleville\u{7}\nb@exemple.example;\u{1b}[2JCCAS;;Nanterre\n");
    let answer = workspace.run("members import membres.csv").status(1);
    let shown = answer.out + &answer.err + &workspace.run("members list").done().out;
    assert!(shown.contains("CCAS") && !shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
    // A page of a site, through a title.
    workspace.write("page.html", "<html><title>Appel \u{9b}31m à projets</title><body><p>Un texte.</p></body></html>");
    let answer = workspace.run("understand --file page.html").done();
    assert!(!answer.out.contains('\u{9b}'), "{:?}", answer.out);
}
