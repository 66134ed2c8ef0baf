//! The parsed file as an owned tree in the order of the file, each value with its line.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

#[derive(Clone, Debug)]
pub(super) struct Node {
    /// From 1.
    pub line: usize,
    pub value: Value,
}

#[derive(Clone, Debug)]
pub(super) enum Value {
    Text(String),
    /// `None`: too large for 64 bits.
    Integer(Option<i64>),
    Decimal(f64),
    Boolean(bool),
    Datetime,
    Array(Vec<Node>),
    Table(Fields),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Fields {
    pub entries: Vec<Entry>,
    /// A mistake of syntax fell into this table: what it lacks may stand in the lines that could not be read.
    pub torn: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub key: String,
    pub line: usize,
    pub node: Node,
}

impl Value {
    /// What it is, as a French noun phrase.
    pub fn described(&self) -> &'static str {
        match self {
            Self::Text(_) => "du texte entre guillemets",
            Self::Integer(_) | Self::Decimal(_) => "un nombre",
            Self::Boolean(_) => "vrai ou faux (true, false)",
            Self::Datetime => "une date",
            Self::Array(_) => "une liste",
            Self::Table(_) => "un groupe de clés",
        }
    }
}

/// What was meant by a value of the wrong type, to propose it back.
impl Value {
    pub fn as_number(&self) -> Option<i64> {
        match self {
            Self::Text(text) => text.trim().parse().ok(),
            Self::Decimal(number) if number.fract() == 0.0 => Some(*number as i64),
            _ => None,
        }
    }

    pub fn as_truth(&self) -> Option<bool> {
        match self {
            Self::Text(text) => truth(text.trim()),
            Self::Integer(Some(number)) => Some(*number != 0),
            _ => None,
        }
    }
}

/// What people write for true and false.
pub(super) fn truth(word: &str) -> Option<bool> {
    match word.to_lowercase().as_str() {
        "true" | "oui" | "vrai" | "yes" | "on" | "1" => Some(true),
        "false" | "non" | "faux" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// Where the lines of a text begin.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub fn of(text: &str) -> Self {
        Self(std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect())
    }

    /// The line of a byte offset, from 1.
    pub fn at(&self, offset: usize) -> usize {
        self.0.partition_point(|start| *start <= offset).max(1)
    }
}

/// `faults` are the byte offsets where the syntax broke.
pub(super) fn tree(root: &DeTable<'_>, lines: &Lines, faults: &[usize]) -> Node {
    let mut headers = vec![0];
    table_starts(root, &mut headers);
    headers.sort_unstable();
    // The table that a fault falls into is the last that begins before it.
    let holder = |at: &usize| headers.partition_point(|start| start <= at).checked_sub(1);
    let torn: Vec<usize> = faults.iter().filter_map(|at| headers.get(holder(at)?).copied()).collect();
    Node { line: 1, value: Value::Table(fields(root, 0, lines, &torn)) }
}

fn table_starts(table: &DeTable<'_>, starts: &mut Vec<usize>) {
    for value in table.values() {
        let items = match value.get_ref() {
            DeValue::Table(inner) => {
                starts.push(value.span().start);
                table_starts(inner, starts);
                continue;
            }
            DeValue::Array(items) => items,
            _ => continue,
        };
        for item in items.iter() {
            if let DeValue::Table(inner) = item.get_ref() {
                starts.push(item.span().start);
                table_starts(inner, starts);
            }
        }
    }
}

fn fields(table: &DeTable<'_>, start: usize, lines: &Lines, torn: &[usize]) -> Fields {
    let mut entries: Vec<(usize, Entry)> = table
        .iter()
        .map(|(key, value)| {
            let at = key.span().start;
            let entry = Entry { key: key.get_ref().to_string(), line: lines.at(at), node: node(value, lines, torn) };
            (at, entry)
        })
        .collect();
    // The parser sorts by name; people read from top to bottom.
    entries.sort_by_key(|(at, _)| *at);
    Fields { entries: entries.into_iter().map(|(_, entry)| entry).collect(), torn: torn.contains(&start) }
}

fn node(value: &Spanned<DeValue<'_>>, lines: &Lines, torn: &[usize]) -> Node {
    let start = value.span().start;
    let read = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => Value::Integer(i64::from_str_radix(number.as_str(), number.radix()).ok()),
        DeValue::Float(number) => Value::Decimal(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(truth) => Value::Boolean(*truth),
        DeValue::Datetime(_) => Value::Datetime,
        DeValue::Array(items) => Value::Array(items.iter().map(|item| node(item, lines, torn)).collect()),
        DeValue::Table(inner) => Value::Table(fields(inner, start, lines, torn)),
    };
    Node { line: lines.at(start), value: read }
}
