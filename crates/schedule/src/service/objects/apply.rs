use renraku_base::{EventId, FacilityId, Precondition, Principal};
use renraku_db::{Changed, Tx};

use crate::{
    ScheduleFault,
    model::{Event, EventView, LocalDateTime},
    service::{
        change::Change,
        staff,
        tell_change::Untold,
        update_event::{Scope, open},
    },
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
    let stored = &before.stored;
    keep_organizer(stored, &mut merged);
    if merged.participants != stored.event.participants
        && merged.recurrence_overrides != stored.event.recurrence_overrides
    {
        // A client that leaves out what the directory says of somebody changes nothing of the series.
        staff::complete(tx, &mut merged, (stored.organizer.as_ref(), who), Some(&stored.event))?;
    }
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
    let (mut done, mut untold) = (None, Untold::default());
    for (event, scope) in steps {
        let before = match opened.take() {
            Some(before) => before,
            None => open(tx, who, id, &Precondition::None)?,
        };
        let after = StoredEvent { event, facilities: facilities.to_vec(), ..before.stored.clone() };
        let home = before.home.clone();
        let change = Change { before, home, after, scope, dropped: Vec::new() };
        let (changed, next) = change.store_untold(tx, who)?;
        untold.add(next);
        done = Some(changed);
    }
    untold.tell(tx, who)?;
    done.ok_or(ScheduleFault::NotFound)
}

/// A client that names the organizer in `ORGANIZER` alone does not take them out of the event.
fn keep_organizer(before: &StoredEvent, merged: &mut Event) {
    let there = before.organizer.as_ref().and_then(|person| before.event.participant(person));
    if let Some((key, participant)) = there
        && !merged.participants.is_empty()
        && !merged.participants.values().any(|it| it.calendar_address == participant.calendar_address)
    {
        merged.participants.entry(key.to_owned()).or_insert_with(|| participant.clone());
    }
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
    let changed = before.different_exceptions(after);
    (changed.len() <= FEW).then_some(changed)
}
