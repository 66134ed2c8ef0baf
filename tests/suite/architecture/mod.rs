//! Keeps the directions of imports that ARCHITECTURE.md promises: data flows one way.

mod paths;

use std::collections::BTreeSet;
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
    ("entries", &["model", "tomlfile"]),
    ("fetch", &["model"]),
    ("pdf", &["model"]),
    ("dns", &["model"]),
    ("deliver", &["model"]),
    ("store", &["model"]),
    ("config", &["model", "tomlfile"]),
    (
        "pipeline",
        &[
            "model",
            "geography",
            "sources",
            "entries",
            "fetch",
            "pdf",
            "dns",
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
    ("cli", &["pipeline", "pdf", "dns", "config", "store", "compose", "model", "geography", "daemon", "demo", "web"]),
];

/// Rooms without clock, disk, network or SQL, chance or threads: they name none of these.
const PURE: &[&str] = &["model", "geography", "extract", "understand", "matching", "compose", "roster"];
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "std::os",
    "tokio",
    "reqwest",
    "sqlx",
    "rand",
    "hostname",
    "Utc::now",
    "Local::now",
    "SystemTime::now",
    "Instant::now",
    "chrono::Utc::now",
    "chrono::Local::now",
    "std::time::SystemTime::now",
    "std::time::Instant::now",
];

