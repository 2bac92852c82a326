use renraku_base::{FieldFault, UnitId};
use renraku_db::Tx;

use super::put_unit;
use crate::directory::{DirectoryFault, UnitEntry, store, tree::StoredUnit};

/// The unit at a path of names from the top down, like `総務部/人事課/給与係`; those of the path that are not there are made,
/// each as the last below the one above.
///
/// # Errors
/// [`DirectoryFault`] when a name is wrong or a statement fails.
pub fn put_unit_path(tx: &mut Tx<'_>, path: &str) -> Result<UnitId, DirectoryFault> {
    let mut units = store::units::list(tx)?;
    let mut above: Option<UnitId> = None;
    for name in path.split('/').map(str::trim) {
        let siblings = || units.iter().map(|unit| &unit.entry).filter(|unit| unit.parent_id == above);
        let known = siblings().find(|unit| unit.name == name).map(|unit| unit.id.clone());
        let id = match known {
            Some(id) => id,
            None => {
                let last = siblings().map(|unit| unit.position).max();
                let entry = UnitEntry {
                    id: tx.new_id(),
                    name: name.to_owned(),
                    parent_id: above.take(),
                    position: last.map_or(0, |last| last.saturating_add(1)),
                };
                put_unit(tx, &entry)?;
                let id = entry.id.clone();
                units.push(StoredUnit { entry, version: 0 });
                id
            }
        };
        above = Some(id);
    }
    above.ok_or_else(|| DirectoryFault::Invalid(vec![FieldFault::new("/unit", "required", "name a unit")]))
}
