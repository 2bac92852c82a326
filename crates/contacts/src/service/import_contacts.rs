use std::collections::{HashMap, HashSet};

use renraku_base::{AddressBookId, FieldFault, Principal, Timestamp};
use renraku_db::{Changed, Db, Error, ObjectType, ReadTx, Tx, changes};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{
    address_books::{readable, stored_default, writable},
    objects,
};
use crate::{
    ContactsFault,
    codec::{
        table::{self, TableLine},
        vcard::{self, ParsedCard, Place},
    },
    model::Card,
    rules::sent,
    store::{self, contacts::StoredContact},
};

/// The largest file that is imported.
pub const IMPORT_BYTES: usize = 10 * 1024 * 1024;
/// A transaction takes at most so many cards: it stays well below a second.
const CARDS: usize = 500;

/// A file of contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactsFile<'f> {
    /// vCards, of any version.
    VCard(&'f [u8]),
    /// A table (CSV).
    Table(&'f [u8]),
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// How many contacts are new.
    pub created: usize,
    /// How many were there by their UID, and are as the file says now.
    pub updated: usize,
    /// What was not taken, in the order of the file.
    pub refused: Vec<CardRefusal>,
}

/// A card or line that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardRefusal {
    /// Where it stands.
    pub place: Place,
    /// Why.
    pub reasons: Vec<FieldFault>,
}

/// Imports a file into an address book, by default the person's own. Contacts are matched by their UID in that address book; what a
/// table has no column for stays as it was. Each contact is stored wholly or not at all; the file is not one transaction.
///
/// # Errors
/// [`ContactsFault::NotFound`] or [`ContactsFault::Forbidden`] for the address book, [`ContactsFault::NotAVCard`],
/// [`ContactsFault::Invalid`] for a table of which the columns cannot be known.
pub fn import_contacts(
    db: &Db,
    who: &Principal,
    book: Option<&AddressBookId>,
    file: ContactsFile<'_>,
) -> Result<ImportReport, ContactsFault> {
    let book = db.write(|tx| match book {
        Some(id) => Ok(writable(tx, who, id)?.id),
        None => Ok::<_, ContactsFault>(stored_default(tx, &who.person)?.id),
    })?;
    let mut report = ImportReport::default();
    let taken = sift(file, &mut report.refused)?;
    for some in taken.chunks(CARDS) {
        let done = db.write_many(|tx| import_some(tx, who, &book, some))?.into_inner();
        report.created += done.created;
        report.updated += done.updated;
        report.refused.extend(done.refused);
    }
    report.refused.sort_by_key(|refusal| refusal.place.line);
    Ok(report)
}

/// What no address book takes of a file.
#[must_use]
pub fn refused_cards(file: ContactsFile<'_>) -> Vec<CardRefusal> {
    let mut refused = Vec::new();
    for taken in sift(file, &mut refused).unwrap_or_default() {
        if let Err(reasons) = Card::imported(taken.members(None), Timestamp::from_micros(0)) {
            refused.push(CardRefusal { place: taken.place, reasons });
        }
    }
    refused.sort_by_key(|refusal| refusal.place.line);
    refused
}

/// A contact of a file.
struct Taken {
    place: Place,
    uid: String,
    said: Said,
}

/// What the file says of a contact.
enum Said {
    Card(Map<String, Value>),
    Line(TableLine),
}

impl Taken {
    /// The members of the contact, which had others before.
    fn members(&self, before: Option<&Map<String, Value>>) -> Map<String, Value> {
        let mut members = match &self.said {
            Said::Card(members) => sent::keep(members.clone(), before),
            Said::Line(line) => line.members(before),
        };
        members.insert("uid".to_owned(), Value::String(self.uid.clone()));
        members
    }
}

/// What can be read of a file, each with a UID that no other one before it has.
fn sift(file: ContactsFile<'_>, refused: &mut Vec<CardRefusal>) -> Result<Vec<Taken>, ContactsFault> {
    let mut all = Vec::new();
    match file {
        ContactsFile::VCard(file) => {
            let parsed = vcard::parse(file);
            if parsed.is_empty() {
                return Err(ContactsFault::NotAVCard);
            }
            for ParsedCard { place, members } in parsed {
                match members {
                    Ok(members) => {
                        let said = members.get("uid").and_then(Value::as_str).map(str::to_owned);
                        let uid = said.unwrap_or_else(|| uid_of(&members));
                        all.push(Taken { place, uid, said: Said::Card(members) });
                    }
                    Err(reasons) => refused.push(CardRefusal { place, reasons }),
                }
            }
        }
        ContactsFile::Table(file) => {
            let read = table::read(file).map_err(ContactsFault::Invalid)?;
            refused.extend(read.faults.into_iter().map(|(place, reasons)| CardRefusal { place, reasons }));
            for line in read.lines {
                let uid = line.uid.clone().unwrap_or_else(|| uid_of(&line.members(None)));
                all.push(Taken { place: line.place.clone(), uid, said: Said::Line(line) });
            }
        }
    }
    let mut seen: HashSet<String> = HashSet::new();
    let (taken, twice): (Vec<Taken>, Vec<Taken>) =
        all.into_iter().partition(|it| seen.insert(it.uid.clone()));
    refused.extend(twice.into_iter().map(|Taken { place, .. }| {
        let reason = FieldFault::new("UID", "vcard-uid-twice", "an earlier card of the file has this UID");
        CardRefusal { place, reasons: vec![reason] }
    }));
    Ok(taken)
}

