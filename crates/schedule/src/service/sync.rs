//! What the face needs to bring a phone up to date.

use std::collections::{BTreeSet, HashMap};

use renraku_base::{CalendarId, ETag, EventId, FacilityId, Id, Principal};
use renraku_db::{
    CollectionId, ObjectType, ReadTx,
    changes::{Audience, Change},
};
use renraku_people::access;

use super::{
    calendars::{name_owners, named, seen_by},
    facilities::shown,
    view::{BUSY, Sight},
    window::{self, Place, Window},
};
use crate::{
    ScheduleFault,
    model::{Calendar, EventView, Facility, Occurrence, Privacy},
    store::{self, events::OpenSeries},
};

/// So many events are looked at by one statement.
const AT_A_TIME: usize = 500;

/// An event with all its occurrences in a phone's window, whichever of the person's calendars show them.
#[derive(Debug, Clone, PartialEq)]
pub struct SyncedEvent {
    /// The event.
    pub event: EventView,
    /// Its occurrences, in order of start; never empty.
    pub occurrences: Vec<Occurrence>,
    /// Whether the person sees more of it than when it takes time.
    pub details: bool,
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
    calendar.map(|calendar| named(tx, seen_by(calendar, who, role))).transpose()
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
    let standing = access::standing(tx, who)?;
    let readable = store::calendars::list_readable(tx, &standing.readable)?;
    let mut calendars: Vec<Calendar> = readable
        .into_iter()
        .filter(|(calendar, _)| ids.contains(&calendar.id))
        .map(|(calendar, role)| seen_by(calendar, who, role))
        .collect();
    name_owners(tx, &mut calendars)?;
    Ok(calendars)
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

/// Events of a calendar that have an occurrence in `left` and none in `window`, as far as the person sees them: those that a window
/// lost when it moved.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn list_left(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    collection: CollectionId,
    left: Window,
    window: Window,
) -> Result<Vec<EventId>, ScheduleFault> {
    let mut gone = ids_in(tx, collection, left, "", usize::MAX)?;
    if gone.is_empty() {
        return Ok(Vec::new());
    }
    for still in ids_in(tx, collection, window, "", usize::MAX)? {
        gone.remove(&still);
    }
    let mut seen = Vec::new();
    for some in Vec::from_iter(gone).chunks(AT_A_TIME) {
        let texts: Vec<&str> = some.iter().map(Id::as_str).collect();
        let sight = Sight::of(tx, who, &texts)?.without_hidden();
        let stored = store::events::list_by_id(tx, &texts)?;
        seen.extend(stored.into_iter().filter(|it| sight.view(&who.person, it).is_some()).map(|it| it.id));
    }
    Ok(seen)
}

/// What a phone holds of a calendar that its person may not read any more.
#[derive(Debug)]
pub struct Held<'a> {
    /// The calendar's collection.
    pub collection: CollectionId,
    /// Whether it was the person's own.
    pub own: bool,
    /// What its log tells since the phone last heard of it.
    pub log: &'a [Change],
    /// The window in which the phone holds the schedule.
    pub window: Window,
}

/// What becomes of what a phone held of a lost calendar.
#[derive(Debug, PartialEq)]
pub struct Lost {
    /// The calendar.
    pub calendar: CalendarId,
    /// Events that the person still sees elsewhere, as they see them there.
    pub kept: Vec<SyncedEvent>,
    /// Events that are gone for them.
    pub gone: Vec<EventId>,
}

/// Settles every event that the phone may have been shown in a calendar that was lost: those that are in its window now, and
/// those that changed since the phone heard of it last, for they may have been in its window then. `window` is where the phone
/// goes. `None` when the calendar was never told.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn list_lost(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    held: &Held<'_>,
    window: Window,
) -> Result<Option<Lost>, ScheduleFault> {
    let there = store::calendars::find_by_collection(tx, held.collection)?.map(|calendar| calendar.id);
    // A calendar that was deleted is named by its log alone.
    let logged = |object_type: ObjectType| held.log.iter().filter(move |row| row.object_type == object_type);
    let Some(calendar) =
        there.or_else(|| logged(ObjectType::Calendar).next().map(|row| Id::stored(row.object.clone())))
    else {
        return Ok(None);
    };
    let noticed: BTreeSet<EventId> = logged(ObjectType::Event)
        .filter(|row| row.audience != Audience::Involved || held.own)
        .map(|row| Id::stored(row.object.clone()))
        .collect();
    let mut ids = ids_in(tx, held.collection, held.window, "", usize::MAX)?;
    ids.extend(noticed.iter().cloned());
    let mut lost = Lost { calendar, kept: Vec::new(), gone: Vec::new() };
    for some in Vec::from_iter(ids).chunks(AT_A_TIME) {
        let kept = get_events(tx, who, some, window)?;
        let mut gone: Vec<EventId> =
            some.iter().filter(|id| !kept.iter().any(|it| it.event.id == **id)).cloned().collect();
        // What is secret, and was all the time, the phone never heard of.
        let unsure: Vec<&str> = gone.iter().filter(|id| !noticed.contains(*id)).map(Id::as_str).collect();
        if !unsure.is_empty() {
            let stored = store::events::list_by_id(tx, &unsure)?;
            let secret = |id: &EventId| {
                stored.iter().any(|it| it.id == *id && it.event.privacy == Privacy::Secret && !held.own)
            };
            gone.retain(|id| !secret(id));
        }
        lost.kept.extend(kept);
        lost.gone.extend(gone);
    }
    Ok(Some(lost))
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
    let sight = Sight::of(tx, who, &texts)?.without_hidden();
    let stored = store::events::list_by_id(tx, &texts)?;
    let mut places: Vec<Place> = ids
        .iter()
        .flat_map(|id| sight.places(id))
        .map(|seen| Place::of(seen.calendar.clone(), seen.role))
        .collect();
    places.sort_by_key(|place| place.collection);
    places.dedup_by_key(|place| place.collection);
    let collections: Vec<CollectionId> = places.iter().map(|place| place.collection).collect();
    let mut rows = store::occurrences::list_of_events(tx, &collections, &texts, window.bounds())?;
    let indexed = rows.len();
    for it in stored.iter().filter(|it| !it.indexed.covers(window.bounds())) {
        for seen in sight.places(&it.id) {
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
            let event = sight.view(&who.person, it)?;
            let details = event.etag != ETag::of_view(it.busy_version, BUSY);
            Some(SyncedEvent { event, occurrences, details })
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
