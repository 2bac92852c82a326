//! What the index does not keep is read from the source when it is asked for.

use renraku_base::{MessageId, Principal};
use renraku_db::{Db, Error, ReadTx, jobs};
use renraku_notify::OutgoingMail;

use super::get_message::expect_message;
use crate::{
    Attachment, Body, MailAccount, MailFault,
    codec::{compose, head::Head, open},
    jobs::{File, file_key},
    source::{self, SourceFault},
    store::{accounts, mailboxes, messages},
};

/// A mail that is answered or sent on.
#[derive(Debug, Clone)]
pub struct Original {
    /// Identifies it.
    pub id: MessageId,
    /// Its head, with the ids of its thread.
    pub head: Head,
    /// Its text and what is attached.
    pub body: Body,
}

/// The body of one of the caller's mails.
///
/// # Errors
/// [`MailFault::NotFound`] when it is not theirs, [`MailFault::SourceUnavailable`].
pub fn get_body(db: &Db, who: &Principal, id: &MessageId) -> Result<Body, MailFault> {
    Ok(open::body(&bytes(db, who, id)?))
}

/// One attachment of one of the caller's mails, with its bytes.
///
/// # Errors
/// [`MailFault::NotFound`] when it is not theirs or has no such attachment, [`MailFault::SourceUnavailable`].
pub fn get_attachment(
    db: &Db,
    who: &Principal,
    id: &MessageId,
    n: u32,
) -> Result<(Attachment, Vec<u8>), MailFault> {
    open::file(&bytes(db, who, id)?, n).ok_or(MailFault::NotFound)
}

/// One of the caller's mails, to be answered or sent on. Read before the transaction that does it.
///
/// # Errors
/// [`MailFault::NotFound`] when it is not theirs, [`MailFault::SourceUnavailable`].
pub fn get_original(db: &Db, who: &Principal, id: &MessageId) -> Result<Original, MailFault> {
    let (head, body) = open::original(&bytes(db, who, id)?);
    Ok(Original { id: id.clone(), head, body })
}

/// Where a mail's bytes are.
enum Place {
    /// In the first of these folders of a source, or moved on to the next, as long as nothing newer is known.
    Source { source: String, folders: Vec<String>, key: String, version: i64 },
    /// In the job that will store them in the source.
    Waiting(Box<File>),
}

/// The files that go along with an outgoing mail.
///
/// # Errors
/// [`MailFault::NotFound`] when the mail that carries them is gone, [`MailFault::SourceUnavailable`].
pub(crate) fn files_of(db: &Db, mail: &OutgoingMail) -> Result<Vec<(Attachment, Vec<u8>)>, MailFault> {
    let Some(id) = &mail.files_of else { return Ok(Vec::new()) };
    let bytes = bytes_at(db, |tx| {
        let stored = messages::get(tx, id)?.ok_or(MailFault::NotFound)?;
        let account = accounts::get(tx, &stored.account)?.ok_or(MailFault::NotFound)?;
        Ok((account, stored))
    })?;
    Ok(if mail.whole { vec![open::whole(bytes)] } else { open::files(&bytes) })
}

/// The bytes of one of the caller's mails, read outside any transaction.
fn bytes(db: &Db, who: &Principal, id: &MessageId) -> Result<Vec<u8>, MailFault> {
    bytes_at(db, |tx| expect_message(tx, who, id))
}

fn bytes_at(
    db: &Db,
    find: impl Fn(&mut ReadTx<'_>) -> Result<(MailAccount, messages::Stored), MailFault>,
) -> Result<Vec<u8>, MailFault> {
    let mut looked_at = None;
    loop {
        let place = db.read(|tx| {
            let (account, stored) = find(tx)?;
            place(tx, account, stored)
        })?;
        let (source, folders, key, version) = match place {
            Place::Waiting(file) => {
                return compose::compose(&file.mail, &files_of(db, &file.mail)?)
                    .map(|composed| composed.bytes)
                    .map_err(|fault| Error::damaged(fault).into());
            }
            Place::Source { source, folders, key, version } => (source, folders, key, version),
        };
        if looked_at == Some(version) {
            return Err(MailFault::SourceUnavailable(format!("{key} is no longer in the source")));
        }
        let source = source::open(&source)?;
        for folder in &folders {
            match source.fetch(folder, &key) {
                Ok(raw) => return Ok(raw.bytes),
                Err(SourceFault::Missing(_)) => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        // It may have been moved since we asked where it is.
        looked_at = Some(version);
    }
}

fn place(tx: &mut ReadTx<'_>, account: MailAccount, stored: messages::Stored) -> Result<Place, MailFault> {
    let id = &stored.detail.message.id;
    if stored.state.source_mailbox.is_none()
        && let Some(payload) = jobs::find_payload(tx, &file_key(id))?
    {
        let file = serde_json::from_str(&payload).map_err(Error::damaged)?;
        return Ok(Place::Waiting(Box::new(file)));
    }
    let mailboxes = mailboxes::list(tx, &account.id)?;
    // The last: another program may have moved it where the person wants it, and nobody looked yet.
    let folders = stored
        .state
        .places()
        .chain(&stored.state.mailbox)
        .filter_map(|id| mailboxes.iter().find(|mailbox| mailbox.mailbox.id == *id))
        .map(|mailbox| mailbox.folder.clone())
        .collect();
    Ok(Place::Source { source: account.source, folders, key: stored.key, version: stored.source_version })
}
