//! Files as people save them, with an entry added.

use super::edit::{append, entry, line_of};
use super::*;
use crate::model::{DetailSelect, ListSelect, Paging, Reach, Source, SourceId, SourceKind, TerritoryCode};

fn sample() -> Source {
    let url = "https://ville.example/appels?x=\"1\"".parse().unwrap();
    Source {
        territory: vec![TerritoryCode::parse("D93").unwrap()],
        select: ListSelect {
            item: "li.appel".into(),
            title: Some("h3".into()),
            link: Some("h3 a@href".into()),
            next: Some("a[title=\"Page suivante\"]@href".into()),
            reach: Reach::UntilNext,
            ..ListSelect::default()
        },
        detail: Some(DetailSelect { text: Some("div.texte".into()), ..DetailSelect::default() }),
        paging: None,
        ..Source::new(SourceId::parse("ville").unwrap(), "Ville d'« Exemple »", SourceKind::Page, url)
    }
}

const OLD: &str = "# À moi : ne pas toucher\n\n[[source]]\nid   = \"a\"   # le premier\nname = \"A\"\nkind = \"feed\"\nurl = \"https://a.example/\"\n# fin";

/// What the file is after an entry was added: the bytes before it must be those of before.
#[track_caller]
fn check(before: &[u8]) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sources.toml");
    std::fs::write(&path, before).unwrap();
    let line = append(&path, &entry(&sample(), &["Proposée par Glaneur.".into()])).unwrap();
    let after = std::fs::read(&path).unwrap();
    assert!(after.starts_with(before));
    let sources = load(&path).unwrap();
    let added = sources.last().unwrap();
    assert_eq!(added, &Source { line, ..sample() });
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left beside the file");
    after
}

#[test]
fn an_entry_is_added_and_nothing_else_changes() {
    let after = String::from_utf8(check(OLD.as_bytes())).unwrap();
    assert!(after.contains("# fin\n\n# Proposée par Glaneur.\n[[source]]\nid = \"ville\"\n"), "{after}");
    check(b"");
    check(b"# rien\n\n\n");
}

#[test]
fn windows_files_stay_windows_files() {
    let windows = OLD.replace('\n', "\r\n");
    let after = String::from_utf8(check(windows.as_bytes())).unwrap();
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
    check(&[b"\xEF\xBB\xBF".as_slice(), windows.as_bytes()].concat());
    let wide: Vec<u8> = std::iter::once(0xFEFF).chain(windows.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    check(&wide);
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(&windows);
    check(&latin);
}

#[test]
fn every_way_of_paging_is_written_as_it_is_read() {
    for way in
        [Paging::Page { parameter: "page".into(), first: 0 }, Paging::Offset { parameter: "debut".into(), size: 10 }]
    {
        let source = Source { paging: Some(way), detail: Some(DetailSelect::default()), ..sample() };
        let text = entry(&source, &[]);
        assert_eq!(parse(Path::new("s.toml"), text.as_bytes()).unwrap(), [source], "{text}");
    }
}

#[test]
fn a_file_that_would_not_load_is_left_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("sources.toml");
    for broken in ["[[source]]\nid = \"a\n", "source = []\n", &entry(&sample(), &[])] {
        std::fs::write(&path, broken).unwrap();
        assert!(append(&path, &entry(&sample(), &[])).is_err(), "{broken}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), broken);
    }
    assert!(append(&dir.path().join("absent.toml"), "").unwrap_err().to_string().contains("absent.toml"));
}

#[test]
fn a_comment_cannot_carry_a_line_of_its_own() {
    let text = entry(&sample(), &["bonjour\n[[source]]".into()]);
    assert_eq!(text.matches("[[source]]").count(), 2);
    assert!(parse(Path::new("s.toml"), text.as_bytes()).unwrap().len() == 1, "{text}");
}

#[test]
fn a_key_is_found_by_its_line() {
    let text = "a = 1\n[[source]]\nid = \"a\"\n  select = {}\n[source.json]\n# où lire\ntitle = \"t\"\n[[source]]\ndetail = true\n";
    let check = |table: &str, key: &str, line: usize| assert_eq!(line_of(text, 2, table, key), line, "{table}.{key}");
    check("select", "title", 4);
    check("id", "", 3);
    check("detail", "text", 2);
    check("json", "title", 7);
    check("json", "link", 5);
}
