//! When an event happens: its rule, its exceptions and additions, expanded within a window.
//!
//! A series is expanded on the clock of its own zone and each local time is turned into an instant afterwards
//! (JSCalendar §4.3.3): a weekly meeting stays at nine when summer time begins, and `until` needs no zone.

mod rule;
mod shift;

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{NaiveDateTime, TimeDelta};
use renraku_base::Timestamp;

pub use shift::{Shift, shift};

use crate::model::{Duration, Event, LocalDateTime, PatchObject, RecurrenceRule, Zone};

/// The most occurrences of one event that stand in the index, or that book a facility.
pub const MAX_INSTANCES: usize = 3_000;
/// The most occurrences of one series that may go on at the same time.
pub const AT_ONCE: usize = 32;

/// The time in which occurrences are looked for: those that begin before its end and end after its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Its start.
    pub from: Timestamp,
    /// Its end, which does not belong to it.
    pub to: Timestamp,
    /// The zone in which whole days and times without a zone are read.
    pub zone: Zone,
}

impl Window {
    /// A window as the office's clocks show it.
    #[must_use]
    pub fn tokyo(from: Timestamp, to: Timestamp) -> Self {
        Self { from, to, zone: Zone::TOKYO }
    }

    /// All the time in which an event may lie.
    #[must_use]
    pub fn everything(zone: Zone) -> Self {
        const YEAR_1899: i64 = -2_240_524_800;
        const YEAR_2102: i64 = 4_165_516_800;
        Self { from: Timestamp::from_seconds(YEAR_1899), to: Timestamp::from_seconds(YEAR_2102), zone }
    }

    /// Whether something from `start` to `end` lies in it, at least in part; a moment counts by its start.
    #[must_use]
    pub fn overlaps(&self, start: Timestamp, end: Timestamp) -> bool {
        start < self.to && (end > self.from || start >= self.from)
    }
}

/// One occurrence by its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instance {
    /// Its original start in the series; `None` for an event that does not repeat.
    pub recurrence_id: Option<LocalDateTime>,
    /// When it starts on the clock of its zone.
    pub start: LocalDateTime,
    /// When it starts.
    pub utc_start: Timestamp,
    /// When it ends.
    pub utc_end: Timestamp,
    /// Whether it differs from its series; [`Event::occurrence`] tells how.
    pub changed: bool,
}

/// The occurrences in a window.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expansion {
    /// In the order of their start.
    pub items: Vec<Instance>,
    /// Whether there are more than were asked for.
    pub truncated: bool,
}

/// The occurrences of `event` that lie in `window`, the first `limit` of them.
#[must_use]
pub fn expand(event: &Event, window: Window, limit: usize) -> Expansion {
    if !event.is_series() {
        let recurrence_id = event.recurrence_id;
        let only = instance(recurrence_id, Time::of(event), window.zone, false);
        let items: Vec<_> =
            only.filter(|it| window.overlaps(it.utc_start, it.utc_end)).into_iter().take(limit).collect();
        return Expansion { truncated: limit == 0 && only.is_some(), items };
    }
    let time = Time::of(event);
    let plain = |recurrence_id: LocalDateTime| {
        instance(Some(recurrence_id), Time { start: recurrence_id, ..time }, window.zone, false)
    };
    let mut items = Vec::new();
    let mut truncated = false;
    let local = local_window(&time, window);
    for recurrence_id in rule::starts(event, local) {
        let Some(recurrence_id) = recurrence_id else {
            truncated = true;
            break;
        };
        // Where only single occurrences of a series are known, the event itself is the first of them.
        let id = event.recurrence_id.filter(|_| recurrence_id == event.start).unwrap_or(recurrence_id);
        if event.recurrence_overrides.contains_key(&id) {
            continue;
        }
        let Some(mut found) = plain(recurrence_id) else { continue };
        found.recurrence_id = Some(id);
        if window.overlaps(found.utc_start, found.utc_end) {
            items.push(found);
        }
        if items.len() > limit {
            break;
        }
    }
    let different = event.recurrence_overrides.iter().filter(|(_, patch)| !patch.is_excluded());
    items.extend(
        different
            .filter_map(|(id, patch)| {
                instance(Some(*id), time.changed(*id, patch), window.zone, !patch.is_empty())
            })
            .filter(|found| window.overlaps(found.utc_start, found.utc_end)),
    );
    items.sort_by_key(|found| (found.utc_start, found.recurrence_id));
    // Hours that a change of the clocks skips fall on the hour after it.
    let stands_alone = event.stands_alone();
    let apart = |found: &Instance| (stands_alone || found.changed).then_some(found.recurrence_id);
    items.dedup_by_key(|found| (found.utc_start, found.utc_end, apart(found)));
    truncated |= items.len() > limit;
    items.truncate(limit);
    Expansion { items, truncated }
}

