use renraku_base::{CalendarId, ETag, FacilityId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Duration;

/// What can be booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum FacilityKind {
    /// A meeting room.
    Room,
    /// An official car.
    Car,
    /// A projector, a camera and the like.
    Equipment,
}

impl FacilityKind {
    /// The name by which it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Room => "room",
            Self::Car => "car",
            Self::Equipment => "equipment",
        }
    }

    /// The kind of a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Room, Self::Car, Self::Equipment].into_iter().find(|kind| kind.as_str() == name)
    }
}

/// When and for how long a facility may be booked; what is left out is not limited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BookingRules {
    /// The time of day from which it is open, like `08:30`, in the office's zone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<TimeOfDay>,
    /// The time of day until which it is open, like `21:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes: Option<TimeOfDay>,
    /// The longest booking, like `PT4H`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_duration: Option<Duration>,
}

/// A time of day to the minute, like `08:30`; `24:00` is the end of the day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

impl TimeOfDay {
    /// The end of the day.
    pub const END: Self = Self(24 * 60);

    /// Minutes since midnight, at most a whole day.
    #[must_use]
    pub fn minutes(self) -> i64 {
        i64::from(self.0)
    }

    fn parse(text: &str) -> Option<Self> {
        let (hours, minutes) = text.split_once(':')?;
        let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if !two_digits(hours) || !two_digits(minutes) {
            return None;
        }
        let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
        let total = hours.checked_mul(60)?.checked_add(minutes)?;
        (minutes < 60 && total <= 24 * 60).then_some(Self(total))
    }
}

impl std::fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("a time of day is written like 08:30"))
    }
}

impl utoipa::PartialSchema for TimeOfDay {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^([01][0-9]|2[0-4]):[0-5][0-9]$"))
            .description(Some("Time of day to the minute, like `08:30`."))
            .into()
    }
}

impl ToSchema for TimeOfDay {}

/// A room, car or piece of equipment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Facility {
    /// Identifies the facility.
    pub id: FacilityId,
    /// What it is called.
    pub name: String,
    /// Room, car or equipment.
    pub kind: FacilityKind,
    /// How many people it takes.
    pub capacity: Option<i32>,
    /// Where it is.
    pub place: Option<String>,
    /// What else is to be known.
    pub description: Option<String>,
    /// When and for how long it may be booked.
    pub booking_rules: BookingRules,
    /// The calendar of its bookings.
    pub calendar_id: CalendarId,
    /// Its version.
    pub etag: ETag,
}

/// What is said of a facility when it is made or replaced.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FacilityDraft {
    /// Made by the caller; otherwise by the server.
    #[serde(default)]
    pub id: Option<FacilityId>,
    /// What it is called.
    pub name: String,
    /// Room, car or equipment.
    pub kind: FacilityKind,
    /// How many people it takes.
    #[serde(default)]
    pub capacity: Option<i32>,
    /// Where it is.
    #[serde(default)]
    pub place: Option<String>,
    /// What else is to be known.
    #[serde(default)]
    pub description: Option<String>,
    /// When and for how long it may be booked.
    #[serde(default)]
    pub booking_rules: BookingRules,
}

#[cfg(test)]
mod tests {
    use super::TimeOfDay;

    #[test]
    fn a_time_of_day_ends_with_the_day() {
        assert_eq!(TimeOfDay::parse("08:30").map(TimeOfDay::minutes), Some(510));
        assert_eq!(TimeOfDay::parse("24:00").map(TimeOfDay::minutes), Some(1_440));
        for bad in ["24:01", "8:30", "08:60", "0830", "ab:cd", "+1:00", "０８:30"] {
            assert_eq!(TimeOfDay::parse(bad), None, "{bad}");
        }
    }
}
