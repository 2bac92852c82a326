//! The local starts that a recurrence rule gives, by the `rrule` crate.

mod rare;

use std::iter;

use chrono::{
    DateTime, Datelike, Days, Months, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Weekday as Day,
};
use rrule::{Frequency as Freq, NWeekday, RRule, RRuleSet, Tz, Unvalidated};

use crate::model::{Event, Frequency, LocalDateTime, RecurrenceRule, Weekday};

/// The most starts that are looked at, those before the window included.
pub(super) const MAX_STEPS: usize = 100_000;
/// A rule that never comes true is followed by the crate up to the year 10,000. The calendar repeats every 400 years, days
/// of the week included, so rules are followed 7,600 years later, where that end is near.
const SHIFT_DAYS: Days = Days::new(19 * 146_097);

/// The starts that the rule of a series gives between two local times, both included, in their order. A last `None`
/// says that the search was given up.
///
/// The start of the event is always the first, also where the rule itself does not give it (JSCalendar §4.3.3).
pub(super) fn starts(
    event: &Event,
    (from, to): (NaiveDateTime, NaiveDateTime),
) -> impl Iterator<Item = Option<LocalDateTime>> {
    let within = move |start: &LocalDateTime| start.naive() >= from && start.naive() <= to;
    let first = event.start;
    let rule = event.recurrence_rule.as_ref().and_then(|rule| Some((rule, expansion(event, rule, from)?)));
    let rest = rule.map(|(rule, set)| {
        // Positions are counted from the beginning of a week, which may lie before the start.
        let before = move |next: &Option<LocalDateTime>| next.is_some_and(|next| next < first);
        let to = if rare::counts_itself(rule) { to.checked_add_days(rare::PERIOD).unwrap_or(to) } else { to };
        let given = rare::sift(rule, Starts { iter: set.into_iter(), steps: 0, to });
        let mut given = given.skip_while(before).peekable();
        // Where the rule does not give the start itself, the start still counts.
        let gives_first = given.peek().is_some_and(|next| *next == Some(first));
        let most = rule.count.map_or(usize::MAX, |count| usize::try_from(count).unwrap_or(usize::MAX));
        let most = if gives_first { most } else { most.saturating_sub(1) };
        given.take(most).filter(move |next| *next != Some(first))
    });
    iter::once(Some(first))
        .chain(rest.into_iter().flatten())
        .filter(move |start| start.as_ref().is_none_or(within))
}

/// The crate's iterator, bounded by the end of the window and by a number of steps.
struct Starts {
    iter: rrule::RRuleSetIter,
    steps: usize,
    to: NaiveDateTime,
}

impl Iterator for Starts {
    type Item = Option<LocalDateTime>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.steps > MAX_STEPS {
            return None;
        }
        self.steps += 1;
        let at = from_crate(&self.iter.next()?);
        if at > self.to {
            return None;
        }
        if self.steps > MAX_STEPS {
            return Some(None);
        }
        LocalDateTime::new(at).map(Some)
    }
}

/// How many starts the crate gives before the search for a window ends.
#[cfg(test)]
pub(super) fn steps(event: &Event, (from, to): (NaiveDateTime, NaiveDateTime)) -> usize {
    let set = event.recurrence_rule.as_ref().and_then(|rule| expansion(event, rule, from));
    let Some(set) = set else { return 0 };
    let mut starts = Starts { iter: set.into_iter(), steps: 0, to };
    starts.by_ref().for_each(drop);
    starts.steps
}

/// The rule as the crate reads it, with local times put as if they were in UTC; `None` when it gives nothing.
fn expansion(event: &Event, rule: &RecurrenceRule, from: NaiveDateTime) -> Option<RRuleSet> {
    let start = event.start.naive();
    // A rule that counts must be followed from its beginning.
    let begin = if rule.count.is_none() { skip_to(rule, start, from) } else { start };
    let begin = to_crate(interval_begins(rule, begin));
    let rule = explicit(rule, start, event.show_without_time);
    let rule = rule.validate(begin).ok()?;
    Some(RRuleSet::new(begin).rrule(rule).limit())
}

/// A local time as the crate sees it: as if in UTC, and later by [`SHIFT_DAYS`].
fn to_crate(local: NaiveDateTime) -> DateTime<Tz> {
    Tz::UTC.from_utc_datetime(&local.checked_add_days(SHIFT_DAYS).unwrap_or(local))
}

/// The local time of what the crate gives.
fn from_crate(at: &DateTime<Tz>) -> NaiveDateTime {
    let at = at.naive_utc();
    at.checked_sub_days(SHIFT_DAYS).unwrap_or(at)
}

/// Where the interval of `begin` begins, if positions are counted in it (RFC 5545 §3.3.10, BYSETPOS). The crate counts in
/// whole days, months and years, but in weeks only from where it is told to begin.
fn interval_begins(rule: &RecurrenceRule, begin: NaiveDateTime) -> NaiveDateTime {
    let days = match rule.frequency {
        _ if rule.by_set_position.is_empty() => return begin,
        Frequency::Weekly => begin.weekday().days_since(weekday(rule.first_day_of_week)),
        Frequency::Monthly if rare::counts_itself(rule) => begin.day0(),
        Frequency::Yearly if rare::counts_itself(rule) => begin.ordinal0(),
        _ => return begin,
    };
    let first = begin.date().checked_sub_days(Days::new(days.into()));
    first.map_or(begin, |first| first.and_time(NaiveTime::MIN))
}

