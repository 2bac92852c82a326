use diesel::{Connection, dsl::exists, expression::BoxableExpression, prelude::*, sql_types::Bool};
use renraku_base::{AddressBookId, Id};
use renraku_db::{
    AnyConn, CollectionId, Error, ReadTx, among, columns, contains,
    schema::{address_books, contact_numbers, contacts},
};
use renraku_people::{directory::Narrow, search::Word};

use super::contacts::{Row, StoredContact};

/// A condition on a contact.
type Sql = Box<dyn BoxableExpression<contacts::table, <AnyConn as Connection>::Backend, SqlType = Bool>>;

/// Which contacts are picked out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filter<'a> {
    /// In one of these collections.
    pub collections: &'a [CollectionId],
    /// In this address book alone.
    pub address_book: Option<&'a AddressBookId>,
    /// That this lets through.
    pub narrow: &'a Narrow,
    /// After this sort key and id.
    pub after: Option<(&'a str, &'a str)>,
}

/// The first of the contacts with their sort keys, by name; one statement.
pub(crate) fn find(
    tx: &mut ReadTx<'_>,
    filter: Filter<'_>,
    limit: i64,
) -> Result<Vec<(StoredContact, String)>, Error> {
    let mut query = contacts::table
        .filter(among(contacts::collection_id, filter.collections.iter().map(|id| id.0)))
        .order((contacts::sort_key, contacts::id))
        .limit(limit)
        .select((columns::<Row>(), contacts::sort_key))
        .into_boxed();
    if let Some(book) = filter.address_book {
        query = query.filter(contacts::address_book_id.eq(book.as_str()));
    }
    if let Some((sort_key, id)) = filter.after {
        query = query.filter(
            contacts::sort_key.gt(sort_key).or(contacts::sort_key.eq(sort_key).and(contacts::id.gt(id))),
        );
    }
    if let Some(narrow) = sql(filter.narrow) {
        query = query.filter(narrow);
    }
    let rows: Vec<(Row, String)> = query.load(tx.conn())?;
    rows.into_iter().map(|(row, sort_key)| Ok((StoredContact::try_from(row)?, sort_key))).collect()
}

/// The address books with these collections, each with its name and whether anything is in it, the oldest first; one statement.
pub(crate) fn list_books(
    tx: &mut ReadTx<'_>,
    collections: &[CollectionId],
) -> Result<Vec<(AddressBookId, String, bool)>, Error> {
    let own = contacts::table.filter(contacts::collection_id.eq(address_books::collection_id));
    let rows: Vec<(String, String, bool)> = tx.fetch(
        address_books::table
            .filter(among(address_books::collection_id, collections.iter().map(|id| id.0)))
            .order(address_books::id)
            .select((address_books::id, address_books::name, exists(own))),
    )?;
    Ok(rows.into_iter().map(|(id, name, filled)| (Id::stored(id), name, filled)).collect())
}

/// The condition as one on what is stored; `None` where all are let through.
fn sql(narrow: &Narrow) -> Option<Sql> {
    Some(match narrow {
        Narrow::All(all) => return all.iter().filter_map(sql).reduce(|a, b| Box::new(a.and(b))),
        Narrow::Any(any) => {
            // One that lets all through lets all through.
            let each: Option<Vec<Sql>> = any.iter().map(sql).collect();
            let nothing = || -> Sql { Box::new(contacts::id.ne(contacts::id)) };
            each?.into_iter().reduce(|a, b| Box::new(a.or(b))).unwrap_or_else(nothing)
        }
        Narrow::Name(word) => match word.romaji() {
            Some(romaji) => Box::new(written(word).or(contacts::romaji.like(contains(romaji)).escape('\\'))),
            None => written(word),
        },
        Narrow::Address(word) => match word.digits() {
            Some(digits) => Box::new(written(word).or(contacts::search.like(contains(digits)).escape('\\'))),
            None => written(word),
        },
        Narrow::Number(number) => {
            let of_number = contact_numbers::table.filter(contact_numbers::number.eq(number.clone()));
            Box::new(contacts::id.eq_any(of_number.select(contact_numbers::contact_id)))
        }
        Narrow::Post(word) => written(word),
        Narrow::Uid(id) => Box::new(contacts::id.eq(id.clone())),
    })
}

fn written(word: &Word) -> Sql {
    Box::new(contacts::search.like(contains(word.text())).escape('\\'))
}
