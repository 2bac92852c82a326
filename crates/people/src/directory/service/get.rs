use std::sync::Arc;

use chrono::NaiveDate;
use renraku_base::{PersonId, UnitId};
use renraku_db::ReadTx;

use crate::directory::{Directory, DirectoryFault, PersonJson, UnitDetail, store};

/// A person who is in office and may be found.
///
/// # Errors
/// [`DirectoryFault`] when there is none or a statement fails.
pub fn get_person(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    id: &PersonId,
) -> Result<Arc<PersonJson>, DirectoryFault> {
    get_person_on(tx, directory, id, None)
}

/// A person as they are on a day, among those who may be found and are in office then; without one, now.
///
/// # Errors
/// [`DirectoryFault`] when there is none or a statement fails.
pub fn get_person_on(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    id: &PersonId,
    day: Option<NaiveDate>,
) -> Result<Arc<PersonJson>, DirectoryFault> {
    directory.read_on(tx, day, |index| index.person(id).cloned())?.ok_or(DirectoryFault::NotFound)
}

/// A person as they see themselves: also when nobody else may find them.
///
/// # Errors
/// [`DirectoryFault`] when they are not in office or a statement fails.
pub fn get_own(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    id: &PersonId,
) -> Result<Arc<PersonJson>, DirectoryFault> {
    match directory.read(tx, |index| index.person(id).cloned())? {
        Some(listed) => Ok(listed),
        None => {
            let own = store::people::own(tx, id)?.ok_or(DirectoryFault::NotFound)?;
            Ok(Arc::new(own.person))
        }
    }
}

/// A unit with the units directly below it and its own members on a day; without one, now. More members than a page holds are
/// found by a search within the unit.
///
/// # Errors
/// [`DirectoryFault`] when there is none or a statement fails.
pub fn get_unit(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    id: &UnitId,
    day: Option<NaiveDate>,
) -> Result<UnitDetail, DirectoryFault> {
    directory.read_on(tx, day, |index| index.unit_detail(id))?.ok_or(DirectoryFault::NotFound)
}
