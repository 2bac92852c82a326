//! Content-Transfer-Encoding (RFC 2045 §6), leniently.

use std::borrow::Cow;

/// How a part's bytes were made fit for transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// As they are: `7bit`, `8bit`, `binary`, and whatever else is written there.
    #[default]
    Plain,
    /// `base64`
    Base64,
    /// `quoted-printable`
    QuotedPrintable,
}

impl Encoding {
    /// By the value of the header field.
    #[must_use]
    pub fn named(name: &str) -> Self {
        match name.trim().to_ascii_lowercase().as_str() {
            "base64" => Self::Base64,
            "quoted-printable" => Self::QuotedPrintable,
            _ => Self::Plain,
        }
    }

    /// The bytes before they were encoded.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::Plain => Cow::Borrowed(bytes),
            Self::Base64 => Cow::Owned(base64(bytes)),
            Self::QuotedPrintable => Cow::Owned(quoted_printable(bytes)),
        }
    }
}

/// Base64 without what is not of its alphabet (RFC 2045 §6.8 says to ignore it).
#[must_use]
pub fn base64(bytes: &[u8]) -> Vec<u8> {
    let alphabet: Vec<u8> = bytes
        .iter()
        .copied()
        .filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
        .collect();
    mail_parser::decoders::base64::base64_decode(&alphabet).unwrap_or_default()
}

/// Quoted-printable; an `=` that quotes nothing stands for itself.
#[must_use]
pub fn quoted_printable(bytes: &[u8]) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    loop {
        rest = match rest {
            [] => return decoded,
            [b'=', b'\r', b'\n', after @ ..] | [b'=', b'\n', after @ ..] => after,
            [b'=', high, low, after @ ..] if let Some(byte) = hex_pair(*high, *low) => {
                decoded.push(byte);
                after
            }
            [byte, after @ ..] => {
                decoded.push(*byte);
                after
            }
        };
    }
}

/// The byte of two hexadecimal digits.
#[must_use]
pub fn hex_pair(high: u8, low: u8) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? << 4 | digit(low)?)
}
