//! Who the participants of an event are, by the directory.

use std::collections::{BTreeMap, HashMap};

use renraku_base::{FieldFault, PersonId};
use renraku_db::ReadTx;
use renraku_people::directory::{NamedPerson, service};

use crate::{
    ScheduleFault,
    model::{Event, Participant, ParticipationStatus},
};

const OWNER: &str = "owner";
const ATTENDEE: &str = "attendee";

/// The address without its scheme, folded as the directory keeps it; `None` for an address that is no mail address.
pub(crate) fn mail_address(calendar_address: &str) -> Option<String> {
    let (scheme, address) = calendar_address.split_once(':')?;
    scheme.eq_ignore_ascii_case("mailto").then(|| address.trim().to_lowercase())
}

/// Names everyone who takes part: a mail address of a member of staff becomes that person, a person gets their name and
/// address, the organizer is among them. Nobody takes part twice, and whoever is new has not answered yet.
pub(crate) fn complete(
    tx: &mut ReadTx<'_>,
    event: &mut Event,
    organizer: Option<&PersonId>,
    before: Option<&Event>,
) -> Result<(), ScheduleFault> {
    if event.participants.is_empty() {
        event.organizer_calendar_address = None;
        return Ok(());
    }
    resolve_addresses(tx, event)?;
    if let Some(organizer) = organizer {
        add_organizer(event, organizer);
    }
    let named = name_staff(tx, event)?;
    if let Some(organizer) = organizer {
        event.organizer_calendar_address = named
            .get(organizer)
            .and_then(|person| person.email.as_ref())
            .map(|email| format!("mailto:{email}"));
        reset_answers(event, organizer, before);
    }
    Ok(())
}

/// The same for an event of which everyone is known: answers stay as they are given.
pub(crate) fn complete_known(
    event: &mut Event,
    organizer: &PersonId,
    named: &HashMap<PersonId, NamedPerson>,
) {
    if event.participants.is_empty() {
        return;
    }
    add_organizer(event, organizer);
    for participant in event.participants.values_mut() {
        if let Some(known) = participant.person_id.as_ref().and_then(|person| named.get(person)) {
            participant.name = Some(known.name.full.clone());
            participant.calendar_address = address_of(known);
        }
        if participant.person_id.as_ref() == Some(organizer) {
            participant.participation_status = ParticipationStatus::Accepted;
        }
    }
    event.organizer_calendar_address = named.get(organizer).and_then(address_of);
}

fn address_of(person: &NamedPerson) -> Option<String> {
    person.email.as_ref().map(|email| format!("mailto:{email}"))
}

fn resolve_addresses(tx: &mut ReadTx<'_>, event: &mut Event) -> Result<(), ScheduleFault> {
    let addresses: Vec<String> = event
        .participants
        .values()
        .filter(|participant| participant.person_id.is_none())
        .filter_map(|participant| mail_address(participant.calendar_address.as_deref()?))
        .collect();
    if addresses.is_empty() {
        return Ok(());
    }
    let found = service::find_by_email(tx, &addresses.iter().map(String::as_str).collect::<Vec<_>>())?;
    for participant in event.participants.values_mut().filter(|participant| participant.person_id.is_none()) {
        let address = participant.calendar_address.as_deref().and_then(mail_address);
        participant.person_id = address.and_then(|address| found.get(&address).cloned());
    }
    let mut seen: Vec<PersonId> = Vec::new();
    let mut faults = Vec::new();
    for (key, participant) in &event.participants {
        let Some(person) = &participant.person_id else { continue };
        if seen.contains(person) {
            let detail = "the same person takes part under another key";
            faults.push(FieldFault::new(format!("/participants/{key}"), "participant-twice", detail));
        }
        seen.push(person.clone());
    }
    if faults.is_empty() { Ok(()) } else { Err(ScheduleFault::Invalid(faults)) }
}

fn add_organizer(event: &mut Event, organizer: &PersonId) {
    let there = event.participants.values_mut().find(|it| it.person_id.as_ref() == Some(organizer));
    match there {
        Some(participant) => {
            participant.roles.insert(OWNER.to_owned(), true);
        }
        None => {
            let mut participant = Participant::staff(organizer.clone());
            participant.roles = BTreeMap::from([(OWNER.to_owned(), true), (ATTENDEE.to_owned(), true)]);
            event.participants.insert(organizer.as_str().to_owned(), participant);
        }
    }
}

fn name_staff(
    tx: &mut ReadTx<'_>,
    event: &mut Event,
) -> Result<HashMap<PersonId, NamedPerson>, ScheduleFault> {
    let ids: Vec<PersonId> = event.participants.values().filter_map(|it| it.person_id.clone()).collect();
    let named = service::names(tx, &ids)?;
    let mut faults = Vec::new();
    for (key, participant) in &mut event.participants {
        let Some(person) = &participant.person_id else { continue };
        let Some(known) = named.get(person) else {
            let pointer = format!("/participants/{key}/personId");
            faults.push(FieldFault::new(pointer, "unknown-person", "nobody on the staff has this id"));
            continue;
        };
        participant.name = Some(known.name.full.clone());
        participant.calendar_address = address_of(known);
    }
    if faults.is_empty() { Ok(named) } else { Err(ScheduleFault::Invalid(faults)) }
}

/// Nobody answers for somebody else: an answer stays as it was stored, and the organizer comes unless they say no.
fn reset_answers(event: &mut Event, organizer: &PersonId, before: Option<&Event>) {
    for (key, participant) in &mut event.participants {
        if participant.person_id.as_ref() == Some(organizer) {
            if participant.participation_status == ParticipationStatus::NeedsAction {
                participant.participation_status = ParticipationStatus::Accepted;
            }
            continue;
        }
        // A room's refusal is the booking's to say, not the room's.
        if participant.is_refused_room() {
            continue;
        }
        let stored = before.and_then(|before| match &participant.person_id {
            Some(person) => before.participant(person).map(|(_, stored)| stored),
            None => before.participants.get(key),
        });
        match stored {
            Some(stored) => {
                participant.participation_status = stored.participation_status;
                participant.participation_comment.clone_from(&stored.participation_comment);
                participant.schedule_sequence = stored.schedule_sequence;
                participant.schedule_updated = stored.schedule_updated;
            }
            None => {
                participant.participation_status = ParticipationStatus::NeedsAction;
                participant.participation_comment = None;
                participant.schedule_sequence = 0;
                participant.schedule_updated = None;
            }
        }
    }
}

/// Whoever answered, other than the organizer, is asked again: the time that they answered for is no longer the time.
pub(crate) fn ask_again(event: &mut Event, organizer: Option<&PersonId>) {
    for participant in event.participants.values_mut() {
        if participant.person_id.is_some() && participant.person_id.as_ref() == organizer {
            continue;
        }
        participant.participation_status = ParticipationStatus::NeedsAction;
    }
}
