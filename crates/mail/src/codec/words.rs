//! Encoded words (RFC 2047).

use super::{charset, transfer};

/// One `=?charset?encoding?text?=`, with its bytes decoded.
struct Word<'t> {
    charset: &'t str,
    bytes: Vec<u8>,
    after: &'t str,
}

/// Text with its encoded words decoded.
///
/// Words of one charset that follow each other are joined before they are decoded: Japanese mailers cut inside a
/// character.
#[must_use]
pub fn decode_words(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("=?") {
        let (before, from) = rest.split_at(at);
        let Some(word) = read_word(from) else {
            decoded.push_str(before);
            decoded.push_str("=?");
            rest = from.get(2..).unwrap_or_default();
            continue;
        };
        decoded.push_str(before);
        let (run, after) = read_run(word);
        decoded.push_str(&run);
        rest = after;
    }
    decoded.push_str(rest);
    decoded
}

/// Decodes a word and those that follow it with nothing but white space between.
fn read_run<'t>(first: Word<'t>) -> (String, &'t str) {
    let Word { mut charset, mut bytes, mut after } = first;
    let mut text = String::new();
    loop {
        let next = after.trim_start_matches([' ', '\t', '\r', '\n']);
        let Some(word) = next.starts_with("=?").then(|| read_word(next)).flatten() else { break };
        if word.charset.eq_ignore_ascii_case(charset) {
            bytes.extend(word.bytes);
        } else {
            text.push_str(&charset::decode(&bytes, Some(charset)));
            (charset, bytes) = (word.charset, word.bytes);
        }
        after = word.after;
    }
    text.push_str(&charset::decode(&bytes, Some(charset)));
    (text, after)
}

fn read_word(text: &str) -> Option<Word<'_>> {
    let (charset, rest) = text.strip_prefix("=?")?.split_once('?')?;
    if charset.is_empty() || charset.len() > 64 || charset.contains(char::is_whitespace) {
        return None;
    }
    let (encoding, rest) = rest.split_once('?')?;
    let (data, after) = rest.split_once("?=")?;
    let bytes = match encoding {
        "B" | "b" => transfer::base64(data.as_bytes()),
        "Q" | "q" => transfer::quoted_printable(data.replace('_', " ").as_bytes()),
        _ => return None,
    };
    Some(Word { charset, bytes, after })
}
