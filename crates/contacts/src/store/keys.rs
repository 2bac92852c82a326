use diesel::{dsl::count_star, prelude::*};
use renraku_base::{ContactId, Id};
use renraku_db::{
    CollectionId, Error, ReadTx, among,
    schema::{contact_keys, contacts},
};

use crate::rules::keys::{KeyKind, member};

diesel::alias!(contact_keys as others: Others);

/// What makes two contacts look the same.
const LIKENESSES: [KeyKind; 3] = [KeyKind::Mail, KeyKind::Number, KeyKind::Name];

/// A contact and something that another one of its address book has, too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Alike {
    pub collection: CollectionId,
    pub kind: KeyKind,
    pub value: String,
    pub contact: ContactId,
    pub version: i64,
}

impl Alike {
    /// What it has in common with others.
    pub fn place(&self) -> (CollectionId, i32, &str) {
        (self.collection, self.kind.number(), &self.value)
    }
}

/// The contacts that have something in common with another one of the same collection, those with the same beside each other; at
/// most `limit` rows.
pub(crate) fn list_alike(
    tx: &mut ReadTx<'_>,
    collections: &[CollectionId],
    limit: usize,
) -> Result<Vec<Alike>, Error> {
    let key =
        (contact_keys::collection_id, contact_keys::kind, contact_keys::value, contact_keys::contact_id);
    let same = others
        .filter(others.field(contact_keys::collection_id).eq(contact_keys::collection_id))
        .filter(others.field(contact_keys::kind).eq(contact_keys::kind))
        .filter(others.field(contact_keys::value).eq(contact_keys::value))
        .filter(others.field(contact_keys::contact_id).ne(contact_keys::contact_id));
    let rows: Vec<(i64, i32, String, String, i64)> = tx.fetch(
        contact_keys::table
            .inner_join(contacts::table)
            .filter(among(contact_keys::collection_id, collections.iter().map(|id| id.0)))
            .filter(among(contact_keys::kind, LIKENESSES.map(KeyKind::number)))
            .filter(diesel::dsl::exists(same))
            .order(key)
            .limit(i64::try_from(limit).unwrap_or(i64::MAX))
            .select((
                contact_keys::collection_id,
                contact_keys::kind,
                contact_keys::value,
                contact_keys::contact_id,
                contacts::version,
            )),
    )?;
    let alike = |(collection, kind, value, contact, version): (i64, i32, String, String, i64)| {
        let kind = KeyKind::from_number(kind)?;
        Some(Alike {
            collection: CollectionId(collection),
            kind,
            value,
            contact: Id::stored(contact),
            version,
        })
    };
    Ok(rows.into_iter().filter_map(alike).collect())
}

/// The keywords of the contacts of these collections, each with how many have it, by keyword.
pub(crate) fn count_keywords(
    tx: &mut ReadTx<'_>,
    collections: &[CollectionId],
    limit: i64,
) -> Result<Vec<(String, i64)>, Error> {
    tx.fetch(
        contact_keys::table
            .filter(among(contact_keys::collection_id, collections.iter().map(|id| id.0)))
            .filter(contact_keys::kind.eq(KeyKind::Keyword.number()))
            .group_by(contact_keys::value)
            .order(contact_keys::value)
            .limit(limit)
            .select((contact_keys::value, count_star())),
    )
}

/// The groups of these collections in which one of these uids is.
pub(crate) fn find_groups(
    tx: &mut ReadTx<'_>,
    collections: &[CollectionId],
    uids: &[&str],
) -> Result<Vec<ContactId>, Error> {
    let ids: Vec<String> = tx.fetch(
        contact_keys::table
            .filter(among(contact_keys::collection_id, collections.iter().map(|id| id.0)))
            .filter(contact_keys::kind.eq(KeyKind::Member.number()))
            .filter(among(contact_keys::value, uids.iter().map(|uid| member(uid))))
            .order(contact_keys::contact_id)
            .select(contact_keys::contact_id)
            .distinct(),
    )?;
    Ok(ids.into_iter().map(Id::stored).collect())
}
