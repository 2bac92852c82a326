use renraku_base::{CalendarId, ETag, EventId, FacilityId, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::{FreeBusyStatus, LocalDateTime, ParticipationStatus, Privacy, Status, Zone};

/// One happening of an event in one calendar, as a phone shows it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Occurrence {
    /// The event or series.
    pub event_id: EventId,
    /// The calendar in which it is seen.
    pub calendar_id: CalendarId,
    /// The original start in its series; `null` for an event that does not repeat.
    pub recurrence_id: Option<LocalDateTime>,
    /// One line that says what it is; empty where only busy time may be seen.
    #[schema(value_type = String, required)]
    pub title: Option<String>,
    /// When it starts.
    pub utc_start: Timestamp,
    /// When it ends.
    pub utc_end: Timestamp,
    /// When it starts on the clocks of `timeZone`.
    pub start: LocalDateTime,
    /// The zone of `start`.
    pub time_zone: Option<Zone>,
    /// Whether it is of whole days.
    pub show_without_time: bool,
    /// Whether it takes place.
    pub status: Status,
    /// Who may see more of it than that the time is taken.
    pub privacy: Privacy,
    /// Whether it takes the time of the calendar's owner: `free` also where they declined.
    pub free_busy_status: FreeBusyStatus,
    /// Where.
    pub place: Option<String>,
    /// What it books.
    pub facilities: Vec<FacilityRef>,
    /// In the calendar of a facility: who booked it; absent where the reader may not know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder: Option<String>,
    /// That person's number within the office.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub holder_extension: Option<String>,
    /// In the reader's own calendar: what they answered; `null` when they do not take part, and in the calendars of others.
    pub participation_status: Option<ParticipationStatus>,
    /// Whether the reader organizes it.
    pub is_organizer: bool,
    /// The event's tag.
    pub etag: ETag,
}

/// A facility by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FacilityRef {
    /// The facility.
    pub id: FacilityId,
    /// Its name.
    pub name: String,
}

impl Occurrence {
    /// What may be seen by those who see only when the time is taken.
    #[must_use]
    pub fn busy_only(self) -> Self {
        Self {
            title: Some(String::new()),
            place: None,
            facilities: Vec::new(),
            participation_status: None,
            is_organizer: false,
            ..self
        }
    }
}
