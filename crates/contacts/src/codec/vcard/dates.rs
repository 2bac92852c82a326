//! Days, of which the year may not be known (RFC 6350 §4.3, RFC 9553 §2.8.1).

use renraku_base::Timestamp;
use serde_json::{Map, Value, json};

use super::{Version, property::Property};

/// The year that stands for none, where it is said so by a parameter of its name.
const OMIT_YEAR: &str = "X-APPLE-OMIT-YEAR";

/// Which property is which anniversary.
pub(super) const KINDS: [(&str, &str); 3] =
    [("BDAY", "birth"), ("ANNIVERSARY", "wedding"), ("DEATHDATE", "death")];

/// The parameters that the date says.
pub(super) const USED: [&str; 2] = [OMIT_YEAR, "VALUE"];

/// The date of a property; `None` for what is not read as one.
pub(super) fn read(property: &Property) -> Option<Value> {
    let value = property.value.trim();
    if property.param("VALUE").is_some_and(|it| it.eq_ignore_ascii_case("text")) {
        return None;
    }
    if value.contains(['T', 't']) {
        let at: Timestamp = instant(value)?.parse().ok()?;
        return Some(json!({"@type": "Timestamp", "utc": at.to_string()}));
    }
    let (year, month, day) = parts(value)?;
    let year = year.filter(|year| property.param(OMIT_YEAR) != Some(&format!("{year:04}")));
    let mut date = Map::from_iter([("@type".to_owned(), json!("PartialDate"))]);
    for (name, part) in [("year", year), ("month", month), ("day", day)] {
        if let Some(part) = part {
            date.insert(name.to_owned(), json!(part));
        }
    }
    (date.len() > 1).then_some(Value::Object(date))
}

/// An instant in UTC as RFC 3339 writes it; other clocks are not read.
pub(super) fn instant(value: &str) -> Option<String> {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let good = digits.len() == 14 && value.ends_with(['Z', 'z']);
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    good.then(|| {
        format!(
            "{}-{}-{}T{}:{}:{}Z",
            part(0, 4),
            part(4, 6),
            part(6, 8),
            part(8, 10),
            part(10, 12),
            part(12, 14)
        )
    })
}

/// An instant as 4.0 writes it, to the second.
pub(super) fn compact(utc: &str) -> String {
    let seconds = utc.split(['.', 'Z']).next().unwrap_or_default();
    seconds.chars().filter(|c| !matches!(c, '-' | ':')).chain(['Z']).collect()
}

type Parts = (Option<u16>, Option<u16>, Option<u16>);

fn parts(value: &str) -> Option<Parts> {
    let number = |text: &str, most: u16| {
        let good = text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u16>().ok().filter(|it| good && (1..=most).contains(it)).map(Some)
    };
    let rest = value.strip_prefix("--");
    let text: String = match rest {
        Some(rest) => rest.chars().filter(|c| *c != '-').collect(),
        None => value.to_owned(),
    };
    let get = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    match (rest, text.len()) {
        (Some(rest), 2) if rest.starts_with('-') => Some((None, None, number(get(0, 2), 31)?)),
        (Some(_), 2) => Some((None, number(get(0, 2), 12)?, None)),
        (Some(_), 4) => Some((None, number(get(0, 2), 12)?, number(get(2, 4), 31)?)),
        (None, 4) => Some((number(get(0, 4), 9_999)?, None, None)),
        (None, 7) if get(4, 5) == "-" => Some((number(get(0, 4), 9_999)?, number(get(5, 7), 12)?, None)),
        (None, 8) => Some((number(get(0, 4), 9_999)?, number(get(4, 6), 12)?, number(get(6, 8), 31)?)),
        (None, 10) if get(4, 5) == "-" && get(7, 8) == "-" => {
            Some((number(get(0, 4), 9_999)?, number(get(5, 7), 12)?, number(get(8, 10), 31)?))
        }
        _ => None,
    }
}

/// A date as a value, and the year that stands for none, where one has to; `None` for what cannot be written.
pub(super) fn write(date: &Map<String, Value>, version: Version) -> Option<(String, Option<&'static str>)> {
    if let Some(utc) = date.get("utc").and_then(Value::as_str) {
        return Some((compact(utc), None));
    }
    let part = |name: &str| date.get(name).and_then(Value::as_u64);
    Some(match (part("year"), part("month"), part("day"), version) {
        (Some(year), Some(month), Some(day), Version::V3) => (format!("{year:04}-{month:02}-{day:02}"), None),
        (Some(year), Some(month), Some(day), Version::V4) => (format!("{year:04}{month:02}{day:02}"), None),
        // 3.0 has no days without a year; this is how its programs write them.
        (None, Some(month), Some(day), Version::V3) => (format!("1604-{month:02}-{day:02}"), Some("1604")),
        (None, Some(month), Some(day), Version::V4) => (format!("--{month:02}{day:02}"), None),
        (Some(year), Some(month), None, _) => (format!("{year:04}-{month:02}"), None),
        (Some(year), None, None, _) => (format!("{year:04}"), None),
        (None, Some(month), None, _) => (format!("--{month:02}"), None),
        (None, None, Some(day), _) => (format!("---{day:02}"), None),
        (Some(_), None, Some(_), _) | (None, None, None, _) => return None,
    })
}

/// The name of the parameter that says which year stands for none.
pub(super) const fn omitted() -> &'static str {
    OMIT_YEAR
}
