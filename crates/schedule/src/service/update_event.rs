use renraku_base::{CalendarId, ETag, EventId, FieldFault, Precondition, Principal, Role};
use renraku_db::{Changed, Tx};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    change::Change,
    create_event::{refuse_uid_of_task, role_in, writable},
    delete_event::decline_occurrence,
    keep_own, objects,
    view::{BUSY, Sight},
};
use crate::{
    ScheduleFault,
    model::{Event, EventPatch, EventView, LocalDateTime, Own, PatchObject},
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

/// Changes an event, or one occurrence of a series. Who takes part in it, or reads it in a calendar of another, changes
/// their own alerts with it, and who takes part whether it takes their time, and nothing else, unless they may write where
/// it was made. What changes nothing makes no new version, and nobody is told.
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
    let seen = view(tx, who, (&stored, &home), role, &places)?.ok_or(ScheduleFault::NotFound)?;
    // Whoever sees an event as busy time alone cannot mean to change the rest of it.
    if seen.etag == ETag::of_view(stored.busy_version, BUSY) {
        return Err(ScheduleFault::Forbidden);
    }
    if !precondition.holds(&seen.etag) {
        return Err(ScheduleFault::stale(&seen));
    }
    Ok(Opened { stored, home, places, role, seen })
}

/// The same of an event that is named in a calendar: its organizer's side is where it was made. In another calendar it
/// is there for those who take part in it, whatever they may do where it was made.
pub(crate) fn open_in(
    tx: &mut Tx<'_>,
    who: &Principal,
    (calendar, id): (&CalendarId, &EventId),
) -> Result<Opened, ScheduleFault> {
    let opened = open(tx, who, id, &Precondition::None)?;
    if opened.home.id == *calendar { Ok(opened) } else { Err(not_theirs(tx, who, &opened.stored)?) }
}

/// Whether an event that was made in this calendar is in another one, too, because somebody takes part in it.
pub(super) fn is_guest(who: &Principal, home: &StoredCalendar, places: &[Placement]) -> bool {
    places.iter().any(|it| it.collection != home.collection && it.person.as_ref() == Some(&who.person))
}

pub(super) fn view(
    tx: &mut Tx<'_>,
    who: &Principal,
    (stored, home): (&StoredEvent, &StoredCalendar),
    role: Role,
    places: &[Placement],
) -> Result<Option<EventView>, ScheduleFault> {
    let sight = match home.is_of(&who.person) && !is_guest(who, home, places) {
        true => Sight::at_home(&stored.id, role, home.clone()),
        // As it is read: what they keep where they put it away is not in its tag.
        false => Sight::of(tx, who, &[stored.id.as_str()])?.without_hidden(),
    };
    Ok(sight.view(&who.person, stored))
}

/// That somebody would write for another what is kept from themselves: they could neither read nor mend it.
pub(super) fn secret_of_another() -> ScheduleFault {
    let detail = "what is secret is seen by the owner of its calendar and those who take part alone: make it private, or have its owner write it";
    ScheduleFault::field("/privacy", "secret-of-another", detail)
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
    calendar: &CalendarId,
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
