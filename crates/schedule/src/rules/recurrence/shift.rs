//! Whether a series moved, or became another one.

use std::collections::BTreeSet;

use chrono::{Datelike, Months, NaiveTime, TimeDelta};

use super::{later, rule, rule::weekday};
use crate::model::{Event, Frequency, LocalDateTime, RecurrenceRule};

/// Where the occurrences of a series go when it turns into another.
#[derive(Debug)]
pub enum Shift {
    /// Each so much later; none at all where nobody can say which occurrence became which.
    By(TimeDelta),
    /// Each to the one of its month: how the series was, and how it is.
    InMonth(Box<[Event; 2]>),
}

impl Shift {
    /// Whether all stay where they are.
    #[must_use]
    pub fn is_none(&self) -> bool {
        matches!(self, Self::By(by) if by.is_zero())
    }

    /// What the occurrence of this original start is called now; itself where there is none in its month.
    #[must_use]
    pub fn of(&self, id: LocalDateTime) -> LocalDateTime {
        match self {
            Self::By(by) => later(id, *by),
            Self::InMonth(series) => in_month(&series[1], id).first().copied().unwrap_or(id),
        }
    }

    /// What the occurrence of this original start was called.
    #[must_use]
    pub fn before(&self, id: LocalDateTime) -> LocalDateTime {
        match self {
            Self::By(by) => later(id, -*by),
            Self::InMonth(series) => in_month(&series[0], id).first().copied().unwrap_or(id),
        }
    }
}

/// Where the exceptions of a series go when it turns from `before` into `after`: with its start, as long as the rule is the same, and from
/// one day of the month to the other of the same month. Under another rule nobody can say which occurrence became which, and they stay
/// where they are.
#[must_use]
pub fn shift(before: &Event, after: &Event) -> Shift {
    let by = after.start.naive() - before.start.naive();
    let days = (after.start.date() - before.start.date()).num_days();
    let same = match (&before.recurrence_rule, &after.recurrence_rule) {
        (Some(was), Some(is)) if was != is => {
            if is_another_day_of_the_month(was, is, by) {
                let series = Box::new([alone(before), alone(after)]);
                if series.iter().all(|it| in_month(it, before.start) == [it.start]) {
                    return Shift::InMonth(series);
                }
            }
            goes_along(was, is, by, days)
        }
        (was, is) => was == is,
    };
    Shift::By(if same { by } else { TimeDelta::zero() })
}

/// The series without all that does not decide when it is.
fn alone(event: &Event) -> Event {
    let mut alone = Event::new("", "", event.start);
    alone.time_zone = event.time_zone;
    alone.show_without_time = event.show_without_time;
    alone.recurrence_rule.clone_from(&event.recurrence_rule);
    alone
}

/// The starts that a series gives in the month of this one.
fn in_month(series: &Event, of: LocalDateTime) -> Vec<LocalDateTime> {
    let first = of.date().with_day(1).map(|day| day.and_time(NaiveTime::MIN));
    let month = first
        .and_then(|first| Some((first, first.checked_add_months(Months::new(1))? - TimeDelta::seconds(1))));
    month.map_or_else(Vec::new, |month| rule::starts(series, month).flatten().collect())
}

/// Whether each of two rules is one day of each month, and they differ in nothing but which one and in the last moment, which may move
/// together with the start.
fn is_another_day_of_the_month(was: &RecurrenceRule, is: &RecurrenceRule, by: TimeDelta) -> bool {
    let one_day = |rule: &RecurrenceRule| match (&rule.by_day[..], &rule.by_month_day[..]) {
        ([day], []) => day.nth_of_period.is_some(),
        ([], [_]) => true,
        _ => false,
    };
    let same_but_for = RecurrenceRule {
        until: was.until,
        by_day: was.by_day.clone(),
        by_month_day: was.by_month_day.clone(),
        ..is.clone()
    };
    was.frequency == Frequency::Monthly
        && one_day(was)
        && one_day(is)
        && until_goes_along(was, is, by)
        && same_but_for == *was
}

fn until_goes_along(was: &RecurrenceRule, is: &RecurrenceRule, by: TimeDelta) -> bool {
    is.until == was.until || is.until == was.until.map(|until| later(until, by))
}

/// Whether two rules differ in nothing but what a client moves together with the start: the last moment, and the days of the week.
fn goes_along(was: &RecurrenceRule, is: &RecurrenceRule, by: TimeDelta, days: i64) -> bool {
    let moved: BTreeSet<i64> = weekdays(was).map(|day| (day + days).rem_euclid(7)).collect();
    let weekly = was.frequency == Frequency::Weekly && moved == weekdays(is).collect();
    let same_but_for = RecurrenceRule { until: was.until, by_day: was.by_day.clone(), ..is.clone() };
    until_goes_along(was, is, by) && (weekly || is.by_day == was.by_day) && same_but_for == *was
}

