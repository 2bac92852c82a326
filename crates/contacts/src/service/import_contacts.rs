use std::collections::{HashMap, HashSet};

use renraku_base::{AddressBookId, FieldFault, Principal, Timestamp};
use renraku_db::{Changed, Db, ObjectType, ReadTx, Tx, changes};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{
    address_books::{readable, stored_default, writable},
    objects,
};
use crate::{
    ContactsFault,
    codec::vcard::{self, ParsedCard, Place},
    model::Card,
    rules::sent,
    store::{self, contacts::StoredContact},
};

/// The largest file that is imported.
pub const IMPORT_BYTES: usize = 10 * 1024 * 1024;
/// A transaction takes at most so many cards: it stays well below a second.
const CARDS: usize = 500;

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

/// A card that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardRefusal {
    /// Where it stands.
    pub place: Place,
    /// Why.
    pub reasons: Vec<FieldFault>,
}

/// Imports a vCard file into an address book, by default the person's own. Contacts are matched by their UID in that address book.
/// Each card is stored wholly or not at all; the file is not one transaction.
///
/// # Errors
/// [`ContactsFault::NotFound`] or [`ContactsFault::Forbidden`] for the address book, [`ContactsFault::NotAVCard`].
pub fn import_contacts(
    db: &Db,
    who: &Principal,
    book: Option<&AddressBookId>,
    file: &[u8],
) -> Result<ImportReport, ContactsFault> {
    let book = db.write(|tx| match book {
        Some(id) => Ok(writable(tx, who, id)?.id),
        None => Ok::<_, ContactsFault>(stored_default(tx, &who.person)?.id),
    })?;
    let parsed = vcard::parse(file);
    if parsed.is_empty() {
        return Err(ContactsFault::NotAVCard);
    }
    let mut report = ImportReport::default();
    let taken = sift(parsed, &mut report.refused);
    for some in taken.chunks(CARDS) {
        let done = db.write_many(|tx| import_some(tx, who, &book, some))?.into_inner();
        report.created += done.created;
        report.updated += done.updated;
        report.refused.extend(done.refused);
    }
    report.refused.sort_by_key(|refusal| refusal.place.line);
    Ok(report)
}

/// The cards of a file that no address book takes.
#[must_use]
pub fn refused_cards(file: &[u8]) -> Vec<CardRefusal> {
    let mut refused = Vec::new();
    for (place, members) in sift(vcard::parse(file), &mut refused) {
        if let Err(reasons) = Card::imported(members, Timestamp::from_micros(0)) {
            refused.push(CardRefusal { place, reasons });
        }
    }
    refused.sort_by_key(|refusal| refusal.place.line);
    refused
}

type Taken = (Place, Map<String, Value>);

/// The cards that can be read, each with a UID that no other one before it has.
fn sift(parsed: Vec<ParsedCard>, refused: &mut Vec<CardRefusal>) -> Vec<Taken> {
    let mut seen: HashSet<String> = HashSet::new();
    let mut taken = Vec::new();
    for ParsedCard { place, members } in parsed {
        let reasons = match members {
            Ok(mut members) => {
                let uid = match members.get("uid").and_then(Value::as_str) {
                    Some(uid) => uid.to_owned(),
                    None => uid_of(&members),
                };
                members.insert("uid".to_owned(), Value::String(uid.clone()));
                if seen.insert(uid) {
                    taken.push((place, members));
                    continue;
                }
                vec![FieldFault::new("UID", "vcard-uid-twice", "an earlier card of the file has this UID")]
            }
            Err(reasons) => reasons,
        };
        refused.push(CardRefusal { place, reasons });
    }
    taken
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
    let uid = |members: &Map<String, Value>| {
        members.get("uid").and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let uids: Vec<String> = cards.iter().map(|(_, members)| uid(members)).collect();
    let uids: Vec<&str> = uids.iter().map(String::as_str).collect();
    let mut known: HashMap<String, StoredContact> = store::contacts::list_by_uid(tx, book.collection, &uids)?
        .into_iter()
        .map(|contact| (contact.card.uid().to_owned(), contact))
        .collect();
    let (mut report, mut new, mut changed) = (ImportReport::default(), Vec::new(), Vec::new());
    for (place, members) in cards {
        let before = known.remove(&uid(members));
        let members = sent::keep(members.clone(), before.as_ref().map(|it| it.card.members()));
        let card = match Card::imported(members, tx.now()) {
            Ok(card) => card,
            Err(reasons) => {
                report.refused.push(CardRefusal { place: place.clone(), reasons });
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
