//! The labelled notices of tests/cases, read by the command and scored: floors that a change may not fall under.
//!
//! The floors stand a little under what was measured when they were set; a gain may raise them, nothing lowers them but
//! a correction of labels.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::{Answer, Workspace};

/// Hits and chances of one figure.
#[derive(Clone, Copy, Default)]
struct Share {
    hits: usize,
    of: usize,
}

impl Share {
    fn count(&mut self, hit: bool) {
        self.hits += usize::from(hit);
        self.of += 1;
    }

    fn share(self) -> f64 {
        self.hits as f64 / self.of.max(1) as f64
    }
}

fn cases() -> Vec<Value> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let lines = files.iter().map(|file| std::fs::read_to_string(file).unwrap());
    lines
        .flat_map(|file| file.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>())
        .collect()
}

fn answers(cases: &[Value]) -> BTreeMap<String, Value> {
    let workspace = Workspace::sqlite();
    let asked = workspace.path().join("asked.jsonl");
    let without_labels = |case: &Value| {
        let mut case = case.clone();
        case.as_object_mut().unwrap().remove("labels");
        case.to_string()
    };
    std::fs::write(&asked, cases.iter().map(without_labels).collect::<Vec<_>>().join("\n")).unwrap();
    let output = workspace.command("understand --jsonl").stdin(File::open(asked).unwrap()).output().unwrap();
    let answer = Answer::of(output).done();
    let read = answer.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    read.map(|answer| (answer["id"].as_str().unwrap().to_owned(), answer)).collect()
}

fn set(value: &Value) -> BTreeSet<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn the_labelled_cases_are_read_no_worse_than_they_were() {
    let cases = cases();
    let read = answers(&cases);
    let mut figures: BTreeMap<&str, Share> = BTreeMap::new();
    let mut themes = [0usize; 3];
    for case in &cases {
        let (labels, answer) = (&case["labels"], &read[case["id"].as_str().unwrap()]);
        let mut count = |figure, hit| figures.entry(figure).or_default().count(hit);
        count("kind", answer["kind"] == labels["kind"]);
        let accepted = answer["deadline"] == labels["deadline"]
            || labels["deadline_alt"].as_array().is_some_and(|other| other.contains(&answer["deadline"]));
        count("deadline", accepted);
        if !answer["deadline"].is_null() {
            count("deadline precision", accepted);
        }
        if !labels["deadline_time"].is_null() {
            count("hour", answer["deadline_time"] == labels["deadline_time"]);
        }
        count("opening", answer["opening"] == labels["opening"]);
        count("territory", set(&answer["territory"]) == set(&labels["territory"]));
        if !labels["ccas_eligible"].is_null() {
            count("ccas", answer["ccas_eligible"] == labels["ccas_eligible"]);
        }
        let (wanted, given) = (set(&labels["themes"]), set(&answer["themes"]));
        let both = wanted.intersection(&given).count();
        themes = [themes[0] + both, themes[1] + given.len() - both, themes[2] + wanted.len() - both];
        if let Some(main) = labels["themes"][0].as_str() {
            count("main theme", given.contains(main));
        }
    }
    let [both, given, wanted] = themes.map(|n| n as f64);
    let f1 = 2.0 * both / (2.0 * both + given + wanted);
    let floors = FLOORS.iter().filter_map(|(figure, floor)| {
        let share = if *figure == "themes F1" { f1 } else { figures[figure].share() };
        println!("{figure:20} {share:.3}");
        (share < *floor).then(|| format!("{figure}: {share:.3}, at least {floor}"))
    });
    let under: Vec<String> = floors.collect();
    assert!(under.is_empty(), "{}", under.join("\n"));
}

const FLOORS: &[(&str, f64)] = &[
    ("kind", 0.940),
    ("deadline", 0.968),
    ("deadline precision", 0.980),
    ("hour", 0.955),
    ("opening", 0.980),
    ("territory", 0.940),
    ("ccas", 0.895),
    ("themes F1", 0.805),
    ("main theme", 0.865),
];
