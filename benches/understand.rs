//! How many notices of 5 kB one core understands in a second, whether the time is linear in a text's length, and how that
//! stands to Python's dateparser on the same texts.
//!
//!     cargo bench --bench understand
//!
//! A plain harness: three figures and two limits need no statistics. The texts are those of tests/cases, joined and
//! cut to 5 kB, so that every kind of page is among them. Times are those of the processor, so that other work on the machine
//! counts little. GLANEUR_BENCH_PYTHON names a Python that has dateparser.

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use glaneur::config::themes;
use glaneur::model::Fields;
use glaneur::understand::{Input, Reader};
use serde_json::Value;

const NOTICE_BYTES: usize = 5_000;
const LONG_BYTES: usize = 1_000_000;
const NOTICES_PER_SECOND_MIN: f64 = 2_000.0;
/// A long text may cost this many times a short one; linear would be 200.
const LONG_TO_SHORT_MAX: f64 = 300.0;
const ROUNDS_MIN_S: f64 = 4.0;
/// Shorter than this the system's count of a thread's time is coarse.
const SAMPLE_MIN: Duration = Duration::from_millis(400);

struct Notice {
    title: String,
    text: String,
    publisher: String,
}

fn main() {
    let reader = Reader::new(&themes::load(None).unwrap_or_else(|problems| panic!("{problems:?}")));
    let notices = notices();
    // The tables are made at the first use.
    notices.iter().take(3).for_each(|notice| understand(&reader, notice));
    let each = fastest(notices.len(), || notices.iter().for_each(|notice| understand(&reader, notice)));
    let per_second = 1.0 / each.as_secs_f64();
    println!("{} notices of {NOTICE_BYTES} bytes: {per_second:.0} a second on one core, {each:?} each", notices.len());
    let long = long(&notices);
    let whole = fastest(1, || understand(&reader, &long));
    let times = whole.as_secs_f64() / each.as_secs_f64();
    println!("one text of {} bytes: {whole:?}, {times:.0} times a short one", long.text.len());
    against_dateparser(&notices, each);
    assert!(times <= LONG_TO_SHORT_MAX, "a long text takes more than {LONG_TO_SHORT_MAX} short ones");
    assert!(per_second >= NOTICES_PER_SECOND_MIN, "less than {NOTICES_PER_SECOND_MIN} notices a second");
}

fn understand(reader: &Reader, notice: &Notice) {
    let fields = Fields::default();
    let input = Input {
        title: &notice.title,
        text: &notice.text,
        publisher: Some(&notice.publisher),
        source_territory: &[],
        source_themes: &[],
        published: None,
        url: None,
        fields: &fields,
    };
    black_box(reader.read(black_box(&input)));
}

/// The time of one of `of`, in the fastest sample: what disturbs one only slows it.
fn fastest(of: usize, mut round: impl FnMut()) -> Duration {
    let begun = Instant::now();
    let mut best = Duration::MAX;
    let mut samples = 0;
    while samples < 3 || begun.elapsed().as_secs_f64() < ROUNDS_MIN_S {
        let (mut rounds, start) = (0, spent(begun));
        let sample = loop {
            round();
            rounds += 1;
            let sample = spent(begun).saturating_sub(start);
            if sample >= SAMPLE_MIN {
                break sample;
            }
        };
        best = best.min(sample / rounds);
        samples += 1;
    }
    best / u32::try_from(of.max(1)).unwrap_or(u32::MAX)
}

/// The processor's time that this thread took so far; where the system does not say, the time since `begun`.
fn spent(begun: Instant) -> Duration {
    let said = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = said.split(' ').next().and_then(|first| first.parse().ok());
    nanoseconds.map_or_else(|| begun.elapsed(), Duration::from_nanos)
}

fn notices() -> Vec<Notice> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let mut notices: Vec<Notice> = Vec::new();
    for file in files {
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let case: Value = serde_json::from_str(line).unwrap();
            let field = |name: &str| case[name].as_str().unwrap_or_default().to_owned();
            match notices.last_mut().filter(|last| last.text.len() < NOTICE_BYTES) {
                Some(last) => last.text.push_str(&format!("\n\n{}", field("text"))),
                None => {
                    notices.push(Notice { title: field("title"), text: field("text"), publisher: field("publisher") })
                }
            }
        }
    }
    for notice in &mut notices {
        notice.text.truncate(notice.text.floor_char_boundary(NOTICE_BYTES));
    }
    notices.retain(|notice| notice.text.len() + 3 >= NOTICE_BYTES);
    notices
}

fn long(notices: &[Notice]) -> Notice {
    let mut text = String::with_capacity(LONG_BYTES + NOTICE_BYTES);
    for notice in notices.iter().cycle() {
        if text.len() >= LONG_BYTES {
            break;
        }
        text.push_str(&notice.text);
        text.push_str("\n\n");
    }
    text.truncate(text.floor_char_boundary(LONG_BYTES));
    let first = &notices[0];
    Notice { title: first.title.clone(), text, publisher: first.publisher.clone() }
}

/// The same texts through search_dates, a few of them: it is slow.
fn against_dateparser(notices: &[Notice], ours: Duration) {
    const TEXTS: usize = 10;
    const SCRIPT: &str = "import json, sys, time\nfrom dateparser.search import search_dates\n\
        texts = json.load(sys.stdin)\nsearch_dates(texts[0][:200], languages=['fr'])\nstart = time.process_time()\n\
        for text in texts:\n    search_dates(text, languages=['fr'])\nprint((time.process_time() - start) / len(texts))\n";
    let python = std::env::var("GLANEUR_BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let texts: Vec<&str> = notices.iter().take(TEXTS).map(|notice| notice.text.as_str()).collect();
    let child = Command::new(&python)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return println!("dateparser: {python} is missing, no ratio") };
    let input = child.stdin.take().map(|stdin| serde_json::to_writer(stdin, &texts));
    let output = child.wait_with_output().unwrap();
    let seconds: Option<f64> = String::from_utf8_lossy(&output.stdout).trim().parse().ok();
    match seconds.filter(|_| matches!(input, Some(Ok(())))) {
        Some(theirs) => println!(
            "dateparser's search_dates: {theirs:.3} s a text, {:.0} times our whole reading",
            theirs / ours.as_secs_f64()
        ),
        None => println!(
            "dateparser: not installed for {python}, no ratio (python3 -m venv V; V/bin/pip install dateparser; GLANEUR_BENCH_PYTHON=V/bin/python)"
        ),
    }
}
