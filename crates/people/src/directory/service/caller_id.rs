//! What phones show of numbers that call, as a feed.
//!
//! What a number is shown as follows from several people and units, and what is gone can only be told by what was told
//! before. So it is stored as phones were told it, and held against the directory as a whole when that moved: whatever changed
//! the directory, and however, the difference is exact. It is recorded in a collection of its own, whose numbers phones count by.

use std::collections::{BTreeMap, BTreeSet};

use renraku_base::Id;
use renraku_db::{
    CollectionId, CollectionKind, Db, Error, ObjectType, ReadTx, Tx,
    changes::{self, Head},
    meta,
};

use crate::directory::{CallerNumber, CallerPage, CallerProgress, Directory, store};

/// Under this name it is kept up to which change of the directory the numbers were worked out.
const MARK: &str = "caller-id";

/// Whether the numbers say what the directory says. Two statements.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn is_caller_id_current(tx: &mut ReadTx<'_>, directory: &Directory) -> Result<bool, Error> {
    Ok(mark(tx)? >= directory.head(tx)?)
}

/// Brings the numbers up to what the directory says now. Whoever comes meanwhile waits for the result.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn update_caller_id(db: &Db, directory: &Directory) -> Result<(), Error> {
    let _alone = directory.alone();
    // Another process may be faster; then what it did is looked at.
    while let Some(difference) = db.read(|tx| compare(tx, directory))? {
        if db.write_many(|tx| apply(tx, &difference))? {
            break;
        }
    }
    Ok(())
}

/// What must become of the numbers that were told.
struct Difference {
    from_mark: i64,
    to_mark: i64,
    gone: BTreeSet<i64>,
    /// New, or shown as something else.
    changed: BTreeMap<i64, String>,
}

fn mark(tx: &mut ReadTx<'_>) -> Result<i64, Error> {
    let text = meta::get(tx, MARK)?.ok_or_else(|| Error::damaged("caller id has no mark"))?;
    text.parse().map_err(|_no_number| Error::damaged("the mark of caller id"))
}

/// The difference between what was told and the directory; `None` when nothing happened in it.
fn compare(tx: &mut ReadTx<'_>, directory: &Directory) -> Result<Option<Difference>, Error> {
    let from_mark = mark(tx)?;
    let (to_mark, callers) = directory.read_at(tx, |modseq, index| (modseq, index.callers()))?;
    if from_mark >= to_mark {
        return Ok(None);
    }
    let mut changed = callers.map_err(Error::damaged)?;
    let mut gone = store::callers::list(tx)?;
    changed.retain(|number, label| {
        let told = gone.remove(number);
        told.as_ref() != Some(label)
    });
    Ok(Some(Difference { from_mark, to_mark, gone: gone.into_keys().collect(), changed }))
}

/// Whether the difference was still one, and is none any more.
fn apply(tx: &mut Tx<'_>, difference: &Difference) -> Result<bool, Error> {
    tx.hold(MARK)?;
    if mark(tx)? != difference.from_mark {
        return Ok(false);
    }
    meta::put(tx, MARK, &difference.to_mark.to_string())?;
    store::callers::remove(tx, difference.gone.iter().chain(difference.changed.keys()))?;
    store::callers::insert(tx, &difference.changed)?;
    let collection = collection(tx)?;
    let id = |number: &i64| Id::<()>::stored(number.to_string());
    for number in &difference.gone {
        let _recorded = changes::record_gone(tx, collection, ObjectType::CallerNumber, &id(number));
    }
    for number in difference.changed.keys() {
        let _recorded = changes::record(tx, collection, ObjectType::CallerNumber, &id(number));
    }
    Ok(true)
}

fn collection(tx: &mut ReadTx<'_>) -> Result<CollectionId, Error> {
    let found = changes::find_by_owner(tx, CollectionKind::CallerId, None)?;
    found.first().copied().ok_or_else(|| Error::damaged("caller id has no collection"))
}

