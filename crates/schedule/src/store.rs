//! The only SQL of this area. Row structs stay in here.

pub(crate) mod calendar_lines;
pub(crate) mod calendar_paths;
pub(crate) mod calendar_properties;
pub(crate) mod calendars;
pub(crate) mod delegates;
pub(crate) mod events;
pub(crate) mod facilities;
pub(crate) mod head;
pub(crate) mod invitation_mails;
pub(crate) mod objects;
pub(crate) mod occurrences;
pub(crate) mod placements;
pub(crate) mod reader_alerts;
