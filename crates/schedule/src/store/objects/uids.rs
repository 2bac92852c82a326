//! What has which UID.

use std::collections::{HashMap, HashSet};

use diesel::{dsl::exists, prelude::*};
use renraku_base::{CalendarId, EventId, Id, PersonId};
use renraku_db::{
    CollectionId, Error, ReadTx, among,
    schema::{calendar_objects as objects, events, placements},
};

use super::{IS_TASK, NOT_TASK};

/// An event of a UID that is placed in a calendar.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EventOfUid {
    pub id: EventId,
    /// The calendar in which it was made.
    pub calendar: CalendarId,
    /// Whether its person put it away.
    pub hidden: bool,
}

/// What has a UID in a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OfUid {
    /// The events that are placed there, wherever they were made, in ascending order of their ids. There is more than one where somebody
    /// was invited to what has the UID of something else in their calendar.
    pub events: Vec<EventOfUid>,
    /// The task.
    pub task: Option<String>,
    /// The events that are not in this calendar: what these people have in another one of theirs, and what the house organizes.
    pub elsewhere: Vec<EventId>,
}

/// What has a UID in a calendar, and elsewhere.
pub(crate) fn list_by_uid(
    tx: &mut ReadTx<'_>,
    (collection, people): (CollectionId, [Option<&PersonId>; 2]),
    uid: &str,
) -> Result<OfUid, Error> {
    // A UID has few events, and a calendar many: a join might begin with the calendar.
    let here = || {
        placements::table
            .filter(placements::event_id.eq(events::id).and(placements::collection_id.eq(collection.0)))
    };
    let [one, other] = people.map(|person| person.map(PersonId::as_str));
    let elsewhere = placements::table
        .filter(placements::event_id.eq(events::id).and(placements::hidden.eq(false)))
        .filter(placements::person_id.eq(one).or(placements::person_id.eq(other)))
        .select(placements::event_id);
    let is_placed = exists(here().select(placements::event_id)).or(exists(elsewhere));
    let placed = events::table
        .filter(events::uid.eq(uid).and(is_placed.or(events::organizer_id.is_not_null())))
        .select((
            events::id,
            events::calendar_id,
            here().select(placements::hidden).single_value(),
            NOT_TASK,
        ));
    let tasks = objects::table
        .filter(objects::collection_id.eq(collection.0).and(IS_TASK))
        .filter(objects::uid.eq(uid).and(objects::body.is_not_null()))
        .select((objects::object_id, objects::object_id, NOT_TASK.nullable(), IS_TASK));
    let mut rows: Vec<(String, String, Option<bool>, bool)> = tx.fetch(placed.union_all(tasks))?;
    let task = rows.iter().position(|(.., is_task)| *is_task).map(|at| rows.swap_remove(at).0);
    rows.sort_unstable();
    let (mut events, mut elsewhere) = (Vec::new(), Vec::new());
    for (id, calendar, hidden, _) in rows {
        match hidden {
            Some(hidden) => {
                events.push(EventOfUid { id: Id::stored(id), calendar: Id::stored(calendar), hidden });
            }
            None => elsewhere.push(Id::stored(id)),
        }
    }
    Ok(OfUid { events, task, elsewhere })
}

/// Which of some UIDs a calendar has already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TakenUids {
    /// Those of tasks, and of events that were made in another calendar and are seen here.
    pub taken: HashSet<String>,
    /// Those of which its person put events away, with these.
    pub put_away: HashMap<String, Vec<EventId>>,
}

/// Which of these UIDs a calendar has already.
pub(crate) fn list_taken_uids(
    tx: &mut ReadTx<'_>,
    (collection, calendar): (CollectionId, &CalendarId),
    uids: &[&str],
) -> Result<TakenUids, Error> {
    let tasks: Vec<String> = tx.fetch(
        objects::table
            .filter(objects::collection_id.eq(collection.0).and(IS_TASK))
            .filter(among(objects::uid, uids.iter().copied()).and(objects::body.is_not_null()))
            .select(objects::uid),
    )?;
    let elsewhere: Vec<(String, String)> = tx.fetch(
        events::table
            .filter(among(events::uid, uids.iter().copied()).and(events::calendar_id.ne(calendar.as_str())))
            .select((events::id, events::uid)),
    )?;
    let mut found = TakenUids { taken: tasks.into_iter().collect(), ..TakenUids::default() };
    if elsewhere.is_empty() {
        return Ok(found);
    }
    let placed: Vec<(String, bool)> = tx.fetch(
        placements::table
            .filter(among(placements::event_id, elsewhere.iter().map(|(id, _)| id.as_str())))
            .filter(placements::collection_id.eq(collection.0))
            .select((placements::event_id, placements::hidden)),
    )?;
    let placed: HashMap<String, bool> = placed.into_iter().collect();
    for (id, uid) in elsewhere {
        match placed.get(&id) {
            Some(true) => found.put_away.entry(uid).or_default().push(Id::stored(id)),
            Some(false) => {
                found.taken.insert(uid);
            }
            None => {}
        }
    }
    Ok(found)
}
