use std::collections::{BTreeMap, BTreeSet, HashMap};

use renraku_base::{ContactId, ETag, FieldFault, Principal, Role};
use renraku_db::{Changed, CollectionId, ObjectType, Tx, changes};
use renraku_people::access;

use super::{find_duplicates::MOST_ALIKE, merges::told};
use crate::{
    ContactsFault,
    model::{ContactMerge, ExpectedContact, NewContactMerge},
    store::{
        self,
        contacts::StoredContact,
        merges::{FormerCard, Part, StoredMerge},
    },
};

/// Groups are written anew one by one, and kept as they were.
const GROUPS: usize = 200;

/// Makes several contacts of one address book one: it says all that they said, and the others are deleted. In groups it takes their
/// places, also in those of other address books to which the person may write.
///
/// # Errors
/// [`ContactsFault::Invalid`] for contacts that cannot be made one, [`ContactsFault::ContactChanged`] when one has another version,
/// [`ContactsFault::Forbidden`] below `write`, [`ContactsFault::NotFound`].
pub fn merge_contacts(
    tx: &mut Tx<'_>,
    who: &Principal,
    new: &NewContactMerge,
) -> Result<Changed<ContactMerge>, ContactsFault> {
    check(new)?;
    hold(tx, std::iter::once(&new.keep).chain(&new.merge).map(|it| &it.id))?;
    let writable = writable(tx, who)?;
    let mut found = read(tx, &writable, new)?;
    let mut kept = found.remove(0);
    let gone = found;
    let mut former: Vec<FormerCard> = vec![before(Part::Kept, &kept)];
    former.extend(gone.iter().map(|contact| before(Part::Gone, contact)));

    kept.card = kept.card.united(gone.iter().map(|it| &it.card), tx.now()).map_err(ContactsFault::Invalid)?;
    kept.version = tx.next_version(Some(kept.version));
    store::contacts::put(tx, &kept)?;
    for contact in &gone {
        store::contacts::remove(tx, &contact.id)?;
        store::card_objects::remove_body(tx, contact.collection, &contact.id)?;
        let _recorded = changes::record_gone(tx, contact.collection, ObjectType::Contact, &contact.id);
    }
    former.extend(replace_in_groups(tx, &writable, &kept, &gone)?);

    let merge = StoredMerge {
        id: tx.new_id(),
        person: who.person.clone(),
        collection: kept.collection,
        kept: kept.id.clone(),
        kept_version: kept.version,
        merged_at: tx.now(),
    };
    store::merges::insert(tx, &merge, &former)?;
    let recorded = changes::record(tx, kept.collection, ObjectType::Contact, &kept.id);
    Ok(recorded.with(told(&merge, &kept.address_book, gone.into_iter().map(|it| it.id).collect())))
}

fn check(new: &NewContactMerge) -> Result<(), ContactsFault> {
    let mut faults = Vec::new();
    if new.merge.is_empty() || new.merge.len() >= MOST_ALIKE {
        let detail = format!("1 to {} contacts go", MOST_ALIKE - 1);
        faults.push(
            FieldFault::new("/merge", "out-of-range", detail).allowing(format!("1–{}", MOST_ALIKE - 1)),
        );
    }
    let others = new.merge.iter().enumerate().take(MOST_ALIKE);
    let others = others.map(|(nth, one)| (format!("/merge/{nth}"), one));
    for (at, one) in std::iter::once(("/keep".to_owned(), &new.keep)).chain(others) {
        if !is_etag(&one.etag) {
            let fault = FieldFault::new(format!("{at}/etag"), "not-an-etag", "an ETag stands in quotes");
            faults.push(fault.for_example("\"66120baf9c6c5\""));
        }
    }
    for (nth, one) in new.merge.iter().enumerate().take(MOST_ALIKE) {
        if one.id == new.keep.id || new.merge.iter().take(nth).any(|other| other.id == one.id) {
            let at = format!("/merge/{nth}/id");
            faults.push(FieldFault::new(at, "contact-twice", "each contact is named once"));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(ContactsFault::Invalid(faults)) }
}

/// Whether a text is an entity tag as a header has it (RFC 9110 §8.8.3).
fn is_etag(text: &str) -> bool {
    let opaque = text.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    opaque.is_some_and(|opaque| !opaque.contains('"'))
}

/// Holds contacts, in the order in which everybody does.
pub(super) fn hold<'i>(
    tx: &mut Tx<'_>,
    ids: impl IntoIterator<Item = &'i ContactId>,
) -> Result<(), ContactsFault> {
    let mut ids: Vec<&ContactId> = ids.into_iter().collect();
    ids.sort_unstable();
    ids.into_iter().try_for_each(|id| Ok(tx.hold(id.as_str())?))
}

