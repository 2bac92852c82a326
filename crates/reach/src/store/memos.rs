use std::collections::HashMap;

use diesel::prelude::*;
use renraku_base::{Id, PersonId, PhoneMemoId, Timestamp};
use renraku_db::{
    Error, ReadTx, Tx, among, columns,
    schema::{phone_memo_parts as parts, phone_memos as memos},
};

use crate::{
    model::{Caller, MemoBox, PhoneMemoKind},
    rules::part::Progress,
};

/// The place of the author among those who have to do with a memo.
const AUTHOR: i32 = 0;

/// A memo as it is stored, with all who have to do with it: its author first, then those for whom it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub id: PhoneMemoId,
    pub kind: PhoneMemoKind,
    pub caller: Caller,
    pub matter: Option<String>,
    pub called_at: Timestamp,
    pub created_at: Timestamp,
    pub parts: Vec<Part>,
}

/// What somebody has to do with a memo.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub person: PersonId,
    /// Their name when the memo was written.
    pub name: String,
    pub progress: Progress,
    /// Whether they took it out of their list.
    pub removed: bool,
    pub version: i64,
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = memos, treat_none_as_default_value = false)]
struct Row {
    id: String,
    kind: String,
    caller_name: String,
    caller_number: Option<String>,
    caller_person_id: Option<String>,
    caller_contact_id: Option<String>,
    matter: Option<String>,
    called_at: i64,
    created_at: i64,
}

// Without the second attribute, diesel sends rows to SQLite one by one.
#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = parts, treat_none_as_default_value = false)]
struct PartRow {
    person_id: String,
    memo_id: String,
    position: i32,
    name: String,
    seen_at: Option<i64>,
    done_at: Option<i64>,
    removed: bool,
    created_at: i64,
    version: i64,
}

impl Row {
    fn of(memo: &Stored) -> Self {
        Self {
            id: memo.id.as_str().to_owned(),
            kind: memo.kind.as_str().to_owned(),
            caller_name: memo.caller.name.clone(),
            caller_number: memo.caller.number.clone(),
            caller_person_id: memo.caller.person_id.clone().map(Id::into_string),
            caller_contact_id: memo.caller.contact_id.clone().map(Id::into_string),
            matter: memo.matter.clone(),
            called_at: memo.called_at.micros(),
            created_at: memo.created_at.micros(),
        }
    }

    fn into_stored(self, parts: Vec<Part>) -> Result<Stored, Error> {
        let kind = PhoneMemoKind::parse(&self.kind)
            .ok_or_else(|| Error::damaged(format!("kind of phone memo {}", self.kind)))?;
        Ok(Stored {
            id: Id::stored(self.id),
            kind,
            caller: Caller {
                name: self.caller_name,
                number: self.caller_number,
                person_id: self.caller_person_id.map(Id::stored),
                contact_id: self.caller_contact_id.map(Id::stored),
            },
            matter: self.matter,
            called_at: Timestamp::from_micros(self.called_at),
            created_at: Timestamp::from_micros(self.created_at),
            parts,
        })
    }
}

impl From<PartRow> for Part {
    fn from(row: PartRow) -> Self {
        Self {
            person: Id::stored(row.person_id),
            name: row.name,
            progress: Progress {
                seen_at: row.seen_at.map(Timestamp::from_micros),
                done_at: row.done_at.map(Timestamp::from_micros),
            },
            removed: row.removed,
            version: row.version,
        }
    }
}

/// Stores a new memo with all its parts; `false` says that its id is taken.
pub(crate) fn insert(tx: &mut Tx<'_>, memo: &Stored) -> Result<bool, Error> {
    let row = Row::of(memo);
    if tx.run(diesel::insert_into(memos::table).values(row).on_conflict_do_nothing())? == 0 {
        return Ok(false);
    }
    let rows: Vec<PartRow> = (AUTHOR..)
        .zip(&memo.parts)
        .map(|(position, part)| PartRow {
            person_id: part.person.as_str().to_owned(),
            memo_id: memo.id.as_str().to_owned(),
            position,
            name: part.name.clone(),
            seen_at: part.progress.seen_at.map(Timestamp::micros),
            done_at: part.progress.done_at.map(Timestamp::micros),
            removed: part.removed,
            created_at: memo.created_at.micros(),
            version: part.version,
        })
        .collect();
    tx.run(diesel::insert_into(parts::table).values(rows))?;
    Ok(true)
}

/// The memo, if it is there for this person.
pub(crate) fn get(tx: &mut ReadTx<'_>, person: &PersonId, id: &PhoneMemoId) -> Result<Option<Stored>, Error> {
    Ok(get_many(tx, person, &[id.as_str()])?.into_iter().next())
}

/// Those of these memos that are there for this person, in no order. Three statements.
pub(crate) fn get_many(tx: &mut ReadTx<'_>, person: &PersonId, ids: &[&str]) -> Result<Vec<Stored>, Error> {
    let ids: Vec<String> = tx.fetch(
        parts::table
            .filter(parts::person_id.eq(person.as_str()).and(parts::removed.eq(false)))
            .filter(among(parts::memo_id, ids.iter().copied()))
            .select(parts::memo_id),
    )?;
    load(tx, ids)
}

