//! The header section of a mail or of a part (RFC 5322 §2.2).

use super::{charset, words};

const MAX_LINES: usize = 1_000;
const MAX_FIELD: usize = 64 * 1024;

/// The header fields, as bytes, up to the limits.
#[derive(Debug, Default)]
pub struct Headers<'m> {
    fields: Vec<(&'m [u8], &'m [u8])>,
    /// Whether a limit cut them short.
    pub cut: bool,
}

impl<'m> Headers<'m> {
    /// Reads the fields at the beginning of `bytes`; gives them and what follows the empty line.
    #[must_use]
    pub fn read(bytes: &'m [u8]) -> (Self, &'m [u8]) {
        let mut headers = Self::default();
        // A line as mbox files put it before each mail.
        let mut rest = if bytes.starts_with(b"From ") { split_line(bytes).1 } else { bytes };
        let mut lines = 0;
        while !rest.is_empty() {
            let (line, after) = split_line(rest);
            if line.is_empty() {
                return (headers, after);
            }
            let Some(colon) = memchr::memchr(b':', line).filter(|_| !line.starts_with(b"--")) else {
                // Not a field: the body began without an empty line.
                return (headers, rest);
            };
            let (field, folded) = take_folded(rest);
            lines += folded;
            if lines > MAX_LINES {
                headers.cut = true;
                return (headers, skip_to_body(rest));
            }
            let (name, value) = field.split_at(colon);
            let value = value.get(1..).unwrap_or_default();
            headers.cut |= value.len() > MAX_FIELD;
            headers.fields.push((name.trim_ascii(), value.get(..MAX_FIELD).unwrap_or(value)));
            rest = rest.get(field.len()..).unwrap_or_default();
        }
        (headers, rest)
    }

    /// The bytes of the first field of this name.
    #[must_use]
    pub fn raw(&self, name: &str) -> Option<&'m [u8]> {
        self.fields.iter().find(|(key, _)| key.eq_ignore_ascii_case(name.as_bytes())).map(|(_, value)| *value)
    }

    /// The unfolded text of the first field of this name, encoded words left as they are.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<String> {
        self.raw(name).map(unfold)
    }

    /// The first field of this name for reading: decoded, white space folded, no control characters.
    #[must_use]
    pub fn decoded(&self, name: &str) -> Option<String> {
        self.text(name).map(|text| tidy(&words::decode_words(&text)))
    }
}

/// The line without its end, and what follows.
fn split_line(bytes: &[u8]) -> (&[u8], &[u8]) {
    let Some(end) = memchr::memchr(b'\n', bytes) else { return (bytes, &[]) };
    let (line, after) = bytes.split_at(end);
    (line.strip_suffix(b"\r").unwrap_or(line), after.get(1..).unwrap_or_default())
}

/// A field with its continuation lines, and how many lines they are.
fn take_folded(bytes: &[u8]) -> (&[u8], usize) {
    let mut end = 0;
    let mut lines = 0;
    loop {
        let rest = bytes.get(end..).unwrap_or_default();
        let continues = matches!(rest.first(), Some(b' ' | b'\t')) && !rest.trim_ascii_start().is_empty();
        if rest.is_empty() || (lines > 0 && !continues) || lines > MAX_LINES {
            return (bytes.get(..end).unwrap_or(bytes), lines);
        }
        lines += 1;
        end += memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
    }
}

fn skip_to_body(bytes: &[u8]) -> &[u8] {
    let crlf = memchr::memmem::find(bytes, b"\r\n\r\n").map(|at| at + 4);
    let lf = memchr::memmem::find(bytes, b"\n\n").map(|at| at + 2);
    let at = match (crlf, lf) {
        (Some(crlf), Some(lf)) => crlf.min(lf),
        (one, other) => one.or(other).unwrap_or(bytes.len()),
    };
    bytes.get(at..).unwrap_or_default()
}

fn unfold(value: &[u8]) -> String {
    let text = charset::decode(value, None);
    text.replace("\r\n", "\n").replace("\n\t", "\n ").replace("\n ", " ").replace('\n', " ").trim().to_owned()
}

/// One line fit for a list: runs of white space become one space, control characters go.
#[must_use]
pub fn tidy(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_control() || (c.is_whitespace() && c != '\u{3000}')) {
        if !word.is_empty() {
            if !line.is_empty() {
                line.push(' ');
            }
            // Marks that turn the direction of writing make `gpj.exe` look like something else.
            line.extend(
                word.chars().filter(|c| !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')),
            );
        }
    }
    line
}
