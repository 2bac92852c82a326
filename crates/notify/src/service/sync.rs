//! What the face needs to bring a phone up to date.

use renraku_base::{Language, Principal};
use renraku_db::{CollectionId, Error, ReadTx};

use crate::{
    Notification,
    store::{feeds, notifications},
};

/// The caller's feed; `None` until they were told something for the first time.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn feed(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Option<CollectionId>, Error> {
    Ok(feeds::find_by_owners(tx, [&who.person])?.remove(who.person.as_str()))
}

pub(super) fn own_feed(tx: &mut ReadTx<'_>, who: &Principal) -> Result<CollectionId, Error> {
    feed(tx, who)?.ok_or_else(|| Error::damaged("a notification without a feed"))
}

/// The caller's notifications, latest id first, beginning after the one with id `after`.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn list_for_sync(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    after: Option<&str>,
    limit: i64,
    language: Language,
) -> Result<Vec<Notification>, Error> {
    notifications::list_by_id(tx, &who.person, after, limit, language)
}

/// Those of these notifications that are the caller's, in no order.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn get_for_sync(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    ids: &[String],
    language: Language,
) -> Result<Vec<Notification>, Error> {
    notifications::get_many(tx, &who.person, ids, language)
}
