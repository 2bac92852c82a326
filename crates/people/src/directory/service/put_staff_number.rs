use renraku_base::{FieldFault, PersonId};
use renraku_db::{Changed, ObjectType, Tx, changes};

use super::put_person::audience;
use crate::directory::{DirectoryFault, live, store};

/// Gives somebody in office their number in the personnel register, by which an import finds them.
///
/// # Errors
/// [`DirectoryFault`] when there is no such person in office, another person has the number, or a statement fails.
pub fn put_staff_number(
    tx: &mut Tx<'_>,
    person: &PersonId,
    number: &str,
) -> Result<Changed<()>, DirectoryFault> {
    store::people::own(tx, person)?.ok_or(DirectoryFault::NotFound)?;
    match store::people::find_by_staff_number(tx, number)? {
        Some(holder) if holder == *person => return Ok(Changed::nothing(())),
        Some(_) => {
            let fault = FieldFault::new("/staffNumber", "taken", "another person has this staff number");
            return Err(DirectoryFault::Invalid(vec![fault]));
        }
        None => {}
    }
    let before = store::people::find(tx, person)?.ok_or(DirectoryFault::NotFound)?;
    let version = tx.next_version(Some(before.version));
    store::people::put_staff_number(tx, person, number, version)?;
    let collection = live::collection(tx)?;
    let audience = audience(before.suppressed);
    Ok(changes::record_for(tx, collection, ObjectType::Person, person, audience).with(()))
}
