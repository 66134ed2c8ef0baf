//! Text without accents, case or odd spaces, beside the way back to the original bytes.
//!
//! Every later step reads these ASCII bytes and speaks in their offsets; only [`Folded::span`] turns them into offsets
//! of the original. It also notes where sentences, paragraphs and list items begin. It knows nothing of dates.

/// Where one thought ends and the next begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BreakKind {
    Sentence,
    Paragraph,
    Line,
    Semicolon,
    Bullet,
    Dash,
    Colon,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Break {
    /// Folded offset where the next part begins.
    pub at: usize,
    pub kind: BreakKind,
}

pub(super) struct Folded<'a> {
    source: &'a str,
    /// ASCII only.
    folded: String,
    /// For each folded byte, where the character it came from starts.
    origin: Vec<u32>,
    /// In the order of the text.
    pub breaks: Vec<Break>,
}

/// What a folded byte becomes when its character has no ASCII likeness.
const OTHER: u8 = b'~';
const BULLET: u8 = b'*';

impl<'a> Folded<'a> {
    pub fn new(source: &'a str) -> Self {
        let mut folder = Folder::new(source);
        for (at, c) in source.char_indices() {
            folder.push(at, c);
        }
        // They are ASCII, so nothing is lost.
        let folded = String::from_utf8(folder.bytes).unwrap_or_default();
        super::mend::mend(Folded { folded, ..folder.folded })
    }

    /// The same text without some of its bytes, given in order.
    pub fn without(mut self, dropped: &[usize]) -> Self {
        let mut folded = String::with_capacity(self.folded.len());
        let mut origin = Vec::with_capacity(self.origin.len());
        let mut from = 0;
        for to in dropped.iter().copied().chain([self.folded.len()]) {
            folded.push_str(self.folded.get(from..to).unwrap_or_default());
            origin.extend_from_slice(self.origin.get(from..to).unwrap_or_default());
            from = to + 1;
        }
        (self.folded, self.origin) = (folded, origin);
        for boundary in &mut self.breaks {
            boundary.at -= dropped.partition_point(|d| *d < boundary.at);
        }
        self
    }

    pub fn len(&self) -> usize {
        self.folded.len()
    }

    /// The original's bytes that became `start..end`; both ends lie on character boundaries.
    pub fn span(&self, start: usize, end: usize) -> (usize, usize) {
        let origin = |at: usize| self.origin.get(at).map_or(self.source.len(), |&o| o as usize);
        let from = origin(start);
        if end <= start {
            return (from, from);
        }
        let last = origin(end - 1);
        let width = self.source.get(last..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        (from, last + width)
    }

    /// What the text itself writes between two offsets.
    pub fn written(&self, start: usize, end: usize) -> &str {
        let (from, to) = self.span(start, end);
        self.source.get(from..to).unwrap_or_default()
    }

    /// Folded words between two offsets; empty when they are out of order.
    pub fn text(&self, start: usize, end: usize) -> &str {
        let end = end.min(self.len());
        self.folded.get(start.min(end)..end).unwrap_or_default()
    }

    pub fn from(&self, start: usize) -> &str {
        self.text(start, self.len())
    }

    pub fn all(&self) -> &str {
        &self.folded
    }

    pub fn byte(&self, at: usize) -> u8 {
        self.folded.as_bytes().get(at).copied().unwrap_or(b' ')
    }

    /// Whether the character that became the byte at `at` is a capital.
    pub fn is_capital(&self, at: usize) -> bool {
        let (start, _) = self.span(at, at + 1);
        self.source.get(start..).and_then(|rest| rest.chars().next()).is_some_and(char::is_uppercase)
    }

    /// The byte before `at`; a space at the beginning.
    pub fn before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(b' ', |i| self.byte(i))
    }

    /// Whether a sentence, a paragraph or the like begins at `at`.
    pub fn begins_part(&self, at: usize) -> bool {
        let next = self.breaks.partition_point(|b| b.at < at);
        at == 0 || self.breaks.get(next).is_some_and(|b| b.at == at)
    }

    pub fn breaks_between(&self, start: usize, end: usize) -> &[Break] {
        let from = self.breaks.partition_point(|b| b.at <= start);
        let to = self.breaks.partition_point(|b| b.at <= end);
        self.breaks.get(from..to.max(from)).unwrap_or_default()
    }
}

