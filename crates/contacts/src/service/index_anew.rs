use renraku_db::{Db, Error, meta};

use crate::{rules::index::Index, store};

/// The fact that tells by which rules the contacts are indexed.
const RULES: &str = "contacts-index";
/// Since these rules it is known, and phones are told, what numbers of contacts are shown as.
const TOLD_SINCE: u32 = 4;
/// A transaction takes at most so many contacts: it stays well below a second.
const CONTACTS: i64 = 500;

/// Makes the index of all contacts anew where it was made by the rules of another version. What is done is not done again by the next
/// one who begins; no contact gets another version. Answers with how many were indexed.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn index_anew(db: &Db) -> Result<usize, Error> {
    let former = db.read(|tx| meta::get(tx, RULES))?;
    if former.as_deref() == Some(Index::RULES) {
        return Ok(0);
    }
    let told = former.and_then(|rules| rules.parse::<u32>().ok()).is_some_and(|rules| rules >= TOLD_SINCE);
    let (mut indexed, mut after) = (0, String::new());
    loop {
        let (count, last) = db.write_many(|tx| {
            let some = store::contacts::list_all_after(tx, &after, CONTACTS)?;
            for contact in &some {
                store::contacts::put_index(tx, contact, told)?;
            }
            Ok::<_, Error>((some.len(), some.last().map(|contact| contact.id.to_string())))
        })?;
        indexed += count;
        match last {
            Some(last) => after = last,
            None => break,
        }
    }
    db.write(|tx| meta::put(tx, RULES, Index::RULES))?;
    Ok(indexed)
}
