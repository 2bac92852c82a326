//! The change log: one counter row a collection.
//!
//! A committed change is never skipped, because the counter's row is locked from the moment a number is taken until
//! the commit: a later number of the same collection cannot commit before an earlier one. Numbers are taken at the very
//! end of the transaction, in ascending order of collections, so that writers neither wait long nor deadlock.

mod collection;
mod kinds;
mod numbers;
mod recorded;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use diesel::prelude::*;

use crate::{
    Error, ReadTx, Tx, among,
    schema::{changes, collections},
};

pub use collection::{
    Head, create_collection, create_collections, find_by_owner, find_or_create_home, heads, hold,
};
pub use kinds::{Audience, CollectionId, CollectionKind, ObjectType};
pub use recorded::{Changed, Recorded};

#[derive(Debug)]
pub(crate) struct Pending {
    collection: CollectionId,
    object_type: ObjectType,
    object: String,
    state: State,
}

/// What a change leaves behind.
#[derive(Debug, Clone, Copy)]
struct State {
    gone: bool,
    audience: Audience,
}

/// Records that an object of `collection` is there in a new state. Numbered when the transaction commits.
pub fn record<K>(
    tx: &mut Tx<'_>,
    collection: CollectionId,
    object_type: ObjectType,
    object: &renraku_base::Id<K>,
) -> Recorded {
    record_for(tx, collection, object_type, object, Audience::Everybody)
}

/// The same where not everybody who reads the collection can notice it.
pub fn record_for<K>(
    tx: &mut Tx<'_>,
    collection: CollectionId,
    object_type: ObjectType,
    object: &renraku_base::Id<K>,
    audience: Audience,
) -> Recorded {
    push(tx, collection, object_type, object.as_str(), State { gone: false, audience })
}

/// Records that an object of `collection` is gone from it. Numbered when the transaction commits.
pub fn record_gone<K>(
    tx: &mut Tx<'_>,
    collection: CollectionId,
    object_type: ObjectType,
    object: &renraku_base::Id<K>,
) -> Recorded {
    record_gone_for(tx, collection, object_type, object, Audience::Everybody)
}

/// The same where not everybody who reads the collection can notice it.
pub fn record_gone_for<K>(
    tx: &mut Tx<'_>,
    collection: CollectionId,
    object_type: ObjectType,
    object: &renraku_base::Id<K>,
    audience: Audience,
) -> Recorded {
    push(tx, collection, object_type, object.as_str(), State { gone: true, audience })
}

fn push(
    tx: &mut Tx<'_>,
    collection: CollectionId,
    object_type: ObjectType,
    object: &str,
    state: State,
) -> Recorded {
    tx.pending.push(Pending { collection, object_type, object: object.to_owned(), state });
    Recorded(())
}

/// What a transaction changed, told to subscribers after it committed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// Each changed collection with the types of the objects that changed in it.
    pub collections: Vec<(CollectionId, Vec<ObjectType>)>,
    /// Whether a job was put into the queue.
    pub jobs_enqueued: bool,
}

// Without the second attribute, diesel sends rows to SQLite one by one.
#[derive(Insertable)]
#[diesel(table_name = changes, treat_none_as_default_value = false)]
struct ChangeRow<'a> {
    collection_id: i64,
    modseq: i64,
    object_type: i32,
    object_id: &'a str,
    gone: bool,
    audience: i32,
    at: i64,
}

/// How many numbers of a collection the transaction takes when it commits, if it records nothing more.
#[must_use]
pub fn count_recorded(tx: &Tx<'_>, collection: CollectionId) -> i64 {
    let of_it = tx.pending.iter().filter(|change| change.collection == collection);
    let objects: BTreeSet<(ObjectType, &str)> =
        of_it.map(|change| (change.object_type, change.object.as_str())).collect();
    i64::try_from(objects.len()).unwrap_or(i64::MAX)
}

/// Notes the head of a collection that this same transaction has read. Where nobody else writes, it is not read again for the number
/// of a change.
pub fn note_head(tx: &mut Tx<'_>, head: Head) {
    tx.seen = Some(head);
}

