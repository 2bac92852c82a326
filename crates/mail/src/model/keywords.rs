use std::borrow::Cow;

use serde::{Serialize, Serializer, ser::SerializeMap};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        RefOr,
        schema::{AdditionalProperties, ObjectBuilder, Schema, Type},
    },
};

/// The keywords of a mail (RFC 8621 §4.1.1), each of them set or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keywords(i32);

impl Keywords {
    /// None of them.
    pub const NONE: Self = Self(0);
    /// `$seen`: read.
    pub const SEEN: Self = Self(1);
    /// `$flagged`: marked as important.
    pub const FLAGGED: Self = Self(1 << 1);
    /// `$answered`: replied to.
    pub const ANSWERED: Self = Self(1 << 2);
    /// `$draft`: not sent yet.
    pub const DRAFT: Self = Self(1 << 3);
    /// `$forwarded`: sent on to somebody.
    pub const FORWARDED: Self = Self(1 << 4);

    const NAMES: [(&'static str, Self); 5] = [
        ("$seen", Self::SEEN),
        ("$flagged", Self::FLAGGED),
        ("$answered", Self::ANSWERED),
        ("$draft", Self::DRAFT),
        ("$forwarded", Self::FORWARDED),
    ];

    /// The keyword of this name, if it is one that is kept.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES
            .into_iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, keyword)| keyword)
    }

    /// The bits by which they are stored.
    #[must_use]
    pub const fn bits(self) -> i32 {
        self.0
    }

    /// From stored bits.
    #[must_use]
    pub const fn from_bits(bits: i32) -> Self {
        Self(bits)
    }

    /// Whether all of `other` are set.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These with `other` set or not.
    #[must_use]
    pub const fn with(self, other: Self, set: bool) -> Self {
        if set { Self(self.0 | other.0) } else { Self(self.0 & !other.0) }
    }

    /// Those that differ between the two.
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 ^ other.0)
    }

    /// Those that are in both.
    #[must_use]
    pub const fn both(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// These, but where `mask` says so as in `other`.
    #[must_use]
    pub const fn taking(self, other: Self, mask: Self) -> Self {
        Self((self.0 & !mask.0) | (other.0 & mask.0))
    }
}

impl Serialize for Keywords {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, keyword) in Self::NAMES {
            if self.has(keyword) {
                map.serialize_entry(name, &true)?;
            }
        }
        map.end()
    }
}

impl PartialSchema for Keywords {
    fn schema() -> RefOr<Schema> {
        let object = ObjectBuilder::new()
            .schema_type(Type::Object)
            .description(Some(
                "Set keywords, each with `true`: `$seen`, `$flagged`, `$answered`, `$draft`, `$forwarded`.",
            ))
            .additional_properties(Some(AdditionalProperties::FreeForm(true)));
        RefOr::T(Schema::Object(object.build()))
    }
}

impl ToSchema for Keywords {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Keywords")
    }
}
