//! People who are or were in office, for those who look at another day.

use diesel::prelude::*;
use renraku_base::{Id, PersonId};
use renraku_db::{
    Error, ReadTx, among,
    schema::{accounts, people},
};

use super::{people::ROWS_A_STATEMENT, staged::STAGED};
use crate::directory::{PersonEntry, PersonName};

type Row =
    (String, String, String, Option<String>, String, String, Option<String>, Option<String>, Option<String>);

/// Somebody who is or was in office.
pub struct Known {
    /// As they are, without posts; of who has left, the name alone.
    pub entry: PersonEntry,
    /// Their photo.
    pub photo_id: Option<String>,
    /// The name by which they sign in.
    pub username: Option<String>,
}

/// Those of these people who may be found, or might be if they had not left; one statement for 1,000 of them.
pub fn list(tx: &mut ReadTx<'_>, ids: &[&PersonId]) -> Result<Vec<Known>, Error> {
    let mut known = Vec::with_capacity(ids.len());
    for some in ids.chunks(ROWS_A_STATEMENT) {
        let listed = people::left_on.is_null().or(people::left_on.ne(STAGED));
        let rows: Vec<Row> = tx.fetch(
            people::table
                .left_join(accounts::table.on(accounts::person_id.eq(people::id)))
                .filter(among(people::id, some.iter().map(|id| id.as_str())))
                .filter(people::suppressed.eq(false))
                .filter(listed.assume_not_null())
                .select((
                    people::id,
                    people::full_name,
                    people::phonetic,
                    people::staff_number,
                    people::phones,
                    people::emails,
                    people::photo_id,
                    people::left_on,
                    accounts::username.nullable(),
                )),
        )?;
        for row in rows {
            known.push(read(row)?);
        }
    }
    Ok(known)
}

fn read(row: Row) -> Result<Known, Error> {
    let (id, full, phonetic, staff_number, phones, emails, photo_id, left_on, username) = row;
    let damaged = |what: &str| Error::damaged(format!("{what} of person {id}"));
    let in_office = left_on.is_none();
    // The telephone of who has left rings on somebody else's desk.
    let (phones, emails) = if in_office {
        (
            serde_json::from_str(&phones).map_err(|_not_json| damaged("phones"))?,
            serde_json::from_str(&emails).map_err(|_not_json| damaged("emails"))?,
        )
    } else {
        (Vec::new(), Vec::new())
    };
    let name = PersonName { full, phonetic };
    let entry = PersonEntry { name, posts: Vec::new(), phones, emails, staff_number, id: Id::stored(id) };
    let photo_id = photo_id.filter(|_| in_office);
    Ok(Known { entry, photo_id, username: username.filter(|_| in_office) })
}
