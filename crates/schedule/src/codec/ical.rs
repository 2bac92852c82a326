//! iCalendar (RFC 5545) in and out.
//!
//! What is read can be written again: what the model has no word for is kept as the lines in which it came, under
//! [`KEPT_LINES`] and its like, and what the model says in fewer words (`SUMMARY;LANGUAGE=ja`) is kept beside it for as
//! long as it still says the same.

mod alarm;
mod alarm_text;
mod categories;
mod event;
mod excerpt;
mod foreign_zone;
mod free_busy;
mod invitation;
mod look;
mod object;
mod people;
mod read;
mod rule;
mod select;
mod source;
mod taking_place;
mod task;
mod timezone;
mod unnamed;
mod when;
mod write;
mod writer;
mod zone_text;

use renraku_base::content::{component, line, text};

pub(crate) use alarm_text::part_notes;
pub use alarm_text::{alarms_of, has_alarms, with_alarms_of, without_alarms, without_marks};
pub use component::{Component, read as read_components};
pub use excerpt::{Expanded, Most, expand, limit_recurrence_set};
pub use free_busy::{FreeBusyRequest, read_free_busy_request, read_instant, write_free_busy};
pub use invitation::{Invitation, cancel, cancel_each, reply, request, request_each};
pub use line::{Line, Param};
pub use look::{property_instant, property_text};
pub use object::{CalendarObject, Contents, NotAnObject, announces_exceptions, read_object};
pub(crate) use people::{has_unread_attendees, names_unread_attendees, unread_attendees};
pub use people::{is_param, organizer as organizer_line, server_replies};
pub use read::{NotACalendar, Parsed, ParsedEvent, ParsedTask, Place, Refusal, read};
pub use select::{Selection, select};
pub use taking_place::taking_place;
pub use task::{is_guarded as is_guarded_task, move_alarms};
pub use text::without_controls;
pub use timezone::{read_zone, write_zone};
pub use write::write;
pub use writer::Writer;
pub use zone_text::{with_zones, without_zones};

/// The property of an event, alert or participant that keeps the lines (or parameters) for which there is no word.
pub const KEPT_LINES: &str = "renraku:iCalendar";
/// The property of an event that keeps the components within it for which there is no word.
pub const KEPT_COMPONENTS: &str = "renraku:iCalendarComponents";

/// The product, as files name what wrote them.
const PRODUCT: &str = "-//Renraku//Renraku//JA";

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
