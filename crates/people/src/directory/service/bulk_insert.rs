use std::collections::HashSet;

use renraku_base::{FieldFault, PersonId, UnitId};
use renraku_db::{ObjectType, Tx, changes};

use super::{
    put_person::{faults, groups, posts_of},
    put_unit::name_faults,
};
use crate::{
    access::{self, Grantee},
    directory::{
        DirectoryFault, PersonEntry, UnitEntry, live, store,
        tree::{StoredUnit, Tree},
    },
};

/// Writes many new units and people at once: a demo office, a first import. A unit that lies below another comes after it.
/// Of what is there already nothing changes: an id or a staff number that is taken ends the transaction.
///
/// # Errors
/// [`DirectoryFault`] when something is wrong (named with its place, like `/people/3/name/full`) or a statement fails.
pub fn bulk_insert(
    tx: &mut Tx<'_>,
    units: &[UnitEntry],
    people: &[PersonEntry],
) -> Result<(), DirectoryFault> {
    let version = tx.next_version(None);
    let mut stored = store::units::list(tx)?;
    let mut known: HashSet<UnitId> = stored.iter().map(|unit| unit.entry.id.clone()).collect();
    let mut wrong = Vec::new();
    for (at, unit) in units.iter().enumerate() {
        wrong.extend(name_faults(unit, &format!("/units/{at}")));
        if unit.parent_id.as_ref().is_some_and(|parent| !known.contains(parent)) {
            let pointer = format!("/units/{at}/parentId");
            wrong.push(FieldFault::new(pointer, "not-found", "the unit above comes before the one below"));
        }
        known.insert(unit.id.clone());
    }
    stored.extend(units.iter().map(|unit| StoredUnit { entry: unit.clone(), version }));
    let tree = Tree::new(stored);
    for (at, person) in people.iter().enumerate() {
        let place =
            |fault: FieldFault| FieldFault { pointer: format!("/people/{at}{}", fault.pointer), ..fault };
        wrong.extend(faults(person, &tree).into_iter().map(place));
    }
    if !wrong.is_empty() {
        return Err(DirectoryFault::Invalid(wrong));
    }
    store::units::insert(tx, units, version)?;
    store::people::insert(tx, people, version)?;
    store::terms::begin(tx, people, None)?;
    let groups: Vec<(PersonId, Vec<Grantee>)> =
        people.iter().map(|person| (person.id.clone(), groups(&tree, posts_of(person)))).collect();
    access::add_to_groups(tx, &groups)?;
    access::add_personal_collections(tx, &people.iter().map(|person| &person.id).collect::<Vec<_>>())?;
    let collection = live::collection(tx)?;
    for unit in units {
        let _recorded = changes::record(tx, collection, ObjectType::Unit, &unit.id);
    }
    for person in people {
        let _recorded = changes::record(tx, collection, ObjectType::Person, &person.id);
    }
    Ok(())
}
