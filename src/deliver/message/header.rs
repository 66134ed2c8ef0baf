//! What headers say: words that are not ASCII encoded (RFC 2047), folded at spaces.
//!
//! lettre's own encoder does not count the space before an encoded word, nor does it fold before an address: its lines
//! grow past the 78 characters of RFC 5322. Here the words are encoded first, and folded as a whole.

use std::fmt::Write;

use email_encoding::headers::writer::EmailWriter;
use lettre::message::header::{HeaderName, HeaderValue};

use super::super::address::encoded_words;

/// Words in their final form, folded.
pub(super) fn folded(name: HeaderName, words: &str) -> HeaderValue {
    // A tab would be no place to fold at.
    let words = words.trim().replace('\t', " ");
    let mut lines = String::with_capacity(words.len() + 8);
    let mut writer = EmailWriter::new(&mut lines, name.len() + ": ".len(), 0, false);
    // Writing to a string does not fail.
    let _ = writer.folding().write_str(&words);
    drop(writer);
    HeaderValue::dangerous_new_pre_encoded(name, words, lines)
}

/// Encodes from the first word to the last that needs it: spaces between two encoded words do not count (RFC 2047
/// section 6.2), so the words between are encoded along.
pub(super) fn encode_where(text: &str, needs: impl Fn(&str) -> bool) -> String {
    let words: Vec<&str> = text.split(' ').collect();
    let (Some(first), Some(last)) = (words.iter().position(|w| needs(w)), words.iter().rposition(|w| needs(w))) else {
        return text.to_owned();
    };
    let join = |words: Option<&[&str]>| words.unwrap_or_default().join(" ");
    let middle = encoded_words(&join(words.get(first..=last)));
    let (before, after) = (join(words.get(..first)), join(words.get(last + 1..)));
    [before, middle, after].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
}
