//! What each area tells of its collections, as the engine needs it: `list` what is in one, `get` what changed in it.

mod contacts;
mod directory;
mod facilities;
mod favourites;
mod mail;
mod schedule;
mod told;

use std::collections::HashMap;

use renraku_base::Id;
use renraku_db::{CollectionId, CollectionKind, ObjectType, ReadTx, changes::Change};
use renraku_people::access::Followed;

use super::{
    engine::Ask,
    page::{Page, Pieces},
    window::Window,
};
use crate::core::Problem;

/// What is listed of a collection of the schedule.
pub(super) struct Scope<'a> {
    /// The phone's window.
    pub window: Window,
    /// The parts of it that are listed.
    pub parts: &'a [Window],
    /// Whether the phone holds the rest of the collection already.
    pub gained_only: bool,
    /// Which people come before others.
    pub first: &'a [u16],
}

/// A piece of a collection's content.
#[derive(Default)]
pub(super) struct Listed {
    /// Each object with its sort key; `None` where the person may not see it after all.
    pub objects: Vec<(String, Option<Pieces>)>,
    /// Whether there may be more after the last.
    pub more: bool,
}

/// A changed object as this person sees it.
pub(super) struct Object {
    /// What is sent.
    pub pieces: Pieces,
    /// Whether they see more of it than when it takes time; true of everything but events.
    pub details: bool,
}

impl From<Pieces> for Object {
    fn from(pieces: Pieces) -> Self {
        Self { pieces, details: true }
    }
}

/// Objects as this person sees them, by type and id; those that are missing are gone for them.
pub(super) type Found = HashMap<(ObjectType, String), Object>;

/// A collection that a person no longer follows, and what its log tells since their phone heard of it last.
pub(super) struct Lost {
    /// Where it stands.
    pub one: Followed,
    /// Its log.
    pub log: Vec<Change>,
}

/// Lists up to `count` objects of a collection after `cursor` (from the beginning when it is empty).
pub(super) fn list(
    tx: &mut ReadTx<'_>,
    ask: &Ask,
    one: Followed,
    scope: &Scope<'_>,
    cursor: &str,
    count: usize,
) -> Result<Listed, Problem> {
    let collection = one.head.collection;
    match one.kind {
        CollectionKind::Calendar => schedule::list(tx, ask, collection, scope, cursor, count),
        CollectionKind::Facilities => facilities::list(tx, cursor, count),
        CollectionKind::AddressBook => contacts::list(tx, ask, collection, cursor, count),
        CollectionKind::Mail => mail::list(tx, ask, cursor, count),
        CollectionKind::Notifications => told::list(tx, ask, cursor, count),
        CollectionKind::Favourites => favourites::list(tx, ask, cursor, count),
        CollectionKind::Directory => directory::list(tx, ask, scope.first, cursor, count),
        CollectionKind::Home
        | CollectionKind::SharedHome
        | CollectionKind::CallerId
        | CollectionKind::Revocations => Ok(Listed::default()),
    }
}

/// Which people this person is shown first, at most `most`.
pub(super) fn who_is_first(tx: &mut ReadTx<'_>, ask: &Ask, most: usize) -> Result<Vec<u16>, Problem> {
    Ok(renraku_people::directory::service::who_is_listed_first(tx, ask.app.directory(), &ask.who, most)?)
}

/// The changed objects of a collection as they are now.
pub(super) fn get(
    tx: &mut ReadTx<'_>,
    ask: &Ask,
    one: Followed,
    window: Window,
    rows: &[Change],
) -> Result<Found, Problem> {
    match one.kind {
        CollectionKind::Home | CollectionKind::SharedHome => {
            let mut found = schedule::get(tx, ask, window, rows)?;
            found.extend(contacts::get(tx, ask, rows)?);
            Ok(found)
        }
        CollectionKind::Calendar => schedule::get(tx, ask, window, rows),
        CollectionKind::Facilities => facilities::get(tx, rows),
        CollectionKind::AddressBook => contacts::get(tx, ask, rows),
        CollectionKind::Mail => mail::get(tx, ask, rows),
        CollectionKind::Notifications => told::get(tx, ask, rows),
        CollectionKind::Favourites => favourites::get(tx, ask, rows),
        CollectionKind::Directory => directory::get(tx, ask, rows),
        CollectionKind::CallerId | CollectionKind::Revocations => Ok(Found::new()),
    }
}

