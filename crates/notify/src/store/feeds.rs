use std::collections::BTreeMap;

use diesel::prelude::*;
use renraku_base::PersonId;
use renraku_db::{
    CollectionId, CollectionKind, Error, ReadTx, Tx, among, changes::Head, schema::collections,
};

const KIND: &str = CollectionKind::Notifications.as_str();

/// The feeds of these persons that are there, by one statement.
pub(crate) fn find_by_owners<'p>(
    tx: &mut ReadTx<'_>,
    owners: impl IntoIterator<Item = &'p PersonId>,
) -> Result<BTreeMap<String, CollectionId>, Error> {
    let owners: Vec<&str> = owners.into_iter().map(PersonId::as_str).collect();
    let rows: Vec<(Option<String>, i64)> = tx.fetch(
        collections::table
            .filter(collections::kind.eq(KIND).and(among(collections::owner_id, owners)))
            .select((collections::owner_id, collections::id)),
    )?;
    Ok(rows.into_iter().filter_map(|(owner, id)| Some((owner?, CollectionId(id)))).collect())
}

/// Where a person's feed stands, if it is there.
pub(crate) fn head(tx: &mut ReadTx<'_>, owner: &PersonId) -> Result<Option<Head>, Error> {
    let row: Option<(i64, i64, i64)> = tx.fetch_one(
        collections::table
            .filter(collections::kind.eq(KIND).and(collections::owner_id.eq(owner.as_str())))
            .select((collections::id, collections::modseq, collections::floor)),
    )?;
    Ok(row.map(|(id, modseq, floor)| Head { collection: CollectionId(id), modseq, floor }))
}

/// The feeds of these persons; those that are missing are made.
pub(crate) fn ensure(tx: &mut Tx<'_>, owners: &[&PersonId]) -> Result<BTreeMap<String, CollectionId>, Error> {
    let there = find_by_owners(tx, owners.iter().copied())?;
    let rows: Vec<_> = owners
        .iter()
        .filter(|owner| !there.contains_key(owner.as_str()))
        .map(|owner| (collections::kind.eq(KIND), collections::owner_id.eq(owner.as_str())))
        .collect();
    if rows.is_empty() {
        return Ok(there);
    }
    tx.run(diesel::insert_into(collections::table).values(&rows).on_conflict_do_nothing())?;
    // Read back rather than returned: another transaction may have made one of them at the same time.
    find_by_owners(tx, owners.iter().copied())
}
