use std::{collections::HashMap, time::Duration};

use renraku_base::{Language, PersonId, Principal};
use renraku_db::ReadTx;
use renraku_people::directory::service as directory;

use crate::{
    ReachFault,
    model::{Engagement, Reach},
    rules::derive::{self, Known},
    store::settings,
};

/// How far ahead of now the schedule is to be asked.
pub const AHEAD: Duration = derive::AHEAD;

/// How each of these persons is reached now, in their order, from what they say themselves and from what the schedule says of them to
/// this reader. Whoever must not be found is left out. Three statements, however many they are.
///
/// # Errors
/// [`ReachFault::Internal`] when a statement fails.
pub fn read_reach(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    persons: &[PersonId],
    engagements: &HashMap<PersonId, Vec<Engagement>>,
    language: Language,
) -> Result<Vec<Reach>, ReachFault> {
    let now = tx.now();
    let named = directory::names(tx, persons)?;
    let ids: Vec<&str> = persons.iter().map(PersonId::as_str).collect();
    let said = settings::list(tx, &ids, now)?;
    let hidden = settings::hidden(tx, &ids)?;
    let reached = persons.iter().filter_map(|person| {
        let named = named.get(person).filter(|named| *person == who.person || !named.suppressed)?;
        if hidden.contains(person) && *person != who.person {
            return Some(derive::untold(person, &named.phones, now, language));
        }
        let known = Known {
            person,
            phones: &named.phones,
            said: said.get(person),
            engagements: engagements.get(person).map_or(&[], Vec::as_slice),
        };
        Some(derive::reach(known, now, language))
    });
    Ok(reached.collect())
}
