//! Facts about the database itself.

use diesel::prelude::*;
use renraku_base::Entropy;

use crate::{Error, ReadTx, Tx, schema::meta};

const EPOCH: &str = "epoch";

/// Reads a fact.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn get(tx: &mut ReadTx<'_>, key: &str) -> Result<Option<String>, Error> {
    tx.fetch_one(meta::table.find(key).select(meta::value))
}

/// Writes a fact.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn put(tx: &mut Tx<'_>, key: &str, value: &str) -> Result<(), Error> {
    let statement = diesel::insert_into(meta::table)
        .values((meta::key.eq(key), meta::value.eq(value)))
        .on_conflict(meta::key)
        .do_update()
        .set(meta::value.eq(value));
    tx.run(statement)?;
    Ok(())
}

/// The epoch: a random number that changes when history may have been rewound, as by a restore.
///
/// # Errors
/// [`Error`] when the statement fails or the database was never migrated.
pub fn epoch(tx: &mut ReadTx<'_>) -> Result<u64, Error> {
    let text = get(tx, EPOCH)?
        .ok_or_else(|| Error::Open("the database has no epoch: run `renraku migrate`".into()))?;
    u64::from_str_radix(&text, 16).map_err(|_not_hex| Error::damaged("epoch"))
}

/// Begins a new epoch: every sync token handed out before is refused from now on.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn renew_epoch(tx: &mut Tx<'_>) -> Result<(), Error> {
    put(tx, EPOCH, &format!("{:016x}", u64::from_le_bytes(Entropy.bytes())))
}