/// Whether a series has an occurrence with this original start, also when it was moved; not when it was left out.
#[must_use]
pub fn has_occurrence(event: &Event, recurrence_id: LocalDateTime) -> bool {
    match event.recurrence_overrides.get(&recurrence_id) {
        Some(patch) => !patch.is_excluded(),
        None => event.is_itself(recurrence_id) || event.is_series() && generates(event, recurrence_id),
    }
}

/// The occurrence of a series, where it has one there.
#[must_use]
pub fn occurrence(event: &Event, recurrence_id: LocalDateTime) -> Option<Event> {
    event.occurrence(recurrence_id).filter(|_| has_occurrence(event, recurrence_id))
}

/// The series without the exceptions that say nothing and bring no occurrence.
#[must_use]
pub fn without_idle_exceptions(mut event: Event) -> Event {
    let empty = event.recurrence_overrides.iter().filter(|(_, patch)| patch.is_empty());
    let empty: Vec<LocalDateTime> = empty.map(|(id, _)| *id).collect();
    if empty.is_empty() {
        return event;
    }
    let idle = given(&event, &empty);
    event.recurrence_overrides.retain(|id, _| !idle.contains(id));
    event
}

/// Whether the rule gives this start, whatever the exceptions say.
fn generates(event: &Event, recurrence_id: LocalDateTime) -> bool {
    given(event, &[recurrence_id]).contains(&recurrence_id)
}

/// Which of these starts the rule gives, whatever the exceptions say; where no series is known, that of the event itself.
fn given(event: &Event, starts: &[LocalDateTime]) -> HashSet<LocalDateTime> {
    if let (Some(own), None) = (event.recurrence_id, &event.recurrence_rule) {
        return starts.iter().copied().filter(|start| *start == own).collect();
    }
    let (Some(first), Some(last)) = (starts.iter().min(), starts.iter().max()) else { return HashSet::new() };
    let wanted: HashSet<_> = starts.iter().copied().collect();
    rule::starts(event, (first.naive(), last.naive()))
        .flatten()
        .filter(|start| wanted.contains(start))
        .collect()
}

/// The original starts of occurrences that the exceptions add to what the rule gives.
#[must_use]
pub fn additions(event: &Event) -> Vec<LocalDateTime> {
    let shown = event.recurrence_overrides.iter().filter(|(_, patch)| !patch.is_excluded());
    let ids: Vec<_> = shown.map(|(id, _)| *id).collect();
    let given = given(event, &ids);
    ids.into_iter().filter(|id| !given.contains(id)).collect()
}

/// Whether a series says when it ends, or the event is none.
#[must_use]
pub fn is_bounded(event: &Event) -> bool {
    event.recurrence_rule.as_ref().is_none_or(|rule| rule.count.is_some() || rule.until.is_some())
}

/// Whether more occurrences of a series go on at the same time than anybody can mean: every window of time would be full of it.
#[must_use]
pub fn is_too_dense(event: &Event) -> bool {
    // A rule has its hours on each of its days.
    const LOOK: usize = 4 * AT_ONCE;
    if event.recurrence_rule.is_none() {
        return false;
    }
    let first = expand(event, Window::everything(Zone::TOKYO), LOOK).items;
    first.iter().zip(first.iter().skip(AT_ONCE)).any(|(it, later)| later.utc_start < it.utc_end)
}

/// The instant at which the last occurrence ends; `None` for a series without end, or with more than [`MAX_INSTANCES`].
#[must_use]
pub fn end(event: &Event) -> Option<Timestamp> {
    if !is_bounded(event) {
        return None;
    }
    let all = expand(event, Window::everything(Zone::TOKYO), MAX_INSTANCES);
    let last = all.items.iter().map(|found| found.utc_end).max();
    last.filter(|_| !all.truncated)
}

/// Whether of a series nothing is another than that it ends earlier: what is left of it takes place when it did.
#[must_use]
pub fn only_ends_earlier(before: &Event, after: &Event) -> bool {
    let open =
        |event: &Event| Some(RecurrenceRule { until: None, count: None, ..event.recurrence_rule.clone()? });
    let end = |event: &Event| end(&Event { recurrence_overrides: BTreeMap::new(), ..event.clone() });
    before.is_when(after)
        && before.recurrence_rule.is_some()
        && open(before) == open(after)
        && end(after).is_some_and(|end_after| end(before).is_none_or(|end_before| end_after <= end_before))
}

