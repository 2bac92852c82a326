//! What somebody keeps for themselves alone with an event that was made in a calendar of another: their alerts, and whether it takes their
//! time. The event stays as it is, and nobody else notices.

use std::collections::BTreeSet;

use renraku_base::{ETag, EventId, Precondition, Principal, Role};
use renraku_db::{
    Changed, CollectionId, ObjectType, Tx,
    changes::{self, Audience},
};

use super::{
    audience::Audiences,
    create_event::role_in,
    placing,
    reply_event::show_again,
    update_event::Scope,
    view::{BUSY, Sight},
};
use crate::{
    ScheduleFault, jobs,
    model::{Event, EventPatch, EventView, FreeBusyStatus, LocalDateTime, Own, ParticipationStatus, Zone},
    rules::recurrence,
    store::{
        self,
        events::StoredEvent,
        placements::{Placement, StoredOwn},
    },
};

/// An event and how somebody sees it who keeps something of their own with it.
pub(super) struct Kept {
    pub stored: StoredEvent,
    sight: Sight,
    slot: Slot,
}

/// Where it is kept.
enum Slot {
    /// With the place of the event in a calendar of their own.
    Place(Placement),
    /// Beside the event, which they see in a calendar of another: in this one, or wherever they see it.
    Reader(Option<CollectionId>),
}

/// The event, if somebody sees it and it was not made in a calendar of their own: what they keep is that which they see with it, or see
/// in a calendar of another. Until the transaction ends nobody else changes it.
pub(super) fn find(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &EventId,
    of_another: Option<CollectionId>,
) -> Result<Option<Kept>, ScheduleFault> {
    tx.hold(id.as_str())?;
    let Some(stored) = store::events::get(tx, id)? else { return Ok(None) };
    let sight = Sight::of(tx, who, &[id.as_str()])?;
    if sight.places(id).next().is_none() || sight.is_made_by(&who.person, &stored) {
        return Ok(None);
    }
    let own = sight.own_place(&who.person, &stored).filter(|_| of_another.is_none());
    let slot = own.map_or(Slot::Reader(of_another), |place| Slot::Place(place.placement.clone()));
    Ok(Some(Kept { stored, sight, slot }))
}

impl Kept {
    fn view(&self, who: &Principal) -> Option<EventView> {
        match self.slot {
            Slot::Reader(Some(collection)) => self.sight.view_in(&who.person, &self.stored, collection),
            Slot::Reader(None) | Slot::Place(_) => self.sight.view(&who.person, &self.stored),
        }
    }

    /// The event as the person sees it; refused to whoever sees it as busy time alone.
    pub fn seen(&self, who: &Principal) -> Result<Option<Event>, ScheduleFault> {
        match self.view(who) {
            Some(view) if view.etag == ETag::of_view(self.stored.busy_version, BUSY) => {
                Err(ScheduleFault::Forbidden)
            }
            view => Ok(view.map(|view| view.event)),
        }
    }

