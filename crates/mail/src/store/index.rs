//! What the indexer and the sender write and compare.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use renraku_base::{Id, MailboxId, MessageId, Timestamp};
use renraku_db::{
    Error, ReadTx, Tx, among, columns,
    schema::{mail_threads, message_texts, messages},
};

use super::{accounts, messages::carried};
use crate::{
    EmailAddress, Keywords,
    codec::head::Head,
    rules::{
        compare::{Known, State},
        folding, thread,
    },
};

/// Rows of one statement; PostgreSQL takes 65,535 parameters.
const CHUNK: usize = 500;

/// A mail to be added to the index.
#[derive(Debug, Clone)]
pub struct NewMail {
    /// Identifies it.
    pub id: MessageId,
    /// Its key in the source.
    pub key: String,
    /// Where and how it is.
    pub state: State,
    /// What is kept of it.
    pub head: Head,
    /// When it arrived.
    pub received_at: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
struct KnownRow {
    id: String,
    source_key: String,
    mailbox_id: Option<String>,
    source_mailbox_id: Option<String>,
    keywords: i32,
    source_keywords: i32,
    version: i64,
    source_version: i64,
    carrier: Option<String>,
    carried_mailbox_id: Option<String>,
    carried_keywords: Option<i32>,
}

impl From<KnownRow> for Known {
    fn from(row: KnownRow) -> Self {
        Self {
            id: Id::stored(row.id),
            key: row.source_key,
            version: row.version,
            state: State {
                mailbox: row.mailbox_id.map(Id::stored),
                keywords: Keywords::from_bits(row.keywords),
                source_mailbox: row.source_mailbox_id.map(Id::stored),
                source_keywords: Keywords::from_bits(row.source_keywords),
                carried: carried(row.carried_mailbox_id, row.carried_keywords),
            },
            source_version: row.source_version,
            is_carried: row.carrier.is_some(),
        }
    }
}

/// The mails that the source last showed in these mailboxes, and those that a job is about to put there.
pub fn list_known(tx: &mut ReadTx<'_>, mailboxes: &[&MailboxId]) -> Result<Vec<Known>, Error> {
    let mut rows: Vec<KnownRow> = tx.fetch(
        messages::table
            .filter(among(messages::source_mailbox_id, mailboxes.iter().map(|id| id.as_str())))
            .select(columns::<KnownRow>()),
    )?;
    let carried: Vec<KnownRow> = tx.fetch(
        messages::table
            .filter(among(messages::carried_mailbox_id, mailboxes.iter().map(|id| id.as_str())))
            .select(columns::<KnownRow>()),
    )?;
    let there: HashSet<String> = rows.iter().map(|row| row.id.clone()).collect();
    rows.extend(carried.into_iter().filter(|row| !there.contains(&row.id)));
    Ok(rows.into_iter().map(Known::from).collect())
}

/// All mails of an account.
pub fn list_all(tx: &mut ReadTx<'_>, account: &str) -> Result<Vec<Known>, Error> {
    let rows: Vec<KnownRow> =
        tx.fetch(messages::table.filter(messages::account_id.eq(account)).select(columns::<KnownRow>()))?;
    Ok(rows.into_iter().map(Known::from).collect())
}

/// The mails of an account with these keys, wherever they are.
pub fn find_by_keys(
    tx: &mut ReadTx<'_>,
    account: &str,
    mailboxes: &[&MailboxId],
    keys: &[&str],
) -> Result<Vec<Known>, Error> {
    let mut known = Vec::new();
    for some in keys.chunks(CHUNK) {
        let rows: Vec<KnownRow> = tx.fetch(
            messages::table
                .filter(among(messages::source_mailbox_id, mailboxes.iter().map(|id| id.as_str())))
                .filter(among(messages::source_key, some))
                .select(columns::<KnownRow>()),
        )?;
        known.extend(rows.into_iter().map(Known::from));
        let rows: Vec<KnownRow> = tx.fetch(
            messages::table
                .filter(messages::source_mailbox_id.is_null().and(among(messages::source_key, some)))
                .filter(messages::account_id.eq(account))
                .select(columns::<KnownRow>()),
        )?;
        known.extend(rows.into_iter().map(Known::from));
    }
    Ok(known)
}

/// Mails of an account by their ids.
pub fn find_by_ids(tx: &mut ReadTx<'_>, ids: &[&str]) -> Result<Vec<Known>, Error> {
    let rows: Vec<KnownRow> =
        tx.fetch(messages::table.filter(among(messages::id, ids)).select(columns::<KnownRow>()))?;
    Ok(rows.into_iter().map(Known::from).collect())
}

/// Whether any mail is, was last seen or is about to be put in a mailbox.
pub fn is_used(tx: &mut ReadTx<'_>, mailbox: &MailboxId) -> Result<bool, Error> {
    let first: Option<String> = tx.fetch_one(
        messages::table
            .filter(
                messages::mailbox_id
                    .eq(mailbox.as_str())
                    .or(messages::source_mailbox_id.eq(mailbox.as_str()))
                    .or(messages::carried_mailbox_id.eq(mailbox.as_str())),
            )
            .select(messages::id),
    )?;
    Ok(first.is_some())
}

#[derive(Insertable)]
#[diesel(table_name = messages, treat_none_as_default_value = false)]
struct Row<'a> {
    id: &'a str,
    account_id: &'a str,
    mailbox_id: Option<&'a str>,
    source_mailbox_id: Option<&'a str>,
    source_key: &'a str,
    thread_id: &'a str,
    keywords: i32,
    source_keywords: i32,
    header_id: Option<&'a str>,
    sender: String,
    recipients: String,
    copies: String,
    subject: &'a str,
    preview: &'a str,
    received_at: i64,
    sent_at: Option<i64>,
    size: i64,
    has_attachment: bool,
    too_complex: bool,
    version: i64,
}

