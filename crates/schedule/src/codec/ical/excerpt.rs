//! Parts of a calendar object, as a report asks for them (RFC 4791 §9.6.5 and following).

use std::borrow::Cow;

use renraku_base::Timestamp;
use serde_json::Value;

use super::{
    KEPT_LINES, Writer,
    component::{self, Component},
    event::REPEATS,
    line::Line,
    object, task,
    when::{self, When, Zones},
};
use crate::{
    model::{Duration, Event, LocalDateTime, Zone},
    rules::recurrence::{self, Window},
};

/// What makes an event more than one that takes place once.
const SERIES: [&str; 5] = ["RRULE", "RDATE", "EXRULE", "EXDATE", "RECURRENCE-ID"];

/// An event or task that was to be told occurrence by occurrence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expanded {
    /// Its occurrences, and how many they are.
    Text(String, usize),
    /// None of them is in that time.
    Nothing,
    /// It cannot be told so: a task that does not say when.
    Never,
    /// More occurrences, or more bytes, than were asked for at most.
    TooLong,
}

/// How much is told at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Most {
    /// So many occurrences.
    pub instances: usize,
    /// About so many bytes.
    pub bytes: usize,
}

/// The occurrences of an event or task between two instants, each as one of its own in UTC (§9.6.5): each has all the text of its
/// series. All of them are told or none.
#[must_use]
pub fn expand(text: &str, window: (Timestamp, Timestamp), zone: Zone, most: Most) -> Expanded {
    occurrences(text, window, zone, most).unwrap_or(Expanded::Never)
}

fn occurrences(text: &str, (from, to): (Timestamp, Timestamp), zone: Zone, most: Most) -> Option<Expanded> {
    let root = component::read(text.as_bytes());
    let calendar = root.children.first()?;
    if let Some(text) = once(calendar, (from, to), zone) {
        return Some(if most.instances == 0 { Expanded::TooLong } else { Expanded::Text(text, 1) });
    }
    let is_task = calendar.children.iter().any(|part| part.name == "VTODO");
    let event = if is_task { task::as_event(calendar)? } else { object::read_event(&root).ok()? };
    let found = recurrence::expand(&event, Window { from, to, zone }, most.instances);
    if found.truncated {
        return Some(Expanded::TooLong);
    }
    let occurrences = found.items.into_iter().filter_map(|found| {
        let occurrence = match found.recurrence_id {
            Some(id) => event.occurrence(id)?,
            None => event.single(),
        };
        Some(in_utc(without_repetition(occurrence), found.utc_start, found.utc_end))
    });
    let mut writer = Writer::around(&event);
    let mut count = 0;
    for occurrence in occurrences {
        count += 1;
        writer.add(&occurrence);
        if writer.bytes() > most.bytes {
            return Some(Expanded::TooLong);
        }
    }
    if count == 0 {
        return Some(Expanded::Nothing);
    }
    let text = writer.finish();
    Some(Expanded::Text(if is_task { task::of_events(&text) } else { text }, count))
}

/// An event that takes place once, within a part of time: what its text says, its start and end in UTC.
fn once(calendar: &Component, (from, to): (Timestamp, Timestamp), zone: Zone) -> Option<String> {
    let mut parts = calendar.children.iter().filter(|part| part.name != "VTIMEZONE");
    let (event, others) = (parts.next()?, parts.next());
    let is_of_series = SERIES.iter().any(|name| event.line(name).is_some());
    if event.name != "VEVENT" || others.is_some() || is_of_series || calendar.first_fault().is_some() {
        return None;
    }
    let zones = zones(calendar);
    let (start, end) = span(event, &zones, zone)?;
    if start >= end || start >= to || end <= from {
        return None;
    }
    let mut out = String::new();
    Line::new("BEGIN", "VCALENDAR").write(&mut out);
    calendar.lines.iter().for_each(|line| line.write(&mut out));
    Line::new("BEGIN", "VEVENT").write(&mut out);
    for line in &event.lines {
        match line.name.as_str() {
            "DTSTART" | "DTEND" => in_utc_line(line, &zones)?.as_ref().write(&mut out),
            _ => line.write(&mut out),
        }
    }
    event.children.iter().for_each(|part| part.write(&mut out));
    Line::new("END", "VEVENT").write(&mut out);
    Line::new("END", "VCALENDAR").write(&mut out);
    Some(out)
}

/// A line that says when, on the clock that is the same everywhere; a day and a time on no clock stay as they are.
fn in_utc_line<'l>(line: &'l Line, zones: &Zones) -> Option<Cow<'l, Line>> {
    let When::Zoned(at, zone) = when::read(line, zones).ok()? else { return Some(Cow::Borrowed(line)) };
    let mut line = line.clone();
    line.params.retain(|param| param.name != "TZID");
    line.value = when::write_instant(zone.instant(at).into());
    line.raw.clear();
    Some(Cow::Owned(line))
}

