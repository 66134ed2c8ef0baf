//! Asking a table for its keys, one by one; what nobody asked for is a mistake.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::time::Duration;

use url::Url;

use super::TomlFile;
use super::duration::{parse_duration, written};
use super::node::{Entry, Fields, Node, Value};
use crate::model::unaccented;

/// A table of the file. Each getter takes note that its key is known, says what is wrong with its value, and gives
/// `None` then as when the key is absent: read everything, then ask [`TomlFile::finish`].
///
/// A text of blanks counts as absent: people empty a key rather than delete it.
#[derive(Debug)]
#[must_use = "finish() reports the keys that nobody asked for"]
pub struct Table<'f> {
    file: &'f TomlFile,
    /// As in `[mail]`; empty for the top of the file.
    name: String,
    line: usize,
    fields: Option<&'f Fields>,
    known: Vec<&'static str>,
}

impl<'f> Table<'f> {
    pub(super) fn new(file: &'f TomlFile, node: &'f Node, name: &str) -> Self {
        let fields = match &node.value {
            Value::Table(fields) => Some(fields),
            _ => None,
        };
        Self { file, name: name.to_owned(), line: node.line, fields, known: Vec::new() }
    }

    /// Where the table begins, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Where a key stands; the table's line when it is absent.
    pub fn line_of(&self, key: &str) -> usize {
        self.entry(key).map_or(self.line, |entry| entry.line)
    }

    pub fn has(&self, key: &str) -> bool {
        self.entry(key).is_some()
    }

    /// Whether a key is there with a text of blanks: for keys whose absence means something that nobody would guess.
    pub fn is_blank(&self, key: &str) -> bool {
        self.entry(key).is_some_and(|entry| matches!(&entry.node.value, Value::Text(text) if text.trim().is_empty()))
    }

    /// Adds a mistake at a key's line, or at the table's when the key is absent.
    pub fn problem(&self, key: &str, message: impl Into<String>, advice: impl Into<String>) {
        self.file.problem(self.line_of(key), message, advice);
    }

    pub fn string(&mut self, key: &'static str) -> Option<String> {
        let node = self.get(key)?;
        self.text_of(key, node)
    }

    pub fn required_string(&mut self, key: &'static str) -> Option<String> {
        let text = self.string(key);
        self.require(key, text)
    }

    /// A list of texts; one text alone is a list of one. Absent: empty.
    pub fn string_list(&mut self, key: &'static str) -> Vec<String> {
        self.parsed_list(key, |text| Ok::<_, String>(text.to_owned()))
    }

    pub fn integer(&mut self, key: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let node = self.get(key)?;
        let (least, most) = (range.start(), range.end());
        match node.value {
            Value::Integer(Some(number)) if range.contains(&number) => return Some(number),
            Value::Integer(number) => {
                let number = number.map_or("ce nombre".to_owned(), |number| number.to_string());
                let message = format!("« {key} » : {number} est hors des limites");
                self.file.problem(node.line, message, format!("indiquez un nombre de {least} à {most}"));
            }
            _ => {
                let meant = node.value.as_number().filter(|number| range.contains(number)).unwrap_or(*least);
                self.wrong_type(key, node, "un nombre entier, sans guillemets", &format!("{key} = {meant}"));
            }
        }
        None
    }

    /// A number with or without decimals.
    pub fn number(&mut self, key: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        let node = self.get(key)?;
        let number = match node.value {
            Value::Integer(Some(number)) => number as f64,
            Value::Decimal(number) => number,
            _ => {
                self.wrong_type(key, node, "un nombre, sans guillemets", &format!("{key} = {}", range.start()));
                return None;
            }
        };
        if range.contains(&number) {
            return Some(number);
        }
        let message = format!("« {key} » : {number} est hors des limites");
        self.file.problem(node.line, message, format!("indiquez un nombre de {} à {}", range.start(), range.end()));
        None
    }

