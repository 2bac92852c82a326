//! Events and occurrences in the words of JSCalendar 2.0 (draft-ietf-calext-jscalendarbis). Values only: no I/O.

mod alert;
mod alone;
mod calendar;
mod duration;
mod event;
mod event_view;
mod facility;
mod group;
mod local;
mod members;
mod occurrence;
mod own;
mod participant;
mod patch;
mod place;
mod read;
mod recurrence_rule;
mod schema;
mod zone;

pub use alert::{Alert, AlertAction, RelativeTo, Trigger};
pub use calendar::{Availability, Calendar, CalendarKind, CalendarPatch, CalendarRelation, NewCalendar};
pub use duration::Duration;
pub use event::{Event, EventType, FreeBusyStatus, Privacy, Status};
pub use event_view::EventView;
pub use facility::{BookingRules, Facility, FacilityDraft, FacilityKind, TimeOfDay};
pub use group::{BusyTime, FreeBusy, GroupName, GroupOccurrence, GroupRow};
pub use local::LocalDateTime;
pub use occurrence::{FacilityRef, Occurrence};
pub(crate) use own::KEPT_OWN;
pub use own::Own;
pub(crate) use participant::is_address;
pub use participant::{Participant, ParticipationStatus, ScheduleAgent};
pub use patch::{EventPatch, PatchObject};
pub(crate) use patch::{KEPT_CALENDAR, KEPT_RULES};
pub use place::{Location, VirtualLocation};
pub use read::EventDraft;
pub use recurrence_rule::{Frequency, Month, NDay, RecurrenceRule, Weekday};
pub use zone::Zone;

/// The limits of one event (the contract's table); what is larger is refused with the field's name.
pub mod limits {
    /// The longest title, name or other short text, in characters.
    pub const SHORT_TEXT_CHARS: usize = 1_024;
    /// The longest description, in bytes.
    pub const DESCRIPTION_BYTES: usize = 64 * 1024;
    /// The most participants of one event.
    pub const PARTICIPANTS: usize = 500;
    /// The most changed occurrences of one series.
    pub const CHANGED: usize = 1_000;
    /// The most changed, added and excluded occurrences of one series together.
    pub const OVERRIDES: usize = 3_000;
    /// The most places, alerts, keywords or other small members, each.
    pub const SMALL_MEMBERS: usize = 100;
    /// The largest event as JSON, in bytes.
    pub const EVENT_BYTES: usize = 512 * 1024;
    /// The first and the last year in which an event may lie.
    pub const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;
}
