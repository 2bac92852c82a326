//! Writes what a plan says: many people by few statements.

use renraku_base::{FieldFault, PersonId, UnitId};
use renraku_db::{Error, ObjectType, Tx, changes};

use super::RosterPlan;
use crate::{
    access,
    directory::{
        DirectoryFault, PersonEntry, live,
        service::{faults_of_person, groups, name_faults},
        store,
        tree::{StoredUnit, Tree},
    },
};

/// Refuses a plan in which a unit or a person is wrong.
pub(in crate::directory) fn refuse_wrong(
    plan: &RosterPlan,
    stored: Vec<StoredUnit>,
) -> Result<(), DirectoryFault> {
    let tree = tree_with(plan, stored);
    let mut wrong: Vec<FieldFault> = Vec::new();
    for (at, unit) in plan.new_units.iter().enumerate() {
        wrong.extend(name_faults(unit, &format!("/units/{at}")));
    }
    for person in plan.added.iter().chain(plan.changed.iter().map(|change| &change.after)) {
        let number = person.staff_number.as_deref().unwrap_or_default();
        let place =
            |fault: FieldFault| FieldFault { pointer: format!("/people/{number}{}", fault.pointer), ..fault };
        wrong.extend(faults_of_person(person, &tree).into_iter().map(place));
    }
    if wrong.is_empty() { Ok(()) } else { Err(DirectoryFault::Invalid(wrong)) }
}

fn tree_with(plan: &RosterPlan, mut units: Vec<StoredUnit>) -> Tree {
    units.extend(plan.new_units.iter().map(|entry| StoredUnit { entry: entry.clone(), version: 0 }));
    Tree::new(units)
}

/// Makes what nobody sees of some who come, ahead of the transaction that shows them.
pub(in crate::directory) fn stage(tx: &mut Tx<'_>, people: &[PersonEntry]) -> Result<(), Error> {
    access::add_personal_collections(tx, &people.iter().map(|person| &person.id).collect::<Vec<_>>())
}

/// Writes a plan that was made of the directory as it is.
pub(in crate::directory) fn write(tx: &mut Tx<'_>, plan: &RosterPlan, left_on: &str) -> Result<(), Error> {
    let version = tx.next_version(Some(plan.latest));
    store::units::insert(tx, &plan.new_units, version)?;
    store::people::insert(tx, &plan.added, version)?;
    let changed: Vec<PersonEntry> =
        plan.changed.iter().map(|change| &change.after).chain(&plan.returned).cloned().collect();
    store::people::put_all(tx, &changed, version)?;
    let ended: Vec<&str> = plan.ended.iter().map(|person| person.id.as_str()).collect();
    store::people::end(tx, &ended, left_on, version)?;
    write_groups(tx, plan)?;
    let gone: Vec<&str> = plan.gone_units.iter().map(|unit| unit.as_str()).collect();
    store::units::remove(tx, &gone)?;
    record(tx, plan, &changed)
}

fn write_groups(tx: &mut Tx<'_>, plan: &RosterPlan) -> Result<(), Error> {
    let tree = Tree::new(store::units::list(tx)?);
    let of =
        |person: &PersonEntry| (person.id.clone(), groups(&tree, person.posts.iter().map(|post| &post.unit)));
    let new: Vec<(PersonId, Vec<UnitId>)> = plan.added.iter().map(of).collect();
    access::add_to_groups(tx, &new)?;
    if !plan.staged {
        stage(tx, &plan.added)?;
    }
    let units =
        |person: &PersonEntry| -> Vec<UnitId> { person.posts.iter().map(|post| post.unit.clone()).collect() };
    let moved = plan.changed.iter().filter(|change| units(&change.before) != units(&change.after));
    let mut regrouped: Vec<(PersonId, Vec<UnitId>)> =
        moved.map(|change| &change.after).chain(&plan.returned).map(of).collect();
    regrouped.extend(plan.ended.iter().map(|person| (person.id.clone(), Vec::new())));
    access::set_groups_of_all(tx, &regrouped)
}

fn record(tx: &mut Tx<'_>, plan: &RosterPlan, changed: &[PersonEntry]) -> Result<(), Error> {
    let collection = live::collection(tx)?;
    for unit in &plan.new_units {
        let _recorded = changes::record(tx, collection, ObjectType::Unit, &unit.id);
    }
    for unit in &plan.gone_units {
        let _recorded = changes::record_gone(tx, collection, ObjectType::Unit, unit);
    }
    for person in plan.added.iter().chain(changed) {
        let _recorded = changes::record(tx, collection, ObjectType::Person, &person.id);
    }
    for person in &plan.ended {
        let _recorded = changes::record_gone(tx, collection, ObjectType::Person, &person.id);
    }
    Ok(())
}
