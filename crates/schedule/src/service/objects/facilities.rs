//! Facilities among those who take part: a calendar client books a room by inviting it.

use std::collections::{BTreeMap, HashMap};

use renraku_base::{FacilityId, Id, PersonId};
use renraku_db::ReadTx;
use renraku_people::directory::service as directory;
use serde_json::json;

use crate::{
    ScheduleFault,
    codec::ical::KEPT_LINES,
    model::{Event, Participant, ParticipationStatus, PatchObject},
    service::staff::{self, mail_address},
    store,
};

/// The scheme of addresses that are ids.
const URN: &str = "urn:uuid:";

/// Why a facility is not booked, as a client is told it (RFC 5546 §3.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is taken.
    Taken,
    /// Its rules do not allow this time: no valid date or time.
    Time,
    /// No facility may be booked by a series like this: no valid rule.
    Series,
    /// It is invited to a single occurrence alone: what is not supported.
    Single,
}

impl Refusal {
    /// The parameter that tells it.
    pub const fn line(self) -> &'static str {
        match self {
            Self::Taken => "SCHEDULE-STATUS=\"4.1\"",
            Self::Time => "SCHEDULE-STATUS=\"3.5\"",
            Self::Series => "SCHEDULE-STATUS=\"3.6\"",
            Self::Single => "SCHEDULE-STATUS=\"3.14\"",
        }
    }
}

/// The address of a facility, or of a person who has no mail address.
pub(super) fn address<K>(id: &Id<K>) -> String {
    format!("{URN}{id}")
}

/// The id that an address is.
pub(super) fn id_of(address: &str) -> Option<&str> {
    let id = address
        .get(..URN.len())
        .filter(|scheme| scheme.eq_ignore_ascii_case(URN))
        .and(address.get(URN.len()..))?;
    id.parse::<Id<()>>().is_ok().then_some(id)
}

/// The event with what it books among those who take part.
pub(super) fn add(event: &mut Event, facilities: &[(FacilityId, String)]) {
    for (id, name) in facilities {
        let participant = Participant {
            name: Some(name.clone()),
            calendar_address: Some(address(id)),
            kind: Some("location".to_owned()),
            roles: BTreeMap::from([("attendee".to_owned(), true)]),
            participation_status: ParticipationStatus::Accepted,
            ..Participant::default()
        };
        event.participants.insert(format!("facility-{id}"), participant);
    }
}

/// A facility that a client invites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Invited {
    pub id: FacilityId,
    pub key: String,
    /// Whether the client knows that it was refused.
    pub declined: bool,
}

/// The facilities among those who take part, and the persons known by an address that is their id: whoever is named by their mail
/// address, too, takes part once.
pub(super) fn find(tx: &mut ReadTx<'_>, event: &mut Event) -> Result<Vec<Invited>, ScheduleFault> {
    let by_id: HashMap<String, String> = event
        .participants
        .iter()
        .filter_map(|(key, it)| Some((id_of(it.calendar_address.as_deref()?)?.to_owned(), key.clone())))
        .collect();
    if by_id.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<&str> = by_id.keys().map(String::as_str).collect();
    let known: HashMap<String, String> = store::facilities::list_names(tx, &ids)?.into_iter().collect();
    let mut invited = Vec::new();
    for (id, key) in &by_id {
        let (id, key) = (id.clone(), key.clone());
        let Some(participant) = event.participants.get_mut(&key) else { continue };
        if let Some(name) = known.get(&id) {
            participant.name.get_or_insert_with(|| name.clone());
            let declined = participant.participation_status == ParticipationStatus::Declined;
            invited.push(Invited { id: Id::stored(id), key, declined });
        } else {
            participant.person_id = Some(PersonId::stored(id));
        }
    }
    invited.sort_by(|a, b| a.id.cmp(&b.id));
    if invited.len() < ids.len() && event.participants.len() > ids.len() {
        join_persons(tx, event)?;
    }
    Ok(invited)
}

