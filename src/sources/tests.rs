use super::*;
use crate::model::{Paging, SourceKind};

#[track_caller]
fn problems(text: &str) -> Vec<String> {
    match parse(Path::new("s.toml"), text.as_bytes()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.0.iter().map(ToString::to_string).collect(),
    }
}

/// The beginnings of the mistakes found in one entry whose further lines are `lines`.
#[track_caller]
fn check(lines: &str, starts: &[&str]) {
    let head = "[[source]]\nid = \"a\"\nname = \"A\"\nurl = \"https://a.example/\"\n";
    let found = problems(&format!("{head}{lines}"));
    assert_eq!(found.len(), starts.len(), "{found:#?}");
    for (problem, start) in found.iter().zip(starts) {
        assert!(problem.starts_with(start), "{problem} / {start}");
    }
}

#[test]
fn an_entry_of_each_kind_is_read() {
    check("kind = \"feed\"\n", &[]);
    check(
        "kind = \"page\"\nselect = { item = \"li\", link = \"a@href\", next = \"a[rel=next]@href\" }\ndetail = true\n",
        &[],
    );
    check("kind = \"json\"\njson = { items = \"$.aides[*]\", title = \"Titre de l’aide\", text = \"$.texte\" }\n", &[]);
    check(
        "kind = \"json\"\njson = { link = \"https://a.example/{$.id}\" }\npaging = { page = \"page\", first = 0 }\n",
        &[],
    );
    check("kind = \"aides-territoires\"\ncredential = \"aides-territoires\"\n", &[]);
    for preset in ["wordpress", "spip", "prefecture", "ars", "eu-funding"] {
        check(&format!("kind = \"{preset}\"\n"), &[]);
    }
    check("kind = \"opendatasoft\"\nterritory = [\"R11\", \"D93\"]\nthemes = \"alimentation\"\nevery = \"6h\"\n", &[]);
}

#[test]
fn what_is_not_said_has_a_default() {
    let text = "[[source]]\nid = \"a\"\nname = \"A\"\nkind = \"json\"\nurl = \"https://a.example/\"\n\
                json = { title = \"$.t\" }\npaging = { offset = \"start\", size = 50 }\n";
    let sources = parse(Path::new("s.toml"), text.as_bytes()).unwrap();
    let source = &sources[0];
    assert_eq!((source.kind, source.line), (SourceKind::Json, 1));
    assert_eq!((source.pages_max, source.items_max, source.every.as_secs()), (20, 1000, 43_200));
    assert!(source.enabled && !source.relay && source.detail.is_none());
    assert_eq!(source.paging, Some(Paging::Offset { parameter: "start".into(), size: 50 }));
}

#[test]
fn presets_follow_each_link_unless_told_not_to() {
    let follows = |lines: &str| {
        let text = format!("[[source]]\nid = \"a\"\nname = \"A\"\nurl = \"https://a.example/\"\n{lines}");
        parse(Path::new("s.toml"), text.as_bytes()).unwrap()[0].detail.is_some()
    };
    for preset in ["spip", "prefecture", "ars"] {
        assert!(follows(&format!("kind = \"{preset}\"\n")), "{preset}");
        assert!(!follows(&format!("kind = \"{preset}\"\ndetail = false\n")), "{preset}");
    }
    assert!(!follows("kind = \"wordpress\"\n") && !follows("kind = \"feed\"\n"));
}

#[test]
fn each_mistake_has_its_line() {
    check(
        "kind = \"feed\"\nterritory = \"Nantes\"\n",
        &["s.toml:6: « territory » : « Nantes » n’est pas un code de territoire"],
    );
    check("kind = \"fed\"\n", &["s.toml:5: « kind » : « fed » est inconnu — vouliez-vous « feed » ?"]);
    check(
        "kind = \"feed\"\nevry = \"12h\"\n",
        &["s.toml:6: « evry » est inconnu dans [source] — vouliez-vous « every » ?"],
    );
    check("kind = \"feed\"\nevery = \"5s\"\n", &["s.toml:6: « every » : la durée « 5s » est hors des limites"]);
    check("kind = \"page\"\n", &["s.toml:1: une source de type page demande « select »"]);
    check("kind = \"page\"\nselect = { title = \"h3\" }\n", &["s.toml:6: il manque « item »"]);
    check(
        "kind = \"page\"\nselect = { item = \"li[\" }\n",
        &["s.toml:6: « item » : « li[ » n’est pas un sélecteur CSS"],
    );
    check(
        "kind = \"page\"\nselect = { item = \"li\", link = \"a >>@href\" }\n",
        &["s.toml:6: « link » : « a >> » n’est pas"],
    );
    check(
        "kind = \"feed\"\nselect = { item = \"li\" }\n",
        &["s.toml:6: « select » ne sert qu’aux sources de type page"],
    );
    check(
        "kind = \"json\"\njson = { items = \"$.[a\" }\n",
        &["s.toml:6: « items » : « $.[a » n’est pas un chemin JSON"],
    );
    check(
        "kind = \"json\"\njson = { link = \"https://a.example/fiche\" }\n",
        &["s.toml:6: « link » : « https://a.example/fiche » serait"],
    );
    check(
        "kind = \"json\"\njson = { title = \"t\" }\npaging = { first = 1 }\n",
        &["s.toml:7: « paging » doit dire", "s.toml:7: « first » va avec"],
    );
    check("kind = \"aides-territoires\"\n", &["s.toml:1: cette source demande une clé d’accès"]);
    check(
        "kind = \"feed\"\ncredential = \"../secret\"\n",
        &["s.toml:6: « credential » : ce doit être le nom d’un fichier"],
    );
}

