//! Messages to participants outside the office (iTIP, RFC 5546), made with the `icalendar` crate.

use std::collections::BTreeMap;

use icalendar::{Calendar, Component, Parameter, Property};
use renraku_base::Timestamp;

use super::{PRODUCT, line::Line, people, text, timezone, when, write};
use crate::model::{Event, Zone};

/// The properties that are text, whose escapes the crate makes itself.
const TEXTS: [&str; 5] = ["UID", "SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT"];
/// The properties of which there may be many.
const MANY: [&str; 4] = ["ATTENDEE", "EXDATE", "RDATE", "CONFERENCE"];
/// What concerns only the sender's own calendar.
const OWN: [&str; 7] = ["COLOR", "CATEGORIES", "CLASS", "TRANSP", "CREATED", "LAST-MODIFIED", "DTSTAMP"];

/// A message as a mail carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The `method` parameter of its `text/calendar`: `REQUEST`, `CANCEL` or `REPLY`.
    pub method: &'static str,
    /// The file.
    pub text: String,
}

/// Invites to an event, or tells its participants what has changed.
///
/// Of participants and organizer those are named who have a `calendarAddress`: fill it in for members of staff first.
/// A series carries its exceptions; an event that is one occurrence ([`Event::occurrence`]) stands for that one alone.
#[must_use]
pub fn request(event: &Event, now: Timestamp) -> Invitation {
    request_each(std::slice::from_ref(event), now)
}

/// The same for several occurrences of one series, of which somebody comes to these alone (RFC 5546 §3.2.2.5).
#[must_use]
pub fn request_each(occurrences: &[Event], now: Timestamp) -> Invitation {
    Invitation { method: "REQUEST", text: message("REQUEST", occurrences, now, |_| true, &[]) }
}

/// Tells that an event (or one occurrence) does not take place, or not with these participants.
#[must_use]
pub fn cancel(event: &Event, now: Timestamp) -> Invitation {
    cancel_each(std::slice::from_ref(event), now)
}

/// The same for several occurrences of one series.
#[must_use]
pub fn cancel_each(occurrences: &[Event], now: Timestamp) -> Invitation {
    let cancelled = Line::new("STATUS", "CANCELLED");
    Invitation {
        method: "CANCEL",
        text: message("CANCEL", occurrences, now, |line| line.name != "STATUS", &[cancelled]),
    }
}

const DELEGATED_TO: &str = "DELEGATED-TO";

/// Tells the organizer what one participant answered to an event, or the same to several occurrences of one series (RFC 5546 §3.2.3), with
/// their comment; `None` when nobody has the key `participant`, or they have no address.
#[must_use]
pub fn reply(occurrences: &[Event], participant: &str, now: Timestamp) -> Option<Invitation> {
    let participant = occurrences.first()?.participants.get(participant)?;
    let answer = people::attendee(participant)?;
    // Of what another program wrote into the answer the organizer needs to hear who comes instead (RFC 5546 §3.2.3).
    let instead = answer.params.iter().filter(|param| param.name == DELEGATED_TO).find_map(|param| {
        let line = Line::parse(&format!("ATTENDEE;{}:", param.raw))?;
        line.param(DELEGATED_TO).map(str::to_owned)
    });
    let mut lines = vec![match instead {
        Some(instead) => answer.with(DELEGATED_TO, &instead),
        None => answer,
    }];
    let comment = participant.participation_comment.as_ref();
    lines.extend(comment.map(|comment| Line::new("COMMENT", text::escape(comment))));
    let alone = |event: &Event| Event {
        participants: BTreeMap::new(),
        virtual_locations: BTreeMap::new(),
        description: String::new(),
        ..event.single()
    };
    let alone: Vec<Event> = occurrences.iter().map(alone).collect();
    Some(Invitation { method: "REPLY", text: message("REPLY", &alone, now, |_| true, &lines) })
}

fn message(
    method: &str,
    events: &[Event],
    now: Timestamp,
    wanted: impl Fn(&Line) -> bool,
    more: &[Line],
) -> String {
    let mut calendar = Calendar::empty();
    for (name, value) in
        [("VERSION", "2.0"), ("PRODID", PRODUCT), ("CALSCALE", "GREGORIAN"), ("METHOD", method)]
    {
        calendar.append_property(Property::new(name, value));
    }
    let first_year = events.iter().map(|event| chrono::Datelike::year(&event.start.date())).min();
    let events: Vec<Event> = events.iter().flat_map(with_exceptions).collect();
    let mut zones: Vec<Zone> = events.iter().filter_map(|event| event.time_zone).collect();
    zones.sort_by_key(|zone| zone.name());
    zones.dedup();
    for event in &events {
        calendar.push(component(event, now, &wanted, more));
    }
    with_zones(&calendar.to_string(), &zones, first_year.unwrap_or_default())
}

/// An event, and its exceptions as events of their own.
fn with_exceptions(event: &Event) -> Vec<Event> {
    let alone = event.single();
    let exceptions = event.exceptions().filter_map(|(id, patch)| alone.happening(id, Some(patch)));
    std::iter::once(event.clone()).chain(exceptions).collect()
}

fn component(
    event: &Event,
    now: Timestamp,
    wanted: impl Fn(&Line) -> bool,
    more: &[Line],
) -> icalendar::Event {
    let mut component = icalendar::Event::new();
    component.add_property("DTSTAMP", when::write_instant(now));
    let lines = write::lines(event, event.tells_days());
    let lines = lines.iter().filter(|line| !OWN.contains(&line.name.as_str()) && wanted(line));
    for line in lines.chain(more) {
        let name = line.name.as_str();
        let property = property(line);
        if MANY.contains(&name) {
            component.append_multi_property(property)
        } else {
            component.append_property(property)
        };
    }
    component
}

fn property(line: &Line) -> Property {
    let value =
        if TEXTS.contains(&line.name.as_str()) { text::unescape(&line.value) } else { line.value.clone() };
    let mut property = Property::new(line.name.clone(), value);
    for param in &line.params {
        // The crate quotes a value where it must and knows no other escape; parameters of other systems stay there.
        let Some(value) = param.values.first() else { continue };
        let value: String =
            value.chars().filter(|c| !c.is_control()).map(|c| if c == '"' { '\'' } else { c }).collect();
        property.append_parameter(Parameter::new(&param.name, &value));
    }
    property
}

/// Puts the zones before the first event: the crate would give them a time stamp and a UID, which they may not have.
fn with_zones(calendar: &str, zones: &[Zone], first_year: i32) -> String {
    let mut text = String::new();
    for zone in zones.iter().filter(|zone| !write::is_utc(**zone)) {
        timezone::write(*zone, first_year, &mut text);
    }
    text.push_str("BEGIN:VEVENT");
    calendar.replacen("BEGIN:VEVENT", &text, 1)
}
