use super::*;
use crate::demo::{facilities, people, seeded::Seeded};

struct Office {
    people: Vec<Person>,
    events: Vec<Event>,
    today: NaiveDate,
}

fn office(staff: usize) -> Office {
    let at = Timestamp::from_seconds(0);
    let today = NaiveDate::from_ymd_opt(2026, 4, 1).unwrap();
    let units = units::draw(&mut Seeded::new(1), at, staff, &people::needed_teams());
    let people = people::draw(&mut Seeded::new(2), at, staff, &units);
    let facilities = facilities::draw(&mut Seeded::new(3), at, &units);
    let events = draw(Seeded::new(4), at, today, (&units, &people, &facilities));
    Office { people, events, today }
}

/// The days on which an event begins, within 200 days of its start.
fn days(event: &Event) -> Vec<NaiveDate> {
    let first = event.start.date();
    let step =
        |days: u64, count: u32| (0..u64::from(count)).map(|nth| first + Days::new(days * nth)).collect();
    match event.repeat {
        None => vec![first],
        Some(Repeat::Weekly(count)) => step(7, count.unwrap_or(28)),
        Some(Repeat::Monthly(count)) => step(28, count),
        Some(Repeat::Workdays(count)) => first
            .iter_days()
            .filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
            .take(count.try_into().unwrap())
            .collect(),
    }
}

#[test]
fn there_are_about_ten_events_a_person_and_some_are_series() {
    for staff in [300, 5_000] {
        let office = office(staff);
        let a_person = office.events.len() / staff;
        assert!((8..=12).contains(&a_person), "{a_person}");
        assert!(office.events.iter().filter(|event| event.repeat.is_some()).count() > staff / 10);
        let inside = |event: &Event| event.participants.iter().all(|(place, _)| *place < office.people.len());
        assert!(office.events.iter().all(inside));
    }
}

#[test]
fn hanako_has_a_full_month_with_invitations_to_answer() {
    let office = office(300);
    let window = (office.today - Days::new(7))..(office.today + Days::new(31));
    let mine =
        |event: &&Event| event.organizer == 0 || event.participants.iter().any(|(place, _)| *place == 0);
    let mine: Vec<&Event> = office.events.iter().filter(mine).collect();
    let occurrences = mine.iter().flat_map(|event| days(event)).filter(|day| window.contains(day)).count();
    assert!(occurrences >= 30, "{occurrences}");
    assert!(mine.iter().any(|event| event.participants.contains(&(0, Answer::Open))));
}

#[test]
fn no_facility_is_booked_twice_and_the_first_is_free_from_day_thirty() {
    let office = office(5_000);
    let mut bookings: Vec<_> = office
        .events
        .iter()
        .filter_map(|event| match (event.facility, event.length) {
            (Some(facility), Length::Minutes(minutes)) => {
                Some((facility, event.start, event.start + chrono::TimeDelta::minutes(i64::from(minutes))))
            }
            _ => None,
        })
        .collect();
    assert!(bookings.len() > 100);
    bookings.sort_unstable();
    for pair in bookings.windows(2) {
        assert!(pair[0].0 != pair[1].0 || pair[0].2 <= pair[1].1, "{pair:?}");
    }
    let free_from = office.today + Days::new(29);
    assert!(bookings.iter().filter(|booking| booking.0 == 0).all(|booking| booking.1.date() < free_from));
    assert!(office.events.iter().all(|event| event.facility.is_none() || event.repeat.is_none()));
}
