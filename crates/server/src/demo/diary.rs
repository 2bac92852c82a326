//! The drawn events in the words of JSCalendar, and what the users were told of them.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDateTime};
use renraku_base::{FieldFault, PersonId, Timestamp};
use renraku_notify::{Actor, Details, Notice, NotificationType, Repeat as Again, Subject};
use renraku_schedule::model::{
    Duration, Event as Stored, EventDraft, Frequency, LocalDateTime, Location, NDay, Participant,
    ParticipationStatus, Privacy, RecurrenceRule, Weekday, Zone,
};

use super::{
    events::{Answer, Event, Length, Repeat},
    office::Office,
    people::USERS,
};

const WORKDAYS: [Weekday; 5] = [Weekday::Mo, Weekday::Tu, Weekday::We, Weekday::Th, Weekday::Fr];

/// An event with its organizer, as the schedule takes it.
pub fn draft(office: &Office, event: &Event, now: Timestamp) -> Result<(PersonId, EventDraft), FieldFault> {
    let organizer = person(office, event.organizer)?;
    let start = local(event.start)?;
    let mut stored = Stored::new(event.id.as_str(), event.title, start);
    match event.length {
        Length::Minutes(minutes) => stored.duration = lasting(0, i64::from(minutes) * 60)?,
        Length::Days(days) => {
            stored.duration = lasting(i64::from(days), 0)?;
            stored.show_without_time = true;
            stored.time_zone = None;
        }
    }
    stored.recurrence_rule = event.repeat.map(|repeat| rule(repeat, event.start));
    for (place, answer) in &event.participants {
        let id = person(office, *place)?;
        let key = id.as_str().to_owned();
        let status = status(*answer);
        stored
            .participants
            .insert(key, Participant { participation_status: status, ..Participant::staff(id) });
    }
    if !event.location.is_empty() {
        stored.locations = BTreeMap::from([("place".to_owned(), Location::named(event.location))]);
    }
    if event.private {
        stored.privacy = Privacy::Private;
    }
    (stored.created, stored.updated) = (Some(now), Some(now));
    let facility = event.facility.and_then(|place| office.facilities.get(place));
    let draft = EventDraft {
        id: event.id.clone(),
        calendar_id: None,
        facility_ids: facility.map(|facility| facility.id.clone()).into_iter().collect(),
        event: stored,
    };
    Ok((organizer, draft))
}

/// What the users have yet to answer, with whom it is to be told to.
pub fn invitations(office: &Office) -> impl Iterator<Item = (PersonId, Notice)> {
    let open = |event: &&Event| event.repeat.is_none();
    office.events.iter().filter(open).flat_map(move |event| {
        let invited = event
            .participants
            .iter()
            .filter(|(place, answer)| *answer == Answer::Open && *place < USERS.len())
            .filter_map(|(place, _)| office.people.get(*place));
        invited.map(move |person| (person.id.clone(), invited_to(office, event)))
    })
}

fn invited_to(office: &Office, event: &Event) -> Notice {
    let organizer = office.people.get(event.organizer);
    Notice {
        kind: NotificationType::Invited,
        subject: Subject { event_id: Some(event.id.clone()), ..Subject::default() },
        actor: organizer.map(|person| Actor { person_id: Some(person.id.clone()), name: person.name.full() }),
        details: Details {
            title: Some(event.title.to_owned()),
            start: Some(event.start.format("%Y-%m-%dT%H:%M:%S").to_string()),
            time_zone: Some(Zone::TOKYO.name().to_owned()),
            utc_start: Some(Zone::TOKYO.instant(event.start).into()),
            ..Details::default()
        },
        repeat: Again::Add,
    }
}

fn person(office: &Office, place: usize) -> Result<PersonId, FieldFault> {
    let person = office.people.get(place);
    person.map(|person| person.id.clone()).ok_or_else(|| bad("participants", "somebody who is not there"))
}

fn local(at: NaiveDateTime) -> Result<LocalDateTime, FieldFault> {
    LocalDateTime::new(at).ok_or_else(|| bad("start", "a year that is not taken"))
}

fn lasting(days: i64, seconds: i64) -> Result<Duration, FieldFault> {
    Duration::new(days, seconds).ok_or_else(|| bad("duration", "a duration that is not taken"))
}

fn bad(member: &str, what: &'static str) -> FieldFault {
    FieldFault::new(format!("/{member}"), "drawn", what)
}

const fn status(answer: Answer) -> ParticipationStatus {
    match answer {
        Answer::Accepted => ParticipationStatus::Accepted,
        Answer::Tentative => ParticipationStatus::Tentative,
        Answer::Declined => ParticipationStatus::Declined,
        Answer::Open => ParticipationStatus::NeedsAction,
    }
}

fn rule(repeat: Repeat, start: NaiveDateTime) -> RecurrenceRule {
    let weekly = RecurrenceRule::every(Frequency::Weekly);
    match repeat {
        Repeat::Workdays(count) => RecurrenceRule {
            by_day: WORKDAYS.map(|day| on(day, None)).to_vec(),
            count: Some(count),
            ..weekly
        },
        Repeat::Weekly(count) => RecurrenceRule { count, ..weekly },
        Repeat::Monthly(count) => {
            let weekday = usize::try_from(start.weekday().num_days_from_monday()).unwrap_or(0);
            let week = i16::try_from(start.day0() / 7 + 1).unwrap_or(1);
            // Not every month has a fifth Monday; the last one it has.
            let nth_of_period = Some(if week == 5 { -1 } else { week });
            let day = WORKDAYS.get(weekday).copied().unwrap_or(Weekday::Mo);
            let by_day = vec![on(day, nth_of_period)];
            RecurrenceRule { by_day, count: Some(count), ..RecurrenceRule::every(Frequency::Monthly) }
        }
    }
}

fn on(day: Weekday, nth_of_period: Option<i16>) -> NDay {
    NDay { object_type: Default::default(), day, nth_of_period }
}
