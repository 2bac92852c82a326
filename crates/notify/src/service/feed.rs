//! A person's feed for what else they are told of: areas record there what only those persons may see.

use renraku_base::{Id, PersonId, PhoneMemoId};
use renraku_db::{Changed, Error, ObjectType, Tx, changes};

use super::tell::feed_of;
use crate::store::{feeds, notifications};

/// Records in the feed of each of these persons that an object is there in a new state, by one statement.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn record_for<K>(
    tx: &mut Tx<'_>,
    persons: &[&PersonId],
    object_type: ObjectType,
    object: &Id<K>,
) -> Result<Changed<()>, Error> {
    record(tx, persons, |tx, feed| changes::record(tx, feed, object_type, object))
}

/// Records in the feed of each of these persons that an object is gone for them, by one statement.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn record_gone_for<K>(
    tx: &mut Tx<'_>,
    persons: &[&PersonId],
    object_type: ObjectType,
    object: &Id<K>,
) -> Result<Changed<()>, Error> {
    record(tx, persons, |tx, feed| changes::record_gone(tx, feed, object_type, object))
}

fn record(
    tx: &mut Tx<'_>,
    persons: &[&PersonId],
    mut one: impl FnMut(&mut Tx<'_>, renraku_db::CollectionId) -> changes::Recorded,
) -> Result<Changed<()>, Error> {
    let feeds = feeds::ensure(tx, persons)?;
    let mut changed = Changed::nothing(());
    for person in persons {
        changed = one(tx, feed_of(&feeds, person)?).with(());
    }
    Ok(changed)
}

/// Takes back what these persons were told of a phone memo.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn untell(tx: &mut Tx<'_>, persons: &[&PersonId], memo: &PhoneMemoId) -> Result<(), Error> {
    let removed = notifications::remove_about(tx, persons, memo)?;
    let feeds = feeds::find_by_owners(tx, removed.iter().map(|(person, _)| person))?;
    for (person, id) in &removed {
        let _recorded = changes::record_gone(tx, feed_of(&feeds, person)?, ObjectType::Notification, id);
    }
    Ok(())
}
