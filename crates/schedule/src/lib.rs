//! Calendars, events, recurrence, occurrences, free/busy, facilities; iCalendar.

pub mod model;
