use std::cmp::Reverse;

use renraku_base::{AddressBookId, ETag, FieldFault, PersonId, Precondition, Principal, Role};
use renraku_db::{
    Changed, CollectionKind, Error, ObjectType, ReadTx, Tx,
    changes::{self, Recorded},
};
use renraku_notify::NotificationType;
use renraku_people::access::{self, Grantee};

use super::shares::tell_owner;
use crate::{
    ContactsFault,
    model::{AddressBook, AddressBookKind, AddressBookPatch, NewAddressBook},
    store::{self, address_books::StoredBook},
};

/// The longest name of an address book, in characters.
const NAME_CHARS: usize = 255;
/// One that is shared stands in the sync of everybody who may read it.
const MOST_EACH: i64 = 200;

/// The name of a person's first address book, until they change it.
const DEFAULT_NAME: &str = "連絡先";

/// The address books that the person may read: their own, the default one first, then those that are shared with them,
/// by name.
///
/// # Errors
/// [`ContactsFault::Internal`] when the database fails.
pub fn list_address_books(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Vec<AddressBook>, ContactsFault> {
    let mut books = visible_books(tx, who)?;
    books.sort_by(|a, b| {
        let own = |book: &AddressBook| Reverse((book.kind == AddressBookKind::Own, book.is_default));
        (own(a), &a.name, &a.id).cmp(&(own(b), &b.name, &b.id))
    });
    Ok(books)
}

pub(super) fn visible_books(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Vec<AddressBook>, Error> {
    let visible = access::standing(tx, who)?.readable;
    let books = store::address_books::list_by_collection(tx, visible.iter().map(|(id, _)| *id))?;
    let role =
        |book: &StoredBook| visible.iter().find(|(id, _)| *id == book.collection).map(|(_, role)| *role);
    Ok(books
        .into_iter()
        .filter_map(|book| Some((role(&book)?, book)))
        .map(|(role, book)| seen_by(book, who, role))
        .collect())
}

/// One address book.
///
/// # Errors
/// [`ContactsFault::NotFound`] when the person may not read it.
pub fn get_address_book(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &AddressBookId,
) -> Result<AddressBook, ContactsFault> {
    let (book, role) = readable(tx, who, id)?;
    Ok(seen_by(book, who, role))
}

/// Makes an address book of the person's own.
///
/// # Errors
/// [`ContactsFault::Invalid`] for a name that is not taken, [`ContactsFault::IdTaken`].
pub fn create_address_book(
    tx: &mut Tx<'_>,
    who: &Principal,
    new: NewAddressBook,
) -> Result<Changed<AddressBook>, ContactsFault> {
    check_name(&new.name)?;
    if store::address_books::count_of_owner(tx, &who.person)? >= MOST_EACH {
        let detail = format!("at most {MOST_EACH} address books each: delete one that is not used");
        return Err(ContactsFault::Invalid(vec![FieldFault::new("", "too-many", detail)]));
    }
    let id = new.id.unwrap_or_else(|| tx.new_id());
    let (book, recorded) = add_book(tx, &who.person, id, new.name.trim(), false)?;
    Ok(recorded.with(seen_by(book, who, Role::Manage)))
}

/// Renames an address book. What changes nothing makes no new version.
///
/// # Errors
/// [`ContactsFault::Stale`], [`ContactsFault::Invalid`], [`ContactsFault::NotManaged`] below `manage`,
/// [`ContactsFault::NotFound`].
pub fn update_address_book(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &AddressBookId,
    patch: AddressBookPatch,
    precondition: &Precondition,
) -> Result<Changed<AddressBook>, ContactsFault> {
    tx.hold(id.as_str())?;
    let mut book = manageable(tx, who, id)?;
    expect(&book, who, precondition)?;
    let before = book.clone();
    if let Some(name) = patch.name {
        check_name(&name)?;
        name.trim().clone_into(&mut book.name);
    }
    if book == before {
        return Ok(Changed::nothing(seen_by(book, who, Role::Manage)));
    }
    book.version = tx.next_version(Some(book.version));
    store::address_books::put_name(tx, &book)?;
    let recorded = changes::record(tx, book.collection, ObjectType::AddressBook, &book.id);
    Ok(recorded.with(seen_by(book, who, Role::Manage)))
}

/// Deletes an address book with its contacts.
///
/// # Errors
/// [`ContactsFault::AddressBookFixed`] for a default one, [`ContactsFault::Stale`], [`ContactsFault::NotManaged`] below
/// `manage`, [`ContactsFault::NotFound`].
pub fn delete_address_book(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &AddressBookId,
    precondition: &Precondition,
) -> Result<Changed<()>, ContactsFault> {
    tx.hold(id.as_str())?;
    let book = manageable(tx, who, id)?;
    expect(&book, who, precondition)?;
    if book.is_default {
        return Err(ContactsFault::AddressBookFixed);
    }
    for contact in store::contacts::remove_all(tx, book.collection)? {
        let _recorded = changes::record_gone(tx, book.collection, ObjectType::Contact, &contact);
    }
    access::remove_grants(tx, book.collection, (ObjectType::AddressBook, &book.id))?;
    store::card_objects::remove_all(tx, book.collection)?;
    store::merges::remove_all(tx, book.collection)?;
    store::book_paths::remove(tx, &book.id)?;
    store::book_properties::remove_all(tx, &book.id)?;
    store::address_books::remove(tx, &book.id)?;
    if book.owner != who.person {
        tell_owner(tx, who, &book, NotificationType::ShareDeleted)?;
    }
    Ok(changes::record_gone(tx, book.collection, ObjectType::AddressBook, &book.id).with(()))
}

/// The address book to which a person's contacts go when no other is named; made when it is first needed.
///
/// # Errors
/// [`ContactsFault::Internal`] when the database fails.
pub fn default_address_book(tx: &mut Tx<'_>, person: &PersonId) -> Result<AddressBookId, ContactsFault> {
    Ok(stored_default(tx, person)?.id)
}

/// The address book to which a person's contacts go when no other is named, if it was made yet.
///
/// # Errors
/// [`ContactsFault::Internal`] when the database fails.
pub fn find_default_address_book(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
) -> Result<Option<AddressBookId>, ContactsFault> {
    Ok(store::address_books::find_default(tx, person)?.map(|book| book.id))
}

pub(super) fn stored_default(tx: &mut Tx<'_>, person: &PersonId) -> Result<StoredBook, ContactsFault> {
    if let Some(book) = store::address_books::find_default(tx, person)? {
        return Ok(book);
    }
    let id = tx.new_id();
    match tx.savepoint(|tx| add_book(tx, person, id.clone(), DEFAULT_NAME, true)) {
        Ok((book, _recorded)) => Ok(book),
        // Another transaction made it first.
        Err(ContactsFault::IdTaken) => {
            store::address_books::find_default(tx, person)?.ok_or(ContactsFault::NotFound)
        }
        Err(fault) => Err(fault),
    }
}

/// Adds an address book and hands it to its owner.
fn add_book(
    tx: &mut Tx<'_>,
    owner: &PersonId,
    id: AddressBookId,
    name: &str,
    is_default: bool,
) -> Result<(StoredBook, Recorded), ContactsFault> {
    let book = StoredBook {
        id,
        collection: changes::create_collection(tx, CollectionKind::AddressBook, Some(owner.as_str()))?,
        owner: owner.clone(),
        is_default,
        name: name.to_owned(),
        version: tx.next_version(None),
    };
    if !store::address_books::insert(tx, &book)? {
        return Err(ContactsFault::IdTaken);
    }
    let object = (ObjectType::AddressBook, &book.id);
    let grantee = Grantee::Person(owner.clone());
    let _recorded = access::put_grant(tx, book.collection, object, &grantee, Role::Manage)?;
    let recorded = changes::record(tx, book.collection, ObjectType::AddressBook, &book.id);
    Ok((book, recorded))
}

/// The address book and the person's role in it, which is at least `read`.
pub(super) fn readable(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &AddressBookId,
) -> Result<(StoredBook, Role), ContactsFault> {
    let book = store::address_books::get(tx, id)?.ok_or(ContactsFault::NotFound)?;
    match access::role(tx, who, book.collection)? {
        Some(role) if role >= Role::Read => Ok((book, role)),
        _ => Err(ContactsFault::NotFound),
    }
}

/// The address book, if the person may add contacts to it.
pub(super) fn writable(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &AddressBookId,
) -> Result<StoredBook, ContactsFault> {
    match readable(tx, who, id)? {
        (book, role) if role >= Role::Write => Ok(book),
        _ => Err(ContactsFault::Forbidden),
    }
}

/// The address book, if the person may rename, share and delete it.
pub(super) fn manageable(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &AddressBookId,
) -> Result<StoredBook, ContactsFault> {
    match readable(tx, who, id)? {
        (book, Role::Manage) => Ok(book),
        _ => Err(ContactsFault::NotManaged),
    }
}

fn expect(book: &StoredBook, who: &Principal, precondition: &Precondition) -> Result<(), ContactsFault> {
    let current = seen_by(book.clone(), who, Role::Manage);
    if precondition.holds(&current.etag) { Ok(()) } else { Err(ContactsFault::stale(&current)) }
}

pub(super) fn seen_by(book: StoredBook, who: &Principal, role: Role) -> AddressBook {
    let kind = if book.owner == who.person { AddressBookKind::Own } else { AddressBookKind::Shared };
    // The role is part of what is sent and changes without the address book, so each has its own tag.
    let view = match role {
        Role::FreeBusy => 'f',
        Role::Read => 'r',
        Role::Write => 'w',
        Role::Manage => 'm',
    };
    AddressBook {
        id: book.id,
        name: book.name,
        kind,
        role,
        is_default: book.is_default && kind == AddressBookKind::Own,
        owner_id: book.owner,
        etag: ETag::of_view(book.version, view),
    }
}

fn check_name(name: &str) -> Result<(), ContactsFault> {
    let (code, detail) = if name.trim().is_empty() {
        ("required", "give a name")
    } else if name.chars().count() > NAME_CHARS {
        ("too-long", "at most 255 characters")
    } else if name.chars().any(char::is_control) {
        ("control-character", "control characters are not taken here")
    } else {
        return Ok(());
    };
    Err(ContactsFault::Invalid(vec![FieldFault::new("/name", code, detail)]))
}
