//! What `sync` tells of a person's mail.

use renraku_base::{MailboxId, MessageId, Principal, Timestamp};
use renraku_db::ReadTx;

use crate::{
    MailFault, Mailbox, Message,
    store::{
        accounts,
        messages::{self, Among},
    },
};

/// So many mails are told on a phone's first open: the newest.
pub const FIRST_MESSAGES: usize = 1_000;

/// The caller's mailboxes.
///
/// # Errors
/// [`MailFault::Internal`] when a statement fails.
pub fn list_mailboxes_for_sync(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Vec<Mailbox>, MailFault> {
    super::list_mailboxes(tx, who)
}

/// The caller's mails after this one (from the newest without), newest first.
///
/// # Errors
/// [`MailFault::Internal`] when a statement fails.
pub fn list_messages_for_sync(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    after: Option<(Timestamp, &str)>,
    limit: i64,
) -> Result<Vec<Message>, MailFault> {
    let Some(account) = accounts::find_by_person(tx, &who.person)? else { return Ok(Vec::new()) };
    Ok(messages::list(tx, &account.id, Among::Account, None, after, limit)?)
}

/// Those of these mailboxes that the caller has.
///
/// # Errors
/// [`MailFault::Internal`] when a statement fails.
pub fn get_mailboxes_for_sync(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    ids: &[MailboxId],
) -> Result<Vec<Mailbox>, MailFault> {
    let mut list = super::list_mailboxes(tx, who)?;
    list.retain(|mailbox| ids.contains(&mailbox.id));
    Ok(list)
}

/// Those of these mails that the caller has.
///
/// # Errors
/// [`MailFault::Internal`] when a statement fails.
pub fn get_messages_for_sync(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    ids: &[MessageId],
) -> Result<Vec<Message>, MailFault> {
    let Some(account) = accounts::find_by_person(tx, &who.person)? else { return Ok(Vec::new()) };
    let ids: Vec<&str> = ids.iter().map(MessageId::as_str).collect();
    Ok(messages::find_by_ids(tx, &account.id, &ids)?)
}
