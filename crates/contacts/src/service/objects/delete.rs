use renraku_base::{Precondition, Principal};
use renraku_db::{Changed, Tx};

use super::{CardFault, Expectation, ObjectBook, list::heads, read::ids_of};
use crate::{ContactsFault, service::delete_contact};

/// Deletes the object of a name.
///
/// # Errors
/// [`CardFault`].
pub fn delete(
    tx: &mut Tx<'_>,
    who: &Principal,
    book: &ObjectBook,
    name: &str,
    expected: &Expectation,
) -> Result<Changed<()>, CardFault> {
    tx.hold(book.book.id.as_str())?;
    let id = ids_of(tx, book, &[name])?.remove(name).ok_or(ContactsFault::NotFound)?;
    let head = heads(tx, book.collection, &[id.as_str()])?.remove(&id).ok_or(ContactsFault::NotFound)?;
    expected.check(Some(&head))?;
    Ok(delete_contact(tx, who, &id, &Precondition::None)?)
}
