use renraku_base::{EventId, Principal};
use renraku_db::{Changed, Tx};
use renraku_notify::{Actor, Notice, NotificationType, Repeat, Subject, service as notify};
use renraku_people::directory;
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::{
    audience::{Audiences, renew},
    index, keep_own, placing,
    view::Sight,
};
use crate::{
    ScheduleFault, jobs,
    model::{Event, EventView, LocalDateTime, ParticipationStatus, PatchObject},
    rules::recurrence,
    store::{self, events::StoredEvent, placements::Placement},
};

/// The longest comment, in characters.
const COMMENT_CHARS: usize = 1_024;

/// What a participant says to an invitation.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// Whether they come.
    #[serde(deserialize_with = "one_of_three")]
    #[schema(value_type = Reply)]
    pub participation_status: ParticipationStatus,
    /// What they say with it.
    #[serde(default)]
    pub comment: Option<String>,
    /// The one occurrence that the answer is for; without it, the event or the whole series.
    #[serde(default)]
    pub recurrence_id: Option<LocalDateTime>,
}

fn one_of_three<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ParticipationStatus, D::Error> {
    Ok(Reply::deserialize(deserializer)?.into())
}

/// The answers that a participant may give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Reply {
    /// Will come.
    Accepted,
    /// Will not come.
    Declined,
    /// May come.
    Tentative,
}

impl From<Reply> for ParticipationStatus {
    fn from(reply: Reply) -> Self {
        match reply {
            Reply::Accepted => Self::Accepted,
            Reply::Declined => Self::Declined,
            Reply::Tentative => Self::Tentative,
        }
    }
}

/// Answers an invitation: one object changes, however many take part. The same answer once more changes nothing; who had put the
/// event away has it in their calendar again.
///
/// # Errors
/// [`ScheduleFault::NotFound`], [`ScheduleFault::Forbidden`] for someone who does not take part,
/// [`ScheduleFault::Invalid`].
pub fn reply_event(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &EventId,
    reply: &Answer,
) -> Result<Changed<EventView>, ScheduleFault> {
    if reply.comment.as_ref().is_some_and(|comment| comment.chars().count() > COMMENT_CHARS) {
        return Err(ScheduleFault::field("/comment", "too-long", "at most 1024 characters"));
    }
    let breaks = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    if reply.comment.as_ref().is_some_and(|comment| comment.contains(breaks)) {
        return Err(ScheduleFault::field(
            "/comment",
            "control-character",
            "control characters are not taken here",
        ));
    }
    tx.hold(id.as_str())?;
    match given_already(tx, who, id, reply)? {
        Some(seen) => Ok(Changed::nothing(seen)),
        None => answer(tx, who, id, reply),
    }
}

/// The event, if this is what the person answered before and it is still in their calendar.
fn given_already(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &EventId,
    reply: &Answer,
) -> Result<Option<EventView>, ScheduleFault> {
    let stored = store::events::get(tx, id)?.ok_or(ScheduleFault::NotFound)?;
    let sight = Sight::of(tx, who, &[id.as_str()])?;
    let seen = sight.view(&who.person, &stored).ok_or(ScheduleFault::NotFound)?;
    let places = store::placements::list(tx, id)?;
    if answered_at(&stored.event, &places, who, reply, tx.now())? != stored.event {
        return Ok(None);
    }
    let put_away = places.iter().any(|place| place.hidden && place.person.as_ref() == Some(&who.person));
    Ok((!put_away).then_some(seen))
}

pub(crate) fn answer(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &EventId,
    reply: &Answer,
) -> Result<Changed<EventView>, ScheduleFault> {
    tx.hold(id.as_str())?;
    let comes = reply.participation_status != ParticipationStatus::Declined;
    if let Some(left_out) = reply.recurrence_id.filter(|_| comes) {
        keep_own::leave_out(tx, who, id, left_out, false)?;
    }
    let before = store::events::get(tx, id)?.ok_or(ScheduleFault::NotFound)?;
    let sight = Sight::of(tx, who, &[id.as_str()])?;
    if sight.view(&who.person, &before).is_none() {
        return Err(ScheduleFault::NotFound);
    }
    let mut after = before.clone();
    let places = store::placements::list(tx, id)?;
    after.event = answered_at(&before.event, &places, who, reply, tx.now())?;
    renew(tx, &before, &mut after);
    store::events::put(tx, &after)?;

    put_mine(tx, &after, &places, &shown_to(who, &places))?;
    let shown: Vec<Placement> = places
        .iter()
        .map(|place| Placement {
            hidden: place.hidden && place.person.as_ref() != Some(&who.person),
            ..place.clone()
        })
        .collect();
    let audiences = Audiences::of_change(&before.event, &after.event);
    let recorded = placing::record(tx, id, (&places, &shown), audiences)?;
    tell_organizer(tx, who, &after, reply)?;
    let view = sight.view(&who.person, &after).ok_or(ScheduleFault::NotFound)?;
    Ok(recorded.with(view))
}

/// Has the person see again in their calendar what they put away, as they answered it.
pub(crate) fn show_again(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &EventId,
) -> Result<Changed<()>, ScheduleFault> {
    tx.hold(id.as_str())?;
    let stored = store::events::get(tx, id)?.ok_or(ScheduleFault::NotFound)?;
    let places = store::placements::list(tx, id)?;
    let mine = shown_to(who, &places);
    put_mine(tx, &stored, &places, &mine)?;
    Ok(placing::record(tx, id, (&places, &mine), Audiences::of(&stored.event))?.with(()))
}

