use renraku_base::{ETag, PersonId, Precondition, Principal};
use renraku_db::{Changed, ReadTx, Tx};
use renraku_people::account;

use crate::{
    ReachFault,
    model::{NewSetting, Setting},
    rules::setting::{self, Said},
    store::settings,
};

/// The version of what somebody says who says nothing.
const NOTHING: i64 = 0;

/// What the caller says of how they are reached; nothing where it has ended.
///
/// # Errors
/// [`ReachFault::Internal`] when the statement fails.
pub fn get_setting(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Setting, ReachFault> {
    let said = settings::get(tx, &who.person)?.filter(|(said, _)| said.until > tx.now());
    Ok(told(&who.person, said))
}

/// Says how the caller is reached, or takes back what they said. What changes nothing makes no new version.
///
/// # Errors
/// [`ReachFault::Stale`] or [`ReachFault::Invalid`].
pub fn set_reach(
    tx: &mut Tx<'_>,
    who: &Principal,
    new: &NewSetting,
    precondition: &Precondition,
) -> Result<Changed<Setting>, ReachFault> {
    tx.hold(&format!("reach:{}", who.person))?;
    let now = tx.now();
    let stored = settings::get(tx, &who.person)?;
    let previous = stored.as_ref().map(|(_, version)| *version);
    let before = stored.filter(|(said, _)| said.until > now);
    let current = told(&who.person, before.clone());
    if !precondition.holds(&current.etag) {
        return Err(ReachFault::stale(&current));
    }
    let after = setting::read(new, now).map_err(ReachFault::Invalid)?;
    if after.as_ref() == before.as_ref().map(|(said, _)| said) {
        return Ok(Changed::nothing(current));
    }
    let after = match after {
        Some(said) => {
            let version = tx.next_version(previous);
            settings::put(tx, &who.person, &said, version)?;
            Some((said, version))
        }
        None => {
            settings::remove(tx, &who.person)?;
            None
        }
    };
    Ok(account::record_choice(tx, who)?.with(told(&who.person, after)))
}

fn told(person: &PersonId, said: Option<(Said, i64)>) -> Setting {
    let version = said.as_ref().map_or(NOTHING, |(_, version)| *version);
    let said = said.map(|(said, _)| said);
    Setting {
        person_id: person.clone(),
        activity: said.as_ref().map(|said| said.activity),
        until: said.as_ref().map(|said| said.until),
        call_first: said.as_ref().and_then(|said| said.call_first),
        place: said.and_then(|said| said.place),
        etag: ETag::of(version),
    }
}
