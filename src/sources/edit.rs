//! Adds an entry at the end of sources.toml and touches nothing else: order, comments, encoding and line ends stay.
//!
//! The entry is written by toml_edit; the file around it is never parsed and printed again, it only grows. What the
//! file becomes is read before it is written: a file that would not load is left as it was.

use std::fmt::Write as _;
use std::path::Path;

use toml_edit::{InlineTable, Item, Table, Value, value};

use super::parse;
use crate::model::{
    DetailSelect, Documents, JsonSelect, ListSelect, Paging, Problem, Problems, Reach, Source, SourceKind,
};
use crate::tomlfile::{Encoding, TomlFile};

fn kind_name(kind: SourceKind) -> &'static str {
    super::read::KINDS.iter().find(|(_, known)| *known == kind).map_or("page", |(name, _)| name)
}

/// The entry as text, under its comments; only what is not so by default is written.
pub fn entry(source: &Source, comments: &[String]) -> String {
    let mut table = Table::new();
    table.insert("id", value(source.id.as_str()));
    table.insert("name", value(&source.name));
    table.insert("kind", value(kind_name(source.kind)));
    table.insert("url", value(source.url.as_str()));
    if let Some(publisher) = &source.publisher {
        table.insert("publisher", value(publisher));
    }
    if source.relay {
        table.insert("relay", value(true));
    }
    match source.territory.as_slice() {
        [] => {}
        [one] => drop(table.insert("territory", value(one.as_str()))),
        several => {
            let codes: toml_edit::Array = several.iter().map(|code| code.as_str()).collect();
            table.insert("territory", Item::Value(Value::Array(codes)));
        }
    }
    if source.select != ListSelect::default() {
        table.insert("select", Item::Value(Value::InlineTable(select(&source.select))));
    }
    if source.json != JsonSelect::default() {
        table.insert("json", Item::Value(Value::InlineTable(json(&source.json))));
    }
    match &source.detail {
        None => {}
        Some(detail) if *detail == DetailSelect::default() => drop(table.insert("detail", value(true))),
        Some(detail) => drop(table.insert("detail", Item::Value(Value::InlineTable(self::detail(detail))))),
    }
    if let Some(paging) = &source.paging {
        table.insert("paging", Item::Value(Value::InlineTable(self::paging(paging))));
    }
    if let Some(credential) = &source.credential {
        table.insert("credential", value(credential));
    }
    if !source.enabled {
        table.insert("enabled", value(false));
    }
    let mut text = String::new();
    for line in comments {
        let line: String = line.chars().filter(|c| !c.is_control()).collect();
        let _ = writeln!(text, "# {line}");
    }
    let _ = write!(text, "[[source]]\n{table}");
    text
}

fn inline(pairs: &[(&str, &Option<String>)]) -> InlineTable {
    let mut table = InlineTable::new();
    for (key, setting) in pairs {
        if let Some(setting) = setting {
            table.insert(*key, setting.as_str().into());
        }
    }
    table
}

fn select(select: &ListSelect) -> InlineTable {
    let mut table = inline(&[
        ("item", &Some(select.item.clone())),
        ("title", &select.title),
        ("link", &select.link),
        ("text", &select.text),
        ("date", &select.date),
        ("deadline", &select.deadline),
        ("publisher", &select.publisher),
        ("place", &select.place),
        ("next", &select.next),
    ]);
    if select.reach == Reach::UntilNext {
        table.insert("until_next", true.into());
    }
    table
}

fn json(json: &JsonSelect) -> InlineTable {
    let mut table = inline(&[("items", &json.items), ("id", &json.id), ("title", &json.title), ("link", &json.link)]);
    match json.text.as_slice() {
        [] => {}
        [one] => drop(table.insert("text", one.as_str().into())),
        several => {
            let paths: toml_edit::Array = several.iter().map(String::as_str).collect();
            table.insert("text", Value::Array(paths));
        }
    }
    let others = inline(&[
        ("publisher", &json.publisher),
        ("published", &json.published),
        ("updated", &json.updated),
        ("opening", &json.opening),
        ("deadline", &json.deadline),
        ("place", &json.place),
        ("audiences", &json.audiences),
        ("categories", &json.categories),
        ("amount", &json.amount),
        ("is_call", &json.is_call),
    ]);
    for (key, path) in &others {
        table.insert(key, path.clone());
    }
    table
}

fn detail(detail: &DetailSelect) -> InlineTable {
    let mut table = inline(&[
        ("text", &detail.text),
        ("title", &detail.title),
        ("date", &detail.date),
        ("deadline", &detail.deadline),
        ("publisher", &detail.publisher),
        ("place", &detail.place),
        ("remove", &detail.remove),
        ("attachments", &detail.attachments),
    ]);
    if detail.documents == Documents::Read && detail.attachments.is_none() {
        table.insert("attachments", true.into());
    }
    table
}

fn paging(paging: &Paging) -> InlineTable {
    let mut table = InlineTable::new();
    match paging {
        Paging::Next(path) => drop(table.insert("next", path.as_str().into())),
        Paging::Page { parameter, first } => {
            table.insert("page", parameter.as_str().into());
            table.insert("first", i64::from(*first).into());
        }
        Paging::Offset { parameter, size } => {
            table.insert("offset", parameter.as_str().into());
            table.insert("size", i64::from(*size).into());
        }
    }
    table
}

