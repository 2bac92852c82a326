use renraku_base::{AddressBookId, Principal};
use renraku_db::{CollectionId, Error, ReadTx};
use renraku_people::directory::Narrow;

use super::get_contact::visible;
use crate::{
    model::Contact,
    store::{self, select::Filter},
};

/// Where contacts are picked out.
#[derive(Debug, Clone, Copy, Default)]
pub struct Within<'a> {
    /// In this address book alone.
    pub address_book: Option<&'a AddressBookId>,
    /// After this key of the あいうえお order and this id.
    pub after: Option<(&'a str, &'a str)>,
}

/// A contact that was picked out.
#[derive(Debug, Clone, PartialEq)]
pub struct SelectedContact {
    /// The contact.
    pub contact: Contact,
    /// The key of the あいうえお order; the contact's id decides between equals.
    pub order: String,
}

/// What somebody may read at one time. Asked before what is in it: a planner that sees both at once reads the contacts of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Readable(Vec<CollectionId>);

impl Readable {
    /// What the person may read now; one statement.
    ///
    /// # Errors
    /// [`Error`] when it fails.
    pub fn by(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Self, Error> {
        Ok(Self(visible(tx, who)?))
    }
}

/// The first `limit` of those contacts that may be read and that `narrow` lets through, in あいうえお order: it may let through
/// too many, and never too few. A uid is the id of a contact here. One statement.
///
/// # Errors
/// [`Error`] when it fails.
pub fn select_contacts(
    tx: &mut ReadTx<'_>,
    readable: &Readable,
    narrow: &Narrow,
    within: Within<'_>,
    limit: usize,
) -> Result<Vec<SelectedContact>, Error> {
    let Within { address_book, after } = within;
    let filter = Filter { collections: &readable.0, address_book, narrow, after };
    let found = store::select::find(tx, filter, i64::try_from(limit).unwrap_or(i64::MAX))?;
    let selected = |(contact, order): (_, _)| SelectedContact { contact: Contact::from(contact), order };
    Ok(found.into_iter().map(selected).collect())
}

/// The address books that may be read, each with its name and whether anything is in it, the oldest first; one statement.
///
/// # Errors
/// [`Error`] when it fails.
pub fn select_address_books(
    tx: &mut ReadTx<'_>,
    readable: &Readable,
) -> Result<Vec<(AddressBookId, String, bool)>, Error> {
    store::select::list_books(tx, &readable.0)
}

/// Those of these contacts that may be read, in no order; one statement.
///
/// # Errors
/// [`Error`] when it fails.
pub fn select_by_id(tx: &mut ReadTx<'_>, readable: &Readable, ids: &[String]) -> Result<Vec<Contact>, Error> {
    let rows = store::contacts::list_by_id(tx, &readable.0, ids)?;
    Ok(rows.into_iter().map(Contact::from).collect())
}
