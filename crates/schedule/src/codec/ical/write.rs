//! Events as components of a file.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{
    KEPT_COMPONENTS, KEPT_LINES, Writer, alarm, categories, event as reading, line::Line, people, rule, text,
    when,
};
use crate::{
    model::{Event, FreeBusyStatus, KEPT_OWN, KEPT_RULES, LocalDateTime, Privacy, Status, Zone, limits},
    rules::recurrence,
};

/// Writes one file of all these events, each with its exceptions.
#[must_use]
pub fn write<'a>(events: impl IntoIterator<Item = &'a Event>) -> String {
    let mut writer = Writer::default();
    for event in events {
        writer.add(event);
    }
    writer.finish()
}

/// Whether times of a zone are written as instants.
pub(super) fn is_utc(zone: Zone) -> bool {
    matches!(zone.name(), "Etc/UTC" | "UTC")
}

pub(super) fn end_zone(event: &Event) -> Option<Zone> {
    event.more.get("endTimeZone")?.as_str()?.parse().ok()
}

/// A local time in the form that goes with its zone: a date, an instant, with `TZID`, or on no clock.
fn time_line(name: &str, at: chrono::NaiveDateTime, zone: Option<Zone>, whole_days: bool) -> Line {
    match zone {
        _ if whole_days => Line::new(name, when::write_date(at.date())).with("VALUE", "DATE"),
        Some(zone) if is_utc(zone) => Line::new(name, format!("{}Z", when::write_local(at))),
        Some(zone) => Line::new(name, when::write_local(at)).with("TZID", zone.name()),
        None => Line::new(name, when::write_local(at)),
    }
}

/// What stands in for a stamp that nobody knows.
pub(super) const NO_STAMP: &str = "19700101T000000Z";

/// The lines that say an event, in the order in which they are written; without what is kept beside them. The original
/// start of an exception is of the kind that the start of its series is.
pub(super) fn lines(event: &Event, whole_days_series: bool) -> Vec<Line> {
    let mut lines = vec![Line::new("UID", text::escape(&event.uid))];
    if let Some(id) = event.recurrence_id {
        lines.push(time_line("RECURRENCE-ID", id.naive(), event.recurrence_id_time_zone, whole_days_series));
    }
    lines.extend(counted_lines(event));
    lines.push(time_line("DTSTART", event.start.naive(), event.time_zone, event.show_without_time));
    lines.extend(end_line(event));
    lines.extend(recurrence_lines(event));
    lines.extend(word_lines(event));
    lines.extend(people::organizer(event));
    lines.extend(people::attendees(event));
    lines.extend(conference_lines(event));
    lines
}

/// Those of an event's lines of which there may be others in a file that mean the same.
pub(super) fn said_lines(event: &Event) -> Vec<Line> {
    let mut lines = counted_lines(event);
    lines.extend(word_lines(event));
    lines.extend(people::organizer(event));
    lines.extend(conference_lines(event));
    lines
}

/// The lines that count an event's versions.
fn counted_lines(event: &Event) -> Vec<Line> {
    let stamp = event.updated.unwrap_or_default();
    let mut lines = vec![Line::new("DTSTAMP", when::write_instant(stamp))];
    lines.extend(event.created.map(|at| Line::new("CREATED", when::write_instant(at))));
    lines.extend(event.updated.map(|at| Line::new("LAST-MODIFIED", when::write_instant(at))));
    lines.push(Line::new("SEQUENCE", event.sequence.to_string()));
    lines
}

fn conference_lines(event: &Event) -> impl Iterator<Item = Line> + '_ {
    event.virtual_locations.values().map(|place| {
        let mut line = Line::new("CONFERENCE", place.uri.clone()).with("VALUE", "URI");
        for feature in place.features.keys() {
            line = line.with("FEATURE", &feature.to_ascii_uppercase());
        }
        match &place.name {
            Some(name) => line.with("LABEL", name),
            None => line,
        }
    })
}

