//! What one person is told: their notifications, and the phone memos for them and by them.

use renraku_db::{ObjectType, ReadTx, changes::Change};
use renraku_notify::service::sync as notifications;
use renraku_reach::service::sync as memos;

use super::{Ask, Found, Listed, Problem, as_limit, ids_of};
use crate::sync::page::piece;

/// Before the id of a memo in a cursor; memos come after the notifications.
const MEMO: &str = "memo:";

pub(super) fn list(tx: &mut ReadTx<'_>, ask: &Ask, cursor: &str, count: usize) -> Result<Listed, Problem> {
    let mut objects = Vec::new();
    let memo = cursor.strip_prefix(MEMO);
    if memo.is_none() {
        let after = (!cursor.is_empty()).then_some(cursor);
        for one in notifications::list_for_sync(tx, &ask.who, after, as_limit(count), ask.language)? {
            objects.push((one.id.as_str().to_owned(), Some(vec![piece("notifications", &one)?])));
        }
    }
    let room = count - objects.len();
    if room > 0 {
        for one in memos::list_for_sync(tx, &ask.who, memo, as_limit(room))? {
            objects.push((format!("{MEMO}{}", one.id), Some(vec![piece("phoneMemos", &one)?])));
        }
    }
    let more = objects.len() == count;
    Ok(Listed { objects, more })
}

pub(super) fn get(tx: &mut ReadTx<'_>, ask: &Ask, rows: &[Change]) -> Result<Found, Problem> {
    let mut found = Found::new();
    let ids = ids_of(rows, ObjectType::Notification);
    if !ids.is_empty() {
        for one in notifications::get_for_sync(tx, &ask.who, &ids, ask.language)? {
            let key = (ObjectType::Notification, one.id.as_str().to_owned());
            found.insert(key, vec![piece("notifications", &one)?].into());
        }
    }
    for one in memos::get_for_sync(tx, &ask.who, &ids_of(rows, ObjectType::PhoneMemo))? {
        let key = (ObjectType::PhoneMemo, one.id.as_str().to_owned());
        found.insert(key, vec![piece("phoneMemos", &one)?].into());
    }
    Ok(found)
}
