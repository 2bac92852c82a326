use renraku_base::{ETag, EventId, Precondition, Principal};
use renraku_db::{Changed, ObjectType, Tx, changes};
use renraku_notify::NotificationType;

use super::{
    audience::Audiences,
    change::Change,
    keep_own,
    objects::ObjectCalendar,
    placing,
    reply_event::{Answer, answer, answered, tell_organizer},
    staff,
    update_event::{Opened, Scope, is_guest, open, open_in},
    view::Sight,
};
use crate::{
    ScheduleFault,
    jobs::{self, News},
    model::{Event, LocalDateTime, ParticipationStatus, Status},
    rules::recurrence,
    store::{
        self,
        events::{Organizer, StoredEvent},
        placements::Placement,
    },
};

/// That somebody does not come.
const NO: Answer =
    Answer { participation_status: ParticipationStatus::Declined, comment: None, recurrence_id: None };

/// Whether an organizer hears that somebody deletes what they were invited to (RFC 6638 §8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleReply {
    /// It is declined.
    Send,
    /// It leaves the calendar alone, and what was answered stays as it is.
    Withhold,
}

/// Deletes an event, or leaves one occurrence out of its series. From the organizer's side it is called off for everyone; a
/// participant, also one who may write where it was made, declines it and puts it away, or leaves it out of their calendar. Where the event
/// is still there, its new tag is told.
///
/// # Errors
/// [`ScheduleFault::NotFound`], [`ScheduleFault::Forbidden`], [`ScheduleFault::Stale`].
pub fn delete_event(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &EventId,
    scope: Scope,
    precondition: &Precondition,
) -> Result<Changed<Option<ETag>>, ScheduleFault> {
    match open(tx, who, id, precondition) {
        Ok(opened) if !is_guest(who, &opened.home, &opened.places) => match scope {
            Scope::All => call_off(tx, who, &opened, ScheduleReply::Send),
            Scope::This(recurrence_id) => leave_out(tx, who, opened, recurrence_id),
        },
        Ok(_) | Err(ScheduleFault::NotOrganizer) => {
            let seen = expect(tx, who, id, precondition)?;
            if is_put_away(&store::placements::list(tx, id)?, who) {
                return Err(ScheduleFault::NotOrganizer);
            }
            match scope {
                Scope::All => put_away(tx, who, id, ScheduleReply::Send),
                Scope::This(last) if seen.is_itself(last) && seen.recurrence_overrides.is_empty() => {
                    put_away(tx, who, id, ScheduleReply::Send)
                }
                Scope::This(recurrence_id) => {
                    let no = Answer { recurrence_id: Some(recurrence_id), ..NO };
                    keep_own::leave_out(tx, who, id, recurrence_id, true)?;
                    Ok(answer(tx, who, id, &no)?.map(|view| Some(view.etag)))
                }
            }
        }
        Err(fault) => Err(fault),
    }
}

/// Deletes the whole of an event that is named in a calendar; of what somebody else organizes they hear as is said.
pub(crate) fn delete_whole(
    tx: &mut Tx<'_>,
    who: &Principal,
    (calendar, id): (&ObjectCalendar, &EventId),
    reply: ScheduleReply,
) -> Result<Changed<Option<ETag>>, ScheduleFault> {
    match open_in(tx, who, (&calendar.calendar.id, id)) {
        Ok(opened) => call_off(tx, who, &opened, reply),
        Err(ScheduleFault::NotOrganizer) if calendar.is_mine() => put_away(tx, who, id, reply),
        // What lies in the calendar of another guest is not their copy.
        Err(ScheduleFault::NotOrganizer) => Err(ScheduleFault::Forbidden),
        Err(fault) => Err(fault),
    }
}

fn call_off(
    tx: &mut Tx<'_>,
    who: &Principal,
    opened: &Opened,
    reply: ScheduleReply,
) -> Result<Changed<Option<ETag>>, ScheduleFault> {
    match opened.stored.organized_by() {
        Organizer::Ours(_) => tell_of_end(tx, who, &opened.stored)?,
        Organizer::Outside(_) if reply == ScheduleReply::Send => decline(tx, who, &opened.stored)?,
        Organizer::Outside(_) | Organizer::Nobody => {}
    }
    remove(tx, &opened.stored, &opened.places)?;
    let (home, audience) = (opened.home.collection, Audiences::of(&opened.stored.event).goes);
    let recorded = changes::record_gone_for(tx, home, ObjectType::Event, &opened.stored.id, audience);
    Ok(recorded.with(None))
}

/// Everyone who was invited hears that an event does not take place. What is over, or was called off before, is no news.
pub(crate) fn tell_of_end(
    tx: &mut Tx<'_>,
    who: &Principal,
    stored: &StoredEvent,
) -> Result<(), ScheduleFault> {
    if recurrence::end(&stored.event).is_some_and(|end| end < tx.now()) {
        return Ok(());
    }
    let mut last = stored.clone();
    last.version = tx.next_version(Some(stored.version));
    last.event.sequence = stored.event.sequence.saturating_add(1);
    if last.organizer.is_some() {
        staff::leave_out_uninvited(tx, &mut last.event)?;
    }
    if last.event.status != Status::Cancelled {
        let (staff, outside) = jobs::audience(&last.event, last.organizer.as_ref());
        let kind = NotificationType::Cancelled;
        jobs::tell(tx, who, News { kind, stored: &last, occurrence: None, removed: false }, staff, outside)?;
    }
    jobs::call_off(tx, who, &last)
}

