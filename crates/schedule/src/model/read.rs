use std::collections::BTreeMap;

use renraku_base::{CalendarId, EventId, FacilityId, FieldFault, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Alert, Duration, Event, Frequency, LocalDateTime, Location, Participant, PatchObject, RecurrenceRule,
    VirtualLocation, Zone, limits,
    members::{Members, pointer},
    participant,
};

/// The longest `uid`, in characters.
const UID_CHARS: usize = 255;
/// The most facilities that one event may book.
const FACILITIES: usize = 20;
/// The longest time over which an hourly series may go on, in hours.
const HOURLY_HOURS: i64 = 31 * 24;
/// What the server tells about an event and takes from nobody.
const TOLD_BY_THE_SERVER: [&str; 8] =
    ["id", "calendarId", "facilityIds", "etag", "facilities", "isOrganizer", "utcStart", "utcEnd"];

/// Names that JSCalendar had in RFC 8984, or that look as if it had them: kept as unknown members they would cost a series its
/// rule or an event its length.
const OLDER_NAMES: [(&str, &str); 5] = [
    ("recurrenceRules", "recurrenceRule"),
    ("excludedRecurrenceRules", "recurrenceOverrides"),
    ("rrule", "recurrenceRule"),
    ("end", "duration"),
    ("replyTo", "organizerCalendarAddress"),
];

/// What other calendars' interfaces call a member that has its own name here. Kept as unknown members they would be shown nowhere,
/// and whoever wrote them would never learn. What is stored already, or comes from a calendar client, may have them.
const OTHER_NAMES: [(&str, &str); 19] = [
    ("summary", "title"),
    ("subject", "title"),
    ("begin", "start"),
    ("startTime", "start"),
    ("startDate", "start"),
    ("dtstart", "start"),
    ("endTime", "duration"),
    ("endDate", "duration"),
    ("dtend", "duration"),
    ("timezone", "timeZone"),
    ("allDay", "showWithoutTime"),
    ("isAllDay", "showWithoutTime"),
    ("location", "locations"),
    ("attendees", "participants"),
    ("organizer", "organizerCalendarAddress"),
    ("recurrence", "recurrenceRule"),
    ("reminders", "alerts"),
    ("visibility", "privacy"),
    ("transparency", "freeBusyStatus"),
];

/// Refuses what a request calls by another calendar's name.
pub(super) fn refuse_other_names(members: &mut Members<'_>) {
    for (other, ours) in OTHER_NAMES {
        members.other_name(other, ours);
    }
}

/// A new event as a client sends it.
#[derive(Debug, Clone, PartialEq)]
pub struct EventDraft {
    /// The id that the client chose, or the fresh one.
    pub id: EventId,
    /// The calendar into which it goes; `None` is the person's own.
    pub calendar_id: Option<CalendarId>,
    /// What it books.
    pub facility_ids: Vec<FacilityId>,
    /// The event, with what a short draft leaves out filled in.
    pub event: Event,
}

impl EventDraft {
    /// Reads the body of a request. What may be left out is filled in: the id by `fresh`, the uid by the id, the zone by
    /// the office's (`null` means none).
    ///
    /// # Errors
    /// Every field at fault.
    pub fn read(body: Value, fresh: EventId, now: Timestamp) -> Result<Self, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let draft = Members::of(body, String::new(), &mut faults).and_then(|mut members| {
            let id = members.take("id", "id").unwrap_or(fresh);
            let calendar_id = members.take("calendarId", "id");
            let facility_ids = facility_ids(&mut members).unwrap_or_default();
            refuse_other_names(&mut members);
            let zone_given = members.has("timeZone");
            let uid = members.has("uid");
            let mut event = read_event(members, (!uid).then(|| id.as_str().to_owned()))?;
            if !zone_given && !event.show_without_time {
                event.time_zone = Some(Zone::TOKYO);
            }
            event.created.get_or_insert(now);
            event.updated = Some(now);
            Some(Self { id, calendar_id, facility_ids, event })
        });
        draft.filter(|_| faults.is_empty()).ok_or(faults)
    }
}

