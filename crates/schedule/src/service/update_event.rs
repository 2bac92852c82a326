use renraku_base::{ETag, EventId, FieldFault, Precondition, Principal, Role};
use renraku_db::{Changed, Tx, changes::Recorded};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    audience::{Audiences, renew},
    booking,
    create_event::{refuse_uid_of_task, role_in, writable},
    delete_event::decline_occurrence,
    index, keep_own, objects, placing, staff,
    tell_change::Untold,
    view::{BUSY, Sight},
};
use crate::{
    ScheduleFault, jobs,
    model::{Event, EventPatch, EventView, LocalDateTime, Own, PatchObject, Status},
    rules::recurrence,
    store::{self, calendars::StoredCalendar, events::StoredEvent, placements::Placement},
};

/// What a change is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The event, or the whole series.
    All,
    /// The occurrence with this original start.
    This(LocalDateTime),
}

/// What of a series a request means, by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ScopeName {
    /// One occurrence.
    This,
    /// One occurrence and all after it; not offered yet.
    ThisAndFuture,
    /// The whole series.
    All,
}

impl Scope {
    /// The scope that a request means: with a recurrence id one occurrence, without one everything, unless it says otherwise.
    ///
    /// # Errors
    /// [`ScheduleFault::ScopeNotSupported`], [`ScheduleFault::BadQuery`] for `this` without a recurrence id.
    pub fn read(
        recurrence_id: Option<LocalDateTime>,
        scope: Option<ScopeName>,
    ) -> Result<Self, ScheduleFault> {
        match (recurrence_id, scope) {
            (_, Some(ScopeName::ThisAndFuture)) => Err(ScheduleFault::ScopeNotSupported),
            (Some(recurrence_id), None | Some(ScopeName::This)) => Ok(Self::This(recurrence_id)),
            (None, None) | (_, Some(ScopeName::All)) => Ok(Self::All),
            (None, Some(ScopeName::This)) => {
                let detail = "say which occurrence by its original start";
                Err(ScheduleFault::BadQuery(FieldFault::new("recurrenceId", "required", detail)))
            }
        }
    }
}

/// Changes an event, or one occurrence of a series. Who takes part in it, or reads it in a calendar of another, changes their own alerts
/// with it, and who takes part whether it takes their time, and nothing else, unless they may write where it was made. What changes nothing makes no new version, and nobody is told.
///
/// # Errors
/// [`ScheduleFault::NotFound`] also for an occurrence that the series does not have, [`ScheduleFault::NotOrganizer`],
/// [`ScheduleFault::Forbidden`], [`ScheduleFault::Stale`], [`ScheduleFault::Invalid`], and what booking refuses.
pub fn update_event(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &EventId,
    patch: &EventPatch,
    scope: Scope,
    precondition: &Precondition,
) -> Result<Changed<EventView>, ScheduleFault> {
    if patch.touches(&Own::OF_GUEST)
        && let Some(kept) = keep_own::find(tx, who, id, None)?
    {
        let (own, rest) = patch.split(kept.members(tx, who)?);
        if !own.is_empty() {
            let done = kept.patch(tx, who, (&own, scope), precondition)?;
            return match rest.is_empty() {
                true => Ok(done),
                false => change(tx, who, id, &rest, scope, &Precondition::None),
            };
        }
    }
    change(tx, who, id, patch, scope, precondition)
}

fn change(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &EventId,
    patch: &EventPatch,
    scope: Scope,
    precondition: &Precondition,
) -> Result<Changed<EventView>, ScheduleFault> {
    let before = open(tx, who, id, precondition)?;
    if patch.id.as_ref().is_some_and(|other| other != id) {
        return Err(ScheduleFault::field("/id", "read-only", "the id of an event never changes"));
    }
    let mut after = before.stored.clone();
    let mut dropped = Vec::new();
    match scope {
        Scope::All => {
            if before.stored.event.stands_alone() && patch.touches(&["recurrenceRule"]) {
                let detail = "of this series only single occurrences are known: how it repeats is for its organizer to say";
                return Err(ScheduleFault::field("/recurrenceRule", "series-only", detail));
            }
            (after.event, dropped) = patched(&before.stored.event, patch)?;
            after.facilities = patch.facility_ids.clone().unwrap_or(after.facilities);
        }
        Scope::This(recurrence_id) => after = patched_at(&before.stored, recurrence_id, patch)?,
    }
    let home = match &patch.calendar_id {
        Some(calendar) if *calendar != before.home.id && scope == Scope::All => {
            new_home(tx, who, &before, calendar)?
        }
        _ => before.home.clone(),
    };
    after.calendar = home.id.clone();
    if after == before.stored {
        return Ok(Changed::nothing(before.seen));
    }
    if let Scope::This(recurrence_id) = scope
        && patch.leaves_out()
    {
        decline_occurrence(tx, who, &before.stored, recurrence_id)?;
    }
    let change = Change { before, home, after, scope, dropped: dropped.clone() };
    let changed = change.store(tx, who)?;
    Ok(changed.map(|view| EventView { dropped_overrides: dropped, ..view }))
}

