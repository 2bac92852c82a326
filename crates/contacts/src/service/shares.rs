use renraku_base::{AddressBookId, FieldFault, Principal, Role};
use renraku_db::{Changed, ObjectType, ReadTx, Tx, changes::Recorded};
use renraku_people::{
    Share, ShareTarget,
    access::{self, Grantee},
};

use super::address_books::manageable;
use crate::{ContactsFault, store::address_books::StoredBook};

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

/// Shares an address book, or changes what someone may do in it.
///
/// # Errors
/// [`ContactsFault::AddressBookFixed`] for the owner's own right, [`ContactsFault::Invalid`] for a role below `read`,
/// [`ContactsFault::Forbidden`] below `manage`, [`ContactsFault::NotFound`].
pub fn put_share(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &AddressBookId,
    share: Share,
) -> Result<Changed<Share>, ContactsFault> {
    let book = manageable(tx, who, id)?;
    if share.role < Role::Read {
        let detail = "an address book has no busy time: use read, write or manage";
        return Err(ContactsFault::Invalid(vec![FieldFault::new("/role", "one-of", detail)]));
    }
    let recorded = put(tx, &book, &share.grantee, Some(share.role))?;
    Ok(recorded.with(share))
}

/// Stops sharing an address book with someone.
///
/// # Errors
/// As [`put_share`].
pub fn remove_share(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &AddressBookId,
    grantee: &ShareTarget,
) -> Result<Changed<()>, ContactsFault> {
    let book = manageable(tx, who, id)?;
    Ok(put(tx, &book, grantee, None)?.with(()))
}

fn put(
    tx: &mut Tx<'_>,
    book: &StoredBook,
    grantee: &ShareTarget,
    role: Option<Role>,
) -> Result<Recorded, ContactsFault> {
    if matches!(grantee, ShareTarget::Person { person_id } if *person_id == book.owner) {
        return Err(ContactsFault::AddressBookFixed);
    }
    let grantee = Grantee::from(grantee.clone());
    Ok(access::put_grant(tx, book.collection, (ObjectType::AddressBook, &book.id), &grantee, role)?)
}