impl Event {
    /// Reads a whole event.
    ///
    /// # Errors
    /// Every field at fault.
    pub fn read(value: Value) -> Result<Self, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let event =
            Members::of(value, String::new(), &mut faults).and_then(|members| read_event(members, None));
        event.filter(|_| faults.is_empty()).ok_or(faults)
    }

    /// The event as it would be [`read`](Self::read) from its JSON: what is one value is checked as it stands, the parts are read anew.
    ///
    /// # Errors
    /// Every field at fault.
    pub(crate) fn checked(mut self) -> Result<Self, Vec<FieldFault>> {
        #[cfg(debug_assertions)]
        let read = Self::read(self.to_value());
        let mut faults = Vec::new();
        if let Some(mut members) = Members::of(Value::Object(self.parts()), String::new(), &mut faults) {
            refuse_older_names(&mut members);
            let uid = members.check_line("uid", self.uid);
            self.uid = check_uid(&mut members, uid).unwrap_or_default();
            self.title = members.check_line("title", self.title).unwrap_or_default();
            self.description = members.check_lines("description", self.description).unwrap_or_default();
            let duration = Some(self.duration);
            check_duration(&mut members, duration);
            read_parts(&mut self, members, duration);
        }
        #[cfg(debug_assertions)]
        assert_eq!(read.as_ref().ok(), faults.is_empty().then_some(&self), "{read:?} {faults:?}");
        if faults.is_empty() { Ok(self) } else { Err(faults) }
    }

    /// What of the event is more than one value, as JSON.
    fn parts(&self) -> Map<String, Value> {
        let more = self.more.iter().map(|(name, value)| (name.clone(), value.clone()));
        let mut parts: Map<String, Value> = more.collect();
        put(&mut parts, "recurrenceRule", &self.recurrence_rule);
        put(&mut parts, "recurrenceOverrides", &self.recurrence_overrides);
        put(&mut parts, "participants", &self.participants);
        put(&mut parts, "organizerCalendarAddress", &self.organizer_calendar_address);
        put(&mut parts, "locations", &self.locations);
        put(&mut parts, "virtualLocations", &self.virtual_locations);
        put(&mut parts, "alerts", &self.alerts);
        put(&mut parts, "keywords", &self.keywords);
        put(&mut parts, "categories", &self.categories);
        put(&mut parts, "color", &self.color);
        parts
    }

    /// The same event as JSON.
    #[must_use]
    pub fn to_value(&self) -> Value {
        // Every key is text and every number finite, so this cannot fail; an empty object would be refused when read.
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// Adds a part that there is.
fn put<T: Serialize>(parts: &mut Map<String, Value>, name: &str, part: &T) {
    // As in `to_value`, this cannot fail.
    match serde_json::to_value(part).unwrap_or_default() {
        Value::Null => {}
        Value::Object(empty) if empty.is_empty() => {}
        part => drop(parts.insert(name.to_owned(), part)),
    }
}

/// The facilities to book; `None` when they are left out.
pub(super) fn facility_ids(members: &mut Members<'_>) -> Option<Vec<FacilityId>> {
    let mut ids: Vec<FacilityId> = members.take("facilityIds", "id")?;
    ids.sort_unstable();
    ids.dedup();
    if ids.len() > FACILITIES {
        members.fault("facilityIds", "too-many", format!("at most {FACILITIES}"));
    }
    Some(ids)
}

fn read_event(mut members: Members<'_>, uid: Option<String>) -> Option<Event> {
    members.object_type("Event");
    refuse_older_names(&mut members);
    if !members.has("start") {
        members.fault("start", "required", "an event has a start");
    }
    if !members.has("uid") && uid.is_none() {
        members.fault("uid", "required", "an event has a uid");
    }
    let given_uid = members.line("uid");
    let given_uid = check_uid(&mut members, given_uid);
    let given_duration = members.take::<Duration>("duration", "duration");
    check_duration(&mut members, given_duration);
    let start = members.take::<LocalDateTime>("start", "local-date-time");
    let mut event = Event {
        title: members.line("title").unwrap_or_default(),
        description: members.lines("description").unwrap_or_default(),
        time_zone: members.take("timeZone", "time-zone"),
        duration: given_duration.unwrap_or_default(),
        show_without_time: members.take("showWithoutTime", "type").unwrap_or_default(),
        recurrence_id: members.take("recurrenceId", "local-date-time"),
        recurrence_id_time_zone: members.take("recurrenceIdTimeZone", "time-zone"),
        privacy: members.take("privacy", "one-of").unwrap_or_default(),
        free_busy_status: members.take("freeBusyStatus", "one-of").unwrap_or_default(),
        status: members.take("status", "one-of").unwrap_or_default(),
        sequence: members.take("sequence", "type").unwrap_or_default(),
        created: members.take("created", "instant"),
        updated: members.take("updated", "instant"),
        ..Event::new(uid.or(given_uid).unwrap_or_default(), "", start.unwrap_or(LocalDateTime::UNREAD))
    };
    read_parts(&mut event, members, given_duration);
    start.map(|_| event)
}

/// Reads what of an event is more than one value, and checks the whole.
fn read_parts(event: &mut Event, mut members: Members<'_>, given_duration: Option<Duration>) {
    for name in TOLD_BY_THE_SERVER {
        members.ignore(name);
    }
    event.recurrence_rule = members.object("recurrenceRule").and_then(RecurrenceRule::read);
    event.recurrence_overrides = overrides(&mut members);
    if event.exceptions().count() > limits::CHANGED {
        members.fault("recurrenceOverrides", "too-many", format!("at most {} changed ones", limits::CHANGED));
    }
    event.participants = members.map("participants", limits::PARTICIPANTS, Participant::read);
    event.organizer_calendar_address = participant::address(&mut members, "organizerCalendarAddress");
    event.locations = members.map("locations", limits::SMALL_MEMBERS, Location::read);
    event.virtual_locations = members.map("virtualLocations", limits::SMALL_MEMBERS, VirtualLocation::read);
    event.alerts = members.map("alerts", limits::SMALL_MEMBERS, Alert::read);
    event.keywords = members.set("keywords");
    event.categories = members.set("categories");
    event.color = members.line("color");
    if event.show_without_time {
        make_whole_days(event, given_duration, &mut members);
    }
    check_end(event, &mut members);
    check_hourly(event, &mut members);
    check_people(event, &mut members);
    check_overrides(event, &mut members);
    members.check_links();
    event.more = members.rest();
}

fn refuse_older_names(members: &mut Members<'_>) {
    for (older, name) in OLDER_NAMES {
        if members.has(older) {
            members.fault(older, "older-name", format!("use {name}"));
        }
    }
}

fn check_uid(members: &mut Members<'_>, uid: Option<String>) -> Option<String> {
    let uid = uid?;
    if uid.is_empty() {
        members.fault("uid", "required", "a uid is not empty; left out, it is the id");
    }
    if uid.chars().count() > UID_CHARS {
        members.fault("uid", "too-long", format!("at most {UID_CHARS} characters"));
    }
    Some(uid)
}

fn check_duration(members: &mut Members<'_>, given: Option<Duration>) {
    if given.is_some_and(Duration::is_negative) {
        members.fault("duration", "duration", "an event does not end before it starts");
    }
}

/// An event of whole days starts with a day and lasts for days, one if nothing is said.
fn make_whole_days(event: &mut Event, given: Option<Duration>, members: &mut Members<'_>) {
    if Some(event.start) != LocalDateTime::midnight(event.start.date()) {
        members.fault("start", "all-day-start", "an event without time starts at 00:00:00");
    }
    match given.unwrap_or(Duration::DAY).in_whole_days() {
        Some(days) => event.duration = days,
        None => {
            let detail = "an event without time lasts whole days, like P1D";
            members.fault("duration", "all-day-duration", detail);
        }
    }
}

fn check_end(event: &Event, members: &mut Members<'_>) {
    let seconds = chrono::TimeDelta::seconds(event.duration.seconds());
    let end = event.duration.after_days(event.start.naive()).and_then(|end| end.checked_add_signed(seconds));
    // What ends with the last day ends when the next begins.
    let last =
        end.map(|end| if end > event.start.naive() { end - chrono::TimeDelta::seconds(1) } else { end });
    if last.and_then(LocalDateTime::new).is_none() {
        members.fault("duration", "year", "an event ends with the year 2100");
    }
}

/// An hourly series ends within 31 days.
fn check_hourly(event: &Event, members: &mut Members<'_>) {
    let Some(rule) = event.recurrence_rule.as_ref().filter(|rule| rule.frequency == Frequency::Hourly) else {
        return;
    };
    let hours = match (rule.count, rule.until) {
        (Some(count), _) => i64::from(count.saturating_sub(1)).saturating_mul(i64::from(rule.interval)),
        (None, Some(until)) => (until.naive() - event.start.naive()).num_hours(),
        (None, None) => i64::MAX,
    };
    if hours > HOURLY_HOURS {
        let detail = "an hourly series ends within 31 days";
        members.fault("recurrenceRule", "recurrence-too-frequent", detail);
    }
}

/// A member of staff takes part once.
fn check_people(event: &Event, members: &mut Members<'_>) {
    let mut seen = std::collections::HashSet::new();
    for person in event.participants.values().filter_map(|participant| participant.person_id.as_ref()) {
        if !seen.insert(person) {
            members.fault("participants", "participant-twice", format!("{person} takes part twice"));
        }
    }
}

/// What an override makes of its occurrence must be right, too.
fn check_overrides(event: &Event, members: &mut Members<'_>) {
    if event.recurrence_overrides.is_empty() {
        return;
    }
    let plain = Event { recurrence_overrides: BTreeMap::new(), ..event.clone() }.members();
    for (recurrence_id, difference) in &event.recurrence_overrides {
        let at = pointer("/recurrenceOverrides", &recurrence_id.to_string());
        let mut faults = event.check_override(&plain, difference);
        if event.is_itself(*recurrence_id) {
            let detail = "this occurrence is the event itself, and is changed there";
            faults.push(FieldFault::new("", "occurrence-itself", detail));
        }
        for fault in &mut faults {
            fault.pointer.insert_str(0, &at);
        }
        members.extend(faults);
    }
}

/// The overrides by the occurrence's original start.
fn overrides(members: &mut Members<'_>) -> BTreeMap<LocalDateTime, PatchObject> {
    let mut faults = Vec::new();
    let given = members.map("recurrenceOverrides", limits::OVERRIDES, |patch| Some(patch.rest_with_nulls()));
    let mut overrides = BTreeMap::new();
    for (key, patch) in given {
        let at = pointer("/recurrenceOverrides", &key);
        match key.parse::<LocalDateTime>() {
            Ok(recurrence_id) => match PatchObject::read(patch, &at) {
                Ok(patch) => {
                    overrides.insert(recurrence_id, patch);
                }
                Err(fault) => faults.push(fault),
            },
            Err(error) => faults.push(FieldFault::new(at, "local-date-time", error.to_string())),
        }
    }
    members.extend(faults);
    overrides
}

#[cfg(test)]
mod tests;
