//! What a participant's client stores of an event that somebody in the house organizes: an answer, their own alarms, whether it takes
//! their time, and nothing else.

use renraku_base::{EventId, PersonId, Principal};
use renraku_db::{Changed, ReadTx, Tx};
use renraku_people::directory::service as directory;

use super::{
    ObjectFault, ObjectKind, arrival::Arrival, facilities, organizer::is_of, parameters, put::Put,
    read::schedule_tag, text,
};
use crate::{
    ScheduleFault,
    codec::ical::{self, Contents},
    model::{Event, EventView, LocalDateTime, Own, ParticipationStatus, PatchObject},
    rules::recurrence,
    service::{
        keep_own::{self, Kept},
        reply_event::{Answer, answer as reply, show_again},
        view::Sight,
    },
    store,
};

/// Takes the person's answers out of what their client sent and gives them, and keeps their alarms. The rest of an event is its organizer's to change: what
/// the client changed of it is left as it is, and the client reads it anew.
pub(super) fn answer(
    tx: &mut Tx<'_>,
    who: &Principal,
    arrival: &Arrival<'_>,
    id: &EventId,
    sent: &Event,
) -> Result<Changed<Put>, ObjectFault> {
    let stored = store::events::get(tx, id)?.ok_or(ScheduleFault::NotFound)?;
    if !is_of(tx, &stored, sent)? {
        return Err(ObjectFault::AnotherEvent);
    }
    let mut sent = sent.clone();
    let forced = parameters::take_from_organizer(&mut sent);
    let sent = &sent;
    let answers = answers(tx, &who.person, &stored.event, (sent, forced))?;
    let kept = find_kept(tx, who, arrival, id)?;
    let changes = kept.as_ref().map(|kept| OwnChanges::of(kept, who, arrival, sent)).transpose()?;
    let mut told = leave_out(tx, who, (arrival, kept), (id, &stored.event), sent)?;
    for one in answers {
        told = Some(reply(tx, who, id, &one)?);
    }
    let OwnChanges { alarms, free_busy } = changes.unwrap_or_default();
    if let Some(own) = alarms
        && let Some(kept) = find_kept(tx, who, arrival, id)?
    {
        told = Some(kept.put(tx, who, own)?);
    }
    if free_busy
        && let Some(kept) = find_kept(tx, who, arrival, id)?
        && let Some(changed) = kept.put_free_busy(tx, who, sent)?
    {
        told = Some(changed);
    }
    // Its text is never handed out again: what is said in it about the event is not the participant's to say.
    arrival.keep(tx, id.as_str(), ObjectKind::Event, "")?;
    let view = Sight::of(tx, who, &[id.as_str()])?.view_in(&who.person, &stored, arrival.calendar.collection);
    let schedule_tag = view.and_then(|view| schedule_tag(&stored.event, &view.event, &view.facility_ids));
    let put = Put { created: false, etag: None, schedule_tag };
    Ok(match told {
        Some(changed) => changed.map(|_| put),
        None => Changed::nothing(put),
    })
}

