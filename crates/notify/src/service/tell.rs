use std::collections::BTreeMap;

use renraku_base::PersonId;
use renraku_db::{CollectionId, Error, ObjectType, Tx, changes};

use crate::{
    Notice, Repeat,
    inbox::Letter,
    rules::clean,
    store::{choices, feeds, inbox, notifications},
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
    tell_each(tx, recipients.iter().collect(), &[], notice)
}

/// The same, and puts a letter into the inbox of each, by one more statement. An inbox keeps also what its person chose not to be
/// told of.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn deliver(tx: &mut Tx<'_>, letters: &[Letter], notice: &Notice) -> Result<(), Error> {
    tell_each(tx, letters.iter().map(|letter| &letter.to).collect(), letters, notice)
}

fn tell_each(
    tx: &mut Tx<'_>,
    mut recipients: Vec<&PersonId>,
    letters: &[Letter],
    notice: &Notice,
) -> Result<(), Error> {
    recipients.sort_unstable();
    recipients.dedup();
    let mut feeds = BTreeMap::new();
    if !letters.is_empty() {
        feeds = feeds::ensure(tx, &recipients)?;
        let key = match &notice.repeat {
            Repeat::Once(key) => Some(key.as_str()),
            Repeat::Add | Repeat::Merge(..) | Repeat::MergeEach(..) => None,
        };
        for (person, id) in inbox::put_all(tx, letters, key)? {
            let _recorded = changes::record(tx, feed_of(&feeds, &person)?, ObjectType::InboxMessage, &id);
        }
    }
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
    if letters.is_empty() {
        feeds = feeds::ensure(tx, &recipients)?;
    }
    for (person, id) in notifications::put_all(tx, &recipients, &notice)? {
        let _recorded = changes::record(tx, feed_of(&feeds, &person)?, ObjectType::Notification, &id);
    }
    Ok(())
}

/// The feed of one of those whose feeds were looked up.
pub(super) fn feed_of(
    feeds: &BTreeMap<String, CollectionId>,
    person: &PersonId,
) -> Result<CollectionId, Error> {
    feeds.get(person.as_str()).copied().ok_or_else(|| Error::damaged("a feed was not made"))
}
