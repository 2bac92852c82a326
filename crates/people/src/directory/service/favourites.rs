use std::sync::Arc;

use renraku_base::{FieldFault, PersonId, Principal};
use renraku_db::{Changed, ReadTx, Tx};

use crate::{
    account::record_choice,
    directory::{Directory, DirectoryFault, PersonJson, store},
};

/// More than these are no favourites.
const MOST: usize = 200;

/// Whom the caller wants to find first, in あいうえお order; those who left or must not be found are not shown.
///
/// # Errors
/// [`DirectoryFault`] when a statement fails.
pub fn list_favourites(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    who: &Principal,
) -> Result<Vec<Arc<PersonJson>>, DirectoryFault> {
    let ids = store::favourites::list(tx, &who.person)?;
    Ok(directory.read(tx, |index| index.people_in_order(&ids))?)
}

/// Makes a person a favourite of the caller; nothing happens when they are one.
///
/// # Errors
/// [`DirectoryFault`] when there is no such person in the directory, for more than 200 favourites, and when a statement fails.
pub fn add_favourite(
    tx: &mut Tx<'_>,
    who: &Principal,
    person: &PersonId,
) -> Result<Changed<()>, DirectoryFault> {
    if store::people::get(tx, &[person.as_str()])?.is_empty() {
        return Err(DirectoryFault::NotFound);
    }
    if !store::favourites::insert(tx, &who.person, person)? {
        return Ok(Changed::nothing(()));
    }
    if store::favourites::list(tx, &who.person)?.len() > MOST {
        let fault =
            FieldFault::new("id", "too-many", "a person has at most 200 favourites").allowing("≤ 200");
        return Err(DirectoryFault::Invalid(vec![fault]));
    }
    changed(tx, who)
}

/// Makes a person no favourite of the caller any more; nothing happens when they are none.
///
/// # Errors
/// [`DirectoryFault`] when a statement fails.
pub fn remove_favourite(
    tx: &mut Tx<'_>,
    who: &Principal,
    person: &PersonId,
) -> Result<Changed<()>, DirectoryFault> {
    if store::favourites::remove(tx, &who.person, person)? {
        changed(tx, who)
    } else {
        Ok(Changed::nothing(()))
    }
}

/// Favourites are a preference of the caller and recorded like the others.
fn changed(tx: &mut Tx<'_>, who: &Principal) -> Result<Changed<()>, DirectoryFault> {
    Ok(record_choice(tx, who)?.with(()))
}
