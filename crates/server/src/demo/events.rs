use std::collections::HashSet;

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, Weekday};
use renraku_base::{EventId, Timestamp};

use super::{
    facilities::{Facility, Kind},
    people::{Person, USERS},
    seeded::Seeded,
    table,
    units::{self, Level, Unit},
};

const TITLES: &str = include_str!("data/event_titles.tsv");
/// How far back and ahead single events lie, in days from the first start.
const PAST: u64 = 14;
const AHEAD: usize = 45;
/// From this day on the first facility is free.
const FIRST_ROOM_FREE: u64 = 30;

/// An event as it will stand in its organizer's calendar; times are local.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    pub id: EventId,
    /// The place of its organizer in the list of all people.
    pub organizer: usize,
    pub title: &'static str,
    pub location: &'static str,
    pub start: NaiveDateTime,
    pub length: Length,
    pub repeat: Option<Repeat>,
    /// Others who take part, by their places in the list of all people.
    pub participants: Vec<(usize, Answer)>,
    /// The place of the booked facility in the list of all facilities.
    pub facility: Option<usize>,
    pub private: bool,
}

/// How long an event lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    Minutes(u32),
    /// Whole days: it has dates and no times.
    Days(u32),
}

/// How an event comes again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// On every working day, so many times.
    Workdays(u32),
    /// Every week, so many times; without end where that is `None`.
    Weekly(Option<u32>),
    /// On the same weekday of each month's same week, so many times.
    Monthly(u32),
}

/// What a participant answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Accepted,
    Tentative,
    Declined,
    Open,
}

/// The titles of one kind.
type Titles = Vec<(&'static str, u32, &'static str)>;

fn titles(kind: &str) -> Titles {
    table::rows::<4>(TITLES)
        .filter(|[of, ..]| *of == kind)
        .map(|[_, title, length, place]| (title, length.parse().unwrap_or(60), place))
        .collect()
}

/// What events are made from, and what was made so far.
struct Desk<'a> {
    rng: Seeded,
    at: Timestamp,
    today: NaiveDate,
    units: &'a [Unit],
    facilities: &'a [Facility],
    /// Hours in which a facility is taken.
    taken: HashSet<(usize, NaiveDate, u32)>,
    events: Vec<Event>,
}

/// Draws about ten events a person around `today`.
pub fn draw(
    rng: Seeded,
    at: Timestamp,
    today: NaiveDate,
    (units, people, facilities): (&[Unit], &[Person], &[Facility]),
) -> Vec<Event> {
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); units.len()];
    for (place, person) in people.iter().enumerate() {
        if let Some(unit) = person.posts.first().and_then(|post| members.get_mut(post.unit)) {
            unit.push(place);
        }
    }
    let mut desk = Desk { rng, at, today, units, facilities, taken: HashSet::new(), events: Vec::new() };
    desk.fill_teams(people, &members);
    desk.fill_sections(&members);
    desk.fill_days(people, &members);
    desk.fill_users_days(people.len());
    desk.events
}

