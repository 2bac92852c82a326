//! What lies in a window of time: from the index, and beyond its horizon from the series themselves.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use renraku_base::{CalendarId, ETag, EventId, FieldFault, Id, PersonId, Role, Timestamp};
use renraku_db::{CollectionId, Error, ReadTx};
use renraku_people::directory::{self, NamedPerson};

use super::{index, view::BUSY};
use crate::{
    ScheduleFault,
    model::{CalendarKind, FacilityRef, FreeBusyStatus, Occurrence, ParticipationStatus, Privacy, Zone},
    rules::{
        access::{self, View},
        free_busy::{BusyStatus, takes_time},
        recurrence,
    },
    store::{
        self,
        calendars::StoredCalendar,
        events::OpenSeries,
        head::Head,
        occurrences::{After, Seen},
    },
};

/// The longest window.
const LONGEST: Duration = Duration::from_hours(24 * 400);
/// The most occurrences that are looked at for one answer.
pub(crate) const MOST: i64 = 10_000;

/// So many events are named in one statement.
const AT_ONCE: usize = 1_000;

/// A window of time that is asked for, at most 400 days long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    from: Timestamp,
    to: Timestamp,
}

impl Window {
    /// From an instant to a later one.
    ///
    /// # Errors
    /// [`ScheduleFault::BadQuery`] when it is empty or too long.
    pub fn new(from: Timestamp, to: Timestamp) -> Result<Self, ScheduleFault> {
        let refuse = |code: &'static str, detail: &str| {
            Err(ScheduleFault::BadQuery(FieldFault::new("to", code, detail)))
        };
        if from >= to {
            return refuse("empty-window", "the window ends after it begins");
        }
        if to > from + LONGEST {
            return refuse("window-too-long", "a window is at most 400 days long");
        }
        Ok(Self { from, to })
    }

    pub(crate) fn bounds(self) -> (Timestamp, Timestamp) {
        (self.from, self.to)
    }

    pub(crate) fn in_zone(self, zone: Zone) -> recurrence::Window {
        recurrence::Window { from: self.from, to: self.to, zone }
    }

    /// Whether the index alone can answer, save for dense series.
    pub(crate) fn is_indexed(self, now: Timestamp) -> bool {
        self.from >= now - index::SURE && self.to <= now + index::SURE
    }
}

/// The occurrences in these calendars, in order of start, at most `limit` after `after`.
pub(crate) fn list(
    tx: &mut ReadTx<'_>,
    places: &[Place],
    window: Window,
    after: Option<&After>,
    limit: i64,
) -> Result<Vec<Seen>, ScheduleFault> {
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let collections: Vec<CollectionId> = places.iter().map(|place| place.collection).collect();
    let dense: Vec<_> = places.iter().filter(|place| place.dense).map(|place| place.collection).collect();
    let open = open(tx, &collections, &dense, window)?;
    if open.is_empty() {
        return Ok(store::occurrences::list(tx, &collections, window.bounds(), after, limit)?);
    }
    let mut all = store::occurrences::list(tx, &collections, window.bounds(), after, limit)?;
    // However much of a series lies in the window, a page needs no more of it than its own length.
    let rest = match after {
        Some((start, ..)) => Window { from: window.from.max(Timestamp::from_micros(*start)), ..window },
        None => window,
    };
    for series in &open {
        all.extend(first_beyond_index(series, rest, after, usize::try_from(limit).unwrap_or(usize::MAX))?);
    }
    all.sort_by_cached_key(key);
    if let Some(after) = after {
        all.retain(|it| key(it) > *after);
    }
    all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(all)
}

/// The place of an occurrence in the order of a list.
pub(crate) fn key(seen: &Seen) -> After {
    (seen.utc_start.micros(), seen.event.as_str().to_owned(), seen.recurrence_id.clone(), seen.collection.0)
}

/// The series of which the window may hold occurrences that are not in the index; near to now these are in the `dense` ones
/// of the calendars alone, and where there is none it is not asked for any.
pub(crate) fn open(
    tx: &mut ReadTx<'_>,
    collections: &[CollectionId],
    dense: &[CollectionId],
    window: Window,
) -> Result<Vec<OpenSeries>, ScheduleFault> {
    let near = window.is_indexed(tx.now());
    let asked = if near { dense } else { collections };
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    Ok(store::events::list_open(tx, asked, window.bounds())?)
}

