//! What numbers of contacts are shown as when they call.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use renraku_base::{ContactId, Id};
use renraku_db::{CollectionId, Error, ObjectType, ReadTx, Tx, among, changes, schema::contact_numbers};

const ROWS_A_STATEMENT: usize = 500;

/// Who calls, and where they are, by collection and number.
pub(super) type Shown = BTreeMap<(CollectionId, i64), (String, String)>;

/// A contact behind a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredCaller {
    pub number: i64,
    pub collection: CollectionId,
    pub contact: ContactId,
    pub name: String,
    /// The firm and the title, a line each.
    pub place: String,
}

/// What a number says of who calls.
pub(super) const CALLER: (
    contact_numbers::collection_id,
    contact_numbers::caller,
    contact_numbers::name,
    contact_numbers::place,
) = (contact_numbers::collection_id, contact_numbers::caller, contact_numbers::name, contact_numbers::place);

type Row = (Option<i64>, Option<i64>, Option<String>, Option<String>);

/// What rows of numbers say of those who call.
pub(super) fn shown(rows: Vec<Row>) -> Shown {
    let shown = rows.into_iter().filter_map(|(collection, caller, name, place)| {
        Some(((CollectionId(collection?), caller?), (name?, place.unwrap_or_default())))
    });
    shown.collect()
}

/// Records for which numbers something else is shown now, in the collections in which it is.
pub(super) fn tell(tx: &mut Tx<'_>, before: &Shown, after: &Shown) {
    let both: BTreeSet<&(CollectionId, i64)> = before.keys().chain(after.keys()).collect();
    for at in both {
        if before.get(at) == after.get(at) {
            continue;
        }
        let (collection, number) = *at;
        let id = Id::<()>::stored(number.to_string());
        let _recorded = match after.get(at) {
            Some(_) => changes::record(tx, collection, ObjectType::CallerNumber, &id),
            None => changes::record_gone(tx, collection, ObjectType::CallerNumber, &id),
        };
    }
}

/// The next `limit` numbers of these collections above `after`, ascending, each once; one statement.
pub(crate) fn list_numbers_after(
    tx: &mut ReadTx<'_>,
    collections: &[CollectionId],
    after: i64,
    limit: i64,
) -> Result<Vec<i64>, Error> {
    let numbers: Vec<Option<i64>> = tx.fetch(
        contact_numbers::table
            .filter(among(contact_numbers::collection_id, collections.iter().map(|id| id.0)))
            .filter(contact_numbers::caller.gt(after))
            .order(contact_numbers::caller)
            .limit(limit)
            .select(contact_numbers::caller)
            .distinct(),
    )?;
    Ok(numbers.into_iter().flatten().collect())
}

/// The contacts of these collections that are behind the numbers from `first` to `last`; one statement.
pub(crate) fn list_between(
    tx: &mut ReadTx<'_>,
    collections: &[CollectionId],
    first: i64,
    last: i64,
) -> Result<Vec<StoredCaller>, Error> {
    let rows: Vec<(String, Row)> = tx.fetch(
        contact_numbers::table
            .filter(among(contact_numbers::collection_id, collections.iter().map(|id| id.0)))
            .filter(contact_numbers::caller.ge(first).and(contact_numbers::caller.le(last)))
            .select((contact_numbers::contact_id, CALLER)),
    )?;
    Ok(callers(rows))
}

/// The contacts of these collections that are behind those of `numbers`.
pub(crate) fn list_by_number(
    tx: &mut ReadTx<'_>,
    collections: &[CollectionId],
    numbers: &[i64],
) -> Result<Vec<StoredCaller>, Error> {
    let mut found = Vec::new();
    for some in numbers.chunks(ROWS_A_STATEMENT) {
        let rows: Vec<(String, Row)> = tx.fetch(
            contact_numbers::table
                .filter(among(contact_numbers::collection_id, collections.iter().map(|id| id.0)))
                .filter(among(contact_numbers::caller, some.iter().copied()))
                .select((contact_numbers::contact_id, CALLER)),
        )?;
        found.extend(callers(rows));
    }
    Ok(found)
}

fn callers(rows: Vec<(String, Row)>) -> Vec<StoredCaller> {
    let caller = |(contact, (collection, number, name, place)): (String, Row)| {
        Some(StoredCaller {
            number: number?,
            collection: CollectionId(collection?),
            contact: Id::stored(contact),
            name: name?,
            place: place.unwrap_or_default(),
        })
    };
    rows.into_iter().filter_map(caller).collect()
}
