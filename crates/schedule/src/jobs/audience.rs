//! Who hears of an event.

use renraku_base::{Id, PersonId};

use crate::{
    model::{Event, LocalDateTime, PatchObject},
    service::staff,
};

/// The staff and the addresses outside among an event's participants, without the organizer and those to whom the server sends
/// nothing.
pub(crate) fn audience(event: &Event, organizer: Option<&PersonId>) -> (Vec<PersonId>, Vec<String>) {
    let others =
        event.participants.values().filter(|participant| participant.schedule_agent.is_server()).filter(
            |participant| participant.person_id.is_none() || participant.person_id.as_ref() != organizer,
        );
    let (mut staff, mut outside) = (Vec::new(), Vec::new());
    for participant in others {
        match (&participant.person_id, &participant.calendar_address) {
            (Some(person), _) => staff.push(Id::clone(person)),
            (None, Some(address)) => outside.extend(staff::mail_address(address)),
            (None, None) => {}
        }
    }
    (staff, outside)
}

/// Those who take part in one occurrence and not in its series.
pub(crate) struct Guests {
    pub recurrence_id: LocalDateTime,
    pub occurrence: Event,
    pub crowd: (Vec<PersonId>, Vec<String>),
}

/// The guests of each occurrence that has any.
pub(crate) fn guests(event: &Event, organizer: Option<&PersonId>) -> Vec<Guests> {
    let (staff, outside) = audience(event, organizer);
    let occurrences = event.occurrences_of(PatchObject::changes_people).into_iter();
    occurrences
        .map(|(recurrence_id, occurrence)| {
            let mut crowd = audience(&occurrence, organizer);
            crowd.0.retain(|person| !staff.contains(person));
            crowd.1.retain(|address| !outside.contains(address));
            Guests { recurrence_id, occurrence, crowd }
        })
        .filter(|it| !it.crowd.0.is_empty() || !it.crowd.1.is_empty())
        .collect()
}