/// The first `limit` occurrences of a series in a window, after `after`, that are not in the index.
fn first_beyond_index(
    series: &OpenSeries,
    window: Window,
    after: Option<&After>,
    limit: usize,
) -> Result<Vec<Seen>, ScheduleFault> {
    // Some of what is found is in the index, or is seen by others alone.
    let mut look = limit.saturating_add(recurrence::AT_ONCE);
    loop {
        let (mut found, truncated) = some_beyond_index(series, window.in_zone(series.zone), look)?;
        if let Some(after) = after {
            found.retain(|it| key(it) > *after);
        }
        if !truncated || found.len() >= limit {
            return Ok(found);
        }
        look = look.saturating_mul(4);
    }
}

/// The occurrences of a series in a window that are not in the index, of too many the first.
pub(crate) fn beyond_index(series: &OpenSeries, window: Window) -> Result<Vec<Seen>, ScheduleFault> {
    Ok(some_beyond_index(series, window.in_zone(series.zone), recurrence::MAX_INSTANCES)?.0)
}

/// The same for a window of any length.
///
/// # Errors
/// [`ScheduleFault::WindowTooFull`].
pub(crate) fn beyond_index_in(
    series: &OpenSeries,
    window: recurrence::Window,
) -> Result<Vec<Seen>, ScheduleFault> {
    let (found, truncated) = some_beyond_index(series, window, usize::try_from(MOST).unwrap_or(usize::MAX))?;
    if truncated { Err(ScheduleFault::WindowTooFull) } else { Ok(found) }
}

/// What of the first `limit` occurrences of a series in a window is not in the index, and whether there are more.
fn some_beyond_index(
    series: &OpenSeries,
    window: recurrence::Window,
    limit: usize,
) -> Result<(Vec<Seen>, bool), ScheduleFault> {
    let OpenSeries { placement, stored, at_home, .. } = series;
    // What single occurrences of an open series book is in the index.
    if stored.indexed.covers((window.from, window.to)) || (placement.person.is_none() && !at_home) {
        return Ok((Vec::new(), false));
    }
    let attendance = index::Attendance::of_people(stored);
    let head = stored.head().to_text()?;
    let (happenings, truncated) = index::happenings(stored, window, limit)?;
    let found = happenings
        .into_iter()
        .filter(|it| !stored.indexed.holds(it.at.utc_start, it.at.utc_end))
        .filter(|it| attendance.shows(stored, it, placement))
        .map(|it| {
            let entry = it.entry(&stored.event, placement);
            Seen {
                collection: entry.collection,
                utc_start: entry.utc_start,
                utc_end: entry.utc_end,
                event: stored.id.clone(),
                recurrence_id: entry.recurrence_id,
                busy: entry.busy,
                answer: entry.answer,
                detail: entry.detail,
                head: head.clone(),
                version: stored.version,
                busy_version: stored.busy_version,
                organizer: stored.organizer.clone(),
                own_version: entry.own_version,
            }
        })
        .collect();
    Ok((found, truncated))
}

/// A calendar whose occurrences are shown to someone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub calendar: CalendarId,
    pub collection: CollectionId,
    /// The person or facility whose calendar it is.
    pub owner_id: String,
    pub kind: CalendarKind,
    pub role: Role,
    /// Whether it shows a series that is not in the index.
    pub dense: bool,
    /// Whether what is in it takes its owner's time.
    pub in_availability: bool,
}

impl Place {
    /// A calendar to someone who has a right in it.
    pub fn of(calendar: StoredCalendar, role: Role) -> Self {
        Self {
            calendar: calendar.id,
            collection: calendar.collection,
            owner_id: calendar.owner_id,
            kind: calendar.kind,
            role,
            dense: calendar.dense,
            in_availability: calendar.in_availability,
        }
    }
}

/// An occurrence as someone sees it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shown {
    pub occurrence: Occurrence,
    /// The calendar in which it was found.
    pub collection: CollectionId,
    pub view: View,
    /// How it takes the time of the calendar's person or facility; `None` when it does not.
    pub busy: Option<BusyStatus>,
}

