use renraku_base::{ContactId, Precondition, Principal};
use renraku_db::{Changed, CollectionId, ObjectType, Tx, changes};

use super::{address_books::writable, get_contact::changeable, objects};
use crate::{
    ContactsFault,
    model::{Contact, ContactPatch},
    store::{self, contacts::StoredContact},
};

/// Changes a contact, and moves it when the patch names another address book. What changes nothing makes no new version.
///
/// # Errors
/// [`ContactsFault::Stale`], [`ContactsFault::Invalid`], [`ContactsFault::UidTaken`] in the other address book,
/// [`ContactsFault::Forbidden`] below `write` in either, [`ContactsFault::NotFound`].
pub fn update_contact(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &ContactId,
    patch: &ContactPatch,
    precondition: &Precondition,
) -> Result<Changed<Contact>, ContactsFault> {
    let mut contact = changeable(tx, who, id, precondition)?;
    let card = contact.card.patched(&patch.members, tx.now()).map_err(ContactsFault::Invalid)?;
    let left = move_to_book(tx, who, &mut contact, patch)?;
    if left.is_none() && card == contact.card {
        return Ok(Changed::nothing(contact.into()));
    }
    contact.card = card;
    contact.version = tx.next_version(Some(contact.version));
    store::contacts::put(tx, &contact)?;
    if let Some(left) = left {
        objects::name_arrival(tx, contact.collection, id)?;
        store::card_objects::remove_body(tx, left, id)?;
        let _recorded = changes::record_gone(tx, left, ObjectType::Contact, id);
    }
    let recorded = changes::record(tx, contact.collection, ObjectType::Contact, id);
    Ok(recorded.with(contact.into()))
}

/// Puts the contact into the address book that the patch names. Answers with the collection that it left.
fn move_to_book(
    tx: &mut Tx<'_>,
    who: &Principal,
    contact: &mut StoredContact,
    patch: &ContactPatch,
) -> Result<Option<CollectionId>, ContactsFault> {
    let Some(target) = patch.address_book_id.as_ref().filter(|id| **id != contact.address_book) else {
        return Ok(None);
    };
    let book = writable(tx, who, target)?;
    if let Some(other) = store::contacts::find_by_uid(tx, book.collection, contact.card.uid())? {
        return Err(ContactsFault::UidTaken(other));
    }
    contact.address_book = book.id;
    Ok(Some(std::mem::replace(&mut contact.collection, book.collection)))
}
