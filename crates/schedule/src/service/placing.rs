//! In which calendars an event is seen, and what is written when that or the event changes.

use renraku_base::{EventId, PersonId};
use renraku_db::{
    CollectionId, ObjectType, Tx,
    changes::{self, Audience, Recorded},
};

use super::{
    audience::Audiences,
    calendars::stored_default,
    index::{Happening, start_of_single},
};
use crate::{
    ScheduleFault, jobs as later,
    model::Status,
    store::{
        self,
        calendars::StoredCalendar,
        events::StoredEvent,
        placements::{NewPlace, Placement},
    },
};

/// The most series with too many occurrences for the index that one person has.
const DENSE: i64 = 20;
/// In so many calendars an event is indexed and recorded within the request; in the rest by a job, because a transaction
/// holds the counter of each calendar until it commits.
pub(crate) const AT_ONCE: usize = 16;

/// The calendars in which an event belongs: the one in which it was made, those of its facilities, the default calendar of
/// each member of staff who takes part, unless their invitation is not the server's to bring, or all that they are invited to was
/// called off before they saw it. What someone put away stays away, and what they keep with it stays theirs.
pub(crate) fn places(
    tx: &mut Tx<'_>,
    stored: &StoredEvent,
    home: &StoredCalendar,
    facilities: &[CollectionId],
    before: &[Placement],
) -> Result<Vec<Placement>, ScheduleFault> {
    let owner = home.owner();
    let mut places = vec![Placement::new(home.collection, owner.clone())];
    places.extend(facilities.iter().map(|collection| Placement::new(*collection, None)));
    let is_new = |person: &PersonId| !before.iter().any(|place| place.person.as_ref() == Some(person));
    let mut staff = stored.event.scheduled_staff();
    staff.retain(|person| Some(person) != owner.as_ref());
    if stored.event.status == Status::Cancelled {
        staff.retain(|person| !is_new(person) || stored.event.comes_to_something(person));
    }
    let persons: Vec<&PersonId> = staff.iter().collect();
    if !persons.is_empty() {
        let ids: Vec<&str> = persons.iter().map(|person| person.as_str()).collect();
        let known = store::calendars::list_defaults(tx, &ids)?;
        for person in persons {
            let collection = match known.iter().find(|(owner, _)| owner == person) {
                Some((_, collection)) => *collection,
                None => stored_default(tx, person)?.collection,
            };
            let place = Placement::new(collection, Some(person.clone()));
            let known = before.iter().find(|known| known.collection == collection);
            places.push(match known {
                Some(known) => Placement { hidden: known.hidden, own: known.own.clone(), ..place },
                None => place,
            });
        }
    }
    places
        .sort_by_key(|place| (place.collection != home.collection, place.person.is_some(), place.collection));
    places.dedup_by_key(|place| place.collection);
    Ok(places)
}

/// Writes the places and index entries of a new event and records it in each calendar.
pub(crate) fn put_new(
    tx: &mut Tx<'_>,
    stored: &StoredEvent,
    places: &[Placement],
    happenings: &[Happening],
) -> Result<Recorded, ScheduleFault> {
    if stored.indexed.is_dense() {
        refuse_more_dense(tx, stored, 0)?;
    }
    insert_places(tx, stored, places, happenings)?;
    index_and_record(tx, stored, (&[], places), happenings, Audiences::of(&stored.event))
}

/// The same for an event that is seen already: what changed is written, and calendars that lose it are told.
pub(crate) fn put_changed(
    tx: &mut Tx<'_>,
    stored: &StoredEvent,
    (before, places): (&[Placement], &[Placement]),
    happenings: &[Happening],
    old: &StoredEvent,
) -> Result<Recorded, ScheduleFault> {
    if stored.indexed.is_dense() && !old.indexed.is_dense() {
        refuse_more_dense(tx, stored, 0)?;
    }
    let audiences = Audiences::of_change(&old.event, &stored.event);
    let (stood, stands) = (store::occurrences::remove(tx, &stored.id, None)?, start_of_single(happenings));
    let mut sorted: Vec<Placement> = places.to_vec();
    sorted.sort_by_key(|place| place.collection);
    if sorted != before || old.indexed.is_whole() != stored.indexed.is_whole() {
        store::placements::remove_all(tx, &stored.id)?;
        insert_places(tx, stored, places, happenings)?;
        let kept = |lost: &Placement| places.iter().any(|place| place.collection == lost.collection);
        record_gone(tx, &stored.id, before.iter().filter(|place| !kept(place)), audiences)?;
    } else {
        let as_before = match stands {
            None => stood.is_empty(),
            Some(start) => stood.len() == before.len() && stood.iter().all(|it| *it == start),
        };
        if !as_before {
            store::placements::put_start(tx, &stored.id, None, stands)?;
        }
        mark_dense(tx, stored, places)?;
    }
    index_and_record(tx, stored, (before, places), happenings, audiences)
}

fn insert_places(
    tx: &mut Tx<'_>,
    stored: &StoredEvent,
    places: &[Placement],
    happenings: &[Happening],
) -> Result<(), ScheduleFault> {
    let (open, utc_start) = (!stored.indexed.is_whole(), start_of_single(happenings));
    let new = |placement| NewPlace { event: &stored.id, placement, open, utc_start };
    let rows: Vec<_> = places.iter().map(new).collect();
    store::placements::insert_many(tx, &rows)?;
    mark_dense(tx, stored, places)
}

