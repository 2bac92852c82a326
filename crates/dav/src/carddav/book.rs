use renraku_base::{ContactId, ETag, Principal, Role};
use renraku_contacts::service::objects::{self, CardChange, CardHead, CardText, ObjectBook};
use renraku_db::{CollectionId, ReadTx};

use super::{filter::Sought, staff::Staff};
use crate::core::{Dav, DavFault, Place, name_with};

/// An address book as a client sees it.
#[derive(Debug)]
pub(super) enum Book {
    /// One in which contacts are kept.
    Kept(Box<ObjectBook>),
    /// The staff directory.
    Staff(Staff),
}

impl Book {
    /// The address book at a place.
    pub fn find(tx: &mut ReadTx<'_>, dav: &Dav, who: &Principal, place: &Place) -> Result<Self, DavFault> {
        match place {
            Place::Book { segment, .. } => Ok(Self::Kept(Box::new(objects::find_book(tx, who, segment)?))),
            Place::Directory(_) => Ok(Self::Staff(Staff::open(tx, dav)?)),
            Place::Homes | Place::Home(_) | Place::Card { .. } | Place::Colleague { .. } => {
                Err(DavFault::NotFound)
            }
        }
    }

    /// What it is called.
    pub fn name(&self) -> String {
        match self {
            Self::Kept(book) => name_with(&book.book.name, book.owner_name.as_deref()),
            Self::Staff(_) => "職員".to_owned(),
        }
    }

    /// What the person may do in it.
    pub fn role(&self) -> Role {
        match self {
            Self::Kept(book) => book.book.role,
            Self::Staff(_) => Role::Read,
        }
    }

    /// What the person's clients keep with it.
    pub fn properties(&self) -> &[(String, String)] {
        match self {
            Self::Kept(book) => &book.properties,
            Self::Staff(_) => &[],
        }
    }

    /// The tag of the address book itself.
    pub fn etag(&self) -> Option<&ETag> {
        match self {
            Self::Kept(book) => Some(&book.book.etag),
            Self::Staff(_) => None,
        }
    }

    /// Its collection, the number of the latest change, and the number up to which changes are no longer told one by one; `None` for
    /// one that is searched and not synced.
    pub fn position(&self) -> Option<(CollectionId, i64, i64)> {
        match self {
            Self::Kept(book) => Some((book.collection, book.modseq, book.floor)),
            Self::Staff(staff) => staff.position(),
        }
    }

    /// Whether who is in it can be listed.
    pub fn is_listed(&self) -> bool {
        match self {
            Self::Kept(_) => true,
            Self::Staff(staff) => staff.is_whole(),
        }
    }

    /// Whether its texts in memory hold also what its cards are not found by.
    pub fn holds_others(&self) -> bool {
        matches!(self, Self::Kept(_))
    }

    /// The cards in ascending order of their ids after `after`, at most `limit`.
    pub fn list(
        &self,
        tx: &mut ReadTx<'_>,
        dav: &Dav,
        after: &str,
        limit: usize,
    ) -> Result<Vec<CardHead>, DavFault> {
        match self {
            Self::Kept(book) => Ok(objects::list(tx, book, after, limit)?),
            Self::Staff(staff) => staff.list(tx, dav, after, limit),
        }
    }

    /// The cards of these names, in their order.
    pub fn get(
        &self,
        tx: &mut ReadTx<'_>,
        dav: &Dav,
        names: &[&str],
    ) -> Result<Vec<Option<CardText>>, DavFault> {
        match self {
            Self::Kept(book) => Ok(objects::get(tx, book, names)?),
            Self::Staff(_) => Staff::get(tx, dav, names),
        }
    }

    /// Those of these cards that are in it, in ascending order of their ids.
    pub fn get_by_id(&self, tx: &mut ReadTx<'_>, dav: &Dav, ids: &[&str]) -> Result<Vec<CardText>, DavFault> {
        match self {
            Self::Kept(book) => Ok(objects::get_by_id(tx, book, ids)?),
            Self::Staff(_) => Staff::get_by_id(tx, dav, ids),
        }
    }

    /// The cards in which a text may be found, all of those in which it is; and whether there are more than are told.
    pub fn search(
        &self,
        tx: &mut ReadTx<'_>,
        dav: &Dav,
        who: &Principal,
        sought: Sought<'_>,
    ) -> Result<(Vec<ContactId>, bool), DavFault> {
        match self {
            Self::Kept(book) => {
                let needle = (sought.needle, sought.place);
                Ok((objects::find(tx, dav.texts(), book, needle)?, false))
            }
            Self::Staff(_) => Staff::search(tx, dav, who, sought.text),
        }
    }

    /// The changes after number `since`, of at most `limit` rows of the log, and the number of the last row.
    pub fn changes(
        &self,
        tx: &mut ReadTx<'_>,
        dav: &Dav,
        since: i64,
        limit: usize,
    ) -> Result<(Vec<CardChange>, Option<i64>), DavFault> {
        match self {
            Self::Kept(book) => Ok(objects::list_changes(tx, book, since, limit)?),
            Self::Staff(staff) => staff.changes(tx, dav, since, limit),
        }
    }
}
