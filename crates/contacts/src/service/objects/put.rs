use renraku_base::{ContactId, ETag, FieldFault, Precondition, Principal};
use renraku_db::{Changed, ObjectType, Tx, changes};

use super::{
    CardFault, CardHead, ObjectBook,
    list::{default_name, heads},
    read::ids_of,
};
use crate::{
    ContactsFault,
    codec::vcard,
    model::Card,
    rules::sent,
    service::address_books::writable,
    store::{self, card_objects::StoredCard, contacts::StoredContact},
};

/// What a client expects of the object that it is about to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// In which version it is (`If-Match`), or since when it was not changed (`If-Unmodified-Since`).
    pub is: Precondition,
    /// In which version it is not, or that it is not there at all (`If-None-Match`).
    pub is_not: Precondition,
}

impl Expectation {
    /// No expectation.
    pub const NONE: Self = Self { is: Precondition::None, is_not: Precondition::None };

    /// Refuses what is not as the client expects.
    pub(super) fn check(&self, there: Option<&CardHead>) -> Result<(), CardFault> {
        let is = match there {
            Some(head) => self.is.holds(&head.etag),
            None => self.is.holds_of_nothing(),
        };
        let is_not = there.is_some_and(|head| self.is_not.names(&head.etag));
        if is && !is_not { Ok(()) } else { Err(CardFault::Stale) }
    }
}

/// What became of an object that was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Put {
    /// Whether it is new.
    pub created: bool,
    /// The tag of the text, which is as it was sent.
    pub etag: ETag,
}

/// Stores the text of an object under a name in an address book: makes the contact, or turns the one that is there into it.
///
/// # Errors
/// [`CardFault`].
pub fn put(
    tx: &mut Tx<'_>,
    who: &Principal,
    book: &ObjectBook,
    name: &str,
    text: &str,
    expected: &Expectation,
) -> Result<Changed<Put>, CardFault> {
    tx.hold(book.book.id.as_str())?;
    let there = match ids_of(tx, book, &[name])?.remove(name) {
        Some(id) => heads(tx, book.collection, &[id.as_str()])?.remove(&id),
        None => None,
    };
    expected.check(there.as_ref())?;
    writable(tx, who, &book.book.id)?;
    let object = vcard::read_object(text.as_bytes())?;
    let uid = object.members.get("uid").and_then(serde_json::Value::as_str).unwrap_or_default();
    let holder = store::contacts::find_by_uid(tx, book.collection, uid)?;
    check_uid(tx, book, holder.as_ref(), there.as_ref())?;
    let before = match &there {
        Some(head) => store::contacts::get(tx, &head.id)?,
        None => None,
    };
    let members = sent::keep(object.members, before.as_ref().map(|it| it.card.members()));
    let card = Card::of_vcard(members, tx.now()).map_err(refused)?;
    let contact = StoredContact {
        id: before.as_ref().map_or_else(|| tx.new_id(), |it| it.id.clone()),
        collection: book.collection,
        address_book: book.book.id.clone(),
        version: tx.next_version(before.as_ref().map(|it| it.version)),
        card,
    };
    match before {
        Some(_) => store::contacts::put(tx, &contact)?,
        None if store::contacts::insert_many(tx, std::slice::from_ref(&contact))? == 0 => {
            return Err(ContactsFault::IdTaken.into());
        }
        None => {}
    }
    let etag = ETag::of(contact.version);
    let stored = StoredCard {
        collection: book.collection,
        contact: contact.id.clone(),
        name: name.to_owned(),
        etag: etag.as_str().to_owned(),
        body: Some(text.to_owned()),
    };
    store::card_objects::put(tx, &stored)?;
    let recorded = changes::record(tx, book.collection, ObjectType::Contact, &contact.id);
    Ok(recorded.with(Put { created: there.is_none(), etag }))
}

/// Refuses a UID that is in use under another name, and another UID under a name that is in use.
fn check_uid(
    tx: &mut Tx<'_>,
    book: &ObjectBook,
    holder: Option<&ContactId>,
    there: Option<&CardHead>,
) -> Result<(), CardFault> {
    match (holder, there) {
        (None, None) => Ok(()),
        (Some(id), Some(head)) if head.id == *id => Ok(()),
        (Some(id), _) => {
            let named = store::card_objects::list_names(tx, book.collection, &[id.as_str()])?;
            let name = named.into_iter().next().map(|(_, name)| name);
            Err(CardFault::UidTaken { name: name.unwrap_or_else(|| default_name(id)) })
        }
        (None, Some(head)) => Err(CardFault::UidTaken { name: head.name.clone() }),
    }
}

fn refused(faults: Vec<FieldFault>) -> CardFault {
    match faults.iter().any(|fault| fault.code == "too-large") {
        true => CardFault::TooLarge,
        false => CardFault::AddressData(faults),
    }
}
