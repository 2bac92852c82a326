//! vCard 2.1, which old phones write: turned into the lines of 3.0, each where it was. So are lines of 3.0 with parameters without a name
//! (`PHOTO;BASE64`), as old address books of Apple write them.

use std::{borrow::Cow, fmt::Write};

use memchr::memmem;
use renraku_base::content::{line, text};

/// What may stand as a parameter without its name, and which one it is (vCard 2.1 §2.1.2).
const ENCODINGS: [&str; 4] = ["QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"];

/// The file with its cards of version 2.1, and such lines of others, as 3.0 writes them; untouched when it has none.
pub(super) fn modern(file: &[u8]) -> Cow<'_, [u8]> {
    if memmem::find(file, b"VERSION:2.1").is_none() && !line::physical(file).any(has_nameless) {
        return Cow::Borrowed(file);
    }
    let physical: Vec<&[u8]> = line::physical(file).collect();
    let mut out: Vec<u8> = Vec::with_capacity(file.len());
    let (mut at, mut old) = (0, false);
    while let Some(line) = physical.get(at) {
        let (mut joined, mut count) = (line.to_vec(), 1);
        if is_quoted_printable(line) {
            // A soft break: the line goes on, without a space at its beginning.
            while joined.last() == Some(&b'=')
                && let Some(next) = physical.get(at + count)
            {
                joined.pop();
                joined.extend_from_slice(next.trim_ascii_start());
                count += 1;
            }
        }
        if joined.eq_ignore_ascii_case(b"BEGIN:VCARD") {
            old = version_of(physical.get(at..).unwrap_or_default()) == Some(b"2.1");
        }
        match (old || has_nameless(line)).then(|| modern_line(&joined)).flatten() {
            Some(text) => out.extend_from_slice(text.as_bytes()),
            None => out.extend_from_slice(&joined),
        }
        // What is said of a line is said with its number in the file.
        out.extend(std::iter::repeat_n(b'\n', count));
        at += count;
    }
    Cow::Owned(out)
}

/// The version that the card says which begins here.
fn version_of<'f>(lines: &[&'f [u8]]) -> Option<&'f [u8]> {
    let within = lines.iter().take_while(|line| !line.eq_ignore_ascii_case(b"END:VCARD"));
    within.filter_map(|line| line.strip_prefix(b"VERSION:")).map(<[u8]>::trim_ascii).next()
}

/// The name with its parameters, and the value: behind the first colon that stands in no quotes.
fn head(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut parts = line.splitn(2, parting(b':'));
    Some((parts.next()?, parts.next()?))
}

/// Whether a byte is this one and stands in no quotes, of bytes that are asked about one after the other.
fn parting(sign: u8) -> impl FnMut(&u8) -> bool {
    let mut quoted = false;
    move |byte| {
        quoted ^= *byte == b'"';
        *byte == sign && !quoted
    }
}

/// Whether a line has a parameter without a name.
fn has_nameless(line: &[u8]) -> bool {
    let Some((head, _)) = head(line) else { return false };
    let mut words = head.split(parting(b';'));
    let is_word = |word: &[u8]| word.iter().all(|it| it.is_ascii_alphanumeric() || b"-._".contains(it));
    words.next().is_some_and(is_word) && words.any(|word| !word.is_empty() && is_word(word))
}

fn is_quoted_printable(line: &[u8]) -> bool {
    head(line)
        .is_some_and(|(head, _)| memmem::find(&head.to_ascii_uppercase(), b"QUOTED-PRINTABLE").is_some())
}

/// A line of 2.1 as 3.0 writes it; `None` when it stands as it is.
fn modern_line(line: &[u8]) -> Option<String> {
    let (head, value) = head(line)?;
    let mut params = head.split(parting(b';')).map(std::str::from_utf8);
    let name = params.next()?.ok()?;
    let (mut written, mut charset, mut encoded) = (name.to_owned(), None, None);
    for param in params {
        let param = param.ok()?;
        let (key, said) = param.split_once('=').unwrap_or(("", param));
        match key.to_ascii_uppercase().as_str() {
            "CHARSET" => charset = encoding_rs::Encoding::for_label(said.trim().as_bytes()),
            "ENCODING" => encoded = Some(said.to_ascii_uppercase()),
            "" if ENCODINGS.iter().any(|it| it.eq_ignore_ascii_case(said)) => {
                encoded = Some(said.to_ascii_uppercase());
            }
            // Writing into a String cannot fail.
            "" => drop(write!(written, ";TYPE={said}")),
            _ => drop(write!(written, ";{param}")),
        }
    }
    let decoded: Cow<'_, [u8]> = match encoded.as_deref() {
        Some("QUOTED-PRINTABLE") => Cow::Owned(unquoted(value)),
        Some("BASE64") => {
            written.push_str(";ENCODING=b");
            Cow::Borrowed(value)
        }
        _ => Cow::Borrowed(value),
    };
    let (decoded, _) = match charset {
        Some(charset) => {
            let (text, _, bad) = charset.decode(&decoded);
            (text, bad)
        }
        // The reader of the whole file knows better what bytes without a character set are.
        None if encoded.as_deref() != Some("QUOTED-PRINTABLE") => return plain(&written, value),
        None => match std::str::from_utf8(&decoded) {
            Ok(text) => (Cow::Borrowed(text), false),
            Err(_) => {
                let (text, _, bad) = encoding_rs::SHIFT_JIS.decode(&decoded);
                (text, bad)
            }
        },
    };
    // In 2.1 only the semicolon parts, and only it is escaped.
    let parts: Vec<String> = super::property::split(&decoded, ';')
        .into_iter()
        .map(|part| text::escape(&part.replace("\\;", ";").replace("\r\n", "\n")))
        .collect();
    Some(format!("{written}:{}", parts.join(";")))
}

fn plain(written: &str, value: &[u8]) -> Option<String> {
    Some(format!("{written}:{}", std::str::from_utf8(value).ok()?))
}

/// The bytes of quoted-printable text (RFC 2045 §6.7).
fn unquoted(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        rest = after;
        let hex = |digit: &u8| char::from(*digit).to_digit(16).and_then(|it| u8::try_from(it).ok());
        match (first, after) {
            (b'=', [high, low, after @ ..]) if hex(high).zip(hex(low)).is_some() => {
                out.extend(hex(high).zip(hex(low)).map(|(high, low)| high * 16 + low));
                rest = after;
            }
            _ => out.push(*first),
        }
    }
    out
}
