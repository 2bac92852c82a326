use std::collections::HashMap;

use diesel::{prelude::*, sql_types::Bool, upsert::excluded};
use renraku_base::{Id, PersonId, Timestamp};
use renraku_db::{
    Error, ReadTx, Tx, among,
    schema::{favourites, recent_people as recent},
};

use crate::directory::recency::{KEPT, MOST, Preferred};

/// With whom a person was in touch, each with when, as it is stored; one statement.
pub fn list_stored(tx: &mut ReadTx<'_>, of: &PersonId) -> Result<HashMap<PersonId, Timestamp>, Error> {
    let rows: Vec<(String, i64)> = tx.fetch(
        recent::table.filter(recent::person_id.eq(of.as_str())).select((recent::other_id, recent::at)),
    )?;
    Ok(rows.into_iter().map(|(other, at)| (Id::stored(other), Timestamp::from_micros(at))).collect())
}

/// With whom a person was in touch last, the last first; one statement.
pub fn list(tx: &mut ReadTx<'_>, of: &PersonId) -> Result<Vec<(PersonId, Timestamp)>, Error> {
    let since = (tx.now() - KEPT).micros();
    let rows: Vec<(String, i64)> = tx.fetch(
        recent::table
            .filter(recent::person_id.eq(of.as_str()).and(recent::at.gt(since)))
            .order((recent::at.desc(), recent::other_id))
            .limit(i64::try_from(MOST).unwrap_or(i64::MAX))
            .select((recent::other_id, recent::at)),
    )?;
    Ok(rows.into_iter().map(|(other, at)| (Id::stored(other), Timestamp::from_micros(at))).collect())
}

/// Whom a person finds before others; one statement.
pub fn list_preferred(tx: &mut ReadTx<'_>, of: &PersonId) -> Result<Preferred, Error> {
    let since = (tx.now() - KEPT).micros();
    let chosen = favourites::table.filter(favourites::person_id.eq(of.as_str())).select((
        favourites::favourite_id,
        favourites::created_at,
        true.into_sql::<Bool>(),
    ));
    let met = recent::table.filter(recent::person_id.eq(of.as_str()).and(recent::at.gt(since))).select((
        recent::other_id,
        recent::at,
        false.into_sql::<Bool>(),
    ));
    let rows: Vec<(String, i64, bool)> = tx.fetch(chosen.union_all(met))?;
    let mut preferred = Preferred::default();
    for (person, at, chosen) in rows {
        let person = Id::stored(person);
        if chosen {
            preferred.favourites.push(person);
        } else {
            preferred.recent.push((person, Timestamp::from_micros(at)));
        }
    }
    preferred.recent.sort_unstable_by(|(a, at), (b, bt)| bt.cmp(at).then_with(|| a.cmp(b)));
    preferred.recent.truncate(MOST);
    Ok(preferred)
}

/// Writes down that a person was in touch with these others; one statement.
pub fn put(tx: &mut Tx<'_>, of: &PersonId, others: &[&PersonId], at: Timestamp) -> Result<(), Error> {
    let rows: Vec<_> = others
        .iter()
        .map(|other| {
            (
                recent::person_id.eq(of.as_str()),
                recent::other_id.eq(other.as_str()),
                recent::at.eq(at.micros()),
            )
        })
        .collect();
    let key = (recent::person_id, recent::other_id);
    let later = recent::at.eq(excluded(recent::at));
    match rows.as_slice() {
        [one] => tx.run_prepared(
            diesel::insert_into(recent::table).values(*one).on_conflict(key).do_update().set(later),
        ),
        many => {
            tx.run(diesel::insert_into(recent::table).values(many).on_conflict(key).do_update().set(later))?;
            Ok(())
        }
    }
}

/// Forgets that a person was in touch with these others.
pub fn remove(tx: &mut Tx<'_>, of: &PersonId, others: &[&PersonId]) -> Result<(), Error> {
    let those = among(recent::other_id, others.iter().map(|other| other.as_str()));
    tx.run(diesel::delete(recent::table.filter(recent::person_id.eq(of.as_str())).filter(those)))?;
    Ok(())
}

/// Forgets with whom these people were in touch.
pub fn remove_all(tx: &mut Tx<'_>, of: &[&str]) -> Result<(), Error> {
    tx.run(diesel::delete(recent::table.filter(among(recent::person_id, of.iter().copied()))))?;
    Ok(())
}

/// Forgets who was in touch before `until`; answers with how many.
pub fn prune(tx: &mut Tx<'_>, until: Timestamp) -> Result<usize, Error> {
    tx.run(diesel::delete(recent::table.filter(recent::at.le(until.micros()))))
}
