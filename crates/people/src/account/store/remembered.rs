use diesel::prelude::*;
use renraku_base::{PersonId, Timestamp};
use renraku_db::{Error, ReadTx, Tx, among, schema::remembered_passwords as remembered};

use crate::account::model::PasswordHash;

/// The password of a user that another server accepted last, if that was after an instant; one statement.
pub(crate) fn get(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
    after: Timestamp,
) -> Result<Option<PasswordHash>, Error> {
    // One that is said to come from later came from another clock.
    let accepted =
        remembered::accepted_at.gt(after.micros()).and(remembered::accepted_at.le(tx.now().micros()));
    let row = remembered::table.find(person.as_str()).filter(accepted);
    let hash: Option<String> = tx.fetch_one(row.select(remembered::hash))?;
    Ok(hash.map(PasswordHash::new))
}

/// Keeps the password that was accepted now.
pub(crate) fn put(tx: &mut Tx<'_>, person: &PersonId, hash: &PasswordHash) -> Result<(), Error> {
    let row = (remembered::hash.eq(hash.as_str()), remembered::accepted_at.eq(tx.now().micros()));
    let statement = diesel::insert_into(remembered::table)
        .values((remembered::person_id.eq(person.as_str()), row))
        .on_conflict(remembered::person_id)
        .do_update()
        .set(row);
    tx.run(statement)?;
    Ok(())
}

/// Whatever is kept of a user, however old it is.
pub(crate) fn find(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<Option<PasswordHash>, Error> {
    let hash: Option<String> =
        tx.fetch_one(remembered::table.find(person.as_str()).select(remembered::hash))?;
    Ok(hash.map(PasswordHash::new))
}

/// Forgets the passwords of these users.
pub(crate) fn remove(tx: &mut Tx<'_>, people: &[&str]) -> Result<(), Error> {
    for some in people.chunks(1_000) {
        let those = among(remembered::person_id, some.iter().copied());
        tx.run(diesel::delete(remembered::table.filter(those)))?;
    }
    Ok(())
}

/// Forgets all that were accepted until an instant; returns how many.
pub(crate) fn prune(tx: &mut Tx<'_>, until: Timestamp) -> Result<usize, Error> {
    let old = remembered::table.filter(remembered::accepted_at.le(until.micros()));
    Ok(diesel::delete(old).execute(tx.conn())?)
}
