use std::collections::BTreeMap;

use diesel::{dsl::exists, prelude::*};
use renraku_base::{AddressBookId, ContactId, ETag, Id, PersonId, Role};
use renraku_db::{
    CollectionId, Error, ReadTx, Tx, among, columns,
    schema::{contact_keys, contact_numbers, contacts, grants, person_groups},
};

use super::callers::{self, CALLER};
pub(crate) use super::search::{Filter, find};
use crate::{
    model::{Card, Contact},
    rules::{callers::Shown, index::Index, keys::Key},
};

/// A contact as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct StoredContact {
    pub id: ContactId,
    pub collection: CollectionId,
    pub address_book: AddressBookId,
    pub version: i64,
    pub card: Card,
}

impl From<StoredContact> for Contact {
    fn from(stored: StoredContact) -> Self {
        Self {
            id: stored.id,
            address_book_id: stored.address_book,
            etag: ETag::of(stored.version),
            card: stored.card,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = contacts)]
pub(super) struct Row {
    id: String,
    collection_id: i64,
    address_book_id: String,
    version: i64,
    card: String,
}

impl TryFrom<Row> for StoredContact {
    type Error = Error;

    fn try_from(row: Row) -> Result<Self, Error> {
        Ok(Self {
            id: Id::stored(row.id),
            collection: CollectionId(row.collection_id),
            address_book: Id::stored(row.address_book_id),
            version: row.version,
            card: serde_json::from_str(&row.card).map_err(Error::damaged)?,
        })
    }
}

// Without the second attribute, diesel sends rows to SQLite one by one.
#[derive(Insertable, AsChangeset)]
#[diesel(table_name = contacts, treat_none_as_default_value = false)]
struct NewRow<'a> {
    id: &'a str,
    collection_id: i64,
    address_book_id: &'a str,
    uid: &'a str,
    version: i64,
    sort_key: String,
    search: String,
    romaji: String,
    card: String,
}

impl<'a> NewRow<'a> {
    /// The row with its index, and what goes beside it.
    fn of(contact: &'a StoredContact) -> Result<(Self, Beside), Error> {
        let index = Index::of(&contact.card);
        let row = Self {
            id: contact.id.as_str(),
            collection_id: contact.collection.0,
            address_book_id: contact.address_book.as_str(),
            uid: contact.card.uid(),
            version: contact.version,
            sort_key: index.sort_key,
            search: index.search,
            romaji: index.romaji,
            card: serde_json::to_string(&contact.card).map_err(Error::damaged)?,
        };
        Ok((row, Beside { numbers: index.numbers, shown: index.shown, keys: index.keys }))
    }
}

/// What of a contact's index has rows of its own.
struct Beside {
    numbers: BTreeMap<String, Option<i64>>,
    shown: Option<Shown>,
    keys: Vec<Key>,
}

impl Beside {
    /// What its numbers are shown as when they call.
    fn callers(&self, collection: i64) -> callers::Shown {
        let of_number = |caller: &i64| {
            let shown = self.shown.as_ref()?;
            Some(((CollectionId(collection), *caller), (shown.name.clone(), shown.place.clone())))
        };
        self.numbers.values().flatten().filter_map(of_number).collect()
    }
}

pub(crate) fn get(tx: &mut ReadTx<'_>, id: &ContactId) -> Result<Option<StoredContact>, Error> {
    let row: Option<Row> = tx.fetch_one(contacts::table.find(id.as_str()).select(columns::<Row>()))?;
    row.map(StoredContact::try_from).transpose()
}

/// Which contact of a collection has this uid.
pub(crate) fn find_by_uid(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    uid: &str,
) -> Result<Option<ContactId>, Error> {
    let id: Option<String> = tx.fetch_one(
        contacts::table
            .filter(contacts::collection_id.eq(collection.0).and(contacts::uid.eq(uid)))
            .select(contacts::id),
    )?;
    Ok(id.map(Id::stored))
}

/// The contacts of a collection that have one of these uids, by one statement.
pub(crate) fn list_by_uid(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    uids: &[&str],
) -> Result<Vec<StoredContact>, Error> {
    let rows: Vec<Row> = tx.fetch(
        contacts::table
            .filter(contacts::collection_id.eq(collection.0).and(among(contacts::uid, uids)))
            .select(columns::<Row>()),
    )?;
    rows.into_iter().map(StoredContact::try_from).collect()
}

