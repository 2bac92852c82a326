use renraku_base::{ETag, Precondition, Principal};
use renraku_db::{Changed, Tx};

use super::{CardFault, Expectation, ObjectBook, delete, get, put, read::ids_of};
use crate::{
    ContactsFault,
    codec::vcard,
    model::ContactPatch,
    service::{address_books::writable, update_contact},
    store::{self, card_objects::StoredCard},
};

/// An object on its way from one address book and name to another.
#[derive(Debug, Clone, Copy)]
pub struct Carry<'a> {
    /// Where it is.
    pub from: (&'a ObjectBook, &'a str),
    /// Where it goes.
    pub to: (&'a ObjectBook, &'a str),
    /// Whether what is there gives way.
    pub overwrite: bool,
    /// What the client expects of it.
    pub expected: &'a Expectation,
}

impl Carry<'_> {
    /// Stores a copy of it in another address book; whether something gave way. In one address book a UID stands once.
    ///
    /// # Errors
    /// [`CardFault`].
    pub fn copy(&self, tx: &mut Tx<'_>, who: &Principal) -> Result<Changed<bool>, CardFault> {
        let text = self.text(tx)?;
        self.store(tx, who, &text)
    }

    /// Moves it; whether something gave way. In another address book it stays the same contact.
    ///
    /// # Errors
    /// [`CardFault`].
    pub fn move_(&self, tx: &mut Tx<'_>, who: &Principal) -> Result<Changed<bool>, CardFault> {
        let (from, name) = self.from;
        let text = self.text(tx)?;
        writable(tx, who, &from.book.id)?;
        if from.collection == self.to.0.collection {
            delete(tx, who, from, name, &Expectation::NONE)?;
            return self.store(tx, who, &text);
        }
        let id = ids_of(tx, from, &[name])?.remove(name).ok_or(ContactsFault::NotFound)?;
        let replaced = self.make_room(tx, who, &text)?;
        let kept = store::card_objects::list_by_contact(tx, from.collection, &[id.as_str()])?.pop();
        let before = store::contacts::get(tx, &id)?.map(|contact| ETag::of(contact.version));
        let patch =
            ContactPatch { address_book_id: Some(self.to.0.book.id.clone()), ..ContactPatch::default() };
        let moved = update_contact(tx, who, &id, &patch, &Precondition::None)?;
        // Its text says no less than before, if it said all.
        let whole = kept.as_ref().zip(before).is_some_and(|(kept, etag)| kept.etag == etag.as_str());
        let stored = StoredCard {
            collection: self.to.0.collection,
            contact: id,
            name: self.to.1.to_owned(),
            etag: if whole { moved.get().etag.as_str().to_owned() } else { String::new() },
            body: kept.and_then(|kept| kept.body),
        };
        store::card_objects::put(tx, &stored)?;
        Ok(moved.map(|_| replaced))
    }

    /// Its text, if it is what the client expects.
    fn text(&self, tx: &mut Tx<'_>) -> Result<String, CardFault> {
        let card = get(tx, self.from.0, &[self.from.1])?.pop().flatten().ok_or(ContactsFault::NotFound)?;
        self.expected.check(Some(&card.head))?;
        if self.from.0.collection == self.to.0.collection && self.from.1 == self.to.1 {
            return Err(CardFault::Same);
        }
        Ok(card.text)
    }

    /// Makes room at the destination; whether something was there. Only a version of the same gives way (RFC 6352 §6.3.2.1).
    fn make_room(&self, tx: &mut Tx<'_>, who: &Principal, text: &str) -> Result<bool, CardFault> {
        let Some(there) = get(tx, self.to.0, &[self.to.1])?.pop().flatten() else { return Ok(false) };
        if !self.overwrite {
            return Err(CardFault::Stale);
        }
        writable(tx, who, &self.to.0.book.id)?;
        let uid = vcard::read_object(text.as_bytes())?.members.remove("uid");
        let uid = uid.as_ref().and_then(serde_json::Value::as_str).unwrap_or_default();
        if store::contacts::find_by_uid(tx, self.to.0.collection, uid)? != Some(there.head.id) {
            return Err(CardFault::UidTaken { name: there.head.name });
        }
        delete(tx, who, self.to.0, self.to.1, &Expectation::NONE)?;
        Ok(true)
    }

    fn store(&self, tx: &mut Tx<'_>, who: &Principal, text: &str) -> Result<Changed<bool>, CardFault> {
        let replaced = self.make_room(tx, who, text)?;
        Ok(put(tx, who, self.to.0, self.to.1, text, &Expectation::NONE)?.map(|_| replaced))
    }
}
