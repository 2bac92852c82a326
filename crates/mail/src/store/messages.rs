use std::collections::BTreeMap;

use diesel::prelude::*;
use renraku_base::{ETag, Id, MailboxId, MessageId, Timestamp};
use renraku_db::{Condition, Error, Literal, ReadTx, Tx, among, columns, schema::messages};

use crate::{
    EmailAddress, Keywords, Message, MessageDetail,
    rules::compare::{Place, State},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = messages)]
struct HeadRow {
    id: String,
    thread_id: String,
    mailbox_id: Option<String>,
    keywords: i32,
    sender: String,
    recipients: String,
    subject: String,
    preview: String,
    received_at: i64,
    size: i64,
    has_attachment: bool,
    version: i64,
}

impl HeadRow {
    fn into_message(self) -> Result<Message, Error> {
        Ok(Message {
            id: Id::stored(self.id),
            thread_id: Id::stored(self.thread_id),
            mailbox_ids: self
                .mailbox_id
                .map(|id| BTreeMap::from([(Id::stored(id), true)]))
                .unwrap_or_default(),
            keywords: Keywords::from_bits(self.keywords),
            from: people(&self.sender)?,
            to: people(&self.recipients)?,
            subject: self.subject,
            received_at: Timestamp::from_micros(self.received_at),
            preview: self.preview,
            has_attachment: self.has_attachment,
            size: self.size,
            etag: ETag::of(self.version),
        })
    }
}

/// People as they are stored.
pub(super) fn people(json: &str) -> Result<Vec<EmailAddress>, Error> {
    serde_json::from_str(json).map_err(Error::damaged)
}

fn messages_of(rows: Vec<HeadRow>) -> Result<Vec<Message>, Error> {
    rows.into_iter().map(HeadRow::into_message).collect()
}

/// Which mails of an account are listed.
#[derive(Debug, Clone, Copy)]
pub enum Among<'a> {
    /// All of them.
    Account,
    /// Those in a mailbox of the account.
    Mailbox(&'a MailboxId),
}

/// That nobody has read a mail, in the words of the indexes of unread mails.
struct Unread;

impl Condition for Unread {
    const SQL: &'static str = "(messages.keywords & 1) = 0";
}

/// That somebody has.
struct Read;

impl Condition for Read {
    const SQL: &'static str = "(messages.keywords & 1) = 1";
}

/// The sort key of the last mail of the page before.
pub type After<'a> = Option<(Timestamp, &'a str)>;

/// Mails, newest first: all of them, those that are unread, or those that are not.
pub fn list(
    tx: &mut ReadTx<'_>,
    account: &str,
    among: Among<'_>,
    unread: Option<bool>,
    after: After<'_>,
    limit: i64,
) -> Result<Vec<Message>, Error> {
    let (at, id) = after.map_or((i64::MAX, ""), |(at, id)| (at.micros(), id));
    // The first condition alone bounds the range of the index; the second leaves out what was sent already.
    let older = messages::received_at
        .le(at)
        .and(messages::received_at.lt(at).or(messages::id.lt(id)))
        .and(messages::mailbox_id.is_not_null());
    let query = messages::table
        .filter(older)
        .order((messages::received_at.desc(), messages::id.desc()))
        .limit(limit)
        .select(columns::<HeadRow>());
    let of_account = messages::account_id.eq(account);
    // The mailbox is the account's: its own index is all that is needed.
    let of_mailbox = |mailbox: &MailboxId| messages::mailbox_id.eq(mailbox.as_str().to_owned());
    // Each of these is a statement by itself, known by its type.
    let rows: Vec<HeadRow> = match (among, unread) {
        (Among::Account, None) => tx.fetch(query.filter(of_account)),
        (Among::Account, Some(true)) => tx.fetch(query.filter(of_account).filter(Literal::<Unread>::new())),
        (Among::Account, Some(false)) => tx.fetch(query.filter(of_account).filter(Literal::<Read>::new())),
        (Among::Mailbox(id), None) => tx.fetch(query.filter(of_mailbox(id))),
        (Among::Mailbox(id), Some(true)) => {
            tx.fetch(query.filter(of_mailbox(id)).filter(Literal::<Unread>::new()))
        }
        (Among::Mailbox(id), Some(false)) => {
            tx.fetch(query.filter(of_mailbox(id)).filter(Literal::<Read>::new()))
        }
    }?;
    messages_of(rows)
}

/// The mails of a thread, newest first.
pub fn find_by_thread(
    tx: &mut ReadTx<'_>,
    account: &str,
    thread: &MessageId,
    limit: i64,
) -> Result<Vec<Message>, Error> {
    let rows: Vec<(String, HeadRow)> = tx.fetch(
        messages::table
            .filter(messages::thread_id.eq(thread.as_str()).and(messages::mailbox_id.is_not_null()))
            .order((messages::received_at.desc(), messages::id.desc()))
            .limit(limit)
            .select((messages::account_id, columns::<HeadRow>())),
    )?;
    // A condition on the account would lead the database to the account's index instead of the thread's.
    messages_of(rows.into_iter().filter(|(owner, _)| owner == account).map(|(_, row)| row).collect())
}

