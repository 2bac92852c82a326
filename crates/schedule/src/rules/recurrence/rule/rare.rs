//! Days of the week that the crate refuses or reads otherwise, put in words that it takes, and what it then gives too much.

use std::{collections::VecDeque, iter};

use chrono::{Datelike, Days, NaiveDateTime, TimeDelta};

use super::weekday;
use crate::model::{Frequency, LocalDateTime, RecurrenceRule, Weekday};

/// Counted from the end, the first of its weekday in a month that has five of them, or in a year that has 53: the crate refuses
/// both.
fn last_of_all(rule: &RecurrenceRule) -> Option<i16> {
    match rule.frequency {
        Frequency::Monthly => Some(-5),
        Frequency::Yearly if rule.by_month.is_empty() => Some(-53),
        _ => None,
    }
}

/// The longest interval in which positions are counted here.
pub(super) const PERIOD: Days = Days::new(366);

/// Whether positions are counted here, since the crate does not know what they are counted among.
pub(super) fn counts_itself(rule: &RecurrenceRule) -> bool {
    is_rare(rule) && !rule.by_set_position.is_empty()
}

/// Whether a rule has such a day.
fn is_rare(rule: &RecurrenceRule) -> bool {
    let nth = last_of_all(rule);
    nth.is_some() && rule.by_day.iter().any(|day| day.nth_of_period == nth)
}

/// The days of the week for the crate. Where some are counted and others are not, it takes what is both; the standard means
/// either (RFC 5545 §3.3.10), so that all are counted.
pub(super) fn days(rule: &RecurrenceRule) -> Vec<(Option<i16>, Weekday)> {
    let rare = last_of_all(rule);
    let mixed = rule.by_day.iter().any(|day| day.nth_of_period.is_some());
    let most = if rare == Some(-53) { 53 } else { 5 };
    let mut days = Vec::with_capacity(rule.by_day.len());
    for day in &rule.by_day {
        match day.nth_of_period {
            None if mixed => days.extend((1..=most).map(|nth| (Some(nth), day.day))),
            Some(nth) if Some(nth) == rare => days.push((Some(1), day.day)),
            nth => days.push((nth, day.day)),
        }
    }
    days
}

/// What is left of the crate's starts: of the first of a weekday those that are also the last but four, or 52, where they stand
/// for these; and the positions among them.
pub(super) fn sift(
    rule: &RecurrenceRule,
    given: impl Iterator<Item = Option<LocalDateTime>>,
) -> impl Iterator<Item = Option<LocalDateTime>> {
    let rare = is_rare(rule);
    let mut given =
        given.filter(move |next| !rare || next.is_none_or(|at| is_meant(rule, at.naive()))).peekable();
    let mut chosen = VecDeque::new();
    let chosen = iter::from_fn(move || {
        if !counts_itself(rule) {
            return given.next();
        }
        while chosen.is_empty() {
            let Some(first) = given.next()? else { return Some(None) };
            let mut interval = vec![first];
            let same =
                |next: &Option<LocalDateTime>| next.is_some_and(|it| period(rule, it) == period(rule, first));
            interval.extend(iter::from_fn(|| given.next_if(same).flatten()));
            chosen.extend(at_positions(&interval, &rule.by_set_position));
        }
        chosen.pop_front().map(Some)
    });
    chosen.take_while(|next| next.is_none_or(|at| rule.until.is_none_or(|until| at <= until)))
}

fn is_meant(rule: &RecurrenceRule, at: NaiveDateTime) -> bool {
    let of_day = rule.by_day.iter().filter(|day| weekday(day.day) == at.weekday());
    let mut nths = of_day.map(|day| day.nth_of_period);
    let monthly = rule.frequency == Frequency::Monthly;
    let is_first = if monthly { at.day() <= 7 } else { at.ordinal() <= 7 };
    let weeks = TimeDelta::weeks(if monthly { 4 } else { 52 });
    let last = at.checked_add_signed(weeks);
    let is_last_of_all =
        last.is_some_and(|last| if monthly { last.month() == at.month() } else { last.year() == at.year() });
    !is_first
        || is_last_of_all
        || nths.any(|nth| nth.is_none_or(|nth| nth == 1 || is_from_end(nth, at, monthly)))
}

/// Whether this first of its weekday is also the one that is counted so from the end.
fn is_from_end(nth: i16, at: NaiveDateTime, monthly: bool) -> bool {
    let after = |weeks: i16| {
        let later = at.checked_add_signed(TimeDelta::weeks(weeks.into()));
        later.is_some_and(|it| it.year() == at.year() && (!monthly || it.month() == at.month()))
    };
    nth < 0 && after(-nth - 1) && !after(-nth)
}

fn period(rule: &RecurrenceRule, at: LocalDateTime) -> (i32, u32) {
    let at = at.naive();
    (at.year(), if rule.frequency == Frequency::Monthly { at.month() } else { 0 })
}

/// The members at these positions, in their order.
fn at_positions(interval: &[LocalDateTime], positions: &[i32]) -> Vec<LocalDateTime> {
    let len = i32::try_from(interval.len()).unwrap_or(i32::MAX);
    let index = |position: &i32| if *position > 0 { position - 1 } else { len + position };
    let mut found: Vec<_> = positions
        .iter()
        .filter_map(|position| interval.get(usize::try_from(index(position)).ok()?))
        .copied()
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}