fn weekdays(rule: &RecurrenceRule) -> impl Iterator<Item = i64> {
    rule.by_day.iter().map(|it| i64::from(weekday(it.day).num_days_from_monday()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn series(start: &str, rule: &Value) -> Event {
        let zone = "Asia/Tokyo";
        Event::read(json!({"uid": "u", "start": start, "timeZone": zone, "recurrenceRule": rule})).unwrap()
    }

    /// Each from Monday the 6th at nine.
    #[test]
    fn a_rule_whose_end_and_days_move_with_the_start_is_the_same() {
        let weekly = |days: &[&str]| {
            let days: Vec<Value> = days.iter().map(|day| json!({ "day": day })).collect();
            json!({"frequency": "weekly", "byDay": days})
        };
        let until = |at: &str| json!({"frequency": "daily", "until": at});
        let count = |count: u32| json!({"frequency": "daily", "count": count});
        for (was, start, is, hours) in [
            (count(5), "2026-04-07T11:00:00", count(5), 26),
            (until("2026-04-10T09:00:00"), "2026-04-06T11:00:00", until("2026-04-10T11:00:00"), 2),
            (until("2026-04-10T09:00:00"), "2026-04-06T11:00:00", until("2026-04-10T09:00:00"), 2),
            (weekly(&["mo"]), "2026-04-07T08:00:00", weekly(&["tu"]), 23),
            (weekly(&["mo", "th"]), "2026-04-10T09:00:00", weekly(&["fr", "mo"]), 96),
            (weekly(&["mo"]), "2026-04-05T09:00:00", weekly(&["su"]), -24),
            // Others are other rules.
            (count(5), "2026-04-07T11:00:00", count(4), 0),
            (until("2026-04-10T09:00:00"), "2026-04-06T11:00:00", until("2026-04-12T11:00:00"), 0),
            (weekly(&["mo"]), "2026-04-07T09:00:00", weekly(&["mo", "tu"]), 0),
            (weekly(&["mo"]), "2026-04-06T10:00:00", weekly(&["tu"]), 0),
        ] {
            let found = shift(&series("2026-04-06T09:00:00", &was), &series(start, &is));
            let monday: LocalDateTime = "2026-04-13T09:00:00".parse().unwrap();
            let moved = later(monday, TimeDelta::hours(hours));
            assert_eq!((found.of(monday), found.before(moved)), (moved, monday), "{was} {start} {is}");
            assert_eq!(found.is_none(), hours == 0);
        }
    }

    /// Each from the first Monday, the 6th at nine; told is what becomes of the first Monday of May, the 4th.
    #[test]
    fn another_day_of_the_month_is_that_of_the_same_month() {
        let nth =
            |day: &str, nth: i8| json!({"frequency": "monthly", "byDay": [{"day": day, "nthOfPeriod": nth}]});
        let day = |day: i8| json!({"frequency": "monthly", "byMonthDay": [day]});
        let with = |rule: Value, name: &str, value: Value| {
            let mut rule = rule;
            rule[name] = value;
            rule
        };
        let stays = "2026-05-04T09:00:00";
        for (was, start, is, told) in [
            (nth("mo", 1), "2026-04-07T11:00:00", nth("tu", 1), "2026-05-05T11:00:00"),
            (nth("mo", 1), "2026-04-01T09:00:00", nth("we", 1), "2026-05-06T09:00:00"),
            (nth("mo", 1), "2026-04-24T09:00:00", nth("fr", -1), "2026-05-29T09:00:00"),
            (nth("mo", 1), "2026-04-20T09:00:00", day(20), "2026-05-20T09:00:00"),
            (
                with(nth("mo", 1), "until", json!("2026-12-07T09:00:00")),
                "2026-04-07T09:00:00",
                with(nth("tu", 1), "until", json!("2026-12-08T09:00:00")),
                "2026-05-05T09:00:00",
            ),
            // Others are other rules.
            (nth("mo", 1), "2026-04-07T09:00:00", with(nth("tu", 1), "interval", json!(2)), stays),
            (nth("mo", 1), "2026-05-05T09:00:00", nth("tu", 1), stays),
            (nth("mo", 1), "2026-04-01T09:00:00", nth("tu", 1), stays),
            (
                nth("mo", 1),
                "2026-04-07T09:00:00",
                json!({"frequency": "monthly", "byDay": [{"day": "tu"}]}),
                stays,
            ),
            (
                nth("mo", 1),
                "2026-04-07T09:00:00",
                with(nth("tu", 1), "until", json!("2026-12-08T09:00:00")),
                stays,
            ),
        ] {
            let found = shift(&series("2026-04-06T09:00:00", &was), &series(start, &is));
            let [of, told]: [LocalDateTime; 2] = [stays, told].map(|at| at.parse().unwrap());
            assert_eq!((found.of(of), found.before(told)), (told, of), "{was} {start} {is}");
        }
        // A month without such a day has none that it could become.
        let found = shift(
            &series("2026-04-06T09:00:00", &nth("mo", 1)),
            &series("2026-04-30T09:00:00", &nth("th", 5)),
        );
        let of: LocalDateTime = "2026-05-04T09:00:00".parse().unwrap();
        assert_eq!((found.of(of), found.is_none()), (of, false));
    }
}
