//! The style sheet of the mails, and how it reaches each element.
//!
//! Mail clients drop `<style>`, so every element carries its own style. The sheet is read once, `.name { … }` rules only, and
//! `{{ css("name other") }}` in a template writes `class="…" style="…"`. Inlining each finished mail would parse and print its
//! whole HTML once more for each member.

use std::collections::BTreeMap;

/// Declarations by class name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StyleSheet {
    rules: BTreeMap<String, String>,
}

/// A mistake in a style sheet, with its line from 1.
#[derive(Debug, PartialEq)]
pub struct StyleProblem {
    pub line: usize,
    pub message: String,
}

/// Properties that Outlook for Windows (the Word engine), Gmail, Outlook.com, Apple Mail and Orange show, or ignore without
/// harm.
/// Sources: caniemail.com/features, and Microsoft's "Word 2007 HTML and CSS Rendering Capabilities in Outlook 2007",
/// which later Outlooks for Windows keep.
pub const PROPERTIES_ALLOWED: [&str; 32] = [
    "background-color",
    "border",
    "border-bottom",
    "border-collapse",
    "border-left",
    "border-right",
    "border-spacing",
    "border-top",
    "color",
    "direction",
    "font-family",
    "font-size",
    "font-style",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "margin",
    "margin-bottom",
    "margin-top",
    "max-width",
    "mso-hide",
    "mso-line-height-rule",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "text-align",
    "text-decoration",
    "vertical-align",
    "width",
];
/// Ignored where unknown, and needed to hide the preheader or break a long word: nothing depends on them.
pub const PROPERTIES_HARMLESS: [&str; 6] =
    ["-webkit-text-size-adjust", "border-radius", "display", "overflow", "overflow-wrap", "word-break"];

impl StyleSheet {
    pub fn parse(source: &str) -> Result<Self, Vec<StyleProblem>> {
        let source = without_comments(source);
        let mut sheet = Self::default();
        let mut problems = Vec::new();
        let mut line = 1;
        let mut rest = source.as_str();
        while let Some((rule, after)) = rest.split_once('}') {
            let blank: String = rule.chars().take_while(|c| c.is_whitespace()).collect();
            let starts_at = line + newlines(&blank);
            match read_rule(rule) {
                Ok((name, style)) => {
                    sheet.rules.insert(name, style);
                }
                Err(message) => problems.push(StyleProblem { line: starts_at, message }),
            }
            line += newlines(rule);
            rest = after;
        }
        if !rest.trim().is_empty() {
            problems.push(StyleProblem { line, message: "une règle n’est pas fermée par « } »".to_owned() });
        }
        if problems.is_empty() { Ok(sheet) } else { Err(problems) }
    }

    /// `class="a b" style="…"`, the later class winning by standing last; `Err` names an unknown class.
    pub fn attributes(&self, classes: &str) -> Result<String, String> {
        let mut style = String::new();
        for class in classes.split_whitespace() {
            let rule = self.rules.get(class).ok_or_else(|| class.to_owned())?;
            style.push_str(rule);
        }
        Ok(format!("class=\"{classes}\" style=\"{style}\""))
    }
}

fn read_rule(rule: &str) -> Result<(String, String), String> {
    let (selector, declarations) = rule.split_once('{').ok_or("il manque « { » après le nom de la classe")?;
    let selector = selector.trim();
    let name = selector.strip_prefix('.').unwrap_or_default();
    let sound = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if !sound {
        let shown: String = selector.chars().take(40).collect();
        return Err(format!("« {shown} » : seules les classes simples sont permises, « .nom {{ … }} »"));
    }
    let mut style = String::new();
    for declaration in declarations.split(';').map(str::trim).filter(|d| !d.is_empty()) {
        let (property, value) = declaration.split_once(':').ok_or("une déclaration s’écrit « propriété: valeur; »")?;
        let (property, value) = (property.trim(), value.trim());
        check_declaration(property, value)?;
        style.push_str(&format!("{property}:{value};"));
    }
    Ok((name.to_owned(), style))
}

fn check_declaration(property: &str, value: &str) -> Result<(), String> {
    if !PROPERTIES_ALLOWED.contains(&property) && !PROPERTIES_HARMLESS.contains(&property) {
        return Err(format!(
            "« {property} » n’est pas affiché par toutes les messageries : choisissez une autre propriété"
        ));
    }
    let lower = value.to_ascii_lowercase();
    if lower.contains("url(") || lower.contains("expression") || lower.contains(['"', '<', '>', '&', '\\', '@']) {
        return Err(format!("la valeur de « {property} » contient un caractère ou une adresse qui n’est pas permis"));
    }
    if property == "display" && !matches!(lower.as_str(), "none" | "block" | "inline-block") {
        return Err("« display » : seuls none, block et inline-block sont permis".to_owned());
    }
    Ok(())
}

/// Comments become blanks, so that lines keep their numbers.
fn without_comments(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        let (comment, next) = after.split_once("*/").unwrap_or((after, ""));
        out.extend(std::iter::repeat_n('\n', newlines(comment)));
        rest = next;
    }
    out.push_str(rest);
    out
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|b| *b == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_become_attributes() {
        let sheet = StyleSheet::parse("/* a\n b */\n.a { color: #111; }\n.b{font-size:16px}\n").unwrap();
        assert_eq!(sheet.attributes("a b"), Ok("class=\"a b\" style=\"color:#111;font-size:16px;\"".to_owned()));
        assert_eq!(sheet.attributes("c"), Err("c".to_owned()));
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let check = |source: &str, line: usize| {
            let problems = StyleSheet::parse(source).unwrap_err();
            assert_eq!(problems.first().map(|p| p.line), Some(line), "{source}: {problems:?}");
        };
        check(".a { color: #111; }\n\n.b { display: flex; }", 3);
        check("/* x\n */\ntd { color: red; }", 3);
        check(".a { background-image: url(https://x.example/p.png); }", 1);
        check(".a { color: url(x); }", 1);
        check(".a { color }", 1);
        check(".a { color: red;", 1);
    }
}
