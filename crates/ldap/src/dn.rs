//! Distinguished names as text (RFC 4514).

use std::{borrow::Cow, fmt, str::FromStr};

use crate::schema;

/// A distinguished name, in the form in which it is compared: known attribute types by their first names, values in lower
/// case with single spaces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dn {
    /// The parts from the entry up to the root.
    parts: Vec<String>,
    text: String,
}

/// The text is no distinguished name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no distinguished name, like dc=pref,dc=example,dc=jp")]
pub struct BadDn;

impl Dn {
    /// The name as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The parts that this name has before those of `base`, from the top down; `None` when it does not lie at or below it.
    pub(crate) fn below(&self, base: &Self) -> Option<Vec<&str>> {
        let own = self.parts.strip_suffix(base.parts.as_slice())?;
        Some(own.iter().rev().map(String::as_str).collect())
    }

    /// Whether it names the root.
    pub(crate) fn is_root(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether two names are the same, however they are written.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.parts == other.parts
    }

    /// The name in the form in which names are compared.
    pub(crate) fn canonical(&self) -> String {
        self.parts.join(",")
    }

    /// The first part.
    pub(crate) fn first(&self) -> Option<&str> {
        self.parts.first().map(String::as_str)
    }
}

impl fmt::Display for Dn {
    /// As it was written.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Dn {
    type Err = BadDn;

    fn from_str(text: &str) -> Result<Self, BadDn> {
        let mut parts = Vec::new();
        let mut reader = Reader { rest: text.trim_matches(' ') };
        while !reader.rest.is_empty() {
            let mut pairs = vec![reader.pair()?];
            while reader.take('+') {
                pairs.push(reader.pair()?);
            }
            pairs.sort_unstable();
            parts.push(pairs.join("+"));
            if !reader.take(',') && !reader.rest.is_empty() || reader.ends_open(text) {
                return Err(BadDn);
            }
        }
        Ok(Self { parts, text: text.to_owned() })
    }
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn take(&mut self, wanted: char) -> bool {
        let rest = self.rest.trim_start_matches(' ');
        let taken = rest.strip_prefix(wanted);
        if let Some(after) = taken {
            self.rest = after;
        }
        taken.is_some()
    }

    /// Whether nothing follows a comma.
    fn ends_open(&self, text: &str) -> bool {
        self.rest.trim_matches(' ').is_empty()
            && text.trim_end_matches(' ').ends_with(',')
            && !text.ends_with("\\,")
    }

