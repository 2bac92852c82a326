//! Zones that only a file knows. Their times are read by our own table: by the zone in it whose clocks stand most nearly as the
//! file says (RFC 5545 §3.6.5 lets a file say anything; a table that it could change would be everybody's).

use std::sync::LazyLock;

use chrono::{NaiveDate, NaiveDateTime, Offset, TimeDelta, TimeZone};

use super::{component::Component, line::Line, object};
use crate::{
    model::Zone,
    rules::recurrence::{self, Window},
};

/// The year for which zones are compared.
const YEAR: i32 = 2026;
/// The most changes of the clocks that are looked at for one observance.
const CHANGES: usize = 8;
/// The most changes that are looked at for the last one of an observance that has ended.
const PAST_CHANGES: usize = 200;
/// In so many of the twelve months the clocks may stand otherwise and the zone still be the same.
const MOST_APART: usize = 2;
/// Of zones whose clocks stand alike these are meant before others.
const USUAL: [&str; 12] = [
    "Asia/Tokyo",
    "Asia/Shanghai",
    "Asia/Kolkata",
    "Europe/Berlin",
    "Europe/London",
    "Europe/Helsinki",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Australia/Sydney",
];

/// Zones whose clocks stand so many seconds east of UTC all the year, where these are no whole hours.
const ODD: [(i32, &str); 7] = [
    (-34_200, "Pacific/Marquesas"),
    (16_200, "Asia/Kabul"),
    (19_800, "Asia/Kolkata"),
    (20_700, "Asia/Kathmandu"),
    (23_400, "Asia/Yangon"),
    (31_500, "Australia/Eucla"),
    (34_200, "Australia/Darwin"),
];

/// How the clocks stand in the middle of each month, in seconds east of UTC.
type Year = [i32; 12];

/// So many observances of one zone are looked at; the longest histories have some two hundred.
const OBSERVANCES: usize = 1_000;

/// The zones that a `VTIMEZONE` may mean, those of which one thinks first before the others.
static TABLE: LazyLock<Vec<(Zone, Year)>> = LazyLock::new(|| {
    let usual = USUAL.iter().filter_map(|name| name.parse().ok());
    let all = chrono_tz::TZ_VARIANTS.iter().filter(|tz| !tz.name().starts_with("Antarctica/"));
    let all = all.filter_map(|tz| tz.name().parse().ok());
    usual.chain(all).map(|zone| (zone, ours(zone))).collect()
});

/// The zone of our table that is most nearly as a `VTIMEZONE` says; the office's where it says nothing. `None` where no clocks stand as it
/// says: a time read by others would be another.
pub(super) fn nearest(timezone: &Component) -> Option<Zone> {
    let Some(told) = told(timezone) else { return Some(Zone::TOKYO) };
    // Of several that are equally near the first is taken.
    let near = TABLE.iter().map(|(zone, year)| (distance(&told, year), *zone));
    let nearest = near.min_by_key(|(distance, _)| *distance);
    nearest.filter(|(distance, _)| *distance <= MOST_APART).map(|(_, zone)| zone)
}

/// The zone of an unknown name whose clocks never change.
pub(super) fn fixed(timezone: &Component) -> Option<Zone> {
    let mut offsets = timezone.children.iter().filter_map(offset_to);
    let first = offsets.next()?;
    if offsets.all(|other| other == first) { standing(first) } else { None }
}

/// The zone of a name that says no more than how the clocks stand, such as `(UTC+05:30) 本社`.
pub(super) fn by_offset(name: &str) -> Option<Zone> {
    let name = name.trim();
    let told = name.strip_prefix('(').and_then(|rest| rest.split_once(')')).map_or(name, |(told, _)| told);
    let (of, told) = told.split_at_checked(told.find(['+', '-'])?)?;
    if !["UTC", "GMT"].iter().any(|it| of.trim().eq_ignore_ascii_case(it)) {
        return None;
    }
    let digits = told.get(1..)?.replace(':', "");
    let digits = if digits.len() > 2 { format!("{digits:0>4}") } else { format!("{digits:0>2}00") };
    standing(seconds(&format!("{}{digits}", told.get(..1)?))?)
}

/// The zone whose clocks stand so many seconds east of UTC all the year.
fn standing(seconds: i32) -> Option<Zone> {
    let hours = seconds / 3_600;
    match seconds % 3_600 {
        0 if hours == 9 => Some(Zone::TOKYO),
        // The names of these zones count the other way round.
        0 => format!("Etc/GMT{:+}", -hours).parse().ok(),
        _ => ODD.iter().find(|(odd, _)| *odd == seconds)?.1.parse().ok(),
    }
}

