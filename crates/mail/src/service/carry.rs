//! A change of the person's: in the index at once, in the source by a job.

use std::collections::BTreeMap;

use renraku_base::MailboxId;
use renraku_db::{
    Error, ObjectType, Tx,
    changes::{self, Recorded},
    jobs,
};

use crate::{
    MailAccount,
    jobs::{APPLY, Apply},
    rules::compare::State,
    store::{mailboxes, messages},
};

/// How the counts of mailboxes change: mails, and unread ones among them.
#[derive(Debug, Default)]
pub(crate) struct Counts(BTreeMap<MailboxId, (i64, i64)>);

impl Counts {
    /// A mail that was in one state (`None`: not there) and is in another.
    pub(crate) fn change(&mut self, before: Option<&State>, after: Option<&State>) {
        for (state, sign) in [(before, -1), (after, 1)] {
            if let Some(state) = state
                && let Some(mailbox) = &state.mailbox
            {
                let counts = self.0.entry(mailbox.clone()).or_default();
                counts.0 += sign;
                counts.1 += if state.unread() { sign } else { 0 };
            }
        }
    }

    /// Stores the counts that changed, in ascending order of mailboxes so that writers do not deadlock.
    pub(crate) fn put(self, tx: &mut Tx<'_>, account: &MailAccount) -> Result<(), Error> {
        for (mailbox, (total, unread)) in self.0 {
            if (total, unread) != (0, 0) {
                mailboxes::put_counts(tx, &mailbox, total, unread)?;
                let _recorded = changes::record(tx, account.collection, ObjectType::Mailbox, &mailbox);
            }
        }
        Ok(())
    }
}

/// Puts a mail, read under the hold of its person, into another state and sends the change on its way to the source.
pub(crate) fn apply_change(
    tx: &mut Tx<'_>,
    account: &MailAccount,
    stored: &messages::Stored,
    after: &State,
) -> Result<Recorded, Error> {
    let id = &stored.detail.message.id;
    if *after != stored.state {
        let version = tx.next_version(Some(stored.version));
        messages::put_wanted(tx, id, after, version)?;
        let mut counts = Counts::default();
        counts.change(Some(&stored.state), Some(after));
        counts.put(tx, account)?;
        if after.is_on_its_way() {
            let unique = format!("{APPLY}:{id}:{version}");
            let now = tx.now();
            jobs::enqueue(tx, APPLY, &Apply { message: id.clone() }, now, Some(&unique))?;
        }
    }
    Ok(match after.mailbox {
        Some(_) => changes::record(tx, account.collection, ObjectType::Message, id),
        None => changes::record_gone(tx, account.collection, ObjectType::Message, id),
    })
}