struct Folder<'a> {
    folded: Folded<'a>,
    bytes: Vec<u8>,
    newlines: u32,
    in_space: bool,
    /// The last character was an ASCII letter.
    in_word: bool,
    /// A full stop, question or exclamation mark was the last thing seen.
    stopped: bool,
    /// The last visible character was a small letter.
    small: bool,
    /// What stood before that full stop was one: "minuit.Toute" ends a sentence, "EXAMPLE.ORG" does not.
    small_before_stop: bool,
}

impl<'a> Folder<'a> {
    fn new(source: &'a str) -> Self {
        let room = source.len();
        let folded = Folded { source, folded: String::new(), origin: Vec::with_capacity(room), breaks: Vec::new() };
        Self {
            folded,
            bytes: Vec::with_capacity(room),
            newlines: 0,
            in_space: false,
            in_word: false,
            stopped: false,
            small: false,
            small_before_stop: false,
        }
    }

    fn push(&mut self, at: usize, c: char) {
        // Most of a text: a small letter within a word begins nothing, and ends nothing.
        if c.is_ascii_lowercase() && self.in_word {
            self.small = true;
            return self.emit(at, c as u8);
        }
        self.in_word = false;
        if is_invisible(c) {
            return;
        }
        if c.is_whitespace() {
            self.newlines += u32::from(matches!(c, '\n' | '\u{0b}' | '\u{0c}' | '\u{2028}' | '\u{2029}'));
            if !self.in_space {
                self.in_space = true;
                self.emit(at, b' ');
            }
            return;
        }
        if self.begins_glued_cell(c) {
            self.emit(at, b' ');
            if c.is_uppercase() {
                self.mark(BreakKind::Bullet);
            }
        }
        self.note_breaks(c);
        self.in_space = false;
        self.newlines = 0;
        self.stopped = matches!(c, '.' | '!' | '?' | '…');
        if self.stopped {
            self.small_before_stop = self.small;
        }
        self.small = c.is_lowercase();
        if c.is_ascii() {
            self.in_word = c.is_ascii_alphabetic();
            self.emit(at, c.to_ascii_lowercase() as u8);
        } else {
            for &b in fold_char(c) {
                self.emit(at, b);
            }
        }
    }

    /// "Ouverture12 janvier 2026Clôture27 février 2026": the cells of a table that lost what stood between them.
    fn begins_glued_cell(&self, next: char) -> bool {
        const WORD_BYTES_MIN: usize = 3;
        const YEAR_BYTES: usize = 4;
        let bytes = &self.bytes;
        if self.in_space {
            return false;
        }
        let tail = bytes.get(bytes.len().saturating_sub(YEAR_BYTES + 1)..).unwrap_or_default();
        if next.is_ascii_digit() {
            let word = tail.get(tail.len().saturating_sub(WORD_BYTES_MIN)..).unwrap_or_default();
            return self.small && word.len() == WORD_BYTES_MIN && word.iter().all(u8::is_ascii_alphabetic);
        }
        let year = matches!(tail, [b' ' | b'/' | b'.', b'2', b'0', b'0'..=b'4', b'0'..=b'9']);
        next.is_uppercase() && year
    }

    /// `b` is ASCII.
    fn emit(&mut self, at: usize, b: u8) {
        self.bytes.push(b);
        self.folded.origin.push(u32::try_from(at).unwrap_or(u32::MAX));
    }

    fn mark(&mut self, kind: BreakKind) {
        self.folded.breaks.push(Break { at: self.bytes.len(), kind });
    }

    /// Called before `next`, the first visible character after what came before, is emitted.
    fn note_breaks(&mut self, next: char) {
        match self.newlines {
            0 => {}
            1 => self.mark(BreakKind::Line),
            _ => self.mark(BreakKind::Paragraph),
        }
        if self.stopped && self.ends_with_leaders() {
            self.mark(BreakKind::Colon);
        } else if self.stopped && self.sentence_starts_with(next) {
            self.mark(BreakKind::Sentence);
        }
        let last = if self.in_space { self.last_byte(1) } else { self.last_byte(0) };
        match last {
            b';' => self.mark(BreakKind::Semicolon),
            b':' if self.in_space || !next.is_ascii_digit() => self.mark(BreakKind::Colon),
            b'-' if self.in_space && matches!(self.last_byte(2), b' ') => self.mark(BreakKind::Dash),
            _ => {}
        }
        if fold_char(next) == [BULLET] || matches!(next, '*') {
            self.mark(BreakKind::Bullet);
        }
    }

