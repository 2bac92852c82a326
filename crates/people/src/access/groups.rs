//! Which groups a person belongs to.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use diesel::prelude::*;
use renraku_base::PersonId;
use renraku_db::{
    CollectionId, CollectionKind, Error, ObjectType, Tx, among, changes,
    schema::{collections, person_groups},
};

use super::{EVERYONE, Grantee};

/// What belongs to every person from their first day, so that a phone follows it from its first sync.
const PERSONAL: [CollectionKind; 3] =
    [CollectionKind::Home, CollectionKind::Mail, CollectionKind::Notifications];

/// Puts a person into exactly these units (each with all units above it) and posts, themselves and everyone, and makes their
/// personal collections when they are new. What they may see may be different now: their home tells their phones.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn set_groups(tx: &mut Tx<'_>, person: &PersonId, groups: &[Grantee]) -> Result<(), Error> {
    set_groups_of_all(tx, &[(person.clone(), groups.to_vec())])
}

/// The same for many people, by a number of statements that hardly grows with theirs.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn set_groups_of_all(tx: &mut Tx<'_>, people: &[(PersonId, Vec<Grantee>)]) -> Result<(), Error> {
    let mut homes: BTreeMap<String, CollectionId> = BTreeMap::new();
    for some in people.chunks(1_000) {
        let ids: Vec<&str> = some.iter().map(|(person, _)| person.as_str()).collect();
        tx.run(diesel::delete(
            person_groups::table.filter(among(person_groups::person_id, ids.iter().copied())),
        ))?;
        let known: Vec<(Option<String>, i64)> = tx.fetch(
            collections::table
                .filter(collections::kind.eq(CollectionKind::Home.as_str()))
                .filter(among(collections::owner_id, ids))
                .select((collections::owner_id, collections::id)),
        )?;
        homes.extend(known.into_iter().filter_map(|(owner, id)| Some((owner?, CollectionId(id)))));
    }
    add_to_groups(tx, people)?;
    let new: Vec<&PersonId> = people
        .iter()
        .map(|(person, _)| person)
        .filter(|person| !homes.contains_key(person.as_str()))
        .collect();
    add_personal_collections(tx, &new)?;
    for (person, _) in people {
        if let Some(home) = homes.get(person.as_str()) {
            let _recorded = changes::record(tx, *home, ObjectType::Calendar, person);
        }
    }
    Ok(())
}

/// Puts people who are in no group yet into theirs, many at once.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn add_to_groups(tx: &mut Tx<'_>, people: &[(PersonId, Vec<Grantee>)]) -> Result<(), Error> {
    let mut rows: Vec<(&str, Cow<'_, str>)> = Vec::new();
    let mut units_of_all: BTreeSet<&str> = BTreeSet::new();
    for (person, groups) in people {
        units_of_all.extend(groups.iter().filter_map(|group| match group {
            Grantee::Unit(unit) => Some(unit.as_str()),
            Grantee::Person(_) | Grantee::Post(..) | Grantee::Everyone => None,
        }));
        rows.push((person.as_str(), Cow::Borrowed(person.as_str())));
        rows.push((person.as_str(), Cow::Borrowed(EVERYONE)));
        rows.extend(groups.iter().map(|group| (person.as_str(), group.id())));
    }
    rows.sort_unstable();
    rows.dedup();
    for some in rows.chunks(4_000) {
        let values: Vec<_> = some
            .iter()
            .map(|(person, group)| {
                (person_groups::person_id.eq(*person), person_groups::group_id.eq(group.as_ref()))
            })
            .collect();
        tx.run(diesel::insert_into(person_groups::table).values(&values))?;
    }
    add_shared_homes(tx, units_of_all)
}

/// Makes the collections that belong to each person from their first day, for people who have none.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn add_personal_collections(tx: &mut Tx<'_>, people: &[&PersonId]) -> Result<(), Error> {
    for some in people.chunks(4_000) {
        let values: Vec<_> = some
            .iter()
            .flat_map(|person| PERSONAL.map(|kind| (person.as_str(), kind.as_str())))
            .map(|(person, kind)| (collections::owner_id.eq(person), collections::kind.eq(kind)))
            .collect();
        tx.run(diesel::insert_into(collections::table).values(&values))?;
    }
    Ok(())
}

/// Makes the homes of groups that get their first members. A home is there before anything is granted to its group, because a
/// sync token names the homes that a phone follows: one that came later would be waited for in vain.
fn add_shared_homes(tx: &mut Tx<'_>, units: BTreeSet<&str>) -> Result<(), Error> {
    let kind = CollectionKind::SharedHome;
    let groups: Vec<&str> = units.into_iter().chain([EVERYONE]).collect();
    let mut missing: Vec<&str> = Vec::new();
    for some in groups.chunks(1_000) {
        let known: Vec<Option<String>> = tx.fetch(
            collections::table
                .filter(collections::kind.eq(kind.as_str()))
                .filter(among(collections::owner_id, some))
                .select(collections::owner_id),
        )?;
        missing.extend(some.iter().filter(|group| !known.iter().flatten().any(|owner| owner == **group)));
    }
    changes::create_collections(tx, kind, &missing)?;
    Ok(())
}

/// Takes from people who never were in office their groups and personal collections.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn forget_people(tx: &mut Tx<'_>, people: &[&str]) -> Result<(), Error> {
    tx.run(diesel::delete(
        person_groups::table.filter(among(person_groups::person_id, people.iter().copied())),
    ))?;
    let personal = collections::kind.eq_any(PERSONAL.map(CollectionKind::as_str));
    let own = collections::table.filter(among(collections::owner_id, people.iter().copied()));
    tx.run(diesel::delete(own.filter(personal)))?;
    Ok(())
}
