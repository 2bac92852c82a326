use std::{fmt, str::FromStr};

use renraku_base::FieldFault;
use serde::{Serialize, Serializer};
use unicode_normalization::UnicodeNormalization;

/// The name by which a person signs in: lower-case letters, digits, `.`, `_` and `-`, at most 64 of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Username(String);

impl Username {
    /// Takes a username from a row of our own database, where it was checked before it was stored.
    #[must_use]
    pub(crate) fn stored(text: String) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Username {
    type Err = FieldFault;

    /// Reads a username as people type it: full-width letters, capitals that a phone put at the beginning and spaces
    /// around it are evened out.
    fn from_str(text: &str) -> Result<Self, FieldFault> {
        let name = text.trim().nfkc().collect::<String>().to_lowercase();
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');
        if name.len() <= 64
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().all(allowed)
        {
            return Ok(Self(name));
        }
        Err(FieldFault::new(
            "/username",
            "bad-username",
            "a username is at most 64 letters a-z, digits, dots, underscores and hyphens, and begins with a letter or digit",
        ))
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Username {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_read_as_people_type_it() {
        for (typed, name) in
            [("Hanako", "hanako"), (" taro.sato ", "taro.sato"), ("ｈａｎａｋｏ", "hanako"), ("9z_-", "9z_-")]
        {
            assert_eq!(typed.parse::<Username>().unwrap().as_str(), name);
        }
        for bad in ["", " ", "花子", "a b", ".a", "a\r\nb", "a/b", &"a".repeat(65)] {
            assert!(bad.parse::<Username>().is_err(), "{bad:?}");
        }
    }
}