/// Makes one participant of a person who is named by their id and by their mail address.
fn join_persons(tx: &mut ReadTx<'_>, event: &mut Event) -> Result<(), ScheduleFault> {
    let persons: Vec<PersonId> = event.participants.values().filter_map(|it| it.person_id.clone()).collect();
    let named = directory::names(tx, &persons)?;
    for participant in event.participants.values_mut().filter(|it| it.person_id.is_none()) {
        let address = participant.calendar_address.as_deref().unwrap_or_default();
        let same = named.iter().find(|(id, it)| is_address_of(address, id, it.email.as_deref()));
        participant.person_id = same.map(|(id, _)| id.clone());
    }
    staff::join_doubles(event, |_| true);
    Ok(())
}

/// Takes booked facilities out of those who take part: what an event books is said beside it. The organizer who would be left alone
/// goes along, for an event of one person has no organizer.
pub(super) fn remove(event: &mut Event, keys: &[String]) {
    if keys.is_empty() {
        return;
    }
    for key in keys {
        event.participants.remove(key);
    }
    let organizer = event.organizer_calendar_address.clone().unwrap_or_default();
    let same =
        |it: &Participant| it.calendar_address.as_ref().is_some_and(|it| it.eq_ignore_ascii_case(&organizer));
    if event.participants.values().all(|it| same(it) && !it.has_role("attendee")) {
        event.participants.clear();
        event.organizer_calendar_address = None;
    }
}

/// Marks the facilities as refused that are invited to single occurrences alone, and gives them back with their names: a client
/// books for the whole of an event.
pub(super) fn decline_in_single(
    tx: &mut ReadTx<'_>,
    event: &mut Event,
) -> Result<HashMap<String, String>, ScheduleFault> {
    let ids = |event: &Event| -> Vec<(String, String)> {
        let ids = event.participants.iter();
        ids.filter_map(|(key, it)| Some((key.clone(), id_of(it.calendar_address.as_deref()?)?.to_owned())))
            .collect()
    };
    let whole = ids(event);
    let single: Vec<_> = event
        .occurrences_of(PatchObject::changes_people)
        .into_iter()
        .map(|(id, occurrence)| {
            let alone = ids(&occurrence).into_iter().filter(|(_, id)| !whole.iter().any(|(_, it)| it == id));
            (id, alone.collect::<Vec<_>>(), occurrence)
        })
        .filter(|(_, alone, _)| !alone.is_empty())
        .collect();
    if single.is_empty() {
        return Ok(HashMap::new());
    }
    let asked: Vec<&str> = single.iter().flat_map(|it| &it.1).map(|(_, id)| id.as_str()).collect();
    let known: HashMap<String, String> = store::facilities::list_names(tx, &asked)?.into_iter().collect();
    for (at, alone, mut occurrence) in single {
        for (key, id) in alone {
            let Some(name) = known.get(&id) else { continue };
            decline(&mut occurrence, &key, Refusal::Single);
            if let Some(participant) = occurrence.participants.get_mut(&key) {
                participant.name.get_or_insert_with(|| name.clone());
            }
        }
        event.put_occurrence(at, &occurrence);
    }
    Ok(known)
}

/// Marks a facility as refused.
pub(super) fn decline(event: &mut Event, key: &str, why: Refusal) {
    if let Some(participant) = event.participants.get_mut(key) {
        participant.participation_status = ParticipationStatus::Declined;
        participant.more.insert(KEPT_LINES.to_owned(), json!([why.line()]));
    }
}

/// Whether an address is one of a person's.
pub(crate) fn is_address_of(address: &str, person: &PersonId, email: Option<&str>) -> bool {
    id_of(address) == Some(person.as_str())
        || email.is_some_and(|email| mail_address(address).is_some_and(|it| it == email.to_lowercase()))
}
