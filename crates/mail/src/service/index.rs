//! The index follows the source: compare, then add, change and remove in short transactions.

use std::collections::{HashMap, HashSet};

use renraku_base::{MailboxId, MessageId};
use renraku_db::{Db, Error, ObjectType, Tx, changes};
use renraku_notify::{Actor, Details, Notice, NotificationType, Repeat, Subject};

use super::{carry::Counts, send_message::new_mailbox};
use crate::{
    Keywords, MailAccount, MailFault, MailboxRole,
    codec::head,
    rules::compare::{self, Known, Seen, State, Steps},
    source::{self, Folder, MailSource, SourceFault},
    store::{
        accounts,
        index::{self, NewMail},
        mailboxes, messages,
    },
    watch::News,
};

/// Mails of one transaction, so that others get their turn within a second.
const BATCH: usize = 200;

/// New mails of one batch that a person is told of one by one.
const MAX_TOLD: usize = 20;

/// Brings the whole index of an account up to date with its source. Answers with how many mails were added, changed or
/// removed.
///
/// # Errors
/// [`MailFault::NotFound`] without such an account, [`MailFault::SourceUnavailable`].
pub fn index_account(db: &Db, account: &str) -> Result<usize, MailFault> {
    index_news(db, account, &News::All)
}

/// Brings what the watch heard of up to date.
///
/// # Errors
/// As [`index_account`].
pub fn index_news(db: &Db, account: &str, news: &News) -> Result<usize, MailFault> {
    let account = db.read(|tx| accounts::get(tx, account))?.ok_or(MailFault::NotFound)?;
    let source = source::open(&account.source)?;
    let folders = source.folders()?;
    let places = put_mailboxes(db, &account, &folders)?;
    let mut steps = compare_folders(db, &account, &*source, &places, news)?;
    if !steps.remove.is_empty() {
        // A file that is being renamed may be missing from a listing, and one that was moved is in another folder.
        steps = compare_folders(db, &account, &*source, &places, &News::All)?;
    }
    let count = steps.add.len() + steps.update.len() + steps.remove.len();
    for some in steps.update.chunks(BATCH) {
        db.write(|tx| update(tx, &account, some))?;
    }
    for some in steps.remove.chunks(BATCH) {
        db.write(|tx| remove(tx, &account, some))?;
    }
    for some in steps.add.chunks(BATCH) {
        let mails = read_mails(db, &*source, &places, some)?;
        db.write(|tx| add(tx, &account, &places, &mails))?;
    }
    remove_mailboxes(db, &account, &folders, &places)?;
    Ok(count)
}

/// The account's mailboxes by their folders.
struct Places {
    by_folder: HashMap<String, MailboxId>,
    inbox: Option<MailboxId>,
    /// Those that were made by this run: what lies in them is not news.
    new: HashSet<MailboxId>,
}

