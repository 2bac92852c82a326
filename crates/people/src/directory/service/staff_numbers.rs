use std::collections::HashMap;

use renraku_base::PersonId;
use renraku_db::{Error, ReadTx};

use crate::directory::store;

/// Who in office has which number in the personnel register; one statement.
///
/// # Errors
/// [`Error`] when the statement fails.
pub fn staff_numbers(tx: &mut ReadTx<'_>) -> Result<HashMap<String, PersonId>, Error> {
    store::people::list_staff_numbers(tx)
}