/// When the event ends: as a time, or as a length where that says it better.
fn end_line(event: &Event) -> Option<Line> {
    let (start, duration) = (event.start.naive(), event.duration);
    if event.show_without_time {
        return Some(time_line("DTEND", duration.after_days(start)?, None, true));
    }
    if duration.days() == 0 && duration.seconds() == 0 {
        return None;
    }
    let zone = event.time_zone.unwrap_or(Zone::TOKYO);
    let end = zone.instant(start) + chrono::TimeDelta::seconds(duration.seconds());
    let end_zone = end_zone(event).unwrap_or(zone);
    let local = end_zone.local(end);
    // Days of the calendar are a length, and so is what ends in an hour that the clocks show twice.
    if duration.days() > 0 || end_zone.instant(local) != end || zone.local(zone.instant(start)) != start {
        return Some(Line::new("DURATION", duration.to_string()));
    }
    Some(time_line("DTEND", local, event.time_zone.map(|_| end_zone), false))
}

fn recurrence_lines(event: &Event) -> Vec<Line> {
    let mut lines = Vec::new();
    let zone = event.time_zone;
    if let Some(rule) = &event.recurrence_rule {
        let until = rule.until.map(|until| match zone {
            _ if event.show_without_time => when::write_date(until.date()),
            Some(zone) => when::write_instant(zone.instant(until.naive()).into()),
            None => when::write_local(until.naive()),
        });
        lines.push(Line::new("RRULE", rule::write(rule, until)));
    }
    if event.recurrence_id.is_none() {
        lines.extend(kept(event, KEPT_RULES));
    }
    let one = |name: &str, id: LocalDateTime| time_line(name, id.naive(), zone, event.show_without_time);
    if event.recurrence_id.is_none() {
        // What an empty exception repeats of the rule is said again, so that nothing is lost.
        let repeated =
            event.recurrence_overrides.iter().filter(|(_, patch)| patch.is_empty()).map(|(id, _)| *id);
        let added: BTreeSet<_> = recurrence::additions(event).into_iter().chain(repeated).collect();
        lines.extend(added.into_iter().map(|id| one("RDATE", id)));
        let excluded = event.recurrence_overrides.iter().filter(|(_, patch)| patch.is_excluded());
        lines.extend(excluded.map(|(id, _)| one("EXDATE", *id)));
    }
    lines
}

fn word_lines(event: &Event) -> Vec<Line> {
    let mut lines = Vec::new();
    for (name, value) in [("SUMMARY", event.title.as_str()), ("DESCRIPTION", &event.description)] {
        if !value.is_empty() {
            lines.push(Line::new(name, text::escape(value)));
        }
    }
    let place = event.locations.values().find_map(|place| place.name.as_ref());
    lines.extend(place.map(|place| Line::new("LOCATION", text::escape(place))));
    if event.status != Status::Confirmed {
        lines.push(Line::new("STATUS", event.status.as_str().to_ascii_uppercase()));
    }
    match event.privacy {
        Privacy::Public => {}
        Privacy::Private => lines.push(Line::new("CLASS", "PRIVATE")),
        Privacy::Secret => lines.push(Line::new("CLASS", "CONFIDENTIAL")),
    }
    if event.free_busy_status == FreeBusyStatus::Free {
        lines.push(Line::new("TRANSP", "TRANSPARENT"));
    }
    lines.extend(event.color.as_ref().map(|color| Line::new("COLOR", text::escape(color))));
    lines.extend(categories::line(event));
    lines
}

/// Whether there may be only one of a property that the model knows.
pub(super) fn is_single(name: &str) -> bool {
    name == "DTSTAMP" || meaning(&Line::new(name, "")).is_some()
}

