//! Whether a booking keeps the rules of a facility.

use chrono::NaiveTime;

use super::booking::Slot;
use crate::model::{BookingRules, Duration, Zone};

/// Which of its rules a booking does not keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// It lasts longer than this.
    Longest(Duration),
    /// The facility is not open all the time.
    Hours,
}

/// The first rule that one of the slots does not keep.
#[must_use]
pub fn broken(rules: &BookingRules, slots: &[Slot]) -> Option<Broken> {
    slots.iter().find_map(|slot| too_long(rules, *slot).or_else(|| closed(rules, *slot)))
}

fn micros(slot: Slot) -> i64 {
    slot.utc_end.micros() - slot.utc_start.micros()
}

fn too_long(rules: &BookingRules, slot: Slot) -> Option<Broken> {
    let longest = rules.max_duration?;
    let most = (longest.days() * 86_400 + longest.seconds()).saturating_mul(1_000_000);
    (micros(slot) > most).then_some(Broken::Longest(longest))
}

fn closed(rules: &BookingRules, slot: Slot) -> Option<Broken> {
    if rules.opens.is_none() && rules.closes.is_none() {
        return None;
    }
    let opens = rules.opens.map_or(0, |opens| opens.minutes());
    let closes = rules.closes.map_or(24 * 60, |closes| closes.minutes());
    let local = Zone::TOKYO.local(slot.utc_start.to_datetime());
    let minute = (local - local.date().and_time(NaiveTime::MIN)).num_minutes();
    (minute < opens || minute + micros(slot) / 60_000_000 > closes).then_some(Broken::Hours)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_booking_is_as_long_as_it_may_be_and_within_the_hours() {
        let rules: BookingRules =
            serde_json::from_str(r#"{"opens": "08:30", "closes": "21:00", "maxDuration": "PT2H"}"#).unwrap();
        let of = |from: &str, to: &str| {
            let at = |time: &str| format!("2026-04-01T{time}:00+09:00").parse().unwrap();
            broken(&rules, &[Slot { utc_start: at(from), utc_end: at(to) }])
        };
        assert_eq!(of("08:30", "10:30"), None);
        assert_eq!(of("19:00", "21:00"), None);
        assert_eq!(of("08:29", "09:00"), Some(Broken::Hours));
        assert_eq!(of("20:00", "21:01"), Some(Broken::Hours));
        assert!(matches!(of("09:00", "11:01"), Some(Broken::Longest(_))));
        assert_eq!(broken(&BookingRules::default(), &[]), None);
    }
}
