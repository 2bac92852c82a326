//! The index follows the source.
//!
//! Others change the source at the same time: mail programs, other indexers, and the jobs that carry what a person changed.
//! So what the index knows is read before the source is looked at, and what was seen of a mail is taken over only while
//! nothing newer is known of it (`source_version`). A mail that a job has in hand is left to that job.

use std::collections::{HashMap, HashSet};

use renraku_base::{MailboxId, MessageId};
use renraku_db::{Db, Error, ObjectType, changes};

use super::{follow, send_message::new_mailbox};
use crate::{
    MailAccount, MailFault, MailboxRole,
    rules::compare::{self, Seen, Steps},
    source::{self, Folder, MailSource},
    store::{accounts, index, mailboxes},
    watch::News,
};

/// What a look at the source brought.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Indexed {
    /// How many mails were added, changed or removed.
    pub changed: usize,
    /// Whether a mail was left alone because a job had it in hand: what others made of it meanwhile shows at the next look.
    pub unsettled: bool,
}

/// Brings the whole index of an account up to date with its source.
///
/// # Errors
/// [`MailFault::NotFound`] without such an account, [`MailFault::SourceUnavailable`].
pub fn index_account(db: &Db, account: &str) -> Result<Indexed, MailFault> {
    index_news(db, account, &News::All)
}

/// Brings what the watch heard of up to date.
///
/// # Errors
/// As [`index_account`].
pub fn index_news(db: &Db, account: &str, news: &News) -> Result<Indexed, MailFault> {
    let account = db.read(|tx| accounts::get(tx, account))?.ok_or(MailFault::NotFound)?;
    index_source(db, &account, &*source::open(&account.source)?, news)
}

/// The same, of a source that is open already.
///
/// # Errors
/// [`MailFault::SourceUnavailable`].
pub fn index_source(
    db: &Db,
    account: &MailAccount,
    source: &dyn MailSource,
    news: &News,
) -> Result<Indexed, MailFault> {
    let mut changed = 0;
    loop {
        let folders = source.folders()?;
        let places = put_mailboxes(db, account, &folders)?;
        let look = look(db, account, source, &places, news)?;
        let done = follow::follow(db, account, source, &places, &look)?;
        changed += done.changed;
        remove_mailboxes(db, account, &folders, &places)?;
        // Whoever was faster saw something else: each round that is needed means that another one came to its end.
        if !(done.overtaken || look.overtaken) {
            return Ok(Indexed { changed, unsettled: look.steps.unsettled });
        }
    }
}

/// The account's mailboxes by their folders.
pub(super) struct Places {
    pub by_folder: HashMap<String, MailboxId>,
    pub inbox: Option<MailboxId>,
    /// Those that were made by this run: what lies in them is not news.
    pub new: HashSet<MailboxId>,
}

impl Places {
    pub fn folder(&self, id: &MailboxId) -> Option<&str> {
        self.by_folder.iter().find(|(_, other)| *other == id).map(|(folder, _)| folder.as_str())
    }
}

/// The name to show of a mailbox of a role; phones translate it by the role.
pub(super) const fn role_name(role: MailboxRole) -> &'static str {
    match role {
        MailboxRole::Inbox => "INBOX",
        MailboxRole::Drafts => "Drafts",
        MailboxRole::Sent => "Sent",
        MailboxRole::Archive => "Archive",
        MailboxRole::Junk => "Junk",
        MailboxRole::Trash => "Trash",
    }
}

fn put_mailboxes(db: &Db, account: &MailAccount, folders: &[Folder]) -> Result<Places, MailFault> {
    let list = db.read(|tx| mailboxes::list(tx, &account.id))?;
    let is_new = |folder: &&Folder| !list.iter().any(|stored| stored.folder == folder.path);
    let missing: Vec<&Folder> = folders.iter().filter(is_new).collect();
    let before: HashSet<MailboxId> = list.iter().map(|stored| stored.mailbox.id.clone()).collect();
    let list = if missing.is_empty() {
        list
    } else {
        db.write(|tx| -> Result<_, Error> {
            for folder in &missing {
                let new = new_mailbox(tx, &folder.path, &folder.name, folder.role);
                mailboxes::put(tx, &account.id, &new)?;
            }
            // A phone needs somewhere to put things; the source makes the folder when something is put there.
            let has = |role: MailboxRole| folders.iter().any(|folder| folder.role == Some(role));
            for role in MailboxRole::ALL.into_iter().filter(|role| !has(*role)) {
                super::send_message::mailbox_for(tx, account, role)?;
            }
            let list = mailboxes::list(tx, &account.id)?;
            for stored in list.iter().filter(|stored| !before.contains(&stored.mailbox.id)) {
                let _recorded =
                    changes::record(tx, account.collection, ObjectType::Mailbox, &stored.mailbox.id);
            }
            Ok(list)
        })?
    };
    Ok(Places {
        inbox: list
            .iter()
            .find(|stored| stored.mailbox.role == Some(MailboxRole::Inbox))
            .map(|stored| stored.mailbox.id.clone()),
        new: list.iter().map(|stored| stored.mailbox.id.clone()).filter(|id| !before.contains(id)).collect(),
        by_folder: list.into_iter().map(|stored| (stored.folder, stored.mailbox.id)).collect(),
    })
}