impl Desk<'_> {
    /// Each team meets every week, called by its head.
    fn fill_teams(&mut self, people: &[Person], members: &[Vec<usize>]) {
        let titles = titles("team");
        for (unit, team) in members.iter().enumerate() {
            let is_team = self.units.get(unit).is_some_and(|unit| unit.level == Level::Team);
            let head = team.iter().copied().find(|place| {
                people
                    .get(*place)
                    .and_then(|person| person.posts.first())
                    .is_some_and(|post| post.title == "係長")
            });
            let (Some(head), true, Some(title)) = (head, is_team, self.rng.pick(&titles).copied()) else {
                continue;
            };
            let start = self.weekday_before(42, 9);
            let participants = self.invite(team.iter().copied().filter(|place| *place != head));
            // The users' own team shows a series that never ends.
            let count = (!team.contains(&0)).then_some(20);
            self.add(head, title, start, Some(Repeat::Weekly(count)), participants);
        }
    }

    /// Each head of a section calls the heads below every week and reports every month.
    fn fill_sections(&mut self, members: &[Vec<usize>]) {
        let (weekly, monthly) = (titles("section"), titles("monthly"));
        for (unit, section) in members.iter().enumerate() {
            let is_section = self.units.get(unit).is_some_and(|unit| unit.level == Level::Section);
            let (Some(head), true) = (section.first().copied(), is_section) else { continue };
            let below: Vec<usize> = members
                .iter()
                .enumerate()
                .filter(|(team, _)| self.units.get(*team).and_then(|team| team.parent) == Some(unit))
                .filter_map(|(_, team)| team.first().copied())
                .collect();
            if let Some(title) = self.rng.pick(&weekly).copied() {
                let (start, participants) = (self.weekday_before(35, 13), self.invite(below.iter().copied()));
                self.add(head, title, start, Some(Repeat::Weekly(Some(16))), participants);
            }
            if let Some(title) = self.rng.pick(&monthly).copied() {
                let (start, participants) = (self.weekday_before(60, 15), self.invite(below.into_iter()));
                self.add(head, title, start, Some(Repeat::Monthly(8)), participants);
            }
        }
    }

    /// What each person does alone, with colleagues, elsewhere and in private.
    fn fill_days(&mut self, people: &[Person], members: &[Vec<usize>]) {
        let kinds = ["solo", "meeting", "away", "private", "habit"].map(titles);
        let [solo, meeting, away, private, habit] = &kinds;
        for (place, person) in people.iter().enumerate() {
            let unit = person.posts.first().map_or(0, |post| post.unit);
            let colleagues = members.get(unit).map_or(&[][..], Vec::as_slice);
            for _ in 0..5 {
                self.single(place, solo, Vec::new(), None);
            }
            for _ in 0..2 {
                let count = 1 + self.rng.below(3);
                let some: Vec<usize> =
                    (0..count).filter_map(|_| self.rng.pick(colleagues).copied()).collect();
                let distinct: HashSet<usize> = some.iter().copied().filter(|other| *other != place).collect();
                let mut distinct: Vec<usize> = distinct.into_iter().collect();
                distinct.sort_unstable();
                let participants = self.invite(distinct.into_iter());
                self.single(place, meeting, participants, Some(unit));
            }
            self.whole_days(place, away);
            if self.rng.chance(50) {
                self.single(place, private, Vec::new(), None);
                if let Some(last) = self.events.last_mut() {
                    last.private = true;
                }
            }
            if self.rng.chance(35)
                && let Some(title) = self.rng.pick(habit).copied()
            {
                let start = self.weekday_before(28, 10);
                self.add(place, title, start, Some(Repeat::Weekly(Some(13))), Vec::new());
            }
        }
    }

    /// The first two users have a full month, with invitations to answer.
    fn fill_users_days(&mut self, staff: usize) {
        let (hanako, taro) = (0, 1);
        let start = self.weekday_before(14, 8);
        self.add(hanako, ("朝の受付準備", 15, "1階総合窓口"), start, Some(Repeat::Workdays(60)), Vec::new());
        let meetings = titles("meeting");
        for nth in 0..6 {
            let other = 2 + nth % (USERS.len() - 2);
            let guests = [(hanako, Answer::Open), (other, Answer::Accepted)];
            let guests = guests.into_iter().filter(|(guest, _)| *guest < staff).collect();
            self.single(taro, &meetings, guests, None);
        }
    }

    /// A single event on a working day; with a unit, perhaps in a room of its office.
    fn single(
        &mut self,
        organizer: usize,
        titles: &Titles,
        participants: Vec<(usize, Answer)>,
        unit: Option<usize>,
    ) {
        let Some(title) = self.rng.pick(titles).copied() else { return };
        let day = self.working_day();
        let hour = 9 + u32::try_from(self.rng.below(8)).unwrap_or(0);
        let start = day.and_time(clock(hour, if self.rng.chance(30) { 30 } else { 0 }));
        self.add(organizer, title, start, None, participants);
        let booked = unit.filter(|_| self.rng.chance(40)).and_then(|unit| self.book(unit, start, title.1));
        if let (Some(facility), Some(last)) = (booked, self.events.last_mut()) {
            last.facility = Some(facility);
        }
    }

    fn whole_days(&mut self, organizer: usize, titles: &Titles) {
        let Some((title, days, place)) = self.rng.pick(titles).copied() else { return };
        let start = self.working_day().and_time(NaiveTime::MIN);
        self.add(organizer, (title, 0, place), start, None, Vec::new());
        if let Some(last) = self.events.last_mut() {
            last.length = Length::Days(days);
        }
    }

    fn add(
        &mut self,
        organizer: usize,
        (title, minutes, location): (&'static str, u32, &'static str),
        start: NaiveDateTime,
        repeat: Option<Repeat>,
        participants: Vec<(usize, Answer)>,
    ) {
        self.events.push(Event {
            id: self.rng.new_id(self.at),
            organizer,
            title,
            location,
            start,
            length: Length::Minutes(minutes),
            repeat,
            participants,
            facility: None,
            private: false,
        });
    }

    fn invite(&mut self, people: impl Iterator<Item = usize>) -> Vec<(usize, Answer)> {
        people
            .map(|place| match self.rng.below(100) {
                0..70 => (place, Answer::Accepted),
                70..77 => (place, Answer::Tentative),
                77..80 => (place, Answer::Declined),
                _ => (place, Answer::Open),
            })
            .collect()
    }

    /// A room or car of the unit's office that is free then, taken at once.
    fn book(&mut self, unit: usize, start: NaiveDateTime, minutes: u32) -> Option<usize> {
        let office = units::path(self.units, unit).first().copied();
        let of_office: Vec<usize> = self
            .facilities
            .iter()
            .enumerate()
            .filter(|(_, facility)| Some(facility.office) == office && facility.kind != Kind::Equipment)
            .map(|(place, _)| place)
            .collect();
        let facility = self.rng.pick(&of_office).copied()?;
        if facility == 0 && start.date() >= self.today + Days::new(FIRST_ROOM_FREE - 1) {
            return None;
        }
        let end = start + chrono::TimeDelta::minutes(i64::from(minutes));
        let hours: Vec<_> = (chrono::Timelike::hour(&start)..=chrono::Timelike::hour(&end))
            .map(|hour| (facility, start.date(), hour))
            .collect();
        if hours.iter().any(|hour| self.taken.contains(hour)) {
            return None;
        }
        self.taken.extend(hours);
        Some(facility)
    }

    fn working_day(&mut self) -> NaiveDate {
        let offset = u64::try_from(self.rng.below(AHEAD + 14)).unwrap_or(0);
        to_working_day(self.today - Days::new(PAST) + Days::new(offset))
    }

    /// A working day about `days` ago at `hour`, for a series to begin.
    fn weekday_before(&mut self, days: u64, hour: u32) -> NaiveDateTime {
        let offset = u64::try_from(self.rng.below(5)).unwrap_or(0);
        to_working_day(self.today - Days::new(days) + Days::new(offset)).and_time(clock(hour, 0))
    }
}

fn clock(hour: u32, minute: u32) -> NaiveTime {
    NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN)
}

fn to_working_day(day: NaiveDate) -> NaiveDate {
    match day.weekday() {
        Weekday::Sat => day + Days::new(2),
        Weekday::Sun => day + Days::new(1),
        _ => day,
    }
}

#[cfg(test)]
mod tests;
