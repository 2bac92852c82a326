use std::sync::Arc;

use renraku_base::{PersonId, UnitId};
use renraku_db::ReadTx;

use crate::directory::{Directory, DirectoryFault, PersonJson, UnitDetail};

/// A person who is in office.
///
/// # Errors
/// [`DirectoryFault`] when there is none or a statement fails.
pub fn get_person(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    id: &PersonId,
) -> Result<Arc<PersonJson>, DirectoryFault> {
    directory.read(tx, |index| index.person(id).cloned())?.ok_or(DirectoryFault::NotFound)
}

/// A unit with the units directly below it and its own members. More members than a page holds are found by a search within
/// the unit.
///
/// # Errors
/// [`DirectoryFault`] when there is none or a statement fails.
pub fn get_unit(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    id: &UnitId,
) -> Result<UnitDetail, DirectoryFault> {
    directory.read(tx, |index| index.unit_detail(id))?.ok_or(DirectoryFault::NotFound)
}