    /// The members of the event that are theirs alone: whether it takes their time is said by who takes part, while who may write where
    /// it was made says it of the event.
    pub fn members(
        &self,
        tx: &mut Tx<'_>,
        who: &Principal,
    ) -> Result<&'static [&'static str], ScheduleFault> {
        let home = store::calendars::get(tx, &self.stored.calendar)?.ok_or(ScheduleFault::NotFound)?;
        let writes = role_in(tx, who, &home)?.is_some_and(|role| role >= Role::Write);
        Ok(match &self.slot {
            Slot::Place(_) if !writes => &Own::OF_GUEST,
            Slot::Place(_) | Slot::Reader(_) => &Own::MEMBERS,
        })
    }

    /// Changes what the person keeps as a patch of the event, as they see it, says.
    pub fn patch(
        mut self,
        tx: &mut Tx<'_>,
        who: &Principal,
        (patch, scope): (&EventPatch, Scope),
        precondition: &Precondition,
    ) -> Result<Changed<EventView>, ScheduleFault> {
        if matches!(&self.slot, Slot::Place(placement) if placement.hidden) {
            // What they put away they see in a calendar of another, and keep what is theirs there.
            self = Self { sight: self.sight.without_hidden(), slot: Slot::Reader(None), ..self };
        }
        let view = self.view(who).ok_or(ScheduleFault::NotFound)?;
        if view.etag == ETag::of_view(self.stored.busy_version, BUSY) {
            return Err(ScheduleFault::Forbidden);
        }
        if !precondition.holds(&view.etag) {
            return Err(ScheduleFault::stale(&view));
        }
        let patched = match scope {
            Scope::All => view.event.patched(patch),
            Scope::This(id) if recurrence::has_occurrence(&view.event, id) => {
                view.event.patched_at(id, patch)
            }
            Scope::This(_) => return Err(ScheduleFault::NoOccurrence),
        };
        let patched = patched.map_err(ScheduleFault::Invalid)?;
        let of_time = patch.touches(&[Own::FREE_BUSY_STATUS]);
        if of_time && scope != Scope::All {
            let detail = "belongs to the whole series and cannot differ in one occurrence";
            return Err(ScheduleFault::field("/freeBusyStatus", "series-only", detail));
        }
        let free_busy_status = if of_time { self.says_of_time(&patched) } else { self.free_busy_status() };
        let (own, was) = (Own::of(&patched), self.free_busy_status());
        if own == Own::of(&view.event) && free_busy_status == was {
            return Ok(Changed::nothing(view));
        }
        let left_out = self.left_out().clone();
        let id = self.stored.id.clone();
        let is_seen = matches!(self.slot, Slot::Place(_));
        let done = self.put_all(tx, who, Own { left_out, free_busy_status, ..own })?;
        if is_seen && free_busy_status != was {
            show_again(tx, who, &id)?;
        }
        Ok(done)
    }

    /// Keeps this instead of what the person kept; what they leave out stays away, and it takes their time as they said.
    pub fn put(
        self,
        tx: &mut Tx<'_>,
        who: &Principal,
        own: Own,
    ) -> Result<Changed<EventView>, ScheduleFault> {
        let left_out = self.left_out().clone();
        let free_busy_status = self.free_busy_status();
        self.put_all(tx, who, Own { left_out, free_busy_status, ..own })
    }

    /// Keeps whether it takes the person's time, as they say of the whole event, in their own calendar: nothing, where they say what its
    /// organizer says. `None` where that is as it was.
    pub fn put_free_busy(
        self,
        tx: &mut Tx<'_>,
        who: &Principal,
        said: &Event,
    ) -> Result<Option<Changed<EventView>>, ScheduleFault> {
        let status = self.says_of_time(said);
        let Slot::Place(placement) = &self.slot else { return Ok(None) };
        if status == self.free_busy_status() {
            return Ok(None);
        }
        let own = placement.own.as_ref().map(|own| own.own.clone()).unwrap_or_default();
        let id = self.stored.id.clone();
        let done = self.put_all(tx, who, Own { free_busy_status: status, ..own })?;
        show_again(tx, who, &id)?;
        Ok(Some(done))
    }

    /// What the person says for themselves of whether it takes their time: nothing, where it is what its organizer says.
    fn says_of_time(&self, said: &Event) -> Option<FreeBusyStatus> {
        let stored = &self.stored.event;
        // Of single occurrences that nothing is said of the whole, the first stands for it.
        let first = said.recurrence_id.filter(|_| stored.is_series()).and_then(|id| stored.occurrence(id));
        let organizers = first.as_ref().unwrap_or(stored).free_busy_status;
        Some(said.free_busy_status).filter(|it| *it != organizers)
    }

    /// What the person said of whether it takes their time.
    fn free_busy_status(&self) -> Option<FreeBusyStatus> {
        match &self.slot {
            Slot::Place(placement) => placement.own.as_ref().and_then(|own| own.own.free_busy_status),
            Slot::Reader(_) => None,
        }
    }

    /// The occurrences that the person leaves out of their calendar.
    pub fn left_out(&self) -> &BTreeSet<LocalDateTime> {
        const NONE: &BTreeSet<LocalDateTime> = &BTreeSet::new();
        match &self.slot {
            Slot::Place(Placement { own: Some(own), .. }) => &own.own.left_out,
            Slot::Place(_) | Slot::Reader(_) => NONE,
        }
    }

    /// Leaves an occurrence to which the person is invited out of their calendar, or takes it in again; `None` where nothing would be left
    /// of the event, or they see it in the calendar of another alone.
    fn leave_out(
        self,
        tx: &mut Tx<'_>,
        who: &Principal,
        recurrence_id: LocalDateTime,
        away: bool,
    ) -> Result<Option<Changed<EventView>>, ScheduleFault> {
        let Slot::Place(placement) = &self.slot else { return Ok(None) };
        let mut own = placement.own.as_ref().map(|own| own.own.clone()).unwrap_or_default();
        if away {
            let seen = self.seen(who)?.filter(Event::is_series);
            let there = seen.filter(|event| recurrence::has_occurrence(event, recurrence_id));
            let invited = there.and_then(|event| event.occurrence(recurrence_id)?.participation(&who.person));
            if invited.is_none() {
                return Ok(None);
            }
            own.left_out.insert(recurrence_id);
        } else if !own.left_out.remove(&recurrence_id) {
            return Ok(None);
        }
        let mut stored = self.stored.clone();
        let done = self.put_all(tx, who, own)?;
        // Whoever reads their calendar sees another event there, also where the answer is as it was.
        stored.version = tx.next_version(Some(stored.version));
        stored.busy_version = stored.version;
        store::events::put(tx, &stored)?;
        let (places, audiences) = (store::placements::list(tx, &stored.id)?, Audiences::of(&stored.event));
        let recorded = placing::record(tx, &stored.id, (&places, &places), audiences)?;
        Ok(Some(recorded.with(done.into_inner())))
    }

    fn put_all(
        self,
        tx: &mut Tx<'_>,
        who: &Principal,
        own: Own,
    ) -> Result<Changed<EventView>, ScheduleFault> {
        let Self { stored, sight, slot } = self;
        let kept = match &slot {
            Slot::Place(placement) => placement.own.as_ref(),
            Slot::Reader(_) => sight.kept(&stored.id),
        };
        let before = kept.map_or(stored.version, |own| own.version.max(stored.version));
        let own = StoredOwn { version: tx.next_version(Some(before)), own };
        let home = store::calendars::get(tx, &stored.calendar)?.ok_or(ScheduleFault::NotFound)?;
        let (now, zone) = (tx.now(), home.time_zone);
        let recorded = match slot {
            Slot::Place(placement) => {
                let collection = placement.collection;
                store::placements::put_own(tx, &stored.id, collection, &own)?;
                store::occurrences::put_own_version(tx, &stored.id, collection, own.version)?;
                let placement = Placement { own: Some(own), ..placement };
                jobs::remind_own(tx, (&stored, &placement), zone, now)?;
                changes::record_for(tx, collection, ObjectType::Event, &stored.id, Audience::Involved)
            }
            Slot::Reader(_) => {
                match own.own == Own::default() {
                    true => store::reader_alerts::remove(tx, &who.person, &stored.id)?,
                    false => store::reader_alerts::put(tx, &who.person, &stored.id, &own)?,
                }
                jobs::remind_reader(tx, &stored, (&who.person, &own), zone, now)?;
                // In each calendar in which they see it: what tells them tells all who can see the event that it is as it was.
                let audience = Audiences::of_change(&stored.event, &stored.event).stays;
                let mut places = sight.places(&stored.id).map(|place| place.placement.collection);
                let first = places.next().ok_or(ScheduleFault::NotFound)?;
                for place in places {
                    let _recorded = changes::record_for(tx, place, ObjectType::Event, &stored.id, audience);
                }
                changes::record_for(tx, first, ObjectType::Event, &stored.id, audience)
            }
        };
        let view = Sight::of(tx, who, &[stored.id.as_str()])?.view(&who.person, &stored);
        Ok(recorded.with(view.ok_or(ScheduleFault::NotFound)?))
    }
}

