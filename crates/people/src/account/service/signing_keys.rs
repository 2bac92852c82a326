use renraku_base::SigningKeyId;
use renraku_db::{Changed, ObjectType, ReadTx, Tx, changes};

use crate::{
    account::{
        model::SigningKey,
        store::{revocations, signing_keys},
    },
    fault::AccountFault,
    server_secret::ServerSecret,
    session::key_ring::{self, ANNOUNCED, KEPT},
};

/// Makes a new key that signs access tokens from a few seconds on, when every server process has heard of it. What the
/// former keys signed counts for an hour more.
///
/// # Errors
/// [`AccountFault::Internal`] when a statement fails.
pub fn rotate_signing_key(
    tx: &mut Tx<'_>,
    secret: &ServerSecret,
) -> Result<Changed<SigningKeyId>, AccountFault> {
    let now = tx.now();
    signing_keys::remove_retired(tx, now)?;
    let is_first = signing_keys::list(tx)?.is_empty();
    let signs_from = if is_first { now } else { now + ANNOUNCED };
    signing_keys::retire_all(tx, signs_from + KEPT)?;
    let key = key_ring::make(tx.new_id(), signs_from, secret)?;
    signing_keys::put(tx, &key)?;
    let revocations = revocations(tx)?;
    Ok(changes::record(tx, revocations, ObjectType::SigningKey, &key.id).with(key.id))
}

/// The keys whose signatures count, or counted not long ago; the one that signs last at the end.
///
/// # Errors
/// [`AccountFault::Internal`] when the statement fails.
pub fn list_signing_keys(tx: &mut ReadTx<'_>) -> Result<Vec<SigningKey>, AccountFault> {
    let shown = |key: signing_keys::StoredKey| SigningKey {
        id: key.id,
        signs_from: key.signs_from,
        verifies_until: key.verifies_until,
    };
    Ok(signing_keys::list(tx)?.into_iter().map(shown).collect())
}
