use renraku_base::{PersonId, Role, UnitId};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::access::{Grant, Grantee};

/// To whom a calendar or an address book is shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", tag = "type", deny_unknown_fields)]
pub enum ShareTarget {
    /// One person.
    #[serde(rename_all = "camelCase")]
    Person {
        /// Who.
        person_id: PersonId,
    },
    /// Everyone in a unit and in the units below it.
    #[serde(rename_all = "camelCase")]
    Unit {
        /// Which unit.
        unit_id: UnitId,
    },
    /// Whoever holds a post: they lose it with the post, and who takes the post has it.
    #[serde(rename_all = "camelCase")]
    Post {
        /// The unit of the post.
        unit_id: UnitId,
        /// Its title, such as 課長, as the directory says it.
        post: String,
    },
    /// All staff. (Without members of its own, an unknown one beside it would not be refused.)
    Everyone {},
}

impl ShareTarget {
    /// Where a request says what is not there when it names nobody.
    #[must_use]
    pub const fn pointer(&self) -> &'static str {
        match self {
            Self::Post { .. } => "/grantee/post",
            Self::Person { .. } | Self::Unit { .. } | Self::Everyone {} => "/grantee",
        }
    }
}

impl std::fmt::Display for ShareTarget {
    /// Its name among all to whom something can be shared.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Person { person_id } => write!(f, "person {person_id}"),
            Self::Unit { unit_id } => write!(f, "unit {unit_id}"),
            Self::Post { unit_id, post } => write!(f, "post {unit_id} {post}"),
            Self::Everyone {} => f.write_str("everyone"),
        }
    }
}

/// A right that was given in a calendar or an address book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Share {
    /// To whom.
    pub grantee: ShareTarget,
    /// What they may do.
    pub role: Role,
}

/// A right that is to be given, changed or taken away.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ShareChange {
    /// To whom, or from whom.
    pub grantee: ShareTarget,
    /// What they may do from now on; `null` takes the right away.
    #[serde(deserialize_with = "said")]
    #[schema(required = true)]
    pub role: Option<Role>,
}

/// Reads a member that may be `null` and may not be left out.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Role>, D::Error> {
    Option::deserialize(deserializer)
}

impl From<Grant> for Share {
    fn from(grant: Grant) -> Self {
        let grantee = match grant.grantee {
            Grantee::Person(person_id) => ShareTarget::Person { person_id },
            Grantee::Unit(unit_id) => ShareTarget::Unit { unit_id },
            Grantee::Post(unit_id, post) => ShareTarget::Post { unit_id, post },
            Grantee::Everyone => ShareTarget::Everyone {},
        };
        Self { grantee, role: grant.role }
    }
}

impl From<ShareTarget> for Grantee {
    fn from(target: ShareTarget) -> Self {
        match target {
            ShareTarget::Person { person_id } => Self::Person(person_id),
            ShareTarget::Unit { unit_id } => Self::Unit(unit_id),
            ShareTarget::Post { unit_id, post } => Self::Post(unit_id, post),
            ShareTarget::Everyone {} => Self::Everyone,
        }
    }
}
