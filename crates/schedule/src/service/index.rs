//! Which occurrences of an event stand in the index of which calendar.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use renraku_base::{EventId, FacilityId, Id, PersonId, Timestamp};
use renraku_db::{CollectionId, Error, ReadTx, Tx};

use super::keep_own::leaves_out;
use crate::{
    model::{Event, ParticipationStatus, PatchObject, Status, Zone},
    rules::{
        free_busy::{self, BusyStatus},
        recurrence::{self, Instance, MAX_INSTANCES, Window},
    },
    store::{
        self,
        calendars::StoredCalendar,
        events::{Indexed, StoredEvent},
        occurrences::Entry,
        placements::Placement,
    },
};

/// How far back a series is in the index when it is stored.
pub(crate) const BEHIND: Duration = Duration::from_hours(24 * 400);
/// How far ahead a series is in the index; a job moves it forward each day.
pub(crate) const AHEAD: Duration = Duration::from_hours(24 * 400);
/// Windows that stay this near to now are answered from the index alone, even if the job did not run for 100 days.
pub(crate) const SURE: Duration = Duration::from_hours(24 * 300);
/// How far ahead one occurrence of a series without end may book a facility: 24 months and a day's grace.
const BOOKED_AHEAD: Duration = Duration::from_hours(24 * 732);

/// One occurrence, before it is known in which calendar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Happening {
    pub at: Instance,
    /// The occurrence itself where it differs from its series by more than its time.
    pub own: Option<Event>,
    /// What it books instead of what its series does.
    pub facilities: Option<Vec<FacilityId>>,
    /// What a window shows of the difference.
    pub detail: Option<String>,
}

impl Happening {
    pub fn recurrence_id(&self) -> String {
        self.at.recurrence_id.map(|id| id.to_string()).unwrap_or_default()
    }

    /// The entry of this occurrence in one calendar.
    pub fn entry(&self, event: &Event, placement: &Placement) -> Entry {
        let shown = self.own.as_ref().unwrap_or(event);
        let answer = placement.person.as_ref().and_then(|person| shown.participation(person));
        Entry {
            collection: placement.collection,
            utc_start: self.at.utc_start,
            utc_end: self.at.utc_end,
            recurrence_id: self.recurrence_id(),
            busy: busy(shown, placement, answer),
            answer,
            detail: self.detail.clone(),
            own_version: placement.own.as_ref().map(|own| own.version),
        }
    }
}

/// Where the index holds an event that does not repeat.
pub(crate) fn start_of_single(happenings: &[Happening]) -> Option<Timestamp> {
    happenings.iter().find(|it| it.at.recurrence_id.is_none()).map(|it| it.at.utc_start)
}

/// How an occurrence takes the time of a person, or of a facility: that is held by whatever takes place, however the
/// people take it.
fn busy(shown: &Event, placement: &Placement, answer: Option<ParticipationStatus>) -> Option<BusyStatus> {
    match placement.person {
        Some(_) => {
            let said = placement.own.as_ref().and_then(|own| own.own.free_busy_status);
            let free_busy = said.unwrap_or(shown.free_busy_status);
            free_busy::busy_status(shown.status, free_busy, shown.privacy, answer)
        }
        None => (shown.status != Status::Cancelled).then_some(BusyStatus::Confirmed),
    }
}

/// The occurrences of an event in a window, in the order of their start, the first `limit` of them; and whether there are more.
pub(crate) fn happenings(
    stored: &StoredEvent,
    window: Window,
    limit: usize,
) -> Result<(Vec<Happening>, bool), Error> {
    let expansion = recurrence::expand(&stored.event, window, limit);
    let head = stored.head();
    let items = expansion
        .items
        .into_iter()
        .map(|at| {
            let changed = at.recurrence_id.filter(|_| at.changed);
            let own = changed.and_then(|id| stored.event.occurrence(id).map(|own| (id, own)));
            let patch = changed.and_then(|id| stored.event.recurrence_overrides.get(&id));
            let facilities = patch.and_then(PatchObject::facility_ids);
            let detail = match &own {
                Some((id, own)) => head.of_occurrence(own, facilities.as_deref(), *id)?,
                None => None,
            };
            Ok(Happening { at, own: own.map(|(_, own)| own), facilities, detail })
        })
        .collect::<Result<Vec<_>, Error>>()?;
    Ok((items, expansion.truncated))
}

