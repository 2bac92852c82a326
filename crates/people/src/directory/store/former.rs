//! People who have left, for those who compare.

use diesel::prelude::*;
use renraku_base::Id;
use renraku_db::{Error, ReadTx, Tx, schema::people};

use super::people::{end, put_all};
use crate::directory::{PersonEntry, PersonName, roster::Former};

type Row = (String, String, String, Option<String>, String, String, Option<String>, i64);

/// Everyone who has left and had a number in the personnel register, with their version, who left last at the end; one statement.
pub fn list(tx: &mut ReadTx<'_>) -> Result<Vec<(Former, i64)>, Error> {
    let rows: Vec<Row> = tx.fetch(
        people::table
            .filter(people::former_staff_number.is_not_null())
            .order((people::left_on, people::version))
            .select((
                people::id,
                people::full_name,
                people::phonetic,
                people::former_staff_number,
                people::phones,
                people::emails,
                people::left_on,
                people::version,
            )),
    )?;
    rows.into_iter()
        .map(|(id, full, phonetic, staff_number, phones, emails, left_on, version)| {
            let damaged = |what: &str| Error::damaged(format!("{what} of person {id}"));
            let person = PersonEntry {
                name: PersonName { full, phonetic },
                posts: Vec::new(),
                phones: serde_json::from_str(&phones).map_err(|_not_json| damaged("phones"))?,
                emails: serde_json::from_str(&emails).map_err(|_not_json| damaged("emails"))?,
                staff_number,
                id: Id::stored(id),
            };
            Ok((Former { person, left_on: left_on.unwrap_or_default() }, version))
        })
        .collect()
}

/// Makes people who came back as they were before.
pub fn put(tx: &mut Tx<'_>, formers: &[Former], version: i64) -> Result<(), Error> {
    for Former { person, left_on } in formers {
        put_all(tx, std::slice::from_ref(person), version)?;
        end(tx, &[person.id.as_str()], left_on, version)?;
    }
    Ok(())
}
