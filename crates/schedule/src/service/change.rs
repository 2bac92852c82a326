//! A change of an event from its organizer's side, with all that follows from it.

use renraku_base::Principal;
use renraku_db::{Changed, Tx, changes::Recorded};

use super::{
    audience::{Audiences, renew},
    booking, index, keep_own, placing, staff,
    tell_change::Untold,
    update_event::{Opened, Scope, secret_of_another, view},
    view::without_alerts,
};
use crate::{
    ScheduleFault, jobs,
    model::{Event, EventView, LocalDateTime, Own, PatchObject, Status},
    rules::recurrence,
    store::{self, calendars::StoredCalendar, events::StoredEvent, placements::Placement},
};

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
        self.meet_staff(tx)?;
        if self.changes_people() {
            let before = &self.before.stored.event;
            staff::complete(tx, &mut self.after.event, (organizer.as_ref(), who), Some(before))?;
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
        let seen = seen.ok_or_else(secret_of_another)?;
        Ok((recorded.with(seen), Untold::of(&self, moved, now)))
    }

    /// Members of staff whom a file named are not invited yet: to the first change that concerns those who take part they are new.
    fn meet_staff(&mut self, tx: &mut Tx<'_>) -> Result<(), ScheduleFault> {
        let before = &mut self.before.stored;
        if self.after.organizer.is_none() || !before.event.has_others() {
            return Ok(());
        }
        let concerns = before.facilities != self.after.facilities
            || !is_same_to_guests(&before.event, &self.after.event);
        if concerns && staff::leave_out_uninvited(tx, &mut before.event)? {
            // They are invited to all of it.
            self.scope = Scope::All;
        }
        Ok(())
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

/// Whether two versions of an event say the same to those who take part in it.
fn is_same_to_guests(before: &Event, after: &Event) -> bool {
    let said = |event: &Event| {
        let more = std::collections::BTreeMap::new();
        without_alerts(Event { more, updated: None, sequence: 0, ..event.clone() })
    };
    said(before) == said(after)
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