/// An occurrence without what it was sent with of how it repeats: what is expanded says nothing of that (§9.6.5).
fn without_repetition(mut occurrence: Event) -> Event {
    if let Some(Value::Array(kept)) = occurrence.more.get_mut(KEPT_LINES) {
        let repeats = |raw: &str| REPEATS.iter().any(|name| raw.starts_with(name));
        kept.retain(|raw| !raw.as_str().is_some_and(repeats));
    }
    occurrence
}

/// An occurrence on the clock that is the same everywhere; days and times on no clock stay as they are.
fn in_utc(mut occurrence: Event, start: Timestamp, end: Timestamp) -> Event {
    let (Some(zone), false) = (occurrence.time_zone, occurrence.show_without_time) else { return occurrence };
    let local = |at: LocalDateTime| LocalDateTime::new(zone.instant(at.naive()).naive_utc());
    if let Some(utc) = LocalDateTime::new(start.to_datetime().naive_utc()) {
        occurrence.start = utc;
    }
    let seconds = (end.to_datetime() - start.to_datetime()).num_seconds();
    occurrence.duration = Duration::new(0, seconds).unwrap_or(occurrence.duration);
    occurrence.recurrence_id = occurrence.recurrence_id.and_then(local);
    occurrence.recurrence_id_time_zone = Some(Zone::UTC);
    occurrence.time_zone = Some(Zone::UTC);
    occurrence.more.remove("endTimeZone");
    occurrence
}

/// The object without those exceptions that do not touch a part of time (§9.6.6).
#[must_use]
pub fn limit_recurrence_set(text: &str, (from, to): (Timestamp, Timestamp), zone: Zone) -> String {
    let root = component::read(text.as_bytes());
    let Some(calendar) = root.children.first() else { return text.to_owned() };
    let zones = zones(calendar);
    let touches = |part: &Component| {
        let original = part.line("RECURRENCE-ID").and_then(|line| when::read(line, &zones).ok());
        let original = original.map(|at| Timestamp::from(at.instant(zone)));
        let own = span(part, &zones, zone);
        original.is_none_or(|at| at >= from && at < to)
            || own.is_some_and(|(start, end)| start < to && end > from)
    };
    let mut out = String::with_capacity(text.len());
    Line::new("BEGIN", "VCALENDAR").write(&mut out);
    calendar.lines.iter().for_each(|line| line.write(&mut out));
    for part in calendar.children.iter().filter(|part| touches(part)) {
        for line in part.raw().split('\n').filter_map(|line| Line::read(0, line).ok()) {
            line.write(&mut out);
        }
    }
    Line::new("END", "VCALENDAR").write(&mut out);
    out
}

fn zones(calendar: &Component) -> Zones {
    let mut zones = Zones::default();
    calendar.children.iter().filter(|it| it.name == "VTIMEZONE").for_each(|it| zones.learn(it));
    zones
}

