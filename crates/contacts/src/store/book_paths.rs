use diesel::prelude::*;
use renraku_base::{AddressBookId, Id, PersonId};
use renraku_db::{Error, ReadTx, Tx, schema::address_book_paths as paths};

/// The address book of a segment among the paths of its owner.
pub(crate) fn find(
    tx: &mut ReadTx<'_>,
    owner: &PersonId,
    segment: &str,
) -> Result<Option<AddressBookId>, Error> {
    let id: Option<String> = tx.fetch_one(
        paths::table
            .filter(paths::owner_id.eq(owner.as_str()).and(paths::segment.eq(segment)))
            .select(paths::address_book_id),
    )?;
    Ok(id.map(Id::stored))
}

/// The address books of an owner that have a segment of their own, each with it.
pub(crate) fn list(tx: &mut ReadTx<'_>, owner: &PersonId) -> Result<Vec<(AddressBookId, String)>, Error> {
    let rows: Vec<(String, String)> = tx.fetch(
        paths::table
            .filter(paths::owner_id.eq(owner.as_str()))
            .select((paths::address_book_id, paths::segment)),
    )?;
    Ok(rows.into_iter().map(|(id, segment)| (Id::stored(id), segment)).collect())
}

/// Gives an address book a segment of its own.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    book: &AddressBookId,
    owner: &PersonId,
    segment: &str,
) -> Result<(), Error> {
    let row = (
        paths::address_book_id.eq(book.as_str()),
        paths::owner_id.eq(owner.as_str()),
        paths::segment.eq(segment),
    );
    tx.run(diesel::insert_into(paths::table).values(row))?;
    Ok(())
}

/// Forgets the segment of an address book.
pub(crate) fn remove(tx: &mut Tx<'_>, book: &AddressBookId) -> Result<(), Error> {
    tx.run(diesel::delete(paths::table.find(book.as_str())))?;
    Ok(())
}
