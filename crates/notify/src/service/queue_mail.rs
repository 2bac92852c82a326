use renraku_base::Timestamp;
use renraku_db::{Error, Tx, jobs};

use crate::OutgoingMail;

/// Writes a mail down, to be sent at `due` by [`crate::jobs::send_mail`] if the transaction commits. Under its Message-ID
/// it is written down once: `false` says that it already was.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn queue_mail(tx: &mut Tx<'_>, mail: &OutgoingMail, due: Timestamp) -> Result<bool, Error> {
    let unique = format!("{}:{}", crate::jobs::SEND_MAIL, mail.message_id);
    jobs::enqueue(tx, crate::jobs::SEND_MAIL, mail, due, Some(&unique))
}