/// Adds `entry` at the end of the file; gives the line of its `[[source]]`.
pub fn append(path: &Path, entry: &str) -> Result<usize, Problems> {
    let fault = |message: String, advice: &str| {
        Problems(vec![Problem { file: path.to_owned(), line: None, message, advice: advice.to_owned() }])
    };
    // What a link points at is changed, and the link stays.
    let real = std::fs::canonicalize(path)
        .map_err(|error| fault(format!("ce fichier ne peut pas être ouvert : {error}"), RIGHTS))?;
    let bytes = std::fs::read(&real).map_err(|error| fault(format!("lecture impossible : {error}"), RIGHTS))?;
    let before = parse(path, &bytes)?;
    let grown = grown(path, &bytes, entry).map_err(|message| fault(message, RESAVE))?;
    let after = parse(path, &grown)?;
    if after.len() != before.len() + 1 || !after.starts_with(&before) {
        return Err(fault("l’entrée ne peut pas s’ajouter à la fin de ce fichier".to_owned(), BY_HAND));
    }
    if std::fs::read(&real).is_ok_and(|now| now != bytes) {
        return Err(fault(
            "le fichier vient de changer pendant l’ajout : rien n’a été écrit".to_owned(),
            "relancez la commande",
        ));
    }
    replace(&real, &grown).map_err(|error| fault(format!("écriture impossible : {error}"), RIGHTS))?;
    Ok(after.last().map_or(1, |source| source.line))
}

const RIGHTS: &str = "vérifiez les droits du fichier et de son dossier, et le compte qui lance Glaneur";
const RESAVE: &str = "enregistrez le fichier en UTF-8 dans un éditeur de texte, puis relancez";
const BY_HAND: &str = "ajoutez-la à la main à l’endroit voulu";

/// The bytes of the file with the entry after what it holds, in its own encoding and with its own line ends.
fn grown(path: &Path, bytes: &[u8], entry: &str) -> Result<Vec<u8>, String> {
    let file = TomlFile::parse(path, bytes).map_err(|problems| problems.to_string())?;
    let text = file.text();
    let windows = text.matches("\r\n").count() * 2 > text.matches('\n').count();
    let mut added = String::new();
    if !text.is_empty() && !text.ends_with('\n') {
        added.push('\n');
    }
    if !text.trim().is_empty() {
        added.push('\n');
    }
    added.push_str(entry);
    let added = if windows { added.replace('\n', "\r\n") } else { added };
    let mut grown = bytes.to_vec();
    match file.encoding() {
        Encoding::Utf8 | Encoding::Utf8Bom => grown.extend_from_slice(added.as_bytes()),
        Encoding::Utf16Le => grown.extend(added.encode_utf16().flat_map(u16::to_le_bytes)),
        Encoding::Utf16Be => grown.extend(added.encode_utf16().flat_map(u16::to_be_bytes)),
        Encoding::Windows1252 => {
            let (encoded, _, lost) = encoding_rs::WINDOWS_1252.encode(&added);
            if lost {
                return Err("l’entrée contient un signe que l’encodage de ce fichier (Windows-1252) n’a pas".to_owned());
            }
            grown.extend_from_slice(&encoded);
        }
    }
    Ok(grown)
}

/// Puts the new content in the place of the old in one step, with the same rights and owner.
fn replace(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("sources.toml");
    let beside = path.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = write_beside(path, &beside, content).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}

fn write_beside(path: &Path, beside: &Path, content: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    let old = std::fs::metadata(path)?;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(beside)?;
    file.set_permissions(old.permissions())?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        // Only root may give a file away; whoever else writes here owns it already.
        let _ = std::os::unix::fs::fchown(&file, Some(old.uid()), Some(old.gid()));
    }
    file.write_all(content)?;
    file.sync_all()
}

/// The line, from 1, where `table.key` of the entry that begins at `line` stands, or its table; the entry's own when it has
/// neither.
pub fn line_of(text: &str, line: usize, table: &str, key: &str) -> usize {
    let below = text.lines().enumerate().skip(line).map(|(at, content)| (at + 1, content.trim_start()));
    let its: Vec<(usize, &str)> = below.take_while(|(_, content)| !content.starts_with("[[")).collect();
    let begins = |content: &str, name: &str, signs: &[char]| {
        content.strip_prefix(name).is_some_and(|rest| rest.trim_start().starts_with(signs))
    };
    let header =
        |content: &str| content.strip_prefix("[source.").and_then(|name| name.split(']').next()) == Some(table);
    let Some(at) = its.iter().position(|(_, content)| header(content) || begins(content, table, &['=', '.'])) else {
        return line;
    };
    let (mut found, rest) = match its.get(at..) {
        Some([(first, content), rest @ ..]) if header(content) => (*first, rest),
        Some([(first, _), ..]) => return *first,
        _ => return line,
    };
    let mut own = rest.iter().take_while(|(_, content)| !content.starts_with('['));
    if let Some((at, _)) = own.find(|(_, content)| begins(content, key, &['='])) {
        found = *at;
    }
    found
}
