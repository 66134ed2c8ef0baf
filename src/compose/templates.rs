//! The templates: embedded ones, overridden ones, and the checks that both must pass.
//!
//! Two environments, so that what is written into HTML is always escaped: no template can switch it off. An undefined name
//! is an error, and every template is rendered whole on sample letters before it is accepted. It refuses to know the
//! disk: overrides are given as text.

use std::sync::Arc;

use minijinja::value::{Serde, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

use super::css::StyleSheet;
use super::letter::{CARDS_MAX, Letter};
use super::review::ReviewView;
use super::{calendar, sample, view::DigestView, wrap};
use crate::model::Rendered;

#[derive(RustEmbed)]
#[folder = "templates/email/"]
struct Embedded;

const HTML: &str = "digest.html";
const TEXT: &str = "digest.txt";
const REVIEW_HTML: &str = "review.html";
const REVIEW_TEXT: &str = "review.txt";
const STYLE: &str = "style.css";
/// Gmail clips a mail whose HTML is larger than 102 kB, and hides what comes after, the link to leave with it.
const HTML_BYTES_MAX: usize = 100_000;
const CARDS_STEP: usize = 3;
/// So that a rehearsal meets both forms.
const SAMPLE_CARDS_MAX: usize = 10;
/// Of one override.
const SOURCE_BYTES_MAX: usize = 256 * 1024;

/// A mistake in a template, in words for who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {message}", line.map(|line| format!(":{line}")).unwrap_or_default())]
pub struct TemplateProblem {
    pub file: String,
    /// From 1.
    pub line: Option<usize>,
    pub message: String,
}

/// A digest that the templates could not lay out, though they passed their checks.
#[derive(Debug, thiserror::Error)]
#[error("le modèle {template} n’a pas pu mettre en forme ce message : {why}")]
pub struct ComposeError {
    pub template: String,
    pub why: String,
}

/// Lays digests out. Cheap to share, dear to make: make one and keep it.
pub struct Composer {
    html: Environment<'static>,
    text: Environment<'static>,
    version: String,
    sources: Vec<(String, String)>,
}

impl Composer {
    /// `overrides` are (file name, source) of templates that replace or join the embedded ones: `digest.html`,
    /// `digest.txt`, `style.css`, and any other `.html` or `.txt` they include.
    pub fn new(overrides: &[(String, String)]) -> Result<Self, Vec<TemplateProblem>> {
        Self::from_sources(sources(overrides)?)
    }

    /// From all sources, as [`Composer::sources`] gave them: the embedded ones add nothing.
    pub fn from_sources(sources: Vec<(String, String)>) -> Result<Self, Vec<TemplateProblem>> {
        let sheet = style_sheet(&sources)?;
        let version = version(&sources);
        let mut problems = Vec::new();
        let html = environment(&sources, ".html", Some(sheet), &mut problems);
        let text = environment(&sources, ".txt", None, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let composer = Self { html, text, version, sources };
        problems.extend(composer.rehearse());
        if problems.is_empty() { Ok(composer) } else { Err(problems) }
    }

    /// As many items as cards as the size allows; the others are lines.
    pub fn digest(&self, view: &DigestView) -> Result<Rendered, ComposeError> {
        let mut rendered = self.laid_out(view, CARDS_MAX)?;
        for cards_max in (0..CARDS_MAX).rev().step_by(CARDS_STEP) {
            if rendered.html.len() <= HTML_BYTES_MAX {
                break;
            }
            rendered = self.laid_out(view, cards_max)?;
        }
        Ok(rendered)
    }

    fn laid_out(&self, view: &DigestView, cards_max: usize) -> Result<Rendered, ComposeError> {
        let letter = Letter::new(view, cards_max);
        let context = Value::from(Serde(&letter));
        let render = |environment: &Environment<'_>, name: &str| {
            environment
                .get_template(name)
                .and_then(|template| template.render(context.clone()))
                .map_err(|error| ComposeError { template: name.to_owned(), why: explain(&error) })
        };
        Ok(Rendered {
            html: tidy(&render(&self.html, HTML)?, 0),
            text: tidy(&render(&self.text, TEXT)?, 1),
            subject: letter.subject,
            attachments: calendar::calendar(view).into_iter().collect(),
        })
    }

    /// What administrators are mailed of an edition.
    pub fn review(&self, view: &ReviewView) -> Result<Rendered, ComposeError> {
        let context = Value::from(Serde(view.cleaned()));
        let render = |environment: &Environment<'_>, name: &str| {
            let filled = environment.get_template(name).and_then(|template| template.render(context.clone()));
            filled.map_err(|error| ComposeError { template: name.to_owned(), why: explain(&error) })
        };
        Ok(Rendered {
            html: tidy(&render(&self.html, REVIEW_HTML)?, 0),
            text: tidy(&render(&self.text, REVIEW_TEXT)?, 1),
            subject: view.subject.clone(),
            attachments: Vec::new(),
        })
    }

    /// Changes when a template, the style or an override changes: sixteen hexadecimal digits.
    pub fn template_version(&self) -> String {
        self.version.clone()
    }

    /// All of them, by file name: what [`Composer::from_sources`] needs to lay out the same again.
    pub fn sources(&self) -> &[(String, String)] {
        &self.sources
    }

    /// Every template on every sample letter.
    fn rehearse(&self) -> Vec<TemplateProblem> {
        let mut problems: Vec<TemplateProblem> = Vec::new();
        for view in sample::views() {
            let context = Value::from(Serde(Letter::new(&view, SAMPLE_CARDS_MAX)));
            for (environment, name) in [(&self.html, HTML), (&self.text, TEXT)] {
                let rendered = environment.get_template(name).and_then(|template| template.render(context.clone()));
                if let Err(error) = rendered {
                    let problem = problem(&error, name);
                    if !problems.contains(&problem) {
                        problems.push(problem);
                    }
                }
            }
        }
        if let Err(error) = self.review(&ReviewView::sample()) {
            problems.push(TemplateProblem { file: error.template, line: None, message: error.why });
        }
        problems
    }
}

