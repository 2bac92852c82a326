//! What happens later. Each body may run more than once.

use std::{collections::BTreeSet, time::Duration};

use renraku_base::PersonId;
use renraku_db::{Error, ObjectType, Tx, changes};

use crate::{
    Delivery, MailSender, OutgoingMail, SendFault,
    store::{feeds, inbox, notifications},
};

/// The kind of the job that sends a mail.
pub const SEND_MAIL: &str = "mail.send";

/// How long a notification is kept.
const RETENTION: Duration = Duration::from_hours(24 * 90);
/// How long a scheduling message is kept that no client took away.
const INBOX_RETENTION: Duration = Duration::from_hours(24 * 30);

/// Sends the mail in a job's payload, and gives it back with what became of it. Runs outside any transaction: a mail server may be slow.
///
/// # Errors
/// [`SendFault`] when it was not sent; a payload that cannot be read is permanent.
pub fn send_mail(sender: &dyn MailSender, payload: &str) -> Result<(OutgoingMail, Delivery), SendFault> {
    let mail: OutgoingMail =
        serde_json::from_str(payload).map_err(|error| SendFault::Permanent(error.to_string()))?;
    let delivery = sender.send(&mail)?;
    Ok((mail, delivery))
}

/// Deletes up to 500 notifications older than 90 days and as many scheduling messages older than 30. Answers with how many; run it
/// until that is none.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn forget_old(tx: &mut Tx<'_>) -> Result<usize, Error> {
    let before = tx.now() - RETENTION;
    let forgotten = notifications::remove_older(tx, before, 500)?;
    let messages = inbox::remove_older(tx, tx.now() - INBOX_RETENTION, 500)?;
    if forgotten.is_empty() && messages.is_empty() {
        return Ok(0);
    }
    let owners = forgotten.iter().map(|(person, _)| person).chain(messages.iter().map(|(person, _)| person));
    let owners: BTreeSet<&PersonId> = owners.collect();
    let feeds = feeds::find_by_owners(tx, owners)?;
    for (person, id) in &forgotten {
        if let Some(feed) = feeds.get(person.as_str()) {
            let _recorded = changes::record_gone(tx, *feed, ObjectType::Notification, id);
        }
    }
    for (person, id) in &messages {
        if let Some(feed) = feeds.get(person.as_str()) {
            let _recorded = changes::record_gone(tx, *feed, ObjectType::InboxMessage, id);
        }
    }
    Ok(forgotten.len() + messages.len())
}
