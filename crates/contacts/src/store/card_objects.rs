use diesel::prelude::*;
use renraku_base::{ContactId, Id};
use renraku_db::{
    CollectionId, Error, ReadTx, Tx, among, columns,
    schema::{card_objects as objects, contacts},
};

/// What a contacts client stored, and under which name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StoredCard {
    pub collection: CollectionId,
    pub contact: ContactId,
    /// The last segment of its path.
    pub name: String,
    /// The tag of the version of the contact that `body` says.
    pub etag: String,
    /// Its text, as it was sent; `None` where only the name is known.
    pub body: Option<String>,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = objects, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    collection_id: i64,
    contact_id: String,
    name: String,
    etag: String,
    body: Option<String>,
}

impl From<Row> for StoredCard {
    fn from(row: Row) -> Self {
        Self {
            collection: CollectionId(row.collection_id),
            contact: Id::stored(row.contact_id),
            name: row.name,
            etag: row.etag,
            body: row.body,
        }
    }
}

/// The contacts that have these names, each with its name, in no order; they may be gone.
pub(crate) fn find_by_names(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    names: &[&str],
) -> Result<Vec<(String, ContactId)>, Error> {
    let rows: Vec<(String, String)> = tx.fetch(
        objects::table
            .filter(objects::collection_id.eq(collection.0).and(among(objects::name, names)))
            .select((objects::name, objects::contact_id)),
    )?;
    Ok(rows.into_iter().map(|(name, id)| (name, Id::stored(id))).collect())
}

/// The names of these contacts, in no order; they may be gone.
pub(crate) fn list_names(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    ids: &[&str],
) -> Result<Vec<(ContactId, String)>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, String)> = tx.fetch(
        objects::table
            .filter(objects::collection_id.eq(collection.0).and(among(objects::contact_id, ids)))
            .select((objects::contact_id, objects::name)),
    )?;
    Ok(rows.into_iter().map(|(id, name)| (Id::stored(id), name)).collect())
}

/// What is stored of these contacts, in no order.
pub(crate) fn list_by_contact(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    ids: &[&str],
) -> Result<Vec<StoredCard>, Error> {
    let rows: Vec<Row> = tx.fetch(
        objects::table
            .filter(objects::collection_id.eq(collection.0).and(among(objects::contact_id, ids)))
            .select(columns::<Row>()),
    )?;
    Ok(rows.into_iter().map(StoredCard::from).collect())
}

/// A contact as far as a list of its address book needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub contact: ContactId,
    pub version: i64,
    /// Its name, where a client gave it one.
    pub name: Option<String>,
}

type ListedRow = (String, i64, Option<String>);

fn listed((contact, version, name): ListedRow) -> Listed {
    Listed { contact: Id::stored(contact), version, name }
}

/// The contacts of an address book in ascending order of their ids after `after`, at most `limit`.
pub(crate) fn list(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    after: &str,
    limit: i64,
) -> Result<Vec<Listed>, Error> {
    let rows: Vec<ListedRow> = tx.fetch(
        contacts::table
            .left_join(objects::table.on(
                objects::contact_id.eq(contacts::id).and(objects::collection_id.eq(contacts::collection_id)),
            ))
            .filter(contacts::collection_id.eq(collection.0).and(contacts::id.gt(after)))
            .order(contacts::id)
            .limit(limit)
            .select((contacts::id, contacts::version, objects::name.nullable())),
    )?;
    Ok(rows.into_iter().map(listed).collect())
}

/// Those of these contacts that are in an address book, in no order.
pub(crate) fn get(tx: &mut ReadTx<'_>, collection: CollectionId, ids: &[&str]) -> Result<Vec<Listed>, Error> {
    let rows: Vec<ListedRow> = tx.fetch(
        contacts::table
            .left_join(objects::table.on(
                objects::contact_id.eq(contacts::id).and(objects::collection_id.eq(contacts::collection_id)),
            ))
            .filter(contacts::collection_id.eq(collection.0).and(among(contacts::id, ids)))
            .select((contacts::id, contacts::version, objects::name.nullable())),
    )?;
    Ok(rows.into_iter().map(listed).collect())
}

/// Stores what a client sent; whatever had the name before loses it.
pub(crate) fn put(tx: &mut Tx<'_>, card: &StoredCard) -> Result<(), Error> {
    let of_name = objects::table
        .filter(objects::collection_id.eq(card.collection.0).and(objects::name.eq(&card.name)))
        .filter(objects::contact_id.ne(card.contact.as_str()));
    tx.run(diesel::delete(of_name))?;
    let row = || Row {
        collection_id: card.collection.0,
        contact_id: card.contact.as_str().to_owned(),
        name: card.name.clone(),
        etag: card.etag.clone(),
        body: card.body.clone(),
    };
    let statement = diesel::insert_into(objects::table)
        .values(row())
        .on_conflict((objects::collection_id, objects::contact_id))
        .do_update()
        .set(row());
    tx.run(statement)?;
    Ok(())
}

/// Forgets the text of a contact that is gone; its name is still told.
pub(crate) fn remove_body(
    tx: &mut Tx<'_>,
    collection: CollectionId,
    contact: &ContactId,
) -> Result<(), Error> {
    let of_contact = objects::table
        .filter(objects::collection_id.eq(collection.0).and(objects::contact_id.eq(contact.as_str())));
    tx.run_prepared(
        diesel::update(of_contact).set((objects::body.eq(None::<String>), objects::etag.eq(""))),
    )?;
    Ok(())
}

/// Forgets all that was stored in an address book.
pub(crate) fn remove_all(tx: &mut Tx<'_>, collection: CollectionId) -> Result<(), Error> {
    tx.run(diesel::delete(objects::table.filter(objects::collection_id.eq(collection.0))))?;
    Ok(())
}
