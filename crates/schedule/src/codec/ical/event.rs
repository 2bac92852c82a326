//! One `VEVENT` (RFC 5545 §3.6.1) as an event.

use std::collections::{BTreeMap, HashSet};

use chrono::{NaiveDateTime, NaiveTime, TimeDelta};
use renraku_base::{FieldFault, Timestamp};
use serde_json::Value;

use super::{
    KEPT_COMPONENTS, KEPT_LINES, alarm,
    alarm_text::is_note,
    categories,
    component::Component,
    line::Line,
    people::{self, Keys},
    read::{Place, Refusal},
    rule, text,
    when::{self, When, Zones},
    write,
};
use crate::model::{
    Duration, Event, FreeBusyStatus, KEPT_OWN, KEPT_RULES, LocalDateTime, Location, PatchObject, Privacy,
    RecurrenceRule, Status, VirtualLocation, Zone, limits,
};

/// What the event's own fields say wholly, so that no line of it is kept.
const SAID: [&str; 7] = ["UID", "RECURRENCE-ID", "DTSTART", "DTEND", "DURATION", "CATEGORIES", "ATTENDEE"];
/// What the event's own fields say of how it repeats, which one occurrence does not (RFC 5545 §3.8.5).
pub(super) const REPEATS: [&str; 4] = ["RRULE", "EXRULE", "RDATE", "EXDATE"];

/// What is known while an event is read.
pub(super) struct Context<'a> {
    pub zones: &'a Zones,
    pub keys: &'a mut Keys,
    /// The series, when its exception is read.
    pub series: Option<Event>,
    /// The strictest of what the series and its exceptions say: it is that of all of them.
    pub privacy: Privacy,
}

/// An event and what of it has no effect.
pub(super) struct Read {
    pub event: Event,
    without_effect: Vec<(usize, String)>,
}

impl Read {
    /// What is kept without effect, with its place.
    pub fn kept(&self, place: &Place) -> Option<Refusal> {
        let (line, _) = self.without_effect.first()?;
        let detail = match self.event.recurrence_id {
            None => "is kept and not expanded: a series has one RRULE and no EXRULE",
            Some(_) => "is kept and has no effect: one occurrence does not repeat",
        };
        let reasons =
            self.without_effect.iter().map(|(_, name)| FieldFault::new(name.as_str(), "ical-kept", detail));
        Some(Refusal { place: Place { line: *line, ..place.clone() }, reasons: reasons.collect() })
    }
}

fn fault(name: &str, (code, detail): when::Reason) -> Vec<FieldFault> {
    vec![FieldFault::new(name, code, detail)]
}

/// The version of an event; 0 when it says none.
pub(super) fn sequence(component: &Component) -> u32 {
    component.line("SEQUENCE").and_then(|line| line.value.trim().parse().ok()).unwrap_or_default()
}

/// The strictest that these components ask for.
pub(super) fn strictest<'a>(components: impl Iterator<Item = &'a Component>) -> Privacy {
    let strictness = |privacy: &Privacy| match privacy {
        Privacy::Public => 0,
        Privacy::Private => 1,
        Privacy::Secret => 2,
    };
    let said = components.filter_map(|component| component.line("CLASS")).map(|line| privacy(&line.value));
    said.max_by_key(strictness).unwrap_or_default()
}

/// What an exception says about its original start.
pub(super) fn read_recurrence_id(component: &Component, zones: &Zones) -> Result<When, Vec<FieldFault>> {
    let Some(line) = component.line("RECURRENCE-ID") else {
        return Err(fault(
            "RECURRENCE-ID",
            ("required", "an exception says which occurrence it is".to_owned()),
        ));
    };
    if line.param("RANGE").is_some() {
        let detail = "an exception for this and all later occurrences is not taken";
        return Err(fault("RECURRENCE-ID", ("ical-range", detail.to_owned())));
    }
    when::read(line, zones).map_err(|reason| fault("RECURRENCE-ID", reason))
}

/// The original start of an exception, as its series tells the time.
pub(super) fn recurrence_id(id: When, series: &Event) -> Result<LocalDateTime, Vec<FieldFault>> {
    when::local(in_series(id, series), "RECURRENCE-ID").map_err(|reason| fault("RECURRENCE-ID", reason))
}

/// A date or time on the clock of a series. A date means the occurrence of that day.
fn in_series(when: When, series: &Event) -> NaiveDateTime {
    if series.tells_days() {
        return when.local_in(Some(Zone::TOKYO)).date().and_time(NaiveTime::MIN);
    }
    match when {
        When::Date(day) if series.stands_alone() => day.and_time(NaiveTime::MIN),
        When::Date(day) => day.and_time(series.start.naive().time()),
        When::Floating(_) | When::Zoned(..) => when.local_in(series.clock()),
    }
}

