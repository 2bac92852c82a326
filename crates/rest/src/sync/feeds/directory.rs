use renraku_db::{ObjectType, ReadTx, changes::Change};
use renraku_people::directory::service;

use super::{Ask, Found, Listed, Problem, ids_of};
use crate::sync::page::piece;

/// Whom the person is shown first, then units, then everybody else; a cursor says in which of them it stands.
const FIRST: &str = "f";
const UNITS: &str = "u";
const PEOPLE: &str = "p";

pub(super) fn list(
    tx: &mut ReadTx<'_>,
    ask: &Ask,
    first: &[u16],
    cursor: &str,
    count: usize,
) -> Result<Listed, Problem> {
    let directory = ask.app.directory();
    let mut objects = Vec::new();
    if cursor.is_empty() || cursor.starts_with(FIRST) {
        let after = cursor.strip_prefix(FIRST).and_then(|place| place.split_once(':'));
        let after = after.and_then(|(place, id)| Some((place.parse().ok()?, id)));
        for (place, person) in service::list_first_people_for_sync(tx, directory, first, after, count)? {
            let cursor = format!("{FIRST}{place}:{}", person.id);
            objects.push((cursor, Some(vec![piece("people", &person)?])));
        }
    }
    let room = count - objects.len();
    if room > 0 && !cursor.starts_with(PEOPLE) {
        let after = cursor.strip_prefix(UNITS);
        for unit in service::list_units_for_sync(tx, directory, after, room)? {
            objects.push((format!("{UNITS}{}", unit.id), Some(vec![piece("units", &unit)?])));
        }
    }
    let room = count - objects.len();
    if room > 0 {
        let after = cursor.strip_prefix(PEOPLE);
        for person in service::list_other_people_for_sync(tx, directory, first, after, room)? {
            objects.push((format!("{PEOPLE}{}", person.id), Some(vec![piece("people", &person)?])));
        }
    }
    let more = objects.len() == count;
    Ok(Listed { objects, more })
}

pub(super) fn get(tx: &mut ReadTx<'_>, ask: &Ask, rows: &[Change]) -> Result<Found, Problem> {
    let directory = ask.app.directory();
    let mut found = Found::new();
    let ids = ids_of(rows, ObjectType::Unit);
    if !ids.is_empty() {
        for unit in service::get_units_for_sync(tx, directory, &ids)?.into_iter().flatten() {
            found.insert((ObjectType::Unit, unit.id.to_string()), vec![piece("units", &unit)?].into());
        }
    }
    let ids = ids_of(rows, ObjectType::Person);
    if !ids.is_empty() {
        for person in service::get_people_for_sync(tx, directory, &ids)?.into_iter().flatten() {
            found.insert((ObjectType::Person, person.id.to_string()), vec![piece("people", &person)?].into());
        }
    }
    Ok(found)
}
