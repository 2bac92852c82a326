use std::collections::{HashMap, HashSet};

use renraku_base::{PersonId, UnitId};
use renraku_db::{Error, ReadTx};

use crate::directory::{NamedPerson, Standing, store};

/// What these people are called and where they are written to, also of those who have left. One statement.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn names(tx: &mut ReadTx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, NamedPerson>, Error> {
    store::people::names(tx, people)
}

/// How these people stand in the office; ids of nobody are left out. One statement.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn standings(tx: &mut ReadTx<'_>, people: &[PersonId]) -> Result<HashMap<PersonId, Standing>, Error> {
    store::people::standings(tx, people)
}

/// Those of these people who must not be found. One statement.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn suppressed(tx: &mut ReadTx<'_>, people: &[&str]) -> Result<HashSet<PersonId>, Error> {
    store::people::suppressed_among(tx, people)
}

/// Everyone with a post in a unit or below it, in the order of their ids, but for those who must not be found. One statement.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn members(tx: &mut ReadTx<'_>, unit: &UnitId) -> Result<Vec<PersonId>, Error> {
    store::people::members(tx, unit)
}

/// Whether there is such a unit. One statement.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn is_unit(tx: &mut ReadTx<'_>, unit: &UnitId) -> Result<bool, Error> {
    let found = store::units::list_with_ancestors(tx, &[unit.as_str()])?;
    Ok(found.iter().any(|it| it.entry.id == *unit))
}

/// Who is written to at each of these addresses, in whatever case; addresses of nobody are left out, the others come in
/// lower case. One statement.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn find_by_email(tx: &mut ReadTx<'_>, addresses: &[&str]) -> Result<HashMap<String, PersonId>, Error> {
    let lower: Vec<String> = addresses.iter().map(|address| address.to_lowercase()).collect();
    store::people::find_by_email(tx, &lower)
}

/// Everybody who has a mail address, which should be one.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn list_by_email(tx: &mut ReadTx<'_>, address: &str) -> Result<Vec<PersonId>, Error> {
    store::people::list_by_email(tx, &address.to_lowercase())
}
