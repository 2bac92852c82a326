use std::{collections::HashMap, sync::Arc};

use renraku_base::{PersonId, UnitId};
use renraku_db::{Error, ReadTx};

use crate::directory::{Directory, PersonJson, Unit};

/// The people whose ids come after `after`, in the order of their ids.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn list_people_for_sync(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Arc<PersonJson>>, Error> {
    let after = after.map(|id| PersonId::stored(id.to_owned()));
    directory.read(tx, |index| index.people_after(after.as_ref()).take(limit).cloned().collect())
}

/// The units whose ids come after `after`, in the order of their ids.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn list_units_for_sync(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Unit>, Error> {
    directory.read(tx, |index| {
        let mut units: Vec<(&UnitId, u32)> = index
            .tree()
            .nodes()
            .iter()
            .map(|node| &node.unit.id)
            .zip(0..)
            .filter(|(id, _)| after.is_none_or(|after| id.as_str() > after))
            .collect();
        units.sort_unstable();
        index.tagged(units.into_iter().take(limit).map(|(_, at)| at))
    })
}

/// These people, each as they are listed now; `None` for those who are not.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn get_people_for_sync(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    ids: &[String],
) -> Result<Vec<Option<Arc<PersonJson>>>, Error> {
    directory
        .read(tx, |index| ids.iter().map(|id| index.person(&PersonId::stored(id.clone())).cloned()).collect())
}

/// These units, each as it is now; `None` for those that are not there.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn get_units_for_sync(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    ids: &[String],
) -> Result<Vec<Option<Unit>>, Error> {
    directory.read(tx, |index| {
        let at = |id: &String| index.tree().find(&UnitId::stored(id.clone()));
        let mut units: HashMap<String, Unit> = index
            .tagged(ids.iter().filter_map(at))
            .into_iter()
            .map(|unit| (unit.id.to_string(), unit))
            .collect();
        ids.iter().map(|id| units.remove(id)).collect()
    })
}
