//! The idempotency ledger: a repeated request has one effect.
//!
//! The row is written in the transaction of the effect, for successes alone; a refusal is judged anew each time.

use diesel::prelude::*;
use renraku_base::{ETag, PersonId};

use crate::{AnyConn, Error, ReadTx, Tx, changes::ObjectType, schema::ledger};

/// What the first request with a key did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The HTTP status of the first answer.
    pub status: u16,
    /// The object that it made or changed.
    pub object: Option<(ObjectType, String)>,
    /// The tag of the object at that time.
    pub etag: Option<ETag>,
}

/// Whether a key may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// First use: do it, then [`settle`].
    Fresh,
    /// The same request was done before.
    Replay(Outcome),
    /// The key was used for another request.
    Reused,
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = ledger, treat_none_as_null = true)]
struct Row<'a> {
    person_id: &'a str,
    key: &'a str,
    hash: &'a [u8],
    status: i32,
    object_type: Option<i32>,
    object_id: Option<&'a str>,
    etag: Option<&'a str>,
    at: i64,
}

const RUNNING: i32 = 0;

/// Looks the key up and, on first use, takes it. A repeat that arrives while the first is running waits for it here.
///
/// # Errors
/// [`Error`] when a statement fails; [`Error::Busy`] when the first did not end in time.
pub fn claim(tx: &mut Tx<'_>, person: &PersonId, key: &str, hash: &[u8; 32]) -> Result<Claim, Error> {
    // PostgreSQL: inserting first makes a parallel repeat wait on the unique index. SQLite has one writer at a time.
    if matches!(tx.conn(), AnyConn::Postgres(_)) {
        let row = Row {
            person_id: person.as_str(),
            key,
            hash,
            status: RUNNING,
            object_type: None,
            object_id: None,
            etag: None,
            at: tx.now().micros(),
        };
        if tx.run(diesel::insert_into(ledger::table).values(row).on_conflict_do_nothing())? == 1 {
            return Ok(Claim::Fresh);
        }
    }
    look_up(tx, person, key, hash)
}

/// Whether a key was used, without taking it.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn look_up(tx: &mut ReadTx<'_>, person: &PersonId, key: &str, hash: &[u8; 32]) -> Result<Claim, Error> {
    type Stored = (Vec<u8>, i32, Option<i32>, Option<String>, Option<String>);
    let row: Option<Stored> = tx.fetch_one(ledger::table.find((person.as_str(), key)).select((
        ledger::hash,
        ledger::status,
        ledger::object_type,
        ledger::object_id,
        ledger::etag,
    )))?;
    let Some((stored_hash, status, object_type, object_id, etag)) = row else {
        return Ok(Claim::Fresh);
    };
    if stored_hash != hash {
        return Ok(Claim::Reused);
    }
    let status = u16::try_from(status).map_err(|_range| Error::damaged("status in the ledger"))?;
    let object = match (object_type, object_id) {
        (Some(number), Some(id)) => Some((
            ObjectType::from_number(number).ok_or_else(|| Error::damaged("object type in the ledger"))?,
            id,
        )),
        _ => None,
    };
    Ok(Claim::Replay(Outcome { status, object, etag: etag.map(ETag::from) }))
}

/// Writes down what the request did, in its own transaction.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn settle(
    tx: &mut Tx<'_>,
    person: &PersonId,
    key: &str,
    hash: &[u8; 32],
    outcome: &Outcome,
) -> Result<(), Error> {
    let row = Row {
        person_id: person.as_str(),
        key,
        hash,
        status: i32::from(outcome.status),
        object_type: outcome.object.as_ref().map(|(object_type, _)| object_type.number()),
        object_id: outcome.object.as_ref().map(|(_, id)| id.as_str()),
        etag: outcome.etag.as_ref().map(ETag::as_str),
        at: tx.now().micros(),
    };
    if matches!(tx.conn(), AnyConn::Postgres(_)) {
        tx.run_prepared(diesel::update(ledger::table.find((person.as_str(), key))).set(row))
    } else {
        tx.run_prepared(diesel::insert_into(ledger::table).values(row))
    }
}

/// Forgets rows older than `before` (microseconds). Returns how many.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn prune(tx: &mut Tx<'_>, before: i64) -> Result<usize, Error> {
    Ok(diesel::delete(ledger::table.filter(ledger::at.lt(before))).execute(tx.conn())?)
}
