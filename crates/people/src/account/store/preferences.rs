use diesel::prelude::*;
use renraku_base::PersonId;
use renraku_db::{Error, ReadTx, Tx, schema::preferences};

use crate::account::model::Choices;

/// What a person chose, with its version.
pub(crate) fn get(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<Option<(Choices, i64)>, Error> {
    let row: Option<(String, i64)> = preferences::table
        .find(person.as_str())
        .select((preferences::value, preferences::version))
        .first(tx.conn())
        .optional()?;
    row.map(|(value, version)| {
        let choices =
            serde_json::from_str(&value).map_err(|error| Error::damaged(format!("preferences: {error}")))?;
        Ok((choices, version))
    })
    .transpose()
}

/// Stores what a person chose in place of version `previous`; `false` when another version stands there by now.
pub(crate) fn put(
    tx: &mut Tx<'_>,
    person: &PersonId,
    choices: &Choices,
    version: i64,
    previous: Option<i64>,
) -> Result<bool, Error> {
    let value = serde_json::to_string(choices).map_err(Error::damaged)?;
    let count = match previous {
        Some(previous) => diesel::update(preferences::table.find(person.as_str()))
            .filter(preferences::version.eq(previous))
            .set((preferences::value.eq(&value), preferences::version.eq(version)))
            .execute(tx.conn())?,
        None => {
            let row = (
                preferences::person_id.eq(person.as_str()),
                preferences::value.eq(&value),
                preferences::version.eq(version),
            );
            tx.run(diesel::insert_into(preferences::table).values(row).on_conflict_do_nothing())?
        }
    };
    Ok(count == 1)
}
