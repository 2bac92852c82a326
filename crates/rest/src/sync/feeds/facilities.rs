use renraku_db::{ObjectType, ReadTx, changes::Change};
use renraku_schedule::service::sync as service;

use super::{Found, Listed, Problem, as_limit, ids_of, stored};
use crate::sync::page::piece;

pub(super) fn list(tx: &mut ReadTx<'_>, cursor: &str, count: usize) -> Result<Listed, Problem> {
    let facilities = service::list_facilities(tx, cursor, as_limit(count))?;
    let more = facilities.len() == count;
    let objects = facilities
        .iter()
        .map(|one| Ok((one.id.to_string(), Some(vec![piece("facilities", one)?]))))
        .collect::<Result<_, Problem>>()?;
    Ok(Listed { objects, more })
}

pub(super) fn get(tx: &mut ReadTx<'_>, rows: &[Change]) -> Result<Found, Problem> {
    let ids = ids_of(rows, ObjectType::Facility);
    service::get_facilities(tx, &stored(ids))?
        .iter()
        .map(|one| Ok(((ObjectType::Facility, one.id.to_string()), vec![piece("facilities", one)?].into())))
        .collect()
}
