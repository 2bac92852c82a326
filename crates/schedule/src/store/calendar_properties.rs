use diesel::prelude::*;
use renraku_base::{CalendarId, PersonId};
use renraku_db::{Error, ReadTx, Tx, schema::calendar_properties as properties};

/// What a person's clients keep with a calendar, by name.
pub(crate) fn list(
    tx: &mut ReadTx<'_>,
    calendar: &CalendarId,
    person: &PersonId,
) -> Result<Vec<(String, String)>, Error> {
    tx.fetch(
        properties::table
            .filter(
                properties::calendar_id.eq(calendar.as_str()).and(properties::person_id.eq(person.as_str())),
            )
            .order(properties::name)
            .select((properties::name, properties::value)),
    )
}

/// Keeps one property.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    calendar: &CalendarId,
    person: &PersonId,
    name: &str,
    value: &str,
) -> Result<(), Error> {
    let row = (
        properties::calendar_id.eq(calendar.as_str()),
        properties::person_id.eq(person.as_str()),
        properties::name.eq(name),
        properties::value.eq(value),
    );
    let statement = diesel::insert_into(properties::table)
        .values(row)
        .on_conflict((properties::calendar_id, properties::person_id, properties::name))
        .do_update()
        .set(properties::value.eq(value));
    tx.run(statement)?;
    Ok(())
}

/// Forgets one property.
pub(crate) fn remove(
    tx: &mut Tx<'_>,
    calendar: &CalendarId,
    person: &PersonId,
    name: &str,
) -> Result<(), Error> {
    tx.run(diesel::delete(properties::table.find((calendar.as_str(), person.as_str(), name))))?;
    Ok(())
}

/// Forgets all properties of a calendar.
pub(crate) fn remove_all(tx: &mut Tx<'_>, calendar: &CalendarId) -> Result<(), Error> {
    tx.run(diesel::delete(properties::table.filter(properties::calendar_id.eq(calendar.as_str()))))?;
    Ok(())
}
