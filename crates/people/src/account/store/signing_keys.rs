use diesel::prelude::*;
use renraku_base::{Id, SigningKeyId, Timestamp};
use renraku_db::{Error, ReadTx, Tx, schema::signing_keys};

/// A signing key as it is stored: its private half sealed.
#[derive(Debug, Clone)]
pub(crate) struct StoredKey {
    /// Identifies it.
    pub id: SigningKeyId,
    /// The private half, sealed.
    pub sealed: Vec<u8>,
    /// The public half.
    pub public: Vec<u8>,
    /// From when on it signs.
    pub signs_from: Timestamp,
    /// Until when its signatures count; `None` while no other has taken its place.
    pub verifies_until: Option<Timestamp>,
}

/// All keys, the one that signs last at the end.
pub(crate) fn list(tx: &mut ReadTx<'_>) -> Result<Vec<StoredKey>, Error> {
    type Row = (String, Vec<u8>, Vec<u8>, i64, Option<i64>);
    let rows: Vec<Row> =
        tx.fetch(signing_keys::table.order((signing_keys::signs_from, signing_keys::id)).select((
            signing_keys::id,
            signing_keys::sealed,
            signing_keys::public_key,
            signing_keys::signs_from,
            signing_keys::verifies_until,
        )))?;
    Ok(rows
        .into_iter()
        .map(|(id, sealed, public, signs_from, verifies_until)| StoredKey {
            id: Id::stored(id),
            sealed,
            public,
            signs_from: Timestamp::from_micros(signs_from),
            verifies_until: verifies_until.map(Timestamp::from_micros),
        })
        .collect())
}

/// Stores a new key.
pub(crate) fn put(tx: &mut Tx<'_>, key: &StoredKey) -> Result<(), Error> {
    let row = (
        signing_keys::id.eq(key.id.as_str()),
        signing_keys::sealed.eq(&key.sealed),
        signing_keys::public_key.eq(&key.public),
        signing_keys::signs_from.eq(key.signs_from.micros()),
    );
    tx.run(diesel::insert_into(signing_keys::table).values(row))?;
    Ok(())
}

/// Says until when the signatures of all present keys count.
pub(crate) fn retire_all(tx: &mut Tx<'_>, until: Timestamp) -> Result<(), Error> {
    diesel::update(signing_keys::table.filter(signing_keys::verifies_until.is_null()))
        .set(signing_keys::verifies_until.eq(until.micros()))
        .execute(tx.conn())?;
    Ok(())
}

/// Forgets keys whose signatures no longer count at `now`.
pub(crate) fn remove_retired(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Error> {
    tx.run(diesel::delete(signing_keys::table.filter(signing_keys::verifies_until.le(now.micros()))))?;
    Ok(())
}

/// Forgets all keys.
pub(crate) fn remove_all(tx: &mut Tx<'_>) -> Result<(), Error> {
    tx.run(diesel::delete(signing_keys::table))?;
    Ok(())
}
