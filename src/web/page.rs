//! The frame of every page, and the templates that fill it; escaping is always on.

use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use minijinja::{AutoEscape, Environment, Value};
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "templates/web"]
struct Templates;

/// A page ready to be answered.
pub struct Page {
    pub status: StatusCode,
    pub html: String,
}

/// The templates, compiled once.
pub struct Pages {
    templates: Environment<'static>,
}

impl Pages {
    pub fn new() -> Result<Self, minijinja::Error> {
        let mut templates = Environment::new();
        templates.set_auto_escape_callback(|_| AutoEscape::Html);
        // Only the first letter: names further on keep theirs.
        templates.add_filter("capital", |text: &str| {
            let mut chars = text.chars();
            chars.next().map_or(String::new(), |first| first.to_uppercase().chain(chars).collect())
        });
        templates.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
        for name in Templates::iter() {
            if let Some(file) = Templates::get(&name) {
                let source = String::from_utf8_lossy(&file.data).into_owned();
                templates.add_template_owned(name.into_owned(), source)?;
            }
        }
        Ok(Self { templates })
    }

    /// Fills a template. A fault in one of ours is logged and answered plainly: it must not take the service down.
    pub fn render(&self, status: StatusCode, name: &str, values: Value) -> Page {
        let filled = self.templates.get_template(name).and_then(|template| template.render(values));
        match filled {
            Ok(html) => Page { status, html },
            Err(error) => {
                tracing::error!(page = name, %error, "une page n'a pas pu être faite");
                Page { status: StatusCode::INTERNAL_SERVER_ERROR, html: "Cette page est en panne.".to_owned() }
            }
        }
    }
}

/// The text of a template.
pub(super) fn source(name: &str) -> Option<String> {
    Templates::get(name).map(|file| String::from_utf8_lossy(&file.data).into_owned())
}

#[cfg(test)]
pub(super) fn names() -> Vec<String> {
    Templates::iter().map(|name| name.into_owned()).collect()
}

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        (self.status, Html(self.html)).into_response()
    }
}
