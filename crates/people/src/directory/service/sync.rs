use std::{collections::HashMap, sync::Arc};

use renraku_base::{PersonId, Principal, UnitId};
use renraku_db::{Error, ReadTx};

use crate::directory::{Directory, PersonJson, Unit, store};

/// Whom `who` is shown before others, at most `most`: favourites, those with whom they were in touch last, the nearest in the
/// organisation. Each is named by a group in which hardly anybody else is, so that many are named in few bytes, and what is listed
/// by groups is listed once whatever becomes of the reasons for it.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn who_is_listed_first(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    who: &Principal,
    most: usize,
) -> Result<Vec<u16>, Error> {
    let preferred = store::recent::list_preferred(tx, &who.person)?;
    directory.read(tx, |index| index.first_groups(&who.person, &preferred, most))
}

/// The people of these groups, group by group, each with the place of theirs, from the first after a place and an id on.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn list_first_people_for_sync(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    groups: &[u16],
    after: Option<(usize, &str)>,
    limit: usize,
) -> Result<Vec<(usize, Arc<PersonJson>)>, Error> {
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    directory.read(tx, |index| index.people_of_groups(groups, after, limit))
}

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
    list_other_people_for_sync(tx, directory, &[], after, limit)
}

/// The same without those who are in one of these groups.
///
/// # Errors
/// [`Error`] when a statement fails.
pub fn list_other_people_for_sync(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    first: &[u16],
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Arc<PersonJson>>, Error> {
    let after = after.map(|id| PersonId::stored(id.to_owned()));
    directory.read(tx, |index| index.people_in_no_group(first, after.as_ref(), limit))
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
