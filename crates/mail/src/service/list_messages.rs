use renraku_base::{Cursor, FieldFault, Limit, MailboxId, MessageId, Page, Principal, Timestamp};
use renraku_db::ReadTx;

use crate::{
    Keywords, MailFault, Message, SearchTexts,
    rules::folding,
    store::{
        accounts,
        messages::{self, After, Among},
    },
};

/// Hits that are looked up by one statement at most.
const MAX_PIECE: usize = 4_000;

/// Characters of a query.
const MAX_QUERY: usize = 200;

/// Which of the caller's mails are listed.
#[derive(Debug, Clone, Default)]
pub struct MessageQuery {
    /// Those in this mailbox.
    pub mailbox: Option<MailboxId>,
    /// Those of this thread.
    pub thread: Option<MessageId>,
    /// Those in whose subject, people or preview each of these words is found; words in quotation marks as one, next to each other.
    pub q: Option<String>,
    /// Those that are unread (`true`), or those that are not.
    pub unread: Option<bool>,
    /// Where the list goes on.
    pub cursor: Option<Cursor>,
    /// How many.
    pub limit: Limit,
}

/// The caller's mails, newest first; none for somebody without mail.
///
/// # Errors
/// [`MailFault::NotFound`] for a mailbox that is not theirs, [`MailFault::BadCursor`], [`MailFault::Invalid`]
/// for a query that is too long.
pub fn list_messages(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    query: &MessageQuery,
    texts: &SearchTexts,
) -> Result<Page<Message>, MailFault> {
    if query.q.as_ref().is_some_and(|q| q.chars().count() > MAX_QUERY) {
        let detail = format!("at most {MAX_QUERY} characters");
        return Err(MailFault::Invalid(vec![
            FieldFault::new("q", "too-long", detail).allowing(format!("≤ {MAX_QUERY}")),
        ]));
    }
    let after = query.cursor.as_ref().map(read_cursor).transpose()?;
    let after = after.as_ref().map(|(at, id)| (*at, id.as_str()));
    let account = match &query.mailbox {
        Some(mailbox) => accounts::find_by_mailbox(tx, &who.person, mailbox)?.ok_or(MailFault::NotFound)?,
        None => match accounts::find_by_person(tx, &who.person)? {
            Some(account) => account,
            None => return Ok(Page { items: Vec::new(), next_cursor: None }),
        },
    };
    let words = query.q.as_deref().map(folding::words);
    let found = match (&words, &query.thread) {
        (Some(words), _) if !words.is_empty() => search(tx, &account.id, query, words, after, texts)?,
        (_, Some(thread)) => {
            let mails = messages::find_by_thread(tx, &account.id, thread, i64::from(Limit::MAX))?;
            mails.into_iter().filter(|mail| wanted(mail, query) && is_after(mail, after)).collect()
        }
        (_, None) => {
            let among = query.mailbox.as_ref().map_or(Among::Account, Among::Mailbox);
            messages::list(tx, &account.id, among, query.unread, after, query.limit.and_one())?
        }
    };
    Ok(Page::cut(found, query.limit, |last| cursor_of(last.received_at, last.id.as_str())))
}

fn search(
    tx: &mut ReadTx<'_>,
    account: &str,
    query: &MessageQuery,
    words: &[String],
    after: After<'_>,
    texts: &SearchTexts,
) -> Result<Vec<Message>, MailFault> {
    let hits = texts.find(tx, account, words)?;
    let from =
        after.map_or(0, |(at, id)| hits.partition_point(|(hit_at, hit)| (*hit_at, hit.as_str()) >= (at, id)));
    let wants = query.limit.get() + 1;
    let mut hits = hits.get(from..).unwrap_or_default();
    let mut found: Vec<Message> = Vec::with_capacity(wants);
    // Most hits are in the mailbox that was asked for, or none is: pieces that grow need few statements either way.
    let mut piece = wants;
    while !hits.is_empty() && found.len() < wants {
        let (some, rest) = hits.split_at(piece.min(hits.len()));
        let ids: Vec<&str> = some.iter().map(|(_, id)| id.as_str()).collect();
        let mut mails = messages::find_by_ids(tx, account, &ids)?;
        mails.retain(|mail| wanted(mail, query));
        mails.sort_by(|a, b| (b.received_at, &b.id).cmp(&(a.received_at, &a.id)));
        found.extend(mails);
        hits = rest;
        piece = (piece * 8).min(MAX_PIECE);
    }
    found.truncate(wants);
    Ok(found)
}

fn wanted(mail: &Message, query: &MessageQuery) -> bool {
    query.mailbox.as_ref().is_none_or(|mailbox| mail.mailbox_ids.contains_key(mailbox))
        && query.unread.is_none_or(|unread| mail.keywords.has(Keywords::SEEN) != unread)
        && query.thread.as_ref().is_none_or(|thread| mail.thread_id == *thread)
}

fn is_after(mail: &Message, after: After<'_>) -> bool {
    after.is_none_or(|(at, id)| (mail.received_at, mail.id.as_str()) < (at, id))
}

fn cursor_of(at: Timestamp, id: &str) -> Cursor {
    Cursor::of(&[&at.micros().to_string(), id])
}

fn read_cursor(cursor: &Cursor) -> Result<(Timestamp, String), MailFault> {
    let [at, id] = cursor.parts().ok_or(MailFault::BadCursor)?;
    let at = at.parse().map_err(|_not_a_number| MailFault::BadCursor)?;
    Ok((Timestamp::from_micros(at), id))
}
