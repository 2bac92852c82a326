//! Whether a facility can be booked, and what is free instead.
//!
//! The decision is only as good as the slots it is given: they are read after the facility's row was locked.

use std::collections::HashMap;

use chrono::{NaiveTime, TimeDelta};
use renraku_base::{EventId, FacilityId, Timestamp};

use crate::{Alternative, model::Zone};

/// The most alternatives that are offered.
pub const MAX_ALTERNATIVES: usize = 3;
/// For how many days after the wanted one a free slot is looked for.
pub const SEARCH_DAYS: i64 = 7;
/// Between these times people meet; a slot at night is offered only to those who asked for one.
const DAY_BEGINS: NaiveTime = NaiveTime::MIN.overflowing_add_signed(TimeDelta::hours(7)).0;
const DAY_ENDS: NaiveTime = NaiveTime::MIN.overflowing_add_signed(TimeDelta::hours(22)).0;

/// A time for which a facility is wanted or taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    /// Its start.
    pub utc_start: Timestamp,
    /// Its end.
    pub utc_end: Timestamp,
}

/// A slot that is taken, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The slot.
    pub slot: Slot,
    /// The event that holds the facility.
    pub event_id: EventId,
}

impl Slot {
    /// Whether two slots have a moment in common; one may begin when the other ends.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.utc_start < other.utc_end && other.utc_start < self.utc_end
    }

    fn shifted(self, micros: i64) -> Self {
        let by = |at: Timestamp| Timestamp::from_micros(at.micros().saturating_add(micros));
        Self { utc_start: by(self.utc_start), utc_end: by(self.utc_end) }
    }
}

/// The wanted slots that clash, each with what holds the facility first; slots of `own`, the event that books, do not
/// clash. Both lists are in order of their start.
pub fn conflicts<'a>(
    wanted: &[Slot],
    taken: &'a [Taken],
    own: &EventId,
) -> impl Iterator<Item = (Slot, &'a Taken)> {
    let mut behind = 0;
    wanted.iter().filter_map(move |slot| {
        // What ended before this slot began is behind every later slot, too.
        while taken.get(behind).is_some_and(|it| it.slot.utc_end <= slot.utc_start) {
            behind += 1;
        }
        let mut ahead = taken.iter().skip(behind).take_while(|it| it.slot.utc_start < slot.utc_end);
        Some((*slot, ahead.find(|it| it.event_id != *own && it.slot.overlaps(*slot))?))
    })
}

/// Up to three free slots instead of `wanted`: another facility at the same time, then the same facility at another
/// time.
///
/// `taken` holds the slots of the wanted facility and of `others`, from the wanted start to [`SEARCH_DAYS`] after it;
/// `others` come in the order in which they would serve.
#[must_use]
pub fn alternatives(
    facility: &FacilityId,
    wanted: Slot,
    others: &[FacilityId],
    taken: &HashMap<FacilityId, Vec<Slot>>,
) -> Vec<Alternative> {
    let slots = |id: &FacilityId| taken.get(id).map_or(&[][..], Vec::as_slice);
    let is_free = |id: &FacilityId, slot: Slot| !slots(id).iter().any(|it| it.overlaps(slot));
    let offer = |id: &FacilityId, slot: Slot| Alternative {
        facility_id: id.clone(),
        utc_start: slot.utc_start,
        utc_end: slot.utc_end,
    };
    let elsewhere =
        others.iter().filter(|id| *id != facility && is_free(id, wanted)).map(|id| offer(id, wanted));
    let mut offers: Vec<Alternative> = elsewhere.take(MAX_ALTERNATIVES - 1).collect();
    let later = later_slots(wanted, slots(facility)).into_iter().filter(|slot| is_free(facility, *slot));
    offers.extend(later.take(MAX_ALTERNATIVES - offers.len()).map(|slot| offer(facility, slot)));
    offers
}

/// When the wanted length could fit: right after each taken slot, and at the same time on the following days.
fn later_slots(wanted: Slot, taken: &[Slot]) -> Vec<Slot> {
    let day = 86_400_000_000;
    let gaps = taken.iter().map(|it| it.utc_end.micros() - wanted.utc_start.micros());
    let mut shifts: Vec<i64> = gaps.chain((1..=SEARCH_DAYS).map(|days| days * day)).collect();
    shifts.retain(|shift| *shift > 0 && *shift <= SEARCH_DAYS * day);
    shifts.sort_unstable();
    shifts.dedup();
    let at_night = !in_the_day(wanted);
    shifts
        .into_iter()
        .map(|shift| wanted.shifted(shift))
        .filter(|slot| at_night || in_the_day(*slot))
        .collect()
}

