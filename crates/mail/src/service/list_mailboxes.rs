use renraku_base::Principal;
use renraku_db::ReadTx;

use crate::{
    MailFault, Mailbox,
    store::{accounts, mailboxes},
};

/// The caller's mailboxes, in the order in which they are shown; none for somebody without mail.
///
/// # Errors
/// [`MailFault::Internal`] when a statement fails.
pub fn list_mailboxes(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Vec<Mailbox>, MailFault> {
    let Some(account) = accounts::find_by_person(tx, &who.person)? else { return Ok(Vec::new()) };
    Ok(mailboxes::list(tx, &account.id)?.into_iter().map(|stored| stored.mailbox).collect())
}
