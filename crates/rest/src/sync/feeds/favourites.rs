use renraku_db::{ObjectType, ReadTx, changes::Change};
use renraku_people::directory::service;

use super::{Ask, Found, Listed, Problem, as_limit, ids_of};
use crate::sync::page::piece;

pub(super) fn list(tx: &mut ReadTx<'_>, ask: &Ask, cursor: &str, count: usize) -> Result<Listed, Problem> {
    let favourites = service::list_favourites_for_sync(tx, &ask.who, cursor, as_limit(count))?;
    let more = favourites.len() == count;
    let objects = favourites
        .iter()
        .map(|one| Ok((one.id.to_string(), Some(vec![piece("favourites", one)?]))))
        .collect::<Result<_, Problem>>()?;
    Ok(Listed { objects, more })
}

pub(super) fn get(tx: &mut ReadTx<'_>, ask: &Ask, rows: &[Change]) -> Result<Found, Problem> {
    let ids = ids_of(rows, ObjectType::Favourite);
    service::get_favourites_for_sync(tx, &ask.who, &ids)?
        .iter()
        .map(|one| Ok(((ObjectType::Favourite, one.id.to_string()), vec![piece("favourites", one)?].into())))
        .collect()
}
