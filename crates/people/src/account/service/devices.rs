use std::time::Duration;

use renraku_base::{DeviceId, Precondition, Principal};
use renraku_db::{
    Changed, ObjectType, ReadTx, Tx,
    changes::{self, Recorded},
};
use serde_json::json;

use crate::{
    account::{
        model::Device,
        store::{
            app_passwords,
            devices::{self, Which},
            revocations,
        },
    },
    fault::AccountFault,
};

/// For how long a device that was signed out is still known, so that it keeps its id when it comes back.
const REMEMBERED: Duration = Duration::from_secs(90 * 24 * 3_600);

/// The caller's devices that are signed in, the one that signed in last first.
///
/// # Errors
/// [`AccountFault::Internal`] when the statement fails.
pub fn list_devices(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Vec<Device>, AccountFault> {
    let stored = devices::list(tx, &who.person)?;
    let current = |device: Device| Device { current: who.device.as_ref() == Some(&device.id), ..device };
    Ok(stored.into_iter().map(|stored| current(stored.device)).collect())
}

/// How many devices of all accounts are signed in, those included whose sessions ran out since the last nightly tidying.
///
/// # Errors
/// [`AccountFault::Internal`] when the statement fails.
pub fn count_devices(tx: &mut ReadTx<'_>) -> Result<u64, AccountFault> {
    Ok(devices::count(tx)?)
}

/// One of the caller's devices that are signed in.
///
/// # Errors
/// [`AccountFault::NotFound`].
pub fn read_device(tx: &mut ReadTx<'_>, who: &Principal, id: &DeviceId) -> Result<Device, AccountFault> {
    list_devices(tx, who)?.into_iter().find(|device| device.id == *id).ok_or(AccountFault::NotFound)
}

/// Signs one of the caller's devices out: its tokens and its app passwords are dead.
///
/// # Errors
/// [`AccountFault::NotFound`] or [`AccountFault::Stale`].
pub fn revoke_device(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &DeviceId,
    precondition: &Precondition,
) -> Result<Changed<()>, AccountFault> {
    let device = read_device(tx, who, id)?;
    if !precondition.holds(&device.etag) {
        return Err(AccountFault::Stale { current: json!(device) });
    }
    let recorded = end_sessions(tx, &Which::One(id))?.ok_or(AccountFault::NotFound)?;
    Ok(recorded.with(()))
}

/// Signs the caller's own device out.
///
/// # Errors
/// [`AccountFault::SessionEnded`] when it is signed out already.
pub fn log_out(tx: &mut Tx<'_>, who: &Principal) -> Result<Changed<()>, AccountFault> {
    let device = who.device.as_ref().ok_or(AccountFault::SessionEnded)?;
    let recorded = end_sessions(tx, &Which::One(device))?.ok_or(AccountFault::SessionEnded)?;
    Ok(recorded.with(()))
}

/// Ends sessions that ran out by themselves, so that their streams close, and forgets devices that were signed out long
/// ago. Returns how many were ended and forgotten.
///
/// # Errors
/// [`AccountFault::Internal`] when a statement fails.
pub fn prune_devices(tx: &mut Tx<'_>) -> Result<usize, AccountFault> {
    let before = tx.now() - REMEMBERED;
    let forgotten = devices::remove_revoked(tx, before)?;
    let ended = devices::revoke(tx, &Which::Expired)?;
    let _recorded = record_ended(tx, &ended)?;
    Ok(forgotten + ended.len())
}

/// Signs devices out; `None` when none was signed in.
pub(super) fn end_sessions(tx: &mut Tx<'_>, which: &Which<'_>) -> Result<Option<Recorded>, AccountFault> {
    let ended = devices::revoke(tx, which)?;
    record_ended(tx, &ended)
}

fn record_ended(tx: &mut Tx<'_>, ended: &[DeviceId]) -> Result<Option<Recorded>, AccountFault> {
    app_passwords::remove_of_devices(tx, ended)?;
    let revocations = revocations(tx)?;
    let mut recorded = None;
    for device in ended {
        recorded = Some(changes::record_gone(tx, revocations, ObjectType::Device, device));
    }
    Ok(recorded)
}
