use std::{borrow::Cow, fmt, str::FromStr};

use chrono::{DateTime, LocalResult, NaiveDateTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A time zone by its IANA name.
///
/// Other systems' names for the same zone (`Tokyo Standard Time`, `JST`, `/example.org/Asia/Tokyo`) are understood when
/// read and never written. What a zone means comes from the table that is compiled in, never from a file or a sender.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Zone(Tz);

/// No time zone has this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such time zone: an IANA name is written like Asia/Tokyo")]
pub struct UnknownZone;

impl Zone {
    /// The office's own zone.
    pub const TOKYO: Self = Self(Tz::Asia__Tokyo);
    /// Coordinated universal time.
    pub const UTC: Self = Self(Tz::Etc__UTC);

    /// The IANA name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// The zone for calendar arithmetic.
    #[must_use]
    pub fn tz(self) -> Tz {
        self.0
    }

    /// The instant at which clocks of this zone show `local`.
    ///
    /// Of a time that comes twice, the first is meant; a time that is skipped is read with the offset before the gap
    /// (RFC 5545 §3.3.5).
    #[must_use]
    pub fn instant(self, local: NaiveDateTime) -> DateTime<Utc> {
        match self.0.from_local_datetime(&local) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => at.with_timezone(&Utc),
            LocalResult::None => {
                // No zone ever skipped more than a day, so a day and a bit earlier the old offset holds.
                let before = self.0.offset_from_utc_datetime(&(local - TimeDelta::hours(26)));
                DateTime::from_naive_utc_and_offset(local - before.fix(), Utc)
            }
        }
    }

    /// What clocks of this zone show at an instant.
    #[must_use]
    pub fn local(self, at: DateTime<Utc>) -> NaiveDateTime {
        at.with_timezone(&self.0).naive_local()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The longest name that is looked at, in bytes; the longest of our table has 32.
const LONGEST: usize = 255;

impl FromStr for Zone {
    type Err = UnknownZone;

    fn from_str(name: &str) -> Result<Self, UnknownZone> {
        use calcard::common::timezone::Tz as Named;
        let name = name.trim();
        if name.len() > LONGEST {
            return Err(UnknownZone);
        }
        if let Ok(tz) = Tz::from_str(name) {
            return Ok(Self(tz));
        }
        let plain = without_offset(name);
        if name.eq_ignore_ascii_case("JST") || matches!(plain, "東京" | "大阪、札幌、東京") {
            return Ok(Self::TOKYO);
        }
        if let Ok(Named::Tz(tz)) = Named::from_str(plain) {
            return Ok(Self(tz));
        }
        // A registry's prefix before an IANA name: /freeassociation.sourceforge.net/Tzfile/Asia/Tokyo.
        let mut rest = name;
        while let Some((_, tail)) = rest.split_once('/') {
            if let Ok(tz) = Tz::from_str(tail)
                && tail.contains('/')
            {
                return Ok(Self(tz));
            }
            rest = tail;
        }
        let same = |tz: &&Tz| tz.name().eq_ignore_ascii_case(name);
        chrono_tz::TZ_VARIANTS.iter().find(same).copied().map(Self).ok_or(UnknownZone)
    }
}

/// A name without what some systems say before it in brackets: how the clocks stand without summer time, which is no zone by itself.
fn without_offset(name: &str) -> &str {
    let behind = name.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    behind.map_or(name, |(_, name)| name.trim_start())
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn understands_what_others_call_a_zone() {
        for name in [
            "Asia/Tokyo",
            "asia/tokyo",
            "Tokyo Standard Time",
            "JST",
            "(UTC+09:00) Osaka, Sapporo, Tokyo",
            "(UTC+09:00) 大阪、札幌、東京",
            "大阪、札幌、東京",
            "/freeassociation.sourceforge.net/Tzfile/Asia/Tokyo",
            "/freeassociation.sourceforge.net/Asia/Tokyo",
            "/softwarestudio.org/Olson_20011030_5/Asia/Tokyo",
            " Asia/Tokyo ",
        ] {
            assert_eq!(name.parse::<Zone>(), Ok(Zone::TOKYO), "{name}");
        }
        for name in [
            "",
            "Mars/Olympus",
            "../../etc/passwd",
            "Asia/Tokyo/../../x",
            "/",
            "UTC+9\0",
            "(UTC+05:30) 本社",
            "()",
        ] {
            assert_eq!(name.parse::<Zone>(), Err(UnknownZone), "{name}");
        }
        // As long as whoever sends it likes: nobody waits for that.
        assert_eq!(format!("{}Asia/Tokyo", "a/".repeat(200)).parse::<Zone>(), Err(UnknownZone));
    }

    #[test]
    fn resolves_gaps_and_folds() {
        let new_york: Zone = "America/New_York".parse().unwrap();
        let at = |text: &str| new_york.instant(text.parse().unwrap()).to_rfc3339();
        // Skipped: 02:30 is read as it was before the gap (-05:00), which is 03:30 after it.
        assert_eq!(at("2026-03-08T02:30:00"), "2026-03-08T07:30:00+00:00");
        // Twice: the first.
        assert_eq!(at("2026-11-01T01:30:00"), "2026-11-01T05:30:00+00:00");
        // A whole day that was skipped.
        let apia: Zone = "Pacific/Apia".parse().unwrap();
        assert_eq!(
            apia.instant("2011-12-30T09:00:00".parse().unwrap()).to_rfc3339(),
            "2011-12-30T19:00:00+00:00"
        );
    }
}
