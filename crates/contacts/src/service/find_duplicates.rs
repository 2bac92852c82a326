use std::collections::{BTreeMap, BTreeSet, HashMap};

use renraku_base::{AddressBookId, ContactId, Cursor, ETag, Limit, Page, Principal, Role};
use renraku_db::{CollectionId, ReadTx};
use renraku_people::access;

use super::list_contacts::{named, read_cursor};
use crate::{
    ContactsFault,
    model::{ContactVersion, Duplicates, DuplicatesPage, LikenessReason},
    rules::keys::KeyKind,
    store::{self, address_books::StoredBook, keys::Alike},
};

/// What more contacts than these have in common is the number of a switchboard or the address of an office.
pub(super) const MOST_ALIKE: usize = 20;
/// As much as is looked through: what is behind it is found when what stands before it is made one.
const ROWS: usize = 50_000;

/// Contacts that look the same, in those of these address books that may be read, or in all to which the person may write. Contacts
/// of different address books are not compared: each has its own readers.
///
/// # Errors
/// [`ContactsFault::NotFound`] when an address book may not be read, [`ContactsFault::BadQuery`] for a cursor that this list did not
/// give.
pub fn find_duplicates(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    address_books: Option<&[AddressBookId]>,
    cursor: Option<&Cursor>,
    limit: Limit,
) -> Result<DuplicatesPage, ContactsFault> {
    let after = cursor.map(read_cursor::<3>).transpose()?;
    let books = match address_books {
        Some(ids) => named(tx, who, ids)?,
        None => writable_books(tx, who)?,
    };
    let collections: Vec<CollectionId> = books.iter().map(|book| book.collection).collect();
    let of: HashMap<CollectionId, AddressBookId> =
        books.into_iter().map(|book| (book.collection, book.id)).collect();
    let (rows, is_cut) = first_of(store::keys::list_alike(tx, &collections, ROWS + 1)?);
    let groups = gather(rows, &of).into_iter().map(|(place, group)| (place.as_cursor(), group));
    let rest = groups.filter(|(place, _)| after.as_ref().is_none_or(|after| place > after));
    let rows: Vec<([String; 3], Duplicates)> = rest.take(limit.get() + 1).collect();
    let page = Page::cut(rows, limit, |([book, kind, value], _)| Cursor::of(&[book, kind, value]));
    let Page { items, next_cursor } = page.map(|(_, group)| group);
    Ok(DuplicatesPage { items, next_cursor, is_cut })
}

/// As much as is looked through, and whether there is more. What has something in common stays together: the last is left out
/// where it may be a part.
fn first_of(mut rows: Vec<Alike>) -> (Vec<Alike>, bool) {
    let is_cut = rows.len() > ROWS;
    if is_cut && let Some(last) = rows.pop() {
        let whole = rows.partition_point(|row| row.place() < last.place());
        rows.truncate(whole);
    }
    (rows, is_cut)
}

/// The address books to which the person may write.
fn writable_books(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Vec<StoredBook>, ContactsFault> {
    let readable = access::standing(tx, who)?.readable;
    let writable = readable.into_iter().filter(|(_, role)| *role >= Role::Write).map(|(id, _)| id);
    Ok(store::address_books::list_by_collection(tx, writable)?)
}

/// Where a group stands in the list: at the first of the things that its contacts have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Place {
    book: AddressBookId,
    kind: KeyKind,
    value: String,
}

impl Place {
    fn as_cursor(&self) -> [String; 3] {
        [self.book.to_string(), self.kind.number().to_string(), self.value.clone()]
    }
}

/// The same contacts stand in one group, whatever they have in common.
fn gather(rows: Vec<Alike>, of: &HashMap<CollectionId, AddressBookId>) -> BTreeMap<Place, Duplicates> {
    let mut alike: BTreeMap<Place, Vec<ContactVersion>> = BTreeMap::new();
    for row in rows {
        let Some(book) = of.get(&row.collection) else { continue };
        let place = Place { book: book.clone(), kind: row.kind, value: row.value };
        let contact = ContactVersion { id: row.contact, etag: ETag::of(row.version) };
        alike.entry(place).or_default().push(contact);
    }
    alike.retain(|_, contacts| (2..=MOST_ALIKE).contains(&contacts.len()));
    let mut first: HashMap<Vec<ContactId>, Place> = HashMap::new();
    let mut reasons: HashMap<Place, BTreeSet<LikenessReason>> = HashMap::new();
    for (place, contacts) in &alike {
        let ids: Vec<ContactId> = contacts.iter().map(|contact| contact.id.clone()).collect();
        let first = first.entry(ids).or_insert_with(|| place.clone());
        reasons.entry(first.clone()).or_default().extend(reason(place.kind));
    }
    alike
        .into_iter()
        .filter_map(|(place, contacts)| {
            let reasons = reasons.remove(&place)?.into_iter().collect();
            let group = Duplicates { address_book_id: place.book.clone(), reasons, contacts };
            Some((place, group))
        })
        .collect()
}

fn reason(kind: KeyKind) -> Option<LikenessReason> {
    match kind {
        KeyKind::Mail => Some(LikenessReason::Email),
        KeyKind::Number => Some(LikenessReason::Phone),
        KeyKind::Name => Some(LikenessReason::Name),
        KeyKind::Keyword | KeyKind::Kind | KeyKind::Member | KeyKind::Uid => None,
    }
}

#[cfg(test)]
mod tests {
    use renraku_base::Id;

    use super::*;

    #[test]
    fn what_is_behind_the_last_row_is_told_and_no_group_is_cut() {
        let row = |nth: usize| Alike {
            collection: CollectionId(1),
            kind: KeyKind::Mail,
            value: format!("{:06}@example.jp", nth / 3),
            contact: Id::stored(format!("{nth:06}")),
            version: 1,
        };
        let rows = |count: usize| (0..count).map(row).collect::<Vec<_>>();
        assert_eq!(first_of(rows(ROWS)), (rows(ROWS), false));
        // The last group begins with row 49,998.
        assert_eq!(first_of(rows(ROWS + 1)), (rows(49_998), true));
    }
}
