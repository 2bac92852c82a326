use std::fmt;

use serde::{Serialize, Serializer};

use crate::Timestamp;

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

    /// Whether it is the tag of how this class of readers sees an object.
    #[must_use]
    pub fn is_of_view(&self, view: char) -> bool {
        self.0.trim_end_matches('"').ends_with(view)
    }

    /// When the object was changed: versions grow with the clock. `None` for a tag that was not made of a version.
    #[must_use]
    pub fn changed_at(&self) -> Option<Timestamp> {
        let versions = self.0.trim_matches('"').trim_end_matches(|it: char| !it.is_ascii_hexdigit());
        let versions = versions.split('o').map(|it| i64::from_str_radix(it, 16).ok());
        versions.collect::<Option<Vec<_>>>()?.into_iter().max().map(Timestamp::from_micros)
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
    /// The object, where it exists, was not changed after this second (`If-Unmodified-Since`).
    UnchangedSince(Timestamp),
}

impl Precondition {
    /// Whether an object with this tag is what the caller expects.
    #[must_use]
    pub fn holds(&self, current: &ETag) -> bool {
        match self {
            Self::None | Self::Exists => true,
            Self::Match(tags) => tags.contains(current),
            Self::UnchangedSince(at) => {
                current.changed_at().is_none_or(|changed| changed.seconds() <= at.seconds())
            }
        }
    }

    /// Whether an object with this tag is one of those that are named, as a client says which it does not mean (`If-None-Match`).
    #[must_use]
    pub fn names(&self, current: &ETag) -> bool {
        match self {
            Self::None | Self::UnchangedSince(_) => false,
            Self::Exists => true,
            Self::Match(tags) => tags.contains(current),
        }
    }

    /// Whether it holds of an object that is not there.
    #[must_use]
    pub const fn holds_of_nothing(&self) -> bool {
        match self {
            Self::None | Self::UnchangedSince(_) => true,
            Self::Exists | Self::Match(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_has_its_own_tag() {
        assert_ne!(ETag::of(7), ETag::of_view(7, 'v'));
        assert!(ETag::of_view(7, 'v').is_of_view('v') && !ETag::of(7).is_of_view('v'));
        assert_eq!(ETag::of(255).as_str(), "\"ff\"");
        assert!(Precondition::Match(vec![ETag::of(7)]).holds(&ETag::of(7)));
        assert!(!Precondition::Match(vec![ETag::of(7)]).holds(&ETag::of_view(7, 'v')));
    }

    #[test]
    fn a_tag_tells_when_the_object_was_changed() {
        let at = Timestamp::from_micros;
        for (tag, expected) in [
            (ETag::of(1_000_001), Some(at(1_000_001))),
            (ETag::of_view(1_000_001, 'v'), Some(at(1_000_001))),
            (ETag::of_own(1_000_001, 2_000_001), Some(at(2_000_001))),
            (ETag::from("\"of another\"".to_owned()), None),
        ] {
            assert_eq!(tag.changed_at(), expected, "{tag}");
        }
        let holds = |micros| Precondition::UnchangedSince(at(micros)).holds(&ETag::of(1_000_001));
        assert!(holds(1_000_000) && holds(2_000_000) && !holds(999_999));
    }
}