/// Those of these mails that the account has, in no order.
pub fn find_by_ids(tx: &mut ReadTx<'_>, account: &str, ids: &[&str]) -> Result<Vec<Message>, Error> {
    let rows: Vec<(String, HeadRow)> = tx.fetch(
        messages::table
            .filter(among(messages::id, ids).and(messages::mailbox_id.is_not_null()))
            .select((messages::account_id, columns::<HeadRow>())),
    )?;
    messages_of(rows.into_iter().filter(|(owner, _)| owner == account).map(|(_, row)| row).collect())
}

/// A mail with all that the index knows of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The account that has it.
    pub account: String,
    /// As its person sees it.
    pub detail: MessageDetail,
    /// Its key in the source.
    pub key: String,
    /// Where and how it is.
    pub state: State,
    /// Its version.
    pub version: i64,
    /// The version of what is known of it in the source.
    pub source_version: i64,
    /// The job that is changing it in the source.
    pub carrier: Option<String>,
}

type DetailRow = (
    HeadRow,
    (String, String, Option<i64>, Option<String>, bool),
    (String, Option<String>, i32),
    (i64, Option<String>, Option<String>, Option<i32>),
);

/// One mail, whoever has it.
pub fn get(tx: &mut ReadTx<'_>, id: &MessageId) -> Result<Option<Stored>, Error> {
    let row: Option<DetailRow> = tx.fetch_one(messages::table.find(id.as_str()).select((
        columns::<HeadRow>(),
        (
            messages::account_id,
            messages::copies,
            messages::sent_at,
            messages::header_id,
            messages::too_complex,
        ),
        (messages::source_key, messages::source_mailbox_id, messages::source_keywords),
        (
            messages::source_version,
            messages::carrier,
            messages::carried_mailbox_id,
            messages::carried_keywords,
        ),
    )))?;
    row.map(stored).transpose()
}

/// What a job began to make of a mail, by its columns.
pub(super) fn carried(mailbox: Option<String>, keywords: Option<i32>) -> Option<Place> {
    mailbox.map(|mailbox| Place {
        mailbox: Id::stored(mailbox),
        keywords: Keywords::from_bits(keywords.unwrap_or_default()),
    })
}

fn stored((head, own, source, carry): DetailRow) -> Result<Stored, Error> {
    let (account, copies, sent_at, message_id, too_complex) = own;
    let (key, source_mailbox, source_keywords) = source;
    let (source_version, carrier, carried_mailbox, carried_keywords) = carry;
    let state = State {
        mailbox: head.mailbox_id.clone().map(Id::stored),
        keywords: Keywords::from_bits(head.keywords),
        source_mailbox: source_mailbox.map(Id::stored),
        source_keywords: Keywords::from_bits(source_keywords),
        carried: carried(carried_mailbox, carried_keywords),
    };
    let version = head.version;
    let message = head.into_message()?;
    let detail = MessageDetail {
        blob_id: message.id.clone(),
        message,
        cc: people(&copies)?,
        sent_at: sent_at.map(Timestamp::from_micros),
        message_id,
        too_complex,
    };
    Ok(Stored { account, detail, key, state, version, source_version, carrier })
}

/// Stores where and how a person wants a mail, in a new version.
pub fn put_wanted(tx: &mut Tx<'_>, id: &MessageId, state: &State, version: i64) -> Result<(), Error> {
    tx.run_prepared(diesel::update(messages::table.find(id.as_str())).set((
        messages::mailbox_id.eq(state.mailbox.as_ref().map(Id::as_str)),
        messages::keywords.eq(state.keywords.bits()),
        messages::version.eq(version),
    )))?;
    Ok(())
}

/// Stores that these mails, all by one statement, are as the source showed them; in a new version if their person sees a
/// difference.
pub fn put_shown(tx: &mut Tx<'_>, ids: &[&str], state: &State, version: Option<i64>) -> Result<(), Error> {
    let shown = (
        messages::source_mailbox_id.eq(state.source_mailbox.as_ref().map(Id::as_str)),
        messages::source_keywords.eq(state.source_keywords.bits()),
        messages::source_version.eq(messages::source_version + 1),
        messages::carrier.eq(None::<String>),
        messages::carried_mailbox_id.eq(None::<String>),
        messages::carried_keywords.eq(None::<i32>),
    );
    let these = diesel::update(messages::table.filter(among(messages::id, ids)));
    match version {
        None => these.set(shown).execute(tx.conn())?,
        Some(version) => these
            .set((
                shown,
                messages::mailbox_id.eq(state.mailbox.as_ref().map(Id::as_str)),
                messages::keywords.eq(state.keywords.bits()),
                messages::version.eq(version),
            ))
            .execute(tx.conn())?,
    };
    Ok(())
}

/// Stores which job changes a mail in the source, into what, and where the source has it by now. Answers with the version
/// of what is known of it in the source.
pub fn put_carry(
    tx: &mut Tx<'_>,
    id: &MessageId,
    state: &State,
    carrier: Option<&str>,
) -> Result<i64, Error> {
    let carried = state.carried.as_ref();
    Ok(diesel::update(messages::table.find(id.as_str()))
        .set((
            messages::source_mailbox_id.eq(state.source_mailbox.as_ref().map(Id::as_str)),
            messages::source_keywords.eq(state.source_keywords.bits()),
            messages::source_version.eq(messages::source_version + 1),
            messages::carrier.eq(carrier),
            messages::carried_mailbox_id.eq(carried.map(|carried| carried.mailbox.as_str())),
            messages::carried_keywords.eq(carried.map(|carried| carried.keywords.bits())),
        ))
        .returning(messages::source_version)
        .get_result(tx.conn())?)
}
