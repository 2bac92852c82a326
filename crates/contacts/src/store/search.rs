use diesel::prelude::*;
use renraku_base::Limit;
use renraku_db::{CollectionId, Error, ReadTx, among, columns, contains, schema::contacts};
use renraku_people::search::Query;

use super::contacts::{Row, StoredContact};

/// Which contacts are listed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filter<'a> {
    /// In one of these collections.
    pub collections: &'a [CollectionId],
    /// In which every word of this is found.
    pub query: &'a Query,
    /// After this sort key and id.
    pub after: Option<(&'a str, &'a str)>,
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