    pub fn boolean(&mut self, key: &'static str) -> Option<bool> {
        let node = self.get(key)?;
        match node.value {
            Value::Boolean(truth) => Some(truth),
            _ => {
                let meant = node.value.as_truth().unwrap_or(true);
                let example = format!("{key} = {meant}");
                self.wrong_type(key, node, "true (oui) ou false (non), sans guillemets", &example);
                None
            }
        }
    }

    /// `every = "12h"`, within limits.
    pub fn duration(&mut self, key: &'static str, range: RangeInclusive<Duration>) -> Option<Duration> {
        let node = self.get(key)?;
        let Value::Text(text) = &node.value else {
            self.wrong_type(key, node, "une durée entre guillemets", &format!("{key} = \"12h\""));
            return None;
        };
        match parse_duration(text) {
            Ok(duration) if range.contains(&duration) => return Some(duration),
            Ok(_) => {
                let (least, most) = (written(*range.start()), written(*range.end()));
                let message = format!("« {key} » : la durée « {} » est hors des limites", short(text));
                self.file.problem(node.line, message, format!("indiquez une durée de {least} à {most}"));
            }
            Err(why) => {
                let advice = "écrivez par exemple \"30s\", \"30m\", \"12h\" ou \"1d\"";
                self.file.problem(node.line, format!("« {key} » : {why}"), advice);
            }
        }
        None
    }

    /// An address on the web: `http` or `https`, with a host and without a password.
    pub fn url(&mut self, key: &'static str) -> Option<Url> {
        let node = self.get(key)?;
        let text = self.text_of(key, node)?;
        match web_address(&text) {
            Ok(url) => Some(url),
            Err((message, advice)) => {
                self.file.problem(node.line, format!("« {key} » : {message}"), advice);
                None
            }
        }
    }

    pub fn required_url(&mut self, key: &'static str) -> Option<Url> {
        let value = self.url(key);
        self.require(key, value)
    }

