use renraku_base::PersonId;
use renraku_db::{Error, ObjectType, Tx, changes};

use crate::{
    Notice,
    rules::clean,
    store::{choices, feeds, notifications},
};

/// Tells one person, in the transaction of the cause, unless they chose not to hear of such things.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn tell(tx: &mut Tx<'_>, recipient: &PersonId, notice: &Notice) -> Result<(), Error> {
    tell_all(tx, std::slice::from_ref(recipient), notice)
}

/// Tells several persons the same, but for those who chose not to hear of such things, by a number of statements that does not grow with theirs. Of more than 16 the rest
/// belongs into a job: a transaction holds the counter of each feed until it commits.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn tell_all(tx: &mut Tx<'_>, recipients: &[PersonId], notice: &Notice) -> Result<(), Error> {
    let mut recipients: Vec<&PersonId> = recipients.iter().collect();
    recipients.sort_unstable();
    recipients.dedup();
    let deaf = choices::deaf_to(tx, &recipients, notice.kind)?;
    recipients.retain(|recipient| !deaf.contains(recipient.as_str()));
    if recipients.is_empty() {
        return Ok(());
    }
    let notice = Notice {
        actor: notice.actor.as_ref().map(clean::actor),
        details: clean::details(&notice.details),
        ..notice.clone()
    };
    let feeds = feeds::ensure(tx, &recipients)?;
    for (person, id) in notifications::put_all(tx, &recipients, &notice)? {
        let feed = feeds.get(person.as_str()).ok_or_else(|| Error::damaged("a feed was not made"))?;
        let _recorded = changes::record(tx, *feed, ObjectType::Notification, &id);
    }
    Ok(())
}
