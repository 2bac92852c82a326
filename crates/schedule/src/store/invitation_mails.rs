use diesel::prelude::*;
use renraku_base::{EventId, Timestamp};
use renraku_db::{Error, ReadTx, Tx, schema::invitation_mails as table};

/// The last mail about an event, or one of its occurrences, to an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LastMail {
    /// The occurrence by its original start; empty for the event as a whole.
    pub recurrence_id: String,
    pub message_id: String,
    /// When it is to be sent, or was.
    pub due: Timestamp,
}

/// The last mails about an event to an address, that about the whole first.
pub(crate) fn list(tx: &mut ReadTx<'_>, event: &EventId, address: &str) -> Result<Vec<LastMail>, Error> {
    let of = table::table.filter(table::event_id.eq(event.as_str()).and(table::address.eq(address)));
    let rows: Vec<(String, String, i64)> = tx.fetch(of.order(table::recurrence_id).select((
        table::recurrence_id,
        table::message_id,
        table::due_at,
    )))?;
    let last = |(recurrence_id, message_id, due)| LastMail {
        recurrence_id,
        message_id,
        due: Timestamp::from_micros(due),
    };
    Ok(rows.into_iter().map(last).collect())
}

/// Notes the last mail about an event, or one of its occurrences, to an address.
pub(crate) fn put(tx: &mut Tx<'_>, event: &EventId, address: &str, last: &LastMail) -> Result<(), Error> {
    let mail = (table::message_id.eq(&last.message_id), table::due_at.eq(last.due.micros()));
    let of = (
        table::event_id.eq(event.as_str()),
        table::address.eq(address),
        table::recurrence_id.eq(&last.recurrence_id),
    );
    let insert = diesel::insert_into(table::table).values((of, mail));
    let key = (table::event_id, table::address, table::recurrence_id);
    tx.run(insert.on_conflict(key).do_update().set(mail))?;
    Ok(())
}

/// Forgets those that were due before.
pub(crate) fn remove_older(tx: &mut Tx<'_>, before: Timestamp) -> Result<(), Error> {
    tx.run(diesel::delete(table::table.filter(table::due_at.lt(before.micros()))))?;
    Ok(())
}