/// What the person may read, each with whether they may write there.
type Writable = BTreeMap<CollectionId, bool>;

fn writable(tx: &mut Tx<'_>, who: &Principal) -> Result<Writable, ContactsFault> {
    let readable = access::standing(tx, who)?.readable;
    Ok(readable.into_iter().map(|(id, role)| (id, role >= Role::Write)).collect())
}

/// The contacts as they are, in the order in which they are named, if the person may make them one.
fn read(
    tx: &mut Tx<'_>,
    writable: &Writable,
    new: &NewContactMerge,
) -> Result<Vec<StoredContact>, ContactsFault> {
    let expected: Vec<&ExpectedContact> = std::iter::once(&new.keep).chain(&new.merge).collect();
    let collections: Vec<_> = writable.keys().copied().collect();
    let ids: Vec<String> = expected.iter().map(|it| it.id.to_string()).collect();
    let mut there: HashMap<ContactId, StoredContact> = store::contacts::list_by_id(tx, &collections, &ids)?
        .into_iter()
        .map(|contact| (contact.id.clone(), contact))
        .collect();
    let found: Option<Vec<StoredContact>> = expected.iter().map(|it| there.remove(&it.id)).collect();
    let found = found.ok_or(ContactsFault::NotFound)?;
    let Some(kept) = found.first() else { return Err(ContactsFault::NotFound) };
    if found.iter().any(|it| writable.get(&it.collection) != Some(&true)) {
        return Err(ContactsFault::Forbidden);
    }
    let mut faults = Vec::new();
    for (nth, other) in found.iter().skip(1).enumerate() {
        let fault = |code, detail: &str| FieldFault::new(format!("/merge/{nth}/id"), code, detail);
        if other.collection != kept.collection {
            faults.push(fault("other-address-book", "contacts of one address book are made one"));
        } else if other.card.is_group() != kept.card.is_group() {
            faults.push(fault("group-with-contact", "a group is made one with groups alone"));
        }
    }
    if !faults.is_empty() {
        return Err(ContactsFault::Invalid(faults));
    }
    match found.iter().zip(&expected).find(|(it, expected)| ETag::of(it.version).as_str() != expected.etag) {
        Some((changed, _)) => Err(ContactsFault::ContactChanged(changed.id.clone())),
        None => Ok(found),
    }
}

fn before(part: Part, contact: &StoredContact) -> FormerCard {
    FormerCard { part, contact: contact.id.clone(), version: contact.version, card: contact.card.clone() }
}

/// Puts the contact that stayed into the groups in which those were that went. Answers with the groups as they were.
fn replace_in_groups(
    tx: &mut Tx<'_>,
    writable: &Writable,
    kept: &StoredContact,
    gone: &[StoredContact],
) -> Result<Vec<FormerCard>, ContactsFault> {
    let uids: Vec<&str> = gone.iter().map(|contact| contact.card.uid()).collect();
    let collections: Vec<CollectionId> =
        writable.iter().filter(|(_, may_write)| **may_write).map(|(id, _)| *id).collect();
    let mut groups = store::keys::find_groups(tx, &collections, &uids)?;
    groups.retain(|id| *id != kept.id);
    if groups.len() > GROUPS {
        let detail = format!("they are in more than {GROUPS} groups: take them out of some first");
        return Err(ContactsFault::Invalid(vec![FieldFault::new("/merge", "too-many", detail)]));
    }
    hold(tx, &groups)?;
    let ids: Vec<String> = groups.into_iter().map(ContactId::into_string).collect();
    let groups = store::contacts::list_by_id(tx, &collections, &ids)?;
    let others = groups.iter().map(|group| group.collection).filter(|id| *id != kept.collection).collect();
    let own = with_contacts_of_their_own(tx, others, &uids)?;
    let mut former = Vec::new();
    for mut group in groups.into_iter().filter(|group| !own.contains(&group.collection)) {
        former.push(before(Part::Group, &group));
        group.card = group.card.with_members(&[kept.card.uid()], &uids, tx.now());
        group.version = tx.next_version(Some(group.version));
        store::contacts::put(tx, &group)?;
        let _recorded = changes::record(tx, group.collection, ObjectType::Contact, &group.id);
    }
    Ok(former)
}

/// Those of these collections in which contacts with these uids are, too: their groups mean those.
fn with_contacts_of_their_own(
    tx: &mut Tx<'_>,
    collections: BTreeSet<CollectionId>,
    uids: &[&str],
) -> Result<BTreeSet<CollectionId>, ContactsFault> {
    let mut own = BTreeSet::new();
    for collection in collections {
        if !store::contacts::list_by_uid(tx, collection, uids)?.is_empty() {
            own.insert(collection);
        }
    }
    Ok(own)
}
