use renraku_base::PersonId;
use renraku_db::{Changed, ObjectType, Tx, changes};

use super::put_person::audience;
use crate::{
    access,
    account::forget_remembered,
    directory::{DirectoryFault, live, roster::office_day, store},
};

/// Takes a person out of the directory and out of every unit. Their name stays known to [`names`](super::names), for what
/// they once wrote.
///
/// # Errors
/// [`DirectoryFault`] when there is no such person or a statement fails.
pub fn end_person(tx: &mut Tx<'_>, person: &PersonId) -> Result<Changed<()>, DirectoryFault> {
    let before = store::people::find(tx, person)?.ok_or(DirectoryFault::NotFound)?;
    let version = tx.next_version(Some(before.version));
    let today = office_day(tx.now());
    store::people::end(tx, &[person.as_str()], &today.to_string(), version)?;
    store::terms::follow(tx, &[person.as_str()], today)?;
    access::set_groups(tx, person, &[])?;
    forget_remembered(tx, &[person.as_str()])?;
    store::recent::remove_all(tx, &[person.as_str()])?;
    let collection = live::collection(tx)?;
    let audience = audience(before.suppressed);
    Ok(changes::record_gone_for(tx, collection, ObjectType::Person, person, audience).with(()))
}
