use std::collections::BTreeMap;

use diesel::prelude::*;
use renraku_base::{Id, PersonId, Role};
use renraku_db::{
    Error, ReadTx,
    schema::{calendars, grants},
};

use crate::model::CalendarKind;

/// How a right is stored that was given to one person by name.
const BY_NAME: &str = "person";

/// The other people whose calendars a person may read by a right in their own name, each with the highest of these rights.
pub(crate) fn list_owners(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<Vec<(PersonId, Role)>, Error> {
    let rows: Vec<(String, i32)> = tx.fetch(
        grants::table
            .inner_join(calendars::table.on(calendars::collection_id.eq(grants::collection_id)))
            .filter(grants::grantee_id.eq(person.as_str()).and(grants::role.ge(Role::Read.rank())))
            .filter(
                calendars::kind.eq(CalendarKind::Own.as_str()).and(calendars::owner_id.ne(person.as_str())),
            )
            .select((calendars::owner_id, grants::role)),
    )?;
    Ok(highest(rows))
}

/// The other people who may read a person's calendars by a right in their own name, each with the highest of these rights.
pub(crate) fn list_of_owner(tx: &mut ReadTx<'_>, owner: &PersonId) -> Result<Vec<(PersonId, Role)>, Error> {
    let rows: Vec<(String, i32)> = tx.fetch(
        calendars::table
            .inner_join(grants::table.on(grants::collection_id.eq(calendars::collection_id)))
            .filter(
                calendars::owner_id.eq(owner.as_str()).and(calendars::kind.eq(CalendarKind::Own.as_str())),
            )
            .filter(grants::grantee_kind.eq(BY_NAME).and(grants::grantee_id.ne(owner.as_str())))
            .filter(grants::role.ge(Role::Read.rank()))
            .select((grants::grantee_id, grants::role)),
    )?;
    Ok(highest(rows))
}

/// Whether a person may read any calendar of another by a right in their own name.
pub(crate) fn is_one(tx: &mut ReadTx<'_>, owner: &str, person: &PersonId) -> Result<bool, Error> {
    let any: Option<i64> = tx.fetch_one(
        calendars::table
            .inner_join(grants::table.on(grants::collection_id.eq(calendars::collection_id)))
            .filter(calendars::owner_id.eq(owner).and(calendars::kind.eq(CalendarKind::Own.as_str())))
            .filter(grants::grantee_id.eq(person.as_str()).and(grants::role.ge(Role::Read.rank())))
            .select(calendars::collection_id),
    )?;
    Ok(any.is_some())
}

fn highest(rows: Vec<(String, i32)>) -> Vec<(PersonId, Role)> {
    let mut people: BTreeMap<String, Role> = BTreeMap::new();
    for (person, rank) in rows {
        if let Some(role) = Role::from_rank(rank) {
            let known = people.entry(person).or_insert(role);
            *known = role.max(*known);
        }
    }
    people.into_iter().map(|(person, role)| (Id::stored(person), role)).collect()
}
