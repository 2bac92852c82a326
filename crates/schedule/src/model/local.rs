use std::{borrow::Cow, fmt, str::FromStr};

use chrono::{Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::limits;

const FORMAT: &str = "%Y-%m-%dT%H:%M:%S";
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
        write!(f, "{:04}-{:02}-{:02}T", date.year(), date.month(), date.day())?;
        write!(f, "{:02}:{:02}:{:02}", time.hour(), time.minute(), time.second())
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
        let at = NaiveDateTime::parse_from_str(text, FORMAT).map_err(|_unreadable| BadLocal::Unreadable)?;
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
