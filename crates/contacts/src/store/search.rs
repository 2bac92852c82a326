use diesel::{
    dsl::{exists, not},
    prelude::*,
};
use renraku_base::{ContactId, Limit};
use renraku_db::{
    CollectionId, Error, ReadTx, among, columns, contains,
    schema::{contact_keys, contacts},
};
use renraku_people::search::Query;

use super::contacts::{Row, StoredContact};
use crate::rules::keys::{INDIVIDUAL, KeyKind};

diesel::alias!(contact_keys as members: Members);

/// Which contacts are listed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filter<'a> {
    /// In one of these collections.
    pub collections: &'a [CollectionId],
    /// In which every word of this is found.
    pub query: &'a Query,
    /// With this keyword.
    pub keyword: Option<&'a str>,
    /// Of this kind.
    pub kind: Option<&'a str>,
    /// In this group.
    pub member_of: Option<&'a ContactId>,
    /// After this sort key and id.
    pub after: Option<(&'a str, &'a str)>,
}

/// The keys of a kind that the contact at hand has.
#[diesel::dsl::auto_type(no_type_alias)]
fn keys_of(kind: KeyKind) -> _ {
    let number: i32 = kind.number();
    contact_keys::table
        .filter(contact_keys::collection_id.eq(contacts::collection_id))
        .filter(contact_keys::contact_id.eq(contacts::id))
        .filter(contact_keys::kind.eq(number))
}

/// One page of contacts with their sort keys, by name.
pub(crate) fn find(
    tx: &mut ReadTx<'_>,
    filter: Filter<'_>,
    limit: Limit,
) -> Result<Vec<(StoredContact, String)>, Error> {
    let mut query = contacts::table
        .filter(among(contacts::collection_id, filter.collections.iter().map(|id| id.0)))
        .order((contacts::sort_key, contacts::id))
        .limit(limit.and_one())
        .select((columns::<Row>(), contacts::sort_key))
        .into_boxed();
    if let Some((sort_key, id)) = filter.after {
        query = query.filter(
            contacts::sort_key.gt(sort_key).or(contacts::sort_key.eq(sort_key).and(contacts::id.gt(id))),
        );
    }
    if let Some(keyword) = filter.keyword {
        query = query.filter(exists(keys_of(KeyKind::Keyword).filter(contact_keys::value.eq(keyword))));
    }
    match filter.kind {
        Some(INDIVIDUAL) => query = query.filter(not(exists(keys_of(KeyKind::Kind)))),
        Some(kind) => {
            query = query.filter(exists(keys_of(KeyKind::Kind).filter(contact_keys::value.eq(kind))));
        }
        None => {}
    }
    if let Some(group) = filter.member_of {
        let uids = members
            .filter(members.field(contact_keys::contact_id).eq(group.as_str()))
            .filter(members.field(contact_keys::kind).eq(KeyKind::Member.number()))
            .select(members.field(contact_keys::value));
        query = query.filter(exists(keys_of(KeyKind::Uid).filter(contact_keys::value.eq_any(uids))));
    }
    for word in filter.query.words() {
        let text = contains(word.text());
        let written = contacts::search.like(text).escape('\\');
        query = match (word.digits(), word.romaji()) {
            (Some(digits), _) => {
                query.filter(written.or(contacts::search.like(contains(digits)).escape('\\')))
            }
            (None, Some(romaji)) => {
                query.filter(written.or(contacts::romaji.like(contains(romaji)).escape('\\')))
            }
            (None, None) => query.filter(written),
        };
    }
    let rows: Vec<(Row, String)> = query.load(tx.conn())?;
    rows.into_iter().map(|(row, sort_key)| Ok((StoredContact::try_from(row)?, sort_key))).collect()
}
