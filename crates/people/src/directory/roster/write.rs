//! Writes what a plan says: many people by few statements.

use chrono::NaiveDate;
use renraku_base::{Entropy, FieldFault, Id, PersonId};
use renraku_db::{Db, Error, ObjectType, Tx, changes};

use super::RosterPlan;
use crate::{
    access::{self, Grantee},
    account::forget_remembered,
    directory::{
        DirectoryFault, PersonEntry, live,
        service::{audience, faults_of_person, groups, name_faults, posts_of},
        store,
        tree::{StoredUnit, Tree},
    },
};

/// Refuses a plan in which a unit or a person is wrong, and says to which groups those belong who come.
pub(in crate::directory) fn complete(
    mut plan: RosterPlan,
    stored: Vec<StoredUnit>,
) -> Result<RosterPlan, DirectoryFault> {
    let tree = tree_with(&plan, stored);
    let mut wrong: Vec<FieldFault> = Vec::new();
    for (at, unit) in plan.new_units.iter().enumerate() {
        wrong.extend(name_faults(unit, &format!("/units/{at}")));
    }
    let changed = plan.changed.iter().map(|change| &change.after);
    for person in plan.added.iter().chain(changed).chain(&plan.returned) {
        let number = person.staff_number.as_deref().unwrap_or_default();
        let place =
            |fault: FieldFault| FieldFault { pointer: format!("/people/{number}{}", fault.pointer), ..fault };
        wrong.extend(faults_of_person(person, &tree).into_iter().map(place));
    }
    plan.groups = plan.added.iter().map(|person| groups_of(&tree, person)).collect();
    if wrong.is_empty() { Ok(plan) } else { Err(DirectoryFault::Invalid(wrong)) }
}

fn tree_with(plan: &RosterPlan, mut units: Vec<StoredUnit>) -> Tree {
    units.extend(plan.new_units.iter().map(|entry| StoredUnit { entry: entry.clone(), version: 0 }));
    Tree::new(units)
}

fn groups_of(tree: &Tree, person: &PersonEntry) -> (PersonId, Vec<Grantee>) {
    (person.id.clone(), groups(tree, posts_of(person)))
}

/// So few are written together with what shows them.
pub(in crate::directory) const FEW: usize = 1_000;

/// Writes those who come ahead of the transaction that shows them, in pieces, where they are many: others wait for each piece
/// alone. They get ids of their own, so that two who write the same ahead are not in each other's way.
pub(in crate::directory) fn stage(db: &Db, plan: &mut RosterPlan) -> Result<(), Error> {
    forget_staged(db)?;
    if plan.added.len() <= FEW {
        return Ok(());
    }
    for (person, groups) in plan.added.iter_mut().zip(&mut plan.groups) {
        person.id = Entropy.new_id(db.now());
        groups.0 = person.id.clone();
    }
    for (people, groups) in plan.added.chunks(FEW).zip(plan.groups.chunks(FEW)) {
        db.write_many(|tx| {
            let version = tx.next_version(None);
            store::staged::insert(tx, people, version)?;
            access::add_personal_collections(
                tx,
                &people.iter().map(|person| &person.id).collect::<Vec<_>>(),
            )?;
            access::add_to_groups(tx, groups)
        })?;
    }
    plan.staged = true;
    Ok(())
}

/// Takes away whom an import wrote ahead that was ended before it showed them.
fn forget_staged(db: &Db) -> Result<(), Error> {
    let left = db.read(store::staged::list)?;
    for some in left.chunks(FEW) {
        let ids: Vec<&str> = some.iter().map(Id::as_str).collect();
        db.write_many(|tx| {
            access::forget_people(tx, &ids)?;
            store::staged::remove(tx, &ids)
        })?;
    }
    Ok(())
}

/// Whether those are still there who were written ahead: another import may have taken them for left behind.
pub(in crate::directory) fn is_staged(tx: &mut Tx<'_>, plan: &RosterPlan) -> Result<bool, Error> {
    Ok(!plan.staged || store::staged::count(tx, &plan.added)? == plan.added.len())
}

/// Writes a plan that was made of the directory as it is, and that it holds from a day on. Who leaves left on `left_on`.
pub(in crate::directory) fn write(
    tx: &mut Tx<'_>,
    plan: &RosterPlan,
    from: NaiveDate,
    left_on: NaiveDate,
) -> Result<(), Error> {
    let version = tx.next_version(Some(plan.latest));
    store::units::insert(tx, &plan.new_units, version)?;
    if plan.staged {
        store::staged::admit(tx, &plan.added, version)?;
    } else {
        store::people::insert(tx, &plan.added, version)?;
        access::add_to_groups(tx, &plan.groups)?;
        let added: Vec<&PersonId> = plan.added.iter().map(|person| &person.id).collect();
        access::add_personal_collections(tx, &added)?;
    }
    let changed: Vec<PersonEntry> =
        plan.changed.iter().map(|change| &change.after).chain(&plan.returned).cloned().collect();
    store::people::put_all(tx, &changed, version)?;
    let ended: Vec<&str> = plan.ended.iter().map(|person| person.id.as_str()).collect();
    store::people::end(tx, &ended, &left_on.to_string(), version)?;
    store::former::put(tx, &plan.retired, version)?;
    forget_remembered(tx, &ended)?;
    store::recent::remove_all(tx, &ended)?;
    store::terms::begin(tx, &plan.added, Some(from))?;
    let moved: Vec<&str> = changed.iter().map(|person| person.id.as_str()).chain(ended).collect();
    store::terms::follow(tx, &moved, from)?;
    write_groups(tx, plan)?;
    let gone: Vec<&str> = plan.gone_units.iter().map(|unit| unit.as_str()).collect();
    store::units::remove(tx, &gone)?;
    record(tx, plan, &changed)
}

/// Puts those into other groups who moved, are back or leave.
fn write_groups(tx: &mut Tx<'_>, plan: &RosterPlan) -> Result<(), Error> {
    let tree = Tree::new(store::units::list(tx)?);
    let moved = plan.changed.iter().filter(|change| !posts_of(&change.before).eq(posts_of(&change.after)));
    let mut regrouped: Vec<(PersonId, Vec<Grantee>)> = moved
        .map(|change| &change.after)
        .chain(&plan.returned)
        .map(|person| groups_of(&tree, person))
        .collect();
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
    let hidden = store::people::suppressed(tx)?;
    for person in plan.added.iter().chain(changed) {
        let audience = audience(hidden.contains(&person.id));
        let _recorded = changes::record_for(tx, collection, ObjectType::Person, &person.id, audience);
    }
    for person in &plan.ended {
        let audience = audience(hidden.contains(&person.id));
        let _recorded = changes::record_gone_for(tx, collection, ObjectType::Person, &person.id, audience);
    }
    Ok(())
}
