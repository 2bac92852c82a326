use diesel::prelude::*;
use renraku_base::{ETag, Id, InboxMessageId, PersonId, Timestamp};
use renraku_db::{Error, ReadTx, Tx, among, schema::inbox_messages as messages};

use crate::inbox::{InboxMessage, Letter};

// Without the second attribute, diesel sends rows to SQLite one by one.
#[derive(Insertable)]
#[diesel(table_name = messages, treat_none_as_default_value = false)]
struct NewRow<'a> {
    person_id: &'a str,
    id: String,
    once_key: Option<&'a str>,
    text: &'a str,
    created_at: i64,
}

/// Stores letters, by one statement; with a key, none for whoever had one under it. Answers with whose were stored.
pub(crate) fn put_all(
    tx: &mut Tx<'_>,
    letters: &[Letter],
    once_key: Option<&str>,
) -> Result<Vec<(PersonId, InboxMessageId)>, Error> {
    let rows: Vec<NewRow<'_>> = letters
        .iter()
        .map(|letter| NewRow {
            person_id: letter.to.as_str(),
            id: tx.new_id::<renraku_base::kind::InboxMessage>().into_string(),
            once_key,
            text: &letter.text,
            created_at: tx.now().micros(),
        })
        .collect();
    let stored: Vec<(String, String)> = tx.fetch_inserted(
        diesel::insert_into(messages::table)
            .values(&rows)
            .on_conflict_do_nothing()
            .returning((messages::person_id, messages::id)),
    )?;
    Ok(owned(stored))
}

fn owned(rows: Vec<(String, String)>) -> Vec<(PersonId, InboxMessageId)> {
    rows.into_iter().map(|(person, id)| (Id::stored(person), Id::stored(id))).collect()
}

fn message((id, text, at): (String, String, i64)) -> InboxMessage {
    InboxMessage { id: Id::stored(id), text, etag: ETag::of(at) }
}

/// A person's messages in ascending order of their ids after `after`, at most `limit`.
pub(crate) fn list(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
    after: &str,
    limit: i64,
) -> Result<Vec<InboxMessage>, Error> {
    let rows: Vec<(String, String, i64)> = tx.fetch(
        messages::table
            .filter(messages::person_id.eq(person.as_str()).and(messages::id.gt(after)))
            .order(messages::id)
            .limit(limit)
            .select((messages::id, messages::text, messages::created_at)),
    )?;
    Ok(rows.into_iter().map(message).collect())
}

/// Those of these messages that are a person's, in no order.
pub(crate) fn get_many(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
    ids: &[&str],
) -> Result<Vec<InboxMessage>, Error> {
    let rows: Vec<(String, String, i64)> = tx.fetch(
        messages::table
            .filter(messages::person_id.eq(person.as_str()).and(among(messages::id, ids.iter().copied())))
            .select((messages::id, messages::text, messages::created_at)),
    )?;
    Ok(rows.into_iter().map(message).collect())
}

/// Removes a message; whether it was there.
pub(crate) fn remove(tx: &mut Tx<'_>, person: &PersonId, id: &InboxMessageId) -> Result<bool, Error> {
    Ok(diesel::delete(messages::table.find((person.as_str(), id.as_str()))).execute(tx.conn())? == 1)
}

/// Removes up to `limit` messages that arrived before `before`. Answers with whose they were.
pub(crate) fn remove_older(
    tx: &mut Tx<'_>,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<(PersonId, InboxMessageId)>, Error> {
    let old: Vec<(String, String)> = tx.fetch(
        messages::table
            .filter(messages::created_at.lt(before.micros()))
            .order(messages::created_at)
            .limit(limit)
            .select((messages::person_id, messages::id)),
    )?;
    let people: Vec<&str> = old.iter().map(|(person, _)| person.as_str()).collect();
    let ids: Vec<&str> = old.iter().map(|(_, id)| id.as_str()).collect();
    let theirs = among(messages::person_id, people).and(among(messages::id, ids));
    tx.run(diesel::delete(messages::table.filter(theirs)))?;
    Ok(owned(old))
}
