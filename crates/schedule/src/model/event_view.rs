use renraku_base::{CalendarId, ETag, EventId, FacilityId};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Event, LocalDateTime};

/// An event as one person sees it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    /// Identifies the event.
    pub id: EventId,
    /// The calendar in which the reader sees it.
    pub calendar_id: CalendarId,
    /// What it books.
    pub facility_ids: Vec<FacilityId>,
    /// Whether the reader organizes it.
    pub is_organizer: bool,
    /// The original starts of the exceptions that this change took away, because the series has no occurrence there any
    /// more; told in the answer to the change alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dropped_overrides: Vec<LocalDateTime>,
    /// Its version, as this reader sees it.
    pub etag: ETag,
    /// The event itself.
    #[serde(flatten)]
    pub event: Event,
}
