use renraku_base::{Language, NotificationId, Precondition, Principal, Timestamp};
use renraku_db::{Changed, ObjectType, Tx, changes};

use super::get_notification::expect_notification;
use crate::{
    Notification, NotificationPatch, NotifyFault,
    store::{feeds, notifications},
};

/// Marks one of the caller's notifications as read or unread.
///
/// # Errors
/// [`NotifyFault`] when it is not theirs or no longer what the caller expects.
pub fn patch_notification(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &NotificationId,
    patch: NotificationPatch,
    precondition: &Precondition,
    language: Language,
) -> Result<Changed<Notification>, NotifyFault> {
    let (current, version) = expect_notification(tx, who, id, precondition, language)?;
    let read_at = match patch.read_at {
        Some(read_at) => read_at.map(|at| at.min(tx.now())),
        None => current.read_at,
    };
    let version = tx.next_version(Some(version));
    notifications::put_read(tx, &who.person, id, read_at, version)?;
    let (after, _) = notifications::get(tx, &who.person, id, language)?.ok_or(NotifyFault::NotFound)?;
    let feed = super::sync::own_feed(tx, who)?;
    Ok(changes::record(tx, feed, ObjectType::Notification, id).with(after))
}

/// Marks the caller's notifications that were told until `until` (or now) as read. Answers with how many were unread.
///
/// # Errors
/// [`NotifyFault::Internal`] when a statement fails.
pub fn mark_all_read(
    tx: &mut Tx<'_>,
    who: &Principal,
    until: Option<Timestamp>,
) -> Result<usize, NotifyFault> {
    let until = until.map_or(tx.now(), |until| until.min(tx.now()));
    let read = notifications::put_all_read(tx, &who.person, until)?;
    if let Some(feed) = feeds::find_by_owners(tx, [&who.person])?.get(who.person.as_str()) {
        for id in &read {
            let _recorded = changes::record(tx, *feed, ObjectType::Notification, id);
        }
    }
    Ok(read.len())
}
