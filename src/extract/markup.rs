//! HTML to plain text, token by token: no tree is built, so no nesting can hurt.
//!
//! Lines and paragraphs are kept, because deadlines and labels stand on lines of their own. Scripts, styles and forms'
//! inner workings are dropped.

use std::cell::RefCell;
use std::sync::LazyLock;

use html5ever::interface::TokenizerResult;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::{Attribute, LocalName};
use regex::Regex;

use super::guard;

/// The text of `html`, with its line and paragraph breaks. Not yet clean: see [`super::clean`].
pub fn to_text(html: &str) -> String {
    tokenize(html, u32::from(!has_blocks(html)))
}

/// Whether `html` has lines, paragraphs or lists of its own. Markup without is text with a few links in it: its line
/// breaks mean something.
pub fn has_blocks(html: &str) -> bool {
    static BLOCK: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(?i)<(?:p|br|div|li|h[1-6]|td|tr|section)\b").ok());
    BLOCK.as_ref().is_some_and(|block| block.is_match(html))
}

/// Text without tags whose entities (`&rsquo;`) are resolved; its lines stay.
pub fn resolve_entities(text: &str) -> String {
    tokenize(&text.replace('<', "&lt;"), 1)
}

fn tokenize(html: &str, preformatted: u32) -> String {
    if guard::has_too_many_attributes(html) {
        return String::new();
    }
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let writer = Writer { preformatted, ..Writer::default() };
    let tokenizer = Tokenizer::new(Sink { writer: RefCell::new(writer) }, TokenizerOpts::default());
    while let TokenizerResult::Script(()) = tokenizer.feed(&input) {}
    tokenizer.end();
    tokenizer.sink.writer.into_inner().text
}

/// Whether `text` holds what a browser would take for tags that HTML has. "a < b" and "<3" are no tags.
pub fn has_tags(text: &str) -> bool {
    static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| {
        let names = "a|abbr|article|aside|b|blockquote|body|br|button|caption|center|code|dd|div|dl|dt|em|embed|fieldset|\
            figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|label|li|link|main|math|meta|nav|noscript|\
            object|ol|p|pre|s|script|section|select|small|span|strike|strong|style|sub|sup|svg|table|tbody|td|template|\
            textarea|th|thead|time|title|tr|u|ul|video";
        Regex::new(&format!(r"(?i)</?(?:{names})(?:[\s/][^<]*)?>|<!--|<!\[CDATA\[|<(?:script|style|iframe|img|svg)\b"))
            .ok()
    });
    text.contains('<') && TAG.as_ref().is_some_and(|tag| tag.is_match(text))
}