/// What a line says of a property of which there is one, in the event's own words; `None` for other properties.
fn meaning(line: &Line) -> Option<String> {
    let plain = || text::unescape(&line.value);
    Some(match line.name.as_str() {
        "SUMMARY" | "LOCATION" => text::line(&plain(), limits::SHORT_TEXT_CHARS),
        "DESCRIPTION" => text::lines(&plain(), limits::DESCRIPTION_BYTES),
        "CLASS" => reading::privacy(&line.value).as_str().to_owned(),
        "STATUS" => reading::status(&line.value).as_str().to_owned(),
        "TRANSP" => reading::free_busy(&line.value).as_str().to_owned(),
        "COLOR" => text::line(&line.value, 64),
        "ORGANIZER" => people::address(line).unwrap_or_default().to_ascii_lowercase(),
        "SEQUENCE" => line.value.trim().parse::<u32>().unwrap_or_default().to_string(),
        "CREATED" | "LAST-MODIFIED" => {
            when::instant(line, &when::Zones::default()).map(|at| at.to_string()).unwrap_or_default()
        }
        "CONFERENCE" => line.value.trim().to_owned(),
        _ => return None,
    })
}

/// What the event says now of a property of which there is one.
fn says(event: &Event, name: &str) -> String {
    let text = match name {
        "SUMMARY" => Some(event.title.clone()),
        "DESCRIPTION" => Some(event.description.clone()),
        "LOCATION" => event.locations.values().find_map(|place| place.name.clone()),
        "CLASS" => Some(event.privacy.as_str().to_owned()),
        "STATUS" => Some(event.status.as_str().to_owned()),
        "TRANSP" => Some(event.free_busy_status.as_str().to_owned()),
        "COLOR" => event.color.clone(),
        "ORGANIZER" => event.organizer_calendar_address.as_ref().map(|address| address.to_ascii_lowercase()),
        "SEQUENCE" => Some(event.sequence.to_string()),
        "CREATED" => event.created.map(|at| at.to_string()),
        "LAST-MODIFIED" => event.updated.map(|at| at.to_string()),
        _ => None,
    };
    text.unwrap_or_default()
}

/// Whether a kept line still holds: one of a property that the model does not know, or one that says what the event still
/// says. An exception's own counts of versions hold in any case, for the model counts only the series.
pub(super) fn holds(event: &Event, line: &Line) -> bool {
    let counted = ["SEQUENCE", "CREATED", "LAST-MODIFIED"].contains(&line.name.as_str());
    match meaning(line) {
        None => true,
        Some(_) if counted && event.recurrence_id.is_some() => true,
        Some(uri) if line.name == "CONFERENCE" => {
            !renraku_base::is_link(&uri) || event.virtual_locations.values().any(|place| place.uri == uri)
        }
        Some(meaning) => meaning == says(event, &line.name),
    }
}

/// The lines that are kept in a property.
fn kept(event: &Event, name: &str) -> Vec<Line> {
    let lines = event.more.get(name).and_then(Value::as_array).into_iter().flatten();
    lines.filter_map(Value::as_str).filter_map(|raw| Line::read(0, raw).ok()).collect()
}

/// Writes one component: an event without its exceptions, or one of these.
pub(super) fn write_component(event: &Event, whole_days_series: bool, out: &mut String) {
    let mut kept = kept(event, KEPT_LINES);
    kept.retain(|line| holds(event, line));
    let kept = categories::merged(event, kept);
    out.push_str("BEGIN:VEVENT\r\n");
    for line in lines(event, whole_days_series) {
        let replaced = kept.iter().any(|kept| {
            kept.name == line.name
                && match line.name.as_str() {
                    "ATTENDEE" => false,
                    "CONFERENCE" => kept.value.trim() == line.value,
                    _ => true,
                }
        });
        if !replaced {
            line.write(out);
        }
    }
    kept.iter().for_each(|line| line.write(out));
    self::kept(event, KEPT_OWN).iter().for_each(|line| line.write(out));
    let mut alerts: Vec<_> = event.alerts.iter().collect();
    alerts.sort_by_key(|(key, _)| (key.len(), *key));
    for (_, alert) in alerts {
        alarm::write(alert, &event.title, out);
    }
    let components = event.more.get(KEPT_COMPONENTS).and_then(Value::as_array);
    for raw in components.into_iter().flatten().filter_map(Value::as_str) {
        for line in raw.split('\n').filter_map(|line| Line::read(0, line).ok()) {
            line.write(out);
        }
    }
    out.push_str("END:VEVENT\r\n");
}
