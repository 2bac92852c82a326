//! The collections whose changes the log tells.

use diesel::prelude::*;

use super::{CollectionId, CollectionKind};
use crate::{AnyConn, Error, ReadTx, Tx, among, schema::collections};

#[derive(Insertable)]
#[diesel(table_name = collections, treat_none_as_default_value = false)]
struct CollectionRow<'a> {
    kind: &'a str,
    owner_id: Option<&'a str>,
}

/// Makes a new, empty collection.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn create_collection(
    tx: &mut Tx<'_>,
    kind: CollectionKind,
    owner: Option<&str>,
) -> Result<CollectionId, Error> {
    let id = diesel::insert_into(collections::table)
        .values(CollectionRow { kind: kind.as_str(), owner_id: owner })
        .returning(collections::id);
    let ids: Vec<i64> = tx.fetch(id)?;
    ids.first().copied().map(CollectionId).ok_or_else(|| Error::damaged("no collection was made"))
}

/// The one collection of this kind that an owner has, made when it is first needed. Of two transactions that make it at the
/// same time the second waits for the first and takes its collection.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn find_or_create_home(
    tx: &mut Tx<'_>,
    kind: CollectionKind,
    owner: &str,
) -> Result<CollectionId, Error> {
    if let Some(known) = find_by_owner(tx, kind, Some(owner))?.first() {
        return Ok(*known);
    }
    let insert = diesel::insert_into(collections::table)
        .values((collections::kind.eq(kind.as_str()), collections::owner_id.eq(owner)))
        .on_conflict_do_nothing();
    tx.run(insert)?;
    let made = find_by_owner(tx, kind, Some(owner))?.first().copied();
    made.ok_or_else(|| Error::damaged("no collection was made"))
}

/// Makes a new, empty collection for each of these owners, who are all different, and tells whose is which.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn create_collections(
    tx: &mut Tx<'_>,
    kind: CollectionKind,
    owners: &[&str],
) -> Result<Vec<(String, CollectionId)>, Error> {
    let mut made = Vec::with_capacity(owners.len());
    for some in owners.chunks(1_000) {
        let rows: Vec<_> =
            some.iter().map(|owner| CollectionRow { kind: kind.as_str(), owner_id: Some(owner) }).collect();
        let ids: Vec<(Option<String>, i64)> = tx.fetch_inserted(
            diesel::insert_into(collections::table)
                .values(rows)
                .returning((collections::owner_id, collections::id)),
        )?;
        made.extend(ids.into_iter().filter_map(|(owner, id)| Some((owner?, CollectionId(id)))));
    }
    Ok(made)
}

/// A collection's place in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Which collection.
    pub collection: CollectionId,
    /// The number of its latest change.
    pub modseq: i64,
    /// Changes up to this number are no longer told one by one.
    pub floor: i64,
}

/// The heads of these collections, by one statement; one that is not there is left out.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn heads(tx: &mut ReadTx<'_>, ids: &[CollectionId]) -> Result<Vec<Head>, Error> {
    let rows: Vec<(i64, i64, i64)> =
        tx.fetch(collections::table.filter(among(collections::id, ids.iter().map(|id| id.0))).select((
            collections::id,
            collections::modseq,
            collections::floor,
        )))?;
    Ok(rows
        .into_iter()
        .map(|(id, modseq, floor)| Head { collection: CollectionId(id), modseq, floor })
        .collect())
}

/// The number of a collection's latest change, which stays that until the transaction ends. Whoever also changes collections with
/// lesser ids may not call it: they are locked in ascending order.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn hold(tx: &mut Tx<'_>, collection: CollectionId) -> Result<i64, Error> {
    let modseq = collections::table.find(collection.0).select(collections::modseq);
    Ok(match tx.conn() {
        AnyConn::Sqlite(c) => modseq.first(c)?,
        AnyConn::Postgres(c) => modseq.for_update().first(c)?,
    })
}

/// The collections of one kind that a person owns (`None`: that nobody owns), in ascending order.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn find_by_owner(
    tx: &mut ReadTx<'_>,
    kind: CollectionKind,
    owner: Option<&str>,
) -> Result<Vec<CollectionId>, Error> {
    let query = collections::table
        .filter(collections::kind.eq(kind.as_str()))
        .select(collections::id)
        .order(collections::id);
    let ids: Vec<i64> = match owner {
        Some(owner) => query.filter(collections::owner_id.eq(owner)).load(tx.conn())?,
        None => query.filter(collections::owner_id.is_null()).load(tx.conn())?,
    };
    Ok(ids.into_iter().map(CollectionId).collect())
}
