//! Dates, times and lengths of time (RFC 5545 §3.3.4 to §3.3.9).

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use renraku_base::Timestamp;

use super::{component::Component, foreign_zone, line::Line, text};
use crate::model::{LocalDateTime, Zone, limits};

/// A date or time as a line says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// A whole day.
    Date(NaiveDate),
    /// A time on no clock in particular.
    Floating(NaiveDateTime),
    /// A time on the clocks of a zone.
    Zoned(NaiveDateTime, Zone),
}

/// Why a date or time cannot be read.
pub(super) type Reason = (&'static str, String);

impl When {
    /// What the clocks of `zone` show then; without a zone, what the line says.
    pub fn local_in(self, zone: Option<Zone>) -> NaiveDateTime {
        match (self, zone) {
            (Self::Date(day), _) => day.and_time(NaiveTime::MIN),
            (Self::Zoned(at, own), Some(zone)) if own != zone => zone.local(own.instant(at)),
            (Self::Floating(at) | Self::Zoned(at, _), _) => at,
        }
    }

    /// The instant; a time on no clock is read in `zone`.
    pub fn instant(self, zone: Zone) -> DateTime<Utc> {
        match self {
            Self::Date(day) => zone.instant(day.and_time(NaiveTime::MIN)),
            Self::Floating(at) => zone.instant(at),
            Self::Zoned(at, own) => own.instant(at),
        }
    }

    /// The zone that the line names.
    pub fn zone(self) -> Option<Zone> {
        match self {
            Self::Date(_) | Self::Floating(_) => None,
            Self::Zoned(_, zone) => Some(zone),
        }
    }
}

/// The zones that a file names.
#[derive(Debug, Default)]
pub(super) struct Zones {
    named: HashMap<String, Zone>,
    /// Those of which the file says what our table does not.
    otherwise: HashSet<String>,
}

impl Zones {
    /// Learns what a file's `VTIMEZONE`s are called elsewhere. What they say about their clocks is not believed: where nothing
    /// else is known the zone of our table counts that is nearest to it. One that is like none of them stays unknown.
    pub fn learn(&mut self, timezone: &Component) {
        for id in names_of(timezone) {
            self.learn_as(id, timezone);
        }
    }

    fn learn_as(&mut self, id: String, timezone: &Component) {
        if let Ok(zone) = id.parse() {
            if !foreign_zone::agrees(timezone, zone) {
                self.otherwise.insert(id);
            }
            return;
        }
        let location = timezone.line("X-LIC-LOCATION").and_then(|line| line.value.parse().ok());
        let known = location.or_else(|| foreign_zone::fixed(timezone));
        let Some(zone) = known.or_else(|| foreign_zone::nearest(timezone)) else { return };
        if known.is_none() {
            self.otherwise.insert(id.clone());
        }
        self.named.insert(id, zone);
    }

    /// The zone of a name.
    pub fn find(&self, id: &str) -> Option<Zone> {
        let described = || self.named.get(id.trim()).copied();
        id.parse().ok().or_else(described).or_else(|| foreign_zone::by_offset(id))
    }

    /// The first line of a component whose time is not read as the file says, or of which it says no more than how the clocks stand, and
    /// the zone by which it is.
    pub fn read_otherwise(&self, component: &Component) -> Option<(usize, Zone)> {
        let is_guess = |id: &str| id.parse::<Zone>().is_err() && !self.named.contains_key(id);
        let mut named =
            component.lines.iter().filter_map(|line| Some((line.number, line.param("TZID")?.trim())));
        let (number, id) =
            named.find(|(_, id)| !id.is_empty() && (self.otherwise.contains(*id) || is_guess(id)))?;
        Some((number, self.find(id)?))
    }
}

/// What a `VTIMEZONE` is called: its name is a text (RFC 5545 §3.8.3.1), in which Outlook escapes commas. Some write it as it stands into
/// `TZID`, too.
pub(super) fn names_of(timezone: &Component) -> Vec<String> {
    let Some(told) = timezone.line("TZID").map(|line| line.value.trim()) else { return Vec::new() };
    let plain = text::unescape(told);
    if plain == told { vec![plain] } else { vec![plain, told.to_owned()] }
}

/// The date or time that a line has for its value.
pub(super) fn read(line: &Line, zones: &Zones) -> Result<When, Reason> {
    read_value(line, line.value.trim(), zones)
}

/// One of the dates or times of a line that has several.
pub(super) fn read_value(line: &Line, text: &str, zones: &Zones) -> Result<When, Reason> {
    let unreadable = || ("ical-date-time", format!("{} is no date or date-time: {text}", line.name));
    if !text.is_ascii() {
        return Err(unreadable());
    }
    if let Some(day) = date(text) {
        return Ok(When::Date(day));
    }
    let (text, utc) = match text.strip_suffix(['Z', 'z']) {
        Some(text) => (text, true),
        None => (text, false),
    };
    let at = date_time(text).ok_or_else(unreadable)?;
    // A zone without a name is none, as some mail servers write it.
    match line.param("TZID").filter(|id| !id.trim().is_empty()) {
        _ if utc => Ok(When::Zoned(at, Zone::UTC)),
        None => Ok(When::Floating(at)),
        Some(id) => match zones.find(id) {
            Some(zone) => Ok(When::Zoned(at, zone)),
            None => Err((
                "time-zone",
                format!("no such time zone: {id:.100}; write an IANA name such as Asia/Tokyo"),
            )),
        },
    }
}

fn date(text: &str) -> Option<NaiveDate> {
    let digits = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits {
        return None;
    }
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok();
    NaiveDate::from_ymd_opt(i32::try_from(part(0, 4)?).ok()?, part(4, 6)?, part(6, 8)?)
}

/// A date and time, with or without seconds; a leap second is the second before it.
fn date_time(text: &str) -> Option<NaiveDateTime> {
    let (day, time) = text.split_once(['T', 't'])?;
    if !matches!(time.len(), 4 | 6) || !time.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part = |from: usize, to: usize| time.get(from..to)?.parse::<u32>().ok();
    let seconds = part(4, 6).unwrap_or_default().min(59);
    date(day)?.and_hms_opt(part(0, 2)?, part(2, 4)?, seconds)
}

/// The instant of a line such as `DTSTAMP`.
pub(super) fn instant(line: &Line, zones: &Zones) -> Option<Timestamp> {
    let when = read(line, zones).ok()?;
    Some(when.instant(Zone::UTC).into())
}

/// A local time, unless it lies in a year that is not taken.
pub(super) fn local(at: NaiveDateTime, name: &str) -> Result<LocalDateTime, Reason> {
    LocalDateTime::new(at).ok_or_else(|| {
        let code = if at.year() < *limits::YEARS.start() { "year-early" } else { "year" };
        (code, format!("{name} lies outside the years 1900 to 2100"))
    })
}

/// A date as it is written.
pub(super) fn write_date(day: NaiveDate) -> String {
    let mut out = String::with_capacity(8);
    push_date(&mut out, day);
    out
}

/// A time as it is written.
pub(super) fn write_local(at: NaiveDateTime) -> String {
    // With room for the letter of UTC.
    let mut out = String::with_capacity(16);
    push_local(&mut out, at);
    out
}

/// An instant as it is written.
pub(super) fn write_instant(at: Timestamp) -> String {
    let mut out = String::with_capacity(16);
    push_instant(&mut out, at);
    out
}

/// Writes an instant behind what is there.
pub(super) fn push_instant(out: &mut String, at: Timestamp) {
    push_local(out, at.to_datetime().naive_utc());
    out.push('Z');
}

fn push_local(out: &mut String, at: NaiveDateTime) {
    push_date(out, at.date());
    out.push('T');
    let time = at.time();
    push_pairs(out, [time.hour(), time.minute(), time.second()]);
}

fn push_date(out: &mut String, day: NaiveDate) {
    let year = day.year().unsigned_abs();
    push_pairs(out, [year / 100, year, day.month(), day.day()]);
}

/// All pairs of digits: a day with many events is written with hundreds of them.
const PAIRS: &str = "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849\
    5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

/// The last two digits of each of these numbers.
fn push_pairs<const COUNT: usize>(out: &mut String, numbers: [u32; COUNT]) {
    for number in numbers {
        let at = usize::try_from(number % 100 * 2).unwrap_or_default();
        out.push_str(PAIRS.get(at..at + 2).unwrap_or_default());
    }
}
