//! Plain text in lines of at most 76 columns.

/// RFC 5322 section 2.1.1 asks for 78 at most; two are left for a reply's "> ".
pub const COLUMNS_MAX: usize = 76;

/// Wraps one paragraph: the first line starts with `first`, the others with `rest`. A word longer than a line, a link
/// most often, stays whole on a line of its own. Unbreakable spaces do not break.
pub fn wrap(paragraph: &str, first: &str, rest: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in paragraph.split([' ', '\n', '\t', '\r']).filter(|word| !word.is_empty()) {
        let room = COLUMNS_MAX.saturating_sub(columns(&line) + usize::from(!empty));
        if !empty && columns(word) > room {
            lines.push(std::mem::replace(&mut line, rest.to_owned()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    lines.push(line);
    lines.join("\n")
}

/// A letter a column: close enough for the Latin text of a mail.
fn columns(text: &str) -> usize {
    text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_hold_76_columns_and_links_stay_whole() {
        let text = "mot ".repeat(60);
        assert!(
            wrap(&text, "  ", "  ").lines().all(|line| line.chars().count() <= COLUMNS_MAX && line.starts_with("  "))
        );
        let url = format!("https://exemple.example/{}", "a".repeat(100));
        assert_eq!(wrap(&format!("voir {url} ici"), "", "  "), format!("voir\n  {url}\n  ici"));
        assert_eq!(wrap("", "- ", "  "), "- ");
        assert_eq!(wrap("23\u{a0}h\u{a0}59", "", ""), "23\u{a0}h\u{a0}59");
    }
}