/// Fits the exceptions of a series to a change of its start or rule, and tells which no longer have an occurrence.
///
/// When the whole series moves, its exceptions move along. Those that the new rule does not give are dropped, unless
/// they were additions before. Where nothing is left of the series but its start, that is as the event says.
#[must_use]
pub fn keep_exceptions(before: &Event, mut after: Event) -> (Event, Vec<LocalDateTime>) {
    let same_rule = before.recurrence_rule == after.recurrence_rule;
    if before.recurrence_overrides.is_empty() || (same_rule && before.start == after.start) {
        return (after, Vec::new());
    }
    let moves = shift(before, &after);
    let ids: Vec<_> = before.recurrence_overrides.keys().copied().collect();
    let new_ids: HashMap<_, _> = ids.iter().map(|id| (*id, moves.of(*id))).collect();
    let given_before = given(before, &ids);
    let is_over = after.recurrence_rule.is_none() && given_before.len() == ids.len();
    if is_over && before.recurrence_rule.is_some() {
        after.recurrence_overrides.clear();
        return (after, ids);
    }
    let given_after = given(&after, &new_ids.values().copied().collect::<Vec<_>>());
    let mut dropped = Vec::new();
    let mut kept = BTreeMap::new();
    for (id, patch) in std::mem::take(&mut after.recurrence_overrides) {
        let new_id = new_ids.get(&id).copied().unwrap_or_else(|| moves.of(id));
        if !given_before.contains(&id) {
            kept.insert(id, patch);
        } else if given_after.contains(&new_id) {
            kept.insert(new_id, patch);
        } else {
            dropped.push(id);
        }
    }
    after.recurrence_overrides = kept;
    (after, dropped)
}

/// What somebody keeps with single occurrences of a series, after the series turned from `before` into `after`: as exceptions do, it
/// moves along, and what was added to the series stays where it is.
#[must_use]
pub fn move_along<T>(
    before: &Event,
    after: &Event,
    kept: BTreeMap<LocalDateTime, T>,
) -> BTreeMap<LocalDateTime, T> {
    let moves = shift(before, after);
    if moves.is_none() || kept.is_empty() {
        return kept;
    }
    let ids: Vec<_> = kept.keys().copied().collect();
    let given = given(before, &ids);
    kept.into_iter().map(|(id, it)| (if given.contains(&id) { moves.of(id) } else { id }, it)).collect()
}

/// A local time so much later; the same when that lies outside of the calendar.
#[must_use]
pub(crate) fn later(at: LocalDateTime, by: TimeDelta) -> LocalDateTime {
    at.naive().checked_add_signed(by).and_then(LocalDateTime::new).unwrap_or(at)
}

/// What decides when an occurrence is.
#[derive(Debug, Clone, Copy)]
struct Time {
    start: LocalDateTime,
    duration: Duration,
    zone: Option<Zone>,
    whole_days: bool,
}

impl Time {
    fn of(event: &Event) -> Self {
        Self {
            start: event.start,
            duration: event.duration,
            zone: event.time_zone,
            whole_days: event.show_without_time,
        }
    }

    /// The time of the occurrence `id` when `patch` is applied to it.
    fn changed(self, id: LocalDateTime, patch: &PatchObject) -> Self {
        let mut time = Self { start: id, ..self };
        for (pointer, value) in patch.iter() {
            let text = value.as_str().unwrap_or_default();
            match pointer {
                "start" => time.start = text.parse().unwrap_or(time.start),
                "duration" => time.duration = text.parse().unwrap_or_default(),
                "timeZone" => time.zone = text.parse().ok(),
                "showWithoutTime" => time.whole_days = value.as_bool().unwrap_or_default(),
                _ => {}
            }
        }
        time
    }

    fn zone(self, reader: Zone) -> Zone {
        if self.whole_days { reader } else { self.zone.unwrap_or(reader) }
    }
}

/// `None` when it would end beyond the calendar.
fn instance(
    recurrence_id: Option<LocalDateTime>,
    time: Time,
    reader: Zone,
    changed: bool,
) -> Option<Instance> {
    let zone = time.zone(reader);
    let days_later = time.duration.after_days(time.start.naive())?;
    let end = zone.instant(days_later).checked_add_signed(TimeDelta::seconds(time.duration.seconds()))?;
    let utc_start = Timestamp::from(zone.instant(time.start.naive()));
    // A start that the clocks skip is read as a later one, and may pass an end on the same clock.
    let utc_end = Timestamp::from(end).max(utc_start);
    Some(Instance { recurrence_id, start: time.start, utc_start, utc_end, changed })
}

/// The local times at which an occurrence that lies in the window may start: wider than it by the event's length and by
/// more than any zone is from any other.
fn local_window(time: &Time, window: Window) -> (NaiveDateTime, NaiveDateTime) {
    let zone = time.zone(window.zone);
    let slack = TimeDelta::hours(2);
    let length = TimeDelta::days(time.duration.days()) + TimeDelta::seconds(time.duration.seconds());
    let from = zone.local(window.from.to_datetime()).checked_sub_signed(length + slack);
    let to = zone.local(window.to.to_datetime()).checked_add_signed(slack);
    (from.unwrap_or(NaiveDateTime::MIN), to.unwrap_or(NaiveDateTime::MAX))
}

#[cfg(test)]
mod tests;
