//! One line: a name, parameters, a value.

use std::{borrow::Cow, fmt::Write};

use super::text;

/// The longest line that is taken in a calendar, unfolded, in bytes: an attachment is one line, and an object has no more.
pub const LINE_BYTES: usize = 512 * 1024;
/// After how many bytes a line is folded.
const FOLD_BYTES: usize = 75;

/// One line of a file after unfolding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Where it begins in the file, counted from 1.
    pub number: usize,
    /// The property's name in capitals.
    pub name: String,
    /// The parameters in their order.
    pub params: Vec<Param>,
    /// The value as it stands, escapes included.
    pub value: String,
    /// The whole line as it stands.
    pub raw: String,
}

/// A parameter of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// Its name in capitals.
    pub name: String,
    /// Its values without quotes.
    pub values: Vec<String>,
    /// The whole parameter as it stands.
    pub raw: String,
}

/// Why a line cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BadLine {
    /// There is no colon between name and value.
    NoColon,
    /// It does not begin with a name.
    BadName,
    /// A parameter cannot be read.
    BadParameter,
    /// It is longer than is taken.
    TooLong,
    /// It is in no character set that is taken.
    Undecodable,
}

impl BadLine {
    /// The reason in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NoColon => "the line has no colon between name and value",
            Self::BadName => "the line does not begin with a property name",
            Self::BadParameter => "a parameter of the line cannot be read",
            Self::TooLong => "the line is too long",
            Self::Undecodable => "the line is neither UTF-8 nor Shift_JIS",
        }
    }
}

impl Line {
    /// A line that is made here, not read.
    #[must_use]
    pub fn new(name: &str, value: impl Into<String>) -> Self {
        Self { number: 0, name: name.to_owned(), params: Vec::new(), value: value.into(), raw: String::new() }
    }

    /// Adds a parameter.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let param = Param { name: name.to_owned(), values: vec![value.to_owned()], raw: String::new() };
        self.params.push(param);
        self
    }

    /// Adds a parameter as it stands.
    #[must_use]
    pub fn with_raw(mut self, param: &str) -> Self {
        let name = param.split('=').next().unwrap_or_default().to_ascii_uppercase();
        self.params.push(Param { name, values: Vec::new(), raw: param.to_owned() });
        self
    }

    /// Reads an unfolded line.
    ///
    /// # Errors
    /// [`BadLine`].
    pub fn read(number: usize, raw: &str) -> Result<Self, BadLine> {
        Self::read_within(number, raw, LINE_BYTES)
    }

    /// Reads an unfolded line of at most so many bytes.
    ///
    /// # Errors
    /// [`BadLine`].
    pub fn read_within(number: usize, raw: &str, most_bytes: usize) -> Result<Self, BadLine> {
        if raw.len() > most_bytes {
            return Err(BadLine::TooLong);
        }
        let end = raw.find([';', ':']).ok_or(BadLine::NoColon)?;
        let (name, mut rest) = raw.split_at(end);
        let name = name.trim();
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        if name.is_empty() || !name.bytes().all(is_name) {
            return Err(BadLine::BadName);
        }
        let mut params = Vec::new();
        while let Some(after) = rest.strip_prefix(';') {
            let (param, next) = Param::read(after)?;
            params.push(param);
            rest = next;
        }
        let value = rest.strip_prefix(':').ok_or(BadLine::BadParameter)?;
        let name = name.to_ascii_uppercase();
        Ok(Self { number, name, params, value: value.to_owned(), raw: raw.to_owned() })
    }

    /// A line by itself, without folds.
    #[must_use]
    pub fn parse(raw: &str) -> Option<Self> {
        Self::read(0, raw).ok()
    }

    /// The line, as it stands, without these parameters.
    #[must_use]
    pub fn without_params(&self, names: &[&str]) -> String {
        let params = self.params.iter().filter(|param| !names.contains(&param.name.as_str()));
        let params: String = params.map(|param| format!(";{}", param.raw)).collect();
        format!("{}{params}:{}", self.name, self.value)
    }

    /// The first value of a parameter.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|param| param.name == name)?.values.first().map(String::as_str)
    }

    /// Writes the line, folded.
    pub fn write(&self, out: &mut String) {
        if self.raw.is_empty() {
            fold(&self.text(), out);
        } else {
            fold(&self.raw, out);
        }
    }

    /// Whether the line without folds is this text.
    #[must_use]
    pub fn reads(&self, text: &str) -> bool {
        let Some(rest) = text.strip_prefix(self.name.as_str()) else { return false };
        if self.params.is_empty() { rest.strip_prefix(':') == Some(&self.value) } else { self.text() == text }
    }

    /// The line without folds.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(self.name.len() + 1 + self.value.len());
        text.push_str(&self.name);
        for param in &self.params {
            text.push(';');
            if param.raw.is_empty() {
                let _always_ok = write!(text, "{}={}", param.name, quoted(&param.values));
            } else {
                text.push_str(&param.raw);
            }
        }
        text.push(':');
        text.push_str(&self.value);
        text
    }
}

