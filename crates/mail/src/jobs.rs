//! What happens later. Each body may run more than once, also at the same time as itself and on several servers.

use renraku_base::MessageId;
use renraku_db::{Db, Error, jobs::Job};
use renraku_notify::OutgoingMail;
use serde::{Deserialize, Serialize};

use crate::{
    MailFault,
    codec::compose,
    service::{
        carrying::{self, Appended},
        files_of,
    },
};

/// The kind of the job that carries a person's change of a mail to the source.
pub const APPLY: &str = "mail.apply";

/// The kind of the job that stores the copy of a sent mail in the source.
pub const FILE: &str = "mail.file";

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
pub fn apply(db: &Db, job: &Job) -> Result<(), MailFault> {
    let apply: Apply = serde_json::from_str(&job.payload).map_err(Error::damaged)?;
    carrying::carry(db, &apply.message, &job.id, None)
}

/// Stores the copy of a sent mail, then carries what the person changed of it meanwhile.
///
/// # Errors
/// [`MailFault::SourceUnavailable`] when another attempt is due.
pub fn file(db: &Db, job: &Job) -> Result<(), MailFault> {
    let File { message, folder, mail, .. } = serde_json::from_str(&job.payload).map_err(Error::damaged)?;
    let files = match files_of(db, &mail) {
        // Its author is told by the job that sends it.
        Err(MailFault::NotFound) => Vec::new(),
        files => files?,
    };
    let bytes = compose::compose(&mail, &files).map_err(Error::damaged)?.bytes;
    carrying::carry(db, &message, &job.id, Some(&Appended { folder, bytes }))
}
