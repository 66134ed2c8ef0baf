//! What administrators are mailed of an edition: each notice once, what to look at twice, and what to do.
//!
//! The sentences are made by `pipeline`; here the words of others are cut and cleaned. It refuses to know who is asked.

use serde::Serialize;

use super::letter::web_url;
use super::typography::theirs;
use super::words::pick;
use crate::model::Language;

const TITLE_CHARS_MAX: usize = 180;
const LINE_CHARS_MAX: usize = 240;
/// More are counted, not listed: the page shows all.
pub const NOTICES_MAX: usize = 120;

/// The input of [`super::Composer::review`].
#[derive(Clone, Debug, Serialize)]
pub struct ReviewView {
    pub language: Language,
    pub network: String,
    pub subject: String,
    pub headline: String,
    /// What happened, what happens next: finished sentences.
    pub sentences: Vec<String>,
    pub word: Option<String>,
    /// Already in order, the doubtful first.
    pub notices: Vec<ReviewNotice>,
    pub actions: Vec<ReviewAction>,
    pub trial: bool,
}

#[derive(Clone, Debug, Serialize)]
pub struct ReviewNotice {
    pub number: usize,
    pub title: String,
    pub url: Option<String>,
    /// "jusqu’au 11 février", "12 membres".
    pub facts: String,
    /// What to look at twice.
    pub doubts: Vec<String>,
}

/// Something that can be done, by a page that asks once more.
#[derive(Clone, Debug, Serialize)]
pub struct ReviewAction {
    pub label: String,
    pub url: String,
}

impl ReviewView {
    /// As the templates see it: nothing in it can lie about its line.
    pub(super) fn cleaned(&self) -> Self {
        let line = |text: &String| theirs(text, LINE_CHARS_MAX, self.language);
        let notice = |one: &ReviewNotice| ReviewNotice {
            number: one.number,
            title: Some(theirs(&one.title, TITLE_CHARS_MAX, self.language))
                .filter(|title| !title.is_empty())
                .unwrap_or_else(|| pick(self.language, "Annonce sans titre", "Untitled notice").to_owned()),
            url: one.url.as_deref().and_then(web_url),
            facts: line(&one.facts),
            doubts: one.doubts.iter().map(line).collect(),
        };
        Self { notices: self.notices.iter().take(NOTICES_MAX).map(notice).collect(), ..self.clone() }
    }

    /// What the templates are tried on.
    pub(super) fn sample() -> Self {
        let notice = |number: usize, doubts: &[&str]| ReviewNotice {
            number,
            title: "Épiceries solidaires <2026>".to_owned(),
            url: Some("https://site.example/aap".to_owned()),
            facts: "jusqu’au 20 février · 2 membres".to_owned(),
            doubts: doubts.iter().map(|doubt| (*doubt).to_owned()).collect(),
        };
        Self {
            language: Language::Fr,
            network: "Réseau d’essai".to_owned(),
            subject: "À relire".to_owned(),
            headline: "À relire".to_owned(),
            sentences: vec!["Elle attend.".to_owned()],
            word: Some("Bonjour".to_owned()),
            notices: vec![notice(1, &["Deux dates se contredisent."]), notice(2, &[])],
            actions: vec![ReviewAction { label: "Approuver".to_owned(), url: "https://site.example/r".to_owned() }],
            trial: true,
        }
    }
}
