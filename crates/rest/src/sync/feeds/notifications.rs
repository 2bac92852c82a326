use renraku_db::{ObjectType, ReadTx, changes::Change};
use renraku_notify::service::sync as service;

use super::{Ask, Found, Listed, Problem, as_limit, ids_of};
use crate::sync::page::piece;

pub(super) fn list(tx: &mut ReadTx<'_>, ask: &Ask, cursor: &str, count: usize) -> Result<Listed, Problem> {
    let after = (!cursor.is_empty()).then_some(cursor);
    let notifications = service::list_for_sync(tx, &ask.who, after, as_limit(count), ask.language)?;
    let more = notifications.len() == count;
    let objects = notifications
        .iter()
        .map(|one| Ok((one.id.as_str().to_owned(), Some(vec![piece("notifications", one)?]))))
        .collect::<Result<_, Problem>>()?;
    Ok(Listed { objects, more })
}

pub(super) fn get(tx: &mut ReadTx<'_>, ask: &Ask, rows: &[Change]) -> Result<Found, Problem> {
    let ids = ids_of(rows, ObjectType::Notification);
    service::get_for_sync(tx, &ask.who, &ids, ask.language)?
        .iter()
        .map(|one| {
            let key = (ObjectType::Notification, one.id.as_str().to_owned());
            Ok((key, vec![piece("notifications", one)?].into()))
        })
        .collect()
}
