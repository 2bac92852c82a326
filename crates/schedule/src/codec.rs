//! Text of other systems and back: iCalendar (RFC 5545). Values in, values out, no I/O.

pub mod ical;