fn sources(overrides: &[(String, String)]) -> Result<Vec<(String, String)>, Vec<TemplateProblem>> {
    let mut problems = Vec::new();
    let mut sources: Vec<(String, String)> = Embedded::iter()
        .filter_map(|name| {
            let file = Embedded::get(&name)?;
            Some((name.to_string(), String::from_utf8_lossy(&file.data).into_owned()))
        })
        .collect();
    for (name, source) in overrides {
        let refused = |message: &str| TemplateProblem { file: name.clone(), line: None, message: message.to_owned() };
        if name != STYLE && !name.ends_with(".html") && !name.ends_with(".txt") {
            problems.push(refused("nom inconnu : un modèle se nomme digest.html, digest.txt ou style.css, ou finit par .html ou .txt s’il est inclus"));
        } else if source.len() > SOURCE_BYTES_MAX {
            problems.push(refused("le fichier dépasse 256 Kio"));
        } else {
            problems.extend(forbidden(name, source));
            sources.retain(|(known, _)| known != name);
            sources.push((name.clone(), source.clone()));
        }
    }
    sources.sort();
    if problems.is_empty() { Ok(sources) } else { Err(problems) }
}

/// What would switch escaping off is refused with its line, and would change nothing if it were let through.
fn forbidden(name: &str, source: &str) -> Vec<TemplateProblem> {
    let is_tag = |line: &str| {
        line.split("{%").skip(1).any(|tag| {
            let word = tag.trim_start_matches(['-', '+']).trim_start();
            word.starts_with("autoescape") || word.starts_with("endautoescape")
        })
    };
    let problem = |n: usize| TemplateProblem {
        file: name.to_owned(),
        line: Some(n + 1),
        message: "« autoescape » n’est pas permis : l’échappement reste toujours actif ; retirez cette balise"
            .to_owned(),
    };
    source.lines().enumerate().filter(|(_, line)| is_tag(line)).map(|(n, _)| problem(n)).collect()
}

fn style_sheet(sources: &[(String, String)]) -> Result<StyleSheet, Vec<TemplateProblem>> {
    let source = sources.iter().find(|(name, _)| name == STYLE).map_or("", |(_, source)| source);
    StyleSheet::parse(source).map_err(|problems| {
        problems
            .into_iter()
            .map(|p| TemplateProblem { file: STYLE.to_owned(), line: Some(p.line), message: p.message })
            .collect()
    })
}

fn version(sources: &[(String, String)]) -> String {
    let mut hash = Sha256::new();
    for (name, source) in sources {
        // Lengths keep ("ab", "c") and ("a", "bc") apart.
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name.as_bytes());
        hash.update((source.len() as u64).to_be_bytes());
        hash.update(source.as_bytes());
    }
    // The sentences are made by this program, so its version counts too.
    hash.update(env!("CARGO_PKG_VERSION").as_bytes());
    crate::model::hex(hash.finalize().get(..8).unwrap_or_default())
}

