//! Facilities among those who take part: a calendar client books a room by inviting it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use renraku_base::{FacilityId, Id, PersonId};
use renraku_db::ReadTx;
use renraku_people::directory::service as directory;
use serde_json::json;

use crate::{
    ScheduleFault,
    codec::ical::KEPT_LINES,
    model::{Event, LocalDateTime, Participant, ParticipationStatus, PatchObject},
    service::staff::{self, mail_address},
    store,
};

/// Why a facility is not booked, as a client is told it (RFC 5546 §3.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is taken.
    Taken,
    /// Its rules do not allow this time: no valid date or time.
    Time,
    /// No facility may be booked by a series like this: no valid rule.
    Series,
}

impl Refusal {
    /// The parameter that tells it.
    pub const fn line(self) -> &'static str {
        match self {
            Self::Taken => "SCHEDULE-STATUS=\"4.1\"",
            Self::Time => "SCHEDULE-STATUS=\"3.5\"",
            Self::Series => "SCHEDULE-STATUS=\"3.6\"",
        }
    }
}

/// The id that an address is.
pub(super) fn id_of(address: &str) -> Option<String> {
    Id::<()>::from_urn(address).map(Id::into_string)
}

/// The event with what it books among those who take part.
pub(super) fn add(event: &mut Event, facilities: &[(FacilityId, String)]) {
    for (id, name) in facilities {
        // It may have declined before it was booked on the phone.
        event
            .participants
            .retain(|_, it| it.calendar_address.as_deref().and_then(id_of).as_deref() != Some(id.as_str()));
        let participant = Participant {
            name: Some(name.clone()),
            calendar_address: Some(id.to_urn()),
            kind: Some("location".to_owned()),
            roles: BTreeMap::from([("attendee".to_owned(), true)]),
            participation_status: ParticipationStatus::Accepted,
            ..Participant::default()
        };
        event.participants.insert(format!("facility-{id}"), participant);
    }
}

/// Leaves what an event books out of those who take part, where a file names it as our texts do: that is said beside an event.
pub(crate) fn leave_out_booked(event: &mut Event, booked: &[FacilityId]) {
    if booked.is_empty() {
        return;
    }
    let is_booked = |it: &Participant| {
        let id = it.calendar_address.as_deref().and_then(id_of);
        id.is_some_and(|id| booked.iter().any(|facility| facility.as_str() == id))
    };
    event.change_everywhere(PatchObject::touches_people, |_, event| {
        event.participants.retain(|_, it| !is_booked(it));
    });
    drop_lone_organizer(event);
}

/// A facility that a client invites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Invited {
    pub id: FacilityId,
    pub key: String,
    /// The occurrence of which this is said; `None` for the whole, which those occurrences follow of which nothing else is said.
    pub at: Option<LocalDateTime>,
    pub state: State,
}

/// What becomes of a facility that is invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It is to be booked.
    Asked,
    /// It was refused, and the client knows it.
    Declined,
    /// It is refused now.
    Refused(Refusal),
}

impl State {
    fn of(participant: &Participant) -> Self {
        match participant.participation_status {
            ParticipationStatus::Declined => Self::Declined,
            _ => Self::Asked,
        }
    }
}

/// The facilities among those who take part, in the whole and in single occurrences, and the persons known by an address that is
/// their id: whoever is named by their mail address, too, takes part once.
pub(super) fn find(tx: &mut ReadTx<'_>, event: &mut Event) -> Result<Vec<Invited>, ScheduleFault> {
    let single = event.occurrences_of(PatchObject::touches_people);
    let of_single = single.iter().flat_map(|(_, occurrence)| ids(occurrence));
    let mut all: Vec<String> = ids(event).into_iter().chain(of_single).map(|(id, _)| id).collect();
    all.sort_unstable();
    all.dedup();
    if all.is_empty() {
        return Ok(Vec::new());
    }
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let known: HashMap<String, String> = store::facilities::list_names(tx, &all)?.into_iter().collect();
    let mut invited = named(event, &known, None);
    name_persons(tx, event, (&known, invited.len()))?;
    for (at, _) in single {
        let Some(mut occurrence) = event.occurrence(at) else { continue };
        let mut own = named(&mut occurrence, &known, Some(at));
        // What is said of one as of the series follows the series.
        own.retain(|it| event.participants.get(&it.key).is_none_or(|whole| State::of(whole) != it.state));
        if name_persons(tx, &mut occurrence, (&known, own.len()))? || !own.is_empty() {
            event.put_occurrence(at, &occurrence);
            invited.extend(own);
        }
    }
    invited.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
    Ok(invited)
}