/// Which memos of a person are listed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Filter {
    /// Those that they got or those that they wrote; both when it is left out.
    pub of: Option<MemoBox>,
    /// Those that are done, or those that are not.
    pub done: Option<bool>,
}

/// A person's memos, newest first, beginning after one of them. Three statements.
pub(crate) fn list(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
    filter: Filter,
    after: Option<(Timestamp, &str)>,
    limit: i64,
) -> Result<Vec<Stored>, Error> {
    let mut query = parts::table
        .filter(parts::person_id.eq(person.as_str()).and(parts::removed.eq(false)))
        .order((parts::created_at.desc(), parts::memo_id.desc()))
        .limit(limit)
        .select(parts::memo_id)
        .into_boxed();
    match filter.of {
        Some(MemoBox::Written) => query = query.filter(parts::position.eq(AUTHOR)),
        Some(MemoBox::Received) => query = query.filter(parts::position.gt(AUTHOR)),
        None => {}
    }
    match filter.done {
        Some(true) => query = query.filter(parts::done_at.is_not_null()),
        Some(false) => query = query.filter(parts::done_at.is_null()),
        None => {}
    }
    if let Some((at, id)) = after {
        let same = parts::created_at.eq(at.micros()).and(parts::memo_id.lt(id.to_owned()));
        query = query.filter(parts::created_at.lt(at.micros()).or(same));
    }
    let ids: Vec<String> = query.load(tx.conn())?;
    load(tx, ids)
}

/// A person's memos by descending id, beginning below `below`. Three statements.
pub(crate) fn list_by_id(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
    below: Option<&str>,
    limit: i64,
) -> Result<Vec<Stored>, Error> {
    let query = parts::table
        .filter(parts::person_id.eq(person.as_str()).and(parts::removed.eq(false)))
        .order(parts::memo_id.desc())
        .limit(limit)
        .select(parts::memo_id);
    let ids: Vec<String> = match below {
        Some(below) => tx.fetch(query.filter(parts::memo_id.lt(below)))?,
        None => tx.fetch(query)?,
    };
    load(tx, ids)
}

/// The memos with these ids, in this order.
fn load(tx: &mut ReadTx<'_>, ids: Vec<String>) -> Result<Vec<Stored>, Error> {
    let rows: Vec<Row> = tx.fetch(
        memos::table.filter(among(memos::id, ids.iter().map(String::as_str))).select(columns::<Row>()),
    )?;
    let mut of_memo = parts_of(tx, &ids)?;
    let mut rows: HashMap<String, Row> = rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    ids.into_iter()
        .filter_map(|id| Some((rows.remove(&id)?, of_memo.remove(&id).unwrap_or_default())))
        .map(|(row, parts)| row.into_stored(parts))
        .collect()
}

/// The parts of these memos, each one's author first.
fn parts_of(tx: &mut ReadTx<'_>, ids: &[String]) -> Result<HashMap<String, Vec<Part>>, Error> {
    let rows: Vec<PartRow> = tx.fetch(
        parts::table
            .filter(among(parts::memo_id, ids.iter().map(String::as_str)))
            .order((parts::memo_id, parts::position))
            .select(columns::<PartRow>()),
    )?;
    let mut of_memo: HashMap<String, Vec<Part>> = HashMap::new();
    for row in rows {
        of_memo.entry(row.memo_id.clone()).or_default().push(row.into());
    }
    Ok(of_memo)
}

/// Stores what somebody did about a memo.
pub(crate) fn put_part(tx: &mut Tx<'_>, memo: &PhoneMemoId, part: &Part) -> Result<(), Error> {
    tx.run_prepared(diesel::update(parts::table.find((part.person.as_str(), memo.as_str()))).set((
        parts::seen_at.eq(part.progress.seen_at.map(Timestamp::micros)),
        parts::done_at.eq(part.progress.done_at.map(Timestamp::micros)),
        parts::removed.eq(part.removed),
        parts::version.eq(part.version),
    )))?;
    Ok(())
}

/// Removes a memo for everyone.
pub(crate) fn remove(tx: &mut Tx<'_>, id: &PhoneMemoId) -> Result<(), Error> {
    remove_all(tx, &[id.as_str().to_owned()])
}

fn remove_all(tx: &mut Tx<'_>, ids: &[String]) -> Result<(), Error> {
    tx.run(diesel::delete(memos::table.filter(among(memos::id, ids.iter().map(String::as_str)))))?;
    tx.run(diesel::delete(parts::table.filter(among(parts::memo_id, ids.iter().map(String::as_str)))))?;
    Ok(())
}

/// Removes up to `limit` memos that were written before `before`. Answers with whose they were.
pub(crate) fn remove_older(
    tx: &mut Tx<'_>,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<(PhoneMemoId, Vec<Part>)>, Error> {
    let ids: Vec<String> = tx.fetch(
        memos::table
            .filter(memos::created_at.lt(before.micros()))
            .order(memos::created_at)
            .limit(limit)
            .select(memos::id),
    )?;
    let of_memo = parts_of(tx, &ids)?;
    remove_all(tx, &ids)?;
    Ok(of_memo.into_iter().map(|(id, parts)| (Id::stored(id), parts)).collect())
}