/// Numbers and stores what the transaction recorded. Called once, just before the commit.
pub(crate) fn flush(tx: &mut Tx<'_>) -> Result<Committed, Error> {
    let pending = std::mem::take(&mut tx.pending);
    // Of one object only its last state counts, for whoever could notice any of them; collections in ascending order of their ids.
    let mut by_collection: BTreeMap<CollectionId, BTreeMap<(ObjectType, &str), State>> = BTreeMap::new();
    for change in &pending {
        let objects = by_collection.entry(change.collection).or_default();
        let state = objects.entry((change.object_type, &change.object)).or_insert(change.state);
        *state = State { audience: state.audience.min(change.state.audience), ..change.state };
    }
    let at = tx.now().micros();
    let mut rows = Vec::with_capacity(pending.len());
    let mut committed = Committed { collections: Vec::new(), jobs_enqueued: tx.jobs_enqueued };
    for (collection, objects) in &by_collection {
        let count = i64::try_from(objects.len()).unwrap_or(i64::MAX);
        let upto = numbers::take(tx, *collection, count)?
            .ok_or_else(|| Error::damaged(format!("collection {} is not there", collection.0)))?;
        let mut types: Vec<ObjectType> = Vec::new();
        for (modseq, ((object_type, object), state)) in (upto - count + 1..).zip(objects) {
            if !types.contains(object_type) {
                types.push(*object_type);
            }
            rows.push(ChangeRow {
                collection_id: collection.0,
                modseq,
                object_type: object_type.number(),
                object_id: object,
                gone: state.gone,
                audience: state.audience.number(),
                at,
            });
        }
        committed.collections.push((*collection, types));
    }
    for some in rows.chunks(2_000) {
        match some {
            // A single row's statement stays prepared, and most transactions change one object.
            [one] => tx.run_prepared(diesel::insert_into(changes::table).values(one))?,
            many => drop(tx.run(diesel::insert_into(changes::table).values(many))?),
        }
    }
    Ok(committed)
}

/// One change, as the log tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its number in the collection.
    pub modseq: i64,
    /// The type of the object.
    pub object_type: ObjectType,
    /// The object.
    pub object: String,
    /// Whether the object went away by it.
    pub gone: bool,
    /// Who can notice it.
    pub audience: Audience,
}

/// The changes of a collection after number `after`, oldest first, at most `limit` of them.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn since(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    after: i64,
    limit: i64,
) -> Result<Vec<Change>, Error> {
    let rows: Vec<(i64, i32, String, bool, i32)> = tx.fetch(
        changes::table
            .filter(changes::collection_id.eq(collection.0).and(changes::modseq.gt(after)))
            .order(changes::modseq)
            .limit(limit)
            .select((
                changes::modseq,
                changes::object_type,
                changes::object_id,
                changes::gone,
                changes::audience,
            )),
    )?;
    rows.into_iter()
        .map(|(modseq, object_type, object, gone, audience)| {
            let object_type = ObjectType::from_number(object_type)
                .ok_or_else(|| Error::damaged(format!("object type {object_type} in the change log")))?;
            let audience = Audience::from_number(audience)
                .ok_or_else(|| Error::damaged(format!("audience {audience} in the change log")))?;
            Ok(Change { modseq, object_type, object, gone, audience })
        })
        .collect()
}

/// Whether every change of a collection after number `after` was made at `begun` or later.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn is_all_since(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    after: i64,
    begun: renraku_base::Timestamp,
) -> Result<bool, Error> {
    let older = changes::table
        .filter(changes::collection_id.eq(collection.0).and(changes::modseq.gt(after)))
        .filter(changes::at.lt(begun.micros()));
    Ok(older.count().get_result::<i64>(tx.conn())? == 0)
}

/// Of which of these objects the logs of these collections still tell a change, each with the collection of the log.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn list_told(
    tx: &mut ReadTx<'_>,
    collections: &[CollectionId],
    objects: &[&str],
) -> Result<HashSet<(CollectionId, String)>, Error> {
    let rows: Vec<(i64, String)> = tx.fetch(
        changes::table
            .filter(among(changes::collection_id, collections.iter().map(|id| id.0)))
            .filter(among(changes::object_id, objects.iter().copied()))
            .select((changes::collection_id, changes::object_id))
            .distinct(),
    )?;
    Ok(rows.into_iter().map(|(collection, object)| (CollectionId(collection), object)).collect())
}

/// Forgets changes older than `before` (microseconds), but never the latest `keep` of a collection.
/// Returns how many were forgotten.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn prune(tx: &mut Tx<'_>, before: i64, keep: i64) -> Result<usize, Error> {
    let stale: Vec<(i64, Option<i64>)> = tx.fetch(
        changes::table
            .filter(changes::at.lt(before))
            .group_by(changes::collection_id)
            .select((changes::collection_id, diesel::dsl::max(changes::modseq))),
    )?;
    let mut forgotten = 0;
    for (collection, oldest_kept) in stale {
        let modseq: i64 = collections::table.find(collection).select(collections::modseq).first(tx.conn())?;
        let floor = oldest_kept.unwrap_or(0).min(modseq - keep);
        if floor <= 0 {
            continue;
        }
        forgotten += diesel::delete(
            changes::table.filter(changes::collection_id.eq(collection).and(changes::modseq.le(floor))),
        )
        .execute(tx.conn())?;
        diesel::update(collections::table.find(collection))
            .set(collections::floor.eq(floor))
            .execute(tx.conn())?;
    }
    Ok(forgotten)
}
