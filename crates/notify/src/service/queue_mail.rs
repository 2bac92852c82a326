use renraku_base::Timestamp;
use renraku_db::{Error, Tx, jobs};

use crate::{OutgoingMail, jobs::SEND_MAIL};

/// Writes a mail down, to be sent at `due` by [`crate::jobs::send_mail`] if the transaction commits. Under its Message-ID
/// it is written down once: `false` says that it already was.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn queue_mail(tx: &mut Tx<'_>, mail: &OutgoingMail, due: Timestamp) -> Result<bool, Error> {
    jobs::enqueue(tx, SEND_MAIL, mail, due, Some(&unique(&mail.message_id)))
}

/// Takes back the mail of this Message-ID, if it was not sent yet.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn withdraw_mail(tx: &mut Tx<'_>, message_id: &str) -> Result<(), Error> {
    jobs::withdraw(tx, &unique(message_id))
}

fn unique(message_id: &str) -> String {
    format!("{SEND_MAIL}:{message_id}")
}