/// The occurrences as `who` sees them; what they do not see is left out. One statement names the facilities, if there are any.
pub(crate) fn show(
    tx: &mut ReadTx<'_>,
    who: &PersonId,
    places: &[Place],
    rows: Vec<Seen>,
) -> Result<Vec<Shown>, ScheduleFault> {
    let by_collection: HashMap<CollectionId, &Place> =
        places.iter().map(|place| (place.collection, place)).collect();
    let rows = rows
        .into_iter()
        .map(|seen| {
            let head = Head::parse(seen.detail.as_deref().unwrap_or(&seen.head))?;
            Ok((seen, head))
        })
        .collect::<Result<Vec<(Seen, Head)>, Error>>()?;
    let names = facility_names(tx, &rows)?;
    let is_mine =
        |seen: &Seen| by_collection.get(&seen.collection).is_some_and(|it| it.owner_id == who.as_str());
    let reads = |seen: &Seen| {
        by_collection
            .get(&seen.collection)
            .is_some_and(|it| it.role >= Role::Read && it.owner_id != who.as_str())
    };
    // An event has one tag for its reader, in whichever calendar they see it, and whichever calendars they ask for.
    let read: BTreeSet<&str> =
        rows.iter().filter(|(seen, _)| reads(seen)).map(|(seen, _)| seen.event.as_str()).collect();
    let mut kept = HashMap::new();
    for some in Vec::from_iter(read).chunks(AT_ONCE) {
        kept.extend(store::reader_alerts::list_versions_of(tx, who, some)?);
    }
    let said = said_of_idle(tx, &rows)?;
    let holders = holders(tx, who, &by_collection, &rows)?;
    let mut shown = Vec::with_capacity(rows.len());
    for (mut seen, mut head) in rows {
        head.free_busy_status = taken(&seen, &head, &said);
        if !is_mine(&seen) {
            seen.own_version = kept.get(seen.event.as_str()).copied().flatten();
        }
        let holder = seen.organizer.as_ref().filter(|_| is_told(who, &by_collection, &seen, &head));
        let holder = holder.and_then(|holder| holders.get(holder)).cloned();
        if let Some(place) = by_collection.get(&seen.collection)
            && let Some(mut occurrence) = occurrence(who, place, seen, head, &names)?
        {
            (occurrence.occurrence.holder, occurrence.occurrence.holder_extension) = holder
                .map_or((None, None), |it| (Some(it.name.full.clone()), it.extension().map(str::to_owned)));
            shown.push(occurrence);
        }
    }
    Ok(shown)
}

/// What people said for themselves of whether it takes their time, in whose calendars it is.
type SaidFree = HashMap<(CollectionId, EventId), FreeBusyStatus>;

/// What they said of what takes nobody's time, cancelled or secret, so that the index does not tell; one statement, if there is any.
fn said_of_idle(tx: &mut ReadTx<'_>, rows: &[(Seen, Head)]) -> Result<SaidFree, ScheduleFault> {
    let idle = rows
        .iter()
        .filter(|(seen, head)| seen.own_version.is_some() && !takes_time(head.status, head.privacy));
    let ids: BTreeSet<&str> = idle.map(|(seen, _)| seen.event.as_str()).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let places = store::placements::list_of(tx, &ids.into_iter().collect::<Vec<_>>())?;
    let all =
        places.into_iter().flat_map(|(event, places)| places.into_iter().map(move |it| (event.clone(), it)));
    let said = all.filter_map(|(event, it)| Some(((it.collection, event), it.own?.own.free_busy_status?)));
    Ok(said.collect())
}

/// Whether an occurrence takes the time of the person in whose calendar it is: whoever keeps something of their own with it may say
/// something else than its organizer.
fn taken(seen: &Seen, head: &Head, said: &SaidFree) -> FreeBusyStatus {
    match seen.busy {
        _ if seen.own_version.is_none() => head.free_busy_status,
        _ if !takes_time(head.status, head.privacy) => {
            let said = said.get(&(seen.collection, seen.event.clone()));
            said.copied().unwrap_or(head.free_busy_status)
        }
        Some(_) => FreeBusyStatus::Busy,
        None => FreeBusyStatus::Free,
    }
}

