use renraku_base::{AddressBookId, FieldFault, Principal, Role};
use renraku_db::{Changed, ObjectType, ReadTx, Tx};
use renraku_notify::{Actor, Details, Notice, NotificationType, Repeat, Subject, service::tell};
use renraku_people::{
    Share, ShareChange, ShareTarget,
    access::{self, Grantee},
    directory::service as directory,
};

use super::address_books::{manageable, readable};
use crate::{ContactsFault, store::address_books::StoredBook};

/// Who may do what in an address book, its owner included.
///
/// # Errors
/// [`ContactsFault::NotManaged`] below `manage`, [`ContactsFault::NotFound`].
pub fn list_shares(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &AddressBookId,
) -> Result<Vec<Share>, ContactsFault> {
    let book = manageable(tx, who, id)?;
    Ok(access::grants(tx, book.collection)?.into_iter().map(Share::from).collect())
}

/// Shares an address book with someone, changes what they may do in it, or stops sharing it with them. Answers with the
/// right as it is now. Of a right of their own everybody can let go.
///
/// # Errors
/// As [`leave_address_book`] for one's own;
/// [`ContactsFault::AddressBookFixed`] for the owner's own right, [`ContactsFault::Invalid`] for a role below `read` or
/// a grantee that is nobody, [`ContactsFault::NotManaged`] below `manage`, [`ContactsFault::NotFound`].
pub fn change_share(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &AddressBookId,
    change: ShareChange,
) -> Result<Changed<Option<Share>>, ContactsFault> {
    if change.role.is_none()
        && matches!(&change.grantee, ShareTarget::Person { person_id } if *person_id == who.person)
    {
        return Ok(leave_address_book(tx, who, id)?.map(|()| None));
    }
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
        faults.push(FieldFault::new(
            change.grantee.pointer(),
            "not-found",
            "there is no such person, unit or post",
        ));
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

/// Leaves an address book that is shared with the person themselves; its owner is told.
///
/// # Errors
/// [`ContactsFault::SharedWithGroup`] when a unit's right or everyone's lets them read it, [`ContactsFault::AddressBookFixed`] for
/// their own, [`ContactsFault::NotFound`].
pub fn leave_address_book(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &AddressBookId,
) -> Result<Changed<()>, ContactsFault> {
    let (book, _) = readable(tx, who, id)?;
    if book.owner == who.person {
        return Err(ContactsFault::AddressBookFixed);
    }
    let object = (ObjectType::AddressBook, &book.id);
    let Some(recorded) = access::leave(tx, who, book.collection, object)? else {
        return Err(ContactsFault::SharedWithGroup);
    };
    tell_owner(tx, who, &book, NotificationType::ShareLeft)?;
    Ok(recorded.with(()))
}

/// Tells the owner what somebody else did with their address book.
pub(super) fn tell_owner(
    tx: &mut Tx<'_>,
    who: &Principal,
    book: &StoredBook,
    kind: NotificationType,
) -> Result<(), ContactsFault> {
    let named = directory::names(tx, std::slice::from_ref(&who.person))?.remove(&who.person);
    let notice = Notice {
        kind,
        subject: Subject::default(),
        actor: named.map(|named| Actor { person_id: Some(who.person.clone()), name: named.name.full }),
        details: Details { title: Some(book.name.clone()), ..Details::default() },
        repeat: Repeat::Add,
    };
    Ok(tell(tx, &book.owner, &notice)?)
}