    /// One of a few words.
    pub fn choice<T: Clone>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let node = self.get(key)?;
        let text = self.text_of(key, node)?;
        if let Some((_, chosen)) = choices.iter().find(|(word, _)| *word == text.trim()) {
            return Some(chosen.clone());
        }
        let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
        let advice = match nearest(&text, &words) {
            Some(word) => format!("vouliez-vous « {word} » ? (valeurs possibles : {})", words.join(", ")),
            None => format!("valeurs possibles : {}", words.join(", ")),
        };
        self.file.problem(node.line, format!("« {key} » : « {} » est inconnu", short(&text)), advice);
        None
    }

    pub fn required_choice<T: Clone>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let value = self.choice(key, choices);
        self.require(key, value)
    }

    /// A text that means something more; the error is a French sentence, said after the key.
    pub fn parsed<T, E: Display>(&mut self, key: &'static str, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let node = self.get(key)?;
        let text = self.text_of(key, node)?;
        parse(&text).map_err(|why| self.file.problem(node.line, format!("« {key} » : {why}"), "")).ok()
    }

    /// `true`, or such a text: the text is then given too. Absent or `false`: nothing.
    pub fn switch_or_parsed<T, E: Display>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> (bool, Option<T>) {
        match self.get(key).map(|node| &node.value) {
            None => (false, None),
            Some(Value::Boolean(on)) => (*on, None),
            Some(_) => (true, self.parsed(key, parse)),
        }
    }

    pub fn required_parsed<T, E: Display>(
        &mut self,
        key: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let value = self.parsed(key, parse);
        self.require(key, value)
    }

    /// A list of such texts, or one alone; the sound ones are given.
    pub fn parsed_list<T, E: Display>(
        &mut self,
        key: &'static str,
        mut parse: impl FnMut(&str) -> Result<T, E>,
    ) -> Vec<T> {
        let Some(node) = self.get(key) else { return Vec::new() };
        let nodes = match &node.value {
            Value::Array(nodes) => nodes.as_slice(),
            Value::Text(text) if text.trim().is_empty() => &[],
            Value::Text(_) => std::slice::from_ref(node),
            _ => {
                self.wrong_type(key, node, "une liste de textes", &format!("{key} = [\"…\", \"…\"]"));
                &[]
            }
        };
        let mut read = Vec::new();
        for node in nodes {
            let Value::Text(text) = &node.value else {
                self.wrong_type(key, node, "des textes entre guillemets", &format!("{key} = [\"…\", \"…\"]"));
                continue;
            };
            match parse(text) {
                Ok(value) => read.push(value),
                Err(why) => self.file.problem(node.line, format!("« {key} » : {why}"), ""),
            }
        }
        read
    }

    /// `per_day = [50, 100]`; one number alone is a list of one. Absent: empty.
    pub fn integer_list(&mut self, key: &'static str, range: RangeInclusive<i64>) -> Vec<i64> {
        let Some(node) = self.get(key) else { return Vec::new() };
        let nodes = match &node.value {
            Value::Array(nodes) => nodes.as_slice(),
            _ => std::slice::from_ref(node),
        };
        let mut read = Vec::new();
        for node in nodes {
            match node.value {
                Value::Integer(Some(number)) if range.contains(&number) => read.push(number),
                Value::Integer(number) => {
                    let number = number.map_or("ce nombre".to_owned(), |number| number.to_string());
                    let advice = format!("indiquez des nombres de {} à {}", range.start(), range.end());
                    self.file.problem(node.line, format!("« {key} » : {number} est hors des limites"), advice);
                }
                _ => self.wrong_type(key, node, "des nombres entiers, sans guillemets", &format!("{key} = [50, 100]")),
            }
        }
        read
    }

    /// `[mail]`, or `select = { … }`.
    pub fn table(&mut self, key: &'static str) -> Option<Table<'f>> {
        let node = self.get(key)?;
        match &node.value {
            Value::Table(_) => return Some(self.inner(key, node)),
            Value::Array(nodes) if nodes.iter().all(|node| matches!(node.value, Value::Table(_))) => {
                let message = format!("« {key} » est écrit comme une liste ([[{key}]])");
                self.file.problem(node.line, message, format!("écrivez une seule fois [{key}]"));
            }
            _ => self.wrong_type(key, node, "un groupe de clés", &format!("{key} = {{ … }}")),
        }
        None
    }

    /// A group of keys, or `true` for one that leaves everything to its defaults; `false` and absent give `None`.
    pub fn table_or_switch(&mut self, key: &'static str) -> Option<Table<'f>> {
        match self.get(key)?.value {
            Value::Boolean(true) => Some(Table {
                file: self.file,
                name: self.inner_name(key),
                line: self.line_of(key),
                fields: None,
                known: Vec::new(),
            }),
            Value::Boolean(false) => None,
            _ => self.table(key),
        }
    }

    /// As [`Table::table`]; absent, an empty one, so that defaults need no second path.
    pub fn section(&mut self, key: &'static str) -> Table<'f> {
        let line = self.line_of(key);
        let name = self.inner_name(key);
        self.table(key).unwrap_or(Table { file: self.file, name, line, fields: None, known: Vec::new() })
    }

    /// `[[source]]`, each in the order of the file.
    pub fn tables(&mut self, key: &'static str) -> Vec<Table<'f>> {
        let Some(node) = self.get(key) else { return Vec::new() };
        let nodes = match &node.value {
            Value::Array(nodes) => nodes.as_slice(),
            Value::Table(_) => {
                let message = format!("« {key} » s’écrit avec des crochets doubles");
                self.file.problem(node.line, message, format!("écrivez [[{key}]]"));
                std::slice::from_ref(node)
            }
            _ => {
                self.wrong_type(key, node, "une suite d’entrées", &format!("[[{key}]]"));
                &[]
            }
        };
        let mut tables = Vec::new();
        for node in nodes {
            match &node.value {
                Value::Table(_) => tables.push(self.inner(key, node)),
                _ => self.wrong_type(key, node, "une suite d’entrées", &format!("[[{key}]]")),
            }
        }
        tables
    }

    /// Reports every key that nobody asked for, with the nearest known one.
    pub fn finish(self) {
        for entry in self.entries() {
            if self.known.contains(&entry.key.as_str()) || self.astray(entry) {
                continue;
            }
            let place = if self.name.is_empty() { String::new() } else { format!(" dans [{}]", self.name) };
            let advice = match nearest(&entry.key, &self.known) {
                Some(key) => format!("vouliez-vous « {key} » ?"),
                None => format!("clés connues ici : {}", self.known.join(", ")),
            };
            self.file.problem(entry.line, format!("« {} » est inconnu{place}", short(&entry.key)), advice);
        }
    }

    /// Under a title that could not be read, so not really of this table.
    fn astray(&self, entry: &Entry) -> bool {
        self.file.lost_titles.iter().any(|line| (self.line..entry.line).contains(line))
    }

    fn entries(&self) -> &'f [Entry] {
        self.fields.map_or(&[], |fields| fields.entries.as_slice())
    }

    fn entry(&self, key: &str) -> Option<&'f Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    fn get(&mut self, key: &'static str) -> Option<&'f Node> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        self.entry(key).map(|entry| &entry.node)
    }

    fn text_of(&self, key: &str, node: &Node) -> Option<String> {
        match &node.value {
            Value::Text(text) if text.trim().is_empty() => None,
            Value::Text(text) => Some(text.clone()),
            _ => {
                self.wrong_type(key, node, "du texte entre guillemets", &format!("{key} = \"…\""));
                None
            }
        }
    }

    fn require<T>(&self, key: &str, value: Option<T>) -> Option<T> {
        // A wrong value was already named; in a torn table the key may stand in a line that could not be read.
        let blank = |entry: &Entry| matches!(&entry.node.value, Value::Text(text) if text.trim().is_empty());
        let torn = self.fields.is_some_and(|fields| fields.torn);
        let missing = self.entry(key).map_or(!torn, blank);
        if value.is_none() && missing {
            let place = if self.name.is_empty() { String::new() } else { format!(" dans [{}]", self.name) };
            self.problem(key, format!("il manque « {key} »{place}"), format!("ajoutez : {key} = \"…\""));
        }
        value
    }

    fn wrong_type(&self, key: &str, node: &Node, expected: &str, example: &str) {
        let message = format!("« {key} » attend {expected}, pas {}", node.value.described());
        self.file.problem(node.line, message, format!("écrivez par exemple : {example}"));
    }

    fn inner(&self, key: &str, node: &'f Node) -> Table<'f> {
        Table::new(self.file, node, &self.inner_name(key))
    }

    fn inner_name(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }
}

/// The word most like what was written, when one is near enough to be meant.
pub fn nearest<'w>(written: &str, words: &[&'w str]) -> Option<&'w str> {
    let plain = plain(written);
    let length = plain.chars().count();
    if length > 60 {
        return None;
    }
    let far = |word: &str| strsim::osa_distance(&plain, &self::plain(word));
    let (distance, word) = words.iter().map(|word| (far(word), *word)).min()?;
    // A third of the word may be wrong: « adres » for « address », not « nom » for « url ».
    if distance * 3 <= length.max(word.len()) {
        return Some(word);
    }
    let begun = |word: &&str| length >= 4 && self::plain(word).starts_with(&plain);
    words.iter().copied().find(begun)
}

/// Without accents, case, hyphens.
fn plain(text: &str) -> String {
    unaccented(text).replace('-', "_")
}

fn short(text: &str) -> String {
    let text = text.trim();
    let shown: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    if text.chars().count() > 60 { format!("{shown}…") } else { shown }
}

fn web_address(text: &str) -> Result<Url, (String, &'static str)> {
    const EXAMPLE: &str = "écrivez l’adresse complète, comme \"https://www.exemple.fr/page\"";
    let text = text.trim();
    let url = Url::parse(text).map_err(|_| (format!("« {} » n’est pas une adresse web", short(text)), EXAMPLE))?;
    if !url.username().is_empty() || url.password().is_some() {
        let advice = "retirez-les de l’adresse et mettez-les dans un fichier du dossier credentials";
        return Err(("l’adresse contient un identifiant ou un mot de passe".into(), advice));
    }
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err((format!("« {} » n’est pas une adresse web", short(text)), EXAMPLE));
    }
    Ok(url)
}
