use renraku_base::{MessageId, Principal};
use renraku_db::{ReadTx, Tx};

use crate::{
    MailAccount, MailFault, MessageDetail,
    store::{accounts, messages},
};

/// The head of one of the caller's mails.
///
/// # Errors
/// [`MailFault::NotFound`] when it is not theirs.
pub fn get_message(tx: &mut ReadTx<'_>, who: &Principal, id: &MessageId) -> Result<MessageDetail, MailFault> {
    Ok(expect_message(tx, who, id)?.1.detail)
}

/// One of the caller's mails, with the account that has it.
pub(super) fn expect_message(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    id: &MessageId,
) -> Result<(MailAccount, messages::Stored), MailFault> {
    let account = accounts::find_by_person(tx, &who.person)?.ok_or(MailFault::NotFound)?;
    let stored = messages::get(tx, id)?.ok_or(MailFault::NotFound)?;
    if stored.account != account.id || stored.state.mailbox.is_none() {
        return Err(MailFault::NotFound);
    }
    Ok((account, stored))
}

/// The same, for an operation that changes it: until the transaction ends nobody else changes this person's mail, so that
/// what was read is what is changed.
pub(super) fn expect_for_change(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &MessageId,
) -> Result<(MailAccount, messages::Stored), MailFault> {
    tx.hold(who.person.as_str())?;
    expect_message(tx, who, id)
}
