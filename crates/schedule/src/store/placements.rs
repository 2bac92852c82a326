use std::collections::HashMap;

use diesel::prelude::*;
use renraku_base::{EventId, Id, PersonId, Role};
use renraku_db::{
    CollectionId, Error, ReadTx, Tx, among,
    schema::{calendars as calendar_rows, placements},
};

use super::calendars::{self, StoredCalendar};

/// That an event is seen in a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placement {
    pub collection: CollectionId,
    /// The person whose answer counts in this calendar; `None` in a facility's.
    pub person: Option<PersonId>,
    /// Whether the person put the event away.
    pub hidden: bool,
}

#[derive(Insertable)]
#[diesel(table_name = placements, treat_none_as_default_value = false)]
struct Row<'a> {
    event_id: &'a str,
    collection_id: i64,
    person_id: Option<&'a str>,
    open: bool,
    hidden: bool,
}

pub(crate) fn list(tx: &mut ReadTx<'_>, event: &EventId) -> Result<Vec<Placement>, Error> {
    let rows: Vec<(i64, Option<String>, bool)> = placements::table
        .filter(placements::event_id.eq(event.as_str()))
        .order(placements::collection_id)
        .select((placements::collection_id, placements::person_id, placements::hidden))
        .load(tx.conn())?;
    Ok(rows
        .into_iter()
        .map(|(collection, person, hidden)| Placement {
            collection: CollectionId(collection),
            person: person.map(Id::stored),
            hidden,
        })
        .collect())
}

/// The places of these events.
pub(crate) fn list_of(
    tx: &mut ReadTx<'_>,
    events: &[&str],
) -> Result<HashMap<EventId, Vec<Placement>>, Error> {
    let rows: Vec<(String, i64, Option<String>, bool)> = placements::table
        .filter(among(placements::event_id, events))
        .order((placements::event_id, placements::collection_id))
        .select((placements::event_id, placements::collection_id, placements::person_id, placements::hidden))
        .load(tx.conn())?;
    let mut places: HashMap<EventId, Vec<Placement>> = HashMap::with_capacity(events.len());
    for (event, collection, person, hidden) in rows {
        let (collection, person) = (CollectionId(collection), person.map(Id::stored));
        places.entry(Id::stored(event)).or_default().push(Placement { collection, person, hidden });
    }
    Ok(places)
}

/// A calendar that someone may read, and an event in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SeenPlace {
    pub event: EventId,
    pub placement: Placement,
    pub role: Role,
    pub calendar: StoredCalendar,
}

/// Where these events lie among these collections, each place with the role that stands beside its collection, by event and
/// collection.
pub(crate) fn list_seen(
    tx: &mut ReadTx<'_>,
    readable: &[(CollectionId, Role)],
    events: &[&str],
) -> Result<Vec<SeenPlace>, Error> {
    let rows: Vec<(String, Option<String>, bool, calendars::Row)> = placements::table
        .inner_join(calendar_rows::table.on(calendar_rows::collection_id.eq(placements::collection_id)))
        .filter(among(placements::event_id, events))
        .filter(among(placements::collection_id, readable.iter().map(|(id, _)| id.0)))
        .order((placements::event_id, placements::collection_id))
        .select((
            placements::event_id,
            placements::person_id,
            placements::hidden,
            calendars::Row::as_select(),
        ))
        .load(tx.conn())?;
    rows.into_iter()
        .map(|(event, person, hidden, row)| {
            let (calendar, role) = calendars::with_role(row, readable)?;
            let placement =
                Placement { collection: calendar.collection, person: person.map(Id::stored), hidden };
            Ok(SeenPlace { event: Id::stored(event), placement, role, calendar })
        })
        .collect()
}

/// The events placed in a calendar, in ascending order of their ids after `after`.
pub(crate) fn list_after(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    after: &str,
    limit: i64,
) -> Result<Vec<EventId>, Error> {
    let ids: Vec<String> = placements::table
        .filter(placements::collection_id.eq(collection.0).and(placements::event_id.gt(after)))
        .order(placements::event_id)
        .limit(limit)
        .select(placements::event_id)
        .load(tx.conn())?;
    Ok(ids.into_iter().map(Id::stored).collect())
}

/// Places events; `open` says whether their series has occurrences that are not in the index.
pub(crate) fn insert_many(tx: &mut Tx<'_>, many: &[(&EventId, &Placement, bool)]) -> Result<(), Error> {
    for some in many.chunks(4_000) {
        let rows: Vec<Row<'_>> = some
            .iter()
            .map(|(event, placement, open)| Row {
                event_id: event.as_str(),
                collection_id: placement.collection.0,
                person_id: placement.person.as_ref().map(Id::as_str),
                open: *open,
                hidden: placement.hidden,
            })
            .collect();
        match rows.as_slice() {
            // A single row's statement stays prepared, and most events have one place.
            [one] => tx.run(diesel::insert_into(placements::table).values(one))?,
            many => tx.run(diesel::insert_into(placements::table).values(many))?,
        };
    }
    Ok(())
}

/// Notes that a person put an event away, or that it is back.
pub(crate) fn put_hidden(
    tx: &mut Tx<'_>,
    event: &EventId,
    collection: CollectionId,
    hidden: bool,
) -> Result<(), Error> {
    diesel::update(placements::table.find((event.as_str(), collection.0)))
        .set(placements::hidden.eq(hidden))
        .execute(tx.conn())?;
    Ok(())
}

/// Takes an event out of one calendar.
pub(crate) fn remove(tx: &mut Tx<'_>, event: &EventId, collection: CollectionId) -> Result<(), Error> {
    diesel::delete(placements::table.find((event.as_str(), collection.0))).execute(tx.conn())?;
    Ok(())
}

/// Takes an event out of every calendar.
pub(crate) fn remove_all(tx: &mut Tx<'_>, event: &EventId) -> Result<(), Error> {
    diesel::delete(placements::table.filter(placements::event_id.eq(event.as_str()))).execute(tx.conn())?;
    Ok(())
}

/// Takes these events out of every calendar.
pub(crate) fn remove_many(tx: &mut Tx<'_>, ids: &[&str]) -> Result<(), Error> {
    diesel::delete(placements::table.filter(among(placements::event_id, ids))).execute(tx.conn())?;
    Ok(())
}
