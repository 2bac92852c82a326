use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
    str::FromStr,
};

use renraku_base::{AddressBookId, PersonId, Precondition, Principal, Role, segment};
use renraku_db::{
    Changed, CollectionId, ReadTx, Tx,
    changes::{self, Head},
};
use renraku_people::{access, directory::service as directory};

use super::CardFault;
use crate::{
    ContactsFault,
    model::{AddressBook, AddressBookKind, AddressBookPatch, NewAddressBook},
    service::address_books::{self as operations, readable, seen_by},
    store::{self, address_books::StoredBook},
};

/// An address book as a collection of card objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectBook {
    /// The address book, as the person sees it.
    pub book: AddressBook,
    /// Its collection.
    pub collection: CollectionId,
    /// The last segment of its path.
    pub segment: String,
    /// The number of its latest change.
    pub modseq: i64,
    /// Changes up to this number are no longer told one by one.
    pub floor: i64,
    /// What the person's clients keep with it, by name.
    pub properties: Vec<(String, String)>,
    /// Who shares it; nothing of one's own, and where it was not asked for.
    pub owner_name: Option<String>,
}

impl ObjectBook {
    /// Whether it is one of the person's own.
    #[must_use]
    pub fn is_mine(&self) -> bool {
        self.book.kind == AddressBookKind::Own
    }

    fn new(stored: StoredBook, who: &Principal, role: Role, segment: String, head: Option<Head>) -> Self {
        let (modseq, floor) = head.map_or((0, 0), |head| (head.modseq, head.floor));
        let collection = stored.collection;
        let (book, properties) = (seen_by(stored, who, role), Vec::new());
        Self { book, collection, segment, modseq, floor, properties, owner_name: None }
    }
}