/// An event whose organizer's side asks to change it, as it was.
pub(crate) struct Opened {
    pub stored: StoredEvent,
    pub home: StoredCalendar,
    pub places: Vec<Placement>,
    pub role: Role,
    /// As they see it.
    pub seen: EventView,
}

/// The event for someone who may change what everybody sees of it, if it is what they expect. Until the transaction ends
/// nobody else changes it.
pub(crate) fn open(
    tx: &mut Tx<'_>,
    who: &Principal,
    id: &EventId,
    precondition: &Precondition,
) -> Result<Opened, ScheduleFault> {
    tx.hold(id.as_str())?;
    let stored = store::events::get(tx, id)?.ok_or(ScheduleFault::NotFound)?;
    let home = store::calendars::get(tx, &stored.calendar)?.ok_or(ScheduleFault::NotFound)?;
    let role = match role_in(tx, who, &home)? {
        Some(role) if role >= Role::Write => role,
        _ => return Err(not_theirs(tx, who, &stored)?),
    };
    let places = store::placements::list(tx, id)?;
    let seen = view(tx, who, (&stored, &home), role, &places)?;
    // Whoever sees an event as busy time alone cannot mean to change the rest of it.
    if seen.etag == ETag::of_view(stored.busy_version, BUSY) {
        return Err(ScheduleFault::Forbidden);
    }
    if !precondition.holds(&seen.etag) {
        return Err(ScheduleFault::stale(&seen));
    }
    Ok(Opened { stored, home, places, role, seen })
}

fn view(
    tx: &mut Tx<'_>,
    who: &Principal,
    (stored, home): (&StoredEvent, &StoredCalendar),
    role: Role,
    places: &[Placement],
) -> Result<EventView, ScheduleFault> {
    let takes_part =
        places.iter().any(|it| it.collection != home.collection && it.person.as_ref() == Some(&who.person));
    let sight = match home.is_of(&who.person) && !takes_part {
        true => Sight::at_home(&stored.id, role, home.clone()),
        false => Sight::of(tx, who, &[stored.id.as_str()])?,
    };
    sight.view(&who.person, stored).ok_or(ScheduleFault::NotFound)
}

/// Why someone may not change an event: they do not see it, take part in it, or may only read it.
fn not_theirs(
    tx: &mut Tx<'_>,
    who: &Principal,
    stored: &StoredEvent,
) -> Result<ScheduleFault, ScheduleFault> {
    let sight = Sight::of(tx, who, &[stored.id.as_str()])?;
    Ok(match sight.view(&who.person, stored) {
        None => ScheduleFault::NotFound,
        Some(_) if stored.event.staff().contains(&who.person) => ScheduleFault::NotOrganizer,
        Some(_) => ScheduleFault::Forbidden,
    })
}

fn patched(before: &Event, patch: &EventPatch) -> Result<(Event, Vec<LocalDateTime>), ScheduleFault> {
    let after = before.patched(patch).map_err(ScheduleFault::Invalid)?;
    Ok(recurrence::keep_exceptions(before, after))
}

fn patched_at(
    before: &StoredEvent,
    recurrence_id: LocalDateTime,
    patch: &EventPatch,
) -> Result<StoredEvent, ScheduleFault> {
    let mut series = before.event.clone();
    if patch.brings_back()
        && series.recurrence_overrides.get(&recurrence_id).is_some_and(PatchObject::is_excluded)
    {
        series.recurrence_overrides.remove(&recurrence_id);
    }
    if !recurrence::has_occurrence(&series, recurrence_id) {
        return Err(ScheduleFault::NoOccurrence);
    }
    if patch.calendar_id.is_some() {
        let detail = "belongs to the whole series and cannot differ in one occurrence";
        return Err(ScheduleFault::field("/calendarId", "series-only", detail));
    }
    let event = series.patched_at(recurrence_id, patch).map_err(ScheduleFault::Invalid)?;
    if patch.leaves_out() {
        let only = || {
            ScheduleFault::field(
                "/excluded",
                "occurrence-only",
                "there is no other occurrence: delete the event",
            )
        };
        return before.without(recurrence_id).ok_or_else(only);
    }
    let mut after = StoredEvent { event, ..before.clone() };
    if let Some(booked) = &patch.facility_ids
        && recurrence::has_occurrence(&after.event, recurrence_id)
    {
        after.put_facilities_at(recurrence_id, booked);
    }
    Ok(after)
}

