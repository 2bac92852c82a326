//! Everyone who is or was in office, for those who look at another day.

use diesel::prelude::*;
use renraku_base::Id;
use renraku_db::{
    Error, ReadTx,
    schema::{accounts, people},
};

use super::staged::STAGED;
use crate::directory::{PersonEntry, PersonName};

type Row =
    (String, String, String, Option<String>, String, String, Option<String>, Option<String>, Option<String>);

/// Somebody who is or was in office.
pub struct Known {
    /// As they are, without posts; of who has left, the name alone.
    pub entry: PersonEntry,
    /// Whether they are in office.
    pub in_office: bool,
    /// Their photo.
    pub photo_id: Option<String>,
    /// The name by which they sign in.
    pub username: Option<String>,
}

/// Everyone who may be found, or might be if they had not left; one statement.
pub fn list(tx: &mut ReadTx<'_>) -> Result<Vec<Known>, Error> {
    let listed = people::left_on.is_null().or(people::left_on.ne(STAGED));
    let rows: Vec<Row> = tx.fetch(
        people::table
            .left_join(accounts::table.on(accounts::person_id.eq(people::id)))
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
    rows.into_iter().map(read).collect()
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
    Ok(Known { entry, in_office, photo_id, username: username.filter(|_| in_office) })
}
