use std::fmt;

use serde::{Serialize, Serializer};

/// A strong entity tag (RFC 9110 §8.8.3), kept with its quotes.
///
/// It is made of an object's version and of the class of view that was answered, so that two views of one version
/// never share a tag.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ETag(String);

impl ETag {
    /// The tag of version `version` of an object as everybody who may read it sees it.
    #[must_use]
    pub fn of(version: i64) -> Self {
        Self(format!("\"{version:x}\""))
    }

    /// The tag of version `version` as one class of readers sees it, such as those who see only busy time.
    #[must_use]
    pub fn of_view(version: i64, view: char) -> Self {
        Self(format!("\"{version:x}{view}\""))
    }

    /// The tag of version `version` as one person sees it, who keeps something of their own with it, in version `own`.
    #[must_use]
    pub fn of_own(version: i64, own: i64) -> Self {
        Self(format!("\"{version:x}o{own:x}\""))
    }

    /// The text with its quotes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for ETag {
    /// Takes a tag as it stands in a header or a row, quotes included.
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for ETag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// What the caller expects of the object that it is about to change (RFC 9110 §13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Precondition {
    /// No expectation: imports, jobs, and faces whose standard allows it.
    None,
    /// The object exists, in whatever version (`If-Match: *`).
    Exists,
    /// The object is in one of these versions (`If-Match`).
    Match(Vec<ETag>),
}

impl Precondition {
    /// Whether an object with this tag is what the caller expects.
    #[must_use]
    pub fn holds(&self, current: &ETag) -> bool {
        match self {
            Self::None | Self::Exists => true,
            Self::Match(tags) => tags.contains(current),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_has_its_own_tag() {
        assert_ne!(ETag::of(7), ETag::of_view(7, 'b'));
        assert_eq!(ETag::of(255).as_str(), "\"ff\"");
        assert!(Precondition::Match(vec![ETag::of(7)]).holds(&ETag::of(7)));
        assert!(!Precondition::Match(vec![ETag::of(7)]).holds(&ETag::of_view(7, 'b')));
    }
}
