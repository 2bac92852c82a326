use std::collections::{BTreeMap, HashMap};

use renraku_base::{ContactId, ETag, Id};
use renraku_db::{CollectionId, ObjectType, ReadTx, Tx, changes};

use super::ObjectBook;
use crate::{
    ContactsFault,
    store::{
        self,
        card_objects::{Listed, StoredCard},
    },
};

/// A card object without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardHead {
    /// The contact.
    pub id: ContactId,
    /// The last segment of its path.
    pub name: String,
    /// The tag of its text.
    pub etag: ETag,
}

impl From<Listed> for CardHead {
    fn from(listed: Listed) -> Self {
        let name = listed.name.unwrap_or_else(|| default_name(&listed.contact));
        Self { id: listed.contact, name, etag: ETag::of(listed.version) }
    }
}

/// The name of an object to which no client gave one.
pub(super) fn default_name(id: &ContactId) -> String {
    format!("{id}.vcf")
}

/// The id that a name says which no client gave.
pub(super) fn id_of(name: &str) -> Option<&str> {
    name.strip_suffix(".vcf").filter(|id| id.parse::<Id<()>>().is_ok_and(|parsed| parsed.as_str() == *id))
}

/// Names a contact that comes into an address book where another has, or had, the name that it would have without one.
pub(crate) fn name_arrival(
    tx: &mut Tx<'_>,
    collection: CollectionId,
    id: &ContactId,
) -> Result<(), ContactsFault> {
    let holders = store::card_objects::find_by_names(tx, collection, &[&default_name(id)])?;
    let is_taken = holders.iter().any(|(_, holder)| holder != id);
    if !is_taken || !store::card_objects::list_names(tx, collection, &[id.as_str()])?.is_empty() {
        return Ok(());
    }
    let named = StoredCard {
        collection,
        contact: id.clone(),
        name: default_name(&tx.new_id()),
        etag: String::new(),
        body: None,
    };
    Ok(store::card_objects::put(tx, &named)?)
}

/// The objects of an address book in ascending order of their ids after `after`, at most `limit`.
///
/// # Errors
/// [`ContactsFault::Internal`] when the database fails.
pub fn list(
    tx: &mut ReadTx<'_>,
    book: &ObjectBook,
    after: &str,
    limit: usize,
) -> Result<Vec<CardHead>, ContactsFault> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let listed = store::card_objects::list(tx, book.collection, after, most)?;
    Ok(listed.into_iter().map(CardHead::from).collect())
}

/// Those of these objects that are in the collection, by id.
pub(super) fn heads(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    ids: &[&str],
) -> Result<BTreeMap<ContactId, CardHead>, ContactsFault> {
    let listed = store::card_objects::get(tx, collection, ids)?;
    Ok(listed.into_iter().map(|it| (it.contact.clone(), it.into())).collect())
}

/// A change in an address book, as its log tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardChange {
    /// Its number.
    pub modseq: i64,
    /// The name of the object.
    pub name: String,
    /// The object as it is now; `None` when it is not there any more.
    pub head: Option<CardHead>,
}

/// The changes of an address book's objects after number `since`, oldest first, of at most `limit` rows of its log; with the number
/// of the last row that was looked at.
///
/// # Errors
/// [`ContactsFault::Internal`] when the database fails.
pub fn list_changes(
    tx: &mut ReadTx<'_>,
    book: &ObjectBook,
    since: i64,
    limit: usize,
) -> Result<(Vec<CardChange>, Option<i64>), ContactsFault> {
    let most = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = changes::since(tx, book.collection, since, most)?;
    let last = rows.last().map(|row| row.modseq);
    // Of one object only its last change counts.
    let of_contacts = rows.iter().filter(|row| row.object_type == ObjectType::Contact);
    let latest: BTreeMap<&str, i64> = of_contacts.map(|row| (row.object.as_str(), row.modseq)).collect();
    let ids: Vec<&str> = latest.keys().copied().collect();
    let mut heads = heads(tx, book.collection, &ids)?;
    let gone: Vec<&str> =
        ids.iter().copied().filter(|id| !heads.contains_key(&ContactId::stored((*id).to_owned()))).collect();
    let names: HashMap<ContactId, String> =
        store::card_objects::list_names(tx, book.collection, &gone)?.into_iter().collect();
    let mut changes: Vec<CardChange> = latest
        .into_iter()
        .map(|(id, modseq)| {
            let id = ContactId::stored(id.to_owned());
            let head = heads.remove(&id);
            let name = head.as_ref().map(|head| head.name.clone()).or_else(|| names.get(&id).cloned());
            CardChange { modseq, name: name.unwrap_or_else(|| default_name(&id)), head }
        })
        .collect();
    changes.sort_by_key(|change| change.modseq);
    Ok((changes, last))
}
