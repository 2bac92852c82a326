use std::collections::HashMap;

use diesel::{prelude::*, sql_types::Bool};
use renraku_base::{EventId, Id, PersonId};
use renraku_db::{
    Error, ReadTx, Tx, among,
    schema::{placements, reader_alerts as table},
};

use super::placements::StoredOwn;

/// What a person keeps with those of these events of which they keep something.
pub(crate) fn list(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
    events: &[&str],
) -> Result<HashMap<EventId, StoredOwn>, Error> {
    let rows: Vec<(String, String, i64)> = tx.fetch(
        table::table
            .filter(table::person_id.eq(person.as_str()).and(among(table::event_id, events)))
            .select((table::event_id, table::own, table::version)),
    )?;
    rows.into_iter()
        .map(|(event, own, version)| Ok((Id::stored(event), StoredOwn::read(&own, version)?)))
        .collect()
}

/// The versions of all that a person keeps.
pub(crate) fn list_versions(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<HashMap<String, i64>, Error> {
    let of = table::table.filter(table::person_id.eq(person.as_str()));
    let rows: Vec<(String, i64)> = tx.fetch(of.select((table::event_id, table::version)))?;
    Ok(rows.into_iter().collect())
}

/// The version of what a person keeps with each of these events of which they read an occurrence in a calendar of another: with its place
/// in a calendar of their own, if it has one there, else as its reader.
pub(crate) fn list_versions_of(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
    events: &[&str],
) -> Result<HashMap<String, Option<i64>>, Error> {
    let as_reader = table::table
        .filter(table::person_id.eq(person.as_str()).and(among(table::event_id, events)))
        .select((table::event_id, table::version.nullable(), false.into_sql::<Bool>()));
    let own = placements::table
        .filter(placements::person_id.eq(person.as_str()).and(placements::hidden.eq(false)))
        .filter(among(placements::event_id, events))
        .select((placements::event_id, placements::own_version, true.into_sql::<Bool>()));
    let mut rows: Vec<(String, Option<i64>, bool)> = tx.fetch(as_reader.union_all(own))?;
    rows.sort_unstable_by_key(|(_, _, own)| *own);
    Ok(rows.into_iter().map(|(event, version, _)| (event, version)).collect())
}

/// Who keeps what with an event.
pub(crate) fn list_of(tx: &mut ReadTx<'_>, event: &EventId) -> Result<Vec<(PersonId, StoredOwn)>, Error> {
    let of = table::table.filter(table::event_id.eq(event.as_str())).order(table::person_id);
    let rows: Vec<(String, String, i64)> =
        tx.fetch(of.select((table::person_id, table::own, table::version)))?;
    rows.into_iter()
        .map(|(person, own, version)| Ok((Id::stored(person), StoredOwn::read(&own, version)?)))
        .collect()
}

/// Keeps this instead of what the person kept with the event.
pub(crate) fn put(tx: &mut Tx<'_>, person: &PersonId, event: &EventId, own: &StoredOwn) -> Result<(), Error> {
    let kept = (table::own.eq(own.text()?), table::version.eq(own.version));
    let row = (table::person_id.eq(person.as_str()), table::event_id.eq(event.as_str()), kept.clone());
    let insert = diesel::insert_into(table::table).values(row);
    tx.run(insert.on_conflict((table::person_id, table::event_id)).do_update().set(kept))?;
    Ok(())
}

/// Forgets what a person kept with an event.
pub(crate) fn remove(tx: &mut Tx<'_>, person: &PersonId, event: &EventId) -> Result<(), Error> {
    tx.run(diesel::delete(table::table.find((person.as_str(), event.as_str()))))?;
    Ok(())
}

/// Forgets what anybody kept with these events.
pub(crate) fn remove_many(tx: &mut Tx<'_>, events: &[&str]) -> Result<(), Error> {
    tx.run(diesel::delete(table::table.filter(among(table::event_id, events))))?;
    Ok(())
}
