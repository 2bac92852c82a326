use renraku_base::{AddressBookId, FieldFault, Principal, Role};
use renraku_db::{Changed, ObjectType, ReadTx, Tx};
use renraku_people::{
    Share, ShareChange, ShareTarget,
    access::{self, Grantee},
};

use super::address_books::manageable;
use crate::ContactsFault;

/// Who may do what in an address book, its owner included.
///
/// # Errors
/// [`ContactsFault::Forbidden`] below `manage`, [`ContactsFault::NotFound`].
pub fn list_shares(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &AddressBookId,
) -> Result<Vec<Share>, ContactsFault> {
    let book = manageable(tx, who, id)?;
    Ok(access::grants(tx, book.collection)?.into_iter().map(Share::from).collect())
}

/// Shares an address book with someone, changes what they may do in it, or stops sharing it with them. Answers with the
/// right as it is now.
///
/// # Errors
/// [`ContactsFault::AddressBookFixed`] for the owner's own right, [`ContactsFault::Invalid`] for a role below `read` or
/// a grantee that is nobody, [`ContactsFault::Forbidden`] below `manage`, [`ContactsFault::NotFound`].
pub fn change_share(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &AddressBookId,
    change: ShareChange,
) -> Result<Changed<Option<Share>>, ContactsFault> {
    let book = manageable(tx, who, id)?;
    if matches!(&change.grantee, ShareTarget::Person { person_id } if *person_id == book.owner) {
        return Err(ContactsFault::AddressBookFixed);
    }
    let grantee = Grantee::from(change.grantee.clone());
    let mut faults = Vec::new();
    if change.role.is_some_and(|role| role < Role::Read) {
        let detail = "an address book has no busy time: use read, write or manage";
        faults.push(FieldFault::new("/role", "one-of", detail).allowing("read, write, manage"));
    }
    if change.role.is_some() && !access::is_there(tx, &grantee)? {
        faults.push(FieldFault::new("/grantee", "not-found", "there is no such person or unit"));
    }
    if !faults.is_empty() {
        return Err(ContactsFault::Invalid(faults));
    }
    let object = (ObjectType::AddressBook, &book.id);
    let Some(role) = change.role else {
        let removed = access::remove_grant(tx, book.collection, object, &grantee)?;
        return Ok(removed.map_or_else(|| Changed::nothing(None), |recorded| recorded.with(None)));
    };
    let share = Share { grantee: change.grantee, role };
    if access::grants(tx, book.collection)?.into_iter().map(Share::from).any(|given| given == share) {
        return Ok(Changed::nothing(Some(share)));
    }
    let recorded = access::put_grant(tx, book.collection, object, &grantee, role)?;
    Ok(recorded.with(Some(share)))
}
