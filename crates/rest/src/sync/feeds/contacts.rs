use renraku_contacts::service::sync as service;
use renraku_db::{CollectionId, ObjectType, ReadTx, changes::Change};

use super::{Ask, Found, Listed, Lost, Problem, as_limit, ids_of};
use crate::sync::page::{Page, piece};

/// The book itself is listed before its contacts, under the empty cursor.
pub(super) fn list(
    tx: &mut ReadTx<'_>,
    ask: &Ask,
    collection: CollectionId,
    cursor: &str,
    count: usize,
) -> Result<Listed, Problem> {
    let mut objects = Vec::new();
    if cursor.is_empty()
        && let Some(book) = service::address_book_of(tx, &ask.who, collection)?
    {
        // The least sort key of all: every contact's id comes after it.
        objects.push(("0".to_owned(), Some(vec![piece("addressBooks", &book)?])));
    }
    let room = count - objects.len();
    let mut more = room == 0;
    if room > 0 {
        let contacts = service::list_contacts(tx, &ask.who, collection, Some(cursor), as_limit(room))?;
        more = contacts.len() == room;
        for contact in &contacts {
            objects.push((contact.id.to_string(), Some(vec![piece("contacts", contact)?])));
        }
    }
    Ok(Listed { objects, more })
}

pub(super) fn get(tx: &mut ReadTx<'_>, ask: &Ask, rows: &[Change]) -> Result<Found, Problem> {
    let mut found = Found::new();
    let ids = ids_of(rows, ObjectType::AddressBook);
    if !ids.is_empty() {
        for book in service::get_address_books(tx, &ask.who, &ids)? {
            found.insert(
                (ObjectType::AddressBook, book.id.to_string()),
                vec![piece("addressBooks", &book)?].into(),
            );
        }
    }
    let ids = ids_of(rows, ObjectType::Contact);
    if !ids.is_empty() {
        for contact in service::get_contacts(tx, &ask.who, &ids)? {
            found.insert(
                (ObjectType::Contact, contact.id.to_string()),
                vec![piece("contacts", &contact)?].into(),
            );
        }
    }
    Ok(found)
}

/// Tells what a lost address book held: what is in it now, and what its log names since. What went from it into another book
/// that the person may read is not gone.
pub(super) fn lose(tx: &mut ReadTx<'_>, ask: &Ask, lost: &Lost, page: &mut Page) -> Result<(), Problem> {
    if let Some((book, contacts)) = service::ids_in(tx, lost.one.head.collection)? {
        page.put_gone("addressBooks", book.into_string());
        for contact in contacts {
            page.put_gone("contacts", contact.into_string());
        }
    }
    let found = get(tx, ask, &lost.log)?;
    for row in &lost.log {
        let name = match row.object_type {
            ObjectType::AddressBook => "addressBooks",
            ObjectType::Contact => "contacts",
            _ => continue,
        };
        if !found.contains_key(&(row.object_type, row.object.clone())) {
            page.put_gone(name, row.object.clone());
        }
    }
    Ok(())
}
