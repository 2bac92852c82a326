//! `VTIMEZONE` (RFC 5545 §3.6.5) of the zones that a file uses, from the table that is compiled in.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::{OffsetComponents, OffsetName};

use super::{PRODUCT, component, line::Line, when};
use crate::model::Zone;

/// Until when changes of the clocks are written; nobody knows them any further.
const LAST_YEAR: i32 = 2_037;
/// From when on they are written where no event says when it begins.
const FIRST_YEAR: i32 = 2_000;

/// What a change of the clocks turns into what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    from: i32,
    to: i32,
    name: String,
    summer: bool,
}

/// A zone as a file of its own, as calendar clients keep it with a calendar (RFC 4791 §5.2.2).
#[must_use]
pub fn write_zone(zone: Zone) -> String {
    let mut out = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n");
    Line::new("PRODID", PRODUCT).write(&mut out);
    write(zone, FIRST_YEAR, &mut out);
    out.push_str("END:VCALENDAR\r\n");
    out
}

/// The zone that such a file tells, as events in it would be read; `None` when it is no valid file with one zone.
#[must_use]
pub fn read_zone(text: &str) -> Option<Zone> {
    let root = component::read(text.trim_start().as_bytes());
    let [calendar] = root.children.as_slice() else { return None };
    if calendar.name != "VCALENDAR" || root.first_fault().is_some() {
        return None;
    }
    let mut told = calendar.children.iter().filter(|it| it.name == "VTIMEZONE");
    let (timezone, None) = (told.next()?, told.next()) else { return None };
    let mut zones = when::Zones::default();
    zones.learn(timezone);
    zones.find(when::names_of(timezone).first()?)
}

/// Writes the zone with every change of its clocks from the year before `first_year` on.
pub(super) fn write(zone: Zone, first_year: i32, out: &mut String) {
    write_as(zone.name(), zone, first_year, out);
}

/// The same under the name that a file has for the zone.
pub(super) fn write_as(name: &str, zone: Zone, first_year: i32, out: &mut String) {
    let begin = midnight(first_year.saturating_sub(1).clamp(1900, LAST_YEAR));
    let end = midnight(LAST_YEAR + 1);
    let mut changes: BTreeMap<Change, Vec<chrono::NaiveDateTime>> = BTreeMap::new();
    let first = state(zone, begin);
    let opening = Change { from: first.to, ..first.clone() };
    changes.entry(opening).or_default().push(begin.naive_utc());
    let mut before = first;
    let mut at = begin;
    while let Some(next) = at.checked_add_days(Days::new(7)).filter(|next| *next < end) {
        let after = state(zone, next);
        if after != before {
            let moment = find_change(zone, at, next);
            let local = moment.naive_utc() + TimeDelta::seconds(i64::from(before.to));
            changes.entry(Change { from: before.to, ..after.clone() }).or_default().push(local);
            before = after;
        }
        at = next;
    }
    out.push_str("BEGIN:VTIMEZONE\r\n");
    Line::new("TZID", name).write(out);
    for (change, moments) in &changes {
        write_change(change, moments, out);
    }
    out.push_str("END:VTIMEZONE\r\n");
}

fn midnight(year: i32) -> DateTime<Utc> {
    NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default().and_time(NaiveTime::MIN).and_utc()
}

/// How the clocks stand at an instant; `from` says the same as `to`.
fn state(zone: Zone, at: DateTime<Utc>) -> Change {
    let offset = zone.tz().offset_from_utc_datetime(&at.naive_utc());
    let seconds = offset.fix().local_minus_utc();
    let name = offset.abbreviation().unwrap_or_default().to_owned();
    Change { from: seconds, to: seconds, name, summer: !offset.dst_offset().is_zero() }
}

/// The instant between two, at most a week apart, at which the clocks change.
fn find_change(zone: Zone, mut before: DateTime<Utc>, mut after: DateTime<Utc>) -> DateTime<Utc> {
    let old = state(zone, before);
    while after - before > TimeDelta::seconds(1) {
        let middle = before + (after - before) / 2;
        if state(zone, middle) == old { before = middle } else { after = middle }
    }
    after
}

fn write_change(change: &Change, moments: &[chrono::NaiveDateTime], out: &mut String) {
    let Some((first, rest)) = moments.split_first() else { return };
    let kind = if change.summer { "DAYLIGHT" } else { "STANDARD" };
    Line::new("BEGIN", kind).write(out);
    Line::new("DTSTART", when::write_local(*first)).write(out);
    for moment in rest {
        Line::new("RDATE", when::write_local(*moment)).write(out);
    }
    Line::new("TZOFFSETFROM", offset(change.from)).write(out);
    Line::new("TZOFFSETTO", offset(change.to)).write(out);
    Line::new("TZNAME", change.name.clone()).write(out);
    Line::new("END", kind).write(out);
}

fn offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let seconds = seconds.abs();
    let (hours, minutes, rest) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if rest == 0 {
        format!("{sign}{hours:02}{minutes:02}")
    } else {
        format!("{sign}{hours:02}{minutes:02}{rest:02}")
    }
}
