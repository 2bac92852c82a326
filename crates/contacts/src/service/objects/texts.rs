//! The searched texts of address books, held in memory.
//!
//! `LIKE` over five thousand rows costs milliseconds for each query; a look through the same texts in memory costs a tenth of one. A
//! book whose number has moved is read anew, so that what is found is never older than the transaction that looks.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use memchr::memmem::Finder;
use renraku_base::ContactId;
use renraku_db::{CollectionId, ReadTx, meta};

use super::{Needle, ObjectBook, Place, others::Others};
use crate::{ContactsFault, store};

/// As much text as is held in all, in bytes.
const HELD_BYTES: usize = 32 * 1024 * 1024;

/// The searched texts of address books; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct SearchTexts(Arc<Texts>);

#[derive(Debug, Default)]
struct Texts {
    found: Mutex<HashMap<CollectionId, Arc<Book>>>,
    others: Others,
}

/// What contacts are found by, of one address book at one time.
#[derive(Debug)]
struct Book {
    epoch: u64,
    modseq: i64,
    held: Held,
}

/// Texts of contacts.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// The text of each contact, one behind the other.
    text: String,
    /// Where the text of each contact begins.
    begins: Vec<usize>,
    ids: Vec<ContactId>,
}

impl SearchTexts {
    /// The contacts of an address book in whose texts a needle may lie, in ascending order of their ids.
    pub(super) fn find(
        &self,
        tx: &mut ReadTx<'_>,
        book: &ObjectBook,
        (needle, place): (&Needle, Place),
    ) -> Result<Vec<ContactId>, ContactsFault> {
        let mut found = match place {
            Place::Found => {
                let held = &self.of(tx, book)?.held;
                let mut found = held.find(needle.text());
                found.extend(needle.romaji().map(|key| held.find(key)).unwrap_or_default());
                found
            }
            Place::Others => self.0.others.find(tx, book, needle)?,
        };
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    fn of(&self, tx: &mut ReadTx<'_>, book: &ObjectBook) -> Result<Arc<Book>, ContactsFault> {
        let epoch = meta::epoch(tx)?;
        let found = &self.0.found;
        let known = found.lock().unwrap_or_else(PoisonError::into_inner).get(&book.collection).cloned();
        if let Some(known) = known.filter(|it| it.epoch == epoch && it.modseq == book.modseq) {
            return Ok(known);
        }
        let texts = store::contacts::list_texts(tx, book.collection)?;
        let held = Held::of(texts.iter().map(|(id, search, romaji)| (id.clone(), [search, "\n", romaji])));
        let now = Arc::new(Book { epoch, modseq: book.modseq, held });
        let mut all = found.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: usize = all.values().map(|other| other.held.len()).sum();
        if bytes + now.held.len() > HELD_BYTES {
            // Rarely: what is asked for again is read again.
            all.clear();
        }
        all.insert(book.collection, Arc::clone(&now));
        Ok(now)
    }
}

impl Held {
    /// The texts of contacts, each in parts.
    pub fn of<'t, const N: usize>(texts: impl Iterator<Item = (ContactId, [&'t str; N])>) -> Self {
        let mut held = Self::default();
        for (id, parts) in texts {
            held.begins.push(held.text.len());
            held.ids.push(id);
            held.text.extend(parts);
            held.text.push('\n');
        }
        held
    }

    /// How many bytes it holds.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// The contacts in whose text something lies.
    pub fn find(&self, needle: &str) -> Vec<ContactId> {
        self.rows(needle).into_iter().filter_map(|row| self.ids.get(row).cloned()).collect()
    }

    fn rows(&self, needle: &str) -> Vec<usize> {
        let finder = Finder::new(needle);
        let bytes = self.text.as_bytes();
        let (mut rows, mut from) = (Vec::new(), 0);
        while let Some(found) = bytes.get(from..).and_then(|rest| finder.find(rest)) {
            let row = self.begins.partition_point(|begin| *begin <= from + found).saturating_sub(1);
            rows.push(row);
            // One place in a contact is enough.
            from = self.begins.get(row + 1).copied().unwrap_or(bytes.len());
        }
        rows
    }
}
