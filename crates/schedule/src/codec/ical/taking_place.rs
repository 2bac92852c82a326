//! Which components of an object take place in a part of time (RFC 4791 §9.7.1, §9.9).

use renraku_base::Timestamp;

use super::{component::Component, event, look, object, task, when::Zones};
use crate::{
    model::{Event, Zone},
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
    parts.into_iter().filter(|part| takes_place(part, &event, &zones, window)).collect()
}

fn takes_place(part: &Component, event: &Event, zones: &Zones, window: Window) -> bool {
    if part.line("RECURRENCE-ID").is_none() {
        // One more than there are exceptions: not all of them are.
        let found = recurrence::expand(event, window, event.recurrence_overrides.len() + 1).items;
        let is_plain = |it: &recurrence::Instance| {
            it.recurrence_id.is_none_or(|id| !event.recurrence_overrides.contains_key(&id))
        };
        return found.iter().any(is_plain);
    }
    let id = event::read_recurrence_id(part, zones).and_then(|id| event::recurrence_id(id, event));
    let occurrence = id.ok().and_then(|id| event.occurrence(id));
    occurrence.is_some_and(|it| !recurrence::expand(&it, window, 1).items.is_empty())
}

fn as_event(calendar: &Component) -> Option<Event> {
    let root = Component { children: vec![calendar.clone()], ..Component::default() };
    object::read_event(&root).ok()
}
