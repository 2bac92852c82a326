use std::sync::Arc;

use renraku_base::{ETag, FieldFault, PersonId, Principal};
use renraku_db::{
    Changed, CollectionId, CollectionKind, Error, ObjectType, ReadTx, Tx,
    changes::{self, record, record_gone},
};

use crate::directory::{Directory, DirectoryFault, Favourite, PersonJson, store};

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
    let collection = collection(tx, who)?;
    Ok(record(tx, collection, ObjectType::Favourite, person).with(()))
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
    if !store::favourites::remove(tx, &who.person, person)? {
        return Ok(Changed::nothing(()));
    }
    let collection = collection(tx, who)?;
    Ok(record_gone(tx, collection, ObjectType::Favourite, person).with(()))
}

/// The caller's favourites whose ids come after `after`, in the order of their ids, also of those who left or must not be found: that
/// they are favourites goes with what a phone holds of the people themselves.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn list_favourites_for_sync(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    after: &str,
    limit: i64,
) -> Result<Vec<Favourite>, Error> {
    let rows = store::favourites::list_after(tx, &who.person, after, limit)?;
    Ok(rows.into_iter().map(favourite).collect())
}

/// Those of these people who are favourites of the caller, in no order.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn get_favourites_for_sync(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    ids: &[String],
) -> Result<Vec<Favourite>, Error> {
    Ok(store::favourites::get(tx, &who.person, ids)?.into_iter().map(favourite).collect())
}

fn favourite((id, since): (PersonId, i64)) -> Favourite {
    Favourite { id, etag: ETag::of(since) }
}

/// The collection in which the caller's favourites change, made for the first of them. Their home tells of it then, so that open
/// streams follow it.
fn collection(tx: &mut Tx<'_>, who: &Principal) -> Result<CollectionId, Error> {
    let owner = who.person.as_str();
    if let Some(known) = changes::find_by_owner(tx, CollectionKind::Favourites, Some(owner))?.first() {
        return Ok(*known);
    }
    let made = changes::find_or_create_home(tx, CollectionKind::Favourites, owner)?;
    let home = changes::find_or_create_home(tx, CollectionKind::Home, owner)?;
    let _recorded = record(tx, home, ObjectType::Preferences, &who.person);
    Ok(made)
}
