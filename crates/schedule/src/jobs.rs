//! What happens later. Each body may run more than once; [`run`] knows them by the kinds in [`KINDS`].

mod answer_mail;
mod audience;
mod called_off;
mod delivery;
mod horizon;
mod inbox;
mod invitation;
mod notices;
mod pace;
mod reminders;
mod renewal;

use renraku_base::{CalendarId, EventId, Id, PersonId, Principal};
use renraku_db::{CollectionId, Error, Tx, changes::Audience, jobs};
use serde::{Deserialize, Serialize};

use crate::{
    ScheduleFault,
    service::{delete_calendar, placing},
};

pub(crate) use answer_mail::mail_answer;
pub(crate) use audience::{Guests, audience, guests};
pub(crate) use called_off::CalledOff;
pub use delivery::note_delivery;
pub use horizon::{EXTEND_HORIZON, catch_up, start_extending};
pub(crate) use inbox::answer as answer_letter;
pub(crate) use notices::{News, call_off, details, tell, tell_again};
pub(crate) use reminders::{remind_next, remind_own, remind_reader};
pub use renewal::forget_gone;
use renewal::{RENAMED, REZONED};
pub(crate) use renewal::{read_in_new_zone, renew_bookings};

const SPREAD: &str = "schedule.spread";
const TELL: &str = "schedule.tell";
const REMIND: &str = "schedule.remind";
const EMPTY_CALENDAR: &str = "schedule.empty_calendar";

/// The kinds of jobs that [`run`] does.
pub const KINDS: [&str; 7] = [SPREAD, TELL, REMIND, EXTEND_HORIZON, EMPTY_CALENDAR, RENAMED, REZONED];

/// Whether jobs of this kind write many rows.
#[must_use]
pub fn is_large(kind: &str) -> bool {
    [SPREAD, EXTEND_HORIZON, EMPTY_CALENDAR, RENAMED, REZONED].contains(&kind)
}

/// Runs the body of a job in the transaction in which it is finished; `false` says that the kind is not of this area.
///
/// # Errors
/// [`ScheduleFault`] when the database fails or the payload cannot be read: the job is run again.
pub fn run(tx: &mut Tx<'_>, kind: &str, payload: &str) -> Result<bool, ScheduleFault> {
    match kind {
        SPREAD => run_spread(tx, payload)?,
        TELL => notices::run(tx, payload)?,
        REMIND => reminders::run(tx, payload)?,
        EXTEND_HORIZON => horizon::run(tx)?,
        EMPTY_CALENDAR => run_empty_calendar(tx, payload)?,
        RENAMED => renewal::run_renamed(tx, payload)?,
        REZONED => renewal::run_rezoned(tx, payload)?,
        _ => return Ok(false),
    }
    Ok(true)
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spread {
    event: String,
    collections: Vec<i64>,
    /// Who can notice the change; of a job from before this was known, everybody.
    #[serde(default)]
    audience: i32,
}

/// Brings an event into, or out of, the index and change log of these calendars.
pub(crate) fn spread(
    tx: &mut Tx<'_>,
    event: &EventId,
    collections: &[CollectionId],
    audience: Audience,
) -> Result<(), ScheduleFault> {
    let payload = Spread {
        event: event.as_str().to_owned(),
        collections: collections.iter().map(|collection| collection.0).collect(),
        audience: audience.number(),
    };
    let due = tx.now();
    jobs::enqueue(tx, SPREAD, &payload, due, None)?;
    Ok(())
}

fn run_spread(tx: &mut Tx<'_>, payload: &str) -> Result<(), ScheduleFault> {
    let payload: Spread = read(payload)?;
    let collections: Vec<CollectionId> = payload.collections.into_iter().map(CollectionId).collect();
    let audience = Audience::from_number(payload.audience)
        .ok_or_else(|| Error::damaged(format!("audience {} in a job", payload.audience)))?;
    placing::spread(tx, &Id::stored(payload.event), &collections, audience)
}

#[derive(Serialize, Deserialize)]
struct Emptied {
    calendar: CalendarId,
    /// Who deleted it.
    person: PersonId,
}

/// Has the rest of a calendar that was deleted taken away.
pub(crate) fn empty_calendar(
    tx: &mut Tx<'_>,
    who: &Principal,
    calendar: &CalendarId,
) -> Result<(), ScheduleFault> {
    let payload = Emptied { calendar: calendar.clone(), person: who.person.clone() };
    let due = tx.now();
    jobs::enqueue(tx, EMPTY_CALENDAR, &payload, due, None)?;
    Ok(())
}

fn run_empty_calendar(tx: &mut Tx<'_>, payload: &str) -> Result<(), ScheduleFault> {
    let Emptied { calendar, person } = read(payload)?;
    delete_calendar::go_on(tx, &Principal::person(person), &calendar)
}

fn read<'p, T: Deserialize<'p>>(payload: &'p str) -> Result<T, ScheduleFault> {
    serde_json::from_str(payload).map_err(|error| Error::damaged(error).into())
}
