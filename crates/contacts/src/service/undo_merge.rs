use renraku_base::{ContactMergeId, Principal, Role};
use renraku_db::{Changed, ObjectType, Tx, changes};
use renraku_people::access;

use super::{merge_contacts::hold, merges::undoable, objects};
use crate::{
    ContactsFault,
    model::{Card, Contact},
    store::{
        self,
        contacts::StoredContact,
        merges::{FormerCard, Part, StoredMerge},
    },
};

/// Undoes a merge, the person's or in an address book that they manage: each contact is as it was before, under its id. Answers with the contact that had stayed.
///
/// # Errors
/// [`ContactsFault::ContactChanged`] when that one was changed since, or what went is there again; [`ContactsFault::Forbidden`] below
/// `write`; [`ContactsFault::NotFound`] for a merge that is another's elsewhere, was undone or is too old to be.
pub fn undo_merge(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &ContactMergeId,
) -> Result<Changed<Contact>, ContactsFault> {
    tx.hold(id.as_str())?;
    let (merge, role) = undoable(tx, who, id)?;
    if role < Role::Write {
        return Err(ContactsFault::Forbidden);
    }
    let former = store::merges::list_cards(tx, id)?;
    hold(tx, former.iter().map(|card| &card.contact))?;
    let mut kept = unchanged(tx, &merge)?;
    let (gone, rest): (Vec<FormerCard>, Vec<FormerCard>) =
        former.into_iter().partition(|former| former.part == Part::Gone);
    check_absent(tx, &merge, &gone)?;

    let merged_uid = kept.card.uid().to_owned();
    let mut before = merge.kept_version;
    for former in rest {
        match former.part {
            Part::Kept => (kept.card, before) = (former.card, former.version),
            Part::Group => restore_group(tx, &merge, &former, (&merged_uid, &gone))?,
            Part::Gone => {}
        }
    }
    kept.version = tx.next_version(Some(kept.version));
    store::contacts::put(tx, &kept)?;
    store::merges::follow(tx, &kept.id, (before, kept.version))?;
    bring_back(tx, &kept, gone)?;
    store::merges::remove(tx, id)?;
    let recorded = changes::record(tx, kept.collection, ObjectType::Contact, &kept.id);
    Ok(recorded.with(kept.into()))
}

/// The contact that stayed, if it is as the merge left it.
fn unchanged(tx: &mut Tx<'_>, merge: &StoredMerge) -> Result<StoredContact, ContactsFault> {
    let kept = store::contacts::get(tx, &merge.kept)?;
    kept.filter(|it| it.collection == merge.collection && it.version == merge.kept_version)
        .ok_or_else(|| ContactsFault::ContactChanged(merge.kept.clone()))
}

/// Refuses when a contact that went is there again, or another one has its uid.
fn check_absent(tx: &mut Tx<'_>, merge: &StoredMerge, gone: &[FormerCard]) -> Result<(), ContactsFault> {
    let uids: Vec<&str> = gone.iter().map(|former| former.card.uid()).collect();
    if let Some(other) = store::contacts::list_by_uid(tx, merge.collection, &uids)?.pop() {
        return Err(ContactsFault::ContactChanged(other.id));
    }
    for former in gone {
        if store::contacts::get(tx, &former.contact)?.is_some() {
            return Err(ContactsFault::ContactChanged(former.contact.clone()));
        }
    }
    Ok(())
}

/// Puts those who went into a group again in the place of the one that stayed, as the group is now: of whoever was taken out of it since,
/// nobody comes back. A group in another address book is as open to it as it was to the merge, to whoever made that.
fn restore_group(
    tx: &mut Tx<'_>,
    merge: &StoredMerge,
    former: &FormerCard,
    (kept, gone): (&str, &[FormerCard]),
) -> Result<(), ContactsFault> {
    let Some(mut group) = store::contacts::get(tx, &former.contact)? else { return Ok(()) };
    if !group.card.has_member(kept) {
        return Ok(());
    }
    if group.collection != merge.collection {
        let maker = Principal::person(merge.person.clone());
        if access::role(tx, &maker, group.collection)? < Some(Role::Write) {
            return Ok(());
        }
    }
    let had = |uid: &str| former.card.has_member(uid);
    let back: Vec<&str> = gone.iter().map(|former| former.card.uid()).filter(|uid| had(uid)).collect();
    let leaving: &[&str] = if had(kept) { &[] } else { &[kept] };
    let card: Card = group.card.with_members(&back, leaving, tx.now());
    group.card = card;
    group.version = tx.next_version(Some(group.version));
    store::contacts::put(tx, &group)?;
    let _recorded = changes::record(tx, group.collection, ObjectType::Contact, &group.id);
    Ok(())
}

/// Stores those who went again, beside the one that stayed.
fn bring_back(tx: &mut Tx<'_>, kept: &StoredContact, gone: Vec<FormerCard>) -> Result<(), ContactsFault> {
    let mut back: Vec<StoredContact> = Vec::with_capacity(gone.len());
    for former in gone {
        let version = tx.next_version(Some(former.version));
        store::merges::follow(tx, &former.contact, (former.version, version))?;
        back.push(StoredContact {
            id: former.contact,
            collection: kept.collection,
            address_book: kept.address_book.clone(),
            version,
            card: former.card,
        });
    }
    if store::contacts::insert_many(tx, &back)? < back.len() {
        return Err(ContactsFault::ContactChanged(kept.id.clone()));
    }
    for contact in &back {
        objects::name_arrival(tx, contact.collection, &contact.id)?;
        let _recorded = changes::record(tx, contact.collection, ObjectType::Contact, &contact.id);
    }
    Ok(())
}
