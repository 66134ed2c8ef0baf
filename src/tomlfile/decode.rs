//! From the bytes an editor saved to text: UTF-8 with or without its mark, UTF-16, Windows-1252.

use encoding_rs::{UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How a file was written, so that it can be written back in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// With a byte-order mark.
    Utf8Bom,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

#[derive(Debug)]
pub(super) struct Decoded {
    pub text: String,
    pub encoding: Encoding,
}

/// Bytes that are no text, or text in two encodings at once.
#[derive(Debug, PartialEq)]
pub(super) struct NotText {
    pub line: Option<usize>,
    pub message: String,
    pub advice: String,
}

const RESAVE: &str = "enregistrez-le à nouveau dans un éditeur de texte, encodage UTF-8";

pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, NotText> {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => eight_bits(rest, Encoding::Utf8Bom),
        [0xFF, 0xFE, rest @ ..] => sixteen_bits(rest, Encoding::Utf16Le),
        [0xFE, 0xFF, rest @ ..] => sixteen_bits(rest, Encoding::Utf16Be),
        // Without its mark: TOML begins with an ASCII character, whose other byte is zero.
        [first, 0, ..] if *first != 0 => sixteen_bits(bytes, Encoding::Utf16Le),
        [0, second, ..] if *second != 0 => sixteen_bits(bytes, Encoding::Utf16Be),
        _ => eight_bits(bytes, Encoding::Utf8),
    }
}

fn sixteen_bits(bytes: &[u8], encoding: Encoding) -> Result<Decoded, NotText> {
    let codec = if encoding == Encoding::Utf16Le { UTF_16LE } else { UTF_16BE };
    let (text, had_errors) = codec.decode_without_bom_handling(bytes);
    if had_errors {
        let line = text.split('\u{FFFD}').next().map(|sound| sound.matches('\n').count() + 1);
        let message = "le texte UTF-16 est abîmé à cet endroit".into();
        return Err(NotText { line, message, advice: RESAVE.into() });
    }
    Ok(Decoded { text: text.into_owned(), encoding })
}

fn eight_bits(bytes: &[u8], encoding: Encoding) -> Result<Decoded, NotText> {
    if let Some(at) = bytes.iter().position(|b| *b == 0) {
        let message = "le fichier contient des octets nuls : ce n’est pas du texte".into();
        return Err(NotText { line: line_at(bytes, at), message, advice: RESAVE.into() });
    }
    let error = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok(Decoded { text: text.to_owned(), encoding }),
        Err(error) => error,
    };
    let sound_before = bytes.get(..error.valid_up_to()).unwrap_or_default();
    if encoding == Encoding::Utf8Bom || !sound_before.is_ascii() {
        // Half UTF-8, half something else: guessing would spoil the accents of one half.
        let message = "cette ligne n’est pas en UTF-8, alors que le début du fichier l’est".into();
        let advice = format!("retapez ses lettres accentuées, puis {RESAVE}");
        return Err(NotText { line: line_at(bytes, error.valid_up_to()), message, advice });
    }
    let (text, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    Ok(Decoded { text: text.into_owned(), encoding: Encoding::Windows1252 })
}

fn line_at(bytes: &[u8], at: usize) -> Option<usize> {
    bytes.get(..at).map(|before| before.iter().filter(|b| **b == b'\n').count() + 1)
}
