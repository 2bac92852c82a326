//! The occurrences of one event. Those of a series stand in an index by event; one that does not repeat is found by its places, which know
//! where it stands.

use std::collections::BTreeSet;

use diesel::prelude::*;
use renraku_base::{EventId, Timestamp};
use renraku_db::{
    CollectionId, Condition, Error, Literal, ReadTx, Tx, among,
    schema::{events, occurrences, placements},
};

use super::{Seen, SeenRow, numbers, seen_columns};

/// That an occurrence is one of a series, in the words of the index by which those of one series are found.
struct OfSeries;

impl Condition for OfSeries {
    const SQL: &'static str = "occurrences.recurrence_id <> ''";
}

const OF_SERIES: Literal<OfSeries> = Literal::new();

/// That an occurrence is that of an event which does not repeat, in any band.
struct OfSingle;

impl Condition for OfSingle {
    const SQL: &'static str = "occurrences.band IN (0, 1, 2) AND occurrences.recurrence_id = ''";
}

const OF_SINGLE: Literal<OfSingle> = Literal::new();

impl SeenRow {
    /// Where it comes in a list by event and start.
    fn place(&self) -> (&str, i64, &str, i64) {
        (&self.event_id, self.utc_start, &self.recurrence_id, self.collection_id)
    }
}

/// Those occurrences of these events in these calendars that overlap a window, by event and start.
pub(crate) fn list_of_events(
    tx: &mut ReadTx<'_>,
    collections: &[CollectionId],
    events: &[&str],
    (from, to): (Timestamp, Timestamp),
) -> Result<Vec<Seen>, Error> {
    let (from, to) = (from.micros(), to.micros());
    let series = occurrences::table
        .inner_join(events::table.on(events::id.eq(occurrences::event_id)))
        .filter(among(occurrences::event_id, events))
        .filter(among(occurrences::collection_id, numbers(collections)))
        .filter(OF_SERIES.and(occurrences::utc_start.lt(to)))
        .filter(occurrences::utc_end.gt(from).or(occurrences::utc_start.ge(from)))
        .select(seen_columns());
    let stands = occurrences::collection_id
        .eq(placements::collection_id)
        .and(occurrences::utc_start.nullable().eq(placements::utc_start))
        .and(occurrences::event_id.eq(placements::event_id));
    let single = placements::table
        .inner_join(occurrences::table.on(stands))
        .inner_join(events::table.on(events::id.eq(occurrences::event_id)))
        .filter(among(placements::event_id, events))
        .filter(among(placements::collection_id, numbers(collections)))
        // Of the occurrence itself, SQLite would look at all that begin so early.
        .filter(OF_SINGLE.and(placements::utc_start.lt(to)))
        .filter(placements::utc_start.ge(from).or(occurrences::utc_end.nullable().gt(from)))
        .select(seen_columns());
    let mut rows: Vec<SeenRow> = tx.fetch(series.union_all(single))?;
    rows.sort_unstable_by(|a, b| a.place().cmp(&b.place()));
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Where the index of each of these calendars holds an event that does not repeat; empty for a series.
fn stands(
    tx: &mut Tx<'_>,
    event: &EventId,
    collection: Option<CollectionId>,
) -> Result<Vec<(i64, i64)>, Error> {
    let places = placements::table
        .filter(placements::event_id.eq(event.as_str()).and(placements::utc_start.is_not_null()))
        .select((placements::collection_id, placements::utc_start.assume_not_null()));
    match collection {
        None => tx.fetch(places),
        Some(one) => tx.fetch(places.filter(placements::collection_id.eq(one.0))),
    }
}

/// An event that does not repeat, where it stands in the index of a calendar.
#[diesel::dsl::auto_type(no_type_alias)]
fn single<'a>(event: &'a str, stand: (i64, i64)) -> _ {
    let (collection, utc_start): (i64, i64) = stand;
    let of_single: Literal<OfSingle> = OF_SINGLE;
    occurrences::table
        .filter(occurrences::collection_id.eq(collection).and(occurrences::utc_start.eq(utc_start)))
        .filter(occurrences::event_id.eq(event))
        .filter(of_single)
}

/// Notes beside the occurrences of an event in one calendar in which version its person's own part is.
pub(crate) fn put_own_version(
    tx: &mut Tx<'_>,
    event: &EventId,
    collection: CollectionId,
    version: i64,
) -> Result<(), Error> {
    let version = occurrences::own_version.eq(version);
    if let Some(stand) = stands(tx, event, Some(collection))?.pop() {
        return tx.run_prepared(diesel::update(single(event.as_str(), stand)).set(version));
    }
    let series = occurrences::event_id.eq(event.as_str()).and(occurrences::collection_id.eq(collection.0));
    tx.run_prepared(diesel::update(occurrences::table.filter(series.and(OF_SERIES))).set(version))
}

/// Takes an event, while it is placed, out of the index of every calendar, or of one. Gives back where each of them held it if it does not
/// repeat.
pub(crate) fn remove(
    tx: &mut Tx<'_>,
    event: &EventId,
    collection: Option<CollectionId>,
) -> Result<Vec<Timestamp>, Error> {
    let stands = stands(tx, event, collection)?;
    match stands.as_slice() {
        // A single row's statement stays prepared, and most events have one place.
        [one] => tx.run_prepared(diesel::delete(single(event.as_str(), *one)))?,
        // All hold it at one time, but where its home got another zone.
        many => {
            let starts: BTreeSet<i64> = many.iter().map(|(_, start)| *start).collect();
            for start in starts {
                let there = many.iter().filter(|(_, it)| *it == start).map(|(collection, _)| *collection);
                let held = occurrences::table
                    .filter(among(occurrences::collection_id, there).and(occurrences::utc_start.eq(start)))
                    .filter(occurrences::event_id.eq(event.as_str()).and(OF_SINGLE));
                tx.run(diesel::delete(held))?;
            }
        }
    }
    if !stands.is_empty() {
        return Ok(stands.into_iter().map(|(_, utc_start)| Timestamp::from_micros(utc_start)).collect());
    }
    let series = occurrences::table.filter(occurrences::event_id.eq(event.as_str()).and(OF_SERIES));
    match collection {
        None => tx.run_prepared(diesel::delete(series))?,
        Some(one) => tx.run_prepared(diesel::delete(series.filter(occurrences::collection_id.eq(one.0))))?,
    }
    Ok(Vec::new())
}
