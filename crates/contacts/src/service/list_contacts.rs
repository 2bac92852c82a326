use std::collections::BTreeMap;

use renraku_base::{AddressBookId, Cursor, FieldFault, Limit, Page, Principal};
use renraku_db::{CollectionId, ReadTx};
use renraku_people::search::Query;

use super::get_contact::visible;
use crate::{
    ContactsFault,
    model::Contact,
    store::{self, contacts::Filter},
};

/// The longest text that is looked for, in characters.
const QUERY_CHARS: usize = 200;
/// The most words that are looked for.
const QUERY_WORDS: usize = 10;

/// Which contacts are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactFilter {
    /// In these address books; `None` is all that the person may read.
    pub address_books: Option<Vec<AddressBookId>>,
    /// In which every word of this is found, however it is written; `None` is all.
    pub q: Option<String>,
}

/// The person's contacts, in the order of their readings.
///
/// # Errors
/// [`ContactsFault::NotFound`] when an address book may not be read, [`ContactsFault::BadQuery`] for a text that is too long
/// or a cursor that this list did not give.
pub fn list_contacts(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    filter: &ContactFilter,
    cursor: Option<&Cursor>,
    limit: Limit,
) -> Result<Page<Contact>, ContactsFault> {
    let query = read_query(filter.q.as_deref())?;
    let after = cursor.map(read_cursor).transpose()?;
    let collections = match &filter.address_books {
        Some(books) => named(tx, who, books)?,
        None => visible(tx, who)?,
    };
    if query.is_empty() && filter.q.as_deref().is_some_and(|q| !q.trim().is_empty()) {
        // Nothing that could be found was typed yet, such as a lone hyphen.
        return Ok(Page { items: Vec::new(), next_cursor: None });
    }
    let after = after.as_ref().map(|[sort_key, id]| (sort_key.as_str(), id.as_str()));
    let filter = Filter { collections: &collections, query: &query, after };
    let rows = store::contacts::find(tx, filter, limit)?;
    let page = Page::cut(rows, limit, |(contact, sort_key)| Cursor::of(&[sort_key, contact.id.as_str()]));
    Ok(page.map(|(contact, _)| contact.into()))
}

/// The collections of these address books, all of which the person may read.
fn named(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    books: &[AddressBookId],
) -> Result<Vec<CollectionId>, ContactsFault> {
    let visible = visible(tx, who)?;
    let readable: BTreeMap<AddressBookId, CollectionId> =
        store::address_books::list_by_collection(tx, visible)?
            .into_iter()
            .map(|book| (book.id, book.collection))
            .collect();
    books.iter().map(|id| readable.get(id).copied().ok_or(ContactsFault::NotFound)).collect()
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

fn read_cursor(cursor: &Cursor) -> Result<[String; 2], ContactsFault> {
    cursor.parts().ok_or_else(|| {
        let detail = "hand back a nextCursor of the same list as it was given";
        ContactsFault::BadQuery(FieldFault::new("cursor", "bad-cursor", detail))
    })
}
