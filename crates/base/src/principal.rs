use std::{fmt, str::FromStr};

use chrono::{Datelike, NaiveDate, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{DeviceId, PersonId};

/// Who is asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The person.
    pub person: PersonId,
    /// The device of the session; `None` for app passwords, imports and jobs.
    pub device: Option<DeviceId>,
}

impl Principal {
    /// The person, without a device.
    #[must_use]
    pub fn person(person: PersonId) -> Self {
        Self { person, device: None }
    }
}

/// What a person may do in a collection; each role includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// See when it is busy, nothing else.
    FreeBusy,
    /// Read everything that is not private.
    Read,
    /// Add, change and remove.
    Write,
    /// Rename, share and delete the collection itself.
    Manage,
}

impl Role {
    /// The number by which it is stored; greater includes lesser.
    #[must_use]
    pub const fn rank(self) -> i32 {
        match self {
            Self::FreeBusy => 1,
            Self::Read => 2,
            Self::Write => 3,
            Self::Manage => 4,
        }
    }

    /// The role of a stored rank.
    #[must_use]
    pub const fn from_rank(rank: i32) -> Option<Self> {
        match rank {
            1 => Some(Self::FreeBusy),
            2 => Some(Self::Read),
            3 => Some(Self::Write),
            4 => Some(Self::Manage),
            _ => None,
        }
    }
}

/// The reader's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Japanese, the default.
    #[default]
    Ja,
    /// English.
    En,
}

impl Language {
    /// The language tag (BCP 47).
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }

    /// A day as one says it in `this_year`: with its year when that is another.
    #[must_use]
    pub fn day(self, date: NaiveDate, this_year: i32) -> String {
        let same_year = date.year() == this_year;
        match self {
            Self::Ja => {
                let weekday = match date.weekday() {
                    Weekday::Mon => "月",
                    Weekday::Tue => "火",
                    Weekday::Wed => "水",
                    Weekday::Thu => "木",
                    Weekday::Fri => "金",
                    Weekday::Sat => "土",
                    Weekday::Sun => "日",
                };
                let year = if same_year { String::new() } else { format!("{}年", date.year()) };
                format!("{year}{}月{}日({weekday})", date.month(), date.day())
            }
            Self::En => date.format(if same_year { "%a %-d %b" } else { "%a %-d %b %Y" }).to_string(),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Language {
    type Err = ();

    fn from_str(tag: &str) -> Result<Self, ()> {
        match tag {
            "ja" => Ok(Self::Ja),
            "en" => Ok(Self::En),
            _ => Err(()),
        }
    }
}
