use std::{borrow::Cow, fmt, ops::Range, str::FromStr};

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::limits;

const SHAPE: &str = "0000-00-00T00:00:00";

/// A date and time of day without a time zone, like `2026-04-01T09:00:00`, in the years 1900 to 2100.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDateTime(NaiveDateTime);

/// Why a text is no [`LocalDateTime`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLocal {
    /// It is not written like one.
    #[error("a local date-time is written like 2026-04-01T09:00:00, without a zone")]
    Unreadable,
    /// It lies in a year that is not taken.
    #[error("the year lies between 1900 and 2100")]
    Year,
}

impl LocalDateTime {
    /// Stands in for a start that could not be read while the other fields are.
    pub(super) const UNREAD: Self = Self(chrono::DateTime::UNIX_EPOCH.naive_utc());

    /// The moment of a calendar date and time; `None` outside the years 1900 to 2100. Parts of a second are dropped.
    #[must_use]
    pub fn new(at: NaiveDateTime) -> Option<Self> {
        let whole = at.and_utc().timestamp();
        let at = chrono::DateTime::from_timestamp(whole, 0)?.naive_utc();
        limits::YEARS.contains(&at.year()).then_some(Self(at))
    }

    /// The beginning of a day.
    #[must_use]
    pub fn midnight(day: NaiveDate) -> Option<Self> {
        Self::new(day.and_time(NaiveTime::MIN))
    }

    /// The value for calendar arithmetic.
    #[must_use]
    pub fn naive(self) -> NaiveDateTime {
        self.0
    }

    /// The day.
    #[must_use]
    pub fn date(self) -> NaiveDate {
        self.0.date()
    }
}

impl fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.0.date(), self.0.time());
        let year = date.year().unsigned_abs();
        let mut text = [0; SHAPE.len()];
        text.copy_from_slice(SHAPE.as_bytes());
        let parts = [date.month(), date.day(), time.hour(), time.minute(), time.second()];
        let places = [0, 2, 5, 8, 11, 14, 17];
        for (place, number) in places.into_iter().zip([year / 100, year].into_iter().chain(parts)) {
            let digit = |number: u32| b'0' + u8::try_from(number % 10).unwrap_or_default();
            text[place..place + 2].copy_from_slice(&[digit(number / 10), digit(number)]);
        }
        f.write_str(str::from_utf8(&text).map_err(|_not_text| fmt::Error)?)
    }
}

impl fmt::Debug for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for LocalDateTime {
    type Err = BadLocal;

    fn from_str(text: &str) -> Result<Self, BadLocal> {
        let shaped = text.len() == SHAPE.len()
            && text.bytes().zip(SHAPE.bytes()).all(|(byte, shape)| match shape {
                b'0' => byte.is_ascii_digit(),
                mark => byte == mark,
            });
        if !shaped {
            return Err(BadLocal::Unreadable);
        }
        let number = |place: Range<usize>| {
            text.bytes()
                .take(place.end)
                .skip(place.start)
                .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
        };
        let year = i32::try_from(number(0..4)).map_err(|_too_great| BadLocal::Year)?;
        // A leap second is the one before it.
        let second = Some(number(17..19)).filter(|second| *second <= 60).map(|second| second.min(59));
        let at = NaiveDate::from_ymd_opt(year, number(5..7), number(8..10))
            .and_then(|day| day.and_hms_opt(number(11..13), number(14..16), second?))
            .ok_or(BadLocal::Unreadable)?;
        Self::new(at).ok_or(BadLocal::Year)
    }
}

impl Serialize for LocalDateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LocalDateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let at: LocalDateTime = "2026-04-01T09:00:00".parse().unwrap();
        assert_eq!(at.to_string(), "2026-04-01T09:00:00");
        for bad in [
            "2026-04-01",
            "2026-04-01T09:00:00Z",
            "2026-04-01T09:00",
            "2026-02-30T09:00:00",
            "2026-04-01T24:00:00",
            "2026-04-01T09:60:00",
            "2026-04-01T09:00:61",
            "２０２６-04-01T09:00:00",
            "",
        ] {
            assert_eq!(bad.parse::<LocalDateTime>(), Err(BadLocal::Unreadable), "{bad}");
        }
        for bad in
            ["1899-12-31T23:59:59", "2101-01-01T00:00:00", "0001-01-01T00:00:00", "9999-01-01T00:00:00"]
        {
            assert_eq!(bad.parse::<LocalDateTime>(), Err(BadLocal::Year), "{bad}");
        }
        assert!(
            "2026-12-31T23:59:60"
                .parse::<LocalDateTime>()
                .is_ok_and(|at| at.to_string() == "2026-12-31T23:59:59")
        );
    }
}
