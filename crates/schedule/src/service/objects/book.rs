//! What books the facilities that a calendar client invites.

use renraku_base::{EventId, FacilityId};
use renraku_db::Tx;
use renraku_notify::{Notice, NotificationType, Repeat, Subject, service as notify};

use super::facilities::{Invited, Refusal, State, booking};
use crate::{
    ScheduleFault, jobs,
    model::{Event, LocalDateTime, ParticipationStatus},
    store,
};

/// A facility that declined.
pub(super) struct Refused {
    id: FacilityId,
    at: Option<LocalDateTime>,
    name: Option<String>,
    why: Refusal,
}

/// Does what books facilities, which are invited: those that cannot be booked are refused, and the rest goes on. Gives back which they
/// are.
pub(super) fn book<T>(
    tx: &mut Tx<'_>,
    sent: &Event,
    mut invited: Vec<Invited>,
    run: impl Fn(&mut Tx<'_>, Event, Vec<FacilityId>) -> Result<T, ScheduleFault>,
) -> Result<(T, Vec<Refused>), ScheduleFault> {
    if invited.is_empty() {
        return Ok((run(tx, sent.clone(), Vec::new())?, Vec::new()));
    }
    loop {
        let (event, facilities) = booking(sent, &invited);
        match tx.savepoint(|tx| run(tx, event, facilities)) {
            Ok(done) => return Ok((done, refused(sent, &invited))),
            Err(fault) if !refuse(sent, &mut invited, &fault) => return Err(fault),
            Err(_) => {}
        }
    }
}

/// Refuses the facilities for which something cannot be stored; `false` when it is not for them.
fn refuse(sent: &Event, invited: &mut Vec<Invited>, fault: &ScheduleFault) -> bool {
    let is_asked = |it: &Invited| it.state == State::Asked;
    match fault {
        ScheduleFault::FacilityTaken(taken) => {
            refuse_then(sent, invited, &taken.occurrences, Refusal::Taken, |it| it.id == taken.facility_id)
        }
        // What one of them does not allow, others may.
        ScheduleFault::FacilityRules(broken) => {
            let one = broken.rule.facility_id.as_ref();
            let is_it = |it: &Invited| one.is_none_or(|id| it.id == *id);
            refuse_then(sent, invited, &broken.occurrences, Refusal::Time, is_it)
        }
        ScheduleFault::FacilitySeriesNeedsEnd | ScheduleFault::SeriesTooDense => {
            // Single occurrences may be booked of a series that cannot be.
            let whole = invited.iter().any(|it| is_asked(it) && it.at.is_none());
            let them = invited.iter_mut().filter(|it| is_asked(it) && (it.at.is_none() || !whole));
            them.map(|it| it.state = State::Refused(Refusal::Series)).count() > 0
        }
        _ => false,
    }
}

/// Refuses these facilities for these occurrences, where each has an exception in which it can be said, and otherwise for the whole.
fn refuse_then(
    sent: &Event,
    invited: &mut Vec<Invited>,
    occurrences: &[LocalDateTime],
    why: Refusal,
    is_it: impl Fn(&Invited) -> bool,
) -> bool {
    let has_exception = |id: &LocalDateTime| {
        sent.recurrence_overrides.get(id).is_some_and(|patch| !patch.is_empty() && !patch.is_excluded())
    };
    let apart = !occurrences.is_empty() && occurrences.iter().all(has_exception);
    let mut more = Vec::new();
    // What is refused already is not refused again: who tries as long as something is would never end.
    let already = |it: &Invited| matches!(it.state, State::Refused(_)).then(|| (it.id.clone(), it.at));
    let before: Vec<_> = invited.iter().filter_map(already).collect();
    let mut any = false;
    for it in invited.iter_mut().filter(|it| it.state == State::Asked && is_it(it)) {
        match it.at {
            Some(at) if !occurrences.contains(&at) => continue,
            None if apart => {
                let then =
                    |at: &LocalDateTime| Invited { at: Some(*at), state: State::Refused(why), ..it.clone() };
                let known = more.len();
                let fresh = occurrences.iter().filter(|at| !before.contains(&(it.id.clone(), Some(**at))));
                more.extend(fresh.map(then));
                if more.len() == known {
                    continue;
                }
            }
            _ => it.state = State::Refused(why),
        }
        any = true;
    }
    invited.extend(more);
    any
}

/// Those that are refused now.
fn refused(sent: &Event, invited: &[Invited]) -> Vec<Refused> {
    let name = |it: &Invited| {
        let occurrence = it.at.and_then(|at| sent.occurrence(at));
        occurrence.as_ref().unwrap_or(sent).participants.get(&it.key)?.name.clone()
    };
    let them = invited.iter().filter_map(|it| match it.state {
        State::Refused(why) => Some(Refused { id: it.id.clone(), at: it.at, name: name(it), why }),
        State::Asked | State::Declined => None,
    });
    them.collect()
}

/// Tells whoever organizes the event what declined, as of a guest who does: once for each time that it cannot be booked at. A client
/// may store an event while nobody looks at it.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    id: &EventId,
    sent: &Event,
    refused: Vec<Refused>,
) -> Result<(), ScheduleFault> {
    if refused.is_empty() {
        return Ok(());
    }
    let stored = store::events::get(tx, id)?.ok_or(ScheduleFault::NotFound)?;
    let Some(organizer) = &stored.organizer else { return Ok(()) };
    for Refused { id: facility, at, name, why } in refused {
        let occurrence = at.and_then(|at| stored.event.occurrence(at));
        let mut details = jobs::details(occurrence.as_ref().unwrap_or(&stored.event));
        details.participation_status = Some(ParticipationStatus::Declined.as_str().to_owned());
        details.place = name.or(details.place);
        let when = match &occurrence {
            Some(it) => format!("{}:{}:{}", at.unwrap_or(it.start), it.start, it.duration),
            None => {
                let rule = serde_json::to_string(&sent.recurrence_rule).unwrap_or_default();
                format!("{}:{}:{rule}", sent.start, sent.duration)
            }
        };
        let recurrence_id = at.map(|at| at.to_string());
        let notice = Notice {
            kind: NotificationType::Answered,
            subject: Subject { event_id: Some(id.clone()), recurrence_id, ..Subject::default() },
            actor: None,
            details,
            repeat: Repeat::Once(format!("refused:{id}:{facility}:{}:{when}", why.line())),
        };
        notify::tell(tx, organizer, &notice)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use renraku_base::Id;
    use serde_json::json;

    use super::*;

    /// Whatever says so twice, the loop of [`book`] ends.
    #[test]
    fn occurrences_are_refused_once() {
        let at = |text: &str| text.parse::<LocalDateTime>().unwrap();
        let [first, second] = ["2026-12-07T10:00:00", "2026-12-08T10:00:00"].map(at);
        let mut event = Event::new("u", "x", first);
        for at in [first, second] {
            event.recurrence_overrides.insert(at, serde_json::from_value(json!({"title": "y"})).unwrap());
        }
        let room = Invited {
            id: Id::stored("room".to_owned()),
            key: "room".to_owned(),
            at: None,
            state: State::Asked,
        };
        let mut invited = vec![room];
        let mut refuse = |at: &[LocalDateTime]| {
            let any = refuse_then(&event, &mut invited, at, Refusal::Taken, |_| true);
            (any, invited.len())
        };
        assert_eq!(refuse(&[first]), (true, 2));
        assert_eq!(refuse(&[first]), (false, 2));
        assert_eq!(refuse(&[first, second]), (true, 3));
    }
}
