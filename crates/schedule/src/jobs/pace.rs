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

/// How long after a mail the next one about the same goes out.
const PAUSE: Duration = Duration::from_secs(5 * 60);
/// So much later goes what is about one occurrence, after what waits about the whole: read the other way round it would be undone.
const AFTER: Duration = Duration::from_secs(1);
/// Of what was sent this long ago nothing need be known.
const KEPT: Duration = Duration::from_hours(24);

/// Queues a mail about an event, or the occurrence with this original start, to an address. What still waits about the same is not sent
/// any more. With `at_once` it waits for nothing that it makes useless: who need not come any more must hear of it.
pub(super) fn queue(
    tx: &mut Tx<'_>,
    (event, recurrence_id): (&EventId, &str),
    address: &str,
    (mail, at_once): (&OutgoingMail, bool),
) -> Result<(), ScheduleFault> {
    let now = tx.now();
    let last = store::list(tx, event, address)?;
    let same: Vec<&LastMail> = last.iter().filter(|it| is_about(it, recurrence_id)).collect();
    if same.iter().any(|it| it.message_id == mail.message_id) {
        return Ok(());
    }
    let due = due(now, &last, recurrence_id, at_once);
    if !service::queue_mail(tx, mail, due)? {
        return Ok(());
    }
    for superseded in &same {
        service::withdraw_mail(tx, &superseded.message_id)?;
    }
    let noted =
        LastMail { recurrence_id: recurrence_id.to_owned(), message_id: mail.message_id.clone(), due };
    Ok(store::put(tx, event, address, &noted)?)
}

/// Whether a mail says nothing beyond what is said now: what is said of the whole is said of each occurrence.
fn is_about(last: &LastMail, recurrence_id: &str) -> bool {
    recurrence_id.is_empty() || last.recurrence_id == recurrence_id
}

/// When a mail goes out.
fn due(now: Timestamp, last: &[LastMail], recurrence_id: &str, at_once: bool) -> Timestamp {
    let whole = last.iter().find(|it| it.recurrence_id.is_empty() && !recurrence_id.is_empty());
    let behind = whole.filter(|it| it.due > now).map_or(now, |it| it.due + AFTER);
    // What waits is replaced where it stands: who goes on changing does not put it off for ever.
    let next = |it: &LastMail| if it.due > now { it.due } else { it.due + PAUSE };
    let paced = last.iter().filter(|it| !at_once && is_about(it, recurrence_id)).map(next).max();
    paced.map_or(behind, |paced| paced.max(behind))
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
    fn mails_about_the_same_are_five_minutes_apart() {
        let (whole, one, other) = ("", "2026-04-02T09:00:00", "2026-04-03T09:00:00");
        for (last, recurrence_id, at_once, expected) in [
            (vec![], whole, false, 0),
            (vec![mail(whole, -10)], whole, false, 290),
            (vec![mail(whole, -300)], whole, false, 0),
            (vec![mail(whole, -400)], whole, false, 0),
            (vec![mail(whole, 120)], whole, false, 120),
            (vec![mail(whole, 120)], whole, true, 0),
            (vec![mail(one, -10)], whole, false, 290),
            (vec![mail(one, -10)], other, false, 0),
            (vec![mail(one, -10)], one, false, 290),
            (vec![mail(whole, -10)], one, false, 0),
            (vec![mail(whole, 120)], one, false, 121),
            (vec![mail(whole, 120)], one, true, 121),
            (vec![mail(whole, 120), mail(one, 200)], one, false, 200),
        ] {
            let due = due(at(0), &last, recurrence_id, at_once);
            assert_eq!(due, at(expected), "{last:?} {recurrence_id} {at_once}");
        }
    }
}
