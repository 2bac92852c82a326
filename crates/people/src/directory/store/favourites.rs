use diesel::prelude::*;
use renraku_base::{Id, PersonId};
use renraku_db::{Error, ReadTx, Tx, schema::favourites};

/// The favourites of a person, in the order of their ids; one statement.
pub fn list(tx: &mut ReadTx<'_>, of: &PersonId) -> Result<Vec<PersonId>, Error> {
    let ids: Vec<String> = tx.fetch(
        favourites::table
            .filter(favourites::person_id.eq(of.as_str()))
            .order(favourites::favourite_id)
            .select(favourites::favourite_id),
    )?;
    Ok(ids.into_iter().map(Id::stored).collect())
}

/// Makes somebody a favourite; whether they were none.
pub fn insert(tx: &mut Tx<'_>, of: &PersonId, favourite: &PersonId) -> Result<bool, Error> {
    let row = (
        favourites::person_id.eq(of.as_str()),
        favourites::favourite_id.eq(favourite.as_str()),
        favourites::created_at.eq(tx.now().micros()),
    );
    Ok(tx.run(diesel::insert_into(favourites::table).values(row).on_conflict_do_nothing())? > 0)
}

/// Makes somebody no favourite any more; whether they were one.
pub fn remove(tx: &mut Tx<'_>, of: &PersonId, favourite: &PersonId) -> Result<bool, Error> {
    let row = favourites::table.find((of.as_str(), favourite.as_str()));
    Ok(diesel::delete(row).execute(tx.conn())? > 0)
}
