use std::collections::HashMap;

use diesel::prelude::*;
use renraku_base::{EventId, Id, PersonId, Role, Timestamp};
use renraku_db::{
    CollectionId, Error, ReadTx, Tx, among, columns,
    schema::{calendars as calendar_rows, placements},
};

use super::{
    calendars::{self, StoredCalendar},
    objects,
};
use crate::model::Own;

/// That an event is seen in a calendar.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Placement {
    pub collection: CollectionId,
    /// The person whose answer counts in this calendar; `None` in a facility's.
    pub person: Option<PersonId>,
    /// Whether the person put the event away.
    pub hidden: bool,
    /// What the person keeps with an event that was made in another calendar.
    pub own: Option<StoredOwn>,
}

impl Placement {
    /// The place of an event that is seen in a calendar.
    pub fn new(collection: CollectionId, person: Option<PersonId>) -> Self {
        Self { collection, person, hidden: false, own: None }
    }
}

/// What somebody keeps with an event for themselves alone, as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredOwn {
    pub version: i64,
    pub own: Own,
}

impl StoredOwn {
    pub(super) fn of_row(text: Option<String>, version: Option<i64>) -> Result<Option<Self>, Error> {
        let (Some(text), Some(version)) = (text, version) else { return Ok(None) };
        Self::read(&text, version).map(Some)
    }

    pub(super) fn read(text: &str, version: i64) -> Result<Self, Error> {
        Ok(Self { version, own: serde_json::from_str(text).map_err(Error::damaged)? })
    }

    pub(super) fn text(&self) -> Result<String, Error> {
        serde_json::to_string(&self.own).map_err(Error::damaged)
    }
}

#[derive(Insertable)]
#[diesel(table_name = placements, treat_none_as_default_value = false)]
struct Row<'a> {
    event_id: &'a str,
    collection_id: i64,
    person_id: Option<&'a str>,
    open: bool,
    hidden: bool,
    own: Option<String>,
    own_version: Option<i64>,
    utc_start: Option<i64>,
}

/// The columns of a place, after those that say which it is.
type PlaceColumns = (placements::person_id, placements::hidden, placements::own, placements::own_version);
const PLACE: PlaceColumns =
    (placements::person_id, placements::hidden, placements::own, placements::own_version);
type PlaceRow = (Option<String>, bool, Option<String>, Option<i64>);

fn place(collection: CollectionId, (person, hidden, own, version): PlaceRow) -> Result<Placement, Error> {
    let own = StoredOwn::of_row(own, version)?;
    Ok(Placement { collection, person: person.map(Id::stored), hidden, own })
}

pub(crate) fn list(tx: &mut ReadTx<'_>, event: &EventId) -> Result<Vec<Placement>, Error> {
    let rows: Vec<(i64, PlaceRow)> = tx.fetch(
        placements::table
            .filter(placements::event_id.eq(event.as_str()))
            .order(placements::collection_id)
            .select((placements::collection_id, PLACE)),
    )?;
    rows.into_iter().map(|(collection, row)| place(CollectionId(collection), row)).collect()
}

/// The places of these events.
pub(crate) fn list_of(
    tx: &mut ReadTx<'_>,
    events: &[&str],
) -> Result<HashMap<EventId, Vec<Placement>>, Error> {
    let rows: Vec<(String, i64, PlaceRow)> = tx.fetch(
        placements::table
            .filter(among(placements::event_id, events))
            .order((placements::event_id, placements::collection_id))
            .select((placements::event_id, placements::collection_id, PLACE)),
    )?;
    let mut places: HashMap<EventId, Vec<Placement>> = HashMap::with_capacity(events.len());
    for (event, collection, row) in rows {
        places.entry(Id::stored(event)).or_default().push(place(CollectionId(collection), row)?);
    }
    Ok(places)
}