/// Leaves those occurrences out of the person's calendar that their client left out (`EXDATE`, or of single occurrences the component:
/// RFC 6638 §3.2.2.1), which declines them, and takes those in again that it did not.
fn leave_out(
    tx: &mut Tx<'_>,
    who: &Principal,
    (arrival, kept): (&Arrival<'_>, Option<Kept>),
    (id, stored): (&EventId, &Event),
    sent: &Event,
) -> Result<Option<Changed<EventView>>, ScheduleFault> {
    if !arrival.calendar.is_mine() || !(sent.is_series() || sent.stands_alone()) {
        return Ok(None);
    }
    let Some(kept) = kept else { return Ok(None) };
    let left_out = kept.left_out().clone();
    let excluded = match sent.stands_alone() {
        true => missing(stored, sent, &who.person),
        false => {
            let excluded = sent.recurrence_overrides.iter().filter(|(_, patch)| patch.is_excluded());
            excluded.map(|(id, _)| *id).filter(|id| recurrence::has_occurrence(stored, *id)).collect()
        }
    };
    let away = excluded.into_iter().filter(|id| !left_out.contains(id)).map(|id| (id, true));
    let again = left_out.iter().copied().filter(|id| recurrence::has_occurrence(sent, *id));
    let mut told = None;
    for (one, away) in away.chain(again.map(|id| (id, false))) {
        if !keep_own::leave_out(tx, who, id, one, away)? {
            continue;
        }
        let said = stored.occurrence(one).and_then(|it| it.participation(&who.person));
        if away && said != Some(ParticipationStatus::Declined) {
            let participation_status = ParticipationStatus::Declined;
            let no = Answer { participation_status, comment: None, recurrence_id: Some(one) };
            told = Some(reply(tx, who, id, &no)?);
        } else {
            show_again(tx, who, id)?;
        }
    }
    Ok(told)
}

/// The occurrences of a series to which somebody comes who comes to single ones alone, and which are not in what is sent.
fn missing(stored: &Event, sent: &Event, person: &PersonId) -> Vec<LocalDateTime> {
    if stored.stands_alone() || stored.participation(person).is_some() {
        return Vec::new();
    }
    let theirs = stored.occurrences_of(PatchObject::changes_people).into_iter();
    let theirs = theirs.filter(|(_, occurrence)| occurrence.participation(person).is_some());
    let is_sent = |id: &LocalDateTime| sent.is_itself(*id) || sent.recurrence_overrides.contains_key(id);
    theirs.map(|(id, _)| id).filter(|id| !is_sent(id)).collect()
}

/// Brings back an invitation that the person put away, with what their client sent of it (RFC 6638 §3.2.2.2): as they answer it, or as they
/// answered it.
pub(super) fn bring_back(
    tx: &mut Tx<'_>,
    who: &Principal,
    arrival: &Arrival<'_>,
    id: &EventId,
    sent: &Event,
) -> Result<Changed<Put>, ObjectFault> {
    // Whoever else writes into the calendar does not take its owner's answer back.
    if !arrival.calendar.is_mine() {
        return Err(ScheduleFault::Forbidden.into());
    }
    let shown = show_again(tx, who, id)?;
    let answered = answer(tx, who, arrival, id, sent)?.into_inner();
    Ok(shown.map(|()| Put { created: true, ..answered }))
}

/// Keeps the alarms that the person's client sent, where they are others than it was shown (RFC 6638 §3.2.2.1), as their own.
pub(super) fn keep(
    tx: &mut Tx<'_>,
    who: &Principal,
    arrival: &Arrival<'_>,
    id: &EventId,
    sent: &Event,
) -> Result<Option<Changed<EventView>>, ObjectFault> {
    let Some(kept) = find_kept(tx, who, arrival, id)? else { return Ok(None) };
    match OwnChanges::of(&kept, who, arrival, sent)?.alarms {
        Some(own) => Ok(Some(kept.put(tx, who, own)?)),
        None => Ok(None),
    }
}

/// What the person keeps with the event, in their own calendar or in that of another.
fn find_kept(
    tx: &mut Tx<'_>,
    who: &Principal,
    arrival: &Arrival<'_>,
    id: &EventId,
) -> Result<Option<Kept>, ScheduleFault> {
    keep_own::find(tx, who, id, (!arrival.calendar.is_mine()).then_some(arrival.calendar.collection))
}

/// What of the person's own their client sent otherwise than it was shown.
#[derive(Default)]
struct OwnChanges {
    /// Their alarms.
    alarms: Option<Own>,
    /// Whether they say something else than the organizer of whether it takes their time, in their own calendar.
    free_busy: bool,
}

impl OwnChanges {
    fn of(kept: &Kept, who: &Principal, arrival: &Arrival<'_>, sent: &Event) -> Result<Self, ObjectFault> {
        let Some(seen) = kept.seen(who)? else { return Ok(Self::default()) };
        let free_busy = arrival.calendar.is_mine() && seen.free_busy_status != sent.free_busy_status;
        let shown = ical::read_object(text::write(&seen).as_bytes())?;
        let Contents::Event(shown) = shown.contents else { return Ok(Self::default()) };
        // Where the client moved the series, or does not know yet that it moved, its occurrences have other names.
        let occurrences = recurrence::move_along(sent, &shown, Own::of(sent).occurrences);
        let (shown, mut sent) = (Own::of(&shown), Own { occurrences, ..Own::of(sent) });
        sent.occurrences.retain(|id, _| recurrence::has_occurrence(&seen, *id));
        let told = |own: &Own| (own.alerts.clone(), own.occurrences.clone(), own.notes.clone());
        let is_same = told(&shown) == told(&sent);
        let own = Own { use_default_alerts: Own::of(&seen).use_default_alerts, ..sent };
        Ok(Self { alarms: (!is_same).then_some(own), free_busy })
    }
}

/// The answers in what the person's client sent. That somebody else comes for them is none: only the organizer invites.
fn answers(
    tx: &mut ReadTx<'_>,
    person: &PersonId,
    stored: &Event,
    (sent, forced): (&Event, bool),
) -> Result<Vec<Answer>, ObjectFault> {
    let email = directory::names(tx, std::slice::from_ref(person))?.remove(person).and_then(|it| it.email);
    let said = |event: &Event| {
        let own = event.participants.values().find(|it| {
            let address = it.calendar_address.as_deref().unwrap_or_default();
            it.person_id.as_ref() == Some(person)
                || facilities::is_address_of(address, person, email.as_deref())
        });
        own.map(|it| (it.participation_status, it.participation_comment.clone()))
    };
    // A guest of single occurrences sees the first of them as the event.
    let first = sent.recurrence_id.filter(|_| stored.is_series() && stored.recurrence_id.is_none());
    let mut answers = Vec::new();
    let mut note = |recurrence_id: Option<LocalDateTime>, before: &Event, after: &Event| {
        let Some((participation_status, comment)) = said(after) else { return };
        let was = said(before).map(|(status, _)| status);
        // The organizer is told again what they were told, where the client asks for it (RFC 6638 §7.2).
        let again = forced && recurrence_id == first;
        if (again || was != Some(participation_status))
            && participation_status != ParticipationStatus::NeedsAction
        {
            answers.push(Answer { participation_status, comment, recurrence_id });
        }
    };
    if first.is_none() {
        note(None, stored, sent);
    }
    for id in first.into_iter().chain(sent.recurrence_overrides.keys().copied()) {
        let known = stored.recurrence_overrides.contains_key(&id) || recurrence::has_occurrence(stored, id);
        if let (true, Some(before), Some(after)) = (known, stored.occurrence(id), sent.occurrence(id)) {
            note(Some(id), &before, &after);
        }
    }
    if answers.iter().any(|it| it.participation_status == ParticipationStatus::Delegated) {
        return Err(ObjectFault::Delegated);
    }
    // A guest of single occurrences who says the same of each answers once.
    if let (Some(_), [one, _, ..]) = (first, answers.as_slice()) {
        let theirs = stored.occurrences_of(PatchObject::changes_people).into_iter();
        let mut theirs = theirs.filter(|(_, occurrence)| said(occurrence).is_some());
        let same = Some((one.participation_status, one.comment.clone()));
        if theirs.all(|(id, _)| sent.occurrence(id).and_then(|it| said(&it)) == same) {
            return Ok(vec![Answer { recurrence_id: None, ..one.clone() }]);
        }
    }
    // An answer to the whole series is not said again for its occurrences.
    if let Some(whole) =
        answers.first().filter(|it| it.recurrence_id.is_none()).map(|it| it.participation_status)
    {
        answers.retain(|it| it.recurrence_id.is_none() || it.participation_status != whole);
    }
    Ok(answers)
}
