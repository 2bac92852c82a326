//! An event as one person sees it.

use renraku_base::{CalendarId, ETag, EventId, PersonId, Principal, Role};
use renraku_db::ReadTx;

use crate::{
    ScheduleFault,
    model::EventView,
    rules::access::{self, View},
    store::{
        self,
        calendars::StoredCalendar,
        events::StoredEvent,
        placements::{Placement, SeenPlace},
    },
};

/// The mark in the tag of an event of which the reader sees only when it takes time.
pub(crate) const BUSY: char = 'b';

/// Where one person may read events.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sight {
    places: Vec<SeenPlace>,
}

impl Sight {
    /// Where `who` may read these events; one statement.
    pub fn of(tx: &mut ReadTx<'_>, who: &Principal, events: &[&str]) -> Result<Self, ScheduleFault> {
        if events.is_empty() {
            return Ok(Self::default());
        }
        Ok(Self { places: store::placements::list_seen(tx, who, events)? })
    }

    /// What someone sees of an event that was made in a calendar that they know already.
    pub fn at_home(event: &EventId, role: Role, home: StoredCalendar) -> Self {
        let placement = Placement { collection: home.collection, person: home.owner(), hidden: false };
        Self { places: vec![SeenPlace { event: event.clone(), placement, role, calendar: home }] }
    }

    /// The places of one event.
    pub fn places(&self, event: &EventId) -> impl Iterator<Item = &SeenPlace> {
        self.places.iter().filter(move |place| place.event == *event)
    }

    /// The event as `who` sees it; `None` when they do not.
    pub fn view(&self, who: &PersonId, stored: &StoredEvent) -> Option<EventView> {
        let role = self.places(&stored.id).map(|place| place.role).max();
        let involved = role.is_some()
            && (stored.organizer.as_ref() == Some(who)
                || stored.event.participation(who).is_some()
                || self
                    .places(&stored.id)
                    .any(|it| it.calendar.id == stored.calendar && it.calendar.is_of(who)));
        let calendar_id = self.calendar_of(who, stored)?;
        let view = access::view(stored.event.privacy, role, involved);
        let (event, etag) = match view {
            View::Hidden => return None,
            View::Busy => {
                let uid = stored.id.as_str().to_owned();
                (access::busy_only(&stored.event, uid), ETag::of_view(stored.busy_version, BUSY))
            }
            View::Full => (stored.event.clone(), ETag::of(stored.version)),
        };
        let full = view == View::Full;
        Some(EventView {
            id: stored.id.clone(),
            calendar_id,
            facility_ids: if full { stored.facilities.clone() } else { Vec::new() },
            is_organizer: full && stored.organizer.as_ref() == Some(who),
            etag,
            event,
        })
    }

    /// The one calendar in which someone is told that they see the event, whichever way they came to it: where it was made,
    /// else their own, else the first.
    fn calendar_of(&self, who: &PersonId, stored: &StoredEvent) -> Option<CalendarId> {
        let first = self.places(&stored.id).map(|place| &place.calendar).min_by_key(|calendar| {
            (calendar.id != stored.calendar, !calendar.is_of(who), calendar.collection)
        });
        first.map(|calendar| calendar.id.clone())
    }
}
