//! Who hears of a change of an event: those who come to it, those who are no longer part of it, and, when the time or
//! place is another one, those who stay.

use renraku_base::{PersonId, Principal, Timestamp};
use renraku_db::Tx;
use renraku_notify::NotificationType::{self, Cancelled, Invited, Moved};
use renraku_people::directory::service::note_contact;

use super::update_event::{Change, Scope};
use crate::{
    ScheduleFault,
    jobs::{self, Guests, News},
    model::{Event, LocalDateTime, Status},
    rules::recurrence,
};

/// Staff, and addresses outside.
type Crowd = (Vec<PersonId>, Vec<String>);

/// Has everyone told whom a change concerns.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    who: &Principal,
    change: &Change,
    moved: bool,
) -> Result<(), ScheduleFault> {
    let news = match change.scope {
        Scope::All => of_series(change, moved, tx.now()),
        Scope::This(recurrence_id) => of_occurrence(change, recurrence_id, moved),
    };
    let invited = news.iter().filter(|piece| piece.kind == Invited).flat_map(|piece| &piece.crowd.0);
    note_contact(tx, &who.person, invited)?;
    for Piece { kind, removed, occurrence, crowd: (staff, outside) } in news {
        let occurrence = occurrence.as_ref().map(|(id, occurrence)| (*id, occurrence));
        jobs::tell(tx, who, News { kind, stored: &change.after, occurrence, removed }, staff, outside)?;
    }
    Ok(())
}

/// One piece of news, and whom to tell.
struct Piece {
    kind: NotificationType,
    /// Whether they no longer take part in what takes place.
    removed: bool,
    occurrence: Option<(LocalDateTime, Event)>,
    crowd: Crowd,
}

fn of_series(change: &Change, moved: bool, now: Timestamp) -> Vec<Piece> {
    let organizer = change.after.organizer.as_ref();
    let (before, after) = (&change.before.stored, &change.after);
    let (was, is) = (jobs::audience(&before.event, organizer), jobs::audience(&after.event, organizer));
    let added = missing(&is, &was);
    let stayed = missing(&is, &added);
    let mut news = vec![
        Piece { kind: Invited, removed: false, occurrence: None, crowd: added },
        Piece {
            kind: Cancelled,
            removed: takes_place(&after.event),
            occurrence: None,
            crowd: missing(&was, &is),
        },
    ];
    let elsewhere = before.event.place() != after.event.place() || before.facilities != after.facilities;
    if moved || elsewhere {
        news.push(Piece { kind: changed(&after.event), removed: false, occurrence: None, crowd: stayed });
    }
    news.extend(of_guests(change, now));
    news
}

/// Whoever takes part in single occurrences alone hears of these alone.
fn of_guests(change: &Change, now: Timestamp) -> Vec<Piece> {
    let organizer = change.after.organizer.as_ref();
    let guests_before = jobs::guests(&change.before.stored.event, organizer);
    // The exceptions of a series that moves get new names, so theirs are known by their time.
    let all = (!same_names(change)).then(|| together(guests_before.iter()));
    let mut news = Vec::new();
    for guests in jobs::guests(&change.after.event, organizer) {
        let at_its_time = guests_before.iter().filter(|it| it.occurrence.is_when(&guests.occurrence));
        let told = missing(&guests.crowd, &together(at_its_time));
        if told.0.is_empty() && told.1.is_empty() {
            continue;
        }
        let of_it = together(guests_before.iter().filter(|it| it.recurrence_id == guests.recurrence_id));
        let known = all.as_ref().unwrap_or(&of_it);
        let added = missing(&told, known);
        let stayed = missing(&told, &added);
        let kind = changed(&guests.occurrence);
        let invited = if kind == Moved { Invited } else { kind };
        let occurrence = Some((guests.recurrence_id, guests.occurrence));
        news.push(Piece { kind: invited, removed: false, occurrence: occurrence.clone(), crowd: added });
        news.push(Piece { kind, removed: false, occurrence, crowd: stayed });
    }
    news.extend(guests_before.into_iter().filter_map(|it| lost(change, it, now)));
    news
}

/// The guests of all of these.
fn together<'g>(guests: impl Iterator<Item = &'g Guests>) -> Crowd {
    guests.fold(Crowd::default(), |mut all, it| {
        all.0.extend_from_slice(&it.crowd.0);
        all.1.extend_from_slice(&it.crowd.1);
        all
    })
}

/// Whether the occurrences of a series are known by the same original starts as before.
fn same_names(change: &Change) -> bool {
    let (before, after) = (&change.before.stored.event, &change.after.event);
    (before.start, before.time_zone) == (after.start, after.time_zone)
}

/// What those hear who were guests of an occurrence and come to it no more. What is over is no news.
fn lost(change: &Change, guests: Guests, now: Timestamp) -> Option<Piece> {
    let (after, id) = (&change.after.event, guests.recurrence_id);
    let dropped = change.dropped.contains(&id);
    let over = recurrence::end(&guests.occurrence).is_some_and(|end| end < now);
    if over || !takes_place(&guests.occurrence) || !(dropped || same_names(change)) {
        return None;
    }
    let there = !dropped && recurrence::has_occurrence(after, id);
    let is = after.occurrence(id).filter(|_| there);
    let stay = is.as_ref().map(|it| jobs::audience(it, change.after.organizer.as_ref())).unwrap_or_default();
    let removed = is.as_ref().is_some_and(takes_place);
    let was = Event { sequence: after.sequence, ..guests.occurrence };
    Some(Piece {
        kind: Cancelled,
        removed,
        occurrence: Some((id, was)),
        crowd: missing(&guests.crowd, &stay),
    })
}

fn of_occurrence(change: &Change, id: LocalDateTime, moved: bool) -> Vec<Piece> {
    let organizer = change.after.organizer.as_ref();
    let (before, after) = (&change.before.stored, &change.after);
    // One that was left out is told as it was, and one that is back as it is.
    let (was, is) = (before.event.occurrence(id), after.event.occurrence(id));
    let gone = is.as_ref().is_none_or(|it| it.status == Status::Cancelled);
    let (Some(was), Some(is)) = (was.as_ref().or(is.as_ref()), is.as_ref().or(was.as_ref())) else {
        return Vec::new();
    };
    let (crowd_before, crowd) = (jobs::audience(was, organizer), jobs::audience(is, organizer));
    let added = missing(&crowd, &crowd_before);
    let stayed = missing(&crowd, &added);
    let piece = |kind, event: &Event, crowd| {
        // Also who is told how it was must know this from what they were told before.
        let occurrence = Some((id, Event { sequence: after.event.sequence, ..event.clone() }));
        Piece { kind, removed: false, occurrence, crowd }
    };
    let lost = piece(Cancelled, was, missing(&crowd_before, &crowd));
    let mut news = vec![piece(Invited, is, added), Piece { removed: !gone, ..lost }];
    let elsewhere = was.place() != is.place() || before.facilities_at(id) != after.facilities_at(id);
    if moved || elsewhere {
        news.push(piece(if gone { Cancelled } else { Moved }, is, stayed));
    }
    news
}

fn takes_place(event: &Event) -> bool {
    event.status != Status::Cancelled
}

fn changed(event: &Event) -> NotificationType {
    if takes_place(event) { Moved } else { Cancelled }
}

/// Those of `some` who are not among `others`.
fn missing(some: &Crowd, others: &Crowd) -> Crowd {
    let staff = some.0.iter().filter(|it| !others.0.contains(it)).cloned().collect();
    let outside = some.1.iter().filter(|it| !others.1.contains(it)).cloned().collect();
    (staff, outside)
}