/// A later start from which the rule goes on as from `start`, some whole periods before `from`: years between the start
/// and the window cost nothing.
fn skip_to(rule: &RecurrenceRule, start: NaiveDateTime, from: NaiveDateTime) -> NaiveDateTime {
    let interval = i64::from(rule.interval);
    let periods = |length: i64, unit: i64| (length / unit / interval - 1).max(0) * interval;
    let days = (from - start).num_days();
    let months =
        i64::from(from.year() - start.year()) * 12 + i64::from(from.month0()) - i64::from(start.month0());
    let month = |months: i64| {
        let first = start.date().with_day(1)?;
        let months = u32::try_from(months).ok().filter(|months| *months > 0)?;
        first.checked_add_months(Months::new(months)).map(|day| day.and_time(NaiveTime::MIN))
    };
    let later = match rule.frequency {
        Frequency::Yearly => month(periods(months, 12) * 12),
        Frequency::Monthly => month(periods(months, 1)),
        Frequency::Weekly => start.checked_add_signed(TimeDelta::days(periods(days, 7) * 7)),
        Frequency::Daily => start.checked_add_signed(TimeDelta::days(periods(days, 1))),
        Frequency::Hourly => None,
    };
    later.unwrap_or(start)
}

/// The rule with what it takes from `start`, a day or a time, said outright, so that it can go on from another start.
fn explicit(rule: &RecurrenceRule, start: NaiveDateTime, whole_days: bool) -> RRule<Unvalidated> {
    let mut by_month: Vec<chrono::Month> =
        rule.by_month.iter().filter_map(|month| chrono::Month::try_from(month.number()).ok()).collect();
    let mut by_month_day = rule.by_month_day.clone();
    let mut by_day: Vec<NWeekday> = rare::days(rule)
        .into_iter()
        .map(|(nth, day)| match nth {
            Some(nth) => NWeekday::new(Some(nth), weekday(day)),
            None => NWeekday::Every(weekday(day)),
        })
        .collect();
    let says_a_day = !(by_month_day.is_empty()
        && by_day.is_empty()
        && rule.by_year_day.is_empty()
        && rule.by_week_no.is_empty());
    let day_of_month = i8::try_from(start.day()).unwrap_or(1);
    match rule.frequency {
        Frequency::Yearly if !says_a_day => {
            if by_month.is_empty() {
                by_month.extend(
                    u8::try_from(start.month()).ok().and_then(|month| chrono::Month::try_from(month).ok()),
                );
            }
            by_month_day.push(day_of_month);
        }
        // RFC 5545 §3.3.10: what the rule does not say comes from the start.
        Frequency::Yearly if !rule.by_week_no.is_empty() && by_day.is_empty() && by_month_day.is_empty() => {
            by_day.push(NWeekday::Every(start.weekday()));
        }
        Frequency::Monthly if !says_a_day => by_month_day.push(day_of_month),
        Frequency::Weekly if !says_a_day => by_day.push(NWeekday::Every(start.weekday())),
        _ => {}
    }
    let hourly = rule.frequency == Frequency::Hourly;
    // Of whole days what a rule says of hours is passed over (RFC 5545 §3.3.10).
    let or_start = |part: &[u8], of_start: u32| match part {
        part if !part.is_empty() && !whole_days => part.to_vec(),
        _ => u8::try_from(of_start).into_iter().collect(),
    };
    let counts_itself = rare::counts_itself(rule);
    let mut out = RRule::new(frequency(rule.frequency))
        .interval(rule.interval)
        .week_start(weekday(rule.first_day_of_week))
        .by_month(&by_month)
        .by_month_day(by_month_day)
        .by_weekday(by_day)
        .by_year_day(rule.by_year_day.clone())
        .by_week_no(rule.by_week_no.clone())
        .by_set_pos(if counts_itself { Vec::new() } else { rule.by_set_position.clone() })
        .by_minute(or_start(&rule.by_minute, start.minute()))
        .by_second(or_start(&rule.by_second, start.second()));
    if !hourly {
        out = out.by_hour(or_start(&rule.by_hour, start.hour()));
    }
    match rule.until {
        // An interval is known by all of its members, also those after the end.
        Some(until) if !counts_itself => out.until(to_crate(until.naive())),
        _ => out,
    }
}

fn frequency(frequency: Frequency) -> Freq {
    match frequency {
        Frequency::Yearly => Freq::Yearly,
        Frequency::Monthly => Freq::Monthly,
        Frequency::Weekly => Freq::Weekly,
        Frequency::Daily => Freq::Daily,
        Frequency::Hourly => Freq::Hourly,
    }
}

pub(super) fn weekday(day: Weekday) -> Day {
    match day {
        Weekday::Mo => Day::Mon,
        Weekday::Tu => Day::Tue,
        Weekday::We => Day::Wed,
        Weekday::Th => Day::Thu,
        Weekday::Fr => Day::Fri,
        Weekday::Sa => Day::Sat,
        Weekday::Su => Day::Sun,
    }
}
