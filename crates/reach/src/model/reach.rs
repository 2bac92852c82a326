use renraku_base::{PersonId, Timestamp};
use renraku_people::directory::Phone;
use serde::Serialize;
use utoipa::ToSchema;

use super::Activity;

/// How somebody is reached now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Reach {
    /// Whose it is.
    pub person_id: PersonId,
    /// What they do.
    pub activity: Activity,
    /// The same with place and end, in the reader's language.
    pub text: String,
    /// Until when; `null` when no end is known.
    pub until: Option<Timestamp>,
    /// Where; `null` when that is not said or not for the reader.
    pub place: Option<String>,
    /// Whether they said so themselves; otherwise it follows from the schedule.
    pub is_set: bool,
    /// When nothing takes their time any more; `null` when nothing does now, when they are not at work, and beyond the 24 hours that
    /// are looked at.
    pub free_at: Option<Timestamp>,
    /// What begins next within 24 hours.
    pub next: Option<NextEngagement>,
    /// The number to call first; `null` when they are not at work, or have none.
    pub call_first: Option<Phone>,
}

/// What somebody does next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NextEngagement {
    /// What it is.
    pub activity: Activity,
    /// When it starts.
    pub utc_start: Timestamp,
    /// When it ends.
    pub utc_end: Timestamp,
    /// Where; `null` when that is not said or not for the reader.
    pub place: Option<String>,
}
