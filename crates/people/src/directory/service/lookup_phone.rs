use std::sync::Arc;

use renraku_base::{FieldFault, Limit, Principal};
use renraku_db::ReadTx;

use crate::{
    directory::{Directory, DirectoryFault, PersonJson},
    search::fold_number,
};

/// Who is calling: the people with this number in any spelling, or with this extension, best first. Whose own it is comes
/// before those who share it, and colleagues near to `who` before others.
///
/// # Errors
/// [`DirectoryFault`] when it is no number or a statement fails.
pub fn lookup_phone(
    tx: &mut ReadTx<'_>,
    directory: &Directory,
    who: &Principal,
    phone: &str,
) -> Result<Vec<Arc<PersonJson>>, DirectoryFault> {
    let Some(number) = fold_number(phone) else {
        let detail = "a phone number has 2 to 15 digits, like 0155-26-1111, +81 155 26 1111 or an extension";
        return Err(DirectoryFault::BadQuery(FieldFault::new("phone", "phone-number", detail)));
    };
    let found = directory.read(tx, |index| {
        let people = index.find_by_number(&number, &who.person);
        people.into_iter().take(Limit::default().get()).cloned().collect()
    })?;
    Ok(found)
}
