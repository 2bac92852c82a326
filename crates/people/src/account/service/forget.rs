use std::time::Duration;

use renraku_db::{Error, Tx};

use crate::{
    account::store::{failures, remembered},
    password_server::forget_forwarded,
};

/// The longest for which a password is remembered that another server accepted.
const LONGEST_REMEMBERED: Duration = Duration::from_hours(24);

/// Forgets counts of wrong passwords that are over, and passwords that were accepted elsewhere long ago. Returns how many.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn forget_old_sign_ins(tx: &mut Tx<'_>) -> Result<usize, Error> {
    let until = tx.now() - LONGEST_REMEMBERED;
    Ok(failures::prune(tx)? + forget_forwarded(tx)? + remembered::prune(tx, until)?)
}

/// Forgets the passwords of these people that another server accepted last.
///
/// # Errors
/// [`Error`] when a statement fails.
pub(crate) fn forget_remembered(tx: &mut Tx<'_>, people: &[&str]) -> Result<(), Error> {
    remembered::remove(tx, people)
}