/// The UID of a card that has none: made from what it says, so that the same file brings the same contacts.
fn uid_of(members: &Map<String, Value>) -> String {
    let said = Value::Object(members.clone()).to_string();
    let hash: Vec<String> =
        Sha256::digest(said.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("urn:renraku:vcard:{}", hash.concat())
}

fn import_some(
    tx: &mut Tx<'_>,
    who: &Principal,
    book: &AddressBookId,
    cards: &[Taken],
) -> Result<Changed<ImportReport>, ContactsFault> {
    // Two imports into one address book would find the same UIDs free.
    tx.hold(book.as_str())?;
    let book = writable(tx, who, book)?;
    let uids: Vec<&str> = cards.iter().map(|taken| taken.uid.as_str()).collect();
    let mut known: HashMap<String, StoredContact> = store::contacts::list_by_uid(tx, book.collection, &uids)?
        .into_iter()
        .map(|contact| (contact.card.uid().to_owned(), contact))
        .collect();
    let (mut report, mut new, mut changed) = (ImportReport::default(), Vec::new(), Vec::new());
    for taken in cards {
        let before = known.remove(&taken.uid);
        let members = taken.members(before.as_ref().map(|it| it.card.members()));
        let card = match Card::imported(members, tx.now()) {
            Ok(card) => card,
            Err(reasons) => {
                report.refused.push(CardRefusal { place: taken.place.clone(), reasons });
                continue;
            }
        };
        let contact = StoredContact {
            id: before.as_ref().map_or_else(|| tx.new_id(), |it| it.id.clone()),
            collection: book.collection,
            address_book: book.id.clone(),
            version: tx.next_version(before.as_ref().map(|it| it.version)),
            card,
        };
        match before {
            Some(before) => {
                report.updated += 1;
                if !before.card.says_the_same(&contact.card) {
                    changed.push(contact);
                }
            }
            None => new.push(contact),
        }
    }
    report.created = new.len();
    if store::contacts::insert_many(tx, &new)? < new.len() {
        return Err(ContactsFault::IdTaken);
    }
    for contact in &changed {
        store::contacts::put(tx, contact)?;
    }
    let mut recorded = None;
    for contact in new.iter().chain(&changed) {
        recorded = Some(changes::record(tx, book.collection, ObjectType::Contact, &contact.id));
    }
    Ok(match recorded {
        Some(recorded) => recorded.with(report),
        None => Changed::nothing(report),
    })
}

/// An address book as one vCard file: every contact in it, as its client stored it or else as vCard 3.0.
///
/// # Errors
/// [`ContactsFault::NotFound`] when the person may not read it.
pub fn export_address_book(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &AddressBookId,
) -> Result<String, ContactsFault> {
    let collection = readable(tx, who, id)?.0.collection;
    let ids = store::contacts::list_ids(tx, collection)?;
    let mut file = String::new();
    for some in ids.chunks(CARDS) {
        let some: Vec<&str> = some.iter().map(renraku_base::Id::as_str).collect();
        for card in objects::texts_of(tx, collection, &some)? {
            file.push_str(card.text.trim_end());
            file.push_str("\r\n");
        }
    }
    Ok(file)
}

/// The same as a table (CSV).
///
/// # Errors
/// As [`export_address_book`].
pub fn export_table(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &AddressBookId,
) -> Result<Vec<u8>, ContactsFault> {
    let collection = readable(tx, who, id)?.0.collection;
    let ids: Vec<String> =
        store::contacts::list_ids(tx, collection)?.into_iter().map(renraku_base::Id::into_string).collect();
    let mut cards = Vec::with_capacity(ids.len());
    for some in ids.chunks(CARDS) {
        let mut contacts = store::contacts::list_by_id(tx, &[collection], some)?;
        contacts.sort_by(|a, b| a.id.cmp(&b.id));
        cards.extend(contacts.into_iter().map(|contact| contact.card));
    }
    let file = table::write(cards.iter().map(Card::members)).map_err(Error::damaged)?;
    Ok(file)
}
