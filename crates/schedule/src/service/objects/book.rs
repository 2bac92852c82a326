//! What books the facilities that a calendar client invites.

use renraku_base::{EventId, FacilityId, Id};
use renraku_db::Tx;
use renraku_notify::{Notice, NotificationType, Repeat, Subject, service as notify};

use super::facilities::{self, Invited, Refusal};
use crate::{
    ScheduleFault, jobs,
    model::{Event, ParticipationStatus},
    store,
};

/// A facility that declined.
pub(super) struct Refused {
    id: FacilityId,
    name: Option<String>,
    why: Refusal,
}

/// Refuses the facilities that are invited to single occurrences alone.
pub(super) fn refuse_in_single(tx: &mut Tx<'_>, event: &mut Event) -> Result<Vec<Refused>, ScheduleFault> {
    let declined = facilities::decline_in_single(tx, event)?.into_iter();
    let refused =
        declined.map(|(id, name)| Refused { id: Id::stored(id), name: Some(name), why: Refusal::Single });
    Ok(refused.collect())
}

/// Does what books facilities, which are invited: those that cannot be booked are refused, and the rest goes on. Gives back which they
/// are.
pub(super) fn book<T>(
    tx: &mut Tx<'_>,
    sent: &Event,
    invited: Vec<Invited>,
    run: impl Fn(&mut Tx<'_>, Event, Vec<FacilityId>) -> Result<T, ScheduleFault>,
) -> Result<(T, Vec<Refused>), ScheduleFault> {
    if invited.is_empty() {
        return Ok((run(tx, sent.clone(), Vec::new())?, Vec::new()));
    }
    let (mut asked, mut refused): (Vec<Invited>, Vec<(Invited, Refusal)>) = (invited, Vec::new());
    loop {
        let mut event = sent.clone();
        refused.iter().for_each(|(it, why)| facilities::decline(&mut event, &it.key, *why));
        let keys: Vec<String> = asked.iter().map(|it| it.key.clone()).collect();
        facilities::remove(&mut event, &keys);
        let ids: Vec<FacilityId> = asked.iter().map(|it| it.id.clone()).collect();
        match tx.savepoint(|tx| run(tx, event, ids)) {
            Err(ScheduleFault::FacilityTaken(taken)) if asked.iter().any(|it| it.id == taken.facility_id) => {
                let them = asked.extract_if(.., |it| it.id == taken.facility_id);
                refused.extend(them.map(|it| (it, Refusal::Taken)));
            }
            // What one of them does not allow, others may.
            Err(ScheduleFault::FacilityRules(broken)) if !asked.is_empty() => {
                let known = |id: &&FacilityId| asked.iter().any(|it| it.id == **id);
                let one = broken.rule.facility_id.as_ref().filter(known).cloned();
                let them = asked.extract_if(.., |it| one.as_ref().is_none_or(|id| it.id == *id));
                refused.extend(them.map(|it| (it, Refusal::Time)));
            }
            Err(ScheduleFault::FacilitySeriesNeedsEnd | ScheduleFault::SeriesTooDense)
                if !asked.is_empty() =>
            {
                refused.extend(asked.drain(..).map(|it| (it, Refusal::Series)));
            }
            done => {
                let name = |key: &str| sent.participants.get(key)?.name.clone();
                let told =
                    refused.into_iter().map(|(it, why)| Refused { name: name(&it.key), id: it.id, why });
                return Ok((done?, told.collect()));
            }
        }
    }
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
    for Refused { id: facility, name, why } in refused {
        let mut details = jobs::details(&stored.event);
        details.participation_status = Some(ParticipationStatus::Declined.as_str().to_owned());
        details.place = name.or(details.place);
        let rule = serde_json::to_string(&sent.recurrence_rule).unwrap_or_default();
        let when = format!("{}:{}:{rule}", sent.start, sent.duration);
        let notice = Notice {
            kind: NotificationType::Answered,
            subject: Subject { event_id: Some(id.clone()), ..Subject::default() },
            actor: None,
            details,
            repeat: Repeat::Once(format!("refused:{id}:{facility}:{}:{when}", why.line())),
        };
        notify::tell(tx, organizer, &notice)?;
    }
    Ok(())
}
