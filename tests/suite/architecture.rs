//! Keeps the directions of imports that ARCHITECTURE.md promises: data flows one way.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Each room of src/, and the rooms it may name. A room may always name itself.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("tomlfile", &["model"]),
    ("geography", &["model"]),
    ("extract", &["model", "geography"]),
    ("understand", &["model", "geography"]),
    ("matching", &["model", "geography"]),
    ("compose", &["model", "geography"]),
    ("roster", &["model", "geography"]),
    ("sources", &["model", "tomlfile"]),
    ("fetch", &["model"]),
    ("deliver", &["model"]),
    ("store", &["model"]),
    ("config", &["model", "tomlfile"]),
    (
        "pipeline",
        &[
            "model",
            "geography",
            "sources",
            "fetch",
            "extract",
            "understand",
            "matching",
            "compose",
            "deliver",
            "store",
            "config",
            "roster",
        ],
    ),
    ("web", &["pipeline", "config", "store", "compose", "model", "geography"]),
    ("daemon", &["pipeline", "config", "store", "compose", "model", "geography", "web"]),
    ("demo", &["pipeline", "config", "deliver", "store", "model", "web"]),
    ("cli", &["pipeline", "config", "store", "compose", "model", "geography", "daemon", "demo", "web"]),
];

/// Rooms without clock, disk, network or SQL: none of these words may stand in them.
const PURE: &[&str] = &["model", "geography", "extract", "understand", "matching", "compose", "roster"];
const IMPURE_WORDS: &[&str] = &[
    "std::fs",
    "std::net",
    "tokio::",
    "reqwest",
    "sqlx",
    "Utc::now",
    "Local::now",
    "SystemTime::now",
    "Instant::now",
    "std::env",
    "std::process",
];

#[test]
fn imports_go_in_the_promised_directions() {
    let allowed: BTreeMap<&str, BTreeSet<&str>> =
        MAY_IMPORT.iter().map(|(room, rooms)| (*room, rooms.iter().copied().collect())).collect();
    let mut faults = Vec::new();
    for (room, file, text) in production_files() {
        let may = allowed.get(room.as_str()).unwrap_or_else(|| panic!("src/{room} is no room of the layout"));
        for named in rooms_named(&text) {
            if named != room && !may.contains(named.as_str()) {
                faults.push(format!("{}: {room} may not import {named}", file.display()));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn pure_rooms_know_no_clock_disk_network_or_sql() {
    let mut faults = Vec::new();
    for (room, file, text) in production_files() {
        if !PURE.contains(&room.as_str()) {
            continue;
        }
        for word in IMPURE_WORDS.iter().filter(|word| text.contains(**word)) {
            faults.push(format!("{}: {word}", file.display()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_module_opens_with_its_purpose() {
    let silent: Vec<_> = production_files()
        .into_iter()
        .filter(|(_, _, text)| !text.starts_with("//!"))
        .map(|(_, file, _)| file.display().to_string())
        .collect();
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

/// (room, path, text without comments' prose and without test modules) of each file in a room of src/.
fn production_files() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    for entry in fs::read_dir(&src).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let room = path.file_name().unwrap().to_str().unwrap().to_owned();
            walk(&path, &mut |file| {
                let text = fs::read_to_string(file).unwrap();
                files.push((room.clone(), file.to_owned(), production_part(&text)));
            });
        }
    }
    assert!(files.len() > 50, "only {} files were found", files.len());
    files
}

fn walk(folder: &Path, visit: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let is_test = path.file_stem().and_then(|stem| stem.to_str()).is_some_and(|stem| stem.ends_with("tests"));
        if path.is_dir() && !is_test {
            walk(&path, visit);
        } else if path.extension().is_some_and(|ext| ext == "rs") && !is_test {
            visit(&path);
        }
    }
}

/// Up to the file's test module; comment lines after the module's own header are left out.
fn production_part(text: &str) -> String {
    let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    let header = text.lines().take(1);
    let code = text[..end].lines().skip(1).filter(|line| !line.trim_start().starts_with("//"));
    header.chain(code).collect::<Vec<_>>().join("\n")
}

/// The rooms named after `crate::`, in lists too (`use crate::{geography::Geography, model::Notice}`).
fn rooms_named(text: &str) -> BTreeSet<String> {
    let word = |s: &str| s.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect::<String>();
    let mut rooms = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if let Some(list) = rest.strip_prefix('{') {
            let mut depth = 0;
            let mut start = true;
            for (i, c) in list.char_indices() {
                match c {
                    '{' => depth += 1,
                    '}' if depth == 0 => break,
                    '}' => depth -= 1,
                    ',' if depth == 0 => start = true,
                    c if start && c.is_ascii_lowercase() => {
                        rooms.insert(word(&list[i..]));
                        start = false;
                    }
                    _ => {}
                }
            }
        } else {
            rooms.insert(word(rest));
        }
    }
    rooms.remove("");
    rooms
}
