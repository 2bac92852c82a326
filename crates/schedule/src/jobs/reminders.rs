//! The next reminder of an event is always one job for each person who keeps alerts with it; when it ran, the one after it is.

use std::time::Duration;

use renraku_base::{ETag, EventId, PersonId, Principal, Timestamp};
use renraku_db::{Tx, jobs};
use renraku_notify::{Notice, NotificationType, Repeat, Subject, service::tell};
use serde::{Deserialize, Serialize};

use super::{REMIND, notices::details, read};
use crate::{
    ScheduleFault,
    model::{Alert, Event, Own, ParticipationStatus, PatchObject, RelativeTo, Trigger, Zone},
    rules::recurrence::{self, Instance, MAX_INSTANCES, Window},
    service::{
        index,
        view::{BUSY, Sight},
    },
    store::{
        self,
        calendars::StoredCalendar,
        events::StoredEvent,
        placements::{Placement, StoredOwn},
    },
};

/// Reminders of a series are looked for this far ahead: most are found in the first, cheap look, that of a leap day in the last.
const LOOKS: [Duration; 3] = [Duration::from_hours(24 * 40), Duration::from_hours(24 * 400), EVER];
/// Longer than the calendar.
const EVER: Duration = Duration::from_hours(24 * 366 * 210);
/// How far from an occurrence of a series an alert at one instant may lie that is about it.
const AT_ONE_INSTANT: Duration = Duration::from_hours(24 * 31);
/// How late somebody is reminded of what is over, as when no server ran: of a series less late, for it reminds again.
const LATE: Duration = Duration::from_hours(24 * 7);
const LATE_IN_SERIES: Duration = Duration::from_hours(24);

#[derive(Serialize, Deserialize)]
struct Due {
    event: EventId,
    at: Timestamp,
    /// The calendar whose person it is for, where that is not the one in which the event was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<i64>,
    /// The person whom it is for, where they see the event in a calendar of another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reader: Option<PersonId>,
}

/// An alert and the occurrence that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reminder {
    at: Timestamp,
    instance: Instance,
}

impl Reminder {
    /// Whether it is still worth telling: what it is about is not over, or it was due not long ago.
    fn is_news(&self, event: &Event, now: Timestamp) -> bool {
        let late = if event.is_series() { LATE_IN_SERIES } else { LATE };
        self.instance.utc_end > now || self.at > now - late
    }
}

/// Puts the next reminder after `after` into the queue, if the event has one. A job for a reminder that the event no longer
/// has finds that out when it runs.
pub(crate) fn remind_next(
    tx: &mut Tx<'_>,
    stored: &StoredEvent,
    zone: Zone,
    after: Timestamp,
) -> Result<(), ScheduleFault> {
    let at = next(&stored.event, zone, after, tx.now());
    enqueue(tx, at, |at| Due { event: stored.id.clone(), at, place: None, reader: None })
}

/// The same for the alerts that somebody who takes part keeps with an event.
pub(crate) fn remind_own(
    tx: &mut Tx<'_>,
    (stored, place): (&StoredEvent, &Placement),
    zone: Zone,
    after: Timestamp,
) -> Result<(), ScheduleFault> {
    let Some(kept) = &place.own else { return Ok(()) };
    let (at, place) = (next(&with(stored, kept), zone, after, tx.now()), Some(place.collection.0));
    enqueue(tx, at, |at| Due { event: stored.id.clone(), at, place, reader: None })
}

/// The same for the alerts that somebody keeps with an event of another's calendar.
pub(crate) fn remind_reader(
    tx: &mut Tx<'_>,
    stored: &StoredEvent,
    (reader, kept): (&PersonId, &StoredOwn),
    zone: Zone,
    after: Timestamp,
) -> Result<(), ScheduleFault> {
    let (at, reader) = (next(&with(stored, kept), zone, after, tx.now()), Some(reader.clone()));
    enqueue(tx, at, |at| Due { event: stored.id.clone(), at, place: None, reader })
}

