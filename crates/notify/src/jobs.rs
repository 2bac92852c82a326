//! What happens later. Each body may run more than once.

use std::time::Duration;

use renraku_base::PersonId;
use renraku_db::{Error, ObjectType, Tx, changes};

use crate::{
    MailSender, OutgoingMail, SendFault,
    store::{feeds, notifications},
};

/// The kind of the job that sends a mail.
pub const SEND_MAIL: &str = "mail.send";

/// How long a notification is kept.
const RETENTION: Duration = Duration::from_hours(24 * 90);

/// Sends the mail in a job's payload. Runs outside any transaction: a mail server may be slow.
///
/// # Errors
/// [`SendFault`] when it was not sent; a payload that cannot be read is permanent.
pub fn send_mail(sender: &dyn MailSender, payload: &str) -> Result<(), SendFault> {
    let mail: OutgoingMail =
        serde_json::from_str(payload).map_err(|error| SendFault::Permanent(error.to_string()))?;
    sender.send(&mail)
}

/// Deletes up to 500 notifications older than 90 days. Answers with how many; run it until that is none.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn forget_old(tx: &mut Tx<'_>) -> Result<usize, Error> {
    let before = tx.now() - RETENTION;
    let forgotten = notifications::remove_older(tx, before, 500)?;
    let owners: Vec<&PersonId> = forgotten.iter().map(|(person, _)| person).collect();
    let feeds = feeds::find_by_owners(tx, owners)?;
    for (person, id) in &forgotten {
        if let Some(feed) = feeds.get(person.as_str()) {
            let _recorded = changes::record_gone(tx, *feed, ObjectType::Notification, id);
        }
    }
    Ok(forgotten.len())
}
