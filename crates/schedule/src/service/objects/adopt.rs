//! Events that somebody else organizes: a calendar client keeps the person's own copy.

use std::collections::BTreeSet;

use renraku_base::{ETag, Principal};
use renraku_db::{Changed, ReadTx, Tx};

use super::{
    ObjectFault, ObjectKind,
    answer::keep as keep_alarms,
    arrival::{Arrival, Origin},
    facilities,
    organizer::email_of,
    parameters,
    put::Put,
    read::schedule_tag,
    text,
};
use crate::{
    ScheduleFault,
    codec::ical::{self, Contents},
    jobs,
    model::{Event, LocalDateTime, ParticipationStatus},
    rules::recurrence,
    service::{
        audience::renew,
        delete_event::decline_occurrence,
        index, keep_own, placing,
        reply_event::{Answer, answer, tell_organizer},
        staff,
        update_event::Opened,
        view::without_alerts,
    },
    store::{
        self,
        calendars::StoredCalendar,
        events::{Indexed, StoredEvent},
        placements::Placement,
    },
};

/// Names the owner of the calendar among those who take part, so that they can answer; others are known by their addresses alone.
fn find_owner(tx: &mut ReadTx<'_>, home: &StoredCalendar, event: &mut Event) -> Result<(), ScheduleFault> {
    let Some(owner) = home.owner() else { return Ok(()) };
    let email = email_of(tx, &owner)?;
    for participant in event.participants.values_mut() {
        let address = participant.calendar_address.as_deref().unwrap_or_default();
        let own = facilities::is_address_of(address, &owner, email.as_deref());
        participant.person_id = own.then(|| owner.clone());
    }
    staff::join_doubles(event, |_| true);
    Ok(())
}

/// Stores a new copy: seen in this calendar alone. Of those who take part nobody is told; the organizer hears the person's answer, if
/// the copy brings one.
pub(super) fn create(
    tx: &mut Tx<'_>,
    who: &Principal,
    arrival: &Arrival<'_>,
    home: &StoredCalendar,
    mut event: Event,
) -> Result<Changed<Put>, ObjectFault> {
    let forced = parameters::take_from_organizer(&mut event);
    find_owner(tx, home, &mut event)?;
    let of_sender = (!arrival.calendar.is_mine()).then(|| event.clone());
    if of_sender.is_some() {
        event = without_alerts(event);
    }
    let version = tx.next_version(None);
    let mut stored = StoredEvent {
        id: tx.new_id(),
        calendar: home.id.clone(),
        organizer: None,
        version,
        busy_version: version,
        indexed: Indexed::default(),
        facilities: Vec::new(),
        event,
    };
    let (happenings, indexed) = index::to_index(&stored, home.time_zone, tx.now())?;
    stored.indexed = indexed;
    if !store::events::insert(tx, &stored)? {
        return Err(ScheduleFault::IdTaken.into());
    }
    let place = Placement::new(home.collection, home.owner());
    let recorded = placing::put_new(tx, &stored, &[place], &happenings)?;
    let now = tx.now();
    jobs::remind_next(tx, &stored, home.time_zone, now)?;
    if let Some(sent) = of_sender {
        keep_alarms(tx, who, arrival, &stored.id, &sent)?;
    }
    if arrival.origin == Origin::Sent {
        let told = tell_answer(tx, who, &stored)?;
        tell_occurrences(tx, who, None, &stored, told)?;
    }
    if forced {
        // The wish for a message is not handed out again, so that the text is ours to write.
        arrival.keep(tx, stored.id.as_str(), ObjectKind::Event, "")?;
        let schedule_tag = schedule_tag(&stored.event, &stored.event, &stored.facilities);
        return Ok(recorded.with(Put { created: true, etag: None, schedule_tag }));
    }
    Ok(recorded.with(keep(tx, arrival, &stored, true)?))
}

/// Tells the organizer the answer with which a new copy comes (RFC 6638 §3.2.2.1), and gives it back. What is over needs none: those
/// who bring the calendar of another server along answer nothing a second time.
fn tell_answer(
    tx: &mut Tx<'_>,
    who: &Principal,
    stored: &StoredEvent,
) -> Result<Option<ParticipationStatus>, ScheduleFault> {
    let answered = stored.event.participation(&who.person);
    let Some(participation_status) = answered.filter(|it| *it != ParticipationStatus::NeedsAction) else {
        return Ok(None);
    };
    if recurrence::end(&stored.event).is_some_and(|end| end <= tx.now()) {
        return Ok(None);
    }
    let reply = Answer { participation_status, comment: None, recurrence_id: None };
    tell_organizer(tx, who, stored, &reply)?;
    Ok(answered)
}

