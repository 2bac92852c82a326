//! A series of which only single occurrences are known (RFC 5546 §3.7.1): the event itself is the first of them, and the others are
//! its overrides.

use chrono::NaiveTime;
use renraku_base::FacilityId;

use super::{Event, LocalDateTime, Zone};

impl Event {
    /// Whether only single occurrences of its series are known.
    pub(crate) fn stands_alone(&self) -> bool {
        self.recurrence_id.is_some() && self.recurrence_rule.is_none()
    }

    /// Whether this is the occurrence that the event itself is.
    pub(crate) fn is_itself(&self, recurrence_id: LocalDateTime) -> bool {
        self.recurrence_id == Some(recurrence_id) && self.stands_alone()
    }

    /// The zone on whose clock the original starts of occurrences are; `None` for no clock, and for days. Where the series is not known its
    /// single occurrences tell it.
    pub(crate) fn clock(&self) -> Option<Zone> {
        if self.stands_alone() { self.recurrence_id_time_zone } else { self.time_zone }
    }

    /// Whether the original starts of occurrences are days.
    pub(crate) fn tells_days(&self) -> bool {
        match self.recurrence_id.filter(|_| self.stands_alone()) {
            Some(id) => {
                let on_no_clock = !self.show_without_time && self.time_zone.is_none();
                self.recurrence_id_time_zone.is_none() && id.naive().time() == NaiveTime::MIN && !on_no_clock
            }
            None => self.show_without_time,
        }
    }

    /// These occurrences, each with what it books, as the first of them with the others as its overrides.
    pub(crate) fn alone(
        occurrences: impl IntoIterator<Item = (LocalDateTime, Self, Vec<FacilityId>)>,
    ) -> Option<(Self, Vec<FacilityId>)> {
        let mut occurrences = occurrences.into_iter();
        let (_, first, booked) = occurrences.next()?;
        let mut event = first.without_bookings();
        for (id, occurrence, then) in occurrences {
            event.put_occurrence(id, &occurrence);
            event.put_facility_ids(id, (then != booked).then_some(then.as_slice()));
        }
        Some((event, booked))
    }

    /// Puts `first` in the place of the event itself, apart from what belongs to the series. The others stay what they are.
    pub(super) fn put_itself(&mut self, first: &Self) {
        let others = self.occurrences_of(|_| true);
        let after = Self {
            uid: self.uid.clone(),
            recurrence_id: self.recurrence_id,
            recurrence_id_time_zone: self.recurrence_id_time_zone,
            organizer_calendar_address: self.organizer_calendar_address.clone(),
            privacy: self.privacy,
            created: self.created,
            updated: self.updated,
            sequence: self.sequence,
            ..first.single()
        };
        *self = after;
        for (id, occurrence) in others {
            self.put_occurrence(id, &occurrence);
        }
    }
}
