use std::collections::{BTreeMap, HashMap};

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use renraku_base::{PersonId, RosterId, Timestamp, UnitId};
use serde::{Deserialize, Serialize};

use crate::{
    access::Grantee,
    directory::{PersonEntry, PhoneKind, PostEntry, UnitEntry},
};

/// By how much the clocks of the office are ahead of UTC, all year round.
const AHEAD_S: i64 = 9 * 60 * 60;

/// The staff as a sheet says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// The people, each once and with a staff number of their own.
    pub people: Vec<RosterPerson>,
    /// Whether it says the titles of posts; otherwise a post keeps the one that it has.
    pub says_titles: bool,
    /// Whether it is the whole staff, so that whoever has a staff number and is not in it has left.
    pub whole: bool,
    /// Whether somebody without a staff number is meant by their address. Whoever imports a sheet has looked at it; on a server
    /// people may give themselves the address of another.
    #[serde(default = "by_address")]
    pub by_address: bool,
    /// The name of the file that it was read from.
    #[serde(default)]
    pub source: Option<String>,
    /// The day on which the posts begin that it gives.
    #[serde(skip)]
    pub effective_on: Option<NaiveDate>,
}

/// A roster that was prepared before it could say so was a sheet.
const fn by_address() -> bool {
    true
}

/// A person as a sheet says them. What it does not say (`None`, or a kind of phone that is not there) stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterPerson {
    /// Their number in the personnel register, by which they are found.
    pub staff_number: String,
    /// Their name as written.
    pub name: String,
    /// Their name as read.
    pub phonetic: Option<String>,
    /// All their posts, the main one first.
    pub posts: Option<Vec<RosterPost>>,
    /// All their numbers of a kind.
    pub phones: BTreeMap<PhoneKind, Vec<String>>,
    /// All their addresses.
    pub emails: Option<Vec<String>>,
}

/// A post as a sheet says it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RosterPost {
    /// The names of the unit and those above it, from the top down.
    pub unit: Vec<String>,
    /// As what.
    pub title: Option<String>,
}

/// A person whom a roster changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// As they are.
    pub before: PersonEntry,
    /// As they will be.
    pub after: PersonEntry,
}

/// What a roster would change of the directory as it stood when it was compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RosterPlan {
    /// Units that are made; one that lies below another comes after it.
    pub new_units: Vec<UnitEntry>,
    /// Units that go, because the roster that made them is taken back.
    pub(in crate::directory) gone_units: Vec<UnitId>,
    /// People who come.
    pub added: Vec<PersonEntry>,
    /// People who stay and of whom something changes.
    pub changed: Vec<Change>,
    /// People who had left and are in office again.
    pub returned: Vec<PersonEntry>,
    /// People who leave.
    pub ended: Vec<PersonEntry>,
    /// How many stay as they are.
    pub unchanged: usize,
    /// How many are in the directory, but not in the roster, and stay as they are.
    pub unlisted: usize,
    /// How many of the directory had a staff number.
    pub staff: usize,
    /// What somebody should look at, in the order of the roster.
    pub remarks: Vec<Remark>,
    /// The addresses that the roster gives to somebody and that another has: they stay that other's.
    pub taken: Vec<TakenAddress>,
    /// Those who are back, as they were when they had left.
    pub(in crate::directory) formers: Vec<Former>,
    /// Those who were back, and become as they had left.
    pub(in crate::directory) retired: Vec<Former>,
    pub(in crate::directory) paths: HashMap<UnitId, String>,
    /// The latest version of anybody.
    pub(in crate::directory) latest: i64,
    /// Where the directory stood.
    pub(in crate::directory) head: i64,
    /// The groups of those who come, in the order of `added`.
    pub(in crate::directory) groups: Vec<(PersonId, Vec<Grantee>)>,
    /// Whether those who come are written already and need only be shown.
    pub(in crate::directory) staged: bool,
}

impl RosterPlan {
    /// The path of a unit that is there or will be, like `総務部/人事課/給与係`.
    #[must_use]
    pub fn path(&self, unit: &UnitId) -> &str {
        self.paths.get(unit).map_or("", String::as_str)
    }

    /// The paths of all units that are there or will be, in no order.
    pub fn unit_paths(&self) -> impl Iterator<Item = &str> {
        self.paths.values().map(String::as_str)
    }

    /// Whether the directory is as the roster says already.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let people = self.added.len() + self.changed.len() + self.returned.len() + self.ended.len();
        people + self.new_units.len() + self.gone_units.len() == 0
    }
}

/// A mail address that a roster gives to somebody although it is another's, who keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenAddress {
    /// To whom it is given.
    pub staff_number: String,
    /// The address.
    pub email: String,
    /// What the one who has it is called.
    pub holder: String,
    /// Their staff number, if they have one.
    pub holder_number: Option<String>,
}

/// Somebody who has left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::directory) struct Former {
    /// As they were, without posts.
    pub person: PersonEntry,
    /// On which day.
    pub left_on: String,
}

/// Somebody in a roster who may be somebody else than their staff number says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The staff number under which they are in the roster.
    pub staff_number: String,
    /// What they are called.
    pub name: String,
    /// Whom they may be.
    pub who: Lookalike,
}

