//! What a look at the source showed, taken over in short transactions.

use std::collections::{BTreeMap, HashMap, HashSet};

use renraku_base::{MailboxId, MessageId};
use renraku_db::{Db, Error, ObjectType, Tx, changes};
use renraku_notify::{Actor, Details, Notice, NotificationType, Repeat, Subject};

use super::{
    carry::Counts,
    index::{Look, Places},
};
use crate::{
    Keywords, MailAccount, MailFault,
    codec::head,
    rules::compare::{Known, Seen, State},
    source::{MailSource, SourceFault},
    store::{
        index::{self, NewMail},
        messages,
    },
};

/// Mails of one transaction, so that others get their turn within a second.
const BATCH: usize = 200;

/// What became of some steps.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Done {
    pub changed: usize,
    /// Whether something newer was known of a mail, so that it was left as it is.
    pub overtaken: bool,
}

impl Done {
    fn and(self, other: Self) -> Self {
        Self { changed: self.changed + other.changed, overtaken: self.overtaken || other.overtaken }
    }
}

/// Takes over what a look showed.
pub(super) fn follow(
    db: &Db,
    account: &MailAccount,
    source: &dyn MailSource,
    places: &Places,
    look: &Look,
) -> Result<Done, MailFault> {
    let mut done = Done::default();
    for some in look.steps.update.chunks(BATCH) {
        done = done.and(db.write_many(|tx| update(tx, account, some))?);
    }
    for some in look.steps.remove.chunks(BATCH) {
        done = done.and(db.write_many(|tx| remove(tx, account, some))?);
    }
    for some in look.steps.add.chunks(BATCH) {
        let mails = read_mails(db, source, places, some)?;
        done = done.and(db.write_many(|tx| add(tx, account, places, &look.copied, &mails))?);
    }
    Ok(done)
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
            state: State::settled(&seen.mailbox, seen.keywords),
            head: head::read(&raw.bytes),
            received_at: raw.received_at,
        });
    }
    mails.sort_by_key(|mail| mail.received_at);
    Ok(mails)
}

fn add(
    tx: &mut Tx<'_>,
    account: &MailAccount,
    places: &Places,
    copied: &HashMap<String, Vec<MessageId>>,
    mails: &[NewMail],
) -> Result<Done, Error> {
    tx.hold(account.person.as_str())?;
    // Another run may have added some of them since they were listed.
    let mailboxes: Vec<&MailboxId> = places.by_folder.values().collect();
    let keys: Vec<&str> = mails.iter().map(|mail| mail.key.as_str()).collect();
    let there: HashSet<String> = index::find_by_keys(tx, &account.id, &mailboxes, &keys)?
        .into_iter()
        .filter(|mail| !copied.get(&mail.key).is_some_and(|others| others.contains(&mail.id)))
        .map(|mail| mail.key)
        .collect();
    let mails: Vec<NewMail> = mails.iter().filter(|mail| !there.contains(&mail.key)).cloned().collect();
    index::put_all(tx, &account.id, &mails)?;
    let mut counts = Counts::default();
    for mail in &mails {
        counts.change(None, Some(&mail.state));
        let _recorded = changes::record(tx, account.collection, ObjectType::Message, &mail.id);
    }
    counts.put(tx, account)?;
    tell(tx, account, places, &mails)?;
    Ok(Done { changed: mails.len(), overtaken: !there.is_empty() })
}

/// Tells the person of mails that arrived in the inbox: of the newest, and how many there are.
fn tell(tx: &mut Tx<'_>, account: &MailAccount, places: &Places, mails: &[NewMail]) -> Result<(), Error> {
    let Some(inbox) = places.inbox.as_ref().filter(|inbox| !places.new.contains(*inbox)) else {
        return Ok(());
    };
    let is_news = |mail: &&NewMail| {
        mail.state.mailbox.as_ref() == Some(inbox) && !mail.state.keywords.has(Keywords::SEEN)
    };
    let Some(newest) = mails.iter().filter(is_news).max_by_key(|mail| mail.received_at) else {
        return Ok(());
    };
    let count = u32::try_from(mails.iter().filter(is_news).count()).unwrap_or(u32::MAX);
    let notice = Notice {
        kind: NotificationType::NewMail,
        subject: Subject { message_id: Some(newest.id.clone()), ..Subject::default() },
        actor: newest.head.from.first().map(|author| Actor {
            person_id: None,
            name: author.name.clone().unwrap_or_else(|| author.email.clone()),
        }),
        details: Details { title: Some(newest.head.subject.clone()), ..Details::default() },
        repeat: Repeat::Merge("newMail".to_owned(), count),
    };
    renraku_notify::service::tell(tx, &account.person, &notice)
}

/// Those of these mails of which nothing newer is known, as they are now.
fn still_so<'k>(
    tx: &mut Tx<'_>,
    account: &MailAccount,
    known: impl Iterator<Item = &'k Known> + Clone,
) -> Result<HashMap<MessageId, Known>, Error> {
    tx.hold(account.person.as_str())?;
    let ids: Vec<&str> = known.clone().map(|mail| mail.id.as_str()).collect();
    let versions: HashMap<&MessageId, i64> = known.map(|mail| (&mail.id, mail.source_version)).collect();
    let now = index::find_by_ids(tx, &ids)?;
    Ok(now
        .into_iter()
        .filter(|mail| !mail.is_carried && versions.get(&mail.id) == Some(&mail.source_version))
        .map(|mail| (mail.id.clone(), mail))
        .collect())
}

/// Takes over what the source shows, on top of what the person changed meanwhile: one statement for all mails of which it
/// shows the same.
fn update(tx: &mut Tx<'_>, account: &MailAccount, some: &[(Known, Seen)]) -> Result<Done, Error> {
    type Group<'k> = (State, Option<i64>, Vec<&'k str>);
    let now = still_so(tx, account, some.iter().map(|(known, _)| known))?;
    let mut groups: BTreeMap<_, Group<'_>> = BTreeMap::new();
    let mut counts = Counts::default();
    for (known, seen) in some {
        let Some(mail) = now.get(&known.id) else { continue };
        let after = mail.state.shown(seen);
        let differs = after.mailbox != mail.state.mailbox || after.keywords != mail.state.keywords;
        let version = differs.then(|| tx.next_version(Some(mail.version)));
        if differs {
            counts.change(Some(&mail.state), Some(&after));
            let _recorded = changes::record(tx, account.collection, ObjectType::Message, &known.id);
        }
        let same = (
            after.mailbox.clone(),
            after.keywords.bits(),
            after.source_mailbox.clone(),
            after.source_keywords.bits(),
            version,
        );
        groups.entry(same).or_insert_with(|| (after, version, Vec::new())).2.push(known.id.as_str());
    }
    for (state, version, ids) in groups.values() {
        messages::put_shown(tx, ids, state, *version)?;
    }
    counts.put(tx, account)?;
    Ok(Done { changed: now.len(), overtaken: now.len() < some.len() })
}

fn remove(tx: &mut Tx<'_>, account: &MailAccount, some: &[Known]) -> Result<Done, Error> {
    let gone = still_so(tx, account, some.iter())?;
    let mut counts = Counts::default();
    for mail in gone.values() {
        counts.change(Some(&mail.state), None);
        let _recorded = changes::record_gone(tx, account.collection, ObjectType::Message, &mail.id);
    }
    let ids: Vec<&str> = gone.keys().map(MessageId::as_str).collect();
    index::remove_all(tx, &ids)?;
    counts.put(tx, account)?;
    Ok(Done { changed: gone.len(), overtaken: gone.len() < some.len() })
}