/// A calendar that someone may read, and an event in it.
#[derive(Debug, Clone, PartialEq)]
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
    let rows: Vec<(String, PlaceRow, calendars::Row)> = tx.fetch(
        placements::table
            .inner_join(calendar_rows::table.on(calendar_rows::collection_id.eq(placements::collection_id)))
            .filter(among(placements::event_id, events))
            .filter(among(placements::collection_id, readable.iter().map(|(id, _)| id.0)))
            .order((placements::event_id, placements::collection_id))
            .select((placements::event_id, PLACE, columns::<calendars::Row>())),
    )?;
    rows.into_iter()
        .map(|(event, place_row, row)| {
            let (calendar, role) = calendars::with_role(row, readable)?;
            let placement = place(calendar.collection, place_row)?;
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
    let ids: Vec<String> = tx.fetch(
        placements::table
            .filter(placements::collection_id.eq(collection.0).and(placements::event_id.gt(after)))
            .order(placements::event_id)
            .limit(limit)
            .select(placements::event_id),
    )?;
    Ok(ids.into_iter().map(Id::stored).collect())
}

/// A place that an event gets.
#[derive(Debug, Clone)]
pub(crate) struct NewPlace<'a> {
    pub event: &'a EventId,
    pub placement: &'a Placement,
    /// Whether the event is a series with occurrences that are not in the index.
    pub open: bool,
    /// Where an event that does not repeat stands in the index.
    pub utc_start: Option<Timestamp>,
}

/// Places events.
pub(crate) fn insert_many(tx: &mut Tx<'_>, many: &[NewPlace<'_>]) -> Result<(), Error> {
    for some in many.chunks(4_000) {
        let rows: Vec<Row<'_>> = some
            .iter()
            .map(|NewPlace { event, placement, open, utc_start }| {
                Ok(Row {
                    event_id: event.as_str(),
                    collection_id: placement.collection.0,
                    person_id: placement.person.as_ref().map(Id::as_str),
                    open: *open,
                    hidden: placement.hidden,
                    own: placement.own.as_ref().map(StoredOwn::text).transpose()?,
                    own_version: placement.own.as_ref().map(|own| own.version),
                    utc_start: utc_start.map(Timestamp::micros),
                })
            })
            .collect::<Result<_, Error>>()?;
        match rows.as_slice() {
            // A single row's statement stays prepared, and most events have one place.
            [one] => tx.run_prepared(diesel::insert_into(placements::table).values(one))?,
            many => drop(tx.run(diesel::insert_into(placements::table).values(many))?),
        }
    }
    Ok(())
}

/// Notes where an event that does not repeat stands in the index of its calendars from now on, or of one.
pub(crate) fn put_start(
    tx: &mut Tx<'_>,
    event: &EventId,
    collection: Option<CollectionId>,
    utc_start: Option<Timestamp>,
) -> Result<(), Error> {
    let places = placements::table.filter(placements::event_id.eq(event.as_str()));
    let start = placements::utc_start.eq(utc_start.map(Timestamp::micros));
    match collection {
        None => tx.run_prepared(diesel::update(places).set(start)),
        Some(one) => {
            let place = places.filter(placements::collection_id.eq(one.0));
            tx.run_prepared(diesel::update(place).set(start))
        }
    }
}

/// Notes that a person put an event away, or that it is back.
pub(crate) fn put_hidden(
    tx: &mut Tx<'_>,
    event: &EventId,
    collection: CollectionId,
    hidden: bool,
) -> Result<(), Error> {
    objects::outdate(tx, event)?;
    tx.run_prepared(
        diesel::update(placements::table.find((event.as_str(), collection.0)))
            .set(placements::hidden.eq(hidden)),
    )?;
    Ok(())
}

/// Keeps something of a person's own with an event.
pub(crate) fn put_own(
    tx: &mut Tx<'_>,
    event: &EventId,
    collection: CollectionId,
    own: &StoredOwn,
) -> Result<(), Error> {
    objects::outdate(tx, event)?;
    tx.run_prepared(
        diesel::update(placements::table.find((event.as_str(), collection.0)))
            .set((placements::own.eq(own.text()?), placements::own_version.eq(own.version))),
    )?;
    Ok(())
}

/// Takes an event out of one calendar.
pub(crate) fn remove(tx: &mut Tx<'_>, event: &EventId, collection: CollectionId) -> Result<(), Error> {
    objects::outdate(tx, event)?;
    tx.run(diesel::delete(placements::table.find((event.as_str(), collection.0))))?;
    Ok(())
}

/// Takes an event out of every calendar.
pub(crate) fn remove_all(tx: &mut Tx<'_>, event: &EventId) -> Result<(), Error> {
    objects::outdate(tx, event)?;
    tx.run(diesel::delete(placements::table.filter(placements::event_id.eq(event.as_str()))))?;
    Ok(())
}

/// Takes these events out of every calendar.
pub(crate) fn remove_many(tx: &mut Tx<'_>, ids: &[&str]) -> Result<(), Error> {
    objects::outdate_many(tx, ids)?;
    tx.run(diesel::delete(placements::table.filter(among(placements::event_id, ids))))?;
    Ok(())
}
