//! An event as one person sees it.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

use renraku_base::{CalendarId, ETag, EventId, FacilityId, PersonId, Principal, Role};
use renraku_db::{CollectionId, ReadTx};
use renraku_people::access as people;
use serde_json::Value;

use super::keep_own::leaves_out;
use crate::{
    ScheduleFault,
    codec::ical::KEPT_COMPONENTS,
    model::{Event, EventView, FreeBusyStatus, KEPT_CALENDAR, Own, ParticipationStatus, Privacy},
    rules::{
        access::{self, View},
        attendance, recurrence,
    },
    store::{
        self,
        calendars::StoredCalendar,
        events::StoredEvent,
        placements::{Placement, SeenPlace, StoredOwn},
    },
};

/// The mark in the tag of an event of which the reader sees only when it takes time; no digit of a version.
pub(crate) const BUSY: char = 'v';

/// Whose alerts somebody sees with an event: each person has their own, and nobody sees another's.
#[derive(Clone, Copy)]
enum Keeper<'p> {
    /// Those that are kept with the event itself: of the person in whose calendar it was made.
    Organizer,
    /// Those that the reader keeps, if any.
    Reader(Option<&'p StoredOwn>),
}

impl Keeper<'_> {
    /// The event with them, and its tag.
    fn apply(self, event: Event, version: i64) -> (Event, ETag) {
        let (event, etag) = match self {
            Self::Organizer => return (event, ETag::of(version)),
            Self::Reader(None) => (without_alerts(event), ETag::of(version)),
            Self::Reader(Some(kept)) => (
                kept.own.instead(without_kept_alarms(event), recurrence::has_occurrence),
                ETag::of_own(version, kept.version),
            ),
        };
        // An exception for the organizer's alerts alone would say that there are some.
        (recurrence::without_idle_exceptions(event), etag)
    }
}

/// The event without anybody's alerts.
pub(crate) fn without_alerts(event: Event) -> Event {
    Own::default().instead(without_kept_alarms(event), |_, _| false)
}

/// The event without what is said to its organizer alone: whom nothing reached, and what their calendar is called.
fn as_guests_are_told(event: Event) -> Event {
    let mut event = event.without_schedule_status();
    event.more.remove(KEPT_CALENDAR);
    event
}

/// Takes away the alarms of the organizer that could not be read and are kept as they are.
fn without_kept_alarms(mut event: Event) -> Event {
    if let Some(Value::Array(kept)) = event.more.get_mut(KEPT_COMPONENTS) {
        kept.retain(|raw| !raw.as_str().is_some_and(|raw| raw.starts_with("BEGIN:VALARM")));
    }
    event
}

/// The event with what is kept of another's alarms that could not be read.
pub(crate) fn with_kept_alarms_of(mut event: Event, other: &Event) -> Event {
    let kept = other.more.get(KEPT_COMPONENTS).and_then(Value::as_array).into_iter().flatten();
    let alarms: Vec<Value> =
        kept.filter(|raw| raw.as_str().is_some_and(|raw| raw.starts_with("BEGIN:VALARM"))).cloned().collect();
    if !alarms.is_empty()
        && let Value::Array(all) =
            event.more.entry(KEPT_COMPONENTS.to_owned()).or_insert_with(|| Value::Array(Vec::new()))
    {
        all.extend(alarms);
    }
    event
}

/// What an event is called for whoever sees it as busy time alone. Without a name calendar programs show an empty box, or call it a new event.
const TAKEN: &str = "予定あり";

/// Names an event for a text of its own, if the reader has it under a tag of busy time.
pub(crate) fn name_busy(event: &mut Event, etag: &ETag) {
    if etag.is_of_view(BUSY) {
        TAKEN.clone_into(&mut event.title);
    }
}

/// Whether an event that is not public stays so to somebody who takes part in single occurrences alone, wherever they read it in a
/// calendar of another.
fn is_closed(who: &PersonId, stored: &StoredEvent) -> bool {
    stored.event.privacy != Privacy::Public
        && stored.event.participation(who).is_none()
        && stored.event.staff().contains(who)
}

/// What a guest declined, all of it or single occurrences, takes none of the time that their calendar shows.
fn free_where_declined(busy: &mut Event, whole: &Event, guest: &PersonId) {
    let status = |event: &Event| match event.participation(guest) {
        Some(ParticipationStatus::Declined) => FreeBusyStatus::Free,
        _ => event.free_busy_status,
    };
    busy.free_busy_status = status(whole);
    for (at, occurrence) in whole.occurrences_of(|_| true) {
        if let Some(mut seen) = busy.occurrence(at) {
            seen.free_busy_status = status(&occurrence);
            busy.put_occurrence(at, &seen);
        }
    }
}

/// Where one person may read events.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sight {
    places: Vec<SeenPlace>,
    /// What the person keeps with events of others' calendars.
    kept: HashMap<EventId, StoredOwn>,
    /// The events that they put away, where that is no place any more.
    put_away: Vec<EventId>,
}

