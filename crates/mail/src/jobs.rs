//! What happens later. Each body may run more than once.

use std::sync::{Mutex, MutexGuard, PoisonError};

use renraku_base::{MailboxId, MessageId};
use renraku_db::{Db, Error};
use renraku_notify::OutgoingMail;
use serde::{Deserialize, Serialize};

use crate::{
    Keywords, MailFault,
    codec::compose,
    source::{self, SourceFault},
    store::{accounts, index, mailboxes, messages},
};

/// The kind of the job that carries a person's change of a mail to the source.
pub const APPLY: &str = "mail.apply";

/// The kind of the job that stores the copy of a sent mail in the source.
pub const FILE: &str = "mail.file";

/// Two changes of one mail, each with a job of its own, must not act on what the other has half done: the state that is
/// wanted is read and carried out by one job at a time.
static CARRYING: Mutex<()> = Mutex::new(());

fn one_at_a_time() -> MutexGuard<'static, ()> {
    CARRYING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The payload of [`APPLY`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Apply {
    /// The mail.
    pub message: MessageId,
}

/// The payload of [`FILE`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct File {
    /// The copy in the index.
    pub message: MessageId,
    /// The folder of the source.
    pub folder: String,
    /// Its key there.
    pub key: String,
    /// The mail.
    pub mail: OutgoingMail,
}

/// The key under which a mail's [`FILE`] job waits.
pub(crate) fn file_key(id: &MessageId) -> String {
    format!("{FILE}:{id}")
}

/// Brings the source to the state that the person wants a mail to have.
///
/// # Errors
/// [`MailFault::SourceUnavailable`] when another attempt is due.
pub fn apply(db: &Db, payload: &str) -> Result<(), MailFault> {
    let apply: Apply = serde_json::from_str(payload).map_err(Error::damaged)?;
    let _turn = one_at_a_time();
    carry(db, &apply.message)
}

/// Stores the copy of a sent mail, then carries what the person changed of it meanwhile.
///
/// # Errors
/// [`MailFault::SourceUnavailable`] when another attempt is due.
pub fn file(db: &Db, payload: &str) -> Result<(), MailFault> {
    let File { message, folder, key, mail } = serde_json::from_str(payload).map_err(Error::damaged)?;
    let _turn = one_at_a_time();
    let found = db.read(|tx| -> Result<_, Error> {
        let Some(stored) = messages::get(tx, &message)? else { return Ok(None) };
        let Some(account) = accounts::get(tx, &stored.account)? else { return Ok(None) };
        let mailbox = mailboxes::list(tx, &account.id)?.into_iter().find(|mailbox| mailbox.folder == folder);
        Ok(mailbox.map(|mailbox| (stored, account, mailbox.mailbox.id)))
    })?;
    let Some((stored, account, mailbox)) = found else { return Ok(()) };
    if stored.state.source_mailbox.is_none() {
        let composed = compose::compose(&mail).map_err(Error::damaged)?;
        source::open(&account.source)?.append(&folder, &key, &composed.bytes, Keywords::SEEN)?;
        db.write(|tx| messages::put_source(tx, &message, &mailbox, Keywords::SEEN))?;
    }
    carry(db, &message)
}

fn carry(db: &Db, id: &MessageId) -> Result<(), MailFault> {
    let found = db.read(|tx| -> Result<_, Error> {
        let Some(stored) = messages::get(tx, id)? else { return Ok(None) };
        let Some(account) = accounts::get(tx, &stored.account)? else { return Ok(None) };
        let mailboxes = mailboxes::list(tx, &account.id)?;
        Ok(Some((stored, account, mailboxes)))
    })?;
    let Some((stored, account, mailboxes)) = found else { return Ok(()) };
    let folder = |id: &MailboxId| {
        mailboxes.iter().find(|mailbox| mailbox.mailbox.id == *id).map(|mailbox| mailbox.folder.as_str())
    };
    // Before the source has the mail there is nothing to change; `file` carries the rest when it is there.
    let Some(from) = stored.state.source_mailbox.as_ref().and_then(folder) else { return Ok(()) };
    let source = source::open(&account.source)?;
    let state = &stored.state;
    let Some(mailbox) = &state.mailbox else {
        source.remove(from, &stored.key)?;
        db.write(|tx| index::remove_all(tx, &[id.as_str()]))?;
        return Ok(());
    };
    let done = (|| {
        let to = folder(mailbox).unwrap_or(from);
        if to != from {
            source.move_to(from, &stored.key, to)?;
        }
        let mask = state.keywords.difference(state.source_keywords);
        if mask != Keywords::NONE {
            source.set_keywords(to, &stored.key, state.keywords, mask)?;
        }
        Ok(())
    })();
    match done {
        Ok(()) => Ok(db.write(|tx| messages::put_source(tx, id, mailbox, state.keywords))?),
        // It was removed in the source: the indexer takes that over.
        Err(SourceFault::Missing(_)) => Ok(()),
        Err(fault) => Err(fault.into()),
    }
}
