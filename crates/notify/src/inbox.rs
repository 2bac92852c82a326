//! The inbox of a person's calendar clients (RFC 6638 §2.2): scheduling messages that arrived. A message says what happened and is
//! never changed; what becomes of the event is in the calendar.
//!
//! An inbox shares the counter and the log of its person's feed: what arrives there arrives in the same moment.

use renraku_base::{ETag, InboxMessageId, PersonId, Principal};
use renraku_db::{
    Changed, Error, ObjectType, ReadTx, Tx,
    changes::{self, Head},
};

use crate::store::{feeds, inbox};

/// A scheduling message for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// Whose inbox it is for.
    pub to: PersonId,
    /// The iTIP message (RFC 5546).
    pub text: String,
}

/// A scheduling message in an inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxMessage {
    /// Identifies it.
    pub id: InboxMessageId,
    /// The iTIP message as it arrived.
    pub text: String,
    /// The tag of the text.
    pub etag: ETag,
}

/// A change in an inbox: its number, which message, and the message where it is there.
pub type InboxChange = (i64, String, Option<InboxMessage>);

/// Where the inbox of somebody stands; `None` until they were told something for the first time.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn head(tx: &mut ReadTx<'_>, who: &Principal) -> Result<Option<Head>, Error> {
    feeds::head(tx, &who.person)
}

/// The messages in the inbox of somebody, in ascending order of their ids after `after`, at most `limit`.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn list(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    after: &str,
    limit: usize,
) -> Result<Vec<InboxMessage>, Error> {
    inbox::list(tx, &who.person, after, i64::try_from(limit).unwrap_or(i64::MAX))
}

/// Those of these messages that are in the inbox of somebody, in no order.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn get(tx: &mut ReadTx<'_>, who: &Principal, ids: &[&str]) -> Result<Vec<InboxMessage>, Error> {
    if ids.is_empty() { Ok(Vec::new()) } else { inbox::get_many(tx, &who.person, ids) }
}

/// The changes of an inbox after number `since`, oldest first, of at most `limit` rows of the log that it shares; with the number
/// of the last row that was looked at.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn list_changes(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    head: Head,
    since: i64,
    limit: usize,
) -> Result<(Vec<InboxChange>, Option<i64>), Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = changes::since(tx, head.collection, since, limit)?;
    let last = rows.last().map(|row| row.modseq);
    rows.retain(|row| row.object_type == ObjectType::InboxMessage);
    let ids: Vec<&str> = rows.iter().map(|row| row.object.as_str()).collect();
    let mut there = get(tx, who, &ids)?;
    // A message comes and goes and is never changed: both rows of one that went tell the same.
    let mut told: Vec<InboxChange> = Vec::with_capacity(rows.len());
    for row in rows {
        let at = there.iter().position(|message| message.id.as_str() == row.object);
        told.retain(|(_, id, _)| *id != row.object);
        told.push((row.modseq, row.object, at.map(|at| there.swap_remove(at))));
    }
    Ok((told, last))
}

/// Deletes a message from the inbox of somebody; `false` when it is not there.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn delete(tx: &mut Tx<'_>, who: &Principal, id: &InboxMessageId) -> Result<Changed<bool>, Error> {
    if !inbox::remove(tx, &who.person, id)? {
        return Ok(Changed::nothing(false));
    }
    let feed = feeds::head(tx, &who.person)?.ok_or_else(|| Error::damaged("a message without a feed"))?;
    Ok(changes::record_gone(tx, feed.collection, ObjectType::InboxMessage, id).with(true))
}
