use renraku_base::{CalendarId, ETag, Role};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::Zone;

/// Whose events a calendar holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum CalendarKind {
    /// A person's.
    Own,
    /// The bookings of a room, car or piece of equipment.
    Facility,
}

impl CalendarKind {
    /// The name by which it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Facility => "facility",
        }
    }

    /// The kind of a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Own, Self::Facility].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What a calendar is to the person who looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum CalendarRelation {
    /// It is theirs.
    Own,
    /// Another person shares it with them.
    Shared,
    /// It shows the bookings of a facility.
    Facility,
}

/// Whether what is in a calendar takes its owner's time, as others see it (JMAP for Calendars §4).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Availability {
    /// It does.
    #[default]
    All,
    /// Nothing in it does.
    None,
}

impl Availability {
    /// That of a calendar that counts, or does not.
    #[must_use]
    pub const fn of(counts: bool) -> Self {
        if counts { Self::All } else { Self::None }
    }

    /// Whether the calendar counts.
    #[must_use]
    pub fn counts(self) -> bool {
        self == Self::All
    }
}

/// A calendar as one person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Calendar {
    /// Identifies the calendar.
    pub id: CalendarId,
    /// What it is called.
    pub name: String,
    /// Its color, like `#1a73e8`.
    pub color: Option<String>,
    /// Own, shared or of a facility.
    pub kind: CalendarRelation,
    /// What the reader may do in it.
    pub role: Role,
    /// The person or facility whose events it holds.
    pub owner_id: String,
    /// What the person is called whose events it holds; absent in one's own and in that of a facility.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_name: Option<String>,
    /// Whether events without a calendar go here.
    pub is_default: bool,
    /// The zone in which its all-day events lie.
    pub time_zone: Zone,
    /// Whether what is in it takes its owner's time, as others see it.
    pub include_in_availability: Availability,
    /// Its version.
    pub etag: ETag,
}

/// What a POST says of a new calendar.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewCalendar {
    /// Made by the phone; otherwise by the server.
    #[serde(default)]
    pub id: Option<CalendarId>,
    /// What it is called.
    pub name: String,
    /// Its color, like `#1a73e8`.
    #[serde(default)]
    pub color: Option<String>,
    /// The zone in which its all-day events lie; Asia/Tokyo when left out.
    #[serde(default)]
    pub time_zone: Option<Zone>,
    /// Whether what is in it takes my time, as others see it; `all` when left out.
    #[serde(default)]
    pub include_in_availability: Availability,
}

/// A merge patch of a calendar (RFC 7396).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CalendarPatch {
    /// What it is called.
    #[serde(default)]
    pub name: Option<String>,
    /// Its color; null takes it away.
    #[serde(default, deserialize_with = "present")]
    pub color: Option<Option<String>>,
    /// Whether what is in it takes its owner's time, as others see it.
    #[serde(default)]
    pub include_in_availability: Option<Availability>,
}

/// Tells null from a member that is left out.
fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}