/// Those of these contacts that are in one of these collections, by one statement.
pub(crate) fn list_by_id(
    tx: &mut ReadTx<'_>,
    collections: &[CollectionId],
    ids: &[String],
) -> Result<Vec<StoredContact>, Error> {
    let rows: Vec<Row> = tx.fetch(
        contacts::table
            .filter(among(contacts::id, ids))
            .filter(among(contacts::collection_id, collections.iter().map(|id| id.0)))
            .select(columns::<Row>()),
    )?;
    rows.into_iter().map(StoredContact::try_from).collect()
}

/// The contacts of a collection by ascending id, beginning after `after`.
pub(crate) fn list_after(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<StoredContact>, Error> {
    let rows: Vec<Row> = tx.fetch(
        contacts::table
            .filter(contacts::collection_id.eq(collection.0).and(contacts::id.gt(after.unwrap_or_default())))
            .order(contacts::id)
            .limit(limit)
            .select(columns::<Row>()),
    )?;
    rows.into_iter().map(StoredContact::try_from).collect()
}

/// All contacts by ascending id, beginning after `after`.
pub(crate) fn list_all_after(
    tx: &mut ReadTx<'_>,
    after: &str,
    limit: i64,
) -> Result<Vec<StoredContact>, Error> {
    let rows: Vec<Row> = tx.fetch(
        contacts::table
            .filter(contacts::id.gt(after))
            .order(contacts::id)
            .limit(limit)
            .select(columns::<Row>()),
    )?;
    rows.into_iter().map(StoredContact::try_from).collect()
}

/// What the contacts of a collection are found by, in ascending order of their ids: each with its folded text and its readings.
pub(crate) fn list_texts(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
) -> Result<Vec<(ContactId, String, String)>, Error> {
    let rows: Vec<(String, String, String)> = tx.fetch(
        contacts::table.filter(contacts::collection_id.eq(collection.0)).order(contacts::id).select((
            contacts::id,
            contacts::search,
            contacts::romaji,
        )),
    )?;
    Ok(rows.into_iter().map(|(id, search, romaji)| (Id::stored(id), search, romaji)).collect())
}

/// The ids of all contacts of a collection.
pub(crate) fn list_ids(tx: &mut ReadTx<'_>, collection: CollectionId) -> Result<Vec<ContactId>, Error> {
    let ids: Vec<String> =
        tx.fetch(contacts::table.filter(contacts::collection_id.eq(collection.0)).select(contacts::id))?;
    Ok(ids.into_iter().map(Id::stored).collect())
}

/// Contacts that somebody may read and that have a phone number, in the form that the index gives it; by name. A number has few, whoever
/// may read them.
pub(crate) fn find_by_number(
    tx: &mut ReadTx<'_>,
    who: &PersonId,
    number: &str,
    limit: i64,
) -> Result<Vec<StoredContact>, Error> {
    let readable = grants::table
        .inner_join(person_groups::table.on(person_groups::group_id.eq(grants::grantee_id)))
        .filter(grants::collection_id.eq(contacts::collection_id))
        .filter(person_groups::person_id.eq(who.as_str()).and(grants::role.ge(Role::Read.rank())));
    let rows: Vec<Row> = tx.fetch(
        contact_numbers::table
            .inner_join(contacts::table)
            .filter(contact_numbers::number.eq(number))
            .filter(exists(readable))
            .order((contacts::sort_key, contacts::id))
            .limit(limit)
            .select(columns::<Row>()),
    )?;
    rows.into_iter().map(StoredContact::try_from).collect()
}

/// Adds contacts, by three statements for up to 1,000 of them. Answers with how many were added: one whose id or uid is
/// taken is not.
pub(crate) fn insert_many(tx: &mut Tx<'_>, new: &[StoredContact]) -> Result<usize, Error> {
    let mut added = 0;
    for some in new.chunks(1_000) {
        let indexed = some.iter().map(NewRow::of).collect::<Result<Vec<_>, Error>>()?;
        let (rows, beside): (Vec<NewRow<'_>>, Vec<Beside>) = indexed.into_iter().unzip();
        let count = tx.run(diesel::insert_into(contacts::table).values(&rows).on_conflict_do_nothing())?;
        added += count;
        if count < rows.len() {
            return Ok(added);
        }
        for (row, beside) in rows.iter().zip(&beside) {
            callers::tell(tx, &callers::Shown::new(), &beside.callers(row.collection_id));
        }
        put_beside(tx, rows.iter().zip(beside))?;
    }
    Ok(added)
}

/// Stores a contact anew with its index, and records what its numbers are shown as.
pub(crate) fn put(tx: &mut Tx<'_>, contact: &StoredContact) -> Result<(), Error> {
    let (before, after) = put_silently(tx, contact)?;
    callers::tell(tx, &before, &after);
    Ok(())
}

/// The same where other rules alone make another index. What its numbers are shown as is news where that was `told` before.
pub(crate) fn put_index(tx: &mut Tx<'_>, contact: &StoredContact, told: bool) -> Result<(), Error> {
    let (before, after) = put_silently(tx, contact)?;
    if told || !before.is_empty() {
        callers::tell(tx, &before, &after);
    }
    Ok(())
}

/// Stores a contact anew; answers with what its numbers were shown as, and are.
fn put_silently(tx: &mut Tx<'_>, contact: &StoredContact) -> Result<(callers::Shown, callers::Shown), Error> {
    let (row, beside) = NewRow::of(contact)?;
    tx.run_prepared(diesel::update(contacts::table.find(contact.id.as_str())).set(&row))?;
    let before = remove_numbers(tx, &contact.id)?;
    tx.run(diesel::delete(contact_keys::table.filter(contact_keys::contact_id.eq(contact.id.as_str()))))?;
    let after = beside.callers(row.collection_id);
    put_beside(tx, [(&row, beside)])?;
    Ok((before, after))
}

/// Removes the numbers of a contact; answers with what they were shown as.
fn remove_numbers(tx: &mut Tx<'_>, id: &ContactId) -> Result<callers::Shown, Error> {
    let of_contact = contact_numbers::table.filter(contact_numbers::contact_id.eq(id.as_str()));
    let rows = tx.fetch(diesel::delete(of_contact).returning(CALLER))?;
    Ok(callers::shown(rows))
}

fn put_beside<'r, 'a: 'r>(
    tx: &mut Tx<'_>,
    contacts: impl IntoIterator<Item = (&'r NewRow<'a>, Beside)>,
) -> Result<(), Error> {
    let (mut numbers, mut keys) = (Vec::new(), Vec::new());
    for (row, beside) in contacts {
        let Beside { numbers: its, shown, keys: gathered } = beside;
        numbers.extend(its.into_iter().map(|(number, caller)| {
            let shown = caller.and(shown.as_ref());
            (
                contact_numbers::number.eq(number),
                contact_numbers::contact_id.eq(row.id),
                contact_numbers::collection_id.eq(Some(row.collection_id)),
                contact_numbers::caller.eq(caller.filter(|_| shown.is_some())),
                contact_numbers::name.eq(shown.map(|shown| shown.name.clone())),
                contact_numbers::place.eq(shown.map(|shown| shown.place.clone())),
            )
        }));
        keys.extend(gathered.into_iter().map(|key| {
            (
                contact_keys::collection_id.eq(row.collection_id),
                contact_keys::kind.eq(key.kind.number()),
                contact_keys::value.eq(key.value),
                contact_keys::contact_id.eq(row.id),
            )
        }));
    }
    for some in numbers.chunks(5_000) {
        tx.run(diesel::insert_into(contact_numbers::table).values(some))?;
    }
    for some in keys.chunks(5_000) {
        tx.run(diesel::insert_into(contact_keys::table).values(some))?;
    }
    Ok(())
}

/// Removes a contact, and records that its numbers are shown no more; its keys go with it.
pub(crate) fn remove(tx: &mut Tx<'_>, id: &ContactId) -> Result<(), Error> {
    let before = remove_numbers(tx, id)?;
    callers::tell(tx, &before, &callers::Shown::new());
    tx.run(diesel::delete(contacts::table.find(id.as_str())))?;
    Ok(())
}

/// Removes the contacts of a collection, and records that their numbers are shown no more; their keys go with them. Answers with which
/// they were.
pub(crate) fn remove_all(tx: &mut Tx<'_>, collection: CollectionId) -> Result<Vec<ContactId>, Error> {
    let numbers = contact_numbers::table.filter(contact_numbers::collection_id.eq(collection.0));
    let before = callers::shown(tx.fetch(diesel::delete(numbers).returning(CALLER))?);
    callers::tell(tx, &before, &callers::Shown::new());
    let ids: Vec<String> = diesel::delete(contacts::table.filter(contacts::collection_id.eq(collection.0)))
        .returning(contacts::id)
        .get_results(tx.conn())?;
    Ok(ids.into_iter().map(Id::stored).collect())
}
