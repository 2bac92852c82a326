use diesel::prelude::*;
use renraku_base::{AddressBookId, Id, PersonId};
use renraku_db::{CollectionId, Error, ReadTx, Tx, among, columns, schema::address_books};

/// An address book as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredBook {
    pub id: AddressBookId,
    pub collection: CollectionId,
    pub owner: PersonId,
    pub is_default: bool,
    pub name: String,
    pub version: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = address_books)]
struct Row {
    id: String,
    collection_id: i64,
    owner_id: String,
    is_default: bool,
    name: String,
    version: i64,
}

impl From<Row> for StoredBook {
    fn from(row: Row) -> Self {
        Self {
            id: Id::stored(row.id),
            collection: CollectionId(row.collection_id),
            owner: Id::stored(row.owner_id),
            is_default: row.is_default,
            name: row.name,
            version: row.version,
        }
    }
}

pub(crate) fn get(tx: &mut ReadTx<'_>, id: &AddressBookId) -> Result<Option<StoredBook>, Error> {
    let row: Option<Row> = tx.fetch_one(address_books::table.find(id.as_str()).select(columns::<Row>()))?;
    Ok(row.map(StoredBook::from))
}

pub(crate) fn find_default(tx: &mut ReadTx<'_>, owner: &PersonId) -> Result<Option<StoredBook>, Error> {
    let row: Option<Row> = tx.fetch_one(
        address_books::table
            .filter(address_books::owner_id.eq(owner.as_str()).and(address_books::is_default))
            .select(columns::<Row>()),
    )?;
    Ok(row.map(StoredBook::from))
}

/// The address books with these collections, by one statement.
pub(crate) fn list_by_collection(
    tx: &mut ReadTx<'_>,
    collections: impl IntoIterator<Item = CollectionId>,
) -> Result<Vec<StoredBook>, Error> {
    let collections: Vec<i64> = collections.into_iter().map(|id| id.0).collect();
    let rows: Vec<Row> = tx.fetch(
        address_books::table
            .filter(among(address_books::collection_id, collections))
            .select(columns::<Row>()),
    )?;
    Ok(rows.into_iter().map(StoredBook::from).collect())
}

/// How many address books a person has.
pub(crate) fn count_of_owner(tx: &mut ReadTx<'_>, owner: &PersonId) -> Result<i64, Error> {
    let own = address_books::table.filter(address_books::owner_id.eq(owner.as_str()));
    Ok(own.count().get_result(tx.conn())?)
}

/// Adds an address book; `false` when its id is taken or its owner has a default one already.
pub(crate) fn insert(tx: &mut Tx<'_>, book: &StoredBook) -> Result<bool, Error> {
    let row = Row {
        id: book.id.to_string(),
        collection_id: book.collection.0,
        owner_id: book.owner.to_string(),
        is_default: book.is_default,
        name: book.name.clone(),
        version: book.version,
    };
    Ok(tx.run(diesel::insert_into(address_books::table).values(row).on_conflict_do_nothing())? == 1)
}

/// Renames an address book.
pub(crate) fn put_name(tx: &mut Tx<'_>, book: &StoredBook) -> Result<(), Error> {
    tx.run_prepared(
        diesel::update(address_books::table.find(book.id.as_str()))
            .set((address_books::name.eq(&book.name), address_books::version.eq(book.version))),
    )?;
    Ok(())
}

/// Removes an empty address book.
pub(crate) fn remove(tx: &mut Tx<'_>, id: &AddressBookId) -> Result<(), Error> {
    tx.run(diesel::delete(address_books::table.find(id.as_str())))?;
    Ok(())
}
