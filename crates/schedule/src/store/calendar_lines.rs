use diesel::prelude::*;
use renraku_base::CalendarId;
use renraku_db::{Error, ReadTx, Tx, schema::calendar_lines as lines};

/// What files that were imported say of a calendar as a whole, line by line.
pub(crate) fn list(tx: &mut ReadTx<'_>, calendar: &CalendarId) -> Result<Vec<String>, Error> {
    let text: Option<String> = tx.fetch_one(lines::table.find(calendar.as_str()).select(lines::lines))?;
    Ok(text.iter().flat_map(|text| text.split('\n')).map(str::to_owned).collect())
}

/// Keeps these lines instead of those that were kept.
pub(crate) fn put(tx: &mut Tx<'_>, calendar: &CalendarId, all: &[String]) -> Result<(), Error> {
    let text = all.join("\n");
    let statement = diesel::insert_into(lines::table)
        .values((lines::calendar_id.eq(calendar.as_str()), lines::lines.eq(&text)))
        .on_conflict(lines::calendar_id)
        .do_update()
        .set(lines::lines.eq(&text));
    tx.run(statement)?;
    Ok(())
}

/// Forgets the lines of a calendar.
pub(crate) fn remove(tx: &mut Tx<'_>, calendar: &CalendarId) -> Result<(), Error> {
    tx.run(diesel::delete(lines::table.find(calendar.as_str())))?;
    Ok(())
}