/// Whether a `VTIMEZONE` says of a zone that we know what our table says.
pub(super) fn agrees(timezone: &Component, zone: Zone) -> bool {
    let offsets: Vec<i32> = timezone.children.iter().filter_map(offset_to).collect();
    let year = ours(zone);
    offsets.is_empty() || [year[0], year[6]].iter().all(|offset| offsets.contains(offset))
}

fn distance(one: &Year, other: &Year) -> usize {
    one.iter().zip(other).filter(|(a, b)| a != b).count()
}

fn middles() -> impl Iterator<Item = NaiveDateTime> {
    (1..=12).filter_map(|month| NaiveDate::from_ymd_opt(YEAR, month, 15)?.and_hms_opt(12, 0, 0))
}

fn ours(zone: Zone) -> Year {
    let mut year = [0; 12];
    for (offset, middle) in year.iter_mut().zip(middles()) {
        *offset = zone.tz().offset_from_utc_datetime(&middle).fix().local_minus_utc();
    }
    year
}

fn told(timezone: &Component) -> Option<Year> {
    let mut changes: Vec<(NaiveDateTime, i32)> = Vec::new();
    for observance in timezone.children.iter().take(OBSERVANCES) {
        let Some(offset) = offset_to(observance) else { continue };
        changes.extend(onsets(observance).into_iter().map(|onset| (onset, offset)));
    }
    changes.sort_unstable();
    let (_, earliest) = *changes.first()?;
    let mut year = [earliest; 12];
    for (offset, middle) in year.iter_mut().zip(middles()) {
        let latest = changes.iter().rev().find(|(onset, _)| *onset <= middle);
        *offset = latest.map_or(earliest, |(_, offset)| *offset);
    }
    Some(year)
}

/// When an observance begins, as far as it decides about the year.
fn onsets(observance: &Component) -> Vec<NaiveDateTime> {
    let mut turned = Component { name: "VEVENT".to_owned(), ..Component::default() };
    turned.lines.push(Line::new("UID", "observance"));
    let said = ["DTSTART", "RRULE", "RDATE"];
    let before = offset(observance, "TZOFFSETFROM").unwrap_or_default();
    let said = observance.lines.iter().filter(|line| said.contains(&line.name.as_str()));
    turned.lines.extend(said.map(|line| {
        let value = match line.name.as_str() {
            "RRULE" => until_local(&line.value, before),
            _ => since_1900(&line.value),
        };
        Line { value, ..line.clone() }
    }));
    let calendar = Component { name: "VCALENDAR".to_owned(), children: vec![turned], ..Component::default() };
    let root = Component { children: vec![calendar], ..Component::default() };
    let Ok(event) = object::read_event(&root) else { return Vec::new() };
    let at =
        |year| NaiveDate::from_ymd_opt(year, 1, 1).map(|day| day.and_time(chrono::NaiveTime::MIN).and_utc());
    let between = |from, to, limit| {
        let (Some(from), Some(to)) = (at(from), at(to)) else { return Vec::new() };
        let window = Window { from: from.into(), to: to.into(), zone: Zone::UTC };
        recurrence::expand(&event, window, limit).items
    };
    let mut found = between(YEAR - 1, YEAR + 1, CHANGES);
    if found.is_empty() {
        // What ended long ago still says how the clocks stand, if nothing came after its last change.
        found.extend(between(1900, YEAR - 1, PAST_CHANGES).pop());
    }
    let found = found.into_iter().map(|it| it.start.naive());
    std::iter::once(event.start.naive()).chain(found).collect()
}

/// A rule that ends on the clock by which its starts are said, which is that of before the change (RFC 5545 §3.6.5).
fn until_local(rule: &str, seconds: i32) -> String {
    let local = |part: &str| {
        let utc = NaiveDateTime::parse_from_str(part.strip_prefix("UNTIL=")?, "%Y%m%dT%H%M%SZ").ok()?;
        let local = utc.checked_add_signed(TimeDelta::seconds(seconds.into()))?;
        Some(local.format("UNTIL=%Y%m%dT%H%M%S").to_string())
    };
    let parts = rule.split(';').map(|part| local(part).unwrap_or_else(|| part.to_owned()));
    parts.collect::<Vec<_>>().join(";")
}

/// A date or time in years that are taken. Some programs count from 1601, and tables of zones begin with the first clocks.
fn since_1900(value: &str) -> String {
    match (value.strip_prefix("1601"), value.get(..2), value.get(4..)) {
        (Some(rest), ..) => format!("1970{rest}"),
        (None, Some("15" | "16" | "17" | "18"), Some(rest)) => format!("1904{rest}"),
        _ => value.to_owned(),
    }
}

/// What `TZOFFSETTO` says, in seconds east of UTC.
fn offset_to(observance: &Component) -> Option<i32> {
    offset(observance, "TZOFFSETTO")
}

fn offset(observance: &Component, name: &str) -> Option<i32> {
    seconds(observance.line(name)?.value.trim())
}