#[test]
fn imports_go_in_the_promised_directions() {
    let faults: Vec<_> = production_files().iter().flat_map(wrong_ways).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn pure_rooms_know_no_clock_disk_network_or_sql() {
    let faults: Vec<_> = production_files().iter().flat_map(impurities).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_module_opens_with_its_purpose() {
    let files = production_files();
    let silent = files.iter().filter(|file| !file.text.starts_with("//!")).map(|file| file.path.display().to_string());
    let silent: Vec<_> = silent.collect();
    assert!(silent.is_empty(), "{}", silent.join("\n"));
}

/// Each way around the rules, planted.
#[test]
fn no_way_around_goes_unnoticed() {
    let faults = |path: &str, line: &str| {
        let file = Source::new(Path::new("src").join(path), &format!("//! A room.\n\n{line}\n"));
        wrong_ways(&file).len() + impurities(&file).len()
    };
    for (path, line) in [
        ("matching/mod.rs", "use crate::store::Store;"),
        ("matching/mod.rs", "use crate::{model::Notice, store};"),
        ("matching/mod.rs", "use crate::{\n    model::{Notice, Source},\n    web::{self, Site},\n};"),
        ("matching/mod.rs", "use super::store::Store;"),
        ("matching/digest.rs", "use super::super::store::Store;"),
        ("matching/digest.rs", "use super::{super::store::Store, Candidate};"),
        ("extract/deep/inner.rs", "fn f() { super::super::super::cli::main(); }"),
        ("matching/mod.rs", "use {crate::store, crate::model};"),
        ("matching/mod.rs", "use crate as root;"),
        ("matching/mod.rs", "use crate::*;"),
        ("matching/mod.rs", "#[cfg(test)]\nmod tests;\nuse crate::store::Store;"),
        ("matching/mod.rs", "#[cfg(test)]\nmod tests {\n    use crate::store::X;\n}\nuse crate::store::Store;"),
        ("matching/mod.rs", "let seed = rand::random();"),
        ("matching/mod.rs", "use std::{collections, fs};"),
        ("matching/mod.rs", "use rand;"),
        ("understand/mod.rs", "let now = chrono::Utc::now();"),
        ("web/mod.rs", "use crate::daemon::run;"),
        ("store/mod.rs", "use crate::pipeline::App;"),
    ] {
        assert_eq!(faults(path, line), 1, "{path}: {line}");
    }
    for (path, line) in [
        ("matching/mod.rs", "use crate::{geography::Geography, model::Notice};"),
        ("matching/digest.rs", "use super::super::model::Notice; use super::Candidate;"),
        ("matching/mod.rs", "#[cfg(test)]\nmod tests {\n    use crate::store::X;\n}"),
        ("matching/mod.rs", "// crate::store is not known here.\nlet text = \"crate::store::Store\";"),
        ("store/mod.rs", "use rand::random; use tokio::sync::Mutex;"),
    ] {
        assert_eq!(faults(path, line), 0, "{path}: {line}");
    }
}

/// A file of a room, without its test modules.
struct Source {
    path: PathBuf,
    /// `src/extract/feed.rs` is `extract`, `feed`.
    module: Vec<String>,
    text: String,
    paths: Vec<Vec<String>>,
}

impl Source {
    fn new(path: PathBuf, text: &str) -> Self {
        let relative = path.with_extension("");
        let src = relative.components().position(|part| part.as_os_str() == "src").unwrap();
        let parts = relative.components().skip(src + 1).map(|part| part.as_os_str().to_str().unwrap().to_owned());
        let module = parts.filter(|part| part != "mod").collect();
        let text = production_part(text);
        Self { paths: paths::of(&text), path, module, text }
    }

    fn room(&self) -> &str {
        &self.module[0]
    }

    /// The room that a path leads to: `*` when it names the whole crate, nothing when it stays here or leaves the crate.
    fn room_of(&self, path: &[String]) -> Option<String> {
        let mut here = self.module.clone();
        let mut rest = path;
        loop {
            match rest.first().map(String::as_str) {
                Some("crate") => here.clear(),
                Some("super") => drop(here.pop()),
                Some("self") if rest.len() < path.len() || rest.get(1).is_some_and(|next| next == "super") => {}
                _ => break,
            }
            rest = &rest[1..];
        }
        let climbed = rest.len() < path.len();
        match (climbed && here.is_empty(), rest.first().map(String::as_str)) {
            (true, Some("*" | "as") | None) => Some("*".to_owned()),
            (true, Some(room)) => Some(room.to_owned()),
            _ => None,
        }
    }
}

fn wrong_ways(file: &Source) -> Vec<String> {
    let may = MAY_IMPORT.iter().find(|(room, _)| *room == file.room());
    let (_, may) = may.unwrap_or_else(|| panic!("src/{} is no room of the layout", file.room()));
    let named: BTreeSet<String> = file.paths.iter().filter_map(|path| file.room_of(path)).collect();
    let wrong = named.iter().filter(|named| *named != file.room() && !may.contains(&named.as_str()));
    wrong.map(|named| format!("{}: {} may not import {named}", file.path.display(), file.room())).collect()
}

fn impurities(file: &Source) -> Vec<String> {
    if !PURE.contains(&file.room()) {
        return Vec::new();
    }
    let whole: BTreeSet<String> = file.paths.iter().map(|path| path.join("::")).collect();
    let begins =
        |path: &str, word: &str| path == word || path.strip_prefix(word).is_some_and(|rest| rest.starts_with("::"));
    let uses = |word: &str| file.text.contains(&format!("use {word};"));
    let found = IMPURE.iter().filter(|word| whole.iter().any(|path| begins(path, word)) || uses(word));
    found.map(|word| format!("{}: {word}", file.path.display())).collect()
}

fn production_files() -> Vec<Source> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    for entry in fs::read_dir(&src).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, &mut |file| files.push(Source::new(file.to_owned(), &fs::read_to_string(file).unwrap())));
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

/// A text without its test modules: rustfmt closes each in the first column.
fn production_part(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if !(line.starts_with("#[cfg(") && line.contains("test")) {
            kept.push_str(line);
            kept.push('\n');
            continue;
        }
        // The item that is only there for tests: one line, or up to its closing brace.
        let item = lines.by_ref().find(|line| !line.starts_with("#[")).unwrap_or_default();
        if !item.ends_with(';') && !item.ends_with('}') {
            lines.by_ref().find(|line| matches!(*line, "}" | "};"));
        }
    }
    kept
}
