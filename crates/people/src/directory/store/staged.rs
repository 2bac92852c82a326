//! People who are written ahead of the transaction that shows them: until then they are not in office.

use diesel::prelude::*;
use renraku_base::{Id, PersonId};
use renraku_db::{Error, ReadTx, Tx, among, schema::people};

use super::people::{NewRow, ROWS_A_STATEMENT, insert_posts_and_emails};
use crate::directory::PersonEntry;

/// Stands where others have the day on which they left.
pub(super) const STAGED: &str = "staged";

/// Writes new people, neither with posts and addresses, by which they would be found, nor with their number, which stays free.
pub fn insert(tx: &mut Tx<'_>, people: &[PersonEntry], version: i64) -> Result<(), Error> {
    for some in people.chunks(ROWS_A_STATEMENT) {
        let staged =
            |person| NewRow { staff_number: None, left_on: Some(STAGED), ..NewRow::new(person, version) };
        let rows: Vec<NewRow<'_>> = some.iter().map(staged).collect();
        tx.run(diesel::insert_into(people::table).values(&rows))?;
    }
    Ok(())
}

/// How many of these people are written ahead.
pub fn count(tx: &mut ReadTx<'_>, people: &[PersonEntry]) -> Result<usize, Error> {
    let mut count = 0;
    for some in people.chunks(ROWS_A_STATEMENT) {
        let staged = people::table
            .filter(among(people::id, some.iter().map(|person| person.id.as_str())))
            .filter(people::left_on.eq(STAGED))
            .count()
            .get_result::<i64>(tx.conn())?;
        count += usize::try_from(staged).unwrap_or_default();
    }
    Ok(count)
}

/// Shows people who were written ahead, with their posts and addresses.
pub fn admit(tx: &mut Tx<'_>, people: &[PersonEntry], version: i64) -> Result<(), Error> {
    for some in people.chunks(ROWS_A_STATEMENT) {
        for person in some {
            diesel::update(people::table.find(person.id.as_str()))
                .set((
                    people::left_on.eq(None::<&str>),
                    people::staff_number.eq(person.staff_number.as_deref()),
                    people::version.eq(version),
                ))
                .execute(tx.conn())?;
        }
        insert_posts_and_emails(tx, some)?;
    }
    Ok(())
}

/// Those whom nobody showed, because what wrote them was ended.
pub fn list(tx: &mut ReadTx<'_>) -> Result<Vec<PersonId>, Error> {
    let ids: Vec<String> =
        people::table.filter(people::left_on.eq(STAGED)).select(people::id).load(tx.conn())?;
    Ok(ids.into_iter().map(Id::stored).collect())
}

/// Takes such people away.
pub fn remove(tx: &mut Tx<'_>, ids: &[&str]) -> Result<(), Error> {
    let staged =
        people::table.filter(among(people::id, ids.iter().copied())).filter(people::left_on.eq(STAGED));
    diesel::delete(staged).execute(tx.conn())?;
    Ok(())
}