/// Hours, minutes and seconds with their sign.
fn seconds(value: &str) -> Option<i32> {
    let (sign, digits) = match value.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, value.strip_prefix('+').unwrap_or(value)),
    };
    if !matches!(digits.len(), 4 | 6) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), |part| part.parse::<i32>().ok());
    Some(sign * (part(0)? * 3_600 + part(2)? * 60 + part(4)?))
}

#[cfg(test)]
mod tests {
    use super::{super::component, *};

    fn zone(observances: &[(&str, &str, &str, &str)]) -> Component {
        let mut text = "BEGIN:VTIMEZONE\r\nTZID:本社\r\n".to_owned();
        for (kind, start, rule, offset) in observances {
            text.push_str(&format!(
                "BEGIN:{kind}\r\nDTSTART:{start}\r\n{rule}TZOFFSETFROM:+0000\r\nTZOFFSETTO:{offset}\r\nEND:{kind}\r\n"
            ));
        }
        let root = component::read((text + "END:VTIMEZONE\r\n").as_bytes());
        root.children.into_iter().next().unwrap()
    }

    #[test]
    fn finds_the_zone_whose_clocks_stand_the_same() {
        let second_march = "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU\r\n";
        let first_november = "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU\r\n";
        let last_march = "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n";
        let last_october = "RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n";
        for (observances, expected) in [
            (
                vec![
                    ("DAYLIGHT", "20070311T020000", second_march, "-0400"),
                    ("STANDARD", "20071104T020000", first_november, "-0500"),
                ],
                "America/New_York",
            ),
            (
                vec![
                    ("DAYLIGHT", "19810329T020000", last_march, "+0200"),
                    ("STANDARD", "19961027T030000", last_october, "+0100"),
                ],
                "Europe/Berlin",
            ),
            (vec![("STANDARD", "16010101T000000", "", "+0530")], "Asia/Kolkata"),
            // Summer time that was given up, by a rule that ended and by dates.
            (
                vec![
                    ("STANDARD", "18871231T150000", "RDATE:19510908T010000\r\n", "+0900"),
                    ("DAYLIGHT", "19500507T000000", "RDATE:19510506T000000\r\n", "+1000"),
                ],
                "Asia/Tokyo",
            ),
            (
                vec![
                    ("DAYLIGHT", "19860504T020000", "RRULE:FREQ=YEARLY;UNTIL=19910504T020000\r\n", "+0900"),
                    ("STANDARD", "19850914T020000", "RRULE:FREQ=YEARLY;UNTIL=19910914T020000\r\n", "+0800"),
                ],
                "Asia/Shanghai",
            ),
            (
                vec![
                    ("DAYLIGHT", "20080601T000000", "RDATE:20090415T000000\r\n", "+0900"),
                    (
                        "STANDARD",
                        "20081101T000000",
                        "RRULE:FREQ=YEARLY;UNTIL=20091031T150000Z\r\nTZOFFSETFROM:+0900\r\n",
                        "+0800",
                    ),
                ],
                "Asia/Shanghai",
            ),
            // Nothing is said of them.
            (vec![("STANDARD", "19700101T000000", "RRULE:FREQ=SECONDLY\r\n", "nonsense")], "Asia/Tokyo"),
            (vec![], "Asia/Tokyo"),
        ] {
            assert_eq!(nearest(&zone(&observances)).map(Zone::name), Some(expected), "{observances:?}");
        }
        let nobodys = |offset| nearest(&zone(&[("STANDARD", "19700101T000000", "", offset)]));
        assert_eq!((nobodys("+0917"), nobodys("+0313")), (None, None));
    }

    #[test]
    fn a_name_that_says_how_the_clocks_stand_is_understood() {
        for (name, zone) in [
            ("(UTC+05:30) 本社", Some("Asia/Kolkata")),
            ("(GMT -03:00)", Some("Etc/GMT+3")),
            ("(UTC+09:00) 本社", Some("Asia/Tokyo")),
            ("UTC+01", Some("Etc/GMT-1")),
            ("GMT+1", Some("Etc/GMT-1")),
            ("UTC-0930", Some("Pacific/Marquesas")),
            ("UTC+5:45", Some("Asia/Kathmandu")),
            ("(UTC+09:17) 本社", None),
            ("(UTC+99:00) 本社", None),
            ("(UTC+é) 本社", None),
            ("本社+9", None),
            ("(UTC) 本社", None),
        ] {
            assert_eq!(by_offset(name).map(Zone::name), zone, "{name}");
        }
    }

    #[test]
    fn a_lie_about_a_known_zone_is_seen() {
        let told = |offset| zone(&[("STANDARD", "19700101T000000", "", offset)]);
        assert!(agrees(&told("+0900"), Zone::TOKYO));
        assert!(!agrees(&told("+0400"), Zone::TOKYO));
    }
}
