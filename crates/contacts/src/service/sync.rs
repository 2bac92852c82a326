//! What the face needs to bring a phone up to date.

use renraku_base::{AddressBookId, ContactId, Principal, Role};
use renraku_db::{CollectionId, Error, ReadTx};
use renraku_people::access;

use super::{address_books::seen_by, address_books::visible_books, get_contact::visible};
use crate::{
    model::{AddressBook, Contact},
    store,
};

/// The address book that a collection belongs to; `None` when the person may not read it.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn address_book_of(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    collection: CollectionId,
) -> Result<Option<AddressBook>, Error> {
    let Some(role) = access::role(tx, who, collection)?.filter(|role| *role >= Role::Read) else {
        return Ok(None);
    };
    let book = store::address_books::list_by_collection(tx, [collection])?.pop();
    Ok(book.map(|book| seen_by(book, who, role)))
}

/// Those of these address books that the person may read, in no order, by two statements.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn get_address_books(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    ids: &[String],
) -> Result<Vec<AddressBook>, Error> {
    let mut books = visible_books(tx, who)?;
    books.retain(|book| ids.iter().any(|id| id == book.id.as_str()));
    Ok(books)
}

/// The contacts of an address book by ascending id, beginning after the one with id `after`; none when the person may not
/// read it.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn list_contacts(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    collection: CollectionId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Contact>, Error> {
    if access::role(tx, who, collection)?.is_none_or(|role| role < Role::Read) {
        return Ok(Vec::new());
    }
    let rows = store::contacts::list_after(tx, collection, after, limit)?;
    Ok(rows.into_iter().map(Contact::from).collect())
}

/// The address book of a collection and the contacts in it, for whomever: what is gone for a person who lost the right to
/// read it. `None` when it is deleted; then its log tells what was in it.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn ids_in(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
) -> Result<Option<(AddressBookId, Vec<ContactId>)>, Error> {
    let Some(book) = store::address_books::list_by_collection(tx, [collection])?.pop() else {
        return Ok(None);
    };
    Ok(Some((book.id, store::contacts::list_ids(tx, collection)?)))
}

/// Those of these contacts that the person may read, wherever they are, in no order, by two statements.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn get_contacts(tx: &mut ReadTx<'_>, who: &Principal, ids: &[String]) -> Result<Vec<Contact>, Error> {
    let collections = visible(tx, who)?;
    let rows = store::contacts::list_by_id(tx, &collections, ids)?;
    Ok(rows.into_iter().map(Contact::from).collect())
}
