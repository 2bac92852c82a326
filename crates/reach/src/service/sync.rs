//! What the face needs to bring a phone up to date with its person's memos. Their changes are in the person's feed.

use renraku_base::Principal;
use renraku_db::{Error, ReadTx};

use super::view::view;
use crate::{model::PhoneMemo, store::memos};

/// The caller's memos, latest id first, beginning after the one with id `after`.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn list_for_sync(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<PhoneMemo>, Error> {
    let stored = memos::list_by_id(tx, &who.person, after, limit)?;
    stored.into_iter().map(|stored| view(stored, &who.person)).collect()
}

/// Those of these memos that are there for the caller, in no order.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn get_for_sync(tx: &mut ReadTx<'_>, who: &Principal, ids: &[String]) -> Result<Vec<PhoneMemo>, Error> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let stored = memos::get_many(tx, &who.person, &ids)?;
    stored.into_iter().map(|stored| view(stored, &who.person)).collect()
}