fn in_the_day(slot: Slot) -> bool {
    let (start, end) =
        (Zone::TOKYO.local(slot.utc_start.to_datetime()), Zone::TOKYO.local(slot.utc_end.to_datetime()));
    start.date() == end.date() && start.time() >= DAY_BEGINS && end.time() <= DAY_ENDS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(n: u8) -> EventId {
        format!("0198c0de-7f3a-7abc-8def-0000000000{n:02}").parse().unwrap()
    }

    fn room(n: u8) -> FacilityId {
        format!("0198c0de-7f3a-7abc-8def-0000000001{n:02}").parse().unwrap()
    }

    /// A slot on 1 April 2026 in Tokyo, by its hours.
    fn slot(from: &str, to: &str) -> Slot {
        let at = |time: &str| format!("2026-04-01T{time}:00+09:00").parse().unwrap();
        Slot { utc_start: at(from), utc_end: at(to) }
    }

    fn taken(n: u8, from: &str, to: &str) -> Taken {
        Taken { slot: slot(from, to), event_id: event(n) }
    }

    #[test]
    fn slots_may_touch_and_not_overlap() {
        let held = [taken(1, "09:00", "10:00"), taken(2, "10:00", "11:00"), taken(3, "13:00", "14:00")];
        let clash = |from, to| {
            conflicts(&[slot(from, to)], &held, &event(9)).next().map(|(_, it)| it.event_id.clone())
        };
        assert_eq!(clash("11:00", "13:00"), None);
        assert_eq!(clash("08:00", "09:00"), None);
        assert_eq!(clash("09:59", "10:01"), Some(event(1)));
        assert_eq!(clash("12:00", "15:00"), Some(event(3)));
        assert_eq!(clash("13:15", "13:30"), Some(event(3)));
    }

    #[test]
    fn an_event_does_not_clash_with_itself() {
        let held = [taken(1, "09:00", "10:00"), taken(2, "09:30", "10:30")];
        assert_eq!(
            conflicts(&[slot("09:00", "10:00")], &held, &event(1)).next().map(|it| it.1.event_id.clone()),
            Some(event(2))
        );
        assert_eq!(conflicts(&[slot("09:00", "09:30")], &held, &event(1)).next(), None);
    }

    #[test]
    fn a_series_clashes_with_each_slot_that_does() {
        let held = [taken(1, "08:00", "18:00"), taken(2, "09:00", "09:10"), taken(3, "19:00", "20:00")];
        let wanted = [slot("07:00", "08:00"), slot("12:00", "13:00"), slot("19:30", "20:00")];
        let found: Vec<_> =
            conflicts(&wanted, &held, &event(9)).map(|(at, holder)| (at, holder.event_id.clone())).collect();
        assert_eq!(found, [(wanted[1], event(1)), (wanted[2], event(3))]);
    }

    #[test]
    fn offers_other_rooms_then_other_times() {
        let wanted = slot("10:00", "11:00");
        let held = HashMap::from([
            (room(1), vec![slot("09:30", "10:30"), slot("11:00", "12:00"), slot("12:30", "21:30")]),
            (room(2), vec![slot("10:30", "11:30")]),
        ]);
        let offers = alternatives(&room(1), wanted, &[room(1), room(2), room(3)], &held);
        let offers: Vec<_> =
            offers.into_iter().map(|it| (it.facility_id, it.utc_start.to_string())).collect();
        assert_eq!(
            offers,
            [
                (room(3), "2026-04-01T01:00:00Z".to_owned()),
                // 10:30 and 12:00 are too short, 21:30 would end at 22:30: the next days at the same time.
                (room(1), "2026-04-02T01:00:00Z".to_owned()),
                (room(1), "2026-04-03T01:00:00Z".to_owned()),
            ]
        );
        // Who asks for the night is offered the night.
        let night = alternatives(&room(1), slot("21:00", "22:30"), &[], &held);
        assert_eq!(night[0].utc_start, slot("21:30", "23:00").utc_start);
    }
}
