//! Who the participants of an event are, by the directory.

use std::{
    collections::{BTreeMap, HashMap, HashSet, hash_map::Entry},
    iter,
};

use renraku_base::{FieldFault, PersonId, Principal};
use renraku_db::ReadTx;
use renraku_people::directory::{NamedPerson, service};

use crate::{
    ScheduleFault,
    model::{Event, Participant, ParticipationStatus, PatchObject, ScheduleAgent, Status},
    rules::recurrence,
};

const OWNER: &str = "owner";
const ATTENDEE: &str = "attendee";

/// The address without its scheme, folded as the directory keeps it; `None` for an address that is no mail address.
pub(crate) fn mail_address(calendar_address: &str) -> Option<String> {
    let (scheme, address) = calendar_address.split_once(':')?;
    scheme.eq_ignore_ascii_case("mailto").then(|| address.trim().to_lowercase())
}

/// Names everyone who takes part: a mail address of a member of staff becomes that person, a person gets their name and
/// address, the organizer is among them. Nobody takes part twice, and whoever is new has not answered yet, unless it is they `who`
/// write it.
pub(crate) fn complete(
    tx: &mut ReadTx<'_>,
    event: &mut Event,
    (organizer, who): (Option<&PersonId>, &Principal),
    before: Option<&Event>,
) -> Result<(), ScheduleFault> {
    let picks = |patch: &PatchObject| patch.touches_people();
    let mut own = event.occurrences_of(picks);
    let mut all: Vec<&mut Event> =
        iter::once(&mut *event).chain(own.iter_mut().map(|(_, occurrence)| occurrence)).collect();
    all.retain(|it| !it.participants.is_empty());
    if all.is_empty() {
        event.organizer_calendar_address = None;
        return Ok(());
    }
    let by_address = known_by_address(&all);
    resolve_addresses(tx, &mut all, before)?;
    if let Some(organizer) = organizer {
        all.iter_mut().for_each(|it| add_organizer(it, organizer));
    }
    let taking_part = |person: &PersonId| {
        organizer == Some(person) || before.is_some_and(|before| before.staff().contains(person))
    };
    let named = name_staff(tx, &mut all, taking_part)?;
    if let Some(organizer) = organizer {
        event.organizer_calendar_address = named.get(organizer).and_then(address_of);
        reset_answers(event, (organizer, who), before);
        for (id, occurrence) in &mut own {
            let stored = before.and_then(|before| before.occurrence(*id));
            reset_answers(occurrence, (organizer, who), stored.as_ref());
        }
    }
    join_doubles(event, |key| by_address.contains(key));
    let mut faults = doubles(event);
    for (id, mut occurrence) in own {
        join_guests(&mut occurrence, event);
        join_doubles(&mut occurrence, |key| by_address.contains(key));
        faults.extend(doubles(&occurrence));
        event.put_occurrence(id, &occurrence);
    }
    if faults.is_empty() { Ok(()) } else { Err(ScheduleFault::Invalid(faults)) }
}

/// The keys of those who are known by their addresses alone.
fn known_by_address(events: &[&mut Event]) -> HashSet<String> {
    let all = events.iter().flat_map(|event| &event.participants);
    all.filter(|(_, it)| it.person_id.is_none()).map(|(key, _)| key.clone()).collect()
}

/// Whoever was invited to one occurrence and then to the series takes part in that occurrence as one of the series.
fn join_guests(occurrence: &mut Event, series: &Event) {
    let mut answered = Vec::new();
    occurrence.participants.retain(|key, guest| {
        let in_series = guest.person_id.as_ref().and_then(|person| series.participant(person));
        let Some((series_key, _)) = in_series.filter(|(series_key, _)| series_key != key) else {
            return true;
        };
        answered.push((series_key.to_owned(), guest.clone()));
        false
    });
    for (key, guest) in answered {
        match occurrence.participants.get_mut(&key) {
            Some(participant) => participant.take_answer(&guest),
            // It names them by another address than the series.
            None => drop(occurrence.participants.insert(key, guest)),
        }
    }
}

