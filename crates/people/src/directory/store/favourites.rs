use diesel::prelude::*;
use renraku_base::{Id, PersonId};
use renraku_db::{Error, ReadTx, Tx, among, schema::favourites};

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

/// The next favourites of a person whose ids come after `after`, each with when they became one; one statement.
pub fn list_after(
    tx: &mut ReadTx<'_>,
    of: &PersonId,
    after: &str,
    limit: i64,
) -> Result<Vec<(PersonId, i64)>, Error> {
    let rows: Vec<(String, i64)> = tx.fetch(
        favourites::table
            .filter(favourites::person_id.eq(of.as_str()).and(favourites::favourite_id.gt(after)))
            .order(favourites::favourite_id)
            .limit(limit)
            .select((favourites::favourite_id, favourites::created_at)),
    )?;
    Ok(rows.into_iter().map(|(id, at)| (Id::stored(id), at)).collect())
}

/// Those of these people who are favourites of a person, each with since when; one statement.
pub fn get(tx: &mut ReadTx<'_>, of: &PersonId, ids: &[String]) -> Result<Vec<(PersonId, i64)>, Error> {
    let rows: Vec<(String, i64)> = tx.fetch(
        favourites::table
            .filter(favourites::person_id.eq(of.as_str()))
            .filter(among(favourites::favourite_id, ids))
            .select((favourites::favourite_id, favourites::created_at)),
    )?;
    Ok(rows.into_iter().map(|(id, at)| (Id::stored(id), at)).collect())
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
