//! How a person's change gets from the index to the source.
//!
//! Between "the file is moved" and "the index says so" a process may die, and meanwhile the person changes the mail again.
//! So it is written down first what will be done (`carried`) and by which job (`carrier`), then done, then written down as
//! done; and the job goes on until the source has what the person wants by then. Whoever finds a mail in the hand of
//! another job leaves it to that job, which comes back if it dies. What was begun is brought to its end before anything
//! else is begun: the mail is never in more than two places. If it is in neither, somebody else moved it, and a look at
//! the source tells where.

use renraku_base::{MailboxId, MessageId};
use renraku_db::{Db, Tx};

use super::index::index_source;
use crate::{
    Keywords, MailAccount, MailFault,
    rules::compare::{Place, State},
    source::{self, MailSource, SourceFault},
    store::{accounts, index, mailboxes, messages},
    watch::News,
};

/// So often a mail is looked for that others move about.
const LOOKS: usize = 3;

/// A mail that the source does not have yet.
#[derive(Debug, Clone)]
pub struct Appended {
    /// The folder into which it belongs.
    pub folder: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// One step that is to be done in the source.
struct Step {
    key: String,
    change: Change,
    /// What is known of the mail in the source from now on, until it is done.
    source_version: i64,
}

enum Change {
    /// It gets into the source.
    Append { folder: String },
    /// It gets from one folder to another, or stays, and these of its keywords change.
    Put { from: String, to: String, keywords: Keywords, mask: Keywords },
    /// It is removed for good.
    Remove { from: String },
}

/// Brings the source to the state that a mail's person wants.
pub(crate) fn carry(
    db: &Db,
    id: &MessageId,
    job: &str,
    appended: Option<&Appended>,
) -> Result<(), MailFault> {
    let found = db.read(|tx| -> Result<_, MailFault> {
        let Some(stored) = messages::get(tx, id)? else { return Ok(None) };
        Ok(accounts::get(tx, &stored.account)?)
    })?;
    match found {
        Some(account) => carry_to(db, &account, &*source::open(&account.source)?, id, job, appended),
        None => Ok(()),
    }
}

/// The same, to a source that is open already.
///
/// # Errors
/// [`MailFault::SourceUnavailable`] when another attempt is due.
pub fn carry_to(
    db: &Db,
    account: &MailAccount,
    source: &dyn MailSource,
    id: &MessageId,
    job: &str,
    appended: Option<&Appended>,
) -> Result<(), MailFault> {
    let mut looks = 0;
    let mut done = None;
    while let Some(step) = db.write(|tx| advance(tx, account, id, job, done.as_ref(), appended))? {
        match step.change.go(source, &step.key, appended) {
            Ok(()) => done = Some(step),
            Err(fault) => {
                db.write(|tx| let_go(tx, account, id, step.source_version))?;
                if !matches!(fault, SourceFault::Missing(_)) || looks == LOOKS {
                    return Err(fault.into());
                }
                looks += 1;
                done = None;
                index_source(db, account, source, &News::All)?;
            }
        }
    }
    Ok(())
}

impl Change {
    fn go(&self, source: &dyn MailSource, key: &str, appended: Option<&Appended>) -> Result<(), SourceFault> {
        match self {
            Self::Append { folder } => {
                let bytes = appended.map(|appended| appended.bytes.as_slice()).unwrap_or_default();
                source.append(folder, key, bytes, Keywords::SEEN)
            }
            Self::Put { from, to, keywords, mask } => {
                if from != to {
                    source.move_to(from, key, to)?;
                }
                if *mask != Keywords::NONE {
                    source.set_keywords(to, key, *keywords, *mask)?;
                }
                Ok(())
            }
            Self::Remove { from } => source.remove(from, key),
        }
    }
}

/// Writes down what was done, and what will be done next: `None` when nothing is left to do, or somebody else does it.
fn advance(
    tx: &mut Tx<'_>,
    account: &MailAccount,
    id: &MessageId,
    job: &str,
    done: Option<&Step>,
    appended: Option<&Appended>,
) -> Result<Option<Step>, MailFault> {
    tx.hold(account.person.as_str())?;
    let Some(stored) = messages::get(tx, id)? else { return Ok(None) };
    let mut state = stored.state;
    let is_taken = match done {
        Some(done) => stored.source_version != done.source_version,
        None => stored.carrier.as_deref().is_some_and(|carrier| carrier != job),
    };
    if is_taken {
        return Ok(None);
    }
    match done.map(|done| &done.change) {
        Some(Change::Remove { .. }) => {
            index::remove_all(tx, &[id.as_str()])?;
            return Ok(None);
        }
        Some(Change::Append { .. } | Change::Put { .. }) => {
            if let Some(Place { mailbox, keywords }) = state.carried.take() {
                state.source_mailbox = Some(mailbox);
                state.source_keywords = keywords;
            }
        }
        None => {}
    }
    if state.mailbox.is_none() && state.source_mailbox.is_none() && state.carried.is_none() {
        // Removed before the source ever had it.
        index::remove_all(tx, &[id.as_str()])?;
        return Ok(None);
    }
    let folders = Folders(mailboxes::list(tx, &account.id)?);
    let change = next(&mut state, &folders, appended);
    if change.is_none() && done.is_none() && stored.carrier.is_none() {
        return Ok(None);
    }
    let source_version = messages::put_carry(tx, id, &state, change.as_ref().map(|_| job))?;
    Ok(change.map(|change| Step { key: stored.key, change, source_version }))
}

struct Folders(Vec<mailboxes::Stored>);

impl Folders {
    fn of(&self, id: &MailboxId) -> Option<String> {
        self.0.iter().find(|stored| stored.mailbox.id == *id).map(|stored| stored.folder.clone())
    }

    fn mailbox(&self, folder: &str) -> Option<MailboxId> {
        self.0.iter().find(|stored| stored.folder == folder).map(|stored| stored.mailbox.id.clone())
    }
}

/// The next change that leads from what the source has to what the person wants; `carried` says what comes of it.
fn next(state: &mut State, folders: &Folders, appended: Option<&Appended>) -> Option<Change> {
    let Some(source) = &state.source_mailbox else {
        let folder = appended?.folder.clone();
        state.carried = Some(Place { mailbox: folders.mailbox(&folder)?, keywords: Keywords::SEEN });
        return Some(Change::Append { folder });
    };
    if !state.is_on_its_way() {
        return None;
    }
    let from = folders.of(source)?;
    let Some(place) = state
        .carried
        .clone()
        .or_else(|| state.mailbox.clone().map(|mailbox| Place { mailbox, keywords: state.keywords }))
    else {
        return Some(Change::Remove { from });
    };
    let to = folders.of(&place.mailbox)?;
    let (keywords, mask) = (place.keywords, place.keywords.difference(state.source_keywords));
    state.carried = Some(place);
    Some(Change::Put { from, to, keywords, mask })
}

/// The step was not done, or nobody knows whether it was.
fn let_go(
    tx: &mut Tx<'_>,
    account: &MailAccount,
    id: &MessageId,
    source_version: i64,
) -> Result<(), MailFault> {
    tx.hold(account.person.as_str())?;
    if let Some(stored) = messages::get(tx, id)?
        && stored.source_version == source_version
    {
        messages::put_carry(tx, id, &stored.state, None)?;
    }
    Ok(())
}
