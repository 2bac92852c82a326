use std::{borrow::Cow, collections::BTreeMap};

use renraku_base::FieldFault;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use utoipa::ToSchema;

use super::{LocalDateTime, members::Members};

/// The most values of one BY part.
const BY_VALUES: usize = 366;
/// The most occurrences of one day: hourly.
const TIMES_A_DAY: usize = 24;

/// How an event repeats (RFC 5545 §3.3.10 in JSCalendar's words).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecurrenceRule {
    /// Always `RecurrenceRule`.
    #[serde(rename = "@type", default)]
    pub object_type: RecurrenceRuleType,
    /// The unit of repetition.
    pub frequency: Frequency,
    /// Every how many units.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub interval: u16,
    /// The first day of the week.
    #[serde(default, skip_serializing_if = "is_monday")]
    pub first_day_of_week: Weekday,
    /// Days of the week.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_day: Vec<NDay>,
    /// Days of the month, from its end when negative.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_month_day: Vec<i8>,
    /// Months, as text.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_month: Vec<Month>,
    /// Days of the year, from its end when negative.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_year_day: Vec<i16>,
    /// Weeks of the year (ISO 8601), from its end when negative.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_week_no: Vec<i8>,
    /// Hours of the day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_hour: Vec<u8>,
    /// Minutes of the hour.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_minute: Vec<u8>,
    /// Seconds of the minute.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_second: Vec<u8>,
    /// Which of one unit's occurrences remain, from the last when negative.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_set_position: Vec<i32>,
    /// After how many occurrences it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// The last moment at which an occurrence may start, in the event's zone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<LocalDateTime>,
    /// Properties that are kept and have no effect.
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

/// The `@type` of a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub enum RecurrenceRuleType {
    /// The only one.
    #[default]
    RecurrenceRule,
}

/// The unit of repetition; minutes and seconds are not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Frequency {
    /// Years.
    Yearly,
    /// Months.
    Monthly,
    /// Weeks.
    Weekly,
    /// Days.
    Daily,
    /// Hours, for a month at most.
    Hourly,
}

/// A day of the week.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Weekday {
    /// Monday.
    #[default]
    Mo,
    /// Tuesday.
    Tu,
    /// Wednesday.
    We,
    /// Thursday.
    Th,
    /// Friday.
    Fr,
    /// Saturday.
    Sa,
    /// Sunday.
    Su,
}

/// A day of the week, or the nth one of a month or year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NDay {
    /// Always `NDay`.
    #[serde(rename = "@type", default)]
    pub object_type: NDayType,
    /// The day of the week.
    pub day: Weekday,
    /// Which one of the month or year, from its end when negative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nth_of_period: Option<i16>,
}

/// The `@type` of a day.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
pub enum NDayType {
    /// The only one.
    #[default]
    NDay,
}

/// A month of the Gregorian calendar, 1 to 12; text on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(u8);

impl Month {
    /// `None` unless `number` lies between 1 and 12.
    #[must_use]
    pub fn new(number: u8) -> Option<Self> {
        (1..=12).contains(&number).then_some(Self(number))
    }

    /// The number.
    #[must_use]
    pub fn number(self) -> u8 {
        self.0
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<str>::deserialize(deserializer)?;
        let number = text.parse().ok().and_then(Self::new);
        number.ok_or_else(|| de::Error::custom("a month is a text from \"1\" to \"12\""))
    }
}

impl RecurrenceRule {
    /// Every unit, without end.
    #[must_use]
    pub fn every(frequency: Frequency) -> Self {
        Self {
            object_type: RecurrenceRuleType::RecurrenceRule,
            frequency,
            interval: 1,
            first_day_of_week: Weekday::Mo,
            by_day: Vec::new(),
            by_month_day: Vec::new(),
            by_month: Vec::new(),
            by_year_day: Vec::new(),
            by_week_no: Vec::new(),
            by_hour: Vec::new(),
            by_minute: Vec::new(),
            by_second: Vec::new(),
            by_set_position: Vec::new(),
            count: None,
            until: None,
            more: BTreeMap::new(),
        }
    }