/// The calendar into which an event is moved: another one of the same person.
fn new_home(
    tx: &mut Tx<'_>,
    who: &Principal,
    before: &Opened,
    calendar: &renraku_base::CalendarId,
) -> Result<StoredCalendar, ScheduleFault> {
    let (home, _) = writable(tx, who, Some(calendar))?;
    if home.owner_id != before.home.owner_id {
        let detail = "an event moves between calendars of the same person only";
        return Err(ScheduleFault::field("/calendarId", "other-owner", detail));
    }
    tx.hold(calendar.as_str())?;
    let (id, uid) = (before.stored.id.as_str(), before.stored.event.uid.as_str());
    if let Some(other) = store::events::find_by_uid(tx, calendar, uid)? {
        return Err(ScheduleFault::UidTaken(other.id));
    }
    refuse_uid_of_task(tx, home.collection, uid)?;
    objects::name_arrival(tx, home.collection, (id, uid))?;
    Ok(home)
}

/// A change that was asked for and may be made.
pub(crate) struct Change {
    pub before: Opened,
    pub home: StoredCalendar,
    pub after: StoredEvent,
    pub scope: Scope,
    /// The exceptions that the change took away, as they were before.
    pub dropped: Vec<LocalDateTime>,
}

impl Change {
    /// Stores the change with all that follows from it, and has everyone told.
    pub fn store(self, tx: &mut Tx<'_>, who: &Principal) -> Result<Changed<EventView>, ScheduleFault> {
        let (changed, untold) = self.store_untold(tx, who)?;
        untold.tell(tx, who)?;
        Ok(changed)
    }

    /// The same, with what is still to be told.
    pub fn store_untold(
        mut self,
        tx: &mut Tx<'_>,
        who: &Principal,
    ) -> Result<(Changed<EventView>, Untold), ScheduleFault> {
        let organizer = self.after.organizer.clone();
        if self.changes_people() {
            let before = &self.before.stored.event;
            staff::complete(tx, &mut self.after.event, organizer.as_ref(), Some(before))?;
            // An answer that somebody else wrote down is not theirs: nothing is left of it.
            if self.after == self.before.stored {
                return Ok((Changed::nothing(self.before.seen), Untold::default()));
            }
        }
        let moved = self.moves();
        let single = if moved { Vec::new() } else { self.moved_occurrences() };
        if moved {
            self.ask_again(self.scope);
        }
        single.iter().for_each(|id| self.ask_again(Scope::This(*id)));
        renew(tx, &self.before.stored, &mut self.after);
        self.after.event.updated = Some(tx.now());
        // Who is invited again after they were sent away must hear of it. What somebody outside organizes they alone count.
        let is_ours = self.before.stored.organizer.is_some();
        if is_ours && (self.changes_more_than_participants() || self.sends_away()) {
            // A client that counts for itself may be ahead, never behind.
            let next = self.before.stored.event.sequence.saturating_add(1);
            self.after.event.sequence = self.after.event.sequence.max(next);
        }
        let places = if moved {
            keep_own::along(tx, (&self.before.stored, &self.after), &self.before.places)?
        } else {
            self.before.places.clone()
        };
        keep_own::keep_declined(&mut self.after.event, &places);
        let recorded = self.write(tx, who, (moved, &places))?;
        let (now, zone) = (tx.now(), self.home.time_zone);
        let replans = moved || !single.is_empty();
        if replans || Own::of(&self.after.event) != Own::of(&self.before.stored.event) {
            jobs::remind_next(tx, &self.after, zone, now)?;
        }
        if replans {
            keep_own::remind(tx, (&self.after, zone), &places)?;
        }
        let seen = view(tx, who, (&self.after, &self.home), self.before.role, &self.before.places)?;
        Ok((recorded.with(seen), Untold::of(&self, moved, now)))
    }

    fn changes_people(&self) -> bool {
        let (before, after) = (&self.before.stored.event, &self.after.event);
        let people = |patch: &PatchObject| patch.touches_people();
        before.participants != after.participants
            || before
                .recurrence_overrides
                .values()
                .filter(|it| people(it))
                .ne(after.recurrence_overrides.values().filter(|it| people(it)))
    }

