//! Parameters of `Content-Type` and `Content-Disposition`, file names in pieces included (RFC 2231).

use super::{charset, header::tidy, transfer::hex_pair, words::decode_words};

/// A value with its parameters, as in `text/plain; charset=utf-8`.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Valued {
    /// The value, in lower case.
    pub value: String,
    params: Vec<(String, String)>,
}

impl Valued {
    /// Reads the unfolded text of a field.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (value, rest) = text.split_once(';').unwrap_or((text, ""));
        Self { value: value.trim().to_ascii_lowercase(), params: read_pairs(rest) }
    }

    /// A parameter as it stands.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.params.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A parameter for reading: its pieces joined, then decoded.
    #[must_use]
    pub fn decoded(&self, name: &str) -> Option<String> {
        let text = self.joined(name).or_else(|| self.get(name).map(decode_words))?;
        Some(tidy(&text)).filter(|text| !text.is_empty())
    }

    /// The pieces `name*0*`, `name*1`, … or the one `name*`. Bytes are joined first: mailers cut inside a character.
    fn joined(&self, name: &str) -> Option<String> {
        let mut pieces: Vec<(u32, bool, &str)> = self
            .params
            .iter()
            .filter_map(|(key, value)| {
                let suffix = key.strip_prefix(name)?.strip_prefix('*')?;
                let (number, encoded) = match suffix.strip_suffix('*') {
                    Some(number) => (number, true),
                    None => (suffix, suffix.is_empty()),
                };
                let number = if number.is_empty() { 0 } else { number.parse().ok()? };
                Some((number, encoded, value.as_str()))
            })
            .collect();
        pieces.sort_by_key(|piece| piece.0);
        let mut label = None;
        let mut bytes = Vec::new();
        for (at, (_, encoded, value)) in pieces.iter().enumerate() {
            let mut value = *value;
            if at == 0
                && *encoded
                && let Some((charset, rest)) = value.split_once('\'')
            {
                label = Some(charset);
                value = rest.split_once('\'').map_or(rest, |(_language, text)| text);
            }
            if *encoded { percent_decode(value, &mut bytes) } else { bytes.extend(value.as_bytes()) }
        }
        (!pieces.is_empty()).then(|| charset::decode(&bytes, label.filter(|label| !label.is_empty())))
    }
}

fn read_pairs(text: &str) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    let mut rest = text;
    while pairs.len() < 256
        && let Some((key, after)) = rest.split_once('=')
    {
        // A parameter without `=` is passed over.
        let key = key.rsplit(';').next().unwrap_or(key).trim().to_ascii_lowercase();
        let after = after.trim_start();
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => read_quoted(quoted),
            None => {
                let (value, after) = after.split_once(';').unwrap_or((after, ""));
                (value.trim().to_owned(), after)
            }
        };
        pairs.push((key, value));
        rest = after;
    }
    pairs
}

fn read_quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return (value, text.get(at + 1..).unwrap_or_default()),
            // A path as some Windows mailers write it is not a quotation.
            '\\' => match chars.next() {
                Some((_, quoted @ ('"' | '\\'))) => value.push(quoted),
                Some((_, other)) => value.extend(['\\', other]),
                None => {}
            },
            c => value.push(c),
        }
    }
    (value, "")
}

fn percent_decode(text: &str, into: &mut Vec<u8>) {
    let mut rest = text.as_bytes();
    loop {
        rest = match rest {
            [] => return,
            [b'%', high, low, after @ ..] if let Some(byte) = hex_pair(*high, *low) => {
                into.push(byte);
                after
            }
            [byte, after @ ..] => {
                into.push(*byte);
                after
            }
        };
    }
}