impl Param {
    /// Reads a parameter and gives back what follows it.
    fn read(text: &str) -> Result<(Self, &str), BadLine> {
        let (name, mut rest) = text.split_once('=').ok_or(BadLine::BadParameter)?;
        if name.contains([':', ';', '"']) {
            return Err(BadLine::BadParameter);
        }
        let mut values = Vec::new();
        loop {
            let (value, next) = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').ok_or(BadLine::BadParameter)?,
                None => rest.split_at(end_of_value(rest).ok_or(BadLine::NoColon)?),
            };
            values.push(decode_param(value));
            match next.strip_prefix(',') {
                Some(more) => rest = more,
                None => {
                    let raw = text.strip_suffix(next).unwrap_or(text).to_owned();
                    return Ok((Self { name: name.trim().to_ascii_uppercase(), values, raw }, next));
                }
            }
        }
    }
}

/// Where a value without quotes ends. A semicolon behind a backslash with no parameter behind it belongs to the value: so iOS writes
/// addresses (`X-TITLE=1-5\; 本庁舎`).
fn end_of_value(text: &str) -> Option<usize> {
    let ends = |from: usize| Some(from + text.get(from..)?.find([',', ';', ':'])?);
    let mut end = ends(0)?;
    while let Some((true, after)) = text.split_at_checked(end).map(|(value, rest)| {
        (value.ends_with('\\') && rest.starts_with(';'), rest.get(1..).unwrap_or_default())
    }) {
        let next = after.find([',', ';', ':'])?;
        if after.get(..next)?.contains('=') {
            break;
        }
        end += 1 + next;
    }
    Some(end)
}

/// Undoes the escapes of RFC 6868.
fn decode_param(text: &str) -> String {
    if !text.contains('^') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, chars.as_str().chars().next()) {
            ('^', Some('n')) => out.push('\n'),
            ('^', Some('\'')) => out.push('"'),
            ('^', Some('^')) => out.push('^'),
            _ => {
                out.push(c);
                continue;
            }
        }
        chars.next();
    }
    out
}

/// Parameter values with quotes where they need them, and the escapes of RFC 6868.
fn quoted(values: &[String]) -> String {
    let one = |value: &String| {
        let value: String =
            value.chars().filter(|c| !c.is_ascii_control() || matches!(c, '\n' | '\t')).collect();
        let value = value.replace('^', "^^").replace('\n', "^n").replace('"', "^'");
        if value.contains([',', ';', ':']) { format!("\"{value}\"") } else { value }
    };
    values.iter().map(one).collect::<Vec<_>>().join(",")
}

/// Writes a line with at most 75 bytes before each break, never within a character.
fn fold(line: &str, out: &mut String) {
    let (mut rest, mut room) = (line, FOLD_BYTES);
    while rest.len() > room {
        let (piece, after) = rest.split_at(rest.floor_char_boundary(room));
        out.push_str(piece);
        out.push_str("\r\n ");
        (rest, room) = (after, FOLD_BYTES - 1);
    }
    out.push_str(rest);
    out.push_str("\r\n");
}

/// The lines of a file as they stand. One ends with CR LF or LF, with a CR alone as in old files, or with CR CR LF, as some transfers
/// leave it.
pub fn physical(file: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(file);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some((line, after)) =
            memchr::memchr2(b'\r', b'\n', text).and_then(|end| text.split_at_checked(end))
        else {
            rest = None;
            return Some(text);
        };
        let end = match after {
            [b'\r', b'\r', b'\n', ..] => 3,
            [b'\r', b'\n', ..] => 2,
            _ => 1,
        };
        rest = after.get(end..);
        Some(line)
    })
}