/// Reads a component.
pub(super) fn read(component: &Component, context: &mut Context<'_>) -> Result<Read, Vec<FieldFault>> {
    let zones = context.zones;
    let Some(line) = component.line("DTSTART") else {
        return Err(fault("DTSTART", ("required", "the event has no DTSTART".to_owned())));
    };
    let start = when::read(line, zones).map_err(|reason| fault("DTSTART", reason))?;
    let uid = component.line("UID").map(|line| text::unescape(line.value.trim())).unwrap_or_default();
    let local = when::local(start.local_in(None), "DTSTART").map_err(|reason| fault("DTSTART", reason))?;
    let mut event = Event::new(uid, "", local);
    event.time_zone = start.zone();
    event.show_without_time = matches!(start, When::Date(_));
    event.duration = duration(component, start, zones, &mut event.more)?;
    event.privacy = context.privacy;
    read_words(component, &mut event);
    read_counted(component, &mut event, zones);
    let mut without_effect = Vec::new();
    if component.line("RECURRENCE-ID").is_some() {
        let id = read_recurrence_id(component, zones)?;
        match &context.series {
            Some(series) => {
                event.recurrence_id = Some(recurrence_id(id, series)?);
                event.recurrence_id_time_zone = event.time_zone;
            }
            // Of a series that is not known it tells the clock, too.
            None => {
                let local = when::local(id.local_in(id.zone()), "RECURRENCE-ID");
                event.recurrence_id = Some(local.map_err(|reason| fault("RECURRENCE-ID", reason))?);
                event.recurrence_id_time_zone = id.zone();
            }
        }
        if let Some(series) = &context.series {
            (event.created, event.updated, event.sequence) =
                (series.created, series.updated, series.sequence);
        }
        let repeats = component.lines.iter().filter(|line| REPEATS.contains(&line.name.as_str()));
        without_effect.extend(repeats.map(|line| (line.number, line.name.clone())));
    } else {
        read_recurrence(component, &mut event, start, zones, &mut without_effect)?;
    }
    let unread = read_people(component, &mut event, context);
    read_conferences(component, &mut event);
    event.alerts = alarm::read_all(component, zones, &mut event.more);
    keep_rest(component, &mut event, &unread);
    Ok(Read { event, without_effect })
}

/// How long an event lasts, from `DTEND` or `DURATION`. Of both (RFC 5545 §3.6.1 has one of them) the former counts: Thunderbird wrote
/// `DURATION:PT0S` beside it; but one that says nothing that could be leaves it to the other.
fn duration(
    component: &Component,
    start: When,
    zones: &Zones,
    more: &mut BTreeMap<String, Value>,
) -> Result<Duration, Vec<FieldFault>> {
    let said = component.line("DURATION").map(|line| line.value.trim().parse::<Duration>()).transpose();
    let said = said.map(|it| it.filter(|it| *it != Duration::ZERO));
    match component.line("DTEND").map(|line| until(line, start, zones, more)) {
        Some(Ok(lasts)) => Ok(lasts),
        Some(Err(wrong)) => said.ok().flatten().ok_or(wrong),
        None => {
            let said = said.map_err(|error| fault("DURATION", ("duration", error.to_string())))?;
            // A day that ends on itself is meant as that day.
            let least = if matches!(start, When::Date(_)) { Duration::DAY } else { Duration::ZERO };
            Ok(said.unwrap_or(least))
        }
    }
}

/// How long it is until a `DTEND`.
fn until(
    line: &Line,
    start: When,
    zones: &Zones,
    more: &mut BTreeMap<String, Value>,
) -> Result<Duration, Vec<FieldFault>> {
    let end = when::read(line, zones).map_err(|reason| fault("DTEND", reason))?;
    let no_length = |before: bool| match before {
        true => fault("DTEND", ("ical-end", "the event ends before it starts".to_owned())),
        false => fault("DTEND", ("year", "DTEND lies outside the years 1900 to 2100".to_owned())),
    };
    if matches!(start, When::Date(_)) {
        let days = (end.local_in(Some(Zone::TOKYO)).date() - start.local_in(None).date()).num_days();
        // As above.
        return Duration::new(days.max(1), 0).filter(|_| days >= 0).ok_or_else(|| no_length(days < 0));
    }
    let zone = start.zone().unwrap_or(Zone::TOKYO);
    let seconds = (end.instant(zone) - start.instant(zone)).num_seconds();
    if let Some(other) = end.zone().filter(|other| start.zone().is_some_and(|zone| zone != *other)) {
        more.insert("endTimeZone".to_owned(), other.name().into());
    }
    Duration::new(0, seconds).filter(|it| !it.is_negative()).ok_or_else(|| no_length(seconds < 0))
}

