use renraku_base::{Cursor, FieldFault, Limit, Page, Principal, Timestamp};
use renraku_db::ReadTx;

use super::view::view;
use crate::{
    ReachFault,
    model::{MemoBox, PhoneMemo},
    store::memos::{self, Filter},
};

/// The memos that the caller got or wrote, newest first: of one box alone, or those that are done, or not.
///
/// # Errors
/// [`ReachFault::BadQuery`] when the cursor is not one that this list gave.
pub fn list_memos(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    of: Option<MemoBox>,
    done: Option<bool>,
    cursor: Option<&Cursor>,
    limit: Limit,
) -> Result<Page<PhoneMemo>, ReachFault> {
    let after = cursor.map(read_cursor).transpose()?;
    let after = after.as_ref().map(|(at, id)| (*at, id.as_str()));
    let stored = memos::list(tx, &who.person, Filter { of, done }, after, limit.and_one())?;
    let memos: Vec<PhoneMemo> =
        stored.into_iter().map(|stored| view(stored, &who.person)).collect::<Result<_, _>>()?;
    Ok(Page::cut(memos, limit, |last| Cursor::of(&[&last.created_at.micros().to_string(), last.id.as_str()])))
}

fn read_cursor(cursor: &Cursor) -> Result<(Timestamp, String), ReachFault> {
    let read = || {
        let [at, id] = cursor.parts()?;
        Some((Timestamp::from_micros(at.parse().ok()?), id))
    };
    read().ok_or_else(|| {
        ReachFault::BadQuery(FieldFault::new("cursor", "bad-cursor", "the cursor is not one of this list"))
    })
}
