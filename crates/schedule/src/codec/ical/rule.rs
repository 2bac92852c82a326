//! Recurrence rules (RFC 5545 §3.3.10).

use chrono::NaiveTime;
use serde_json::{Map, Value, json};

use super::{
    line::Line,
    when::{self, When, Zones},
};
use crate::model::{LocalDateTime, NDay, RecurrenceRule, Weekday, Zone};

/// The BY parts that are lists of numbers, with JSCalendar's names.
const NUMBERS: [(&str, &str); 7] = [
    ("BYSECOND", "bySecond"),
    ("BYMINUTE", "byMinute"),
    ("BYHOUR", "byHour"),
    ("BYMONTHDAY", "byMonthDay"),
    ("BYYEARDAY", "byYearDay"),
    ("BYWEEKNO", "byWeekNo"),
    ("BYSETPOS", "bySetPosition"),
];

/// A rule in JSCalendar's words, unchecked; `start` is the event's. An `UNTIL` in any of its forms becomes a local time.
pub(super) fn read(line: &Line, start: When, zones: &Zones) -> Result<Value, when::Reason> {
    let mut rule = Map::new();
    for part in line.value.split(';').filter(|part| !part.trim().is_empty()) {
        let unreadable = || ("ical-rule", format!("a part of the rule cannot be read: {part}"));
        let (name, value) = part.split_once('=').ok_or_else(unreadable)?;
        let (name, value) = (name.trim().to_ascii_uppercase(), value.trim());
        match name.as_str() {
            "FREQ" => {
                rule.insert("frequency".to_owned(), value.to_ascii_lowercase().into());
            }
            "INTERVAL" | "COUNT" => {
                let number: i64 = value.parse().map_err(|_not_a_number| unreadable())?;
                rule.insert(name.to_ascii_lowercase(), number.into());
            }
            "UNTIL" => {
                if let Some(until) = until(line, value, start, zones)? {
                    rule.insert("until".to_owned(), until.to_string().into());
                }
            }
            "WKST" => {
                rule.insert("firstDayOfWeek".to_owned(), value.to_ascii_lowercase().into());
            }
            "BYDAY" => {
                let days: Option<Vec<Value>> = value.split(',').map(|day| read_day(day.trim())).collect();
                rule.insert("byDay".to_owned(), days.ok_or_else(unreadable)?.into());
            }
            "BYMONTH" => {
                let months: Vec<Value> =
                    value.split(',').map(|month| unpadded(month.trim()).into()).collect();
                rule.insert("byMonth".to_owned(), months.into());
            }
            "RSCALE" | "SKIP" => {
                rule.insert(name.to_ascii_lowercase(), value.to_ascii_lowercase().into());
            }
            _ => {
                if let Some((_, word)) = NUMBERS.iter().find(|(part, _)| *part == name) {
                    let numbers: Result<Vec<i64>, _> = value.split(',').map(|it| it.trim().parse()).collect();
                    rule.insert((*word).to_owned(), numbers.map_err(|_not_a_number| unreadable())?.into());
                } else if name.starts_with("X-") {
                    rule.insert(name, value.into());
                } else {
                    return Err(unreadable());
                }
            }
        }
    }
    drop_ordinals(&mut rule);
    Ok(Value::Object(rule))
}

/// The nth day of a week or a day says nothing; some systems write it all the same.
fn drop_ordinals(rule: &mut Map<String, Value>) {
    if !matches!(rule.get("frequency").and_then(Value::as_str), Some("weekly" | "daily")) {
        return;
    }
    if let Some(days) = rule.get_mut("byDay").and_then(Value::as_array_mut) {
        for day in days.iter_mut().filter_map(Value::as_object_mut) {
            day.remove("nthOfPeriod");
        }
    }
}

/// A month without a leading zero.
fn unpadded(month: &str) -> &str {
    match month.strip_prefix('0') {
        Some(rest) if !rest.is_empty() => rest,
        _ => month,
    }
}

fn read_day(text: &str) -> Option<Value> {
    let (nth, day) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let day = day.to_ascii_lowercase();
    if nth.is_empty() {
        return Some(json!({ "day": day }));
    }
    let nth: i64 = nth.parse().ok()?;
    Some(json!({ "day": day, "nthOfPeriod": nth }))
}

/// The last local time at which an occurrence may start; `None` where that is beyond the calendar. A date means the whole
/// of that day; an instant is read on the clock of the event, or on the office's for whole days. Of these the last second of a day is
/// the end of that day on whatever clock: whoever writes so means the day, and puts the `Z` there because a form asks for it.
fn until(line: &Line, text: &str, start: When, zones: &Zones) -> Result<Option<LocalDateTime>, when::Reason> {
    let whole_days = matches!(start, When::Date(_));
    let zone = if whole_days { Some(Zone::TOKYO) } else { start.zone() };
    let at = match when::read_value(line, text, zones)? {
        When::Date(day) => day.and_hms_opt(23, 59, 59).unwrap_or_default(),
        When::Zoned(at, Zone::UTC)
            if whole_days && Some(at.time()) == NaiveTime::from_hms_opt(23, 59, 59) =>
        {
            at
        }
        other => other.local_in(zone),
    };
    Ok(LocalDateTime::new(if whole_days { at.date().and_time(NaiveTime::MIN) } else { at }))
}

/// A rule as it is written; `until` is the text of its end in the form that goes with the event's start.
pub(super) fn write(rule: &RecurrenceRule, until: Option<String>) -> String {
    let frequency =
        serde_json::to_value(rule.frequency).ok().and_then(|word| word.as_str().map(str::to_ascii_uppercase));
    let mut parts = vec![format!("FREQ={}", frequency.unwrap_or_default())];
    if rule.interval != 1 {
        parts.push(format!("INTERVAL={}", rule.interval));
    }
    if let Some(count) = rule.count {
        parts.push(format!("COUNT={count}"));
    }
    if let Some(until) = until {
        parts.push(format!("UNTIL={until}"));
    }
    let mut list = |name: &str, values: Vec<String>| {
        if !values.is_empty() {
            parts.push(format!("{name}={}", values.join(",")));
        }
    };
    list("BYMONTH", rule.by_month.iter().map(|month| month.number().to_string()).collect());
    list("BYWEEKNO", texts(&rule.by_week_no));
    list("BYYEARDAY", texts(&rule.by_year_day));
    list("BYMONTHDAY", texts(&rule.by_month_day));
    list("BYDAY", rule.by_day.iter().map(write_day).collect());
    list("BYHOUR", texts(&rule.by_hour));
    list("BYMINUTE", texts(&rule.by_minute));
    list("BYSECOND", texts(&rule.by_second));
    list("BYSETPOS", texts(&rule.by_set_position));
    if rule.first_day_of_week != Weekday::Mo {
        list("WKST", vec![weekday(rule.first_day_of_week).to_owned()]);
    }
    for (name, value) in rule.more.iter().filter(|(name, _)| name.starts_with("X-")) {
        list(name, value.as_str().map(str::to_owned).into_iter().collect());
    }
    parts.join(";")
}

fn texts<T: ToString>(values: &[T]) -> Vec<String> {
    values.iter().map(T::to_string).collect()
}

fn write_day(day: &NDay) -> String {
    let nth = day.nth_of_period.map(|nth| nth.to_string()).unwrap_or_default();
    format!("{nth}{}", weekday(day.day))
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Mo => "MO",
        Weekday::Tu => "TU",
        Weekday::We => "WE",
        Weekday::Th => "TH",
        Weekday::Fr => "FR",
        Weekday::Sa => "SA",
        Weekday::Su => "SU",
    }
}
