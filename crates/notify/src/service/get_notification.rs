use renraku_base::{ETag, Language, NotificationId, Precondition, Principal};
use renraku_db::{ReadTx, Tx};

use crate::{Notification, NotifyFault, store::notifications};

/// One of the caller's notifications.
///
/// # Errors
/// [`NotifyFault::NotFound`] when it is not theirs.
pub fn get_notification(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &NotificationId,
    language: Language,
) -> Result<Notification, NotifyFault> {
    Ok(notifications::get(tx, &who.person, id, language)?.ok_or(NotifyFault::NotFound)?.0)
}

/// The notification that is about to be changed, held until then, with its version, if it is what the caller expects.
pub(super) fn expect_notification(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &NotificationId,
    precondition: &Precondition,
    language: Language,
) -> Result<(Notification, i64), NotifyFault> {
    tx.hold(id.as_str())?;
    let (current, version) =
        notifications::get(tx, &who.person, id, language)?.ok_or(NotifyFault::NotFound)?;
    // The tag of any language will do: a phone may have changed its language since it read the notification.
    let seen = [current.etag.clone(), ETag::of(version), ETag::of_view(version, 'e')];
    if seen.iter().any(|tag| precondition.holds(tag)) {
        Ok((current, version))
    } else {
        Err(NotifyFault::Stale(Box::new(current)))
    }
}
