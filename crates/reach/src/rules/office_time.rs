//! What the clocks of the office show.

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike};
use renraku_base::{Language, Timestamp};

/// How far the office's clocks are ahead of UTC.
const JAPAN: TimeDelta = TimeDelta::hours(9);

fn local(at: Timestamp) -> NaiveDateTime {
    (at.to_datetime() + JAPAN).naive_utc()
}

/// The midnight with which the day of `now` ends.
pub(crate) fn end_of_day(now: Timestamp) -> Timestamp {
    let tomorrow = local(now).date().succ_opt().unwrap_or(NaiveDate::MAX);
    (tomorrow.and_time(NaiveTime::MIN).and_utc() - JAPAN).into()
}

/// Until when, as one says it at `now`: the time of today, the day, or both. A midnight is the end of the day before.
pub(crate) fn until(end: Timestamp, now: Timestamp, language: Language) -> String {
    let (end, now) = (local(end), local(now));
    let midnight = end.time().num_seconds_from_midnight() == 0;
    let day = if midnight { end.date().pred_opt().unwrap_or(end.date()) } else { end.date() };
    let today = day == now.date();
    let date = language.day(day, now.year());
    match (language, today, midnight) {
        (Language::Ja, true, true) => "本日まで".to_owned(),
        (Language::Ja, true, false) => format!("{}まで", end.format("%-H:%M")),
        (Language::Ja, false, true) => format!("{date}まで"),
        (Language::Ja, false, false) => format!("{date} {}まで", end.format("%-H:%M")),
        (Language::En, true, true) => "until the end of the day".to_owned(),
        (Language::En, true, false) => format!("until {}", end.format("%H:%M")),
        (Language::En, false, true) => format!("until {date}"),
        (Language::En, false, false) => format!("until {date}, {}", end.format("%H:%M")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_ends_at_midnight_in_the_office() {
        let end = |now: &str| end_of_day(now.parse().unwrap()).to_string();
        assert_eq!(end("2026-11-25T00:00:00Z"), "2026-11-25T15:00:00Z");
        assert_eq!(end("2026-11-25T14:59:59Z"), "2026-11-25T15:00:00Z");
        assert_eq!(end("2026-11-25T15:00:00Z"), "2026-11-26T15:00:00Z");
    }

    #[test]
    fn an_end_is_said_as_briefly_as_can_be() {
        let now = "2026-11-25T01:00:00Z".parse().unwrap();
        for (end, ja, en) in [
            ("2026-11-25T06:00:00Z", "15:00まで", "until 15:00"),
            ("2026-11-25T15:00:00Z", "本日まで", "until the end of the day"),
            ("2026-11-27T15:00:00Z", "11月27日(金)まで", "until Fri 27 Nov"),
            ("2026-11-27T00:30:00Z", "11月27日(金) 9:30まで", "until Fri 27 Nov, 09:30"),
            ("2027-01-03T15:00:00Z", "2027年1月3日(日)まで", "until Sun 3 Jan 2027"),
        ] {
            let end = end.parse().unwrap();
            assert_eq!(until(end, now, Language::Ja), ja);
            assert_eq!(until(end, now, Language::En), en);
        }
    }
}
