//! The paths that a source file names, `use` trees written out, whatever way they climb.

/// Every path of a text, from its first segment on: `use a::{b, c::d}` gives `a::b` and `a::c::d`.
pub fn of(text: &str) -> Vec<Vec<String>> {
    let tokens = tokens(text);
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if is_name(&tokens[at]) && tokens.get(at + 1).is_some_and(|next| next == "::") {
            at = tree(&tokens, at, &mut Vec::new(), &mut paths);
        } else if tokens[at] == "{" && at > 0 && tokens[at - 1] == "use" {
            // `use {a::b, c};`
            at = list(&tokens, at, &mut Vec::new(), &mut paths);
        } else {
            // `use crate as root;` names the whole crate; a lone word names nothing of another room.
            if tokens[at] == "crate" && tokens.get(at + 1).is_some_and(|next| next == "as") {
                paths.push(vec!["crate".to_owned(), "as".to_owned()]);
            }
            at += 1;
        }
    }
    paths
}

/// Reads one path, with the list it may end in; gives where it ends.
fn tree(tokens: &[String], mut at: usize, prefix: &mut Vec<String>, paths: &mut Vec<Vec<String>>) -> usize {
    let before = prefix.len();
    while let Some(token) = tokens.get(at) {
        if token == "{" {
            at = list(tokens, at, prefix, paths);
            prefix.truncate(before);
            return at;
        }
        prefix.push(token.clone());
        at += 1;
        if tokens.get(at).is_none_or(|next| next != "::") {
            break;
        }
        at += 1;
        if tokens.get(at).is_none_or(|next| next != "{" && next != "*" && !is_name(next)) {
            break; // `iter::<T>()`
        }
    }
    paths.push(prefix.clone());
    prefix.truncate(before);
    at
}

fn list(tokens: &[String], mut at: usize, prefix: &mut Vec<String>, paths: &mut Vec<Vec<String>>) -> usize {
    at += 1;
    while let Some(token) = tokens.get(at) {
        match token.as_str() {
            "}" => return at + 1,
            "," => at += 1,
            "as" => at += 2,
            _ => at = tree(tokens, at, prefix, paths),
        }
    }
    at
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Words, `::` and single signs; comments and texts in quotes are left out.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let taken = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            '"' => quoted(rest),
            'r' if rest.starts_with("r#\"") => rest.find("\"#").map_or(rest.len(), |end| end + 2),
            '\'' => character(rest),
            ':' if rest.starts_with("::") => {
                tokens.push("::".to_owned());
                2
            }
            c if c.is_alphanumeric() || c == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                tokens.push(rest[..end].to_owned());
                end
            }
            c => {
                if !c.is_whitespace() {
                    tokens.push(c.to_string());
                }
                c.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    tokens
}

fn quoted(rest: &str) -> usize {
    let mut escaped = false;
    for (at, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// `'x'`, `'\u{1b}'`; a lifetime is its quote alone.
fn character(rest: &str) -> usize {
    let mut chars = rest.char_indices().skip(1);
    match chars.next() {
        Some((_, '\\')) => rest.char_indices().skip(3).find(|(_, c)| *c == '\'').map_or(rest.len(), |(at, _)| at + 1),
        Some(_) => match chars.next() {
            Some((at, '\'')) => at + 1,
            _ => 1,
        },
        None => 1,
    }
}

#[test]
fn paths_are_written_out() {
    let check = |text: &str, expected: &[&str]| {
        let found: Vec<String> = of(text).iter().map(|path| path.join("::")).collect();
        assert_eq!(found, expected, "{text}");
    };
    check("use crate::{model::{A, B as C}, store};", &["crate::model::A", "crate::model::B", "crate::store"]);
    check("use {std::fs, super::{super::web, x}};", &["std::fs", "super::super::web", "super::x"]);
    check("let x = crate::store::open(\"crate::web\", '\"', 'a'); // crate::cli", &["crate::store::open"]);
    check("fn f<'a>(x: &'a super::A) -> Vec<u8> { iter::<T>() }", &["super::A", "iter"]);
    check("use crate as root;", &["crate::as"]);
    check("use a::*;", &["a::*"]);
}
