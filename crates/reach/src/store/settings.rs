use std::collections::{HashMap, HashSet};

use diesel::prelude::*;
use renraku_base::{Id, PersonId, Timestamp};
use renraku_db::{
    Error, ReadTx, Tx, among, columns,
    schema::{preferences, reach_settings},
};
use renraku_people::directory::PhoneKind;
use serde::Deserialize;

use crate::{model::Activity, rules::setting::Said};

#[derive(Queryable, Selectable)]
#[diesel(table_name = reach_settings)]
struct Row {
    person_id: String,
    activity: String,
    until_at: i64,
    place: Option<String>,
    call_first: Option<String>,
    version: i64,
}

impl Row {
    fn into_said(self) -> Result<(PersonId, Said, i64), Error> {
        let activity = Activity::parse(&self.activity)
            .ok_or_else(|| Error::damaged(format!("activity {}", self.activity)))?;
        let call_first = self.call_first.as_deref().map(phone_kind).transpose()?;
        let until = Timestamp::from_micros(self.until_at);
        Ok((
            Id::stored(self.person_id),
            Said { activity, until, place: self.place, call_first },
            self.version,
        ))
    }
}

fn phone_kind(name: &str) -> Result<PhoneKind, Error> {
    serde_json::from_value(name.into()).map_err(Error::damaged)
}

/// What a person says, and in which version, also where it has ended.
pub(crate) fn get(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<Option<(Said, i64)>, Error> {
    let row: Option<Row> =
        tx.fetch_one(reach_settings::table.find(person.as_str()).select(columns::<Row>()))?;
    Ok(row.map(Row::into_said).transpose()?.map(|(_, said, version)| (said, version)))
}

/// What these persons say at `now`, by one statement.
pub(crate) fn list(
    tx: &mut ReadTx<'_>,
    persons: &[&str],
    now: Timestamp,
) -> Result<HashMap<PersonId, Said>, Error> {
    let theirs = among(reach_settings::person_id, persons.iter().copied());
    let rows: Vec<Row> = tx.fetch(
        reach_settings::table
            .filter(theirs.and(reach_settings::until_at.gt(now.micros())))
            .select(columns::<Row>()),
    )?;
    rows.into_iter().map(|row| row.into_said().map(|(person, said, _)| (person, said))).collect()
}

/// Stores what a person says.
pub(crate) fn put(tx: &mut Tx<'_>, person: &PersonId, said: &Said, version: i64) -> Result<(), Error> {
    let call_first = said.call_first.map(serde_json::to_value).transpose().map_err(Error::damaged)?;
    let values = (
        reach_settings::activity.eq(said.activity.as_str()),
        reach_settings::until_at.eq(said.until.micros()),
        reach_settings::place.eq(said.place.as_deref()),
        reach_settings::call_first.eq(call_first.as_ref().and_then(|kind| kind.as_str())),
        reach_settings::version.eq(version),
    );
    let statement = diesel::insert_into(reach_settings::table)
        .values((reach_settings::person_id.eq(person.as_str()), values))
        .on_conflict(reach_settings::person_id)
        .do_update()
        .set(values);
    tx.run_prepared(statement)?;
    Ok(())
}

/// Removes what a person says.
pub(crate) fn remove(tx: &mut Tx<'_>, person: &PersonId) -> Result<(), Error> {
    tx.run(diesel::delete(reach_settings::table.find(person.as_str())))?;
    Ok(())
}

/// Removes what has ended.
pub(crate) fn remove_ended(tx: &mut Tx<'_>, now: Timestamp) -> Result<(), Error> {
    tx.run(diesel::delete(reach_settings::table.filter(reach_settings::until_at.le(now.micros()))))?;
    Ok(())
}

/// What of somebody's preferences matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chosen {
    #[serde(default = "shared")]
    share_reach: bool,
}

const fn shared() -> bool {
    true
}

/// Those of these persons who show nobody how they are reached, by one statement.
pub(crate) fn hidden(tx: &mut ReadTx<'_>, persons: &[&str]) -> Result<HashSet<PersonId>, Error> {
    let rows: Vec<(String, String)> = tx.fetch(
        preferences::table
            .filter(among(preferences::person_id, persons.iter().copied()))
            .select((preferences::person_id, preferences::value)),
    )?;
    let mut hidden = HashSet::new();
    for (person, value) in rows {
        let chosen: Chosen = serde_json::from_str(&value).map_err(Error::damaged)?;
        if !chosen.share_reach {
            hidden.insert(Id::stored(person));
        }
    }
    Ok(hidden)
}