/// The properties that are words or texts.
fn read_words(component: &Component, event: &mut Event) {
    let value = |name: &str| component.line(name).map(|line| line.value.as_str());
    let unescaped = |name: &str| value(name).map(text::unescape).unwrap_or_default();
    event.title = text::line(&unescaped("SUMMARY"), limits::SHORT_TEXT_CHARS);
    event.description = text::lines(&unescaped("DESCRIPTION"), limits::DESCRIPTION_BYTES);
    let place = text::line(&unescaped("LOCATION"), limits::SHORT_TEXT_CHARS);
    if !place.is_empty() {
        event.locations.insert("1".to_owned(), Location::named(place));
    }
    event.status = value("STATUS").map(status).unwrap_or_default();
    event.free_busy_status = value("TRANSP").map(free_busy).unwrap_or_default();
    event.color = value("COLOR").map(|color| text::line(color, 64)).filter(|color| !color.is_empty());
    event.keywords = categories::keywords(component).into_iter().map(|word| (word, true)).collect();
}

/// What `CLASS` means; what is not known is private (RFC 5545 §3.8.1.3).
pub(super) fn privacy(word: &str) -> Privacy {
    match word.trim().to_ascii_uppercase().as_str() {
        "PUBLIC" => Privacy::Public,
        "CONFIDENTIAL" => Privacy::Secret,
        _ => Privacy::Private,
    }
}

/// What `STATUS` means.
pub(super) fn status(word: &str) -> Status {
    Status::parse(&word.trim().to_ascii_lowercase()).unwrap_or_default()
}

/// What `TRANSP` means.
pub(super) fn free_busy(word: &str) -> FreeBusyStatus {
    if word.trim().eq_ignore_ascii_case("TRANSPARENT") { FreeBusyStatus::Free } else { FreeBusyStatus::Busy }
}

/// The properties that count versions.
fn read_counted(component: &Component, event: &mut Event, zones: &Zones) {
    let instant = |name: &str| component.line(name).and_then(|line| when::instant(line, zones));
    event.sequence = sequence(component);
    event.created = instant("CREATED");
    // The beginning of time stands in, when written, for a stamp that nobody knows.
    let stamp = instant("DTSTAMP").filter(|at| *at != Timestamp::default());
    event.updated = instant("LAST-MODIFIED").or(stamp);
}

/// Reads organizer and attendees, and gives back the lines that cannot be. Exceptions have the organizer of their series.
fn read_people(component: &Component, event: &mut Event, context: &mut Context<'_>) -> Vec<usize> {
    let mut unread = Vec::new();
    for line in component.lines_of("ATTENDEE") {
        match people::read_attendee(line, context.keys) {
            Some((key, participant)) => match event.participants.get_mut(&key) {
                Some(same) => same.join(participant),
                None => drop(event.participants.insert(key, participant)),
            },
            None => unread.push(line.number),
        }
    }
    let organizer = match &context.series {
        Some(series) => people::organizer(series),
        None => component.line("ORGANIZER").cloned(),
    };
    if let Some(line) = organizer {
        people::read_organizer(&line, event, context.keys);
    }
    unread
}

/// The links of `CONFERENCE` (RFC 7986 §5.11) that may be shown as such.
fn read_conferences(component: &Component, event: &mut Event) {
    let mut seen = HashSet::new();
    let safe = component.lines_of("CONFERENCE").filter(|line| renraku_base::is_link(line.value.trim()));
    let safe = safe.filter(|line| seen.insert(line.value.trim()));
    for (at, line) in safe.take(limits::SMALL_MEMBERS).enumerate() {
        let features =
            line.params.iter().filter(|param| param.name == "FEATURE").flat_map(|param| &param.values);
        let virtual_location = VirtualLocation {
            name: line.param("LABEL").map(|label| text::line(label, limits::SHORT_TEXT_CHARS)),
            uri: line.value.trim().to_owned(),
            features: features.map(|word| (text::line(&word.to_ascii_lowercase(), 40), true)).collect(),
            ..VirtualLocation::default()
        };
        event.virtual_locations.insert((at + 1).to_string(), virtual_location);
    }
}

