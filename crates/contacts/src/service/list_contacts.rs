use std::collections::BTreeMap;

use renraku_base::{AddressBookId, ContactId, Cursor, FieldFault, Limit, Page, Principal};
use renraku_db::{CollectionId, ReadTx};
use renraku_people::search::Query;
use serde::Serialize;
use utoipa::ToSchema;

use super::get_contact::{readable, visible};
use crate::{
    ContactsFault,
    model::Contact,
    store::{self, address_books::StoredBook, contacts::Filter},
};

/// The longest text that is looked for, in characters.
const QUERY_CHARS: usize = 200;
/// The most words that are looked for.
const QUERY_WORDS: usize = 10;

/// As many keywords as are told.
const KEYWORDS: i64 = 1_000;

/// Which contacts are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactFilter {
    /// In these address books; `None` is all that the person may read.
    pub address_books: Option<Vec<AddressBookId>>,
    /// In which every word of this is found, however it is written; `None` is all.
    pub q: Option<String>,
    /// With this keyword, as it is written.
    pub keyword: Option<String>,
    /// Of this kind: `individual`, `group`, `org` …
    pub kind: Option<String>,
    /// Who are in this group.
    pub member_of: Option<ContactId>,
}

/// A keyword of contacts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KeywordCount {
    /// The keyword.
    pub keyword: String,
    /// How many contacts have it.
    pub count: i64,
}

/// The person's contacts, in the order of their readings.
///
/// # Errors
/// [`ContactsFault::NotFound`] when an address book or the group may not be read, [`ContactsFault::BadQuery`] for a text that is too
/// long or a cursor that this list did not give.
pub fn list_contacts(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    filter: &ContactFilter,
    cursor: Option<&Cursor>,
    limit: Limit,
) -> Result<Page<Contact>, ContactsFault> {
    let query = read_query(filter.q.as_deref())?;
    let after = cursor.map(read_cursor::<2>).transpose()?;
    let collections = collections(tx, who, filter.address_books.as_deref())?;
    if let Some(group) = &filter.member_of {
        readable(tx, who, group)?;
    }
    if query.is_empty() && filter.q.as_deref().is_some_and(|q| !q.trim().is_empty()) {
        // Nothing that could be found was typed yet, such as a lone hyphen.
        return Ok(Page { items: Vec::new(), next_cursor: None });
    }
    let after = after.as_ref().map(|[sort_key, id]| (sort_key.as_str(), id.as_str()));
    let filter = Filter {
        collections: &collections,
        query: &query,
        keyword: filter.keyword.as_deref(),
        kind: filter.kind.as_deref(),
        member_of: filter.member_of.as_ref(),
        after,
    };
    let rows = store::contacts::find(tx, filter, limit)?;
    let page = Page::cut(rows, limit, |(contact, sort_key)| Cursor::of(&[sort_key, contact.id.as_str()]));
    Ok(page.map(|(contact, _)| contact.into()))
}

/// The keywords of the contacts in these address books, or in all that the person may read, each with how many have it; at most 1,000.
///
/// # Errors
/// [`ContactsFault::NotFound`] when an address book may not be read.
pub fn list_keywords(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    address_books: Option<&[AddressBookId]>,
) -> Result<Vec<KeywordCount>, ContactsFault> {
    let collections = collections(tx, who, address_books)?;
    let counts = store::keys::count_keywords(tx, &collections, KEYWORDS)?;
    Ok(counts.into_iter().map(|(keyword, count)| KeywordCount { keyword, count }).collect())
}

/// The collections of these address books, or all that the person may read.
fn collections(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    books: Option<&[AddressBookId]>,
) -> Result<Vec<CollectionId>, ContactsFault> {
    Ok(match books {
        Some(books) => named(tx, who, books)?.into_iter().map(|book| book.collection).collect(),
        None => visible(tx, who)?,
    })
}

/// These address books, all of which the person may read.
pub(super) fn named(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    books: &[AddressBookId],
) -> Result<Vec<StoredBook>, ContactsFault> {
    let visible = visible(tx, who)?;
    let readable: BTreeMap<AddressBookId, StoredBook> =
        store::address_books::list_by_collection(tx, visible)?
            .into_iter()
            .map(|book| (book.id.clone(), book))
            .collect();
    books.iter().map(|id| readable.get(id).cloned().ok_or(ContactsFault::NotFound)).collect()
}

fn read_query(q: Option<&str>) -> Result<Query, ContactsFault> {
    let q = q.unwrap_or_default();
    let query = Query::parse(q);
    if q.chars().count() > QUERY_CHARS || query.words().len() > QUERY_WORDS {
        let detail = format!("at most {QUERY_CHARS} characters and {QUERY_WORDS} words");
        return Err(ContactsFault::BadQuery(
            FieldFault::new("q", "too-long", detail).allowing(format!("≤ {QUERY_CHARS}")),
        ));
    }
    Ok(query)
}

pub(super) fn read_cursor<const N: usize>(cursor: &Cursor) -> Result<[String; N], ContactsFault> {
    cursor.parts().ok_or_else(|| {
        let detail = "hand back a nextCursor of the same list as it was given";
        ContactsFault::BadQuery(FieldFault::new("cursor", "bad-cursor", detail))
    })
}