fn enqueue(
    tx: &mut Tx<'_>,
    at: Option<Timestamp>,
    due: impl FnOnce(Timestamp) -> Due,
) -> Result<(), ScheduleFault> {
    let Some(at) = at else { return Ok(()) };
    let due = due(at);
    let place = due.place.map(|place| format!(":{place}")).unwrap_or_default();
    let reader = due.reader.as_ref().map(|reader| format!(":{reader}")).unwrap_or_default();
    let unique = format!("{REMIND}:{}:{}{place}{reader}", due.event, at.micros());
    jobs::enqueue(tx, REMIND, &due, at, Some(&unique))?;
    Ok(())
}

/// The event with the alerts that somebody keeps with it.
fn with(stored: &StoredEvent, kept: &StoredOwn) -> Event {
    kept.own.instead(stored.event.clone(), recurrence::has_occurrence)
}

/// When the next of the alerts in an event is due that is worth telling.
fn next(event: &Event, zone: Zone, after: Timestamp, now: Timestamp) -> Option<Timestamp> {
    let may_be_due =
        |alert: &Alert| alert.acknowledged.is_none() && !matches!(alert.trigger, Trigger::Unknown(_));
    if !event.alerts.values().any(may_be_due) && !event.recurrence_overrides.values().any(says_own) {
        return None;
    }
    let due = |window, until| {
        let found = reminders(event, window).into_iter().filter(|it| it.is_news(event, now)).map(|it| it.at);
        found.filter(|at| *at > after && *at <= until).min()
    };
    if !event.is_series() {
        return due(around(event, after, zone), after + EVER);
    }
    // Those of a long time without a server are not passed one by one.
    let (from, reach) = (after.max(now - LATE_IN_SERIES), reach(event));
    LOOKS.into_iter().find_map(|ahead| {
        let until = from + ahead;
        due(Window { from: from - reach, to: until + reach, zone }, until)
    })
}

/// The time in which what an alert at this instant is about may lie.
fn around(event: &Event, at: Timestamp, zone: Zone) -> Window {
    let reach = if event.is_series() { reach(event) } else { EVER };
    Window { from: at - reach, to: index::just_after(at + reach), zone }
}

/// How far from its occurrence an alert of a series is due at most.
fn reach(event: &Event) -> Duration {
    let exceptions = event.occurrences_of(says_own);
    let own = exceptions.iter().flat_map(|(_, own)| own.alerts.values());
    let far = event.alerts.values().chain(own).map(|alert| match &alert.trigger {
        Trigger::OffsetTrigger { offset, .. } => {
            let days = Duration::from_hours(
                offset.days().unsigned_abs().saturating_mul(24).min(EVER.as_secs() / 3_600),
            );
            days.saturating_add(Duration::from_secs(offset.seconds().unsigned_abs())).min(EVER)
        }
        Trigger::AbsoluteTrigger { .. } => AT_ONE_INSTANT,
        Trigger::Unknown(_) => Duration::ZERO,
    });
    far.max().unwrap_or_default()
}

/// Whether an exception has alerts of its own.
fn says_own(patch: &PatchObject) -> bool {
    patch.of(&Own::MEMBERS).next().is_some()
}

/// The reminders of the occurrences in a window.
fn reminders(event: &Event, window: Window) -> Vec<Reminder> {
    let instances = recurrence::expand(event, window, MAX_INSTANCES).items;
    let mut found = Vec::new();
    for instance in instances {
        let exception = instance.recurrence_id.and_then(|id| event.recurrence_overrides.get_key_value(&id));
        let own = exception.filter(|(_, patch)| says_own(patch)).and_then(|(id, _)| event.occurrence(*id));
        let alerts = &own.as_ref().unwrap_or(event).alerts;
        for alert in alerts.values().filter(|alert| alert.acknowledged.is_none()) {
            if let Some(at) = due(&alert.trigger, &instance) {
                found.push(Reminder { at, instance });
            }
        }
    }
    found
}

fn due(trigger: &Trigger, instance: &Instance) -> Option<Timestamp> {
    match trigger {
        Trigger::OffsetTrigger { offset, relative_to } => {
            let base = match relative_to {
                RelativeTo::Start => instance.utc_start,
                RelativeTo::End => instance.utc_end,
            };
            let seconds = offset.days().checked_mul(86_400)?.checked_add(offset.seconds())?;
            Some(Timestamp::from_micros(base.micros().checked_add(seconds.checked_mul(1_000_000)?)?))
        }
        Trigger::AbsoluteTrigger { when } => Some(*when),
        Trigger::Unknown(_) => None,
    }
}

