//! The next reminder of an event is always one job; when it ran, the one after it is.

use std::time::Duration;

use renraku_base::{EventId, Timestamp};
use renraku_db::{Tx, jobs};
use renraku_notify::{Notice, NotificationType, Repeat, Subject, service};
use serde::{Deserialize, Serialize};

use super::{REMIND, notices::details, read};
use crate::{
    ScheduleFault,
    model::{Event, RelativeTo, Trigger, Zone},
    rules::recurrence::{self, Instance, MAX_INSTANCES, Window},
    store::{self, events::StoredEvent},
};

/// Occurrences are looked for this far ahead; most reminders are found in the first, cheap look.
const LOOKS: [Duration; 2] = [Duration::from_hours(24 * 40), Duration::from_hours(24 * 400)];
/// Alerts come at most this long before or after the occurrence that they are about.
const REACH: Duration = Duration::from_hours(24 * 31);

#[derive(Serialize, Deserialize)]
struct Due {
    event: EventId,
    at: Timestamp,
}

/// An alert and the occurrence that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reminder {
    at: Timestamp,
    instance: Instance,
}

/// Puts the next reminder after `after` into the queue, if the event has one. A job for a reminder that the event no longer
/// has finds that out when it runs.
pub(crate) fn remind_next(
    tx: &mut Tx<'_>,
    stored: &StoredEvent,
    zone: Zone,
    after: Timestamp,
) -> Result<(), ScheduleFault> {
    let Some(at) = next(&stored.event, zone, after) else { return Ok(()) };
    let unique = format!("{REMIND}:{}:{}", stored.id, at.micros());
    jobs::enqueue(tx, REMIND, &Due { event: stored.id.clone(), at }, at, Some(&unique))?;
    Ok(())
}

fn next(event: &Event, zone: Zone, after: Timestamp) -> Option<Timestamp> {
    if event.alerts.is_empty() {
        return None;
    }
    LOOKS.into_iter().find_map(|ahead| {
        let window = Window { from: after - REACH, to: after + ahead, zone };
        reminders(event, window).into_iter().map(|it| it.at).filter(|at| *at > after).min()
    })
}

/// The reminders of the occurrences in a window.
fn reminders(event: &Event, window: Window) -> Vec<Reminder> {
    let instances = recurrence::expand(event, window, MAX_INSTANCES).items;
    let mut found = Vec::new();
    for instance in instances {
        for alert in event.alerts.values().filter(|alert| alert.acknowledged.is_none()) {
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
    let Some(person) = home.owner() else { return Ok(()) };
    let window = Window { from: job.at - REACH, to: job.at + REACH, zone: home.time_zone };
    let due: Vec<Reminder> =
        reminders(&stored.event, window).into_iter().filter(|reminder| reminder.at == job.at).collect();
    for Reminder { instance, .. } in &due {
        let recurrence_id = instance.recurrence_id.map(|id| id.to_string());
        let own =
            instance.recurrence_id.filter(|_| instance.changed).and_then(|id| stored.event.occurrence(id));
        let mut details = details(own.as_ref().unwrap_or(&stored.event));
        details.series = false;
        details.start = Some(instance.start.to_string());
        details.utc_start = Some(instance.utc_start);
        details.utc_end = Some(instance.utc_end);
        let key = format!(
            "reminder:{}:{}:{}",
            stored.id,
            recurrence_id.as_deref().unwrap_or_default(),
            job.at.micros()
        );
        let notice = Notice {
            kind: NotificationType::Reminder,
            subject: Subject { event_id: Some(stored.id.clone()), recurrence_id, ..Subject::default() },
            actor: None,
            details,
            repeat: Repeat::Once(key),
        };
        service::tell(tx, &person, &notice)?;
    }
    // Where nothing was due the event was changed since, and whoever changed it put the next reminder into the queue.
    if due.is_empty() {
        return Ok(());
    }
    remind_next(tx, &stored, home.time_zone, job.at)
}
