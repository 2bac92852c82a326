use renraku_base::PersonId;
use renraku_db::{Changed, ObjectType, Tx, changes};

use crate::{
    account::forget_remembered,
    directory::{DirectoryFault, live, store},
};

/// Says whether a person must not be found: then they are in no list, search or feed of any day, and phones drop them. What they take part
/// in goes on to show their name.
///
/// # Errors
/// [`DirectoryFault`] when there is no such person or a statement fails.
pub fn suppress_person(
    tx: &mut Tx<'_>,
    person: &PersonId,
    suppressed: bool,
) -> Result<Changed<()>, DirectoryFault> {
    let is_here = store::people::own(tx, person)?.is_some();
    let before = store::people::find(tx, person)?.ok_or(DirectoryFault::NotFound)?;
    if before.suppressed == suppressed {
        return Ok(Changed::nothing(()));
    }
    let version = tx.next_version(Some(before.version));
    store::people::suppress(tx, person, suppressed, version)?;
    let collection = live::collection(tx)?;
    let recorded = if suppressed || !is_here {
        forget_remembered(tx, &[person.as_str()])?;
        changes::record_gone(tx, collection, ObjectType::Person, person)
    } else {
        changes::record(tx, collection, ObjectType::Person, person)
    };
    Ok(recorded.with(()))
}