/// Tells somebody outside that `who` deletes their copy of an invitation. What is over, or was declined before, is no news, nor is it
/// an answer to what they called off.
fn decline(tx: &mut Tx<'_>, who: &Principal, stored: &StoredEvent) -> Result<(), ScheduleFault> {
    let is_over = recurrence::end(&stored.event).is_some_and(|end| end < tx.now());
    let is_declined = stored.event.participation(&who.person) == Some(ParticipationStatus::Declined);
    let is_called_off = stored.event.status == Status::Cancelled;
    if is_over || is_declined || is_called_off || !stored.event.staff().contains(&who.person) {
        return Ok(());
    }
    let mut last = stored.clone();
    last.version = tx.next_version(Some(stored.version));
    last.event = answered(&stored.event, who, &NO, tx.now())?;
    tell_organizer(tx, who, &last, &NO)
}

/// Tells somebody outside that `who` leaves one occurrence out of their copy of an invitation, and so does not come to it (RFC 6638
/// §3.2.2.1). What is over, was declined before or was called off is no news.
pub(crate) fn decline_occurrence(
    tx: &mut Tx<'_>,
    who: &Principal,
    stored: &StoredEvent,
    recurrence_id: LocalDateTime,
) -> Result<(), ScheduleFault> {
    let Some(occurrence) = stored.event.occurrence(recurrence_id).filter(|_| stored.organizer.is_none())
    else {
        return Ok(());
    };
    let is_over = recurrence::end(&occurrence).is_some_and(|end| end < tx.now())
        || occurrence.status == Status::Cancelled;
    let said = occurrence.participation(&who.person);
    if is_over || said.is_none_or(|said| said == ParticipationStatus::Declined) {
        return Ok(());
    }
    let no = Answer { recurrence_id: Some(recurrence_id), ..NO };
    let mut last = stored.clone();
    last.version = tx.next_version(Some(stored.version));
    last.event = answered(&stored.event, who, &no, tx.now())?;
    tell_organizer(tx, who, &last, &no)
}

/// Takes an event with its places, occurrences and bookings away.
fn remove(tx: &mut Tx<'_>, stored: &StoredEvent, places: &[Placement]) -> Result<(), ScheduleFault> {
    store::occurrences::remove(tx, &stored.id, None)?;
    store::placements::remove_all(tx, &stored.id)?;
    store::reader_alerts::remove_many(tx, &[stored.id.as_str()])?;
    store::events::remove(tx, &stored.id)?;
    placing::record_gone(tx, &stored.id, places, Audiences::of(&stored.event))
}

fn leave_out(
    tx: &mut Tx<'_>,
    who: &Principal,
    opened: Opened,
    recurrence_id: LocalDateTime,
) -> Result<Changed<Option<ETag>>, ScheduleFault> {
    if !recurrence::has_occurrence(&opened.stored.event, recurrence_id) {
        return Err(ScheduleFault::NoOccurrence);
    }
    let Some(after) = opened.stored.without(recurrence_id) else {
        return call_off(tx, who, &opened, ScheduleReply::Send);
    };
    decline_occurrence(tx, who, &opened.stored, recurrence_id)?;
    let home = opened.home.clone();
    let scope = Scope::This(recurrence_id);
    let change = Change { before: opened, home, after, scope, dropped: Vec::new() };
    Ok(change.store(tx, who)?.map(|view| Some(view.etag)))
}

/// The event as a participant sees it; refused when it is not as they expect.
fn expect(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &EventId,
    precondition: &Precondition,
) -> Result<Event, ScheduleFault> {
    let stored = store::events::get(tx, id)?.ok_or(ScheduleFault::NotFound)?;
    let sight = Sight::of(tx, who, &[id.as_str()])?.without_hidden();
    let view = sight.view(&who.person, &stored).ok_or(ScheduleFault::NotFound)?;
    if precondition.holds(&view.etag) { Ok(view.event) } else { Err(ScheduleFault::stale(&view)) }
}

/// Whether somebody put an event away before, whom it concerns: they see it in a calendar of its organizer's side.
fn is_put_away(places: &[Placement], who: &Principal) -> bool {
    let mut mine = places.iter().filter(|place| place.person.as_ref() == Some(&who.person)).peekable();
    mine.peek().is_some() && mine.all(|place| place.hidden)
}

/// A participant does not want an event in their calendar: that is a no, unless they answer nothing, and the event leaves their
/// calendar alone.
fn put_away(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &EventId,
    reply: ScheduleReply,
) -> Result<Changed<Option<ETag>>, ScheduleFault> {
    let stored = store::events::get(tx, id)?.ok_or(ScheduleFault::NotFound)?;
    let places = store::placements::list(tx, id)?;
    // Of what was called off nobody waits for an answer, nor of those who are not asked.
    let is_asked = stored.event.participant(&who.person).is_none_or(|(_, it)| !it.only_organizes());
    let declined = match reply {
        ScheduleReply::Send if is_asked && stored.event.status != Status::Cancelled => {
            Some(answer(tx, who, id, &NO)?.map(|_| None))
        }
        ScheduleReply::Send | ScheduleReply::Withhold => None,
    };
    let audience = Audiences::of(&stored.event).goes;
    let mut hidden = None;
    for place in places.iter().filter(|place| place.person.as_ref() == Some(&who.person)) {
        store::placements::put_hidden(tx, id, place.collection, true)?;
        store::occurrences::remove(tx, id, Some(place.collection))?;
        let recorded = changes::record_gone_for(tx, place.collection, ObjectType::Event, id, audience);
        hidden = Some(recorded.with(None));
    }
    declined.or(hidden).ok_or(ScheduleFault::Forbidden)
}
