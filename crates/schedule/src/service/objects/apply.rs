use renraku_base::{EventId, FacilityId, Precondition, Principal};
use renraku_db::{Changed, Tx};

use crate::{
    ScheduleFault,
    model::{Event, EventView, LocalDateTime},
    service::update_event::{Change, Scope, open},
    store::events::StoredEvent,
};

/// Turns an event of the organizer's side into `merged`. What differs in single occurrences alone is told of these.
pub(super) fn apply(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &EventId,
    mut merged: Event,
    facilities: &[FacilityId],
) -> Result<Changed<EventView>, ScheduleFault> {
    let before = open(tx, who, id, &Precondition::None)?;
    // Who organizes an event never changes.
    merged.organizer_calendar_address.clone_from(&before.stored.event.organizer_calendar_address);
    let single = changed_occurrences(&before.stored.event, &merged);
    let same_facilities = facilities == before.stored.facilities;
    let steps: Vec<(Event, Scope)> = match single {
        Some(ids) if same_facilities && !ids.is_empty() => {
            let mut event = before.stored.event.clone();
            let mut step = |id: LocalDateTime| {
                match merged.recurrence_overrides.get(&id) {
                    Some(patch) => event.recurrence_overrides.insert(id, patch.clone()),
                    None => event.recurrence_overrides.remove(&id),
                };
                (event.clone(), Scope::This(id))
            };
            ids.into_iter().map(&mut step).collect()
        }
        _ => vec![(merged, Scope::All)],
    };
    let mut opened = Some(before);
    let mut done = None;
    for (event, scope) in steps {
        let before = match opened.take() {
            Some(before) => before,
            None => open(tx, who, id, &Precondition::None)?,
        };
        let after = StoredEvent { event, facilities: facilities.to_vec(), ..before.stored.clone() };
        let home = before.home.clone();
        done = Some(Change { before, home, after, scope, dropped: Vec::new() }.store(tx, who)?);
    }
    done.ok_or(ScheduleFault::NotFound)
}

/// The occurrences in which two versions of a series differ, when they differ in nothing else; at most a few.
fn changed_occurrences(before: &Event, after: &Event) -> Option<Vec<LocalDateTime>> {
    const FEW: usize = 10;
    let series = |event: &Event| Event {
        recurrence_overrides: std::collections::BTreeMap::new(),
        updated: None,
        sequence: 0,
        ..event.clone()
    };
    if series(before) != series(after) {
        return None;
    }
    let ids = before.recurrence_overrides.keys().chain(after.recurrence_overrides.keys());
    let mut changed: Vec<LocalDateTime> = ids
        .filter(|id| before.recurrence_overrides.get(id) != after.recurrence_overrides.get(id))
        .copied()
        .collect();
    changed.sort_unstable();
    changed.dedup();
    (changed.len() <= FEW).then_some(changed)
}