struct Sink {
    writer: RefCell<Writer>,
}

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut writer = self.writer.borrow_mut();
        match token {
            Token::CharacterTokens(text) => writer.characters(&text),
            Token::TagToken(tag) => return writer.tag(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// What separates the last text written from the next.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    #[default]
    None,
    /// A tag that breaks no line stood here.
    Seam,
    Space,
    /// Between two cells, and after a heading cell.
    Cell,
    Label,
    Line,
    Paragraph,
}

#[derive(Default)]
struct Writer {
    text: String,
    gap: Gap,
    /// What opened an entry or a cell allows before its first text: a paragraph within begins no paragraph.
    gap_max: Option<Gap>,
    bullet: bool,
    /// The element whose content is being dropped.
    dropping: Option<LocalName>,
    /// The element that labels what follows it, while it is open.
    labelling: Option<LocalName>,
    /// A label was read and waits for its value.
    labelled: bool,
    first_cell: bool,
    preformatted: u32,
}

impl Writer {
    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let start = tag.kind == TagKind::StartTag;
        if let Some(dropped) = &self.dropping {
            if !start && *dropped == tag.name {
                self.dropping = None;
            }
            return TokenSinkResult::Continue;
        }
        self.breaks(name, start);
        self.label(tag, start);
        if !start {
            return TokenSinkResult::Continue;
        }
        let raw = match name {
            "script" => RawKind::ScriptData,
            "style" | "noembed" | "noframes" | "iframe" | "xmp" => RawKind::Rawtext,
            "textarea" | "title" => RawKind::Rcdata,
            "template" | "noscript" | "svg" => {
                self.dropping = Some(tag.name.clone());
                return TokenSinkResult::Continue;
            }
            _ => return TokenSinkResult::Continue,
        };
        if name != "xmp" {
            self.dropping = Some(tag.name.clone());
        }
        TokenSinkResult::RawData(raw)
    }

    fn breaks(&mut self, name: &str, start: bool) {
        match name {
            "br" => self.widen(Gap::Line),
            "p" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "ol" | "dl" | "table" | "blockquote" | "hr"
            | "section" | "article" | "main" | "header" | "footer" | "nav" | "aside" | "fieldset" | "figure" => {
                self.widen(Gap::Paragraph)
            }
            "pre" => {
                self.widen(Gap::Paragraph);
                self.preformatted = if start { self.preformatted + 1 } else { self.preformatted.saturating_sub(1) };
            }
            "li" => {
                self.widen(Gap::Line);
                self.bullet = start;
                self.gap_max = start.then_some(Gap::Line);
            }
            "td" | "th" if start => {
                if std::mem::take(&mut self.first_cell) {
                    self.gap_max = Some(Gap::Line);
                } else {
                    self.gap = Gap::Cell;
                    self.gap_max = Some(Gap::Cell);
                }
            }
            "td" | "th" => {}
            "tr" => {
                self.gap_max = None;
                self.gap = if start { self.gap.max(Gap::Line) } else { Gap::Line };
                self.first_cell = start;
            }
            // A paragraph within ends with its row or value.
            "dd" if !start => self.gap = Gap::Line,
            "div" | "dt" | "dd" | "address" | "caption" | "legend" | "option" | "summary" | "details" | "form"
            | "button" | "figcaption" | "tbody" | "thead" => self.widen(Gap::Line),
            // A word may be cut in two by these: they separate nothing by themselves.
            "sup" | "sub" | "wbr" => {}
            _ => self.widen(Gap::Seam),
        }
    }

    /// `dt`, `th` and what Drupal calls `field__label` are read on one line with their value.
    fn label(&mut self, tag: &Tag, start: bool) {
        let name: &str = &tag.name;
        if start {
            let named = matches!(name, "dt" | "th") || tag.attrs.iter().any(is_label_class);
            if named || matches!(name, "tr" | "li" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6") {
                self.labelled = false;
            }
            if named {
                self.labelling = Some(tag.name.clone());
            }
        } else if self.labelling.as_ref() == Some(&tag.name) {
            self.labelling = None;
            self.labelled = true;
        }
    }

    fn widen(&mut self, gap: Gap) {
        let gap = self.gap_max.map_or(gap, |most| gap.min(most));
        self.gap = self.gap.max(gap);
    }

    fn characters(&mut self, text: &str) {
        if self.dropping.is_some() {
            return;
        }
        if self.preformatted > 0 {
            return self.lines(text);
        }
        for (n, word) in text.split(|c: char| c.is_ascii_whitespace()).enumerate() {
            if n > 0 {
                self.widen(Gap::Space);
            }
            if !word.is_empty() {
                self.separate(word);
                self.text.push_str(word);
            }
        }
    }

    fn lines(&mut self, text: &str) {
        for (n, line) in text.split('\n').enumerate() {
            if n > 0 {
                // An empty line is a paragraph's end.
                self.widen(if self.gap >= Gap::Line { Gap::Paragraph } else { Gap::Line });
            }
            if line.trim().is_empty() {
                self.widen(if line.is_empty() { Gap::None } else { Gap::Space });
            } else {
                self.separate(line);
                self.text.push_str(line);
            }
        }
    }

    /// Writes what stands between the last text and `next`.
    fn separate(&mut self, next: &str) {
        let mut gap = std::mem::take(&mut self.gap);
        self.gap_max = None;
        if std::mem::take(&mut self.labelled) {
            gap = if next.trim_start().starts_with(':') { Gap::Space } else { Gap::Label };
        }
        let last = self.text.chars().next_back();
        let opens = self.text.is_empty() || last == Some('\n');
        match gap {
            _ if self.text.is_empty() => {}
            Gap::None => {}
            Gap::Seam if glued(last, next.chars().next()) => self.text.push(' '),
            Gap::Seam => {}
            Gap::Space => self.text.push(' '),
            Gap::Cell if opens => {}
            Gap::Cell => self.text.push_str(" | "),
            Gap::Label if opens => {}
            Gap::Label if last == Some(':') => self.text.push(' '),
            Gap::Label => self.text.push_str(" : "),
            Gap::Line => self.text.push('\n'),
            Gap::Paragraph => self.text.push_str("\n\n"),
        }
        if std::mem::take(&mut self.bullet) {
            self.text.push_str("- ");
        }
    }
}

fn is_label_class(attribute: &Attribute) -> bool {
    let says = |class: &str| class.ends_with("field-label") || class.ends_with("__label") || class == "libelle";
    &*attribute.name.local == "class" && attribute.value.split_ascii_whitespace().any(says)
}

/// "Date limite" and "12 mars" in neighbouring elements would read "Date limite12 mars"; "A" and "ppel" are one word.
fn glued(last: Option<char>, next: Option<char>) -> bool {
    let (Some(last), Some(next)) = (last, next) else { return false };
    let ends = last.is_lowercase() || matches!(last, ':' | ')' | '»' | '!' | '?');
    let sentence_ends = last.is_ascii_digit() || last == '.';
    ends && (next.is_uppercase() || next.is_ascii_digit()) || sentence_ends && next.is_uppercase()
}
