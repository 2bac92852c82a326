//! Somebody outside the office gets one mail about an event in five minutes, however often it is changed: the first goes out at once,
//! and of what follows soon after, the last.

use std::time::Duration;

use renraku_base::{EventId, Timestamp};
use renraku_db::Tx;
use renraku_notify::{OutgoingMail, service};

use crate::{
    ScheduleFault,
    store::invitation_mails::{self as store, LastMail},
};

/// How long after a mail the next one about the same event goes out.
const PAUSE: Duration = Duration::from_secs(5 * 60);
/// Of what was sent this long ago nothing need be known.
const KEPT: Duration = Duration::from_hours(24);

/// What a mail is about, and to whom it goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub event: &'a EventId,
    /// The occurrence by its original start; empty for the event as a whole.
    pub recurrence_id: &'a str,
    pub address: &'a str,
}

/// Queues a mail; with `at_once` it does not wait, for who need not come any more must hear of it. What still waits about the same is not
/// sent any more, and where something else about the event waits, one mail about the `whole` says both, to those who may know of it.
pub(super) fn queue(
    tx: &mut Tx<'_>,
    about: About<'_>,
    (mail, at_once): (&OutgoingMail, bool),
    whole: impl FnOnce(&mut Tx<'_>) -> Result<Option<OutgoingMail>, ScheduleFault>,
) -> Result<(), ScheduleFault> {
    let now = tx.now();
    let last = store::list(tx, about.event, about.address)?;
    let other_waits = last.iter().any(|it| it.due > now && it.recurrence_id != about.recurrence_id);
    let joins = !about.recurrence_id.is_empty() && other_waits;
    if at_once || !joins {
        put(tx, about, (mail, at_once), &last)?;
    }
    if joins {
        // What waits is older than this: a client that reads it later would undo this.
        let of_whole = About { recurrence_id: "", ..about };
        let joined = match whole(tx)? {
            Some(whole) => put(tx, of_whole, (&whole, false), &last)?,
            None => false,
        };
        if !joined && !at_once {
            put(tx, about, (mail, at_once), &last)?;
        }
    }
    Ok(())
}

/// Puts a mail into the queue in place of what it says too; `false` when one of its Message-ID went out before.
fn put(
    tx: &mut Tx<'_>,
    about: About<'_>,
    (mail, at_once): (&OutgoingMail, bool),
    last: &[LastMail],
) -> Result<bool, ScheduleFault> {
    let same: Vec<&LastMail> = last.iter().filter(|it| is_about(it, about.recurrence_id)).collect();
    let due = due(tx.now(), last, at_once);
    if same.iter().any(|it| it.message_id == mail.message_id) {
        return Ok(true);
    }
    if !service::queue_mail(tx, mail, due)? {
        return Ok(false);
    }
    for superseded in same.iter().filter(|it| !calls_off(&it.message_id)) {
        service::withdraw_mail(tx, &superseded.message_id)?;
    }
    let (recurrence_id, message_id) = (about.recurrence_id.to_owned(), mail.message_id.clone());
    store::put(tx, about.event, about.address, &LastMail { recurrence_id, message_id, due })?;
    Ok(true)
}

/// Whether a mail says nothing beyond what is said now: what is said of the whole is said of each occurrence.
fn is_about(last: &LastMail, recurrence_id: &str) -> bool {
    recurrence_id.is_empty() || last.recurrence_id == recurrence_id
}

/// Whether a mail, by its Message-ID, calls something off: nothing that is said later says so, too.
fn calls_off(message_id: &str) -> bool {
    message_id.split('@').next().is_some_and(|id| id.split('.').any(|part| part == "cancel"))
}

/// When a mail goes out.
fn due(now: Timestamp, last: &[LastMail], at_once: bool) -> Timestamp {
    // What waits is replaced where it stands: who goes on changing does not put it off for ever.
    let next = |it: &LastMail| if it.due > now { it.due } else { it.due + PAUSE };
    last.iter().filter(|_| !at_once).map(next).max().map_or(now, |next| next.max(now))
}

/// Forgets when mails went out long ago.
pub(super) fn forget_old(tx: &mut Tx<'_>) -> Result<(), ScheduleFault> {
    let before = tx.now() - KEPT;
    Ok(store::remove_older(tx, before)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_micros(1_000_000_000_000_000 + seconds * 1_000_000)
    }

    fn mail(recurrence_id: &str, due: i64) -> LastMail {
        LastMail { recurrence_id: recurrence_id.to_owned(), message_id: String::new(), due: at(due) }
    }

    #[test]
    fn mails_about_an_event_are_five_minutes_apart() {
        let one = "2026-04-02T09:00:00";
        for (last, expected) in [
            (vec![], 0),
            (vec![mail("", -10)], 290),
            (vec![mail("", -300)], 0),
            (vec![mail("", -400)], 0),
            (vec![mail("", 120)], 120),
            (vec![mail("", -400), mail(one, -10)], 290),
            (vec![mail("", -100), mail(one, 250)], 250),
        ] {
            assert_eq!(due(at(0), &last, false), at(expected), "{last:?}");
            assert_eq!(due(at(0), &last, true), at(0), "{last:?}");
        }
    }
}
