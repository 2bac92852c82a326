use chrono::NaiveDate;
use renraku_base::Timestamp;

use super::{
    contacts::{self, Contact},
    events::{self, Event},
    facilities::{self, Facility},
    mails::{self, Delivered},
    people::{self, Person, USERS},
    seeded::Seeded,
    units::{self, Unit},
};

/// What every demo office is drawn from. Another seed would give other people to whoever wrote down a name.
const SEED: u64 = 20_260_401;
/// 2026-04-01 in Tokyo, when the office was set up: the time in its identifiers.
const FOUNDED: Timestamp = Timestamp::from_seconds(1_774_969_200);
const CONTACTS: usize = 60;
/// The first user's mailbox is fuller than those of the others.
const LETTERS_FIRST: usize = 72;
const LETTERS_OTHERS: usize = 40;

/// A whole office, before it is written anywhere.
#[derive(Debug)]
pub struct Office {
    pub units: Vec<Unit>,
    pub people: Vec<Person>,
    pub facilities: Vec<Facility>,
    pub events: Vec<Event>,
    pub contacts: Vec<Contact>,
    /// For each user, in their order, what lies in their mailbox.
    pub mails: Vec<Vec<Delivered>>,
}

impl Office {
    /// Draws an office of `staff` people whose calendars and mailboxes lie around `today`.
    pub fn draw(staff: usize, today: NaiveDate) -> Self {
        let seed = Seeded::new(SEED);
        let units = units::draw(&mut seed.fork(1), FOUNDED, staff, &people::needed_teams());
        let people = people::draw(&mut seed.fork(2), FOUNDED, staff, &units);
        let facilities = facilities::draw(&mut seed.fork(3), FOUNDED, &units);
        let events = events::draw(seed.fork(4), FOUNDED, today, (&units, &people, &facilities));
        let contacts = contacts::draw(&mut seed.fork(5), FOUNDED, CONTACTS);
        let post = mails::Office { units: &units, people: &people, contacts: &contacts, today };
        let mails = (0..USERS.len().min(people.len()))
            .map(|place| {
                let count = if place == 0 { LETTERS_FIRST } else { LETTERS_OTHERS };
                mails::draw(&mut seed.fork(100 + u64::try_from(place).unwrap_or(0)), post, place, count)
            })
            .collect();
        Self { units, people, facilities, events, contacts, mails }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_office_comes_each_time() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 25).unwrap();
        let (one, other) = (Office::draw(100, today), Office::draw(100, today));
        assert_eq!((one.people, one.events, one.mails), (other.people, other.events, other.mails));
    }

    #[test]
    fn whom_somebody_wrote_down_stays_when_days_go_by() {
        let day = |day| Office::draw(100, NaiveDate::from_ymd_opt(2026, 11, day).unwrap());
        assert_eq!(day(25).people, day(26).people);
        assert_eq!(day(25).facilities, day(26).facilities);
    }
}
