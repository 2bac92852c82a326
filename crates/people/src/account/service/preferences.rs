use renraku_base::{ETag, Precondition, Principal};
use renraku_db::{
    Changed, Error, ObjectType, ReadTx, Tx,
    changes::{self, Recorded},
};
use serde_json::{Value, json};

use crate::{
    account::{
        model::{Choices, Preferences},
        store::{preferences, revocations},
    },
    fault::AccountFault,
};

/// The version of the preferences of somebody who never chose anything.
const NEVER: i64 = 0;

/// What the caller prefers; the defaults where they never chose.
///
/// # Errors
/// [`AccountFault::Internal`] when the statement fails.
pub fn read_preferences(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Preferences, AccountFault> {
    let (choices, version) =
        preferences::get(tx, &who.person)?.unwrap_or_else(|| (Choices::default(), NEVER));
    Ok(Preferences { person_id: who.person.clone(), choices, etag: ETag::of(version) })
}

/// Changes what the caller prefers by a merge patch (RFC 7396). What changes nothing makes no new version.
///
/// # Errors
/// [`AccountFault::Stale`] or [`AccountFault::Invalid`].
pub fn update_preferences(
    tx: &mut Tx<'_>,
    who: &Principal,
    patch: &Value,
    precondition: &Precondition,
) -> Result<Changed<Preferences>, AccountFault> {
    let stored = preferences::get(tx, &who.person)?;
    let previous = stored.as_ref().map(|(_, version)| *version);
    let (choices, version) = stored.unwrap_or_else(|| (Choices::default(), NEVER));
    let person_id = who.person.clone();
    let etag = ETag::of(version);
    if !precondition.holds(&etag) {
        return Err(AccountFault::Stale { current: json!(Preferences { person_id, choices, etag }) });
    }
    let before = choices.clone();
    let choices = choices.patched(patch).map_err(|fault| AccountFault::Invalid(vec![fault]))?;
    if choices == before {
        return Ok(Changed::nothing(Preferences { person_id, choices, etag }));
    }
    let version = tx.next_version(previous);
    if !preferences::put(tx, &who.person, &choices, version, previous)? {
        return Err(AccountFault::Stale { current: json!(read_preferences(tx, who)?) });
    }
    Ok(record_choice(tx, who)?.with(Preferences { person_id, choices, etag: ETag::of(version) }))
}

/// Records that the caller chose something for themselves: also what other areas keep of such choices.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn record_choice(tx: &mut Tx<'_>, who: &Principal) -> Result<Recorded, Error> {
    let revocations = revocations(tx)?;
    Ok(changes::record(tx, revocations, ObjectType::Preferences, &who.person))
}
