//! Whether a series moved, or became another one.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::{later, rule::weekday};
use crate::model::{Event, Frequency, RecurrenceRule};

/// By how much the exceptions of a series move when it turns from `before` into `after`: with its start, as long as the rule is the
/// same. Under another rule nobody can say which occurrence became which, and they stay where they are.
#[must_use]
pub fn shift(before: &Event, after: &Event) -> TimeDelta {
    let by = after.start.naive() - before.start.naive();
    let days = (after.start.date() - before.start.date()).num_days();
    let same = match (&before.recurrence_rule, &after.recurrence_rule) {
        (Some(was), Some(is)) => was == is || goes_along(was, is, by, days),
        (was, is) => was == is,
    };
    if same { by } else { TimeDelta::zero() }
}

/// Whether two rules differ in nothing but what a client moves together with the start: the last moment, and the days of the week.
fn goes_along(was: &RecurrenceRule, is: &RecurrenceRule, by: TimeDelta, days: i64) -> bool {
    let until = is.until == was.until || is.until == was.until.map(|until| later(until, by));
    let moved: BTreeSet<i64> = weekdays(was).map(|day| (day + days).rem_euclid(7)).collect();
    let weekly = was.frequency == Frequency::Weekly && moved == weekdays(is).collect();
    let same_but_for = RecurrenceRule { until: was.until, by_day: was.by_day.clone(), ..is.clone() };
    until && (weekly || is.by_day == was.by_day) && same_but_for == *was
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
        let first_monday =
            |day: &str| json!({"frequency": "monthly", "byDay": [{"day": day, "nthOfPeriod": 1}]});
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
            (first_monday("mo"), "2026-04-07T09:00:00", first_monday("tu"), 0),
        ] {
            let found = shift(&series("2026-04-06T09:00:00", &was), &series(start, &is));
            assert_eq!(found.num_hours(), hours, "{was} {start} {is}");
        }
    }
}
