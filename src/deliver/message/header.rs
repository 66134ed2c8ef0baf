//! One header: folded at spaces, words that are not ASCII encoded (RFC 2047).

use std::fmt::Write;

use email_encoding::headers::writer::EmailWriter;

use super::super::address::encoded_words;
use super::{LINE_BYTES_MAX, MessageError};

/// A header in the making.
pub(super) struct Header<'a> {
    name: &'a str,
    words: String,
}

impl<'a> Header<'a> {
    pub(super) fn new(name: &'a str) -> Self {
        Self { name, words: String::new() }
    }

    /// Words that are right as they are.
    pub(super) fn tokens(self, words: &str) -> Self {
        Self { words: words.to_owned(), ..self }
    }

    /// Text for people: what is not ASCII is encoded, and so is what looks encoded.
    pub(super) fn text(self, text: &str) -> Self {
        Self { words: encode_where(text, |word| !word.is_ascii() || word.contains("=?")), ..self }
    }

    /// A value of unknown form: what is not ASCII is encoded, the rest is left alone.
    pub(super) fn value(self, value: &str) -> Self {
        Self { words: encode_where(value, |word| !word.is_ascii()), ..self }
    }

    /// Folds and ends the header.
    pub(super) fn end(self, message: &mut String) -> Result<(), MessageError> {
        if self.words.split([' ', '\t']).any(|word| word.len() + self.name.len() + 2 > LINE_BYTES_MAX) {
            return Err(MessageError::HeaderTooLong(self.name.to_owned()));
        }
        message.push_str(self.name);
        message.push(':');
        let mut writer = EmailWriter::new(message, self.name.len() + 1, 1, false);
        // Writing to a string does not fail. A tab would be no place to fold at.
        let _ = writer.folding().write_str(self.words.trim().replace('\t', " ").as_str());
        drop(writer);
        message.push_str("\r\n");
        Ok(())
    }
}

/// Encodes from the first word to the last that needs it: spaces between two encoded words do not count (RFC 2047
/// section 6.2), so the words between are encoded along.
fn encode_where(text: &str, needs: impl Fn(&str) -> bool) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let (Some(first), Some(last)) = (words.iter().position(|w| needs(w)), words.iter().rposition(|w| needs(w))) else {
        return text.to_owned();
    };
    let join = |words: Option<&[&str]>| words.unwrap_or_default().join(" ");
    let middle = encoded_words(&join(words.get(first..=last)));
    let (before, after) = (join(words.get(..first)), join(words.get(last + 1..)));
    [before, middle, after].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
