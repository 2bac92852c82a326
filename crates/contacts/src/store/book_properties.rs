use diesel::prelude::*;
use renraku_base::{AddressBookId, Id, PersonId};
use renraku_db::{Error, ReadTx, Tx, schema::address_book_properties as properties};

/// What a person's clients keep with an address book, by name.
pub(crate) fn list(
    tx: &mut ReadTx<'_>,
    book: &AddressBookId,
    person: &PersonId,
) -> Result<Vec<(String, String)>, Error> {
    tx.fetch(
        properties::table
            .filter(
                properties::address_book_id.eq(book.as_str()).and(properties::person_id.eq(person.as_str())),
            )
            .order(properties::name)
            .select((properties::name, properties::value)),
    )
}

/// What a person's clients keep with any address book, by name.
pub(crate) fn list_all(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
) -> Result<Vec<(AddressBookId, String, String)>, Error> {
    let rows: Vec<(String, String, String)> = tx.fetch(
        properties::table
            .filter(properties::person_id.eq(person.as_str()))
            .order((properties::address_book_id, properties::name))
            .select((properties::address_book_id, properties::name, properties::value)),
    )?;
    Ok(rows.into_iter().map(|(id, name, value)| (Id::stored(id), name, value)).collect())
}

/// Keeps one property.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    book: &AddressBookId,
    person: &PersonId,
    name: &str,
    value: &str,
) -> Result<(), Error> {
    let row = (
        properties::address_book_id.eq(book.as_str()),
        properties::person_id.eq(person.as_str()),
        properties::name.eq(name),
        properties::value.eq(value),
    );
    let statement = diesel::insert_into(properties::table)
        .values(row)
        .on_conflict((properties::person_id, properties::address_book_id, properties::name))
        .do_update()
        .set(properties::value.eq(value));
    tx.run(statement)?;
    Ok(())
}

/// Forgets one property.
pub(crate) fn remove(
    tx: &mut Tx<'_>,
    book: &AddressBookId,
    person: &PersonId,
    name: &str,
) -> Result<(), Error> {
    tx.run(diesel::delete(properties::table.find((person.as_str(), book.as_str(), name))))?;
    Ok(())
}

/// Forgets all properties of an address book.
pub(crate) fn remove_all(tx: &mut Tx<'_>, book: &AddressBookId) -> Result<(), Error> {
    tx.run(diesel::delete(properties::table.filter(properties::address_book_id.eq(book.as_str()))))?;
    Ok(())
}