/// The lines of a file, unfolded, each with the number at which it begins.
#[must_use]
pub fn unfold(file: &[u8]) -> Vec<(usize, Cow<'_, [u8]>)> {
    let mut lines: Vec<(usize, Cow<'_, [u8]>)> = Vec::new();
    for (at, physical) in physical(file).enumerate() {
        match (physical, lines.last_mut()) {
            ([b' ' | b'\t', rest @ ..], Some((_, line))) => line.to_mut().extend_from_slice(rest),
            ([], _) => {}
            (physical, _) => lines.push((at + 1, Cow::Borrowed(physical))),
        }
    }
    lines
}

/// The text of a file. Where a line is folded within a character (RFC 5545 §3.1 has it restored), it is folded anew.
///
/// # Errors
/// The number of the first line with a byte that is no UTF-8 even then, or of the first in ISO-2022-JP; 1 for UTF-16.
pub fn text_of(file: &[u8]) -> Result<Cow<'_, str>, usize> {
    // ASCII in UTF-16 would pass for UTF-8 full of controls.
    if text::wide(file).is_some() {
        return Err(1);
    }
    if let Some(before) = text::find_iso_2022_jp(file).and_then(|at| file.get(..at)) {
        return Err(physical(before).count());
    }
    if let Ok(text) = std::str::from_utf8(file) {
        return Ok(Cow::Borrowed(text));
    }
    let mut text = String::with_capacity(file.len());
    for (number, line) in unfold(file) {
        let whole = std::str::from_utf8(&line);
        fold(whole.map_err(|fault| number + folds_before(file, number, fault.valid_up_to()))?, &mut text);
    }
    Ok(Cow::Owned(text))
}

