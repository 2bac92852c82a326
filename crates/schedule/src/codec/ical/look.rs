//! What a filter of a calendar client looks at in a component (RFC 4791 §9.7, §9.9).

use renraku_base::Timestamp;

use super::{
    component::Component,
    line::Line,
    text,
    when::{self, Zones},
};
use crate::model::{Duration, Zone};

/// The instant that a line says; a day or a time on no clock is read in `zone`.
#[must_use]
pub fn property_instant(line: &Line, zone: Zone) -> Option<Timestamp> {
    when::read(line, &Zones::default()).ok().map(|at| at.instant(zone).into())
}

/// The value of a line, without the escapes of a text.
#[must_use]
pub fn property_text(line: &Line) -> String {
    text::unescape(&line.value)
}

/// Whether a task takes place between two instants, by the table of RFC 4791 §9.9; of a task that repeats, the first time.
pub(super) fn task_takes_time(task: &Component, (from, to): (Timestamp, Timestamp), zone: Zone) -> bool {
    let at = |name: &str| task.line(name).and_then(|line| property_instant(line, zone));
    let duration = task.line("DURATION").and_then(|line| line.value.trim().parse::<Duration>().ok());
    let after = |start: Timestamp, length: Duration| {
        let seconds = length.days() * 86_400 + length.seconds();
        Timestamp::from_micros(start.micros().saturating_add(seconds.saturating_mul(1_000_000)))
    };
    match (at("DTSTART"), duration, at("DUE"), at("COMPLETED"), at("CREATED")) {
        (Some(start), Some(length), None, _, _) => {
            let end = after(start, length);
            from <= end && (to > start || to >= end)
        }
        (Some(start), _, Some(due), _, _) => (from < due || from <= start) && (to > start || to >= due),
        (Some(start), None, None, _, _) => from <= start && to > start,
        (None, _, Some(due), _, _) => from < due && to >= due,
        (None, _, None, Some(done), Some(made)) => {
            (from <= made || from <= done) && (to >= made || to >= done)
        }
        (None, _, None, Some(done), None) => from <= done && to >= done,
        (None, _, None, None, Some(made)) => to > made,
        (None, _, None, None, None) => true,
    }
}
