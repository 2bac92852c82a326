//! The numbers that changes take, of which no two of a collection are the same.

use diesel::prelude::*;

use super::CollectionId;
use crate::{Error, Tx, schema::collections};

/// Names the statement that stores a collection's latest number.
struct SetModseq;

/// Takes the next `count` numbers of a collection and tells the last; `None` when the collection is not there. Where nobody else
/// writes the number is read and stored: `RETURNING` would make a table each time.
pub(super) fn take(tx: &mut Tx<'_>, collection: CollectionId, count: i64) -> Result<Option<i64>, Error> {
    let row = collections::table.find(collection.0);
    if tx.has_company() {
        let next = diesel::update(row).set(collections::modseq.eq(collections::modseq + count));
        return Ok(tx.fetch_prepared(next.returning(collections::modseq))?.pop());
    }
    let latest = match tx.seen.take().filter(|seen| seen.collection == collection) {
        Some(seen) => Some(seen.modseq),
        None => tx.fetch(row.select(collections::modseq))?.pop(),
    };
    let upto = latest.map(|latest| latest + count);
    if let Some(upto) = upto {
        tx.run_named::<SetModseq, _>(diesel::update(row).set(collections::modseq.eq(upto)))?;
    }
    Ok(upto)
}
