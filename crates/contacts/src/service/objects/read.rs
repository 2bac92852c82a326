use std::collections::{BTreeMap, HashMap};

use renraku_base::{ContactId, Id};
use renraku_db::{CollectionId, ReadTx};
use serde_json::{Map, Value};

use super::{
    CardHead, ObjectBook,
    list::{default_name, heads, id_of},
};
use crate::{
    ContactsFault,
    codec::vcard::{self, Version},
    store,
};

/// A card object with its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardText {
    /// What it is.
    pub head: CardHead,
    /// Its text.
    pub text: String,
    /// The version in which the text is written.
    pub version: Version,
    /// What the card says, where the text is ours.
    said: Option<Map<String, Value>>,
}

impl CardText {
    /// What a card says, in the version that every client reads.
    #[must_use]
    pub fn written(head: CardHead, said: Map<String, Value>) -> Self {
        let version = Version::V3;
        Self { head, text: vcard::write(&said, version), version, said: Some(said) }
    }

    /// The text in a version; as it is, when it is in that version.
    #[must_use]
    pub fn in_version(self, version: Version) -> Self {
        if self.version == version {
            return self;
        }
        let text = match &self.said {
            // One version has words that the other has not.
            Some(said) => Some(vcard::write(said, version)),
            None => vcard::convert(&self.text, version),
        };
        match text {
            Some(text) => Self { text, version, ..self },
            None => self,
        }
    }
}

/// The objects of these names in an address book, in their order; `None` for one that is not there.
///
/// # Errors
/// [`ContactsFault::Internal`] when the database fails.
pub fn get(
    tx: &mut ReadTx<'_>,
    book: &ObjectBook,
    names: &[&str],
) -> Result<Vec<Option<CardText>>, ContactsFault> {
    let ids = ids_of(tx, book, names)?;
    let wanted: Vec<&str> = ids.values().map(Id::as_str).collect();
    let mut texts: HashMap<String, CardText> =
        get_by_id(tx, book, &wanted)?.into_iter().map(|card| (card.head.name.clone(), card)).collect();
    Ok(names.iter().map(|name| texts.remove(*name)).collect())
}

/// Which contacts have these names in an address book, by name.
pub(super) fn ids_of(
    tx: &mut ReadTx<'_>,
    book: &ObjectBook,
    names: &[&str],
) -> Result<HashMap<String, ContactId>, ContactsFault> {
    let mut ids: HashMap<String, ContactId> =
        store::card_objects::find_by_names(tx, book.collection, names)?.into_iter().collect();
    let derived: Vec<&str> =
        names.iter().filter(|name| !ids.contains_key(**name)).filter_map(|name| id_of(name)).collect();
    // What has a name of its own has no other.
    let named = store::card_objects::list_names(tx, book.collection, &derived)?;
    let unnamed = derived.into_iter().filter(|id| !named.iter().any(|(it, _)| it.as_str() == *id));
    ids.extend(unnamed.map(|id| ContactId::stored(id.to_owned())).map(|id| (default_name(&id), id)));
    Ok(ids)
}

/// Those of these contacts that are in an address book, in ascending order of their ids.
///
/// # Errors
/// [`ContactsFault::Internal`] when the database fails.
pub fn get_by_id(
    tx: &mut ReadTx<'_>,
    book: &ObjectBook,
    ids: &[&str],
) -> Result<Vec<CardText>, ContactsFault> {
    texts_of(tx, book.collection, ids)
}

/// Those of these contacts that are in a collection, in ascending order of their ids.
pub(crate) fn texts_of(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    ids: &[&str],
) -> Result<Vec<CardText>, ContactsFault> {
    let mut heads: BTreeMap<ContactId, CardHead> = heads(tx, collection, ids)?;
    let mut cards = Vec::with_capacity(heads.len());
    for kept in store::card_objects::list_by_contact(tx, collection, ids)? {
        // The text that was stored goes straight out where it is all that the contact says.
        let as_stored = heads.get(&kept.contact).is_some_and(|head| head.etag.as_str() == kept.etag);
        if as_stored
            && let Some(text) = kept.body
            && let Some(head) = heads.remove(&kept.contact)
        {
            let version = version_of(&text);
            cards.push(CardText { head, text, version, said: None });
        }
    }
    let others: Vec<String> = heads.keys().map(|id| id.as_str().to_owned()).collect();
    if !others.is_empty() {
        for stored in store::contacts::list_by_id(tx, &[collection], &others)? {
            let head = heads.remove(&stored.id);
            cards.extend(head.map(|head| CardText::written(head, stored.card.members().clone())));
        }
    }
    cards.sort_by(|a, b| a.head.id.cmp(&b.head.id));
    Ok(cards)
}

/// The version of a text that was stored: it was checked then.
fn version_of(text: &str) -> Version {
    let said = text.lines().find_map(|line| {
        let (name, value) = line.split_at_checked("VERSION:".len())?;
        name.eq_ignore_ascii_case("VERSION:").then_some(value)
    });
    said.and_then(Version::parse).unwrap_or(Version::V3)
}