impl Sight {
    /// Where `who` may read these events; two statements, and one more where a calendar is not theirs.
    pub fn of(tx: &mut ReadTx<'_>, who: &Principal, events: &[&str]) -> Result<Self, ScheduleFault> {
        if events.is_empty() {
            return Ok(Self::default());
        }
        let readable = people::standing(tx, who)?.readable;
        let mut places = store::placements::list_seen(tx, &readable, events)?;
        // What somebody put away is not in their calendar for others to see.
        places.retain(|it| !it.placement.hidden || it.calendar.is_of(&who.person));
        let mut of_others: Vec<&str> =
            places.iter().filter(|it| !it.calendar.is_of(&who.person)).map(|it| it.event.as_str()).collect();
        of_others.dedup();
        let kept = match of_others.as_slice() {
            [] => HashMap::new(),
            some => store::reader_alerts::list(tx, &who.person, some)?,
        };
        Ok(Self { places, kept, put_away: Vec::new() })
    }

    /// What someone sees of an event that was made in their own calendar, and of which nothing else is known.
    pub fn at_home(event: &EventId, role: Role, home: StoredCalendar) -> Self {
        let placement = Placement::new(home.collection, home.owner());
        let places = vec![SeenPlace { event: event.clone(), placement, role, calendar: home }];
        Self { places, kept: HashMap::new(), put_away: Vec::new() }
    }

    /// The same without those where the event was put away.
    pub fn without_hidden(mut self) -> Self {
        let hidden = self.places.extract_if(.., |place| place.placement.hidden);
        self.put_away.extend(hidden.map(|place| place.event));
        self
    }

    /// The places of one event.
    pub fn places(&self, event: &EventId) -> impl Iterator<Item = &SeenPlace> {
        self.places.iter().filter(move |place| place.event == *event)
    }

    /// The place of an event in the person's own calendar, when it was made in another one: with it they keep what is theirs alone.
    pub fn own_place(&self, who: &PersonId, stored: &StoredEvent) -> Option<&SeenPlace> {
        self.places(&stored.id).find(|it| it.calendar.is_of(who) && it.calendar.id != stored.calendar)
    }

    /// What the person keeps with an event of another's calendar.
    pub fn kept(&self, event: &EventId) -> Option<&StoredOwn> {
        self.kept.get(event)
    }

    /// Whether an event was made in a calendar of the person's own, so that its alerts are theirs.
    pub fn is_made_by(&self, who: &PersonId, stored: &StoredEvent) -> bool {
        self.places(&stored.id).any(|it| it.calendar.id == stored.calendar && it.calendar.is_of(who))
    }

