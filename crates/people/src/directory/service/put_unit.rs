use std::collections::HashSet;

use renraku_base::{FieldFault, Id, PersonId, UnitId};
use renraku_db::{Changed, CollectionId, Error, ObjectType, Tx, changes};

use super::put_person::{audience, groups, text_fault};
use crate::{
    access,
    directory::{
        DirectoryFault, UnitEntry, live, store,
        tree::{StoredUnit, Tree},
    },
};

/// Writes a unit, new or changed. A new name shows in its members and in the paths below it; a move changes the rights of
/// everyone below it.
///
/// # Errors
/// [`DirectoryFault`] when something of the unit is wrong or a statement fails.
pub fn put_unit(tx: &mut Tx<'_>, unit: &UnitEntry) -> Result<Changed<()>, DirectoryFault> {
    let mut units = store::units::list(tx)?;
    let faults = faults(unit, &units);
    if !faults.is_empty() {
        return Err(DirectoryFault::Invalid(faults));
    }
    let before = units.iter().position(|stored| stored.entry.id == unit.id).map(|at| units.swap_remove(at));
    let version = tx.next_version(before.as_ref().map(|before| before.version));
    store::units::put(tx, unit, version)?;
    units.push(StoredUnit { entry: unit.clone(), version });
    let collection = live::collection(tx)?;
    if let Some(before) = before {
        let tree = Tree::new(units);
        let below = below(&tree, &unit.id);
        let renamed = before.entry.name != unit.name;
        let moved = before.entry.parent_id != unit.parent_id;
        if renamed || moved {
            touch_units(tx, collection, &below, version)?;
        }
        if renamed {
            touch_members(tx, collection, &unit.id, version)?;
        }
        if moved {
            regroup(tx, &tree, &below)?;
        }
    }
    Ok(changes::record(tx, collection, ObjectType::Unit, &unit.id).with(()))
}

/// The paths of these units are new.
fn touch_units(
    tx: &mut Tx<'_>,
    directory: CollectionId,
    units: &[UnitId],
    version: i64,
) -> Result<(), Error> {
    let ids: Vec<&str> = units.iter().map(Id::as_str).collect();
    store::units::touch(tx, &ids, version)?;
    for id in units {
        let _recorded = changes::record(tx, directory, ObjectType::Unit, id);
    }
    Ok(())
}

/// The name of the unit shows in everyone who has a post in it.
fn touch_members(tx: &mut Tx<'_>, directory: CollectionId, unit: &UnitId, version: i64) -> Result<(), Error> {
    let members: Vec<PersonId> = store::people::posts_of_members(tx, &[unit.as_str()])?.into_keys().collect();
    let ids: Vec<&str> = members.iter().map(Id::as_str).collect();
    store::people::touch(tx, &ids, version)?;
    let hidden = store::people::suppressed(tx)?;
    for person in &members {
        let audience = audience(hidden.contains(person));
        let _recorded = changes::record_for(tx, directory, ObjectType::Person, person, audience);
    }
    Ok(())
}

/// Puts everyone in these units into the groups of where the units now are.
fn regroup(tx: &mut Tx<'_>, tree: &Tree, units: &[UnitId]) -> Result<(), Error> {
    let ids: Vec<&str> = units.iter().map(Id::as_str).collect();
    for (person, posts) in store::people::posts_of_members(tx, &ids)? {
        let posts = posts.iter().map(|(unit, title)| (unit, title.as_deref()));
        access::set_groups(tx, &person, &groups(tree, posts))?;
    }
    Ok(())
}

/// A unit and all below it.
fn below(tree: &Tree, unit: &UnitId) -> Vec<UnitId> {
    let run = tree.find(unit).and_then(|at| Some(at..tree.get(at)?.end)).unwrap_or_default();
    run.filter_map(|at| Some(tree.get(at)?.unit.id.clone())).collect()
}

fn faults(unit: &UnitEntry, units: &[StoredUnit]) -> Vec<FieldFault> {
    let mut faults = name_faults(unit, "");
    let parent = |id: &UnitId| units.iter().find(|stored| stored.entry.id == *id).map(|stored| &stored.entry);
    let mut seen = HashSet::from([&unit.id]);
    let mut above = unit.parent_id.as_ref();
    while let Some(id) = above {
        if !seen.insert(id) {
            faults.push(FieldFault::new("/parentId", "circle", "a unit cannot lie below itself"));
            break;
        }
        match parent(id) {
            Some(entry) => above = entry.parent_id.as_ref(),
            None => {
                faults.push(FieldFault::new("/parentId", "not-found", "there is no such unit"));
                break;
            }
        }
    }
    faults
}

/// What is wrong with a unit's name.
pub(in crate::directory) fn name_faults(unit: &UnitEntry, prefix: &str) -> Vec<FieldFault> {
    let pointer = format!("{prefix}/name");
    if unit.name.trim().is_empty() {
        return vec![FieldFault::new(pointer, "required", "a unit has a name")];
    }
    if unit.name.contains('/') {
        return vec![FieldFault::new(
            pointer,
            "slash",
            "a unit's name has no slash: it parts the names of a path",
        )];
    }
    text_fault(pointer, &unit.name).into_iter().collect()
}
