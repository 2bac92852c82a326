use renraku_base::{ContactId, Precondition, Principal};
use renraku_db::{Changed, ObjectType, Tx, changes};

use super::get_contact::changeable;
use crate::{ContactsFault, store};

/// Deletes a contact.
///
/// # Errors
/// [`ContactsFault::Stale`], [`ContactsFault::Forbidden`] below `write`, [`ContactsFault::NotFound`].
pub fn delete_contact(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &ContactId,
    precondition: &Precondition,
) -> Result<Changed<()>, ContactsFault> {
    let contact = changeable(tx, who, id, precondition)?;
    store::contacts::remove(tx, id)?;
    store::card_objects::remove_body(tx, contact.collection, id)?;
    Ok(changes::record_gone(tx, contact.collection, ObjectType::Contact, id).with(()))
}
