//! What a browser may do with our pages (Content Security Policy, <https://www.w3.org/TR/CSP3/>): nothing but show them in
//! their own style and send their forms here.
//!
//! The style stands in each page, named by its digest: markup that slipped through the escaping would run no script, load
//! nothing, look like nothing of ours, and send nothing elsewhere.

use std::sync::LazyLock;

use axum::http::HeaderValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::page::source;

const FRAMES: [&str; 2] = ["frame.html", "admin/frame.html"];
const REST: &str = "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

static POLICY: LazyLock<String> =
    LazyLock::new(|| format!("default-src 'none'; style-src {}; {REST}", styles().join(" ")));

pub fn policy() -> HeaderValue {
    HeaderValue::from_str(&POLICY).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}

/// A mail carries its styles in its elements, as mail programs want them; it stands in a frame without any right.
pub fn policy_of_a_mail() -> HeaderValue {
    HeaderValue::from_static(
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
}

/// The digest of each frame's style.
fn styles() -> Vec<String> {
    let style = |page: String| {
        let (_, rest) = page.split_once("<style>")?;
        let (style, _) = rest.split_once("</style>")?;
        Some(format!("'sha256-{}'", STANDARD.encode(Sha256::digest(style.as_bytes()))))
    };
    FRAMES.iter().filter_map(|name| style(source(name)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_page_has_a_style_that_the_policy_does_not_name() {
        assert_eq!(styles().len(), FRAMES.len());
        for name in crate::web::page::names() {
            let page = source(&name).unwrap();
            assert!(!page.contains("style=\""), "{name}");
            let handlers = [" onclick=", " onload=", " onerror=", "javascript:", "<script"];
            assert!(handlers.iter().all(|handler| !page.contains(handler)), "{name} runs something");
            assert_eq!(page.contains("<style"), FRAMES.contains(&name.as_str()), "{name}");
        }
    }
}