/// Refuses another series with too many occurrences for the index to somebody who has enough of them, with those that are `about_to`
/// be stored: everyone who looks has to expand it.
pub(crate) fn refuse_more_dense(
    tx: &mut Tx<'_>,
    stored: &StoredEvent,
    about_to: usize,
) -> Result<(), ScheduleFault> {
    let stored_already = store::events::count_dense(tx, &stored.calendar, &stored.id)?;
    let all = stored_already.saturating_add(i64::try_from(about_to).unwrap_or(i64::MAX));
    if all < DENSE { Ok(()) } else { Err(ScheduleFault::SeriesTooDense) }
}

/// Has the windows of calendars look at a series that is not in the index.
pub(crate) fn mark_dense(
    tx: &mut Tx<'_>,
    stored: &StoredEvent,
    places: &[Placement],
) -> Result<(), ScheduleFault> {
    if stored.indexed.is_dense() {
        let collections: Vec<CollectionId> = places.iter().map(|place| place.collection).collect();
        store::calendars::mark_dense(tx, &collections)?;
    }
    Ok(())
}

fn index_and_record(
    tx: &mut Tx<'_>,
    stored: &StoredEvent,
    (before, places): (&[Placement], &[Placement]),
    happenings: &[Happening],
    audiences: Audiences,
) -> Result<Recorded, ScheduleFault> {
    let shown = shown(places);
    let now = shown.get(..AT_ONCE).unwrap_or(&shown);
    super::index::insert(tx, stored, happenings, now)?;
    record(tx, &stored.id, (before, places), audiences)
}

fn shown(places: &[Placement]) -> Vec<Placement> {
    places.iter().filter(|place| !place.hidden).cloned().collect()
}

/// Records a change of an event in the calendars that show it; `before` is where it was.
pub(crate) fn record(
    tx: &mut Tx<'_>,
    event: &EventId,
    (before, places): (&[Placement], &[Placement]),
    audiences: Audiences,
) -> Result<Recorded, ScheduleFault> {
    let told: Vec<(CollectionId, Audience)> = shown(places)
        .iter()
        .map(|place| (place.collection, audiences.at(before, place.collection)))
        .collect();
    let mut recorded = None;
    for (collection, audience) in at_once(tx, event, &told)? {
        recorded = Some(changes::record_for(tx, *collection, ObjectType::Event, event, *audience));
    }
    recorded.ok_or_else(|| renraku_db::Error::damaged(format!("event {event} is in no calendar")).into())
}

/// Records that an event went out of these calendars: also of one where it was put away, whose owner may have seen it elsewhere because
/// they took part.
pub(crate) fn record_gone<'p>(
    tx: &mut Tx<'_>,
    event: &EventId,
    places: impl IntoIterator<Item = &'p Placement>,
    audiences: Audiences,
) -> Result<(), ScheduleFault> {
    let told: Vec<(CollectionId, Audience)> = places
        .into_iter()
        .map(|place| match place.hidden {
            true => (place.collection, Audience::Involved),
            false => (place.collection, audiences.goes),
        })
        .collect();
    for (collection, audience) in at_once(tx, event, &told)? {
        let _recorded = changes::record_gone_for(tx, *collection, ObjectType::Event, event, *audience);
    }
    Ok(())
}

/// The calendars in which a change is recorded now; of the others a job takes care.
fn at_once<'t>(
    tx: &mut Tx<'_>,
    event: &EventId,
    told: &'t [(CollectionId, Audience)],
) -> Result<&'t [(CollectionId, Audience)], ScheduleFault> {
    let (now, rest) = told.split_at(told.len().min(AT_ONCE));
    for audience in [Audience::Everybody, Audience::Details, Audience::Involved] {
        let some: Vec<CollectionId> =
            rest.iter().filter(|(_, its)| *its == audience).map(|(collection, _)| *collection).collect();
        if !some.is_empty() {
            later::spread(tx, event, &some, audience)?;
        }
    }
    Ok(now)
}

/// Does for these calendars what the request that changed the event left to a job: the event is in their index as it is now,
/// and their change log says so.
pub(crate) fn spread(
    tx: &mut Tx<'_>,
    event: &EventId,
    collections: &[CollectionId],
    audience: Audience,
) -> Result<(), ScheduleFault> {
    let (now, rest) = collections.split_at(collections.len().min(AT_ONCE));
    let stored = store::events::get(tx, event)?;
    let places: Vec<Placement> = match &stored {
        Some(_) => store::placements::list(tx, event)?,
        None => Vec::new(),
    };
    let places: Vec<Placement> = places.into_iter().filter(|place| now.contains(&place.collection)).collect();
    if let Some(stored) = &stored {
        let home = store::calendars::get(tx, &stored.calendar)?.ok_or(ScheduleFault::NotFound)?;
        let happenings = super::index::as_it_stands(tx, stored, &home)?;
        for place in &places {
            super::index::take_out(tx, event, place.collection, &happenings)?;
        }
        super::index::insert(tx, stored, &happenings, &places)?;
    }
    for collection in now {
        let shown = places.iter().any(|place| place.collection == *collection && !place.hidden);
        let _recorded = if shown {
            changes::record_for(tx, *collection, ObjectType::Event, event, audience)
        } else {
            changes::record_gone_for(tx, *collection, ObjectType::Event, event, audience)
        };
    }
    if !rest.is_empty() {
        later::spread(tx, event, rest, audience)?;
    }
    Ok(())
}
