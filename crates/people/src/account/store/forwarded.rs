use diesel::prelude::*;
use renraku_base::{PersonId, Timestamp};
use renraku_db::{Error, ReadTx, Tx, schema::forwarded_passwords as forwarded};

/// A password that was sent to another server.
pub(crate) struct Forwarded {
    /// Its MAC.
    pub mac: Vec<u8>,
    /// When.
    pub at: Timestamp,
    /// Whether the answer is not known yet.
    pub pending: bool,
}

/// Those of a user that were sent after an instant, the oldest first; one statement.
pub(crate) fn list(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
    after: Timestamp,
) -> Result<Vec<Forwarded>, Error> {
    let rows: Vec<(Vec<u8>, i64, bool)> = tx.fetch(
        forwarded::table
            .filter(forwarded::person_id.eq(person.as_str()).and(forwarded::at.gt(after.micros())))
            .order(forwarded::at)
            .select((forwarded::mac, forwarded::at, forwarded::pending)),
    )?;
    let read = |(mac, at, pending)| Forwarded { mac, at: Timestamp::from_micros(at), pending };
    Ok(rows.into_iter().map(read).collect())
}

/// Notes that one is being sent; what is as old as `before` is forgotten.
pub(crate) fn begin(tx: &mut Tx<'_>, person: &PersonId, mac: &[u8], before: Timestamp) -> Result<(), Error> {
    let old = forwarded::person_id.eq(person.as_str()).and(forwarded::at.le(before.micros()));
    diesel::delete(forwarded::table.filter(old)).execute(tx.conn())?;
    let row = (
        forwarded::person_id.eq(person.as_str()),
        forwarded::mac.eq(mac),
        forwarded::at.eq(tx.now().micros()),
        forwarded::pending.eq(true),
    );
    diesel::insert_into(forwarded::table).values(row).execute(tx.conn())?;
    Ok(())
}

/// Notes that one was refused.
pub(crate) fn refuse(tx: &mut Tx<'_>, person: &PersonId, mac: &[u8]) -> Result<(), Error> {
    let row = diesel::update(forwarded::table.find((person.as_str(), mac)));
    row.set(forwarded::pending.eq(false)).execute(tx.conn())?;
    Ok(())
}

/// Forgets one that was not refused.
pub(crate) fn remove(tx: &mut Tx<'_>, person: &PersonId, mac: &[u8]) -> Result<(), Error> {
    diesel::delete(forwarded::table.find((person.as_str(), mac))).execute(tx.conn())?;
    Ok(())
}

/// Forgets all that were sent until an instant; returns how many.
pub(crate) fn prune(tx: &mut Tx<'_>, until: Timestamp) -> Result<usize, Error> {
    Ok(diesel::delete(forwarded::table.filter(forwarded::at.le(until.micros()))).execute(tx.conn())?)
}