/// Adds mails: their rows, their threads and what they are found by.
pub fn put_all(tx: &mut Tx<'_>, account: &str, mails: &[NewMail]) -> Result<(), Error> {
    if mails.is_empty() {
        return Ok(());
    }
    let threads = put_threads(tx, account, mails)?;
    let version = tx.next_version(None);
    let rows = mails
        .iter()
        .zip(&threads)
        .map(|(mail, thread)| row(account, mail, thread, version))
        .collect::<Result<Vec<_>, _>>()?;
    for some in rows.chunks(CHUNK) {
        tx.run(diesel::insert_into(messages::table).values(some))?;
    }
    put_texts(tx, account, mails)
}

fn row<'a>(account: &'a str, mail: &'a NewMail, thread: &'a str, version: i64) -> Result<Row<'a>, Error> {
    let json = |people: &[EmailAddress]| serde_json::to_string(people).map_err(Error::damaged);
    Ok(Row {
        id: mail.id.as_str(),
        account_id: account,
        mailbox_id: mail.state.mailbox.as_ref().map(Id::as_str),
        source_mailbox_id: mail.state.source_mailbox.as_ref().map(Id::as_str),
        source_key: &mail.key,
        thread_id: thread,
        keywords: mail.state.keywords.bits(),
        source_keywords: mail.state.source_keywords.bits(),
        header_id: mail.head.message_id.as_deref(),
        sender: json(&mail.head.from)?,
        recipients: json(&mail.head.to)?,
        copies: json(&mail.head.cc)?,
        subject: &mail.head.subject,
        preview: &mail.head.preview,
        received_at: mail.received_at.micros(),
        sent_at: mail.head.sent_at.map(Timestamp::micros),
        size: mail.head.size,
        has_attachment: mail.head.has_attachment,
        too_complex: mail.head.too_complex,
        version,
    })
}

/// The thread of each mail.
fn put_threads(tx: &mut Tx<'_>, account: &str, mails: &[NewMail]) -> Result<Vec<String>, Error> {
    let ids: HashSet<&str> = mails.iter().flat_map(|mail| thread::ids(&mail.head)).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let mut known = HashMap::new();
    for some in ids.chunks(CHUNK) {
        let rows: Vec<(String, String)> = tx.fetch(
            mail_threads::table
                .filter(mail_threads::account_id.eq(account).and(among(mail_threads::header_id, some)))
                .select((mail_threads::header_id, mail_threads::thread_id)),
        )?;
        known.extend(rows);
    }
    let heads: Vec<(&str, &Head)> = mails.iter().map(|mail| (mail.id.as_str(), &mail.head)).collect();
    let (threads, added) = thread::assign(&heads, known);
    let rows: Vec<_> = added
        .iter()
        .map(|(id, thread)| {
            (
                mail_threads::account_id.eq(account),
                mail_threads::header_id.eq(id),
                mail_threads::thread_id.eq(thread),
            )
        })
        .collect();
    for some in rows.chunks(CHUNK) {
        tx.run(diesel::insert_into(mail_threads::table).values(some.to_vec()).on_conflict_do_nothing())?;
    }
    Ok(threads)
}

fn put_texts(tx: &mut Tx<'_>, account: &str, mails: &[NewMail]) -> Result<(), Error> {
    let count = i64::try_from(mails.len()).unwrap_or(i64::MAX);
    let last = accounts::take_seqs(tx, account, count)?;
    let rows: Vec<_> = (last - count + 1..)
        .zip(mails)
        .map(|(seq, mail)| {
            (
                message_texts::account_id.eq(account),
                message_texts::seq.eq(seq),
                message_texts::message_id.eq(mail.id.as_str().to_owned()),
                message_texts::received_at.eq(mail.received_at.micros()),
                message_texts::folded.eq(folding::folded(&mail.head)),
            )
        })
        .collect();
    for some in rows.chunks(CHUNK) {
        tx.run(diesel::insert_into(message_texts::table).values(some.to_vec()))?;
    }
    Ok(())
}

/// Removes mails for good, with what they are found by.
pub fn remove_all(tx: &mut Tx<'_>, ids: &[&str]) -> Result<(), Error> {
    for some in ids.chunks(CHUNK) {
        tx.run(diesel::delete(message_texts::table.filter(among(message_texts::message_id, some))))?;
        tx.run(diesel::delete(messages::table.filter(among(messages::id, some))))?;
    }
    Ok(())
}