impl Places {
    fn folder(&self, id: &MailboxId) -> Option<&str> {
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

fn compare_folders(
    db: &Db,
    account: &MailAccount,
    source: &dyn MailSource,
    places: &Places,
    news: &News,
) -> Result<Steps, MailFault> {
    let is_news = |folder: &String| match news {
        News::Folders(folders) => folders.contains(folder),
        News::All => true,
    };
    let looked_at: Vec<(&String, &MailboxId)> =
        places.by_folder.iter().filter(|(folder, _)| is_news(folder)).collect();
    let mut seen = Vec::new();
    for (folder, mailbox) in &looked_at {
        seen.extend(source.entries(folder)?.into_iter().map(|entry| Seen {
            mailbox: (*mailbox).clone(),
            key: entry.key,
            keywords: entry.keywords,
        }));
    }
    let here: Vec<&MailboxId> = looked_at.iter().map(|(_, mailbox)| *mailbox).collect();
    let everywhere: Vec<&MailboxId> = places.by_folder.values().collect();
    let (mut known, elsewhere) = db.read(|tx| -> Result<_, Error> {
        let known = index::list_known(tx, &here)?;
        let keys: HashSet<&str> = known.iter().map(|mail| mail.key.as_str()).collect();
        let strange: Vec<&str> =
            seen.iter().map(|mail| mail.key.as_str()).filter(|key| !keys.contains(key)).collect();
        let found = index::find_by_keys(tx, &account.id, &everywhere, &strange)?;
        Ok((known, found))
    })?;
    for mail in elsewhere {
        let still_there = match mail.state.source_mailbox.as_ref().and_then(|mailbox| places.folder(mailbox))
        {
            Some(folder) => source.holds(folder, &mail.key)?,
            None => false,
        };
        if !still_there {
            known.push(mail);
        }
    }
    Ok(compare::compare(seen, known))
}

/// Fetches and reads mails, outside any transaction. One that went away meanwhile is left out.
fn read_mails(
    db: &Db,
    source: &dyn MailSource,
    places: &Places,
    some: &[Seen],
) -> Result<Vec<NewMail>, MailFault> {
    let mut mails = Vec::with_capacity(some.len());
    for seen in some {
        let Some(folder) = places.folder(&seen.mailbox) else { continue };
        let raw = match source.fetch(folder, &seen.key) {
            Ok(raw) => raw,
            Err(SourceFault::Missing(_)) => continue,
            Err(fault) => return Err(fault.into()),
        };
        mails.push(NewMail {
            id: renraku_base::Entropy.new_id(db.now()),
            key: seen.key.clone(),
            state: State {
                mailbox: Some(seen.mailbox.clone()),
                keywords: seen.keywords,
                source_mailbox: Some(seen.mailbox.clone()),
                source_keywords: seen.keywords,
            },
            head: head::read(&raw.bytes),
            received_at: raw.received_at,
        });
    }
    mails.sort_by_key(|mail| mail.received_at);
    Ok(mails)
}

fn add(tx: &mut Tx<'_>, account: &MailAccount, places: &Places, mails: &[NewMail]) -> Result<(), Error> {
    // Another run may have added some of them since they were listed.
    let mailboxes: Vec<&MailboxId> = places.by_folder.values().collect();
    let keys: Vec<&str> = mails.iter().map(|mail| mail.key.as_str()).collect();
    let there: HashSet<(Option<MailboxId>, String)> =
        index::find_by_keys(tx, &account.id, &mailboxes, &keys)?
            .into_iter()
            .map(|mail| (mail.state.source_mailbox, mail.key))
            .collect();
    let mails: Vec<NewMail> = mails
        .iter()
        .filter(|mail| !there.contains(&(mail.state.source_mailbox.clone(), mail.key.clone())))
        .cloned()
        .collect();
    index::put_all(tx, &account.id, &mails)?;
    let mut counts = Counts::default();
    for mail in &mails {
        counts.change(None, Some(&mail.state));
        let _recorded = changes::record(tx, account.collection, ObjectType::Message, &mail.id);
    }
    counts.put(tx, account)?;
    tell(tx, account, places, &mails)
}

/// Tells the person of mails that arrived in the inbox.
fn tell(tx: &mut Tx<'_>, account: &MailAccount, places: &Places, mails: &[NewMail]) -> Result<(), Error> {
    let Some(inbox) = places.inbox.as_ref().filter(|inbox| !places.new.contains(*inbox)) else {
        return Ok(());
    };
    let mut news: Vec<&NewMail> = mails
        .iter()
        .filter(|mail| mail.state.mailbox.as_ref() == Some(inbox) && !mail.state.keywords.has(Keywords::SEEN))
        .collect();
    news.sort_by_key(|mail| mail.received_at);
    let first = news.len().saturating_sub(MAX_TOLD);
    for mail in news.get(first..).unwrap_or_default() {
        let author = mail.head.from.first();
        let notice = Notice {
            kind: NotificationType::NewMail,
            subject: Subject { message_id: Some(mail.id.clone()), ..Subject::default() },
            actor: author.map(|author| Actor {
                person_id: None,
                name: author.name.clone().unwrap_or_else(|| author.email.clone()),
            }),
            details: Details { title: Some(mail.head.subject.clone()), ..Details::default() },
            repeat: Repeat::Merge("newMail".to_owned()),
        };
        renraku_notify::service::tell(tx, &account.person, &notice)?;
    }
    Ok(())
}

/// Takes over what the source shows, on top of what the person changed meanwhile.
fn update(tx: &mut Tx<'_>, account: &MailAccount, some: &[(MessageId, Seen)]) -> Result<(), Error> {
    tx.hold(account.person.as_str())?;
    let ids: Vec<&str> = some.iter().map(|(id, _)| id.as_str()).collect();
    let now: HashMap<MessageId, Known> =
        index::find_by_ids(tx, &ids)?.into_iter().map(|mail| (mail.id.clone(), mail)).collect();
    let mut counts = Counts::default();
    for (id, seen) in some {
        let Some(mail) = now.get(id) else { continue };
        let after = mail.state.shown(seen);
        if after.mailbox == mail.state.mailbox && after.keywords == mail.state.keywords {
            messages::put_source(tx, id, &seen.mailbox, seen.keywords)?;
            continue;
        }
        // The rows are few and each has its own values; a version of now is above any that this mail had.
        let version = tx.next_version(Some(mail.version));
        messages::put_state(tx, id, &after, version)?;
        counts.change(Some(&mail.state), Some(&after));
        let _recorded = changes::record(tx, account.collection, ObjectType::Message, id);
    }
    counts.put(tx, account)
}

fn remove(tx: &mut Tx<'_>, account: &MailAccount, some: &[Known]) -> Result<(), Error> {
    let ids: Vec<&str> = some.iter().map(|mail| mail.id.as_str()).collect();
    let mut counts = Counts::default();
    let mut gone = Vec::new();
    for mail in index::find_by_ids(tx, &ids)? {
        // A change that was carried to the source meanwhile put it elsewhere.
        if some
            .iter()
            .any(|known| known.id == mail.id && known.state.source_mailbox == mail.state.source_mailbox)
        {
            counts.change(Some(&mail.state), None);
            let _recorded = changes::record_gone(tx, account.collection, ObjectType::Message, &mail.id);
            gone.push(mail.id);
        }
    }
    let gone: Vec<&str> = gone.iter().map(MessageId::as_str).collect();
    index::remove_all(tx, &gone)?;
    counts.put(tx, account)
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
