//! A short mail about a member's own matters: a few sentences and one link. No template: nothing in it is chosen.

use super::typography::{one_line, ours};
use super::wrap::wrap;
use crate::model::{Language, Rendered};

const SUBJECT_CHARS_MAX: usize = 110;

/// `link` is what to click and where it leads.
pub fn note(subject: &str, sentences: &[String], link: (&str, &str), language: Language) -> Rendered {
    let (label, address) = link;
    let sentences: Vec<String> = sentences.iter().map(|sentence| ours(sentence, language)).collect();
    let text: Vec<String> = sentences.iter().map(|sentence| wrap(sentence, "", "")).collect();
    let paragraph = |text: &str| format!("<p style=\"font-family:Arial,sans-serif;font-size:16px;\">{text}</p>\n");
    let html: String = sentences.iter().map(|sentence| paragraph(&escaped(sentence))).collect();
    let link = format!("<a href=\"{}\">{}</a>", escaped(address), escaped(&ours(label, language)));
    let lang = super::words::pick(language, "fr", "en");
    Rendered {
        subject: one_line(&ours(subject, language), SUBJECT_CHARS_MAX),
        text: format!("{}\n\n{address}\n", text.join("\n\n")),
        html: format!(
            "<!DOCTYPE html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>{}</title></head><body>\n{html}{}</body></html>\n",
            escaped(subject),
            paragraph(&link)
        ),
        attachments: Vec::new(),
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
