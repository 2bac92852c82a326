//! Events that are shown otherwise because something around them changed: the name of what they book, or the zone of their calendar.
//! There may be many, so they are renewed page by page.

use renraku_base::{CalendarId, EventId};
use renraku_db::{CollectionId, Tx, changes, jobs};
use serde::{Deserialize, Serialize};

use super::read;
use crate::{
    ScheduleFault,
    rules::recurrence,
    service::{
        audience::{Audiences, renew},
        index, placing,
    },
    store::{self, calendars::StoredCalendar, events::StoredEvent},
};

/// Renews the events that book a facility whose name changed.
pub(super) const RENAMED: &str = "schedule.renamed_facility";
/// Indexes the events of a calendar anew whose zone changed.
pub(super) const REZONED: &str = "schedule.rezoned_calendar";
/// How many events are looked at in one transaction.
const PAGE: i64 = 100;

#[derive(Serialize, Deserialize)]
struct Page {
    calendar: CalendarId,
    /// The last event that was looked at.
    after: String,
}

/// Has the events renewed that book the facility of this calendar: its name stands in them.
pub(crate) fn renew_bookings(tx: &mut Tx<'_>, calendar: &CalendarId) -> Result<(), ScheduleFault> {
    enqueue(tx, RENAMED, calendar, String::new())
}

/// Has the events of a calendar indexed anew whose times are read in its zone.
pub(crate) fn read_in_new_zone(tx: &mut Tx<'_>, calendar: &CalendarId) -> Result<(), ScheduleFault> {
    enqueue(tx, REZONED, calendar, String::new())
}

fn enqueue(tx: &mut Tx<'_>, kind: &str, calendar: &CalendarId, after: String) -> Result<(), ScheduleFault> {
    let due = tx.now();
    jobs::enqueue(tx, kind, &Page { calendar: calendar.clone(), after }, due, None)?;
    Ok(())
}

/// Renews a page of what books a facility. What is over stays as it was told.
pub(super) fn run_renamed(tx: &mut Tx<'_>, payload: &str) -> Result<(), ScheduleFault> {
    let Page { calendar, after } = read(payload)?;
    let Some(bookings) = store::calendars::get(tx, &calendar)? else { return Ok(()) };
    let ids: Vec<EventId> = store::placements::list_after(tx, bookings.collection, &after, PAGE)?;
    for id in &ids {
        tx.hold(id.as_str())?;
        let Some(before) = store::events::get(tx, id)? else { continue };
        if recurrence::end(&before.event).is_some_and(|end| end < tx.now()) {
            continue;
        }
        let mut after = before.clone();
        renew(tx, &before, &mut after);
        store::events::put(tx, &after)?;
        let places = store::placements::list(tx, id)?;
        let audiences = Audiences::of_change(&before.event, &after.event);
        let _recorded = placing::record(tx, id, (&places, &places), audiences)?;
    }
    go_on(tx, RENAMED, &calendar, ids.last())
}

/// Indexes a page of a calendar's events. What books a facility keeps the time that it booked.
pub(super) fn run_rezoned(tx: &mut Tx<'_>, payload: &str) -> Result<(), ScheduleFault> {
    let Page { calendar, after } = read(payload)?;
    let Some(home) = store::calendars::get(tx, &calendar)? else { return Ok(()) };
    let events = store::events::list_made_in(tx, &calendar, &after, PAGE)?;
    for stored in &events {
        let by_calendar = stored.event.show_without_time || stored.event.time_zone.is_none();
        if by_calendar && stored.all_facilities().is_empty() {
            tx.hold(stored.id.as_str())?;
            if let Some(before) = store::events::get(tx, &stored.id)? {
                index_anew(tx, &before, &home)?;
            }
        }
    }
    go_on(tx, REZONED, &calendar, events.last().map(|stored| &stored.id))
}

fn index_anew(tx: &mut Tx<'_>, before: &StoredEvent, home: &StoredCalendar) -> Result<(), ScheduleFault> {
    let mut after = before.clone();
    after.version = tx.next_version(Some(before.version));
    after.busy_version = after.version;
    let (happenings, indexed) = index::to_index(&after, home.time_zone, tx.now())?;
    after.indexed = indexed;
    store::events::put(tx, &after)?;
    let places = store::placements::list(tx, &after.id)?;
    let _recorded = placing::put_changed(tx, &after, (&places, &places), &happenings, before)?;
    let now = tx.now();
    super::remind_next(tx, &after, home.time_zone, now)?;
    for place in places.iter().filter(|place| place.own.is_some()) {
        super::remind_own(tx, (&after, place), home.time_zone, now)?;
    }
    Ok(())
}

fn go_on(
    tx: &mut Tx<'_>,
    kind: &str,
    calendar: &CalendarId,
    last: Option<&EventId>,
) -> Result<(), ScheduleFault> {
    match last {
        Some(last) => enqueue(tx, kind, calendar, last.as_str().to_owned()),
        None => Ok(()),
    }
}

/// Forgets what clients stored of objects that are gone: their texts, and their names once no change log tells these any more. Looks
/// at one page of objects after the one that is given, and gives back how many were forgotten and where to go on.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn forget_gone(
    tx: &mut Tx<'_>,
    after: &(CollectionId, String),
) -> Result<(usize, Option<(CollectionId, String)>), ScheduleFault> {
    let gone = store::objects::list_gone(tx, after, PAGE)?;
    let Some(last) = gone.last().cloned() else { return Ok((0, None)) };
    let ids: Vec<&str> = gone.iter().map(|(_, object)| object.as_str()).collect();
    let mut collections: Vec<CollectionId> = gone.iter().map(|(collection, _)| *collection).collect();
    collections.dedup();
    let told = changes::list_told(tx, &collections, &ids)?;
    let mut forgotten = 0;
    for object in &gone {
        let (collection, id) = object;
        forgotten += if told.contains(object) {
            store::objects::remove_text(tx, *collection, id)?
        } else {
            store::objects::remove(tx, *collection, id)?
        };
    }
    Ok((forgotten, Some(last)))
}
