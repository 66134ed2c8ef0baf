//! The team's word: a little Markdown, as an administrator types it, turned into paragraphs and lists of plain runs.
//!
//! Only text, strong words, links, headings and lists come out: markup in the source is dropped, not passed on, so that the
//! templates have nothing to trust. Links are http, https or mailto.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use serde::Serialize;

use super::foot::mailto;
use super::letter::web_url;
use super::typography::{one_line, unbreakable_in};
use crate::model::Language;

/// A word longer than this is cut: it is a word, not the digest.
const SOURCE_BYTES_MAX: usize = 20_000;
const RUN_CHARS_MAX: usize = 2_000;
const BLOCKS_MAX: usize = 60;

/// A paragraph, a heading or a list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WordBlock {
    pub kind: WordKind,
    /// Of a paragraph or heading: one line. Of a list: one for each item.
    pub lines: Vec<WordLine>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum WordKind {
    Paragraph,
    Heading,
    List,
    Numbers,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct WordLine {
    /// "- " or "2. " in the text part.
    pub mark: String,
    pub runs: Vec<WordRun>,
    /// The runs as plain text, links written out.
    pub text: String,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct WordRun {
    pub text: String,
    pub strong: bool,
    pub url: Option<String>,
}

/// The blocks of a Markdown text, written in this language.
pub fn word(source: &str, language: Language) -> Vec<WordBlock> {
    let end = source.floor_char_boundary(SOURCE_BYTES_MAX);
    let mut reading = Reading { language, ..Reading::default() };
    for event in Parser::new_ext(source.get(..end).unwrap_or_default(), Options::empty()) {
        reading.take(event);
    }
    reading.end_line();
    reading.blocks.truncate(BLOCKS_MAX);
    reading.blocks
}

#[derive(Default)]
struct Reading {
    language: Language,
    blocks: Vec<WordBlock>,
    runs: Vec<WordRun>,
    /// Lists under way, the innermost last; the number of the next item when it is numbered.
    lists: Vec<Option<u64>>,
    heading: bool,
    strong: usize,
    url: Option<String>,
    /// The next line begins an item.
    item: bool,
}

impl Reading {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Code(text) => self.push(&text),
            Event::SoftBreak => self.push(" "),
            Event::HardBreak => self.end_line(),
            // Markup of the source, rules, notes: nothing of it is shown.
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::CodeBlock(_) | Tag::BlockQuote(_) => self.end_line(),
            Tag::Heading { .. } => {
                self.end_line();
                self.heading = true;
            }
            Tag::List(first) => {
                self.end_line();
                self.lists.push(first);
            }
            Tag::Item => {
                self.end_line();
                self.item = true;
            }
            Tag::Strong => self.strong += 1,
            Tag::Link { dest_url, .. } => self.url = web_url(&dest_url).or_else(|| mailto(&dest_url)),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::CodeBlock | TagEnd::BlockQuote(_) | TagEnd::Item => self.end_line(),
            TagEnd::Heading(_) => {
                self.end_line();
                self.heading = false;
            }
            TagEnd::List(_) => {
                self.end_line();
                self.lists.pop();
            }
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            TagEnd::Link => self.url = None,
            _ => {}
        }
    }

    /// Adds words to the line under way; the spaces at their ends are kept.
    fn push(&mut self, text: &str) {
        let mut kept = one_line(text, RUN_CHARS_MAX);
        if text.starts_with([' ', '\n']) && !self.runs.is_empty() {
            kept.insert(0, ' ');
        }
        if text.len() > 1 && text.ends_with([' ', '\n']) && !kept.ends_with(' ') {
            kept.push(' ');
        }
        if kept.is_empty() {
            return;
        }
        let run = WordRun { text: kept, strong: self.strong > 0, url: self.url.clone() };
        match self.runs.last_mut() {
            Some(last) if last.strong == run.strong && last.url == run.url => last.text.push_str(&run.text),
            _ => self.runs.push(run),
        }
    }

    fn end_line(&mut self) {
        let mut runs = std::mem::take(&mut self.runs);
        if let Some(last) = runs.last_mut() {
            last.text.truncate(last.text.trim_end().len());
        }
        runs.retain(|run| !run.text.is_empty());
        if runs.is_empty() {
            return;
        }
        for run in &mut runs {
            run.text = unbreakable_in(&run.text, self.language);
        }
        let text = runs.iter().map(plain).collect();
        let mut line = WordLine { mark: String::new(), runs, text };
        let kind = match self.lists.last_mut() {
            _ if self.heading => WordKind::Heading,
            None => WordKind::Paragraph,
            Some(number) => {
                let starts_item = std::mem::take(&mut self.item);
                line.mark = match number {
                    _ if !starts_item => "  ".to_owned(),
                    Some(n) => {
                        let mark = format!("{n}. ");
                        *n += 1;
                        mark
                    }
                    None => "- ".to_owned(),
                };
                if number.is_some() { WordKind::Numbers } else { WordKind::List }
            }
        };
        match self.blocks.last_mut().filter(|last| last.kind == kind) {
            Some(list) if matches!(kind, WordKind::List | WordKind::Numbers) => list.lines.push(line),
            _ => self.blocks.push(WordBlock { kind, lines: vec![line] }),
        }
    }
}

fn plain(run: &WordRun) -> String {
    match &run.url {
        Some(url) if url.trim_end_matches('/') != run.text.trim_end_matches('/') => {
            format!("{} ({})", run.text, url.trim_start_matches("mailto:"))
        }
        _ => run.text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(source: &str, expected: &[&str]) {
        let said: Vec<String> = word(source, Language::Fr)
            .iter()
            .flat_map(|block| block.lines.iter().map(|line| format!("{}{}", line.mark, line.text)))
            .collect();
        assert_eq!(said, expected, "{source}");
    }

    #[test]
    fn a_little_markdown_becomes_paragraphs_and_lists() {
        check(
            "Bonjour à tous,\nvoici *les* **nouvelles**.\n\nÀ lundi",
            &["Bonjour à tous, voici les nouvelles.", "À lundi"],
        );
        check("# Rencontre\n\n- le 12 mars\n- à **Nantes**\n", &["Rencontre", "- le 12 mars", "- à Nantes"]);
        check("1. un\n2. deux", &["1. un", "2. deux"]);
        check("Voir [le programme](https://reseau.example/p).", &["Voir le programme (https://reseau.example/p)."]);
        check("<https://reseau.example/p>", &["https://reseau.example/p"]);
        check("L'équipe  \ndu réseau", &["L'équipe", "du réseau"]);
        check("", &[]);
    }

    #[test]
    fn what_could_act_in_a_mail_is_dropped() {
        check("Bonjour <script>alert(1)</script><img src=x onerror=y>", &["Bonjour alert(1)"]);
        check("<table><tr><td>x</td></tr></table>", &[]);
        check("[ici](javascript:alert(1)) et [là](data:text/html,x)", &["ici et là"]);
        check("![logo](https://site.example/pixel.png)", &["logo"]);
        let runs = &word("[écrire](mailto:equipe@reseau.example)", Language::Fr)[0].lines[0].runs;
        assert_eq!(runs[0].url.as_deref(), Some("mailto:equipe@reseau.example"));
    }

    #[test]
    fn no_text_is_too_long_or_too_deep() {
        assert!(word(&"- ".repeat(50_000), Language::Fr).len() <= BLOCKS_MAX);
        assert!(word(&"> ".repeat(9_000), Language::Fr).len() <= BLOCKS_MAX);
        assert!(word(&"é\n\n".repeat(50_000), Language::Fr).len() <= BLOCKS_MAX);
    }
}