    /// Whether somebody outside, who knows one mail from another by its `SEQUENCE`, does not take part any more.
    fn sends_away(&self) -> bool {
        let outside = |stored: &StoredEvent| jobs::audience(&stored.event, stored.organizer.as_ref()).1;
        let now = outside(&self.after);
        outside(&self.before.stored).iter().any(|address| !now.contains(address))
    }

    /// Whether it happens at another time, or no longer.
    fn moves(&self) -> bool {
        let (before, after) = (&self.before.stored.event, &self.after.event);
        match self.scope {
            Scope::All => before.recurrence_rule != after.recurrence_rule || !before.is_when(after),
            Scope::This(recurrence_id) => {
                let occurrence = |event| recurrence::occurrence(event, recurrence_id);
                match (occurrence(before), occurrence(after)) {
                    (Some(before), Some(after)) => !before.is_when(&after),
                    (before, after) => before.is_some() != after.is_some(),
                }
            }
        }
    }

    /// The occurrences that happen at another time, or do now, while their series stays.
    fn moved_occurrences(&self) -> Vec<LocalDateTime> {
        let (before, after) = (&self.before.stored.event, &self.after.event);
        let mut ids = before.different_exceptions(after);
        ids.retain(|id| {
            recurrence::occurrence(after, *id)
                .is_some_and(|is| recurrence::occurrence(before, *id).is_none_or(|was| !was.is_when(&is)))
        });
        ids
    }

    /// An answer was for the time that was; where that changed, it is asked for again, and nobody is asked whether they come to what is
    /// called off.
    fn ask_again(&mut self, scope: Scope) {
        let organizer = self.after.organizer.as_ref();
        let before = &self.before.stored.event;
        match scope {
            Scope::All if recurrence::only_ends_earlier(before, &self.after.event) => {
                let moved = self.moved_occurrences();
                moved.iter().for_each(|id| self.ask_again(Scope::This(*id)));
            }
            Scope::All => staff::ask_again(before, &mut self.after.event, organizer),
            Scope::This(recurrence_id) => {
                let occurrence = self.after.event.occurrence(recurrence_id);
                if let Some(mut occurrence) = occurrence.filter(|it| it.status != Status::Cancelled) {
                    staff::forget_answers(&mut occurrence, |it| {
                        it.person_id.is_none() || it.person_id.as_ref() != organizer
                    });
                    self.after.event.put_occurrence(recurrence_id, &occurrence);
                }
            }
        }
    }

    fn changes_more_than_participants(&self) -> bool {
        let bare = |event: &Event| Event {
            participants: std::collections::BTreeMap::new(),
            updated: None,
            organizer_calendar_address: None,
            ..event.clone()
        };
        self.after.facilities != self.before.stored.facilities
            || bare(&self.after.event) != bare(&self.before.stored.event)
    }

    /// `kept` are the places as they were, with what is kept there as it is now.
    fn write(
        &mut self,
        tx: &mut Tx<'_>,
        who: &Principal,
        (moved, kept): (bool, &[Placement]),
    ) -> Result<Recorded, ScheduleFault> {
        let before = &self.before;
        let rebooks = moved || self.after.facilities != before.stored.facilities;
        booking::check_series(&self.after.event, &self.after.facilities)?;
        if !rebooks && self.home.id == before.home.id && same_index(&before.stored.event, &self.after.event) {
            store::events::put(tx, &self.after)?;
            let audiences = Audiences::of_change(&before.stored.event, &self.after.event);
            return placing::record(tx, &self.after.id, (&before.places, &before.places), audiences);
        }
        let (happenings, indexed) = index::to_index(&self.after, self.home.time_zone, tx.now())?;
        self.after.indexed = indexed;
        let facilities = booking::take(tx, who, &self.after, &happenings)?;
        store::events::put(tx, &self.after)?;
        let mut kept = kept.to_vec();
        if moved {
            // What was put away at another time is a new question.
            kept.iter_mut().for_each(|place| place.hidden = false);
        }
        let places = placing::places(tx, &self.after, &self.home, &facilities, &kept)?;
        placing::put_changed(tx, &self.after, (&before.places, &places), &happenings, &before.stored)
    }
}

/// Whether the index of an event is the same before and after a change of its other members.
fn same_index(before: &Event, after: &Event) -> bool {
    let shown_in_details = before.recurrence_overrides.is_empty()
        || (before.title == after.title && before.place() == after.place());
    shown_in_details
        && before.recurrence_overrides == after.recurrence_overrides
        && before.participants == after.participants
        && before.privacy == after.privacy
        && before.free_busy_status == after.free_busy_status
        && before.status == after.status
}
