use renraku_base::{MessageId, Precondition, Principal};
use renraku_db::{Changed, Tx};

use super::{apply_change, get_message::expect_for_change, send_message::mailbox_for};
use crate::{MailFault, MailboxRole};

/// Moves one of the caller's mails to the trash; from there it is removed for good.
///
/// # Errors
/// [`MailFault::NotFound`] when it is not theirs, [`MailFault::Stale`] when it is not what the caller expects.
pub fn delete_message(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &MessageId,
    precondition: &Precondition,
) -> Result<Changed<()>, MailFault> {
    let (account, stored) = expect_for_change(tx, who, id)?;
    if !precondition.holds(&stored.detail.message.etag) {
        return Err(MailFault::Stale(Box::new(stored.detail)));
    }
    let trash = mailbox_for(tx, &account, MailboxRole::Trash)?.mailbox.id;
    let mut after = stored.state.clone();
    after.mailbox = if after.mailbox.as_ref() == Some(&trash) { None } else { Some(trash) };
    Ok(apply_change(tx, &account, &stored, &after)?.with(()))
}
