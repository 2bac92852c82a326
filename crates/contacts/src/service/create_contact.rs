use renraku_base::{AddressBookId, ContactId, Principal};
use renraku_db::{Changed, ObjectType, Tx, changes};

use super::address_books::{stored_default, writable};
use crate::{
    ContactsFault,
    model::{Card, Contact, ContactDraft},
    store::{self, contacts::StoredContact},
};

/// Adds a contact to the address book that it names, or to the person's default one.
///
/// # Errors
/// [`ContactsFault::IdTaken`], [`ContactsFault::UidTaken`], [`ContactsFault::Forbidden`] below `write`,
/// [`ContactsFault::NotFound`] for an address book that may not be read.
pub fn create_contact(
    tx: &mut Tx<'_>,
    who: &Principal,
    draft: ContactDraft,
) -> Result<Changed<Contact>, ContactsFault> {
    let book = match &draft.address_book_id {
        Some(id) => writable(tx, who, id)?,
        None => stored_default(tx, &who.person)?,
    };
    let contact = StoredContact {
        id: draft.id,
        collection: book.collection,
        address_book: book.id,
        version: tx.next_version(None),
        card: draft.card,
    };
    if store::contacts::insert_many(tx, std::slice::from_ref(&contact))? == 0 {
        return Err(match store::contacts::find_by_uid(tx, contact.collection, contact.card.uid())? {
            Some(other) if other != contact.id => ContactsFault::UidTaken(other),
            _ => ContactsFault::IdTaken,
        });
    }
    let recorded = changes::record(tx, contact.collection, ObjectType::Contact, &contact.id);
    Ok(recorded.with(contact.into()))
}

/// Adds many cards to an address book by a number of statements that does not grow with theirs (up to 1,000), or none of
/// them. Answers with their ids, in order.
///
/// # Errors
/// [`ContactsFault::IdTaken`] when an id or uid is taken, [`ContactsFault::Forbidden`] below `write`,
/// [`ContactsFault::NotFound`].
pub fn add_cards(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &AddressBookId,
    drafts: Vec<(ContactId, Card)>,
) -> Result<Vec<ContactId>, ContactsFault> {
    let book = writable(tx, who, id)?;
    let version = tx.next_version(None);
    let new: Vec<StoredContact> = drafts
        .into_iter()
        .map(|(id, card)| StoredContact {
            id,
            collection: book.collection,
            address_book: book.id.clone(),
            version,
            card,
        })
        .collect();
    if store::contacts::insert_many(tx, &new)? < new.len() {
        return Err(ContactsFault::IdTaken);
    }
    for contact in &new {
        let _recorded = changes::record(tx, contact.collection, ObjectType::Contact, &contact.id);
    }
    Ok(new.into_iter().map(|contact| contact.id).collect())
}