/// When a component takes place: from `DTSTART` (or what stands for it) to `DTEND`, `DUE`, or after `DURATION`.
fn span(part: &Component, zones: &Zones, zone: Zone) -> Option<(Timestamp, Timestamp)> {
    let at = |name: &str| part.line(name).and_then(|line| when::read(line, zones).ok());
    let instant = |when: When| Timestamp::from(when.instant(zone));
    let end = at("DTEND").or_else(|| at("DUE")).map(instant);
    let start = at("DTSTART");
    let begin = start.map(instant).or(end)?;
    let duration = part.line("DURATION").and_then(|line| line.value.trim().parse::<Duration>().ok());
    let length = match (start, duration) {
        (_, Some(duration)) => duration.days() * 86_400 + duration.seconds(),
        (Some(When::Date(_)), None) => 86_400,
        (_, None) => 0,
    };
    let after = Timestamp::from_micros(begin.micros().saturating_add(length.saturating_mul(1_000_000)));
    Some((begin, end.unwrap_or(after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAILY: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n\
        BEGIN:VEVENT\r\nUID:u\r\nDTSTAMP:20260401T000000Z\r\nDTSTART;TZID=Asia/Tokyo:20260401T090000\r\n\
        DTEND;TZID=Asia/Tokyo:20260401T100000\r\nRRULE:FREQ=DAILY;COUNT=5\r\nSUMMARY:朝会\r\nEND:VEVENT\r\n\
        BEGIN:VEVENT\r\nUID:u\r\nDTSTAMP:20260401T000000Z\r\nRECURRENCE-ID;TZID=Asia/Tokyo:20260403T090000\r\n\
        DTSTART;TZID=Asia/Tokyo:20260403T110000\r\nDTEND;TZID=Asia/Tokyo:20260403T120000\r\nSUMMARY:遅い朝会\r\nEND:VEVENT\r\n\
        END:VCALENDAR\r\n";

    const MOST: Most = Most { instances: 2, bytes: usize::MAX };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_series_is_told_occurrence_by_occurrence_in_utc() {
        let window = (at("2026-04-02T00:00:00Z"), at("2026-04-04T00:00:00Z"));
        let Expanded::Text(text, 2) = expand(DAILY, window, Zone::TOKYO, MOST) else { panic!("not told") };
        assert!(!text.contains("RRULE") && !text.contains("VTIMEZONE") && !text.contains("TZID"), "{text}");
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 2, "{text}");
        for line in ["DTSTART:20260402T000000Z", "DTEND:20260402T010000Z", "RECURRENCE-ID:20260402T000000Z"] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
        for line in ["DTSTART:20260403T020000Z", "RECURRENCE-ID:20260403T000000Z", "SUMMARY:遅い朝会"] {
            assert!(text.contains(line), "{line} is not in {text}");
        }
    }

    #[test]
    fn an_event_that_takes_place_once_keeps_what_it_says() {
        let once = |lines: &str| {
            format!(
                "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\nEND:VTIMEZONE\r\n\
                 BEGIN:VEVENT\r\nUID:u\r\nDTSTAMP:20260401T000000Z\r\n{lines}X-OWN;A=\"b;c\":d\r\n\
                 BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:a\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
            )
        };
        let window = (at("2026-04-01T00:00:00Z"), at("2026-04-02T00:00:00Z"));
        let shown = |text: &str| match expand(text, window, Zone::TOKYO, MOST) {
            Expanded::Text(text, 1) => text,
            other => panic!("{other:?}"),
        };
        let without_zone =
            |text: String| text.replace("BEGIN:VTIMEZONE\r\nTZID:Asia/Tokyo\r\nEND:VTIMEZONE\r\n", "");
        let tokyo =
            "DTSTART;X-B=1;TZID=Asia/Tokyo:20260401T090000\r\nDTEND;TZID=Asia/Tokyo:20260401T100000\r\n";
        let utc = "DTSTART;X-B=1:20260401T000000Z\r\nDTEND:20260401T010000Z\r\n";
        assert_eq!(shown(&once(tokyo)), without_zone(once(utc)));
        for lines in [utc, "DTSTART;VALUE=DATE:20260401\r\n", "DTSTART:20260401T100000\r\nDURATION:PT1H\r\n"]
        {
            assert_eq!(shown(&once(lines)), without_zone(once(lines)));
        }
        let elsewhere = "DTSTART:20260501T000000Z\r\nDTEND:20260501T010000Z\r\n";
        let never = expand(&once(elsewhere), window, Zone::TOKYO, MOST);
        assert_eq!(never, Expanded::Nothing, "and no empty calendar");
    }

    #[test]
    fn what_has_more_occurrences_than_are_told_is_not_told() {
        let window = (at("2026-04-01T00:00:00Z"), at("2026-05-01T00:00:00Z"));
        let single = DAILY.replace("RRULE:FREQ=DAILY;COUNT=5\r\n", "");
        let single = format!("{}END:VCALENDAR\r\n", single.split_inclusive("END:VEVENT\r\n").next().unwrap());
        for (text, count) in [(DAILY, 5), (&single, 1)] {
            let told = |instances| expand(text, window, Zone::TOKYO, Most { instances, ..MOST });
            assert!(matches!(told(count), Expanded::Text(_, told) if told == count), "{text}");
            assert_eq!(told(count - 1), Expanded::TooLong, "{text}");
        }
        // However many there would be.
        let endless = DAILY.replace("COUNT=5", "COUNT=1000000000");
        let far = (at("2090-04-01T00:00:00Z"), at("2090-04-03T00:00:00Z"));
        assert!(matches!(expand(&endless, far, Zone::TOKYO, MOST), Expanded::Text(_, 2)));
    }

    #[test]
    fn exceptions_elsewhere_are_left_out() {
        let limit = |from: &str, to: &str| limit_recurrence_set(DAILY, (at(from), at(to)), Zone::TOKYO);
        assert_eq!(limit("2026-04-03T00:00:00Z", "2026-04-04T00:00:00Z"), DAILY);
        let without = limit("2026-04-01T00:00:00Z", "2026-04-02T00:00:00Z");
        assert_eq!(without.matches("BEGIN:VEVENT").count(), 1, "{without}");
        assert!(without.contains("RRULE:FREQ=DAILY;COUNT=5"));
    }
}
