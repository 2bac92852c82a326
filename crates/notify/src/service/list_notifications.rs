use renraku_base::{Cursor, Language, Limit, Page, Principal, Timestamp};
use renraku_db::ReadTx;

use crate::{Notification, NotifyFault, store::notifications};

/// The caller's notifications, newest first; with `unread` only those that were not read.
///
/// # Errors
/// [`NotifyFault::BadCursor`] when the cursor is not one that this list gave.
pub fn list_notifications(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    unread: bool,
    cursor: Option<&Cursor>,
    limit: Limit,
    language: Language,
) -> Result<Page<Notification>, NotifyFault> {
    let after = cursor.map(read_cursor).transpose()?;
    let after = after.as_ref().map(|(at, id)| (*at, id.as_str()));
    let rows = notifications::list(tx, &who.person, unread, after, limit, language)?;
    Ok(Page::cut(rows, limit, |last| Cursor::of(&[&last.created_at.micros().to_string(), last.id.as_str()])))
}

fn read_cursor(cursor: &Cursor) -> Result<(Timestamp, String), NotifyFault> {
    let [at, id] = cursor.parts().ok_or(NotifyFault::BadCursor)?;
    let at = at.parse().map_err(|_not_a_number| NotifyFault::BadCursor)?;
    Ok((Timestamp::from_micros(at), id))
}