/// The address books that the person may read, their default one first, by a number of statements that does not grow with theirs.
///
/// # Errors
/// [`ContactsFault::Internal`] when the database fails.
pub fn list_books(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Vec<ObjectBook>, ContactsFault> {
    let roles: HashMap<CollectionId, Role> = access::standing(tx, who)?.readable.into_iter().collect();
    let stored = store::address_books::list_by_collection(tx, roles.keys().copied())?;
    let chosen = store::book_paths::list(tx, &who.person)?;
    let collections: Vec<CollectionId> = stored.iter().map(|book| book.collection).collect();
    let heads: HashMap<CollectionId, Head> =
        changes::heads(tx, &collections)?.into_iter().map(|head| (head.collection, head)).collect();
    let mut properties: HashMap<AddressBookId, Vec<(String, String)>> = HashMap::new();
    for (id, name, value) in store::book_properties::list_all(tx, &who.person)? {
        properties.entry(id).or_default().push((name, value));
    }
    let mut books: Vec<ObjectBook> = stored
        .into_iter()
        .filter_map(|stored| Some((*roles.get(&stored.collection)?, stored)))
        .map(|(role, stored)| {
            let segment = segment::of(&stored.id, &chosen);
            let kept = properties.remove(&stored.id).unwrap_or_default();
            let head = heads.get(&stored.collection).copied();
            ObjectBook { properties: kept, ..ObjectBook::new(stored, who, role, segment, head) }
        })
        .collect();
    books.sort_by(|a, b| {
        let own = |it: &ObjectBook| Reverse((it.is_mine(), it.book.is_default));
        (own(a), &a.book.name, &a.book.id).cmp(&(own(b), &b.book.name, &b.book.id))
    });
    Ok(books)
}

/// Says of those that others share whose they are: one statement, if there are any.
///
/// # Errors
/// [`ContactsFault::Internal`] when the database fails.
pub fn name_owners(tx: &mut ReadTx<'_>, books: &mut [ObjectBook]) -> Result<(), ContactsFault> {
    let shared = books.iter().filter(|it| !it.is_mine());
    let owners: BTreeSet<PersonId> = shared.map(|it| it.book.owner_id.clone()).collect();
    if owners.is_empty() {
        return Ok(());
    }
    let names = directory::names(tx, &owners.into_iter().collect::<Vec<_>>())?;
    for book in books.iter_mut().filter(|it| !it.is_mine()) {
        book.owner_name = names.get(&book.book.owner_id).map(|owner| owner.name.full.clone());
    }
    Ok(())
}

/// The address book of a segment in the person's home.
///
/// # Errors
/// [`ContactsFault::NotFound`] when there is none that they may read.
pub fn find_book(tx: &mut ReadTx<'_>, who: &Principal, segment: &str) -> Result<ObjectBook, ContactsFault> {
    let id = match store::book_paths::find(tx, &who.person, segment)? {
        Some(id) => id,
        None => {
            let id = segment::id_beside(segment).unwrap_or(segment);
            let id = AddressBookId::from_str(id).map_err(|_no_id| ContactsFault::NotFound)?;
            // An address book has one path: the one that was chosen for it, if any was.
            if segment::of(&id, &store::book_paths::list(tx, &who.person)?) != segment {
                return Err(ContactsFault::NotFound);
            }
            id
        }
    };
    let (stored, role) = readable(tx, who, &id)?;
    let head = changes::heads(tx, &[stored.collection])?.into_iter().next();
    let properties = store::book_properties::list(tx, &stored.id, &who.person)?;
    Ok(ObjectBook { properties, ..ObjectBook::new(stored, who, role, segment.to_owned(), head) })
}

/// Makes an address book of the person's own at a segment of their home.
///
/// # Errors
/// [`ContactsFault::IdTaken`] when there is something already, [`CardFault::ReservedName`], [`ContactsFault::Invalid`] for a name that
/// is not taken.
pub fn make_book(
    tx: &mut Tx<'_>,
    who: &Principal,
    segment: &str,
    name: &str,
) -> Result<Changed<AddressBook>, CardFault> {
    tx.hold(who.person.as_str())?;
    match find_book(tx, who, segment) {
        Ok(_) => return Err(ContactsFault::IdTaken.into()),
        Err(ContactsFault::NotFound) => {}
        Err(fault) => return Err(fault.into()),
    }
    // Whether somebody else has it is not looked up, and so not told.
    if segment::is_reserved(segment) {
        return Err(CardFault::ReservedName);
    }
    let new = NewAddressBook { id: None, name: name.to_owned() };
    let made = operations::create_address_book(tx, who, new)?;
    store::book_paths::put(tx, &made.get().id, &who.person, segment)?;
    Ok(made)
}

/// What a contacts client changes of an address book's own properties.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookChange {
    /// What is changed for everybody.
    pub patch: AddressBookPatch,
    /// What is changed for the person alone, by name; `None` takes it away.
    pub properties: Vec<(String, Option<String>)>,
}

/// Changes an address book's own properties.
///
/// # Errors
/// [`ContactsFault::NotManaged`] below `manage` for what everybody sees, [`ContactsFault::Invalid`].
pub fn change_book(
    tx: &mut Tx<'_>,
    who: &Principal,
    book: &AddressBookId,
    change: &BookChange,
) -> Result<Changed<()>, ContactsFault> {
    for (name, value) in &change.properties {
        match value {
            Some(value) => store::book_properties::put(tx, book, &who.person, name, value)?,
            None => store::book_properties::remove(tx, book, &who.person, name)?,
        }
    }
    if change.patch == AddressBookPatch::default() {
        return Ok(Changed::nothing(()));
    }
    let patch = change.patch.clone();
    Ok(operations::update_address_book(tx, who, book, patch, &Precondition::None)?.map(|_| ()))
}

/// Deletes an address book with what clients stored in it.
///
/// # Errors
/// As [`crate::service::delete_address_book`].
pub fn delete_book(
    tx: &mut Tx<'_>,
    who: &Principal,
    book: &ObjectBook,
) -> Result<Changed<()>, ContactsFault> {
    operations::delete_address_book(tx, who, &book.book.id, &Precondition::None)
}
