//! Store and service suites, run on each database.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod address_books;
mod caller_id;
mod contacts;
mod finding;
mod merging;
mod syncing;

use renraku_base::{AddressBookId, Cursor, Entropy, Fault, Id, Limit, Page, Precondition, Principal, UnitId};
use renraku_contacts::{
    ContactsFault,
    model::{AddressBook, Contact, ContactDraft, ContactPatch, NewAddressBook},
    service::{self, ContactFilter},
};
use renraku_db::{
    Changed, CollectionId, CollectionKind, Db, Error, Tx,
    changes::{self, Change},
};
use renraku_people::access::{self, Grantee};
use serde_json::{Value, json};

/// Someone who belongs to these units.
fn person_in(db: &Db, units: &[UnitId]) -> Principal {
    let person = Entropy.new_id(db.now());
    let units: Vec<Grantee> = units.iter().cloned().map(Grantee::Unit).collect();
    ok(db.write(|tx| access::set_groups(tx, &person, &units)));
    Principal::person(person)
}

fn person(db: &Db) -> Principal {
    person_in(db, &[])
}

fn fresh<K>(db: &Db) -> Id<K> {
    Entropy.new_id(db.now())
}

/// What an operation made.
fn made<T>(db: &Db, operation: impl Fn(&mut Tx<'_>) -> Result<Changed<T>, ContactsFault>) -> T {
    db.write(operation).unwrap().into_inner()
}

/// The code with which an operation is refused, and the fields at fault.
fn refusal<T>(result: Result<T, ContactsFault>) -> (&'static str, Vec<String>) {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(fault) => {
            let fields = fault.fields().into_iter().map(|field| format!("{} {}", field.pointer, field.code));
            (fault.code(), fields.collect())
        }
    }
}

fn book(db: &Db, who: &Principal, name: &str) -> AddressBook {
    let new = NewAddressBook { id: None, name: name.to_owned() };
    made(db, |tx| service::create_address_book(tx, who, new.clone()))
}

/// A new contact; called 山田 where the test says nothing of a name.
fn draft(db: &Db, mut body: Value) -> ContactDraft {
    if body.get("name").is_none() {
        body["name"] = json!({"full": "山田"});
    }
    ContactDraft::read(body, fresh(db), db.now()).unwrap()
}

fn contact_in(db: &Db, who: &Principal, book: &AddressBookId, mut body: Value) -> Contact {
    body["addressBookId"] = book.as_str().into();
    let draft = draft(db, body);
    made(db, |tx| service::create_contact(tx, who, draft.clone()))
}

fn named(full: &str) -> Value {
    json!({"name": {"full": full}})
}

fn patch(body: Value) -> ContactPatch {
    ContactPatch::read(body).unwrap()
}

fn search(db: &Db, who: &Principal, q: &str) -> Vec<String> {
    let filter = ContactFilter { q: Some(q.to_owned()), ..ContactFilter::default() };
    names(&page(db, who, &filter, None, Limit::default()).items)
}

fn page(
    db: &Db,
    who: &Principal,
    filter: &ContactFilter,
    cursor: Option<&Cursor>,
    limit: Limit,
) -> Page<Contact> {
    db.read(|tx| service::list_contacts(tx, who, filter, cursor, limit)).unwrap()
}

fn names(contacts: &[Contact]) -> Vec<String> {
    contacts
        .iter()
        .map(|contact| contact.card.known().name.and_then(|name| name.full).unwrap_or_default())
        .collect()
}

/// The collections of the address books that someone owns, oldest first.
fn collections(db: &Db, who: &Principal) -> Vec<CollectionId> {
    ok(db.read(|tx| changes::find_by_owner(tx, CollectionKind::AddressBook, Some(who.person.as_str()))))
}

/// The latest change of a collection.
fn latest(db: &Db, collection: CollectionId) -> Change {
    let changes = ok(db.read(|tx| changes::since(tx, collection, 0, 1_000)));
    changes.into_iter().next_back().expect("something changed")
}

fn ok<T>(result: Result<T, Error>) -> T {
    result.unwrap()
}

const ANY: Precondition = Precondition::Exists;