/// Whether the reader is told who booked a facility: as when they would book it at the same time themselves.
fn is_told(who: &PersonId, places: &HashMap<CollectionId, &Place>, seen: &Seen, head: &Head) -> bool {
    places.get(&seen.collection).is_some_and(|place| place.kind == CalendarKind::Facility)
        && (head.privacy == Privacy::Public || seen.organizer.as_ref() == Some(who))
}

/// Those who booked the facilities whose calendars are shown; one statement, if there are any.
fn holders(
    tx: &mut ReadTx<'_>,
    who: &PersonId,
    places: &HashMap<CollectionId, &Place>,
    rows: &[(Seen, Head)],
) -> Result<HashMap<PersonId, NamedPerson>, ScheduleFault> {
    let told = rows.iter().filter(|(seen, head)| is_told(who, places, seen, head));
    let ids: BTreeSet<PersonId> = told.filter_map(|(seen, _)| seen.organizer.clone()).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let mut named = directory::service::names(tx, &ids.into_iter().collect::<Vec<_>>())?;
    named.retain(|person, named| person == who || !named.suppressed);
    Ok(named)
}

fn facility_names(
    tx: &mut ReadTx<'_>,
    rows: &[(Seen, Head)],
) -> Result<HashMap<String, String>, ScheduleFault> {
    let ids: BTreeSet<&str> = rows.iter().flat_map(|(_, head)| &head.facilities).map(Id::as_str).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<&str> = ids.into_iter().collect();
    Ok(store::facilities::list_names(tx, &ids)?.into_iter().collect())
}

fn occurrence(
    who: &PersonId,
    place: &Place,
    seen: Seen,
    head: Head,
    names: &HashMap<String, String>,
) -> Result<Option<Shown>, ScheduleFault> {
    let mine = place.owner_id == who.as_str();
    let is_organizer = seen.organizer.as_ref() == Some(who);
    let view = match access::view(head.privacy, Some(place.role), mine || is_organizer) {
        // A facility is taken, however secret the reason.
        View::Hidden if place.kind == CalendarKind::Facility => View::Busy,
        view => view,
    };
    let recurrence_id = match seen.recurrence_id.as_str() {
        "" => None,
        text => Some(text.parse().map_err(Error::damaged)?),
    };
    // A single occurrence of a series that is not known is the event itself, and may have been moved.
    let is_head = || {
        Timestamp::from(head.time_zone.unwrap_or(Zone::TOKYO).instant(head.start.naive())) == seen.utc_start
    };
    let start = match recurrence_id {
        Some(original) if seen.detail.is_none() && !is_head() => original,
        _ => head.start,
    };
    let facilities = head
        .facilities
        .into_iter()
        .filter_map(|id| Some(FacilityRef { name: names.get(id.as_str())?.clone(), id }))
        .collect();
    let occurrence = Occurrence {
        event_id: seen.event,
        calendar_id: place.calendar.clone(),
        recurrence_id,
        title: Some(head.title),
        utc_start: seen.utc_start,
        utc_end: seen.utc_end,
        start,
        time_zone: head.time_zone,
        show_without_time: head.show_without_time,
        status: head.status,
        privacy: head.privacy,
        free_busy_status: match seen.answer {
            Some(ParticipationStatus::Declined) => FreeBusyStatus::Free,
            _ => head.free_busy_status,
        },
        place: head.place,
        facilities,
        holder: None,
        holder_extension: None,
        participation_status: seen.answer.filter(|_| mine),
        is_organizer,
        etag: match seen.own_version {
            Some(own) => ETag::of_own(seen.version, own),
            None => ETag::of(seen.version),
        },
    };
    let occurrence = match view {
        View::Hidden => return Ok(None),
        View::Busy => Occurrence { etag: ETag::of_view(seen.busy_version, BUSY), ..occurrence.busy_only() },
        View::Full => occurrence,
    };
    Ok(Some(Shown {
        occurrence,
        collection: seen.collection,
        view,
        busy: seen.busy.filter(|_| place.in_availability),
    }))
}
