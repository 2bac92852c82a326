use renraku_base::{Language, NotificationId, Precondition, Principal};
use renraku_db::{Changed, ObjectType, Tx, changes};

use super::get_notification::expect_notification;
use crate::{NotifyFault, store::notifications};

/// Deletes one of the caller's notifications.
///
/// # Errors
/// [`NotifyFault`] when it is not theirs or no longer what the caller expects.
pub fn delete_notification(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &NotificationId,
    precondition: &Precondition,
    language: Language,
) -> Result<Changed<()>, NotifyFault> {
    expect_notification(tx, who, id, precondition, language)?;
    notifications::remove(tx, &who.person, id)?;
    let feed = super::sync::own_feed(tx, who)?;
    Ok(changes::record_gone(tx, feed, ObjectType::Notification, id).with(()))
}