/// Whether the person in whose calendar an event is seen leaves an occurrence out of it.
pub(super) fn leaves_out(placement: &Placement, recurrence_id: Option<LocalDateTime>) -> bool {
    let own = placement.own.as_ref();
    recurrence_id.is_some_and(|id| own.is_some_and(|own| own.own.left_out.contains(&id)))
}

/// Leaves an occurrence of what somebody else organizes out of the person's calendar, or takes it in again; whether that is another state
/// than before. The index of their calendar is to be written anew then.
pub(super) fn leave_out(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &EventId,
    recurrence_id: LocalDateTime,
    away: bool,
) -> Result<bool, ScheduleFault> {
    let Some(kept) = find(tx, who, id, None)? else { return Ok(false) };
    if away && kept.left_out().contains(&recurrence_id) {
        return Err(ScheduleFault::NoOccurrence);
    }
    Ok(kept.leave_out(tx, who, recurrence_id, away)?.is_some())
}

/// Whoever left an occurrence out of their calendar does not come to it at another time either: they are not shown that they are asked
/// again.
pub(super) fn keep_declined(event: &mut Event, places: &[Placement]) {
    for place in places {
        let (Some(person), Some(own)) = (&place.person, &place.own) else { continue };
        for id in &own.own.left_out {
            let there = event.occurrence(*id).filter(|_| recurrence::has_occurrence(event, *id));
            let Some(mut occurrence) = there else { continue };
            let key = occurrence.participant(person).map(|(key, _)| key.to_owned());
            if let Some(participant) = key.and_then(|key| occurrence.participants.get_mut(&key)) {
                participant.participation_status = ParticipationStatus::Declined;
                event.put_occurrence(*id, &occurrence);
            }
        }
    }
}