/// The type under which a missing object of a collection is told as destroyed.
///
/// A home only tells which calendars and books to look at again: those that were lost are told with their collection.
pub(super) fn name_when_gone(kind: CollectionKind, object_type: ObjectType) -> Option<&'static str> {
    match kind {
        CollectionKind::Home
        | CollectionKind::SharedHome
        | CollectionKind::CallerId
        | CollectionKind::Revocations => None,
        CollectionKind::Calendar
        | CollectionKind::AddressBook
        | CollectionKind::Mail
        | CollectionKind::Notifications
        | CollectionKind::Favourites
        | CollectionKind::Directory
        | CollectionKind::Facilities => crate::push::type_name(object_type),
    }
}

/// Tells that a collection is lost to this person: it is gone with all that the phone may hold of it, but for what the person
/// still sees elsewhere. `held` is the window in which the phone holds the schedule, `window` the one to which it goes.
pub(super) fn lose(
    tx: &mut ReadTx<'_>,
    ask: &Ask,
    lost: &Lost,
    (held, window): (Window, Window),
    page: &mut Page,
) -> Result<(), Problem> {
    match lost.one.kind {
        CollectionKind::Calendar => schedule::lose(tx, ask, lost, (held, window), page),
        CollectionKind::AddressBook => contacts::lose(tx, ask, lost, page),
        // What was shared with a unit is lost with its own collection.
        CollectionKind::Home
        | CollectionKind::SharedHome
        | CollectionKind::Mail
        | CollectionKind::Notifications
        | CollectionKind::Favourites
        | CollectionKind::Directory
        | CollectionKind::Facilities
        | CollectionKind::CallerId
        | CollectionKind::Revocations => Ok(()),
    }
}

/// Tells that events which a calendar shows in `left` and no longer in the window are gone from the phone.
pub(super) fn leave_window(
    tx: &mut ReadTx<'_>,
    ask: &Ask,
    collection: CollectionId,
    left: Window,
    window: Window,
    page: &mut Page,
) -> Result<(), Problem> {
    schedule::leave_window(tx, ask, collection, left, window, page)
}

/// How a `reset` names a collection: the types of its objects, and which collection.
pub(super) fn names_of(
    tx: &mut ReadTx<'_>,
    ask: &Ask,
    one: &Followed,
) -> Result<Vec<(&'static str, String)>, Problem> {
    let collection = one.head.collection;
    Ok(match one.kind {
        CollectionKind::Calendar => schedule::calendar_of(tx, ask, collection)?
            .map(|calendar| ("events", calendar.id.into_string()))
            .into_iter()
            .collect(),
        CollectionKind::AddressBook => {
            renraku_contacts::service::sync::address_book_of(tx, &ask.who, collection)?
                .map(|book| ("contacts", book.id.into_string()))
                .into_iter()
                .collect()
        }
        CollectionKind::Favourites => vec![("favourites", "favourites".to_owned())],
        CollectionKind::Mail
        | CollectionKind::Notifications
        | CollectionKind::Directory
        | CollectionKind::Facilities => {
            crate::push::types_of(one.kind).iter().map(|name| (*name, (*name).to_owned())).collect()
        }
        CollectionKind::Home
        | CollectionKind::SharedHome
        | CollectionKind::CallerId
        | CollectionKind::Revocations => Vec::new(),
    })
}

/// The ids of the rows' objects of one type, each once.
fn ids_of(rows: &[Change], object_type: ObjectType) -> Vec<String> {
    let mut ids: Vec<String> =
        rows.iter().filter(|row| row.object_type == object_type).map(|row| row.object.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn stored<K>(ids: Vec<String>) -> Vec<Id<K>> {
    ids.into_iter().map(Id::stored).collect()
}

fn as_limit(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