/// Where the numbers of the staff stand. Two statements.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn callers_head(tx: &mut ReadTx<'_>) -> Result<Head, Error> {
    let collection = collection(tx)?;
    let heads = changes::heads(tx, &[collection])?;
    heads.first().copied().ok_or_else(|| Error::damaged("caller id has no head"))
}

/// The next `limit` numbers of the staff above `after`, ascending, with what they are shown as; one statement.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn list_callers_after(
    tx: &mut ReadTx<'_>,
    after: i64,
    limit: usize,
) -> Result<BTreeMap<i64, String>, Error> {
    let rows = store::callers::list_after(tx, after, i64::try_from(limit).unwrap_or(i64::MAX))?;
    Ok(rows.into_iter().collect())
}

/// What those of `numbers` that are the staff's are shown as.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn get_callers(tx: &mut ReadTx<'_>, numbers: &[i64]) -> Result<BTreeMap<i64, String>, Error> {
    store::callers::get(tx, numbers)
}

/// The numbers that are named by the changes of a collection after `span.start` and up to `span.end`: of caller id, or of an address
/// book. One statement.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn changed_callers(
    tx: &mut ReadTx<'_>,
    collection: CollectionId,
    span: std::ops::Range<i64>,
) -> Result<BTreeSet<i64>, Error> {
    let rows = changes::since(tx, collection, span.start, span.end - span.start)?;
    let of_callers = rows
        .iter()
        .filter(|change| change.modseq <= span.end && change.object_type == ObjectType::CallerNumber);
    let number = |object: &str| object.parse().map_err(|_no_number| Error::damaged("a number of caller id"));
    of_callers.map(|change| number(&change.object)).collect()
}

/// What a phone that has come so far is to take over next, at most `limit` numbers in ascending order; everything for one that
/// has none. `None` when nobody can tell any more what it lacks.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn read_caller_id(
    tx: &mut ReadTx<'_>,
    progress: Option<&CallerProgress>,
    limit: usize,
) -> Result<Option<CallerPage>, Error> {
    let head = callers_head(tx)?;
    let (since, upto, after) = match progress.copied() {
        None => (None, head.modseq, 0),
        Some(CallerProgress::Upto(since)) => (Some(since), head.modseq, 0),
        Some(CallerProgress::Within { since, upto, after }) => (since, upto, after),
    };
    let known = since.unwrap_or(upto);
    if known < head.floor || known > upto || upto > head.modseq {
        return Ok(None);
    }
    let mut found = match since {
        None => {
            let rows = store::callers::list_after(tx, after, i64::try_from(limit + 1).unwrap_or(i64::MAX))?;
            rows.into_iter().map(|(number, label)| (number, Some(label))).collect()
        }
        Some(since) => changed(tx, head, since..upto, after, limit + 1)?,
    };
    let cut = found.len() > limit;
    found.truncate(limit);
    let progress = match found.last() {
        Some((last, _)) if cut => CallerProgress::Within { since, upto, after: *last },
        _ => CallerProgress::Upto(upto),
    };
    let mut page = CallerPage {
        progress,
        more: cut || upto < head.modseq,
        head: head.modseq,
        add: Vec::new(),
        remove: Vec::new(),
    };
    for (number, label) in found {
        let number = number.to_string();
        match label {
            Some(label) => page.add.push(CallerNumber { number, label }),
            None => page.remove.push(number),
        }
    }
    Ok(Some(page))
}

/// The numbers above `after` that changed after `span.start` and up to `span.end`, at most `limit` of them, ascending, with what
/// they are shown as now; `None` for those that are gone.
fn changed(
    tx: &mut ReadTx<'_>,
    head: Head,
    span: std::ops::Range<i64>,
    after: i64,
    limit: usize,
) -> Result<Vec<(i64, Option<String>)>, Error> {
    let numbers = changed_callers(tx, head.collection, span)?;
    let numbers: Vec<i64> = numbers.into_iter().filter(|number| *number > after).take(limit).collect();
    let mut labels = store::callers::get(tx, &numbers)?;
    Ok(numbers.into_iter().map(|number| (number, labels.remove(&number))).collect())
}
