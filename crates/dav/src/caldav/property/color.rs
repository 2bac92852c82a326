//! The colour of a calendar.

use renraku_schedule::service::objects::ObjectCalendar;

use crate::core::xml::{Name, Writer};

/// The colours of calendars for which nobody chose one, as Apple's programs write them: well told apart, and black and white are
/// read on them.
const PALETTE: [&str; 12] = [
    "#1A73E8FF",
    "#D93025FF",
    "#188038FF",
    "#F29900FF",
    "#8430CEFF",
    "#00838FFF",
    "#C2185BFF",
    "#795548FF",
    "#4FC3F7FF",
    "#AFB42BFF",
    "#607D8BFF",
    "#3949ABFF",
];

/// The colour that the person's client keeps, unless the calendar was given another since. There always is one: programs that give
/// one of their own to a calendar without do not look for a later one.
pub(super) fn write(name: &Name, calendar: &ObjectCalendar, out: &mut Writer) {
    let text = name.to_string();
    let stored = calendar.properties.iter().find(|(key, _)| *key == text).map(|(_, value)| value);
    let common = calendar.calendar.color.as_deref();
    match (stored, common) {
        (Some(stored), Some(color))
            if calendar.is_mine() && !stored.to_lowercase().contains(&color.to_lowercase()) =>
        {
            out.leaf(name, color);
        }
        (Some(stored), _) => out.raw(stored),
        (None, Some(color)) => out.leaf(name, color),
        (None, None) => out.leaf(name, unchosen(calendar.calendar.id.as_str())),
    }
}

/// The colour of a calendar by its id, the same for everybody and always.
fn unchosen(id: &str) -> &'static str {
    let sum = id.bytes().fold(0_usize, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    PALETTE.get(sum % PALETTE.len()).copied().unwrap_or("#1A73E8FF")
}
