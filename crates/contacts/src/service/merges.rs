use std::{collections::HashMap, time::Duration};

use renraku_base::{AddressBookId, ContactId, ContactMergeId, ETag, Principal, Role, Timestamp};
use renraku_db::{CollectionId, Error, ReadTx, Tx};
use renraku_people::access;

use crate::{
    ContactsFault,
    model::ContactMerge,
    store::{self, merges::StoredMerge},
};

/// For how long a merge can be undone.
const UNDONE_WITHIN: Duration = Duration::from_hours(24);
/// As many merges as are told, the newest.
const TOLD: i64 = 100;
/// Each merge has up to twenty cards and the groups in which they were.
const FORGOTTEN_AT_ONCE: i64 = 100;

/// The merges that the person can undo, their own in address books that they may change and all in those that they manage, newest first;
/// at most 100.
///
/// # Errors
/// [`ContactsFault::Internal`] when the database fails.
pub fn list_merges(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Vec<ContactMerge>, ContactsFault> {
    let readable = access::standing(tx, who)?.readable;
    let at_least = |least: Role| -> Vec<CollectionId> {
        readable.iter().filter(|(_, role)| *role >= least).map(|(id, _)| *id).collect()
    };
    let (changeable, managed) = (at_least(Role::Write), at_least(Role::Manage));
    let merges = store::merges::list(tx, (&who.person, &changeable), &managed, undone_since(tx), TOLD)?;
    tell(tx, merges)
}

/// One merge, the person's or in an address book that they manage.
///
/// # Errors
/// [`ContactsFault::NotFound`] when it is another's, was undone or is too old to be, or its address book may no longer be read.
pub fn get_merge(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &ContactMergeId,
) -> Result<ContactMerge, ContactsFault> {
    let (merge, _) = undoable(tx, who, id)?;
    tell(tx, vec![merge])?.pop().ok_or(ContactsFault::NotFound)
}

/// Forgets up to 100 merges that can no longer be undone, with the cards as they were. Answers with how many; run it until that is
/// none.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn forget_old_merges(tx: &mut Tx<'_>) -> Result<usize, Error> {
    let until = undone_since(tx);
    store::merges::remove_older(tx, until, FORGOTTEN_AT_ONCE)
}

/// What was merged at this time or before stays as it is.
fn undone_since(tx: &ReadTx<'_>) -> Timestamp {
    tx.now() - UNDONE_WITHIN
}

/// A merge that can still be undone, with the person's role in its address book: one of theirs, or in what they manage.
pub(super) fn undoable(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &ContactMergeId,
) -> Result<(StoredMerge, Role), ContactsFault> {
    let since = undone_since(tx);
    let merge = store::merges::get(tx, id, since)?.ok_or(ContactsFault::NotFound)?;
    let least = if merge.person == who.person { Role::Read } else { Role::Manage };
    match access::role(tx, who, merge.collection)? {
        Some(role) if role >= least => Ok((merge, role)),
        _ => Err(ContactsFault::NotFound),
    }
}

/// These merges as they are told.
fn tell(tx: &mut ReadTx<'_>, merges: Vec<StoredMerge>) -> Result<Vec<ContactMerge>, ContactsFault> {
    let ids: Vec<&str> = merges.iter().map(|merge| merge.id.as_str()).collect();
    let mut gone: HashMap<ContactMergeId, Vec<ContactId>> = HashMap::new();
    for (merge, contact) in store::merges::list_gone(tx, &ids)? {
        gone.entry(merge).or_default().push(contact);
    }
    let collections = merges.iter().map(|merge| merge.collection);
    let books: HashMap<CollectionId, AddressBookId> =
        store::address_books::list_by_collection(tx, collections)?
            .into_iter()
            .map(|book| (book.collection, book.id))
            .collect();
    let seen = |merge: StoredMerge| {
        let gone = gone.remove(&merge.id).unwrap_or_default();
        Some(told(&merge, books.get(&merge.collection)?, gone))
    };
    Ok(merges.into_iter().filter_map(seen).collect())
}

/// A merge as it is told.
pub(super) fn told(merge: &StoredMerge, book: &AddressBookId, gone: Vec<ContactId>) -> ContactMerge {
    ContactMerge {
        id: merge.id.clone(),
        address_book_id: book.clone(),
        contact_id: merge.kept.clone(),
        etag: ETag::of(merge.kept_version),
        merged: gone,
        merged_by: merge.person.clone(),
        merged_at: merge.merged_at,
        undo_until: merge.merged_at + UNDONE_WITHIN,
    }
}