/// The occurrences of an event that belong into the index now, and the part of time that they cover. Of what books a
/// facility everything belongs there, so that a clash is found however far ahead it lies; of a series that happens too often
/// for it, nothing.
pub(crate) fn to_index(
    stored: &StoredEvent,
    zone: Zone,
    now: Timestamp,
) -> Result<(Vec<Happening>, Indexed), Error> {
    let always = Window::everything(zone);
    if !stored.event.is_series() {
        return Ok((happenings(stored, always, MAX_INSTANCES)?.0, Indexed::default()));
    }
    let end = recurrence::end(&stored.event);
    if !stored.facilities.is_empty() && end.is_some() {
        return Ok((happenings(stored, always, MAX_INSTANCES)?.0, Indexed::default()));
    }
    let booked = last_booked(&stored.event, zone).min(now + BOOKED_AHEAD);
    let window = Window { from: now - BEHIND, to: (now + AHEAD).max(just_after(booked)), zone };
    let (items, truncated) = happenings(stored, window, MAX_INSTANCES)?;
    if truncated {
        return Ok((Vec::new(), Indexed::NOTHING));
    }
    let first = zone_instant(&stored.event, zone);
    let earlier = first < window.from || overrides_reach_back(&stored.event, zone, window.from);
    let until = end.is_none_or(|end| end > window.to).then_some(window.to);
    Ok((items, Indexed { from: earlier.then_some(window.from), until }))
}

/// The start of the last occurrence for which a facility is booked by itself.
fn last_booked(event: &Event, zone: Zone) -> Timestamp {
    let zone = event.zone_for(zone);
    let booked = event.recurrence_overrides.iter().filter(|(_, patch)| patch.facility_ids().is_some());
    let starts =
        booked.map(|(id, patch)| Timestamp::from(zone.instant(patch.start().unwrap_or(*id).naive())));
    starts.max().unwrap_or_default()
}

/// The occurrences of an event that are in the index as it stands: the index of one calendar is written anew by them.
pub(crate) fn as_indexed(stored: &StoredEvent, zone: Zone) -> Result<Vec<Happening>, Error> {
    if stored.indexed.is_dense() {
        return Ok(Vec::new());
    }
    let always = Window::everything(zone);
    let Indexed { from, until } = stored.indexed;
    let window = Window { from: from.unwrap_or(always.from), to: until.unwrap_or(always.to), zone };
    // The job brought the series further day by day, so that it may have more by now than a first look takes.
    let (mut items, _) = happenings(stored, window, usize::MAX)?;
    items.retain(|it| stored.indexed.holds(it.at.utc_start, it.at.utc_end));
    Ok(items)
}

/// The same for calendars in which they are to stand anew: what books a facility stands at the hours that it booked, as in its home, also
/// where that got another zone since. One statement, and that only of whole days and times on no clock that book something.
pub(crate) fn as_it_stands(
    tx: &mut ReadTx<'_>,
    stored: &StoredEvent,
    home: &StoredCalendar,
) -> Result<Vec<Happening>, Error> {
    let mut happenings = as_indexed(stored, home.time_zone)?;
    let by_calendar = stored.event.show_without_time || stored.event.time_zone.is_none();
    if by_calendar && !stored.all_facilities().is_empty() {
        let always = (Timestamp::from_micros(i64::MIN), Timestamp::from_micros(i64::MAX));
        let stands =
            store::occurrences::list_of_events(tx, &[home.collection], &[stored.id.as_str()], always)?;
        let stands: HashMap<String, _> =
            stands.into_iter().map(|it| (it.recurrence_id, (it.utc_start, it.utc_end))).collect();
        for it in &mut happenings {
            if let Some((start, end)) = stands.get(&it.recurrence_id()) {
                (it.at.utc_start, it.at.utc_end) = (*start, *end);
            }
        }
    }
    Ok(happenings)
}

