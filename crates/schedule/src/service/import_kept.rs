//! What of an event stays when a file says it anew: whom we invited, and what is booked.

use std::collections::{HashMap, HashSet};

use super::staff;
use crate::{
    model::{Event, PatchObject},
    rules::recurrence,
    store::events::StoredEvent,
};

/// Keeps the participants who were invited by us: a file knows them by their addresses alone. Where it moves what they
/// answered, they are asked again.
pub(super) fn keep_staff(event: &mut Event, stored: &StoredEvent) {
    let before = &stored.event;
    let shift = recurrence::shift(before, event);
    event.change_everywhere(PatchObject::touches_people, |id, event| {
        let occurrence = id.and_then(|id| before.occurrence(shift.before(id)));
        let before = occurrence.as_ref().unwrap_or(before);
        keep_staff_of(event, before);
        if !event.is_when(before) {
            staff::forget_answers(event, |it| it.person_id.is_some() && it.person_id != stored.organizer);
        }
    });
}

/// Keeps what single occurrences book, which moves along with the series: a file does not know of it.
pub(super) fn keep_bookings(event: &mut Event, before: &Event) {
    let booked = before.recurrence_overrides.iter();
    let booked = booked.filter_map(|(id, patch)| Some((*id, patch.facility_ids()?))).collect();
    for (id, booked) in recurrence::move_along(before, event, booked) {
        if recurrence::has_occurrence(event, id) {
            event.put_facility_ids(id, Some(&booked));
        }
    }
}

fn keep_staff_of(event: &mut Event, before: &Event) {
    let mut seen: HashSet<String> = HashSet::new();
    let staff: HashMap<String, _> = before
        .participants
        .iter()
        .filter(|(_, participant)| participant.person_id.is_some())
        .filter_map(|(key, it)| Some((staff::mail_address(it.calendar_address.as_deref()?)?, (key, it))))
        .collect();
    let given = std::mem::take(&mut event.participants);
    for (key, mut participant) in given {
        let address = participant.calendar_address.as_deref().and_then(staff::mail_address);
        let Some((address, (stored_key, stored))) =
            address.and_then(|it| staff.get(&it).map(|known| (it, known)))
        else {
            event.participants.insert(key, participant);
            continue;
        };
        if seen.insert(address) {
            participant.person_id.clone_from(&stored.person_id);
            participant.take_answer(stored);
            event.participants.insert((*stored_key).clone(), participant);
        }
    }
}