    fn pair(&mut self) -> Result<String, BadDn> {
        let (name, rest) = self.rest.split_once('=').ok_or(BadDn)?;
        let name = name.trim_matches(' ');
        if name.is_empty() || !name.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'.')) {
            return Err(BadDn);
        }
        self.rest = rest.trim_start_matches(' ');
        let value = canonical(&self.value()?);
        let name = schema::find(name)
            .map_or_else(|| name.to_ascii_lowercase(), |kind| kind.name.to_ascii_lowercase());
        Ok(part(&name, &value))
    }

    /// Reads up to the next separator that is not escaped. What is written as BER in hex (`#04…`) is not taken.
    fn value(&mut self) -> Result<String, BadDn> {
        let mut value: Vec<u8> = Vec::new();
        if self.rest.starts_with('#') {
            return Err(BadDn);
        }
        let mut chars = self.rest.char_indices();
        let end = loop {
            match chars.next() {
                None => break self.rest.len(),
                Some((at, ',' | '+')) => break at,
                Some((_, '"' | ';' | '<' | '>' | '\0')) => return Err(BadDn),
                Some((_, '\\')) => match chars.next() {
                    Some((_, c @ (' ' | '"' | '#' | '+' | ',' | ';' | '<' | '=' | '>' | '\\'))) => {
                        value.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                    Some((_, high)) => {
                        let low = chars.next().and_then(|(_, low)| low.to_digit(16)).ok_or(BadDn)?;
                        let high = high.to_digit(16).ok_or(BadDn)?;
                        value.push(u8::try_from(high * 16 + low).map_err(|_too_large| BadDn)?);
                    }
                    None => return Err(BadDn),
                },
                Some((_, c)) => value.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        };
        self.rest = self.rest.get(end..).unwrap_or_default();
        String::from_utf8(value).map_err(|_not_text| BadDn)
    }
}

/// One part of a name in the form in which names are compared; `name` is in lower case, `value` canonical.
pub(crate) fn part(name: &str, value: &str) -> String {
    // A value may hold what separates parts: it must not look like two.
    let value = value.replace('\\', "\\\\").replace('+', "\\+");
    format!("{name}={value}")
}

/// The value of a part that says `name=…` and nothing else.
pub(crate) fn value_of(part: &str, name: &str) -> Option<String> {
    let value = part.strip_prefix(name)?.strip_prefix('=')?;
    Some(value.replace("\\+", "+").replace("\\\\", "\\"))
}

/// A value as it is compared.
pub(crate) fn canonical(value: &str) -> String {
    let lower = value.to_lowercase();
    let mut words = lower.split_whitespace();
    let mut canonical = words.next().unwrap_or_default().to_owned();
    for word in words {
        canonical.push(' ');
        canonical.push_str(word);
    }
    canonical
}

/// A value as it is written in a name.
pub(crate) fn escape(value: &str) -> Cow<'_, str> {
    let ends = |c| value.starts_with(c) || value.ends_with(c);
    let is_escaped = |byte| matches!(byte, b'"' | b'+' | b',' | b';' | b'<' | b'>' | b'\\' | b'\0');
    if !value.bytes().any(is_escaped) && !value.starts_with('#') && !ends(' ') {
        return Cow::Borrowed(value);
    }
    let mut escaped = String::with_capacity(value.len());
    let last = value.chars().count().saturating_sub(1);
    for (at, c) in value.chars().enumerate() {
        match c {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => escaped.extend(['\\', c]),
            '#' if at == 0 => escaped.push_str("\\#"),
            ' ' if at == 0 || at == last => escaped.push_str("\\ "),
            '\0' => escaped.push_str("\\00"),
            _ => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dn(text: &str) -> Dn {
        text.parse().unwrap()
    }

    #[test]
    fn names_are_the_same_however_they_are_written() {
        let plain = dn("uid=hanako,ou=people,dc=pref,dc=jp");
        for same in [
            "UID=Hanako, OU=People , dc=PREF,DC=jp",
            "0.9.2342.19200300.100.1.1=hanako,2.5.4.11=people,dc=pref,dc=jp",
            "uid=h\\61nako,ou=people,dc=pref,dc=jp",
            " userid=hanako,organizationalUnitName=people,domainComponent=pref,dc=jp ",
        ] {
            assert!(dn(same).is(&plain), "{same}");
        }
        assert!(!dn("uid=hanako\\,ou=people,dc=pref,dc=jp").is(&plain));
        assert!(dn("ou=a+l=b").is(&dn("l=b+ou=a")) && !dn("ou=a\\+l=b").is(&dn("ou=a+l=b")));
        assert_eq!(plain.below(&dn("dc=pref,dc=jp")), Some(vec!["ou=people", "uid=hanako"]));
        assert_eq!(plain.below(&dn("dc=other,dc=jp")), None);
        assert!(dn("").is_root());
    }

    #[test]
    fn what_is_escaped_is_read_as_it_was() {
        for value in ["総務部, 人事課", " a ", "#1", "a+b\\c=d", "\"<;>\"", "𠮷野"] {
            let read = dn(&format!("ou={},dc=jp", escape(value)));
            let wanted = canonical(value);
            assert_eq!(read.first().and_then(|part| value_of(part, "ou")), Some(wanted), "{value}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in
            ["x", "=x", "uid=a,", "uid=a,,dc=b", "ou=\\zz", "ou=\\", "ou=a\"b", "o u=a", "ou=#04", "ou=\\ff"]
        {
            assert_eq!(bad.parse::<Dn>(), Err(BadDn), "{bad}");
        }
    }
}
