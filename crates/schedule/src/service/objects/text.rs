//! The text of an event that no client stored, or that is no longer as it was stored.

use std::collections::HashMap;

use renraku_base::{FacilityId, Id, PersonId};
use renraku_db::ReadTx;
use renraku_people::directory::service as directory;

use super::facilities;
use crate::{
    ScheduleFault,
    codec::ical,
    model::{Event, PatchObject},
    store::{self, events::StoredEvent},
};

/// What the texts of some events need besides the events.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    facilities: HashMap<String, String>,
    addresses: HashMap<PersonId, String>,
}

impl Names {
    /// What these events need; nothing is looked up where nothing is booked, and everybody can be reached.
    pub fn of<'a>(
        tx: &mut ReadTx<'_>,
        events: impl Iterator<Item = &'a StoredEvent>,
    ) -> Result<Self, ScheduleFault> {
        let booking: Vec<_> = events
            .map(|it| (it, it.all_facilities()))
            .filter(|(it, facilities)| !facilities.is_empty() || names_unread(&it.event))
            .map(|(it, facilities)| (it.organizer.as_ref(), facilities))
            .collect();
        if booking.is_empty() {
            return Ok(Self::default());
        }
        let mut ids: Vec<&str> = booking.iter().flat_map(|(_, ids)| ids.iter()).map(Id::as_str).collect();
        ids.sort_unstable();
        ids.dedup();
        let organizers: Vec<PersonId> = booking.iter().filter_map(|(person, _)| (*person).cloned()).collect();
        let named = directory::names(tx, &organizers)?;
        let address = |person: &PersonId| match named.get(person).and_then(|known| known.email.as_ref()) {
            Some(email) => format!("mailto:{email}"),
            None => person.to_urn(),
        };
        Ok(Self {
            facilities: store::facilities::list_names(tx, &ids)?.into_iter().collect(),
            addresses: organizers.iter().map(|person| (person.clone(), address(person))).collect(),
        })
    }

    /// The event as calendar clients see it: what it books takes part in it, or in the occurrences that book it.
    pub fn present(&self, event: &Event, organizer: Option<&PersonId>, facilities: &[FacilityId]) -> Event {
        let mut shown = event.clone();
        let books = |patch: &PatchObject| patch.facility_ids().is_some();
        let books_nothing = facilities.is_empty() && !event.recurrence_overrides.values().any(books);
        if self.facilities.is_empty() || books_nothing {
            return shown;
        }
        let named = |ids: &[FacilityId]| -> Vec<(FacilityId, String)> {
            let named =
                ids.iter().filter_map(|id| Some((id.clone(), self.facilities.get(id.as_str())?.clone())));
            named.collect()
        };
        let booked = |patch: &PatchObject| patch.facility_ids().unwrap_or_else(|| facilities.to_vec());
        let apart = |patch: &PatchObject| booked(patch) != facilities || patch.touches_people();
        let single = event.occurrences_of(apart);
        if self.facilities.is_empty() || facilities.is_empty() && single.is_empty() {
            if names_unread(event) {
                self.name_organizer(&mut shown, organizer);
            }
            return shown;
        }
        facilities::add(&mut shown, &named(facilities));
        for (id, occurrence) in single {
            let then = event.recurrence_overrides.get(&id).map(booked).unwrap_or_default();
            let mut occurrence = occurrence.without_bookings();
            facilities::add(&mut occurrence, &named(&then));
            shown.put_occurrence(id, &occurrence);
        }
        self.name_organizer(&mut shown, organizer);
        shown
    }

    /// Names the organizer of what nobody takes part in but who can only be shown.
    fn name_organizer(&self, shown: &mut Event, organizer: Option<&PersonId>) {
        if shown.organizer_calendar_address.is_none() {
            shown.organizer_calendar_address = organizer.and_then(|it| self.addresses.get(it).cloned());
        }
    }
}

/// Whether an event, or an occurrence of it, names somebody whose address cannot be read.
pub(super) fn names_unread(event: &Event) -> bool {
    ical::has_unread_attendees(event) || event.recurrence_overrides.values().any(ical::names_unread_attendees)
}

/// The text of an event as calendar clients see it.
pub(super) fn write(shown: &Event) -> String {
    let mut writer = ical::Writer::around(shown);
    writer.add(shown);
    writer.finish()
}