#[test]
fn all_mistakes_come_at_once() {
    let found = problems(
        "[[source]]\nid = \"A b\"\nname = \"x\"\nkind = \"feed\"\nurl = \"ftp://a.example\"\n\
         [[source]]\nid = \"b\"\nkind = \"feed\"\nurl = \"https://a.example\"\n\
         [[source]]\nid = \"b\"\nname = \"x\"\nkind = \"feed\"\nurl = \"https://a.example\"\n[[source]]\nid = \"b\"\nname = \"y\"\nkind = \"feed\"\nurl = \"https://b.example\"\n",
    );
    assert_eq!(found.len(), 5, "{found:#?}");
    for (problem, place) in found.iter().zip(["s.toml:2", "s.toml:5", "s.toml:6", "s.toml:11", "s.toml:16"]) {
        assert!(problem.starts_with(place), "{problem}");
    }
    // A list that is still empty is no mistake: members may be imported first.
    assert!(problems("").is_empty());
}

#[test]
fn the_shipped_sources_and_those_of_the_replay_are_sound() {
    for file in ["sources.toml", "tests/replay/sources.toml"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let sources = load(&path).unwrap_or_else(|problems| panic!("{problems}"));
        assert!(sources.len() >= 15, "{file}");
    }
}

#[test]
fn single_brackets_give_one_message_each_and_no_false_one() {
    let entry = |title: &str, id: &str| {
        format!("{title}\nid = \"{id}\"\nname = \"A\"\nkind = \"feed\"\nurl = \"https://a.example/\"\n")
    };
    let check = |entries: &[&str], tail: &str, starts: &[&str]| {
        let text: String = entries.iter().zip(["un", "deux", "trois"]).map(|(title, id)| entry(title, id)).collect();
        let found = problems(&(text + tail));
        assert_eq!(found.len(), starts.len(), "{found:#?}");
        for (problem, start) in found.iter().zip(starts) {
            assert!(problem.starts_with(start), "{problem} / {start}");
        }
    };
    const DOUBLED: &str = "s.toml:1: « source » s’écrit avec des crochets doubles";
    check(&["[source]"], "", &[DOUBLED]);
    check(&["[source]", "[[source]]", "[[source]]"], "", &[DOUBLED]);
    check(
        &["[[source]]", "[source]"],
        "",
        &["s.toml:6: « source » s’écrit avec des crochets doubles, comme à la ligne 1"],
    );
    check(&["[[source]]", "[source]"], "[source.select]\nitem = \"a\"\n", &["s.toml:6: « source » s’écrit"]);
    check(&["[source]", "[source]"], "", &["s.toml:6: [source] est déjà écrit à la ligne 1"]);
    check(&["[[source]]", "[source]", "[[source]]"], "every = \"5s\"\n", &["s.toml:6: « source » s’écrit"]);
}

#[test]
fn the_line_of_a_key_is_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("s.toml");
    let text = "[[source]]\nid = \"a\"\nname = \"A\"\nkind = \"feed\"\nurl = \"https://a.example/\"\n\n# x\nthemes = [\"sante\"]\n\n\
                [[source]]\nid = \"b\"\nname = \"B\"\nkind = \"feed\"\nurl = \"https://b.example/\"\n";
    std::fs::write(&path, text).unwrap();
    let sources = load(&path).unwrap();
    let lines: Vec<usize> = sources.iter().map(|source| key_line(&path, source, "themes")).collect();
    assert_eq!(lines, [8, 10]);
}