    /// Whose alerts the reader of an event sees with it.
    fn keeper(&self, who: &PersonId, stored: &StoredEvent) -> Keeper<'_> {
        match self.own_place(who, stored) {
            Some(place) => Keeper::Reader(place.placement.own.as_ref()),
            None if self.is_made_by(who, stored) => Keeper::Organizer,
            None => Keeper::Reader(self.kept(&stored.id)),
        }
    }

    /// The same in one calendar.
    fn keeper_in(&self, who: &PersonId, stored: &StoredEvent, collection: CollectionId) -> Keeper<'_> {
        match self.places(&stored.id).find(|it| it.placement.collection == collection) {
            Some(place) if !place.calendar.is_of(who) => Keeper::Reader(self.kept(&stored.id)),
            Some(place) if place.calendar.id == stored.calendar => Keeper::Organizer,
            Some(place) => Keeper::Reader(place.placement.own.as_ref()),
            None => Keeper::Reader(None),
        }
    }

    /// The event as `who` sees it in one calendar, with the occurrences that take place there; `None` when they do not.
    pub fn view_in(
        &self,
        who: &PersonId,
        stored: &StoredEvent,
        collection: CollectionId,
    ) -> Option<EventView> {
        let there = |place: &SeenPlace| place.placement.collection == collection;
        let place = self.places(&stored.id).find(|it| there(it))?;
        let mine = place.calendar.is_of(who);
        let part = self.part(stored, mine && self.holds(who, stored), there)?;
        let part = (self.without_left_out(who, stored, there, part.0), part.1);
        let guest = mine || !is_closed(who, stored) && self.is_invited(who, stored);
        let mut view = self.view_part(who, stored, self.keeper_in(who, stored, collection), (part, guest))?;
        if let Some(guest) = place.placement.person.as_ref().filter(|_| view.etag.is_of_view(BUSY)) {
            free_where_declined(&mut view.event, &stored.event, guest);
        }
        Some(view)
    }

    /// The event as `who` sees it; `None` when they do not.
    pub fn view(&self, who: &PersonId, stored: &StoredEvent) -> Option<EventView> {
        let mine = self.places(&stored.id).any(|it| it.calendar.is_of(who));
        let closed = is_closed(who, stored);
        // Where nothing of it is left in a calendar of theirs they are a reader like any other.
        let shows = |place: &SeenPlace| !(closed && mine) || place.calendar.is_of(who);
        let part = self.part(stored, self.holds(who, stored), shows)?;
        let part = (self.without_left_out(who, stored, |_| true, part.0), part.1);
        let guest = (mine || !closed) && self.is_invited(who, stored);
        self.view_part(who, stored, self.keeper(who, stored), (part, guest))
    }

    /// Whether an event is in a calendar of the person's own, or was until they put it away: who is named among those who take part, and
    /// was not invited, is a reader like any other.
    fn is_invited(&self, who: &PersonId, stored: &StoredEvent) -> bool {
        self.places(&stored.id).any(|it| it.calendar.is_of(who)) || self.put_away.contains(&stored.id)
    }

    /// Whether an event is the person's: they organize it, or it was made in a calendar of theirs.
    fn holds(&self, who: &PersonId, stored: &StoredEvent) -> bool {
        stored.organizer.as_ref() == Some(who) || self.is_made_by(who, stored)
    }

    /// The view of a part of an event; whether they see it as its `guest`, if they take part.
    fn view_part(
        &self,
        who: &PersonId,
        stored: &StoredEvent,
        keeper: Keeper<'_>,
        ((event, booked), guest): ((Cow<'_, Event>, Vec<FacilityId>), bool),
    ) -> Option<EventView> {
        let role = self.places(&stored.id).map(|place| place.role).max();
        let holds = self.holds(who, stored);
        let takes_part = guest && (event.participation(who).is_some() || event.staff().contains(who));
        let involved = role.is_some() && (holds || takes_part);
        let calendar_id = self.calendar_of(who, stored)?;
        let view = access::view(stored.event.privacy, role, involved);
        let (event, etag) = match view {
            View::Hidden => return None,
            View::Busy => {
                let uid = stored.id.as_str().to_owned();
                (access::busy_only(&event, uid), ETag::of_view(stored.busy_version, BUSY))
            }
            View::Full => {
                let organizers = self.places(&stored.id).any(|it| it.calendar.id == stored.calendar);
                let event = event.into_owned();
                let event = if organizers { event } else { as_guests_are_told(event) };
                keeper.apply(event, stored.version)
            }
        };
        let full = view == View::Full;
        Some(EventView {
            id: stored.id.clone(),
            calendar_id,
            facility_ids: if full { booked } else { Vec::new() },
            is_organizer: full && stored.organizer.as_ref() == Some(who),
            dropped_overrides: Vec::new(),
            etag,
            event,
        })
    }

    /// The occurrences of an event that these places show, with what they book.
    fn part<'e>(
        &self,
        stored: &'e StoredEvent,
        holds: bool,
        shows: impl Fn(&SeenPlace) -> bool,
    ) -> Option<(Cow<'e, Event>, Vec<FacilityId>)> {
        let places = || self.places(&stored.id).filter(|it| shows(it));
        let at_home = || places().any(|it| it.calendar.id == stored.calendar);
        if holds || !stored.event.differs_in_who_and_where() || at_home() {
            return Some((Cow::Borrowed(&stored.event), stored.facilities.clone()));
        }
        let sees = |event: &Event, booked: &[FacilityId]| {
            places().any(|it| match &it.placement.person {
                Some(person) => {
                    event.participation(person).is_some() && !leaves_out(&it.placement, event.recurrence_id)
                }
                None => booked.iter().any(|facility| facility.as_str() == it.calendar.owner_id),
            })
        };
        let (event, booked) = attendance::part(&stored.event, &stored.facilities, sees)?;
        Some((Cow::Owned(event), booked))
    }

    /// The event without the occurrences that those leave out in whose calendars alone `who` sees it.
    fn without_left_out<'e>(
        &self,
        who: &PersonId,
        stored: &StoredEvent,
        shows: impl Fn(&SeenPlace) -> bool,
        event: Cow<'e, Event>,
    ) -> Cow<'e, Event> {
        // Of a guest of single occurrences they are left out already.
        if event.recurrence_id.is_some() {
            return event;
        }
        let places = self.places(&stored.id).filter(|it| shows(it) && !it.placement.hidden);
        let left_out = places.map(|it| match &it.placement.own {
            Some(own) if !it.calendar.is_of(who) => own.own.left_out.clone(),
            _ => BTreeSet::new(),
        });
        let left_out = left_out.reduce(|all, one| all.intersection(&one).copied().collect());
        let mut gone = left_out.unwrap_or_default();
        gone.retain(|id| recurrence::has_occurrence(&stored.event, *id));
        gone.into_iter().fold(event, |event, id| Cow::Owned(event.without(id)))
    }

    /// The one calendar in which someone is told that they see the event, whichever way they came to it: where it was made,
    /// else their own, else the first; where they put it away only if it is in no other.
    fn calendar_of(&self, who: &PersonId, stored: &StoredEvent) -> Option<CalendarId> {
        let first = self.places(&stored.id).min_by_key(|SeenPlace { placement, calendar, .. }| {
            (placement.hidden, calendar.id != stored.calendar, !calendar.is_of(who), calendar.collection)
        });
        first.map(|place| place.calendar.id.clone())
    }
}
