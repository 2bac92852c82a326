//! Which components of an object take place in a part of time (RFC 4791 §9.7.1, §9.9).

use renraku_base::Timestamp;

use super::{component::Component, event, look, object, task, when::Zones};
use crate::{
    model::{Event, LocalDateTime, Zone},
    rules::recurrence::{self, Window},
};

/// Of the events or tasks of an object those that take place between two instants: an exception when it does itself, a series when an
/// occurrence does for which no exception stands. Of what cannot be read, all.
#[must_use]
pub fn taking_place<'c>(
    calendar: &'c Component,
    kind: &str,
    (from, to): (Timestamp, Timestamp),
    zone: Zone,
) -> Vec<&'c Component> {
    let parts: Vec<&Component> = calendar.children.iter().filter(|it| it.name == kind).collect();
    let repeats = |part: &&Component| ["RRULE", "RDATE"].iter().any(|name| part.line(name).is_some());
    let is_task = kind == "VTODO";
    if is_task && !parts.iter().any(repeats) {
        return parts.into_iter().filter(|it| look::task_takes_time(it, (from, to), zone)).collect();
    }
    let Some(event) = (if is_task { task::as_event(calendar) } else { as_event(calendar) }) else {
        return parts;
    };
    let mut zones = Zones::default();
    calendar.children.iter().filter(|it| it.name == "VTIMEZONE").for_each(|it| zones.learn(it));
    let window = Window { from, to, zone };
    let exceptions: Vec<_> = parts.iter().filter_map(|part| id_of(part, &event, &zones)).collect();
    let takes_place = |part: &&Component| match part.line("RECURRENCE-ID") {
        None => has_plain_occurrence(&event, &exceptions, window),
        Some(_) => {
            let occurrence = id_of(part, &event, &zones).and_then(|id| event.occurrence(id));
            occurrence.is_some_and(|it| !recurrence::expand(&it, window, 1).items.is_empty())
        }
    };
    parts.into_iter().filter(takes_place).collect()
}

/// Whether a series has an occurrence for which no component of its own stands. A date that is added (`RDATE`) is one of the series.
fn has_plain_occurrence(series: &Event, exceptions: &[LocalDateTime], window: Window) -> bool {
    // One more than there are exceptions: not all of them are.
    let found = recurrence::expand(series, window, exceptions.len() + 1).items;
    found.iter().any(|it| it.recurrence_id.is_none_or(|id| !exceptions.contains(&id)))
}

/// For which occurrence a component stands.
fn id_of(part: &Component, event: &Event, zones: &Zones) -> Option<LocalDateTime> {
    let id = event::read_recurrence_id(part, zones).ok()?;
    event::recurrence_id(id, event).ok()
}

fn as_event(calendar: &Component) -> Option<Event> {
    let root = Component { children: vec![calendar.clone()], ..Component::default() };
    object::read_event(&root).ok()
}

#[cfg(test)]
mod tests {
    use super::{super::component, *};

    #[test]
    fn an_added_date_is_one_of_the_series() {
        let parts = |more: &str, day: u32| {
            let text = format!(
                "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:u\nDTSTART:20260401T000000Z\nDTEND:20260401T010000Z\n\
                 RDATE;VALUE=PERIOD:20260402T000000Z/PT3H\nRDATE:20260403T000000Z,20260404T000000Z\n\
                 EXDATE:20260404T000000Z\nEND:VEVENT\n{more}END:VCALENDAR\n"
            );
            let root = component::read(text.as_bytes());
            let at = |hour| {
                let day = chrono::NaiveDate::from_ymd_opt(2026, 4, day).unwrap();
                day.and_hms_opt(hour, 0, 0).unwrap().and_utc().into()
            };
            let found = taking_place(&root.children[0], "VEVENT", (at(0), at(12)), Zone::TOKYO);
            found.iter().map(|part| part.line("RECURRENCE-ID").is_some()).collect::<Vec<_>>()
        };
        let exception =
            "BEGIN:VEVENT\nUID:u\nRECURRENCE-ID:20260403T000000Z\nDTSTART:20260403T030000Z\nEND:VEVENT\n";
        for (day, alone, beside) in [
            (1, vec![false], vec![false]),
            (2, vec![false], vec![false]),
            (3, vec![false], vec![true]),
            (4, vec![], vec![]),
        ] {
            assert_eq!((parts("", day), parts(exception, day)), (alone, beside), "{day}");
        }
    }
}
