//! An event as one person sees it.

use renraku_base::{CalendarId, ETag, EventId, PersonId, Principal, Role};
use renraku_db::ReadTx;

use crate::{
    ScheduleFault,
    model::EventView,
    rules::access::{self, View},
    store::{self, calendars::StoredCalendar, events::StoredEvent, placements::Placement},
};

/// The mark in the tag of an event of which the reader sees only when it takes time.
pub(crate) const BUSY: char = 'b';

/// Where one person sees events: places, and the calendars of these places.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sight {
    seen: Vec<(EventId, Placement, Role)>,
    calendars: Vec<StoredCalendar>,
}

impl Sight {
    /// Where `who` sees these events; two statements.
    pub fn of(tx: &mut ReadTx<'_>, who: &Principal, events: &[&str]) -> Result<Self, ScheduleFault> {
        if events.is_empty() {
            return Ok(Self::default());
        }
        let seen = store::placements::list_seen(tx, who, events)?;
        let mut collections: Vec<_> = seen.iter().map(|(_, placement, _)| placement.collection).collect();
        collections.sort_unstable();
        collections.dedup();
        let calendars = store::calendars::list_by_collection(tx, &collections)?;
        Ok(Self { seen, calendars })
    }

    /// What someone sees of an event that lies in a calendar that they know already.
    pub fn in_calendar(event: &EventId, placement: &Placement, role: Role, calendar: StoredCalendar) -> Self {
        Self { seen: vec![(event.clone(), placement.clone(), role)], calendars: vec![calendar] }
    }

    /// The event as `who` sees it; `None` when they do not.
    pub fn view(&self, who: &PersonId, stored: &StoredEvent) -> Option<EventView> {
        let places: Vec<_> = self.seen.iter().filter(|(event, _, _)| *event == stored.id).collect();
        let role = places.iter().map(|(_, _, role)| *role).max();
        let home = self.calendars.iter().find(|calendar| calendar.id == stored.calendar);
        let involved = role.is_some()
            && (stored.organizer.as_ref() == Some(who)
                || stored.event.participation(who).is_some()
                || home.is_some_and(|home| home.is_of(who)));
        let calendar_id = self.calendar_of(who, stored)?;
        let (event, etag) = match access::view(stored.event.privacy, role, involved) {
            View::Hidden => return None,
            View::Busy => {
                let uid = stored.id.as_str().to_owned();
                (access::busy_only(&stored.event, uid), ETag::of_view(stored.version, BUSY))
            }
            View::Full => (stored.event.clone(), ETag::of(stored.version)),
        };
        let full = etag == ETag::of(stored.version);
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
        let mut places: Vec<&StoredCalendar> = self
            .seen
            .iter()
            .filter(|(event, _, _)| *event == stored.id)
            .filter_map(|(_, placement, _)| {
                self.calendars.iter().find(|calendar| calendar.collection == placement.collection)
            })
            .collect();
        places.sort_by_key(|calendar| {
            (calendar.id != stored.calendar, !calendar.is_of(who), calendar.collection)
        });
        places.first().map(|calendar| calendar.id.clone())
    }
}