/// Whom somebody in a roster may be, or may not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookalike {
    /// Who has the same address, or the same name and but for leading zeros the same number, and is not in the roster.
    OtherNumber {
        /// Their staff number.
        staff_number: String,
        /// What they are called.
        name: String,
    },
    /// Who has no staff number, and the same name or address.
    WithoutNumber {
        /// Who it is.
        person: PersonId,
        /// What they are called.
        name: String,
    },
    /// Not who has the number now: neither a part of the name nor of its reading is as it was.
    OtherName {
        /// What who has the number is called.
        name: String,
    },
    /// Who had the number before, under another name and address.
    FormerHolder {
        /// What they are called.
        name: String,
        /// On which day they left.
        left_on: String,
    },
}

/// How far a roster is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RosterState {
    /// It waits for its day.
    Prepared,
    /// It is in effect.
    Applied,
    /// It was in effect and was taken back.
    Undone,
}

impl RosterState {
    const ALL: [Self; 3] = [Self::Prepared, Self::Applied, Self::Undone];

    /// The name by which it is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Applied => "applied",
            Self::Undone => "undone",
        }
    }

    pub(in crate::directory) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// A roster that was prepared, or applied not long ago.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedRoster {
    /// Identifies it.
    pub id: RosterId,
    /// From which day on it holds.
    pub effective_on: NaiveDate,
    /// When it was read.
    pub made_at: Timestamp,
    /// How far it is.
    pub state: RosterState,
    /// When it took effect.
    pub applied_at: Option<Timestamp>,
    /// The name of the file that it was read from, where that is known.
    pub source: Option<String>,
    /// How many people it is about, where that is known.
    pub counts: Option<RosterCounts>,
    /// Whether everybody may know of it before its day.
    pub announced: bool,
}

/// How many people a roster is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RosterCounts {
    /// How many it names.
    pub people: usize,
    /// How many came by it.
    pub added: usize,
    /// How many were changed by it.
    pub changed: usize,
    /// How many had left and came back.
    pub returned: usize,
    /// How many left by it.
    pub ended: usize,
}

impl RosterCounts {
    pub(in crate::directory) fn of_people(roster: &Roster) -> Self {
        Self { people: roster.people.len(), ..Self::default() }
    }

    pub(in crate::directory) fn of_changes(roster: &Roster, plan: &RosterPlan) -> Self {
        Self {
            people: roster.people.len(),
            added: plan.added.len(),
            changed: plan.changed.len(),
            returned: plan.returned.len(),
            ended: plan.ended.len(),
        }
    }
}

/// Something that is written of somebody's posts over time: who, its place among theirs, and which from when until when.
pub(in crate::directory) type WrittenTerm = (PersonId, i32, PostEntry);

/// What takes a roster back.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(in crate::directory) struct Undo {
    /// The units that it made.
    pub units: Vec<UnitId>,
    /// Those who came by it.
    pub added: Vec<PersonId>,
    /// Those who were changed or left by it, as they were.
    pub before: Vec<PersonEntry>,
    /// Those who came back by it, as they had left.
    #[serde(default)]
    pub formers: Vec<Former>,
    /// What was written of their posts over time, each with its place, where the roster began on a day that was over: it wrote over
    /// that.
    #[serde(default)]
    pub terms: Vec<WrittenTerm>,
}

impl Undo {
    /// Whose posts a plan changes.
    pub fn people(plan: &RosterPlan) -> Vec<&str> {
        let changed = plan.changed.iter().map(|change| &change.after);
        changed.chain(&plan.ended).chain(&plan.returned).map(|person| person.id.as_str()).collect()
    }

    /// What takes a plan back once it is written.
    pub fn of(plan: &RosterPlan, terms: Vec<WrittenTerm>) -> Self {
        Self {
            units: plan.new_units.iter().map(|unit| unit.id.clone()).collect(),
            added: plan.added.iter().map(|person| person.id.clone()).collect(),
            before: plan.changed.iter().map(|change| &change.before).chain(&plan.ended).cloned().collect(),
            formers: plan.formers.clone(),
            terms,
        }
    }
}

/// New posts of which the holders are to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointments {
    /// The roster that gave them.
    pub roster: RosterId,
    /// Who took which.
    pub people: Vec<Appointment>,
}

/// A post that somebody took.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// Who took it.
    pub person: PersonId,
    /// The path of its unit.
    pub unit: String,
    /// Its unit, where that is known.
    #[serde(default)]
    pub unit_id: Option<UnitId>,
    /// As what.
    pub title: Option<String>,
    /// Whether it is held beside the main one (兼務).
    #[serde(default)]
    pub concurrent: bool,
    /// From which day on (`YYYY-MM-DD`).
    pub from: String,
    /// Who held it before, where that is one person and one took it.
    pub predecessor: Option<PersonId>,
}

/// People who may have been told of posts by a roster that was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// The roster that gave them.
    pub roster: RosterId,
    /// Who they are.
    pub people: Vec<PersonId>,
}

/// The day that the office has at an instant.
pub(in crate::directory) fn office_day(at: Timestamp) -> NaiveDate {
    office_time(at).date()
}

/// What the clocks of the office show at an instant.
pub(in crate::directory) fn office_time(at: Timestamp) -> NaiveDateTime {
    Timestamp::from_micros(at.micros() + AHEAD_S * 1_000_000).to_datetime().naive_utc()
}

/// The instant at which a day begins in the office.
pub(in crate::directory) fn office_midnight(day: NaiveDate) -> Timestamp {
    Timestamp::from_micros((day.and_time(NaiveTime::MIN).and_utc().timestamp() - AHEAD_S) * 1_000_000)
}

/// The day before.
pub(in crate::directory) fn eve(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(Days::new(1)).unwrap_or(day)
}
