//! What a file that is imported says of the calendar as a whole: kept, and written again when the calendar is exported.

use renraku_base::{CalendarId, Precondition, Principal, Role};
use renraku_db::Tx;

use super::{calendars::update_calendar, create_event::writable};
use crate::{
    ScheduleFault,
    codec::ical::{Line, property_text},
    model::CalendarPatch,
    store::{self, calendars::StoredCalendar},
};

/// The properties that name a calendar.
const NAMES: [&str; 2] = ["NAME", "X-WR-CALNAME"];

/// Keeps these lines with a calendar: of a property that an earlier file told, the later file tells what holds.
pub(super) fn import(
    tx: &mut Tx<'_>,
    who: &Principal,
    calendar: &CalendarId,
    lines: &[Line],
) -> Result<(), ScheduleFault> {
    tx.hold(calendar.as_str())?;
    let (home, role) = writable(tx, who, Some(calendar))?;
    let mut kept = store::calendar_lines::list(tx, calendar)?;
    kept.retain(|raw| Line::parse(raw).is_some_and(|it| lines.iter().all(|line| line.name != it.name)));
    kept.extend(lines.iter().map(|line| line.raw.clone()));
    store::calendar_lines::put(tx, calendar, &kept)?;
    let name = NAMES.iter().find_map(|name| lines.iter().find(|line| line.name == *name)).map(property_text);
    if let Some(name) = name.filter(|name| role >= Role::Manage && !name.trim().is_empty())
        && is_unnamed(tx, &home)?
    {
        let patch = CalendarPatch { name: Some(name), ..CalendarPatch::default() };
        match update_calendar(tx, who, calendar, patch, &Precondition::None) {
            // A name that is not taken leaves the calendar as it is called.
            Ok(_) | Err(ScheduleFault::Invalid(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

/// Whether nobody named a calendar: a client made it at a path and is called after that.
fn is_unnamed(tx: &mut Tx<'_>, home: &StoredCalendar) -> Result<bool, ScheduleFault> {
    let Some(owner) = home.owner() else { return Ok(false) };
    let paths = store::calendar_paths::list(tx, owner.as_str())?;
    Ok(paths.iter().any(|(id, segment)| *id == home.id && *segment == home.name)
        || home.name == home.id.as_str())
}
