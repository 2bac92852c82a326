//! What happens later. Each body may run more than once.

use std::time::Duration;

use renraku_base::PersonId;
use renraku_db::{Error, ObjectType, Tx};
use renraku_notify::service as notify;

use crate::store::{memos, settings};

/// How long a phone memo is kept.
const RETENTION: Duration = Duration::from_hours(24 * 90);
/// Each memo has up to sixteen people who are to hear of its end.
const AT_ONCE: i64 = 100;

/// Deletes up to 100 phone memos older than 90 days, and the settings that ended. Answers with how many memos; run it until that is
/// none.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn forget_old(tx: &mut Tx<'_>) -> Result<usize, Error> {
    settings::remove_ended(tx, tx.now())?;
    let forgotten = memos::remove_older(tx, tx.now() - RETENTION, AT_ONCE)?;
    for (memo, parts) in &forgotten {
        let people: Vec<&PersonId> =
            parts.iter().filter(|part| !part.removed).map(|part| &part.person).collect();
        notify::record_gone_for(tx, &people, ObjectType::PhoneMemo, memo)?;
    }
    Ok(forgotten.len())
}
