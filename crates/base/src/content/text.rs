//! Text values (RFC 5545 §3.3.11) and character sets.

use std::borrow::Cow;

use crate::any_byte;

/// Undoes the escapes of a text.
#[must_use]
pub fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match chars.next() {
            Some('n' | 'N') => out.push('\n'),
            Some(c @ ('\\' | ',' | ';' | ':' | '"')) => out.push(c),
            // What is no escape stands for itself: C:\temp.
            Some(c) => out.extend(['\\', c]),
            None => out.push('\\'),
        }
    }
    out
}

/// Escapes a text; control characters (RFC 5545 §3.1: those of ASCII) other than line breaks and tabs are left out.
#[must_use]
pub fn escape(text: &str) -> String {
    let is_odd =
        |byte| is_control(byte) | matches!(byte, b'\n' | b'\r') | matches!(byte, b'\\' | b',' | b';');
    if !any_byte(text.as_bytes(), is_odd) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | ',' | ';' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push(c),
            c if c.is_ascii_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// The items of a list of texts, without their escapes.
#[must_use]
pub fn list(text: &str) -> Vec<String> {
    let mut items = vec![String::new()];
    let mut escaped = false;
    for c in text.chars() {
        if c == ',' && !escaped {
            items.push(String::new());
        } else if let Some(item) = items.last_mut() {
            item.push(c);
        }
        escaped = c == '\\' && !escaped;
    }
    items.iter().map(|item| unescape(item).trim().to_owned()).filter(|item| !item.is_empty()).collect()
}

/// A text of many lines, without control characters and no longer than `bytes`.
#[must_use]
pub fn lines(text: &str, bytes: usize) -> String {
    let is_odd = |byte| (byte == b'\r') | is_control(byte);
    if text.len() <= bytes && !any_byte(text.as_bytes(), is_odd) {
        return text.to_owned();
    }
    let text: String = text.replace("\r\n", "\n").replace('\r', "\n");
    let kept = text.chars().filter(|c| !c.is_ascii_control() || matches!(c, '\n' | '\t'));
    let mut out = String::with_capacity(text.len().min(bytes));
    for c in kept {
        if out.len() + c.len_utf8() > bytes {
            break;
        }
        out.push(c);
    }
    out
}

/// A text of one line, no longer than `chars`: line breaks become spaces.
#[must_use]
pub fn line(text: &str, chars: usize) -> String {
    let text: String = text.chars().map(|c| if breaks_a_line(c) { ' ' } else { c }).collect();
    let cut: String = text.trim_start().chars().take(chars).collect();
    cut.trim_end().to_owned()
}

/// Whether a character ends a line or is another control of ASCII.
#[must_use]
pub const fn breaks_a_line(c: char) -> bool {
    c.is_ascii_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// A text without the characters that no line of a file may hold (RFC 5545 §3.1), controls other than tabs, and with CR LF where a
/// line ends with a CR alone (see [`physical`](super::line::physical)).
#[must_use]
pub fn without_controls(text: &str) -> Cow<'_, str> {
    if !has_controls(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\r' if rest.as_str().starts_with("\r\n") => {}
            '\r' if !rest.as_str().starts_with('\n') => out.push_str("\r\n"),
            c if c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r') => {}
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Whether this byte is a control other than tabs and line breaks.
const fn is_control(byte: u8) -> bool {
    (byte < 0x20) & (byte != 0x09) & (byte != 0x0A) & (byte != 0x0D) | (byte == 0x7F)
}

/// Whether a text in UTF-8 or Shift_JIS has a character that no line of a file may hold: in neither do its bytes stand for another.
#[must_use]
pub fn has_controls(bytes: &[u8]) -> bool {
    any_byte(bytes, is_control) || has_lone_return(bytes)
}

/// Whether a line of a text ends otherwise than with CR LF or LF.
fn has_lone_return(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n'))
}

/// A file in UTF-16, which its mark or its first letter (of `BEGIN`) tells, as UTF-8; any other as it is.
#[must_use]
pub fn narrow(file: &[u8]) -> Cow<'_, [u8]> {
    match wide(file) {
        Some(wide) => Cow::Owned(wide.decode(file).0.into_owned().into_bytes()),
        None => Cow::Borrowed(file),
    }
}

/// In which form of UTF-16 a file is, if it is.
pub(super) fn wide(file: &[u8]) -> Option<&'static encoding_rs::Encoding> {
    match file {
        [0xFF, 0xFE, ..] | [b'B' | b'b', 0, ..] => Some(encoding_rs::UTF_16LE),
        [0xFE, 0xFF, ..] | [0, b'B' | b'b', ..] => Some(encoding_rs::UTF_16BE),
        _ => None,
    }
}

/// Where a file writes Japanese as mail does, in ISO-2022-JP: to the eye of a computer that is ASCII with controls.
#[must_use]
pub fn find_iso_2022_jp(bytes: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, b"\x1b$").filter(|_| bytes.is_ascii())
}

