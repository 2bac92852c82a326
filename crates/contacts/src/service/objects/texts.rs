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

use super::{Needle, ObjectBook};
use crate::{ContactsFault, store};

/// As much text as is held in all, in bytes.
const HELD_BYTES: usize = 32 * 1024 * 1024;

/// The searched texts of address books; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct SearchTexts(Arc<Mutex<HashMap<CollectionId, Arc<Held>>>>);

/// The texts of one address book at one time.
#[derive(Debug)]
struct Held {
    epoch: u64,
    modseq: i64,
    /// The text of each contact, one behind the other.
    text: String,
    /// Where the text of each contact begins.
    begins: Vec<usize>,
    ids: Vec<ContactId>,
}

impl SearchTexts {
    /// The contacts of an address book in whose text a needle lies, in ascending order of their ids.
    pub(super) fn find(
        &self,
        tx: &mut ReadTx<'_>,
        book: &ObjectBook,
        needle: &Needle,
    ) -> Result<Vec<ContactId>, ContactsFault> {
        let held = self.of(tx, book)?;
        let mut rows = held.rows(needle.text());
        rows.extend(needle.romaji().map(|key| held.rows(key)).unwrap_or_default());
        rows.sort_unstable();
        rows.dedup();
        Ok(rows.into_iter().filter_map(|row| held.ids.get(row).cloned()).collect())
    }

    fn of(&self, tx: &mut ReadTx<'_>, book: &ObjectBook) -> Result<Arc<Held>, ContactsFault> {
        let epoch = meta::epoch(tx)?;
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&book.collection).cloned();
        if let Some(held) = known.filter(|held| held.epoch == epoch && held.modseq == book.modseq) {
            return Ok(held);
        }
        let mut held =
            Held { epoch, modseq: book.modseq, text: String::new(), begins: Vec::new(), ids: Vec::new() };
        for (id, search, romaji) in store::contacts::list_texts(tx, book.collection)? {
            held.begins.push(held.text.len());
            held.ids.push(id);
            held.text.extend([search.as_str(), "\n", romaji.as_str(), "\n"]);
        }
        let held = Arc::new(held);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes: usize = all.values().map(|held| held.text.len()).sum();
        if bytes + held.text.len() > HELD_BYTES {
            // Rarely: what is asked for again is read again.
            all.clear();
        }
        all.insert(book.collection, Arc::clone(&held));
        Ok(held)
    }
}

impl Held {
    /// The contacts in whose text something lies.
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
