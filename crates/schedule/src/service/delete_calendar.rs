use renraku_base::{CalendarId, EventId, Id, Precondition, Principal};
use renraku_db::{Changed, ObjectType, Tx, changes};
use renraku_notify::NotificationType;
use renraku_people::access;

use super::{
    audience::Audiences,
    calendars::{expect, manageable},
    delete_event::tell_of_end,
    placing,
    shares::tell_owner,
};
use crate::{
    ScheduleFault, jobs,
    model::CalendarKind,
    store::{self, calendars::StoredCalendar, placements::Placement},
};

/// At most so many events are taken out of a calendar in one transaction,
const EVENTS: i64 = 200;
/// and no further one after so many index entries: it stays well below a second.
const ENTRIES: usize = 10_000;
/// What a series has in the index of one calendar, about.
const ENTRIES_OF_SERIES: usize = 500;

/// Deletes a calendar with the events that were made in it. It is gone at once; what does not fit into one short transaction
/// is taken out of it by a job. Its owner is told when it was somebody else who manages it.
///
/// # Errors
/// [`ScheduleFault::CalendarFixed`] for a default calendar or that of a facility, [`ScheduleFault::Stale`],
/// [`ScheduleFault::NotManaged`] below `manage`, [`ScheduleFault::NotFound`].
pub fn delete_calendar(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &CalendarId,
    precondition: &Precondition,
) -> Result<Changed<()>, ScheduleFault> {
    tx.hold(id.as_str())?;
    let calendar = manageable(tx, who, id)?;
    expect(tx, &calendar, who, precondition)?;
    if calendar.is_default || calendar.kind == CalendarKind::Facility {
        return Err(ScheduleFault::CalendarFixed);
    }
    // Without a right in it nobody sees it any more.
    access::remove_grants(tx, calendar.collection, (ObjectType::Calendar, &calendar.id))?;
    // What it was called by another may be called by at once.
    store::calendar_paths::remove(tx, &calendar.id)?;
    let recorded = changes::record_gone(tx, calendar.collection, ObjectType::Calendar, &calendar.id);
    if !calendar.is_of(&who.person) {
        tell_owner(tx, who, &calendar, NotificationType::ShareDeleted)?;
    }
    empty(tx, who, &calendar)?;
    Ok(recorded.with(()))
}

/// Goes on with what [`delete_calendar`] began.
pub(crate) fn go_on(tx: &mut Tx<'_>, who: &Principal, id: &CalendarId) -> Result<(), ScheduleFault> {
    match store::calendars::get(tx, id)? {
        Some(calendar) => empty(tx, who, &calendar),
        None => Ok(()),
    }
}

/// Takes events out of a calendar that nobody sees any more, and in the end the calendar away.
fn empty(tx: &mut Tx<'_>, who: &Principal, calendar: &StoredCalendar) -> Result<(), ScheduleFault> {
    let listed = store::events::list_made_in(tx, &calendar.id, "", EVENTS)?;
    for stored in &listed {
        tx.hold(stored.id.as_str())?;
    }
    let ids: Vec<&str> = listed.iter().map(|stored| stored.id.as_str()).collect();
    let mut places = store::placements::list_of(tx, &ids)?;
    let mut entries = 0;
    let mut gone: Vec<&EventId> = Vec::with_capacity(listed.len());
    for stored in &listed {
        if entries > ENTRIES {
            break;
        }
        let places: Vec<Placement> = places.remove(&stored.id).unwrap_or_default();
        entries += places.len() * if stored.event.is_series() { ENTRIES_OF_SERIES } else { 1 };
        tell_of_end(tx, who, stored)?;
        placing::record_gone(tx, &stored.id, &places, Audiences::of(&stored.event))?;
        gone.push(&stored.id);
    }
    for id in &gone {
        store::occurrences::remove(tx, id, None)?;
    }
    let ids: Vec<&str> = gone.iter().map(|id| Id::as_str(id)).collect();
    store::placements::remove_many(tx, &ids)?;
    store::reader_alerts::remove_many(tx, &ids)?;
    store::events::remove_many(tx, &ids)?;
    let was_last = i64::try_from(listed.len()).is_ok_and(|count| count < EVENTS);
    if gone.len() == listed.len() && was_last {
        store::objects::remove_all(tx, calendar.collection)?;
        store::calendar_paths::remove(tx, &calendar.id)?;
        store::calendar_properties::remove_all(tx, &calendar.id)?;
        store::calendar_lines::remove(tx, &calendar.id)?;
        store::calendars::remove(tx, &calendar.id)?;
        return Ok(());
    }
    jobs::empty_calendar(tx, who, &calendar.id)
}