fn iso_2022_jp(text: &str) -> Cow<'_, str> {
    if find_iso_2022_jp(text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    match encoding_rs::ISO_2022_JP.decode(text.as_bytes()) {
        (decoded, _, false) => decoded,
        (_, _, true) => Cow::Borrowed(text),
    }
}

/// The texts of the lines of a file, which is UTF-8 as the standard wants it; one that cannot be that is Shift_JIS, as old systems
/// write it, if it can be that, and lines of ASCII may be ISO-2022-JP. `None` stands for a line that is no text.
#[must_use]
pub fn decode<'l>(lines: &'l [(usize, Cow<'_, [u8]>)]) -> Vec<Option<Cow<'l, str>>> {
    let utf8 = |line: &'l [u8]| str::from_utf8(line).ok().map(iso_2022_jp);
    let texts: Vec<_> = lines.iter().map(|(_, line)| utf8(line)).collect();
    if texts.iter().all(Option::is_some) {
        return texts;
    }
    let old: Option<Vec<_>> = lines.iter().map(|(_, line)| shift_jis(line)).collect();
    old.map_or(texts, |old| old.into_iter().map(Some).collect())
}

fn shift_jis(bytes: &[u8]) -> Option<Cow<'_, str>> {
    let (text, _, bad) = encoding_rs::SHIFT_JIS.decode(bytes);
    (!bad).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_other_character_sets_are_read() {
        let wide = |little: bool, text: &str| -> Vec<u8> {
            let of = |unit: u16| if little { unit.to_le_bytes() } else { unit.to_be_bytes() };
            text.encode_utf16().flat_map(of).collect()
        };
        for (text, plain) in [("\u{feff}BEGIN:会議", "BEGIN:会議"), ("begin:会", "begin:会")] {
            for little in [true, false] {
                assert_eq!(narrow(&wide(little, text)), plain.as_bytes(), "{text} {little}");
            }
        }
        assert!(matches!(narrow("BEGIN:会".as_bytes()), Cow::Borrowed(_)));
        let decoded = |line: &[u8]| {
            let lines = [(1, Cow::Borrowed(line))];
            decode(&lines)[0].as_deref().map(str::to_owned)
        };
        assert_eq!(decoded(b"SUMMARY:\x1b$B2q5D\x1b(B, a").as_deref(), Some("SUMMARY:会議, a"));
        // What only begins like it stays as it is.
        assert_eq!(decoded(b"A:\x1b$B\x01\x1b(B").as_deref(), Some("A:\x1b$B\x01\x1b(B"));
        assert_eq!(decoded("A:\x1b$B会".as_bytes()).as_deref(), Some("A:\x1b$B会"));
    }

    #[test]
    fn escapes_go_both_ways() {
        for text in ["a,b;c\\d\ne", "C:\\temp", "\\n", "会議、資料", "tab\tend\\"] {
            assert_eq!(unescape(&escape(text)), text);
        }
        assert_eq!(unescape(r"a\Nb\:c\tz\"), "a\nb:c\\tz\\");
        assert_eq!(list(r"防災,a\,b, ,c\\,d"), ["防災", "a,b", "c\\", "d"]);
        assert_eq!(line("a\r\nb\u{2028}c", 4), "a  b");
        assert_eq!(lines("a\r\nb\u{0}会", 6), "a\nb会");
        assert_eq!(without_controls("a\tb\r\nc\u{0}d\re\u{85}\r\r\n\r"), "a\tb\r\ncd\r\ne\u{85}\r\n\r\n");
        let odd = "a\u{80}b\u{9f}";
        assert_eq!(
            (line(odd, 9), lines(odd, 9), escape(odd)),
            (odd.to_owned(), odd.to_owned(), odd.to_owned())
        );
        assert_eq!(line("a\u{85}b\u{7f}c", 9), "a b c");
        assert!(('\0'..='\u{a0}').all(|c| !c.is_ascii_control() || "\t\n\r".contains(c) || {
            let text = c.to_string();
            without_controls(&text).is_empty()
        }));
    }
}
