use std::{borrow::Cow, fmt, str::FromStr};

use chrono::{NaiveDateTime, TimeDelta};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const DAY_SECONDS: i64 = 86_400;

/// How long something lasts, like `PT1H30M` or `P2D`.
///
/// Days are days of the calendar: over a change to summer time, `P1D` ends at the same time of day and `PT24H` does not.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Duration {
    days: i64,
    seconds: i64,
    negative: bool,
}

/// The text is not a duration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a duration is written like PT1H30M or P2D")]
pub struct BadDuration;

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self { days: 0, seconds: 0, negative: false };
    /// One day of the calendar.
    pub const DAY: Self = Self { days: 1, seconds: 0, negative: false };
    /// One hour.
    pub const HOUR: Self = Self { days: 0, seconds: 3_600, negative: false };
    /// The longest that is taken: 200 years.
    const MAX_DAYS: i64 = 200 * 366;

    /// Days of the calendar and exact seconds after them, both of one sign; `None` beyond 200 years.
    #[must_use]
    pub fn new(days: i64, seconds: i64) -> Option<Self> {
        let same_sign = (days >= 0 && seconds >= 0) || (days <= 0 && seconds <= 0);
        let (days_long, seconds_long) = (days.checked_abs()?, seconds.checked_abs()?);
        let fits = days_long <= Self::MAX_DAYS && seconds_long <= Self::MAX_DAYS * DAY_SECONDS;
        (same_sign && fits).then_some(Self {
            days: days_long,
            seconds: seconds_long,
            negative: days < 0 || seconds < 0,
        })
    }

    /// Whether it runs backwards, as the offset of an alert may.
    #[must_use]
    pub fn is_negative(self) -> bool {
        self.negative
    }

    /// The days of the calendar, signed.
    #[must_use]
    pub fn days(self) -> i64 {
        if self.negative { -self.days } else { self.days }
    }

    /// The exact seconds after the days, signed.
    #[must_use]
    pub fn seconds(self) -> i64 {
        if self.negative { -self.seconds } else { self.seconds }
    }

    /// The local date-time that lies its days after `start`; `None` beyond the calendar.
    #[must_use]
    pub fn after_days(self, start: NaiveDateTime) -> Option<NaiveDateTime> {
        start.checked_add_signed(TimeDelta::try_days(self.days())?)
    }

    /// The same time as whole days, when it is so many.
    #[must_use]
    pub fn in_whole_days(self) -> Option<Self> {
        (self.seconds % DAY_SECONDS == 0).then_some(Self {
            days: self.days + self.seconds / DAY_SECONDS,
            seconds: 0,
            ..self
        })
    }
}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.negative { "-P" } else { "P" })?;
        if self.days > 0 {
            write!(f, "{}D", self.days)?;
        }
        let (hours, minutes, seconds) = (self.seconds / 3_600, self.seconds / 60 % 60, self.seconds % 60);
        if self.seconds > 0 || self.days == 0 {
            f.write_str("T")?;
        }
        if hours > 0 {
            write!(f, "{hours}H")?;
        }
        if minutes > 0 {
            write!(f, "{minutes}M")?;
        }
        if seconds > 0 || (self.seconds == 0 && self.days == 0) {
            write!(f, "{seconds}S")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Duration {
    type Err = BadDuration;

    /// Reads `[+-]P[nW][nD][T[nH][nM][nS]]` with its units in this order and at least one of them.
    fn from_str(text: &str) -> Result<Self, BadDuration> {
        let (sign, rest) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let rest = rest.strip_prefix('P').ok_or(BadDuration)?;
        let (date, time) = match rest.split_once('T') {
            Some((_, "")) => return Err(BadDuration),
            Some((date, time)) => (date, time),
            None => (rest, ""),
        };
        if date.is_empty() && time.is_empty() {
            return Err(BadDuration);
        }
        let days = sum(date, &[('W', 7), ('D', 1)])?;
        let seconds = sum(time, &[('H', 3_600), ('M', 60), ('S', 1)])?;
        Self::new(sign * days, sign * seconds).ok_or(BadDuration)
    }
}

/// Adds up numbers that are each followed by one of `units`, in their order.
fn sum(mut text: &str, units: &[(char, i64)]) -> Result<i64, BadDuration> {
    let mut total: i64 = 0;
    for (unit, worth) in units {
        let Some((number, rest)) = text.split_once(*unit) else { continue };
        if number.is_empty() || number.len() > 12 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(BadDuration);
        }
        let number: i64 = number.parse().map_err(|_too_large| BadDuration)?;
        total = number.checked_mul(*worth).and_then(|part| total.checked_add(part)).ok_or(BadDuration)?;
        text = rest;
    }
    if text.is_empty() { Ok(total) } else { Err(BadDuration) }
}

impl Serialize for Duration {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Duration {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_iso_8601() {
        for (text, written) in [
            ("PT1H30M", "PT1H30M"),
            ("PT90M", "PT1H30M"),
            ("P1W", "P7D"),
            ("P1DT2H", "P1DT2H"),
            ("PT24H", "PT24H"),
            ("PT0S", "PT0S"),
            ("P0D", "PT0S"),
            ("-PT15M", "-PT15M"),
            ("+P1D", "P1D"),
            ("P15DT5H0M20S", "P15DT5H20S"),
        ] {
            assert_eq!(text.parse::<Duration>().map(|it| it.to_string()), Ok(written.to_owned()), "{text}");
        }
        for bad in [
            "",
            "P",
            "PT",
            "1H",
            "P1H",
            "PT1D",
            "P1Y",
            "PT1.5H",
            "PT1M1H",
            "P1DT",
            "P-1D",
            "PT99999999999999H",
            "P１D",
        ] {
            assert_eq!(bad.parse::<Duration>(), Err(BadDuration), "{bad}");
        }
    }

    #[test]
    fn a_day_is_not_twenty_four_hours() {
        let (day, hours): (Duration, Duration) = ("P1D".parse().unwrap(), "PT24H".parse().unwrap());
        assert_ne!(day, hours);
        assert_eq!(hours.in_whole_days(), Some(day));
        assert_eq!("PT25H".parse::<Duration>().unwrap().in_whole_days(), None);
    }
}