fn environment(
    sources: &[(String, String)],
    extension: &str,
    sheet: Option<StyleSheet>,
    problems: &mut Vec<TemplateProblem>,
) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    if let Ok(syntax) = minijinja::syntax::SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build() {
        environment.set_syntax(syntax);
    }
    // Nothing of ours needs it, and it would let raw HTML through.
    environment.remove_filter("safe");
    match sheet {
        Some(sheet) => for_html(&mut environment, sheet),
        None => for_text(&mut environment),
    }
    for (name, source) in sources.iter().filter(|(name, _)| name.ends_with(extension)) {
        if let Err(error) = environment.add_template_owned(name.clone(), source.clone()) {
            problems.push(problem(&error, name));
        }
    }
    environment
}

pub(super) fn for_html(environment: &mut Environment<'static>, sheet: StyleSheet) {
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(write_html);
    let sheet = Arc::new(sheet);
    environment.add_function("css", move |classes: &str| match sheet.attributes(classes) {
        Ok(attributes) => Ok(Value::from_safe_string(attributes)),
        Err(class) => Err(Error::new(
            ErrorKind::InvalidOperation,
            format!("la classe « {class} » n’est pas dans style.css : ajoutez-la ou corrigez son nom"),
        )),
    });
}

fn for_text(environment: &mut Environment<'static>) {
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.add_filter("wrap", |text: &str, first: Option<&str>, rest: Option<&str>| {
        wrap::wrap(text, first.unwrap_or(""), rest.unwrap_or(""))
    });
    environment.add_filter("heading", |text: &str, mark: &str| {
        let columns = if text.is_empty() { wrap::COLUMNS_MAX } else { text.chars().count() };
        let line: String = mark.chars().take(1).cycle().take(columns.min(wrap::COLUMNS_MAX)).collect();
        if text.is_empty() { line } else { format!("{text}\n{line}") }
    });
}

/// Writes a value into HTML: always escaped, whatever a template says, unless it was escaped before.
fn write_html(out: &mut Output, state: &mut State, value: &Value) -> Result<(), Error> {
    if matches!(state.auto_escape(), AutoEscape::Html) || value.is_safe() {
        return minijinja::escape_formatter(out, state, value);
    }
    let text = value.to_string();
    let mut from = 0;
    for (at, c) in text.char_indices() {
        let escaped = match c {
            '<' => "&lt;",
            '>' => "&gt;",
            '&' => "&amp;",
            '"' => "&quot;",
            '\'' => "&#x27;",
            _ => continue,
        };
        out.write_str(text.get(from..at).unwrap_or(""))?;
        out.write_str(escaped)?;
        from = at + c.len_utf8();
    }
    out.write_str(text.get(from..).unwrap_or(""))?;
    Ok(())
}

fn problem(error: &Error, name: &str) -> TemplateProblem {
    TemplateProblem { file: error.name().unwrap_or(name).to_owned(), line: error.line(), message: explain(error) }
}

fn explain(error: &Error) -> String {
    let advice = match error.kind() {
        ErrorKind::SyntaxError => "faute de syntaxe",
        ErrorKind::UndefinedError => "nom inconnu : il n’est pas dans ce que reçoit le modèle",
        ErrorKind::UnknownFilter => "filtre inconnu ou interdit",
        ErrorKind::UnknownFunction => "fonction inconnue",
        ErrorKind::UnknownTest => "test inconnu",
        ErrorKind::TemplateNotFound => "modèle introuvable",
        _ => "le modèle échoue",
    };
    match error.detail() {
        Some(detail) => format!("{advice} ({detail})"),
        None => advice.to_owned(),
    }
}

/// No blank at the ends of lines, at most `blank_max` blank lines in a row, one line break at the end.
fn tidy(text: &str, blank_max: usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut blank = 0;
    for line in text.lines() {
        let line = line.trim_end_matches([' ', '\t', '\r']);
        blank = if line.is_empty() { blank + 1 } else { 0 };
        let leading = out.is_empty() && line.is_empty();
        if blank <= blank_max && !leading {
            out.push_str(line);
            out.push('\n');
        }
    }
    while out.ends_with("\n\n") {
        out.pop();
    }
    out
}