/// The rule, and the dates that are added or taken away.
fn read_recurrence(
    component: &Component,
    event: &mut Event,
    start: When,
    zones: &Zones,
    without_effect: &mut Vec<(usize, String)>,
) -> Result<(), Vec<FieldFault>> {
    // One without a value, as some calendars of holidays have it, says nothing.
    let mut rules = component.lines_of("RRULE").filter(|line| !line.value.trim().is_empty());
    if let Some(line) = rules.next() {
        let rule = rule::read(line, start, zones).map_err(|reason| fault("RRULE", reason))?;
        event.recurrence_rule = Some(RecurrenceRule::from_value(rule)?);
    }
    let ignored = rules.chain(component.lines_of("EXRULE"));
    let ignored: Vec<&Line> = ignored.collect();
    if !ignored.is_empty() {
        let raw: Vec<Value> = ignored.iter().map(|line| line.raw.clone().into()).collect();
        event.more.insert(KEPT_RULES.to_owned(), raw.into());
    }
    without_effect.extend(ignored.into_iter().map(|line| (line.number, line.name.clone())));
    for name in ["RDATE", "EXDATE"] {
        for line in component.lines_of(name) {
            for text in line.value.split(',').map(str::trim).filter(|text| !text.is_empty()) {
                let (id, patch) =
                    read_date(line, text, event, zones).map_err(|reason| fault(name, reason))?;
                if name == "EXDATE" {
                    event.recurrence_overrides.insert(id, PatchObject::excluded());
                } else {
                    event.recurrence_overrides.entry(id).or_insert(patch);
                }
                if event.recurrence_overrides.len() > limits::OVERRIDES {
                    let most = limits::OVERRIDES;
                    let detail = format!("a series has at most {most} dates added or taken away");
                    return Err(fault(name, ("too-many", detail)));
                }
            }
        }
    }
    Ok(())
}

/// One date of `RDATE` or `EXDATE`, or the period of an `RDATE`.
fn read_date(
    line: &Line,
    text: &str,
    event: &Event,
    zones: &Zones,
) -> Result<(LocalDateTime, PatchObject), when::Reason> {
    let (text, end) = text.split_once('/').map_or((text, None), |(start, end)| (start, Some(end)));
    let begin = when::read_value(line, text, zones)?;
    let id = when::local(in_series(begin, event), &line.name)?;
    let Some(end) = end else { return Ok((id, PatchObject::default())) };
    let duration = match end.parse::<Duration>() {
        Ok(duration) => Some(duration),
        Err(_) => {
            let zone = event.zone_for(Zone::TOKYO);
            let length: TimeDelta = when::read_value(line, end, zones)?.instant(zone) - begin.instant(zone);
            Duration::new(0, length.num_seconds())
        }
    };
    let duration = duration.filter(|it| !it.is_negative());
    let duration = duration.ok_or_else(|| ("ical-end", "a period ends before it starts".to_owned()))?;
    let patch =
        if duration == event.duration { PatchObject::default() } else { PatchObject::lasting(duration) };
    Ok((id, patch))
}

/// Keeps every line that the event would not write by itself.
fn keep_rest(component: &Component, event: &mut Event, unread: &[usize]) {
    let is_series = component.line("RECURRENCE-ID").is_none();
    let own = write::said_lines(event);
    let categories_are_cut = categories::are_cut(component);
    let (own, kept): (Vec<&Line>, Vec<&Line>) = component
        .lines
        .iter()
        .filter(|line| {
            let odd = unread.contains(&line.number)
                // Of several for one link each is kept: together they replace what the event would write.
                || line.name == "CONFERENCE"
                || (categories_are_cut && line.name == categories::NAME);
            let no_stamp = line.name == "DTSTAMP" && line.value == write::NO_STAMP;
            let repeats = is_series && REPEATS.contains(&line.name.as_str());
            let by_itself = || own.iter().any(|own| own.reads(&line.raw));
            let said = no_stamp || repeats || SAID.contains(&line.name.as_str()) || by_itself();
            // Of a property of which there may be one only the first is read.
            let first = component.line(&line.name).is_none_or(|first| first.number == line.number);
            odd || (!said && write::holds(event, line) && (first || !write::is_single(&line.name)))
        })
        .partition(|line| is_note(&line.name));
    for (member, lines) in [(KEPT_OWN, own), (KEPT_LINES, kept)] {
        if !lines.is_empty() {
            let lines: Vec<Value> = lines.into_iter().map(|line| line.raw.clone().into()).collect();
            event.more.insert(member.to_owned(), lines.into());
        }
    }
    let components: Vec<Value> =
        component.children.iter().filter(|it| it.name != "VALARM").map(|it| it.raw().into()).collect();
    if !components.is_empty() {
        let kept = event.more.entry(KEPT_COMPONENTS.to_owned()).or_insert_with(|| Value::Array(Vec::new()));
        if let Value::Array(kept) = kept {
            kept.extend(components);
        }
    }
}
