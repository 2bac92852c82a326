//! The events of a calendar, as lists of it need them.

use diesel::prelude::*;
use renraku_base::{EventId, Id, Timestamp};
use renraku_db::{
    CollectionId, Error, ReadTx, among,
    schema::{calendar_objects as objects, events, placements},
};

use crate::store::occurrences::events_between;

/// An event that is seen in a calendar, as far as it is known without looking at the event itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placed {
    pub event: String,
    /// Its name, where a client gave it one.
    pub name: Option<String>,
    /// Its tag, where its text says all that there is to say of it.
    pub etag: Option<String>,
}

type PlacedRow = (String, Option<String>, Option<String>);

fn placed((event, name, etag): PlacedRow) -> Placed {
    Placed { event, name, etag: etag.filter(|etag| !etag.is_empty()) }
}

/// The places of the events that are seen in a calendar, with what is stored of them.
#[diesel::dsl::auto_type(no_type_alias)]
fn placed_in(collection: i64) -> _ {
    let named =
        objects::object_id.eq(placements::event_id).and(objects::collection_id.eq(placements::collection_id));
    placements::table
        .left_join(objects::table.on(named))
        .filter(placements::collection_id.eq(collection))
        .filter(placements::hidden.eq(false))
        .select((placements::event_id, objects::name.nullable(), objects::etag.nullable()))
}

/// The events that are seen in a calendar, in ascending order of their ids after `after`, at most `limit`.
pub(crate) fn list_placed(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    after: &str,
    limit: i64,
) -> Result<Vec<Placed>, Error> {
    let after = placements::event_id.gt(after);
    let rows: Vec<PlacedRow> =
        tx.fetch(placed_in(collection.0).filter(after).order(placements::event_id).limit(limit))?;
    Ok(rows.into_iter().map(placed).collect())
}

/// The events that are seen in a calendar and take place between two instants, in ascending order of their ids.
pub(crate) fn list_placed_between(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<Placed>, Error> {
    let between = events_between(collection.0, from.micros(), to.micros());
    let rows: Vec<PlacedRow> = tx.fetch(
        placed_in(collection.0).filter(placements::event_id.eq_any(between)).order(placements::event_id),
    )?;
    Ok(rows.into_iter().map(placed).collect())
}

/// Those of these events that are seen in a calendar, in no order.
pub(crate) fn get_placed(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    ids: &[&str],
) -> Result<Vec<Placed>, Error> {
    let rows: Vec<PlacedRow> = tx.fetch(placed_in(collection.0).filter(among(placements::event_id, ids)))?;
    Ok(rows.into_iter().map(placed).collect())
}

/// An event that is seen in a calendar, as far as a list of the calendar needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub event: EventId,
    pub version: i64,
    /// What a window answers of it.
    pub head: String,
    /// Its name, where a client gave it one.
    pub name: Option<String>,
    /// The version of what the calendar's person keeps with it.
    pub own_version: Option<i64>,
}

type ListedRow = (String, i64, String, Option<String>, Option<i64>);

fn listed((event, version, head, name, own_version): ListedRow) -> Listed {
    Listed { event: Id::stored(event), version, head, name, own_version }
}

/// The events that are seen in a calendar.
#[diesel::dsl::auto_type(no_type_alias)]
fn seen_in(collection: i64) -> _ {
    let named =
        objects::object_id.eq(placements::event_id).and(objects::collection_id.eq(placements::collection_id));
    placements::table
        .inner_join(events::table.on(events::id.eq(placements::event_id)))
        .left_join(objects::table.on(named))
        .filter(placements::collection_id.eq(collection))
        .filter(placements::hidden.eq(false))
        .select((
            placements::event_id,
            events::version,
            events::head,
            objects::name.nullable(),
            placements::own_version,
        ))
}

/// The events that are seen in a calendar, in ascending order of their ids after `after`, at most `limit`.
pub(crate) fn list_events(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    after: &str,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    let rows: Vec<ListedRow> = tx.fetch(
        seen_in(collection.0).filter(placements::event_id.gt(after)).order(placements::event_id).limit(limit),
    )?;
    Ok(rows.into_iter().map(listed).collect())
}

/// Those of these events that are seen in a calendar, in no order.
pub(crate) fn get_events(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    ids: &[&str],
) -> Result<Vec<Listed>, Error> {
    let rows: Vec<ListedRow> = tx.fetch(seen_in(collection.0).filter(among(placements::event_id, ids)))?;
    Ok(rows.into_iter().map(listed).collect())
}
