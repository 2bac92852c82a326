//! What somebody who takes part in an event keeps with it for themselves alone: their alerts. The event stays as it is, and nobody
//! else notices.

use renraku_base::{ETag, EventId, FieldFault, Precondition, Principal};
use renraku_db::{
    Changed, ObjectType, Tx,
    changes::{self, Audience},
};

use super::{
    update_event::Scope,
    view::{BUSY, Sight},
};
use crate::{
    ScheduleFault, jobs,
    model::{Event, EventPatch, EventView, Own},
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
}

/// The event, if it is in a calendar of the person's own and was made in another one. Until the transaction ends nobody else changes
/// it.
pub(super) fn find(tx: &mut Tx<'_>, who: &Principal, id: &EventId) -> Result<Option<Kept>, ScheduleFault> {
    tx.hold(id.as_str())?;
    let Some(stored) = store::events::get(tx, id)? else { return Ok(None) };
    let sight = Sight::of(tx, who, &[id.as_str()])?;
    Ok(sight.own_place(&who.person, &stored).is_some().then_some(Kept { stored, sight }))
}

impl Kept {
    /// The event as the person sees it.
    pub fn seen(&self, who: &Principal) -> Option<Event> {
        self.sight.view(&who.person, &self.stored).map(|view| view.event)
    }

    /// Changes what the person keeps as a patch of the event, as they see it, says.
    pub fn patch(
        self,
        tx: &mut Tx<'_>,
        who: &Principal,
        (patch, scope): (&EventPatch, Scope),
        precondition: &Precondition,
    ) -> Result<Changed<EventView>, ScheduleFault> {
        let view = self.sight.view(&who.person, &self.stored).ok_or(ScheduleFault::NotFound)?;
        if view.etag == ETag::of_view(self.stored.busy_version, BUSY) {
            return Err(ScheduleFault::Forbidden);
        }
        if !precondition.holds(&view.etag) {
            return Err(ScheduleFault::stale(&view));
        }
        if scope != Scope::All {
            let detail = "alerts of one's own are for the whole series";
            let faults = patch.names().map(|name| FieldFault::new(format!("/{name}"), "series-only", detail));
            return Err(ScheduleFault::Invalid(faults.collect()));
        }
        let own = Own::of(&view.event.patched(patch).map_err(ScheduleFault::Invalid)?);
        if own == Own::of(&view.event) {
            return Ok(Changed::nothing(view));
        }
        self.put(tx, who, own)
    }

    /// Keeps this instead of what the person kept.
    pub fn put(
        self,
        tx: &mut Tx<'_>,
        who: &Principal,
        own: Own,
    ) -> Result<Changed<EventView>, ScheduleFault> {
        let Self { stored, sight } = self;
        let place = sight.own_place(&who.person, &stored).ok_or(ScheduleFault::NotFound)?;
        let before =
            place.placement.own.as_ref().map_or(stored.version, |own| own.version.max(stored.version));
        let own = StoredOwn { version: tx.next_version(Some(before)), own };
        let collection = place.placement.collection;
        store::placements::put_own(tx, &stored.id, collection, &own)?;
        store::occurrences::put_own_version(tx, &stored.id, collection, own.version)?;
        let now = tx.now();
        let placement = Placement { own: Some(own), ..place.placement.clone() };
        let home = store::calendars::get(tx, &stored.calendar)?.ok_or(ScheduleFault::NotFound)?;
        jobs::remind_own(tx, (&stored, &placement), home.time_zone, now)?;
        let recorded = changes::record_for(tx, collection, ObjectType::Event, &stored.id, Audience::Involved);
        let view = Sight::of(tx, who, &[stored.id.as_str()])?.view(&who.person, &stored);
        Ok(recorded.with(view.ok_or(ScheduleFault::NotFound)?))
    }
}