/// Moves what readers keep with single occurrences along with a series, and gives back its places with what those who take part keep,
/// likewise.
pub(super) fn along(
    tx: &mut Tx<'_>,
    (before, after): (&StoredEvent, &StoredEvent),
    places: &[Placement],
) -> Result<Vec<Placement>, ScheduleFault> {
    let (was, is) = (&before.event, &after.event);
    let mut places = places.to_vec();
    let is_single = was.recurrence_rule.is_none() && was.recurrence_overrides.is_empty();
    if is_single || is.is_series() && recurrence::shift(was, is).is_none() {
        return Ok(places);
    }
    let moved = |tx: &Tx<'_>, own: &StoredOwn| {
        let occurrences = recurrence::move_along(was, is, own.own.occurrences.clone());
        // What is no occurrence any more, before or after, was not left out of the one that bears its name now.
        let there = own.own.left_out.iter().filter(|id| recurrence::has_occurrence(was, **id));
        let there = there.filter(|_| is.is_series()).map(|id| (*id, ())).collect();
        let mut left_out: BTreeSet<LocalDateTime> =
            recurrence::move_along(was, is, there).into_keys().collect();
        left_out.retain(|id| recurrence::has_occurrence(is, *id));
        let moved = Own { occurrences, left_out, ..own.own.clone() };
        (moved != own.own).then(|| StoredOwn { version: tx.next_version(Some(own.version)), own: moved })
    };
    for (person, own) in store::reader_alerts::list_of(tx, &after.id)? {
        if let Some(moved) = moved(tx, &own) {
            store::reader_alerts::put(tx, &person, &after.id, &moved)?;
        }
    }
    for own in places.iter_mut().filter_map(|place| place.own.as_mut()) {
        if let Some(moved) = moved(tx, own) {
            *own = moved;
        }
    }
    Ok(places)
}

/// Has those reminded anew who keep something with an event whose time is another.
pub(super) fn remind(
    tx: &mut Tx<'_>,
    (stored, zone): (&StoredEvent, Zone),
    places: &[Placement],
) -> Result<(), ScheduleFault> {
    let now = tx.now();
    for place in places.iter().filter(|place| place.own.is_some()) {
        jobs::remind_own(tx, (stored, place), zone, now)?;
    }
    for (person, own) in store::reader_alerts::list_of(tx, &stored.id)? {
        jobs::remind_reader(tx, stored, (&person, &own), zone, now)?;
    }
    Ok(())
}