    /// "Clôture ........ 13 mars": dots that lead from one cell to the next.
    fn ends_with_leaders(&self) -> bool {
        let bytes = self.bytes.strip_suffix(b" ").unwrap_or(&self.bytes);
        bytes.ends_with(b"....") || bytes.ends_with(b". . .")
    }

    fn last_byte(&self, back: usize) -> u8 {
        let at = self.bytes.len().checked_sub(back + 1);
        at.and_then(|i| self.bytes.get(i)).copied().unwrap_or(b' ')
    }

    fn sentence_starts_with(&self, next: char) -> bool {
        let word = self.word_before_stop();
        let abbreviated = word.len() == 1 && word.iter().all(u8::is_ascii_alphabetic);
        if next.is_uppercase() {
            return !abbreviated && (self.in_space || self.small_before_stop && word.len() > 3);
        }
        let known: [&[u8]; 12] =
            [b"art", b"no", b"tel", b"janv", b"fevr", b"fev", b"avr", b"juil", b"sept", b"oct", b"nov", b"dec"];
        self.in_space && !abbreviated && !known.contains(&word) && !next.is_lowercase()
    }

    /// The letters and digits just before the full stop that was seen last.
    fn word_before_stop(&self) -> &[u8] {
        let byte = |at: usize| self.bytes.get(at).copied().unwrap_or(b' ');
        let mut end = self.bytes.len();
        // "...": a longer run of stops is a rule drawn across the page, and following it back would not be linear.
        const STOPS_MAX: usize = 5;
        let floor = end.saturating_sub(STOPS_MAX);
        while end > floor && matches!(byte(end - 1), b' ' | b'.' | b'!' | b'?') {
            end -= 1;
        }
        let mut start = end;
        // Long enough to tell an abbreviation; more would not be linear.
        while start > 0 && end - start < 12 && byte(start - 1).is_ascii_alphanumeric() {
            start -= 1;
        }
        self.bytes.get(start..end).unwrap_or_default()
    }
}

/// Soft hyphens, zero-width characters, and accents written apart.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{0300}'..='\u{036f}')
}

fn fold_char(c: char) -> &'static [u8] {
    match c {
        'à' | 'â' | 'ä' | 'á' | 'ã' | 'À' | 'Â' | 'Ä' | 'Á' | 'Ã' => b"a",
        'é' | 'è' | 'ê' | 'ë' | 'É' | 'È' | 'Ê' | 'Ë' => b"e",
        'î' | 'ï' | 'í' | 'Î' | 'Ï' | 'Í' => b"i",
        'ô' | 'ö' | 'ó' | 'Ô' | 'Ö' | 'Ó' => b"o",
        'û' | 'ù' | 'ü' | 'ú' | 'Û' | 'Ù' | 'Ü' | 'Ú' => b"u",
        'ç' | 'Ç' => b"c",
        'ÿ' | 'Ÿ' => b"y",
        'ñ' | 'Ñ' => b"n",
        'œ' | 'Œ' => b"oe",
        'æ' | 'Æ' => b"ae",
        'ﬁ' => b"fi",
        'ﬂ' => b"fl",
        'ᵉ' => b"e",
        'ʳ' => b"r",
        '’' | '‘' | 'ʼ' | '′' | '´' => b"'",
        '«' | '»' | '“' | '”' | '″' => b"\"",
        '–' | '—' | '‑' | '‐' | '−' | '‒' | '―' => b"-",
        '…' => b".",
        '：' => b":",
        '⁄' => b"/",
        '°' | 'º' => b"^",
        '•' | '●' | '▪' | '◦' | '■' | '□' | '➢' | '➔' | '→' | '⇒' | '►' | '▶' | '✓' | '✔' | '❖' | '·' => {
            &[BULLET]
        }
        _ => &[OTHER],
    }
}
