//! Busy time (RFC 5545 §3.6.4), asked for and told.

use renraku_base::{FieldFault, Timestamp};

use super::{
    PRODUCT, component,
    line::Line,
    people,
    when::{self, Zones},
};
use crate::{
    model::Zone,
    rules::free_busy::{BusyPeriod, BusyStatus},
};

/// The most whose busy time is asked for at once.
const ATTENDEES: usize = 200;

/// How many bytes a period takes, with what parts it from the next.
const PERIOD_BYTES: usize = 34;

/// How each kind of busy time is told.
const KINDS: [(BusyStatus, &str); 3] = [
    (BusyStatus::Confirmed, "BUSY"),
    (BusyStatus::Tentative, "BUSY-TENTATIVE"),
    (BusyStatus::Unavailable, "BUSY-UNAVAILABLE"),
];

/// Whose busy time is asked for, by whom and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreeBusyRequest {
    /// Which question it is.
    pub uid: String,
    /// Who asks, where an address can be read.
    pub organizer: Option<String>,
    /// Who are asked about.
    pub attendees: Vec<String>,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub to: Timestamp,
}

/// Reads a question for busy time (RFC 5546 §3.3.2).
///
/// # Errors
/// What is wrong with it.
pub fn read_free_busy_request(text: &[u8]) -> Result<FreeBusyRequest, FieldFault> {
    let lacks = |name: &str| FieldFault::new(name, "required", "a question for busy time has one");
    let root = component::read(text);
    let calendar = root.children.iter().find(|it| it.name == "VCALENDAR");
    let calendar =
        calendar.ok_or_else(|| FieldFault::new("", "not-a-calendar", "there is no BEGIN:VCALENDAR"))?;
    let method = calendar.line("METHOD").ok_or_else(|| lacks("METHOD"))?;
    if !method.value.trim().eq_ignore_ascii_case("REQUEST") {
        return Err(FieldFault::new("METHOD", "one-of", "a question is a REQUEST").allowing("REQUEST"));
    }
    let mut questions = calendar.children.iter().filter(|it| it.name == "VFREEBUSY");
    let question = questions.next().filter(|_| questions.next().is_none());
    let question = question.ok_or_else(|| lacks("VFREEBUSY"))?;
    let zones = Zones::default();
    let instant = |name: &str| {
        let at = when::instant(question.line(name).ok_or_else(|| lacks(name))?, &zones);
        at.ok_or_else(|| FieldFault::new(name, "instant", "a time in UTC, like 20260401T000000Z"))
    };
    // Who cannot be anybody is answered for, too (RFC 6638 §10.2), as they were asked for.
    let address = |line| people::address(line).unwrap_or_else(|| line.value.trim().to_owned());
    let attendees: Vec<String> = question.lines_of("ATTENDEE").map(address).collect();
    let (from, to) = (instant("DTSTART")?, instant("DTEND")?);
    if from >= to {
        return Err(FieldFault::new("DTEND", "empty-window", "it is not after DTSTART"));
    }
    match attendees.len() {
        0 => return Err(lacks("ATTENDEE")),
        1..=ATTENDEES => {}
        _ => {
            let detail = format!("busy time of at most {ATTENDEES} is asked for at once");
            return Err(FieldFault::new("ATTENDEE", "too-many", detail).allowing(format!("≤ {ATTENDEES}")));
        }
    }
    Ok(FreeBusyRequest {
        uid: question.line("UID").map(|line| line.value.trim().to_owned()).unwrap_or_default(),
        organizer: question.line("ORGANIZER").and_then(people::address),
        attendees,
        from,
        to,
    })
}

/// Writes busy time: as the answer to a question about one attendee, or for a calendar.
#[must_use]
pub fn write_free_busy(
    (from, to): (Timestamp, Timestamp),
    busy: &[BusyPeriod],
    now: Timestamp,
    answer: Option<(&FreeBusyRequest, &str)>,
) -> String {
    let mut out = String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n");
    Line::new("PRODID", PRODUCT).write(&mut out);
    if answer.is_some() {
        Line::new("METHOD", "REPLY").write(&mut out);
    }
    out.push_str("BEGIN:VFREEBUSY\r\n");
    if let Some((request, attendee)) = answer {
        Line::new("UID", request.uid.as_str()).write(&mut out);
        if let Some(organizer) = &request.organizer {
            Line::new("ORGANIZER", organizer.as_str()).write(&mut out);
        }
        Line::new("ATTENDEE", attendee).write(&mut out);
    }
    Line::new("DTSTAMP", when::write_instant(now)).write(&mut out);
    Line::new("DTSTART", when::write_instant(from)).write(&mut out);
    Line::new("DTEND", when::write_instant(to)).write(&mut out);
    for (status, kind) in KINDS {
        let mut periods = String::with_capacity(busy.len() * PERIOD_BYTES);
        for period in busy.iter().filter(|period| period.status == status) {
            if !periods.is_empty() {
                periods.push(',');
            }
            when::push_instant(&mut periods, period.utc_start);
            periods.push('/');
            when::push_instant(&mut periods, period.utc_end);
        }
        if !periods.is_empty() {
            Line::new("FREEBUSY", periods).with("FBTYPE", kind).write(&mut out);
        }
    }
    out.push_str("END:VFREEBUSY\r\nEND:VCALENDAR\r\n");
    out
}

/// An instant as a report names it (RFC 4791 §9.9): in UTC.
#[must_use]
pub fn read_instant(text: &str) -> Option<Timestamp> {
    let line = Line::new("START", text);
    text.ends_with('Z')
        .then(|| when::read(&line, &Zones::default()).ok())?
        .map(|at| at.instant(Zone::UTC).into())
}