/// What a look at the source showed.
pub(super) struct Look {
    pub steps: Steps,
    /// The mails that already had a key of one that is to be added: it is a copy of them.
    pub copied: HashMap<String, Vec<MessageId>>,
    /// Whether something moved while it was being looked at.
    pub overtaken: bool,
}

fn look(
    db: &Db,
    account: &MailAccount,
    source: &dyn MailSource,
    places: &Places,
    news: &News,
) -> Result<Look, MailFault> {
    let look = compare_folders(db, account, source, places, news)?;
    let is_certain = look.steps.remove.is_empty()
        && (*news == News::All || {
            let keys: Vec<&str> = look.steps.add.iter().map(|mail| mail.key.as_str()).collect();
            let everywhere: Vec<&MailboxId> = places.by_folder.values().collect();
            db.read(|tx| index::find_by_keys(tx, &account.id, &everywhere, &keys))?.is_empty()
        });
    // What is missing here may have been moved there, and a file that is being renamed may be missing from a listing.
    if is_certain { Ok(look) } else { compare_folders(db, account, source, places, &News::All) }
}

fn compare_folders(
    db: &Db,
    account: &MailAccount,
    source: &dyn MailSource,
    places: &Places,
    news: &News,
) -> Result<Look, MailFault> {
    let looked_at: Vec<(&String, &MailboxId)> = places
        .by_folder
        .iter()
        .filter(|(folder, _)| match news {
            News::Folders(folders) => folders.contains(*folder),
            News::All => true,
        })
        .collect();
    // Before the first listing: what a job changes from now on shows by its version.
    let known = db.read(|tx| match news {
        News::All => index::list_all(tx, &account.id),
        News::Folders(_) => {
            let here: Vec<&MailboxId> = looked_at.iter().map(|(_, mailbox)| *mailbox).collect();
            index::list_known(tx, &here)
        }
    })?;
    let mut seen = Vec::new();
    for (folder, mailbox) in looked_at {
        seen.extend(source.entries(folder)?.into_iter().map(|entry| Seen {
            mailbox: mailbox.clone(),
            key: entry.key,
            keywords: entry.keywords,
        }));
    }
    let mut by_key: HashMap<String, Vec<(MessageId, Vec<MailboxId>)>> = HashMap::new();
    for mail in &known {
        let at = mail.state.places().cloned().collect();
        by_key.entry(mail.key.clone()).or_default().push((mail.id.clone(), at));
    }
    let steps = compare::compare(seen, known);
    let mut look = Look { steps, copied: HashMap::new(), overtaken: false };
    for mail in std::mem::take(&mut look.steps.add) {
        if let Some(others) = by_key.get(&mail.key) {
            // Listed here and there: a copy, or one mail that was moved while the folders were listed.
            let stayed = others.iter().map(|(_, at)| is_at(source, places, at, &mail.key));
            if !stayed.collect::<Result<Vec<bool>, _>>()?.into_iter().all(|stayed| stayed) {
                look.overtaken = true;
                continue;
            }
            look.copied.insert(mail.key.clone(), others.iter().map(|(id, _)| id.clone()).collect());
        }
        look.steps.add.push(mail);
    }
    Ok(look)
}

fn is_at(source: &dyn MailSource, places: &Places, at: &[MailboxId], key: &str) -> Result<bool, MailFault> {
    for folder in at.iter().filter_map(|mailbox| places.folder(mailbox)) {
        if source.holds(folder, key)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Removes mailboxes whose folders are gone, once nothing lies in them. Those with a role stay: they are made anew when
/// they are needed.
fn remove_mailboxes(
    db: &Db,
    account: &MailAccount,
    folders: &[Folder],
    places: &Places,
) -> Result<(), MailFault> {
    let gone = |folder: &String| !folders.iter().any(|other| other.path == *folder);
    if !places.by_folder.keys().any(gone) {
        return Ok(());
    }
    db.write(|tx| -> Result<(), Error> {
        tx.hold(account.person.as_str())?;
        for stored in mailboxes::list(tx, &account.id)? {
            let id = &stored.mailbox.id;
            if gone(&stored.folder) && stored.mailbox.role.is_none() && !index::is_used(tx, id)? {
                mailboxes::remove(tx, id)?;
                let _recorded = changes::record_gone(tx, account.collection, ObjectType::Mailbox, id);
            }
        }
        Ok(())
    })?;
    Ok(())
}
