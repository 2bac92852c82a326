use diesel::prelude::*;
use renraku_base::{CalendarId, Id};
use renraku_db::{Error, ReadTx, Tx, schema::calendar_paths as paths};

/// The calendars of an owner that have a segment of their own, each with it.
pub(crate) fn list(tx: &mut ReadTx<'_>, owner: &str) -> Result<Vec<(CalendarId, String)>, Error> {
    let rows: Vec<(String, String)> = tx
        .fetch(paths::table.filter(paths::owner_id.eq(owner)).select((paths::calendar_id, paths::segment)))?;
    Ok(rows.into_iter().map(|(id, segment)| (Id::stored(id), segment)).collect())
}

/// Gives a calendar a segment of its own.
pub(crate) fn put(tx: &mut Tx<'_>, calendar: &CalendarId, owner: &str, segment: &str) -> Result<(), Error> {
    let row =
        (paths::calendar_id.eq(calendar.as_str()), paths::owner_id.eq(owner), paths::segment.eq(segment));
    tx.run(diesel::insert_into(paths::table).values(row))?;
    Ok(())
}

/// Forgets the segment of a calendar.
pub(crate) fn remove(tx: &mut Tx<'_>, calendar: &CalendarId) -> Result<(), Error> {
    tx.run(diesel::delete(paths::table.find(calendar.as_str())))?;
    Ok(())
}
