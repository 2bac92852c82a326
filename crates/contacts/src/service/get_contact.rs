use renraku_base::{ContactId, FieldFault, Precondition, Principal, Role};
use renraku_db::{CollectionId, Error, ReadTx, Tx};
use renraku_people::{access, search::fold_number};

use crate::{
    ContactsFault,
    model::Contact,
    store::{self, contacts::StoredContact},
};

/// As many contacts with the same number as are told.
const SAME_NUMBER: i64 = 10;

/// One contact.
///
/// # Errors
/// [`ContactsFault::NotFound`] when the person may not read it.
pub fn get_contact(tx: &mut ReadTx<'_>, who: &Principal, id: &ContactId) -> Result<Contact, ContactsFault> {
    Ok(readable(tx, who, id)?.0.into())
}

/// The contacts that have a phone number, in whatever way it and theirs are written; by name. None for what is not a
/// number.
///
/// # Errors
/// [`ContactsFault::Internal`] when the database fails.
pub fn lookup_number(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    number: &str,
) -> Result<Vec<Contact>, ContactsFault> {
    let Some(number) = fold_number(number) else {
        let detail = "a phone number has 2 to 15 digits, like 0155-26-1111, +81 155 26 1111 or an extension";
        return Err(ContactsFault::BadQuery(FieldFault::new("phone", "phone-number", detail)));
    };
    let found = store::contacts::find_by_number(tx, &who.person, &number, SAME_NUMBER)?;
    Ok(found.into_iter().map(Contact::from).collect())
}

/// The collections that the person may read, among them those of address books.
pub(super) fn visible(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Vec<CollectionId>, Error> {
    Ok(access::standing(tx, who)?.readable.into_iter().map(|(id, _)| id).collect())
}

/// The contact and the person's role in its address book, which is at least `read`.
pub(super) fn readable(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &ContactId,
) -> Result<(StoredContact, Role), ContactsFault> {
    let contact = store::contacts::get(tx, id)?.ok_or(ContactsFault::NotFound)?;
    match access::role(tx, who, contact.collection)? {
        Some(role) if role >= Role::Read => Ok((contact, role)),
        _ => Err(ContactsFault::NotFound),
    }
}

/// The contact that is about to be changed, if the person may do so and it is what they expect.
pub(super) fn changeable(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &ContactId,
    precondition: &Precondition,
) -> Result<StoredContact, ContactsFault> {
    tx.hold(id.as_str())?;
    let (contact, role) = readable(tx, who, id)?;
    if role < Role::Write {
        return Err(ContactsFault::Forbidden);
    }
    let current = Contact::from(contact.clone());
    if precondition.holds(&current.etag) { Ok(contact) } else { Err(ContactsFault::stale(&current)) }
}