    /// Whether it has any BY part.
    #[must_use]
    pub fn has_by_parts(&self) -> bool {
        let small = [&self.by_hour, &self.by_minute, &self.by_second];
        !(self.by_day.is_empty()
            && self.by_month_day.is_empty()
            && self.by_month.is_empty()
            && self.by_year_day.is_empty()
            && self.by_week_no.is_empty()
            && self.by_set_position.is_empty()
            && small.into_iter().all(Vec::is_empty))
    }

    /// Reads a rule that stands alone.
    pub(crate) fn from_value(value: Value) -> Result<Self, Vec<FieldFault>> {
        let mut faults = Vec::new();
        let rule = Members::of(value, "/recurrenceRule".to_owned(), &mut faults).and_then(Self::read);
        rule.filter(|_| faults.is_empty()).ok_or(faults)
    }

    pub(super) fn read(mut members: Members<'_>) -> Option<Self> {
        members.object_type("RecurrenceRule");
        let rule = Self {
            object_type: RecurrenceRuleType::RecurrenceRule,
            interval: members.number("interval", 1..=i64::from(u16::MAX)).and_then(narrow).unwrap_or(1),
            first_day_of_week: members.take("firstDayOfWeek", "one-of").unwrap_or_default(),
            by_day: days(&mut members),
            by_month_day: numbers(&mut members, "byMonthDay", 31),
            by_month: members.take("byMonth", "month").unwrap_or_default(),
            by_year_day: numbers(&mut members, "byYearDay", 366),
            by_week_no: numbers(&mut members, "byWeekNo", 53),
            by_hour: times(&mut members, "byHour", 23),
            by_minute: times(&mut members, "byMinute", 59),
            by_second: times(&mut members, "bySecond", 59),
            by_set_position: numbers(&mut members, "bySetPosition", 366),
            count: members.number("count", 1..=i64::from(u32::MAX)).and_then(narrow),
            until: members.take("until", "local-date-time"),
            frequency: frequency(&mut members)?,
            more: BTreeMap::new(),
        };
        rule.check(&mut members);
        Some(Self { more: members.rest(), ..rule })
    }

    /// What the parts may not say together (RFC 5545 §3.3.10).
    fn check(&self, members: &mut Members<'_>) {
        if self.count.is_some() && self.until.is_some() {
            members.fault("until", "count-or-until", "a rule ends by count or by until, not by both");
        }
        if self.by_month.len() > 12 {
            members.fault("byMonth", "too-many", "at most 12");
        }
        if self.frequency == Frequency::Hourly && self.has_by_parts() {
            members.fault("frequency", "recurrence-too-frequent", "an hourly rule has no BY parts");
        }
        if !self.by_week_no.is_empty() && self.frequency != Frequency::Yearly {
            members.fault("byWeekNo", "recurrence-part", "byWeekNo needs the frequency yearly");
        }
        let counts_days = matches!(self.frequency, Frequency::Monthly | Frequency::Yearly);
        if self.by_day.iter().any(|day| day.nth_of_period.is_some()) && !counts_days {
            members.fault("byDay", "recurrence-part", "nthOfPeriod needs the frequency monthly or yearly");
        }
        let short = matches!(self.frequency, Frequency::Daily | Frequency::Weekly | Frequency::Monthly);
        if !self.by_year_day.is_empty() && short {
            members.fault("byYearDay", "recurrence-part", "byYearDay needs the frequency yearly");
        }
        if !self.by_month_day.is_empty() && self.frequency == Frequency::Weekly {
            members.fault(
                "byMonthDay",
                "recurrence-part",
                "byMonthDay does not go with the frequency weekly",
            );
        }
        let times = [&self.by_hour, &self.by_minute, &self.by_second].map(|part| part.len().max(1));
        if times.into_iter().product::<usize>() > TIMES_A_DAY {
            members.fault("byMinute", "recurrence-too-frequent", "a series repeats hourly at most");
        }
        let most = if self.frequency == Frequency::Monthly { 5 } else { 53 };
        if self.by_day.iter().filter_map(|day| day.nth_of_period).any(|nth| nth == 0 || nth.abs() > most) {
            let detail = format!("nthOfPeriod lies between 1 and {most} or between -{most} and -1");
            members.fault("byDay", "out-of-range", detail);
        }
        let most = match self.frequency {
            Frequency::Monthly => 31,
            Frequency::Weekly => 53,
            Frequency::Yearly | Frequency::Daily | Frequency::Hourly => 366,
        };
        if self.by_set_position.iter().any(|position| position.abs() > most) {
            members.fault("bySetPosition", "out-of-range", format!("at most {most} with this frequency"));
        }
        let alone = Self { by_set_position: Vec::new(), ..self.clone() };
        if !self.by_set_position.is_empty() && !alone.has_by_parts() {
            members.fault("bySetPosition", "recurrence-part", "bySetPosition needs another BY part");
        }
        for (part, only) in [("rscale", "gregorian"), ("skip", "omit")] {
            let given: Option<String> = members.take(part, "type");
            if given.is_some_and(|given| !given.eq_ignore_ascii_case(only)) {
                members.fault(part, "recurrence-part", format!("only {only} is taken"));
            }
        }
    }
}