/// How often the line that begins with this number is folded before this byte of it.
fn folds_before(file: &[u8], number: usize, byte: usize) -> usize {
    let mut end = 0;
    let lengths =
        physical(file).skip(number - 1).enumerate().map(|(at, line)| line.len().saturating_sub(at.min(1)));
    lengths
        .take_while(|length| {
            end += length;
            end <= byte
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circumflex_is_read_once() {
        let values =
            |line: &Line| -> Vec<String> { line.params.iter().map(|it| it.values[0].clone()).collect() };
        let line = Line::parse("X;A=\"a^^nb\";B=a^nb;C=^^^'^x^;D=a\tb:y").unwrap();
        assert_eq!(values(&line), ["a^nb", "a\nb", "^\"^x^", "a\tb"]);
        let params = line.params.iter().map(|it| Param { raw: String::new(), ..it.clone() }).collect();
        let anew = Line { params, ..line.clone() }.text();
        assert_eq!(values(&Line::parse(&anew).unwrap()), values(&line));
    }

    #[test]
    fn what_is_no_utf8_is_told_with_its_line() {
        for (file, line) in [
            (&b"X:a\r\n\r\n \xff\r\n"[..], 3),
            (b"X:a\r\n b\xff\r\n", 2),
            (b"\xff", 1),
            (b"X:a\r\nY:\x1b$B2q\x1b(B", 2),
            (b"B\0E\0G\0", 1),
        ] {
            assert_eq!(text_of(file), Err(line), "{file:?}");
        }
    }

    #[test]
    fn a_line_that_is_folded_within_a_character_is_made_whole() {
        assert_eq!(text_of("a:会議\r\n b\n".as_bytes()), Ok(Cow::Borrowed("a:会議\r\n b\n")));
        let split = b"FN:\xE5\xB1\xB1\xE7\r\n \x94\xB0\r\nN:x\r\n";
        assert_eq!(text_of(split).as_deref(), Ok("FN:山田\r\nN:x\r\n"));
        assert_eq!(text_of(b"N:x\r\nFN:\xE5\xB1\r\nN:x\r\n"), Err(2));
        assert_eq!(text_of(b"N:x\r\nFN:a\r\n b\xE5\xB1\xB1\r\n \xE5\xB1x\r\nN:x\r\n"), Err(4));
    }

    #[test]
    fn a_semicolon_behind_a_backslash_belongs_to_the_value() {
        let line = Line::read(1, r"X-LOCATION;X-TITLE=1-5\; 本庁舎\; AT;X-RADIUS=70:geo:48.3,14.2").unwrap();
        let read: Vec<(&str, &str)> =
            line.params.iter().map(|it| (it.name.as_str(), it.values[0].as_str())).collect();
        assert_eq!(read, [("X-TITLE", r"1-5\; 本庁舎\; AT"), ("X-RADIUS", "70")]);
        assert_eq!((line.value.as_str(), line.text()), ("geo:48.3,14.2", line.raw.clone()));
        let line = Line::read(1, r"X;X-DIR=C\;VALUE=TEXT:a").unwrap();
        assert_eq!((line.param("X-DIR"), line.param("VALUE")), (Some(r"C\"), Some("TEXT")));
        assert_eq!(Line::read(1, r"X;A=b\;c;d=e:f").map(|line| line.params.len()), Ok(2));
        assert_eq!(Line::read(1, "X;A=b;c:f"), Err(BadLine::BadParameter));
    }

    #[test]
    fn reads_names_parameters_and_values() {
        let line =
            Line::read(3, r#"attendee;CN="佐藤, 花子";X-A=1,"b:c";RSVP=true:mailto:a@example.jp"#).unwrap();
        assert_eq!((line.name.as_str(), line.value.as_str()), ("ATTENDEE", "mailto:a@example.jp"));
        assert_eq!(line.param("CN"), Some("佐藤, 花子"));
        assert_eq!(line.params[1].values, ["1", "b:c"]);
        assert_eq!(line.params[1].raw, r#"X-A=1,"b:c""#);
        assert_eq!(Line::read(1, "SUMMARY:a:b;c").unwrap().value, "a:b;c");
        for (bad, why) in [
            ("SUMMARY", BadLine::NoColon),
            ("会議:x", BadLine::BadName),
            (":x", BadLine::BadName),
            ("A;B:x", BadLine::BadParameter),
            ("A;B=\"x:y", BadLine::BadParameter),
            ("A;B=x", BadLine::NoColon),
        ] {
            assert_eq!(Line::read(1, bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn folds_between_characters_and_unfolds_within_them() {
        let mut out = String::new();
        Line::new("SUMMARY", "会".repeat(100)).write(&mut out);
        assert!(out.lines().all(|line| line.len() <= 75), "{out}");
        let back = unfold(out.as_bytes());
        assert_eq!(back.len(), 1);
        assert_eq!(String::from_utf8(back[0].1.to_vec()).unwrap(), format!("SUMMARY:{}", "会".repeat(100)));
        // Folded in the middle of 会 (E4 BC 9A), as some systems do.
        assert_eq!(
            unfold(b"A:\xE4\xBC\r\n \x9A\r\nB:1"),
            [(1, Cow::Borrowed(&b"A:\xE4\xBC\x9A"[..])), (3, Cow::Borrowed(&b"B:1"[..]))]
        );
    }

    #[test]
    fn a_line_ends_in_each_of_the_ways_that_there_are() {
        let lines = |file: &'static str| {
            physical(file.as_bytes()).map(|it| str::from_utf8(it).unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(lines("a\r\nb\nc\rd\r\r\ne"), ["a", "b", "c", "d", "e"]);
        assert_eq!(lines("a\r\rb\n\n\r"), ["a", "", "b", "", "", ""]);
        assert_eq!(
            unfold(b"A:1\r 2\rB:3"),
            [(1, Cow::Borrowed(&b"A:12"[..])), (3, Cow::Borrowed(&b"B:3"[..]))]
        );
    }

    #[test]
    fn a_parameter_survives() {
        let line = Line::new("A", "v").with("CN", "a\"b^c\nd, e");
        assert_eq!(line.text(), "A;CN=\"a^'b^^c^nd, e\":v");
        assert!(line.reads("A;CN=\"a^'b^^c^nd, e\":v") && !line.reads("A:v"));
        let plain = Line::new("A", "v");
        assert!(plain.reads("A:v"));
        assert!(["A:v ", "AB:v", "A;B=C:v", "A", "B:v"].iter().all(|other| !plain.reads(other)));
        assert_eq!(Line::read(1, &line.text()).unwrap().param("CN"), Some("a\"b^c\nd, e"));
    }
}