pub(super) fn run(tx: &mut Tx<'_>, payload: &str) -> Result<(), ScheduleFault> {
    let job: Due = read(payload)?;
    let Some(stored) = store::events::get(tx, &job.event)? else { return Ok(()) };
    let Some(home) = store::calendars::get(tx, &stored.calendar)? else { return Ok(()) };
    let Some((person, keeper)) = whose(tx, &job, &stored, &home)? else { return Ok(()) };
    let with_theirs = match &keeper {
        Keeper::Owner => stored.event.clone(),
        Keeper::Reader(own) => with(&stored, own),
        Keeper::Participant(place) => match &place.own {
            Some(own) => with(&stored, own),
            None => return Ok(()),
        },
    };
    let window = around(&with_theirs, job.at, home.time_zone);
    let due: Vec<Reminder> =
        reminders(&with_theirs, window).into_iter().filter(|reminder| reminder.at == job.at).collect();
    // Where nothing was due the event was changed since, and whoever changed it put the next reminder into the queue.
    if due.is_empty() {
        return Ok(());
    }
    let now = tx.now();
    for Reminder { instance, .. } in due.iter().filter(|it| it.is_news(&with_theirs, now)) {
        let own =
            instance.recurrence_id.filter(|_| instance.changed).and_then(|id| stored.event.occurrence(id));
        let occurrence = own.as_ref().unwrap_or(&stored.event);
        let goes = !matches!(keeper, Keeper::Participant(_))
            || occurrence.participation(&person).is_some_and(|it| it != ParticipationStatus::Declined);
        if goes {
            tell(tx, &person, &notice(&stored, instance, occurrence, job.at))?;
        }
    }
    match keeper {
        Keeper::Participant(place) => remind_own(tx, (&stored, &place), home.time_zone, job.at),
        Keeper::Reader(own) => remind_reader(tx, &stored, (&person, &own), home.time_zone, job.at),
        Keeper::Owner => remind_next(tx, &stored, home.time_zone, job.at),
    }
}

/// Who somebody is to an event with which they keep alerts.
enum Keeper {
    /// In their calendar it was made.
    Owner,
    /// They take part, and see it here.
    Participant(Placement),
    /// They see it in a calendar of another, and keep this.
    Reader(StoredOwn),
}

/// Whom a job reminds; nobody who put the event away or does not see what it says any more.
fn whose(
    tx: &mut Tx<'_>,
    job: &Due,
    stored: &StoredEvent,
    home: &StoredCalendar,
) -> Result<Option<(PersonId, Keeper)>, ScheduleFault> {
    if let Some(reader) = &job.reader {
        let sight = Sight::of(tx, &Principal::person(reader.clone()), &[stored.id.as_str()])?;
        let seen =
            sight.view(reader, stored).filter(|view| view.etag != ETag::of_view(stored.busy_version, BUSY));
        let kept = sight.kept(&stored.id).filter(|_| seen.is_some());
        return Ok(kept.map(|own| (reader.clone(), Keeper::Reader(own.clone()))));
    }
    let Some(collection) = job.place else {
        return Ok(home.owner().map(|person| (person, Keeper::Owner)));
    };
    let places = store::placements::list(tx, &stored.id)?;
    let place = places.into_iter().find(|place| place.collection.0 == collection && !place.hidden);
    Ok(place.and_then(|place| Some((place.person.clone()?, Keeper::Participant(place)))))
}

fn notice(stored: &StoredEvent, instance: &Instance, occurrence: &Event, at: Timestamp) -> Notice {
    let recurrence_id = instance.recurrence_id.map(|id| id.to_string());
    let mut details = details(occurrence);
    details.series = false;
    details.start = Some(instance.start.to_string());
    details.utc_start = Some(instance.utc_start);
    details.utc_end = Some(instance.utc_end);
    let key =
        format!("reminder:{}:{}:{}", stored.id, recurrence_id.as_deref().unwrap_or_default(), at.micros());
    Notice {
        kind: NotificationType::Reminder,
        subject: Subject { event_id: Some(stored.id.clone()), recurrence_id, ..Subject::default() },
        actor: None,
        details,
        repeat: Repeat::Once(key),
    }
}
