use std::collections::{BTreeSet, HashMap};

use renraku_base::{FacilityId, Id, PersonId};
use renraku_db::{CollectionId, Tx};
use renraku_people::directory::{NamedPerson, service as directory};

use super::{calendars::seed_defaults, index, placing, staff};
use crate::{
    ScheduleFault, jobs,
    model::EventDraft,
    store::{
        self,
        calendars::StoredCalendar,
        events::{Indexed, StoredEvent},
        placements::{NewPlace, Placement},
    },
};

/// How many events are made ready before they are written.
const PAGE: usize = 1_000;

/// Makes the default calendars of many people at once, each open to all colleagues as free/busy.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn create_default_calendars(tx: &mut Tx<'_>, people: &[PersonId]) -> Result<(), ScheduleFault> {
    let people: Vec<&PersonId> = people.iter().collect();
    seed_defaults(tx, &people)?;
    Ok(())
}

/// Writes many new events at once, each into its organizer's default calendar: a demo office, a bench.
///
/// Answers are taken as they are given, facilities are booked as they are asked for (the caller keeps them apart), nobody is
/// told. Ids that are taken end the transaction.
///
/// # Errors
/// [`ScheduleFault::Internal`] when the database fails.
pub fn bulk_insert(
    tx: &mut Tx<'_>,
    events: impl IntoIterator<Item = (PersonId, EventDraft)>,
) -> Result<(), ScheduleFault> {
    let mut events = events.into_iter().peekable();
    while events.peek().is_some() {
        let some: Vec<(PersonId, EventDraft)> = events.by_ref().take(PAGE).collect();
        write(tx, some)?;
    }
    Ok(())
}

/// What a page of events refers to.
struct Known {
    calendars: HashMap<PersonId, StoredCalendar>,
    names: HashMap<PersonId, NamedPerson>,
    facilities: HashMap<FacilityId, CollectionId>,
}

impl Known {
    fn of(tx: &mut Tx<'_>, events: &[(PersonId, EventDraft)]) -> Result<Self, ScheduleFault> {
        let mut people: BTreeSet<&PersonId> = events.iter().map(|(organizer, _)| organizer).collect();
        let participants = events.iter().flat_map(|(_, draft)| draft.event.participants.values());
        people.extend(participants.filter_map(|participant| participant.person_id.as_ref()));
        let people: Vec<&PersonId> = people.into_iter().collect();
        let facilities: BTreeSet<&str> =
            events.iter().flat_map(|(_, draft)| &draft.facility_ids).map(Id::as_str).collect();
        let facilities: Vec<&str> = facilities.into_iter().collect();
        let mut names = HashMap::with_capacity(people.len());
        for some in people.chunks(1_000) {
            let some: Vec<PersonId> = some.iter().map(|person| (*person).clone()).collect();
            names.extend(directory::names(tx, &some)?);
        }
        Ok(Self {
            calendars: seed_defaults(tx, &people)?,
            names,
            facilities: store::facilities::list_bookable(tx, &facilities)?
                .into_iter()
                .map(|it| (it.facility.id, it.collection))
                .collect(),
        })
    }

    fn places(&self, stored: &StoredEvent, home: &StoredCalendar) -> Vec<Placement> {
        let place = Placement::new;
        let mut places = vec![place(home.collection, stored.organizer.clone())];
        let facilities = stored.facilities.iter().filter_map(|id| self.facilities.get(id));
        places.extend(facilities.map(|collection| place(*collection, None)));
        let persons =
            stored.event.participants.values().filter_map(|participant| participant.person_id.as_ref());
        places.extend(
            persons
                .filter_map(|person| Some((person, self.calendars.get(person)?)))
                .filter(|(_, calendar)| calendar.id != home.id)
                .map(|(person, calendar)| place(calendar.collection, Some(person.clone()))),
        );
        places
    }
}

fn write(tx: &mut Tx<'_>, events: Vec<(PersonId, EventDraft)>) -> Result<(), ScheduleFault> {
    let known = Known::of(tx, &events)?;
    let (version, now) = (tx.next_version(None), tx.now());
    let mut stored = Vec::with_capacity(events.len());
    let mut places = Vec::with_capacity(events.len());
    let mut entries = Vec::new();
    for (organizer, draft) in events {
        let Some(home) = known.calendars.get(&organizer) else { continue };
        let EventDraft { id, facility_ids, mut event, .. } = draft;
        staff::complete_known(&mut event, &organizer, &known.names);
        let mut one = StoredEvent {
            id,
            calendar: home.id.clone(),
            organizer: Some(organizer),
            version,
            busy_version: version,
            indexed: Indexed::default(),
            facilities: facility_ids,
            event,
        };
        let (happenings, indexed) = index::to_index(&one, home.time_zone, now)?;
        one.indexed = indexed;
        for place in known.places(&one, home) {
            entries.extend(happenings.iter().map(|it| (one.id.clone(), it.entry(&one.event, &place))));
            places.push((one.id.clone(), place, !indexed.is_whole(), index::start_of_single(&happenings)));
        }
        stored.push(one);
    }
    store::events::insert_many(tx, &stored)?;
    let places: Vec<_> = places
        .iter()
        .map(|(event, placement, open, utc_start)| {
            let (open, utc_start) = (*open, *utc_start);
            NewPlace { event, placement, open, utc_start }
        })
        .collect();
    store::placements::insert_many(tx, &places)?;
    for one in stored.iter().filter(|one| one.indexed.is_dense()) {
        let of_it: Vec<Placement> =
            places.iter().filter(|it| *it.event == one.id).map(|it| it.placement.clone()).collect();
        placing::mark_dense(tx, one, &of_it)?;
    }
    store::occurrences::insert_many(tx, entries)?;
    for one in stored.iter().filter(|one| !one.event.alerts.is_empty()) {
        if let Some(home) = one.organizer.as_ref().and_then(|organizer| known.calendars.get(organizer)) {
            jobs::remind_next(tx, one, home.time_zone, now)?;
        }
    }
    Ok(())
}
