use std::sync::Arc;

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
        let mut units: Vec<&Unit> = index
            .tree()
            .nodes()
            .iter()
            .map(|node| &node.unit)
            .filter(|unit| after.is_none_or(|after| unit.id.as_str() > after))
            .collect();
        units.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        units.into_iter().take(limit).cloned().collect()
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
        let tree = index.tree();
        let unit = |id: &String| Some(tree.get(tree.find(&UnitId::stored(id.clone()))?)?.unit.clone());
        ids.iter().map(unit).collect()
    })
}