/// The end of an index whose last occurrence starts at `start`.
pub(crate) fn just_after(start: Timestamp) -> Timestamp {
    start + Duration::from_micros(1)
}

fn zone_instant(event: &Event, zone: Zone) -> Timestamp {
    event.zone_for(zone).instant(event.start.naive()).into()
}

fn overrides_reach_back(event: &Event, zone: Zone, from: Timestamp) -> bool {
    let zone = event.zone_for(zone);
    event.recurrence_overrides.iter().any(|(id, patch)| {
        let start = patch.start().unwrap_or(*id);
        Timestamp::from(zone.instant(start.naive())) < from
    })
}

/// Which calendars show an event in some of its occurrences alone.
#[derive(Debug, Default)]
pub(crate) struct Attendance {
    /// Who takes part in any occurrence, save the organizer, whose calendar shows them all.
    guests: HashSet<PersonId>,
    /// The facilities that are booked for any occurrence.
    booked: HashMap<CollectionId, FacilityId>,
}

impl Attendance {
    /// Of an event. One statement, and that only where single occurrences book other facilities.
    pub fn of(tx: &mut ReadTx<'_>, stored: &StoredEvent) -> Result<Self, Error> {
        let mut attendance = Self::of_people(stored);
        if stored.event.recurrence_overrides.values().any(|patch| patch.facility_ids().is_some()) {
            let facilities = stored.all_facilities();
            let ids: Vec<&str> = facilities.iter().map(Id::as_str).collect();
            let bookable = store::facilities::list_bookable(tx, &ids)?;
            attendance.booked = bookable.into_iter().map(|it| (it.collection, it.facility.id)).collect();
        }
        Ok(attendance)
    }

    /// Of an event in calendars of persons.
    pub fn of_people(stored: &StoredEvent) -> Self {
        let apart = stored.event.recurrence_overrides.values().any(PatchObject::changes_people);
        let organizer = stored.organizer.as_ref();
        let guests = match organizer.filter(|_| apart) {
            Some(organizer) => stored.event.staff().into_iter().filter(|it| it != organizer).collect(),
            None => HashSet::new(),
        };
        Self { guests, booked: HashMap::new() }
    }

    /// Whether a calendar shows an occurrence.
    pub fn shows(&self, stored: &StoredEvent, it: &Happening, placement: &Placement) -> bool {
        match &placement.person {
            Some(person) => {
                let shown = it.own.as_ref().unwrap_or(&stored.event);
                (!self.guests.contains(person) || shown.participation(person).is_some())
                    && !leaves_out(placement, it.at.recurrence_id)
            }
            None => self.booked.get(&placement.collection).is_none_or(|facility| {
                it.facilities.as_ref().unwrap_or(&stored.facilities).contains(facility)
            }),
        }
    }
}

/// Takes an event out of the index of one calendar, where it is to stand as these say: one that does not repeat may have stood
/// elsewhere, when its home had another zone.
pub(crate) fn take_out(
    tx: &mut Tx<'_>,
    event: &EventId,
    collection: CollectionId,
    happenings: &[Happening],
) -> Result<(), Error> {
    let (stood, stands) =
        (store::occurrences::remove(tx, event, Some(collection))?.pop(), start_of_single(happenings));
    if stood != stands {
        store::placements::put_start(tx, event, Some(collection), stands)?;
    }
    Ok(())
}

/// Puts occurrences into the index of these calendars, except where the person put the event away or does not take part.
pub(crate) fn insert(
    tx: &mut Tx<'_>,
    stored: &StoredEvent,
    happenings: &[Happening],
    placements: &[Placement],
) -> Result<(), Error> {
    let attendance = Attendance::of(tx, stored)?;
    let attendance = &attendance;
    let entries = placements.iter().filter(|placement| !placement.hidden).flat_map(|placement| {
        happenings
            .iter()
            .filter(|it| attendance.shows(stored, it, placement))
            .map(move |it| (stored.id.clone(), it.entry(&stored.event, placement)))
    });
    store::occurrences::insert_many(tx, entries)
}
