use renraku_base::PersonId;
use renraku_db::{Error, ObjectType, Tx, changes};

use super::tell::feed_of;
use crate::store::{feeds, notifications};

/// Tells those of these persons who were told of posts under keys that begin with `keys` that it was taken back: what they were told
/// says so from now on, and is unread again. To do it twice changes nothing more.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn withdraw_appointments(tx: &mut Tx<'_>, persons: &[PersonId], keys: &str) -> Result<(), Error> {
    let told = notifications::list_appointments(tx, persons, keys)?;
    let feeds = feeds::find_by_owners(tx, told.iter().map(|told| &told.person))?;
    for told in told.iter().filter(|told| !told.details.withdrawn) {
        let version = tx.next_version(Some(told.version));
        notifications::put_withdrawn(tx, told, version)?;
        let _recorded =
            changes::record(tx, feed_of(&feeds, &told.person)?, ObjectType::Notification, &told.id);
    }
    Ok(())
}