/// Names those persons who are known by an address that is their id, beside so many facilities; whether there are any who were not.
fn name_persons(
    tx: &mut ReadTx<'_>,
    event: &mut Event,
    (known, facilities): (&HashMap<String, String>, usize),
) -> Result<bool, ScheduleFault> {
    let mut named = 0;
    for (id, key) in ids(event) {
        let participant = event.participants.get_mut(&key).filter(|it| it.person_id.is_none());
        if let Some(participant) = participant.filter(|_| !known.contains_key(&id)) {
            participant.person_id = Some(PersonId::stored(id));
            named += 1;
        }
    }
    if named > 0 && event.participants.len() > named + facilities {
        join_persons(tx, event)?;
    }
    Ok(named > 0)
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

/// Asks again for what was refused, and known to be, where the time is another than that which the client was shown.
pub(super) fn ask_again(invited: &mut [Invited], sent: &Event, shown: &Event) {
    let when = |event: &Event| (event.start, event.duration, event.time_zone);
    let same_whole = when(sent) == when(shown) && sent.recurrence_rule == shown.recurrence_rule;
    let of = |event: &Event, at| event.occurrence(at).as_ref().map(when);
    for it in invited.iter_mut().filter(|it| it.state == State::Declined) {
        if !it.at.map_or(same_whole, |at| of(sent, at) == of(shown, at)) {
            it.state = State::Asked;
        }
    }
}

/// The ids that are addresses of those who take part, each with their key.
fn ids(event: &Event) -> Vec<(String, String)> {
    let ids = event.participants.iter();
    ids.filter_map(|(key, it)| Some((id_of(it.calendar_address.as_deref()?)?, key.clone()))).collect()
}

/// The facilities among those who take part in the whole or in one occurrence, which get their names.
fn named(event: &mut Event, known: &HashMap<String, String>, at: Option<LocalDateTime>) -> Vec<Invited> {
    let mut invited = Vec::new();
    for (id, key) in ids(event) {
        if let (Some(name), Some(participant)) = (known.get(&id), event.participants.get_mut(&key)) {
            participant.name.get_or_insert_with(|| name.clone());
            let state = State::of(participant);
            invited.push(Invited { id: Id::stored(id), key, at, state });
        }
    }
    invited
}

/// What is said of a participant of the whole, or of one occurrence.
fn said<'i>(invited: &'i [Invited], at: Option<LocalDateTime>, key: &str) -> Option<&'i Invited> {
    let of = |at| invited.iter().find(|it| it.at == at && it.key == key);
    of(at).or_else(|| of(None))
}

/// The event, with what it books as a whole, of what is invited; an occurrence that books something else notes it. What is booked does
/// not take part any more, for it is said beside an event; what is refused does, and says so.
pub(super) fn booking(sent: &Event, invited: &[Invited]) -> (Event, Vec<FacilityId>) {
    let booked = |at: Option<LocalDateTime>, event: &Event| -> BTreeSet<FacilityId> {
        let said = event.participants.keys().filter_map(|key| said(invited, at, key));
        said.filter(|it| it.state == State::Asked).map(|it| it.id.clone()).collect()
    };
    let mut event = sent.clone();
    event.change_everywhere(
        |_| true,
        |at, event| {
            event.participants.retain(|key, participant| match said(invited, at, key).map(|it| it.state) {
                Some(State::Asked) => false,
                Some(State::Refused(why)) => decline(participant, why),
                Some(State::Declined) | None => true,
            });
        },
    );
    if invited.iter().any(|it| it.state == State::Asked) {
        drop_lone_organizer(&mut event);
    }
    let whole = booked(None, sent);
    for (at, occurrence) in sent.occurrences_of(|_| true) {
        let then = booked(Some(at), &occurrence);
        if then != whole {
            event.put_facility_ids(at, Some(&Vec::from_iter(then)));
        }
    }
    (event, whole.into_iter().collect())
}

/// Takes out the organizer where nobody else takes part: an event of one person has none.
pub(super) fn drop_lone_organizer(event: &mut Event) {
    event.change_everywhere(PatchObject::touches_people, |at, event| {
        if event.participants.values().all(Participant::only_organizes) {
            event.participants.clear();
            if at.is_none() {
                event.organizer_calendar_address = None;
            }
        }
    });
}

/// Marks a facility as refused, which takes part all the same.
fn decline(participant: &mut Participant, why: Refusal) -> bool {
    participant.participation_status = ParticipationStatus::Declined;
    participant.more.insert(KEPT_LINES.to_owned(), json!([why.line()]));
    true
}

/// Whether an address is one of a person's.
pub(crate) fn is_address_of(address: &str, person: &PersonId, email: Option<&str>) -> bool {
    id_of(address).as_deref() == Some(person.as_str())
        || email.is_some_and(|email| mail_address(address).is_some_and(|it| it == email.to_lowercase()))
}
