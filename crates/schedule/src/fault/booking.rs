use renraku_base::{FacilityId, FieldFault, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::{Duration, LocalDateTime, TimeOfDay};

/// A free slot that is offered instead of one that is taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Alternative {
    /// Which facility is free.
    pub facility_id: FacilityId,
    /// From when.
    pub utc_start: Timestamp,
    /// Until when.
    pub utc_end: Timestamp,
}

/// An occurrence for which a facility was wanted and is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Clash {
    /// When the occurrence begins.
    pub utc_start: Timestamp,
    /// When it ends.
    pub utc_end: Timestamp,
}

/// Who holds a facility, until when, and what is free instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FacilityTaken {
    /// The facility that is taken.
    pub facility_id: FacilityId,
    /// The first slot that clashes begins at this instant.
    pub utc_start: Timestamp,
    /// The name of the person who booked it; null where the booker may not know.
    pub holder: Option<String>,
    /// That person's number within the office; null where there is none, or the booker may not know.
    pub holder_extension: Option<String>,
    /// Until when it is held.
    pub until: Timestamp,
    /// Up to three free slots.
    pub alternatives: Vec<Alternative>,
    /// The first ten occurrences of what was to be booked for which this facility is taken.
    pub clashes: Vec<Clash>,
    /// How many such occurrences there are in all.
    pub clash_count: usize,
    /// Their original starts, where they are of a series.
    #[serde(skip)]
    pub occurrences: Vec<LocalDateTime>,
}

/// A rule that a booking does not keep.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FacilityRule {
    /// The facility whose rule it is; left out where it is a rule for all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facility_id: Option<FacilityId>,
    /// What that facility is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facility_name: Option<String>,
    /// The time of day from which it is open, in the office's zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opens: Option<TimeOfDay>,
    /// The time of day until which it is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closes: Option<TimeOfDay>,
    /// The longest booking.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_duration: Option<Duration>,
    /// No booking ends after this instant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest_end: Option<Timestamp>,
}

/// A booking that does not keep a rule: the rule, and what of the event it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleBroken {
    /// The rule.
    pub rule: FacilityRule,
    /// What of the event does not keep it.
    pub field: FieldFault,
    /// The original starts of the occurrences that do not keep it, where they are of a series.
    pub occurrences: Vec<LocalDateTime>,
}
