//! What cards say besides what contacts are found by (notes, addresses, links, whatever a client invented), held in memory.
//!
//! No column holds it: it is in the cards alone, and reading five thousand of them costs a tenth of a second. So it is read once, and
//! after a change only what changed is read again.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use renraku_base::ContactId;
use renraku_db::{CollectionId, ObjectType, ReadTx, changes, meta};
use renraku_people::search::{fold, fold_as_written};

use super::{Needle, ObjectBook, read::texts_of, texts::Held};
use crate::{ContactsFault, codec::vcard::properties, store};

/// As much text as is held in all, in bytes.
const HELD_BYTES: usize = 32 * 1024 * 1024;
/// What is longer is looked at card by card, in bytes.
const VALUE_BYTES: usize = 4_096;
/// How many cards, which may have pictures in them, are read at once.
const AT_ONCE: usize = 100;
/// After more changes than this the address book is read anew.
const FEW_CHANGES: i64 = 500;

/// What is no text.
const NOT_TEXT: [&str; 4] = ["photo", "logo", "sound", "key"];

/// Whether the values of a property, which is none of those that contacts are found by, are held.
pub(super) fn holds(property: &str) -> bool {
    !NOT_TEXT.contains(&property)
}

/// The other texts of address books.
#[derive(Debug, Default)]
pub(super) struct Others(Mutex<HashMap<CollectionId, Arc<Book>>>);

/// Those of one address book at one time.
#[derive(Debug)]
struct Book {
    epoch: u64,
    modseq: i64,
    /// What each contact says; `None` where that is too long to be held.
    said: BTreeMap<ContactId, Option<String>>,
    held: Held,
}

impl Others {
    /// The contacts of an address book in which a needle may be found, in no order.
    pub fn find(
        &self,
        tx: &mut ReadTx<'_>,
        book: &ObjectBook,
        needle: &Needle,
    ) -> Result<Vec<ContactId>, ContactsFault> {
        let known = self.of(tx, book)?;
        let mut found = known.held.find(needle.text());
        found.extend(known.said.iter().filter(|(_, said)| said.is_none()).map(|(id, _)| id.clone()));
        Ok(found)
    }

    fn of(&self, tx: &mut ReadTx<'_>, book: &ObjectBook) -> Result<Arc<Book>, ContactsFault> {
        let epoch = meta::epoch(tx)?;
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&book.collection).cloned();
        let known = known.filter(|known| known.epoch == epoch);
        if let Some(known) = known.as_ref().filter(|known| known.modseq == book.modseq) {
            return Ok(Arc::clone(known));
        }
        let said = match known {
            Some(known) if follows(&known, book) => news(tx, book, &known)?,
            _ => {
                let ids = store::contacts::list_ids(tx, book.collection)?;
                read(tx, book, &ids.iter().map(ContactId::as_str).collect::<Vec<_>>())?
            }
        };
        let held = Held::of(said.iter().filter_map(|(id, said)| Some((id.clone(), [said.as_deref()?]))));
        let now = Arc::new(Book { epoch, modseq: book.modseq, said, held });
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: usize = all.values().map(|other| other.held.len()).sum();
        if bytes + now.held.len() > HELD_BYTES {
            // Rarely: what is asked for again is read again.
            all.clear();
        }
        all.insert(book.collection, Arc::clone(&now));
        Ok(now)
    }
}

/// Whether the log tells by little what changed since.
fn follows(known: &Book, book: &ObjectBook) -> bool {
    (book.floor..=book.modseq).contains(&known.modseq) && book.modseq - known.modseq <= FEW_CHANGES
}

/// What is said now, where only what changed is read.
fn news(
    tx: &mut ReadTx<'_>,
    book: &ObjectBook,
    known: &Book,
) -> Result<BTreeMap<ContactId, Option<String>>, ContactsFault> {
    let rows = changes::since(tx, book.collection, known.modseq, FEW_CHANGES)?;
    let of_contacts = rows.iter().filter(|row| row.object_type == ObjectType::Contact);
    let mut changed: Vec<&str> = of_contacts.map(|row| row.object.as_str()).collect();
    changed.sort_unstable();
    changed.dedup();
    let mut said = known.said.clone();
    for id in &changed {
        said.remove(&ContactId::stored((*id).to_owned()));
    }
    said.extend(read(tx, book, &changed)?);
    Ok(said)
}

/// What these contacts say.
fn read(
    tx: &mut ReadTx<'_>,
    book: &ObjectBook,
    ids: &[&str],
) -> Result<BTreeMap<ContactId, Option<String>>, ContactsFault> {
    let mut said = BTreeMap::new();
    for some in ids.chunks(AT_ONCE) {
        for card in texts_of(tx, book.collection, some)? {
            said.insert(card.head.id, of_card(&card.text));
        }
    }
    Ok(said)
}

fn of_card(card: &str) -> Option<String> {
    let mut said = String::new();
    for property in properties(card) {
        let name = property.name.to_ascii_lowercase();
        if !holds(&name) || Needle::is_found_by(&name) {
            continue;
        }
        let text = property.text();
        if text.len() > VALUE_BYTES {
            return None;
        }
        for folded in [Some(fold(&text)), fold_as_written(&text)].into_iter().flatten() {
            said.push_str(&folded);
            said.push('\n');
        }
    }
    Some(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_contacts_are_not_found_by() {
        let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:花子\r\nNOTE:Ärger と 会議\r\nADR:;;1-2-3;札幌市;;;\r\nPHOTO;ENCODING=b:QUJD\r\n\
            X-OWN:何か\r\nEND:VCARD\r\n";
        let said = of_card(card).unwrap();
        for text in ["会議", "札幌市", "何か"] {
            assert!(said.contains(&fold(text)), "{text} in {said}");
        }
        assert!(!said.contains("花子") && !said.contains("qujd"), "{said}");
        let long = format!("BEGIN:VCARD\r\nNOTE:{}\r\nEND:VCARD\r\n", "あ".repeat(VALUE_BYTES));
        assert_eq!(of_card(&long), None);
    }
}