/// The places of a person, none of them put away.
fn shown_to(who: &Principal, places: &[Placement]) -> Vec<Placement> {
    let mine = places.iter().filter(|place| place.person.as_ref() == Some(&who.person));
    mine.map(|place| Placement { hidden: false, ..place.clone() }).collect()
}

/// The event with the answer in it. One to all occurrences is none to those that somebody left out of their calendar.
fn answered_at(
    event: &Event,
    places: &[Placement],
    who: &Principal,
    reply: &Answer,
    now: renraku_base::Timestamp,
) -> Result<Event, ScheduleFault> {
    let mut after = answered(event, who, reply, now)?;
    if reply.recurrence_id.is_none() {
        keep_own::keep_declined(&mut after, places);
    }
    Ok(after)
}

/// The event with the answer in it.
pub(crate) fn answered(
    event: &Event,
    who: &Principal,
    reply: &Answer,
    now: renraku_base::Timestamp,
) -> Result<Event, ScheduleFault> {
    let mut takes_part = false;
    let mut put = |target: &mut Event| {
        let mine = target.participants.values_mut().find(|it| it.person_id.as_ref() == Some(&who.person));
        if let Some(participant) = mine {
            takes_part = true;
            let before = participant.clone();
            participant.participation_status = reply.participation_status;
            participant.participation_comment.clone_from(&reply.comment);
            participant.schedule_sequence = event.sequence;
            // The same answer to the same event once more is no other.
            if before.schedule_updated.is_none() || *participant != before {
                participant.schedule_updated = Some(now);
            }
        }
    };
    let mut after = event.clone();
    match reply.recurrence_id {
        None if event.participation(&who.person).is_some() => put(&mut after),
        // A guest answers for each of the occurrences to which they are invited.
        None => after.change_everywhere(PatchObject::changes_people, |_, target| put(target)),
        Some(recurrence_id) => {
            if !recurrence::has_occurrence(event, recurrence_id) {
                return Err(ScheduleFault::NoOccurrence);
            }
            let mut occurrence = event.occurrence(recurrence_id).ok_or(ScheduleFault::NotFound)?;
            put(&mut occurrence);
            after.put_occurrence(recurrence_id, &occurrence);
        }
    }
    if takes_part { Ok(after) } else { Err(ScheduleFault::Forbidden) }
}

/// Brings the answer into the index of the person's own calendar, where it decides how the time is taken.
fn put_mine(
    tx: &mut Tx<'_>,
    stored: &StoredEvent,
    places: &[Placement],
    mine: &[Placement],
) -> Result<(), ScheduleFault> {
    let home = store::calendars::get(tx, &stored.calendar)?.ok_or(ScheduleFault::NotFound)?;
    let (zone, happenings) = (home.time_zone, index::as_it_stands(tx, stored, &home)?);
    for place in mine {
        index::take_out(tx, &stored.id, place.collection, &happenings)?;
        if places.iter().any(|before| before.collection == place.collection && before.hidden) {
            store::placements::put_hidden(tx, &stored.id, place.collection, false)?;
            // While it was away nothing of theirs was due.
            let now = tx.now();
            jobs::remind_own(tx, (stored, place), zone, now)?;
        }
    }
    Ok(index::insert(tx, stored, &happenings, mine)?)
}

/// The organizer hears of the answer: in their feed, or by mail when they are not of the office.
pub(crate) fn tell_organizer(
    tx: &mut Tx<'_>,
    who: &Principal,
    stored: &StoredEvent,
    reply: &Answer,
) -> Result<(), ScheduleFault> {
    if stored.organizer.as_ref() == Some(&who.person) {
        return Ok(());
    }
    let named = directory::service::names(tx, std::slice::from_ref(&who.person))?;
    let Some(person) = named.get(&who.person) else { return Ok(()) };
    let (recurrence_id, answered) = answered_parts(&stored.event, who, reply);
    let recurrence_id = recurrence_id.map(|id| id.to_string());
    let shown = answered.first().unwrap_or(&stored.event);
    let Some(organizer) = &stored.organizer else {
        return jobs::mail_answer(tx, who, person, stored, shown);
    };
    let mut details = jobs::details(shown);
    details.participation_status = Some(reply.participation_status.as_str().to_owned());
    details.comment.clone_from(&reply.comment);
    let notice = Notice {
        kind: NotificationType::Answered,
        subject: Subject { event_id: Some(stored.id.clone()), recurrence_id, ..Subject::default() },
        actor: Some(Actor { person_id: Some(who.person.clone()), name: person.name.full.clone() }),
        details,
        repeat: Repeat::Add,
    };
    match jobs::answer_letter(organizer, &who.person, &answered, tx.now()) {
        Some(letter) => Ok(notify::deliver(tx, &[letter], &notice)?),
        None => Ok(notify::tell(tx, organizer, &notice)?),
    }
}

/// What was answered: the whole event, an occurrence, or each of those to which a guest is invited, with the name of the first.
fn answered_parts(event: &Event, who: &Principal, reply: &Answer) -> (Option<LocalDateTime>, Vec<Event>) {
    if let Some(id) = reply.recurrence_id {
        return (Some(id), event.occurrence(id).into_iter().collect());
    }
    if event.participation(&who.person).is_some() {
        return (None, vec![event.clone()]);
    }
    let mut theirs = event.occurrences_of(PatchObject::changes_people);
    theirs.retain(|(_, it)| it.participation(&who.person) == Some(reply.participation_status));
    (theirs.first().map(|(id, _)| *id), theirs.into_iter().map(|(_, occurrence)| occurrence).collect())
}
