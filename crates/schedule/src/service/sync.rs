//! What the face needs to bring a phone up to date.

use std::collections::{BTreeSet, HashMap};

use renraku_base::{CalendarId, EventId, FacilityId, Id, Principal};
use renraku_db::{CollectionId, ReadTx};
use renraku_people::access;

use super::{
    calendars::seen_by,
    facilities::shown,
    view::Sight,
    window::{self, Place, Window},
};
use crate::{
    ScheduleFault,
    model::{Calendar, EventView, Facility, Occurrence},
    store::{self, events::OpenSeries},
};

/// An event with all its occurrences in a phone's window, whichever of the person's calendars show them.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncedEvent {
    /// The event.
    pub event: EventView,
    /// Its occurrences, in order of start; never empty.
    pub occurrences: Vec<Occurrence>,
}

/// The calendar of a collection, as the person sees it; `None` when they may not read it.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn calendar_of(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    collection: CollectionId,
) -> Result<Option<Calendar>, ScheduleFault> {
    let Some(role) = access::role(tx, who, collection)? else { return Ok(None) };
    if role < renraku_base::Role::Read {
        return Ok(None);
    }
    let calendar = store::calendars::find_by_collection(tx, collection)?;
    Ok(calendar.map(|calendar| seen_by(calendar, who, role)))
}

/// Those of these calendars that the person may read, in no order.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn get_calendars(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    ids: &[CalendarId],
) -> Result<Vec<Calendar>, ScheduleFault> {
    let readable = store::calendars::list_readable(tx, who)?;
    Ok(readable
        .into_iter()
        .filter(|(calendar, _)| ids.contains(&calendar.id))
        .map(|(calendar, role)| seen_by(calendar, who, role))
        .collect())
}

/// The events of a calendar that have an occurrence in one of `parts` of the phone's `window`, in ascending order of their
/// ids after `after`, at most `limit`. Beside an id stands `None` when the person does not see the event after all.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn list_events(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    collection: CollectionId,
    (window, parts): (Window, &[Window]),
    after: &str,
    limit: usize,
) -> Result<Vec<(EventId, Option<SyncedEvent>)>, ScheduleFault> {
    let mut ids = BTreeSet::new();
    for part in parts {
        ids.extend(ids_in(tx, collection, *part, after, limit)?);
    }
    let ids: Vec<EventId> = ids.into_iter().take(limit).collect();
    let mut found: HashMap<EventId, SyncedEvent> =
        get_events(tx, who, &ids, window)?.into_iter().map(|it| (it.event.id.clone(), it)).collect();
    Ok(ids
        .into_iter()
        .map(|id| {
            let event = found.remove(&id);
            (id, event)
        })
        .collect())
}

/// Events of a calendar that have an occurrence in `left` and none in `window`: those that a window lost when it moved.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn list_left(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    left: Window,
    window: Window,
) -> Result<Vec<EventId>, ScheduleFault> {
    let still: BTreeSet<EventId> = ids_in(tx, collection, window, "", usize::MAX)?;
    let gone = ids_in(tx, collection, left, "", usize::MAX)?;
    Ok(gone.into_iter().filter(|id| !still.contains(id)).collect())
}

/// A calendar that was lost to the person, with the events in the phone's window that they saw nowhere else.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn list_lost(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    collection: CollectionId,
    window: Window,
) -> Result<Option<(CalendarId, Vec<EventId>)>, ScheduleFault> {
    let Some(calendar) = store::calendars::find_by_collection(tx, collection)? else { return Ok(None) };
    let ids: Vec<EventId> = ids_in(tx, collection, window, "", usize::MAX)?.into_iter().collect();
    let kept: BTreeSet<EventId> =
        get_events(tx, who, &ids, window)?.into_iter().map(|it| it.event.id).collect();
    Ok(Some((calendar.id, ids.into_iter().filter(|id| !kept.contains(id)).collect())))
}

/// Those of these events that the person sees and that have an occurrence in the window, in no order.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn get_events(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    ids: &[EventId],
    window: Window,
) -> Result<Vec<SyncedEvent>, ScheduleFault> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let texts: Vec<&str> = ids.iter().map(Id::as_str).collect();
    let sight = Sight::of(tx, who, &texts)?;
    let stored = store::events::list_by_id(tx, &texts)?;
    let mut places: Vec<Place> = ids
        .iter()
        .flat_map(|id| sight.places(id))
        .filter(|seen| !seen.placement.hidden)
        .map(|seen| Place::of(seen.calendar.clone(), seen.role))
        .collect();
    places.sort_by_key(|place| place.collection);
    places.dedup_by_key(|place| place.collection);
    let collections: Vec<CollectionId> = places.iter().map(|place| place.collection).collect();
    let mut rows = store::occurrences::list_of_events(tx, &collections, &texts, window.bounds())?;
    let indexed = rows.len();
    for it in stored.iter().filter(|it| !it.indexed.covers(window.bounds())) {
        for seen in sight.places(&it.id).filter(|seen| !seen.placement.hidden) {
            let zone = seen.calendar.time_zone;
            let at_home = seen.calendar.id == it.calendar;
            let series = OpenSeries { placement: seen.placement.clone(), stored: it.clone(), zone, at_home };
            rows.extend(window::beyond_index(&series, window)?);
        }
    }
    if rows.len() > indexed {
        rows.sort_by_cached_key(window::key);
    }
    let mut occurrences: HashMap<EventId, Vec<Occurrence>> = HashMap::new();
    for shown in window::show(tx, &who.person, &places, rows)? {
        occurrences.entry(shown.occurrence.event_id.clone()).or_default().push(shown.occurrence);
    }
    Ok(stored
        .iter()
        .filter_map(|it| {
            let occurrences = occurrences.remove(&it.id)?;
            Some(SyncedEvent { event: sight.view(&who.person, it)?, occurrences })
        })
        .collect())
}

fn ids_in(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    window: Window,
    after: &str,
    limit: usize,
) -> Result<BTreeSet<EventId>, ScheduleFault> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut ids: BTreeSet<EventId> =
        store::occurrences::list_event_ids(tx, collection, window.bounds(), after, most)?
            .into_iter()
            .collect();
    let dense = store::calendars::is_dense(tx, collection)?.then_some(collection);
    for series in window::open(tx, &[collection], dense.as_slice(), window)? {
        if series.stored.id.as_str() > after && !window::beyond_index(&series, window)?.is_empty() {
            ids.insert(series.stored.id);
        }
    }
    Ok(ids)
}

/// Facilities in ascending order of their ids after `after`, at most `limit`.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn list_facilities(tx: &mut ReadTx<'_>, after: &str, limit: i64) -> Result<Vec<Facility>, ScheduleFault> {
    Ok(store::facilities::list_after(tx, after, limit)?.into_iter().map(shown).collect())
}

/// Those of these facilities that there are, in no order.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn get_facilities(tx: &mut ReadTx<'_>, ids: &[FacilityId]) -> Result<Vec<Facility>, ScheduleFault> {
    let ids: Vec<&str> = ids.iter().map(Id::as_str).collect();
    Ok(store::facilities::list_by_id(tx, &ids)?.into_iter().map(shown).collect())
}
