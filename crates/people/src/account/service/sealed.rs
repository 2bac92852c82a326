//! What is stored by the server's secret, and what is left when that is lost.

use renraku_db::{Error, ReadTx, Tx};

use super::{devices::end_sessions, signing_keys::rotate_signing_key};
use crate::{
    account::store::{accounts, app_passwords, devices::Which, remembered, signing_keys},
    fault::AccountFault,
    server_secret::ServerSecret,
    session::key_ring,
};

/// Whether the database holds anything that only the secret makes good: a signing key or a password.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn is_sealed(tx: &mut ReadTx<'_>) -> Result<bool, Error> {
    Ok(!signing_keys::list(tx)?.is_empty() || accounts::has_password(tx)?)
}

/// Waits for whoever seals the database, and lets nobody else do it until the transaction ends.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn hold_seal(tx: &mut Tx<'_>) -> Result<(), Error> {
    tx.hold("server-secret")
}

/// Makes the first signing key where there is none: from then on the database is good with this secret alone.
///
/// # Errors
/// [`AccountFault::Internal`] when a statement fails.
pub fn seal(tx: &mut Tx<'_>, secret: &ServerSecret) -> Result<(), AccountFault> {
    hold_seal(tx)?;
    if signing_keys::list(tx)?.is_empty() {
        rotate_signing_key(tx, secret)?;
    }
    Ok(())
}

/// Whether a secret is the one with which the database was used; any is as long as there is no signing key.
///
/// # Errors
/// [`Error`] when the statement fails or what is stored is damaged.
pub fn is_sealed_by(tx: &mut ReadTx<'_>, secret: &ServerSecret) -> Result<bool, Error> {
    match key_ring::check(&signing_keys::list(tx)?, secret) {
        Ok(()) => Ok(true),
        Err(Error::Open(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Takes away all that a lost secret made: signing keys, passwords, app passwords; every device is signed out. Returns how many accounts
/// had a password.
///
/// # Errors
/// [`AccountFault::Internal`] when a statement fails.
pub fn void_secrets(tx: &mut Tx<'_>) -> Result<usize, AccountFault> {
    signing_keys::remove_all(tx)?;
    app_passwords::remove_all(tx)?;
    let voided = accounts::remove_passwords(tx)?;
    let now = tx.now();
    remembered::prune(tx, now)?;
    end_sessions(tx, &Which::All)?;
    Ok(voided)
}