/// Makes one participant of a member of staff who is named several times, under the first of those keys that `may` be joined.
pub(crate) fn join_doubles(event: &mut Event, may: impl Fn(&str) -> bool) {
    let mut first: HashMap<PersonId, String> = HashMap::new();
    let mut again = Vec::new();
    for (key, participant) in event.participants.iter().filter(|(key, _)| may(key)) {
        let Some(person) = participant.person_id.clone() else { continue };
        match first.entry(person) {
            Entry::Occupied(first) => again.push((key.clone(), first.get().clone())),
            Entry::Vacant(none) => drop(none.insert(key.clone())),
        }
    }
    for (key, first) in again {
        if let Some(double) = event.participants.remove(&key)
            && let Some(participant) = event.participants.get_mut(&first)
        {
            participant.join(double);
        }
    }
}

/// A fault for each member of staff who takes part under more than one key.
fn doubles(event: &Event) -> Vec<FieldFault> {
    let mut seen = HashSet::new();
    let again =
        event.participants.iter().filter(|(_, it)| it.person_id.as_ref().is_some_and(|it| !seen.insert(it)));
    again
        .map(|(key, _)| {
            let detail = "the same person takes part under another key";
            FieldFault::new(format!("/participants/{key}"), "participant-twice", detail)
        })
        .collect()
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

/// Finds the members of staff behind the mail addresses. Who must not be found is a guest from outside, unless they took part before.
fn resolve_addresses(
    tx: &mut ReadTx<'_>,
    events: &mut [&mut Event],
    before: Option<&Event>,
) -> Result<(), ScheduleFault> {
    let addresses: HashSet<String> = events
        .iter()
        .flat_map(|event| event.participants.values())
        .filter(|participant| participant.person_id.is_none())
        .filter_map(|participant| mail_address(participant.calendar_address.as_deref()?))
        .collect();
    if addresses.is_empty() {
        return Ok(());
    }
    let known = before.map(Event::staff).unwrap_or_default();
    let found = find_staff(tx, &addresses, &known)?;
    let all = events.iter_mut().flat_map(|event| event.participants.values_mut());
    for participant in all.filter(|participant| participant.person_id.is_none()) {
        let address = participant.calendar_address.as_deref().and_then(mail_address);
        participant.person_id = address.and_then(|address| found.get(&address).cloned());
    }
    Ok(())
}

/// The members of staff who have these addresses: those who may be found, or are known.
fn find_staff(
    tx: &mut ReadTx<'_>,
    addresses: &HashSet<String>,
    known: &[PersonId],
) -> Result<HashMap<String, PersonId>, ScheduleFault> {
    let mut found = service::find_by_email(tx, &addresses.iter().map(String::as_str).collect::<Vec<_>>())?;
    if !found.is_empty() {
        let ids: Vec<&str> = found.values().map(PersonId::as_str).collect();
        let hidden = service::suppressed(tx, &ids)?;
        found.retain(|_, person| known.contains(person) || !hidden.contains(person));
    }
    Ok(found)
}

/// Leaves those members of staff out of an event whom it knows by their addresses alone; whether there are any. A file named them, and
/// nobody invited them yet.
pub(crate) fn leave_out_uninvited(tx: &mut ReadTx<'_>, event: &mut Event) -> Result<bool, ScheduleFault> {
    let address = |it: &Participant| match it.person_id {
        Some(_) => None,
        None => it.calendar_address.as_deref().and_then(mail_address),
    };
    let occurrences = event.occurrences_of(PatchObject::changes_people);
    let all = iter::once(&*event).chain(occurrences.iter().map(|(_, it)| it));
    let addresses: HashSet<String> =
        all.flat_map(|it| it.participants.values()).filter_map(address).collect();
    if addresses.is_empty() {
        return Ok(false);
    }
    let found = find_staff(tx, &addresses, &[])?;
    if !found.is_empty() {
        event.change_everywhere(PatchObject::touches_people, |_, event| {
            event.participants.retain(|_, it| address(it).is_none_or(|it| !found.contains_key(&it)));
        });
    }
    Ok(!found.is_empty())
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
    events: &mut [&mut Event],
    takes_part: impl Fn(&PersonId) -> bool,
) -> Result<HashMap<PersonId, NamedPerson>, ScheduleFault> {
    let all = events.iter().flat_map(|event| event.participants.values());
    let ids: HashSet<PersonId> = all.filter_map(|it| it.person_id.clone()).collect();
    let named = service::names(tx, &ids.into_iter().collect::<Vec<_>>())?;
    let mut faults = Vec::new();
    for (key, participant) in events.iter_mut().flat_map(|event| &mut event.participants) {
        let Some(person) = &participant.person_id else { continue };
        let known = named.get(person).filter(|known| !known.suppressed || takes_part(person));
        let Some(known) = known else {
            let pointer = format!("/participants/{key}/personId");
            faults.push(FieldFault::new(pointer, "unknown-person", "nobody on the staff has this id"));
            continue;
        };
        participant.name = Some(known.name.full.clone());
        participant.calendar_address = address_of(known);
    }
    if faults.is_empty() { Ok(named) } else { Err(ScheduleFault::Invalid(faults)) }
}

/// Nobody answers for somebody else: an answer stays as it was stored, and the organizer comes unless they say no. Whoever puts
/// themselves among the guests of another comes as they say. What those answer who are not the server's to ask is told by the
/// organizer's client (RFC 6638 §7.1).
fn reset_answers(event: &mut Event, (organizer, who): (&PersonId, &Principal), before: Option<&Event>) {
    for (key, participant) in &mut event.participants {
        if participant.person_id.as_ref() == Some(organizer) {
            if participant.participation_status == ParticipationStatus::NeedsAction {
                participant.participation_status = ParticipationStatus::Accepted;
            }
            continue;
        }
        // A room's refusal is the booking's to say, not the room's.
        if participant.is_refused_room() || participant.schedule_agent != ScheduleAgent::Server {
            continue;
        }
        let stored = before.and_then(|before| match &participant.person_id {
            Some(person) => before.participant(person).map(|(_, stored)| stored),
            None => before.participants.get(key),
        });
        let same = stored.filter(|stored| stored.calendar_address == participant.calendar_address);
        participant.schedule_status = same.map(|stored| stored.schedule_status.clone()).unwrap_or_default();
        match stored {
            Some(stored) => participant.take_answer(stored),
            None if participant.person_id.as_ref() == Some(&who.person) => {
                participant.schedule_sequence = 0;
                participant.schedule_updated = None;
            }
            None => participant.take_answer(&Participant::default()),
        }
    }
}

/// Whoever answered, other than the organizer, is asked again: the time that they answered for is no longer the time
/// (RFC 5546 §3.2.2). An occurrence that has its own time and kept it keeps its answers, and so does what is called off.
pub(crate) fn ask_again(before: &Event, after: &mut Event, organizer: Option<&PersonId>) {
    let shift = recurrence::shift(before, after);
    let picks = |patch: &PatchObject| patch.touches_people() || patch.touches_time();
    after.change_everywhere(picks, |id, now| {
        let as_before = id
            .and_then(|id| before.occurrence(shift.before(id)))
            .filter(|occurrence| occurrence.is_when(now));
        match as_before {
            Some(occurrence) => keep_answers(now, &occurrence),
            None if now.status == Status::Cancelled => {}
            None => forget_answers(now, |it| it.person_id.is_none() || it.person_id.as_ref() != organizer),
        }
    });
}

fn keep_answers(event: &mut Event, before: &Event) {
    for (key, participant) in &mut event.participants {
        if let Some(stored) = before.participants.get(key) {
            participant.take_answer(stored);
        }
    }
}

/// Asks those participants again of whom `asked` holds; a room that was refused has nothing to answer.
pub(crate) fn forget_answers(event: &mut Event, asked: impl Fn(&Participant) -> bool) {
    let all = event.participants.values_mut();
    for participant in all.filter(|it| asked(it) && !it.is_refused_room()) {
        participant.participation_status = ParticipationStatus::NeedsAction;
        participant.participation_comment = None;
    }
}