/// Tells the organizer what the person says to single occurrences and did not say before (RFC 6638 §3.2.2.2), as far as it is not what
/// was `told` of the whole series. What is over is no news.
fn tell_occurrences(
    tx: &mut Tx<'_>,
    who: &Principal,
    before: Option<&Event>,
    after: &StoredEvent,
    told: Option<ParticipationStatus>,
) -> Result<(), ScheduleFault> {
    let of = |event: &Event, id: LocalDateTime| {
        event.occurrence(id).filter(|_| recurrence::has_occurrence(event, id))
    };
    let event = &after.event;
    let exceptions = before.into_iter().chain([event]).flat_map(|it| it.recurrence_overrides.keys());
    let ids: BTreeSet<LocalDateTime> = exceptions.copied().collect();
    for id in ids {
        let Some(occurrence) = of(event, id) else { continue };
        let said = occurrence.participation(&who.person);
        let was = before.and_then(|before| of(before, id)?.participation(&who.person));
        let news = said.filter(|_| said != told && said != was);
        let Some(participation_status) = news.filter(|it| *it != ParticipationStatus::NeedsAction) else {
            continue;
        };
        if recurrence::end(&occurrence).is_none_or(|end| end > tx.now()) {
            let reply = Answer { participation_status, comment: None, recurrence_id: Some(id) };
            tell_organizer(tx, who, after, &reply)?;
        }
    }
    Ok(())
}

/// Turns a copy into what the client sent of it; the organizer hears the person's answer.
pub(super) fn replace(
    tx: &mut Tx<'_>,
    who: &Principal,
    arrival: &Arrival<'_>,
    before: &Opened,
    sent: &Event,
) -> Result<Changed<Put>, ObjectFault> {
    let mut sent = sent.clone();
    let forced = parameters::take_from_organizer(&mut sent);
    let shown = ical::read_object(text::write(&before.stored.event).as_bytes())?;
    let Contents::Event(shown) = shown.contents else {
        return Err(ObjectFault::Shape("an event is written as something else"));
    };
    let shown = if arrival.calendar.is_mine() { *shown } else { without_alerts(*shown) };
    let merged = arrival.merge(&before.stored.event, &shown, &sent)?;
    if arrival.changes_nothing(&before.stored, &merged) && !forced {
        let schedule_tag =
            schedule_tag(&before.stored.event, &before.stored.event, &before.stored.facilities);
        return Ok(Changed::nothing(Put { created: false, etag: None, schedule_tag }));
    }
    let mut after = StoredEvent { event: merged, ..before.stored.clone() };
    find_owner(tx, &before.home, &mut after.event)?;
    let (was, now) = (before.stored.event.participation(&who.person), after.event.participation(&who.person));
    let answered =
        now.filter(|now| (forced || Some(*now) != was) && *now != ParticipationStatus::NeedsAction);
    let said = after.event.clone();
    // The answer is given below, so that it is told.
    if let (Some(was), Some((key, _))) = (was, after.event.participant(&who.person)) {
        let key = key.to_owned();
        if let Some(participant) = after.event.participants.get_mut(&key) {
            participant.participation_status = was;
        }
    }
    renew(tx, &before.stored, &mut after);
    let (happenings, indexed) = index::to_index(&after, before.home.time_zone, tx.now())?;
    after.indexed = indexed;
    store::events::put(tx, &after)?;
    let kept = keep_own::along(tx, (&before.stored, &after), &before.places)?;
    let recorded = placing::put_changed(tx, &after, (&before.places, &kept), &happenings, &before.stored)?;
    if arrival.origin == Origin::Sent {
        if now != Some(ParticipationStatus::Declined) {
            decline_left_out(tx, who, &before.stored, &after.event)?;
        }
        let said = StoredEvent { event: said, ..after.clone() };
        tell_occurrences(tx, who, Some(&before.stored.event), &said, answered)?;
    }
    let (zone, at) = (before.home.time_zone, tx.now());
    jobs::remind_next(tx, &after, zone, at)?;
    keep_own::remind(tx, (&after, zone), &kept)?;
    let Some(participation_status) = answered else {
        return Ok(recorded.with(keep(tx, arrival, &after, false)?));
    };
    let reply = Answer { participation_status, comment: None, recurrence_id: None };
    let told = answer(tx, who, &after.id, &reply)?;
    let is_whole = arrival.is_whole(Some(&before.stored.event));
    let put = arrival.keep_event(tx, (told.get(), is_whole), false)?;
    Ok(told.map(|_| put))
}

/// The organizer hears to which occurrences the person does not come whom their client left out (`EXDATE`).
fn decline_left_out(
    tx: &mut Tx<'_>,
    who: &Principal,
    before: &StoredEvent,
    after: &Event,
) -> Result<(), ScheduleFault> {
    if !before.event.is_when(after) || before.event.recurrence_rule != after.recurrence_rule {
        return Ok(());
    }
    let excluded = after.recurrence_overrides.iter().filter(|(_, patch)| patch.is_excluded());
    let mut there = excluded.map(|(id, _)| *id).filter(|id| recurrence::has_occurrence(&before.event, *id));
    there.try_for_each(|id| decline_occurrence(tx, who, before, id))
}

/// Keeps the text: the copy says nothing beyond it.
fn keep(
    tx: &mut Tx<'_>,
    arrival: &Arrival<'_>,
    stored: &StoredEvent,
    created: bool,
) -> Result<Put, ScheduleFault> {
    let etag = Some(ETag::of(stored.version)).filter(|_| arrival.is_whole(Some(&stored.event)));
    let kept = etag.as_ref().map(ETag::as_str).unwrap_or_default();
    arrival.keep(tx, stored.id.as_str(), ObjectKind::Event, kept)?;
    Ok(Put { created, etag, schedule_tag: schedule_tag(&stored.event, &stored.event, &stored.facilities) })
}
