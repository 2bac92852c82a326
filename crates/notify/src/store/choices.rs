use std::collections::HashSet;

use diesel::prelude::*;
use renraku_base::{NotificationChoices, PersonId};
use renraku_db::{Error, ReadTx, among, schema::preferences};
use serde::Deserialize;

use crate::NotificationType;

/// What of somebody's preferences matters here.
#[derive(Deserialize)]
struct Chosen {
    #[serde(default)]
    notifications: NotificationChoices,
}

/// Those of these persons who want to hear nothing of a kind, by one statement.
pub(crate) fn deaf_to(
    tx: &mut ReadTx<'_>,
    persons: &[&PersonId],
    kind: NotificationType,
) -> Result<HashSet<String>, Error> {
    let mut deaf = HashSet::new();
    for some in persons.chunks(1_000) {
        let rows: Vec<(String, String)> = tx.fetch(
            preferences::table
                .filter(among(preferences::person_id, some.iter().map(|person| person.as_str())))
                .select((preferences::person_id, preferences::value)),
        )?;
        for (person, value) in rows {
            let chosen: Chosen = serde_json::from_str(&value).map_err(Error::damaged)?;
            if !kind.is_wanted(chosen.notifications) {
                deaf.insert(person);
            }
        }
    }
    Ok(deaf)
}
