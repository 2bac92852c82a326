use renraku_base::{Language, NotificationId, PhoneMemoId, Precondition, Principal};
use renraku_db::{Changed, Error, ObjectType, Tx, changes};

use super::get_notification::expect_notification;
use crate::{AllRead, Notification, NotificationPatch, NotifyFault, ReadAll, store::notifications};

/// Marks one of the caller's notifications as read or unread. What changes nothing makes no new version.
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
    if read_at == current.read_at {
        return Ok(Changed::nothing(current));
    }
    let version = tx.next_version(Some(version));
    notifications::put_read(tx, &who.person, id, read_at, version)?;
    let (after, _) = notifications::get(tx, &who.person, id, language)?.ok_or(NotifyFault::NotFound)?;
    let feed = super::sync::own_feed(tx, who)?;
    Ok(changes::record(tx, feed, ObjectType::Notification, id).with(after))
}

/// Marks the caller's notifications that were told until an instant as read.
///
/// # Errors
/// [`NotifyFault::Internal`] when a statement fails.
pub fn mark_all_read(
    tx: &mut Tx<'_>,
    who: &Principal,
    order: ReadAll,
) -> Result<Changed<AllRead>, NotifyFault> {
    let until = order.until.map_or(tx.now(), |until| until.min(tx.now()));
    let read = notifications::put_all_read(tx, &who.person, until)?;
    let mut changed = Changed::nothing(AllRead { count: read.len() });
    if let Some(feed) = super::sync::feed(tx, who)? {
        for id in &read {
            changed = changes::record(tx, feed, ObjectType::Notification, id).with(changed.into_inner());
        }
    }
    Ok(changed)
}

/// Marks as read what the caller was told of a phone memo.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn mark_read_about(tx: &mut Tx<'_>, who: &Principal, memo: &PhoneMemoId) -> Result<(), Error> {
    let read = notifications::put_read_about(tx, &who.person, memo)?;
    if let Some(feed) = super::sync::feed(tx, who)? {
        for id in &read {
            let _recorded = changes::record(tx, feed, ObjectType::Notification, id);
        }
    }
    Ok(())
}