fn frequency(members: &mut Members<'_>) -> Option<Frequency> {
    let Some(word) = members.value("frequency") else {
        members.fault("frequency", "required", "a rule has a frequency");
        return None;
    };
    if word == "secondly" || word == "minutely" {
        members.fault("frequency", "recurrence-too-frequent", "a series repeats hourly at most");
        return None;
    }
    match serde_json::from_value(word) {
        Ok(frequency) => Some(frequency),
        Err(_no_frequency) => {
            members.one_of("frequency", "yearly, monthly, weekly, daily, hourly");
            None
        }
    }
}

fn days(members: &mut Members<'_>) -> Vec<NDay> {
    let mut days: Vec<NDay> = members.take("byDay", "day").unwrap_or_default();
    if days.len() > BY_VALUES {
        members.fault("byDay", "too-many", format!("at most {BY_VALUES}"));
        return Vec::new();
    }
    days.sort_unstable();
    days.dedup();
    days
}

/// Values between 1 and `most`, or as much from the end.
fn numbers<T: TryFrom<i64> + Ord>(members: &mut Members<'_>, name: &str, most: i64) -> Vec<T> {
    let wanted = |number: i64| number != 0 && (-most..=most).contains(&number);
    values(members, name, wanted, &format!("between 1 and {most} or between -{most} and -1"))
}

/// Values between 0 and `most`.
fn times<T: TryFrom<i64> + Ord>(members: &mut Members<'_>, name: &str, most: i64) -> Vec<T> {
    values(members, name, |number| (0..=most).contains(&number), &format!("between 0 and {most}"))
}

fn values<T: TryFrom<i64> + Ord>(
    members: &mut Members<'_>,
    name: &str,
    wanted: impl Fn(i64) -> bool,
    expected: &str,
) -> Vec<T> {
    let numbers: Vec<i64> = members.take(name, "type").unwrap_or_default();
    if numbers.len() > BY_VALUES {
        members.fault(name, "too-many", format!("at most {BY_VALUES}"));
        return Vec::new();
    }
    if !numbers.iter().all(|number| wanted(*number)) {
        members.fault(name, "out-of-range", expected);
        return Vec::new();
    }
    let mut values: Vec<T> = numbers.into_iter().filter_map(narrow).collect();
    values.sort_unstable();
    values.dedup();
    values
}

fn narrow<T: TryFrom<i64>>(number: i64) -> Option<T> {
    T::try_from(number).ok()
}

const fn one() -> u16 {
    1
}

const fn is_one(number: &u16) -> bool {
    *number == 1
}

fn is_monday(day: &Weekday) -> bool {
    *day == Weekday::Mo
}
