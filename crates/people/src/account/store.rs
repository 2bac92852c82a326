//! The only SQL of accounts.

pub(crate) mod accounts;
pub(crate) mod app_passwords;
pub(crate) mod devices;
pub(crate) mod failures;
pub(crate) mod forwarded;
pub(crate) mod preferences;
pub(crate) mod remembered;
pub(crate) mod signing_keys;

use renraku_db::{CollectionId, CollectionKind, Error, ReadTx, changes};

/// The one collection by which server processes hear of sessions and keys; a migration made it.
pub(crate) fn revocations(tx: &mut ReadTx<'_>) -> Result<CollectionId, Error> {
    changes::find_by_owner(tx, CollectionKind::Revocations, None)?
        .first()
        .copied()
        .ok_or_else(|| Error::damaged("the collection of revocations is not there"))
}
