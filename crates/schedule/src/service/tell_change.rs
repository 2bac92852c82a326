//! Who hears of a change of an event: those who come to it, those who are no longer part of it, and, when the time or
//! place is another one, those who stay; of another title or description those outside, who see nothing but what they are sent.

use renraku_base::{PersonId, Principal, Timestamp};
use renraku_db::Tx;
use renraku_notify::NotificationType::{self, Cancelled, Invited, Moved};
use renraku_people::directory::service::note_contact;

use super::{change::Change, keep_own::leaves_out, update_event::Scope};
use crate::{
    ScheduleFault,
    jobs::{self, CalledOff, Guests, News},
    model::{Event, LocalDateTime, Status},
    rules::recurrence,
    store::events::StoredEvent,
};

/// Staff, and addresses outside.
type Crowd = (Vec<PersonId>, Vec<String>);

/// What changes of one event, one after the other, are to be told.
#[derive(Default)]
pub(crate) struct Untold {
    after: Option<StoredEvent>,
    news: Vec<Piece>,
}

impl Untold {
    /// What one change has everyone told whom it concerns.
    pub fn of(change: &Change, moved: bool, now: Timestamp) -> Self {
        let news = match change.scope {
            Scope::All => of_series(change, moved, now),
            Scope::This(recurrence_id) => of_occurrence(change, recurrence_id, moved),
        };
        Self { after: Some(change.after.clone()), news }
    }

    /// Adds what the next change is to have told.
    pub fn add(&mut self, next: Self) {
        self.after = next.after.or(self.after.take());
        self.news.extend(next.news);
    }

    /// Has all of it told. Somebody outside hears by one mail of all occurrences to which they come no more.
    pub fn tell(self, tx: &mut Tx<'_>, who: &Principal) -> Result<(), ScheduleFault> {
        let Some(stored) = self.after else { return Ok(()) };
        let invited = self.news.iter().filter(|piece| piece.kind == Invited).flat_map(|piece| &piece.crowd.0);
        note_contact(tx, &who.person, invited)?;
        let mut called_off = CalledOff::default();
        for Piece { kind, removed, occurrence, crowd: (staff, mut outside) } in self.news {
            if kind == Cancelled
                && let Some((id, occurrence)) = &occurrence
            {
                called_off.add(removed, *id, occurrence, std::mem::take(&mut outside));
            }
            let occurrence = occurrence.as_ref().map(|(id, occurrence)| (*id, occurrence));
            jobs::tell(tx, who, News { kind, stored: &stored, occurrence, removed }, staff, outside)?;
        }
        called_off.tell(tx, who, &stored)
    }
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
    let mut news = Vec::new();
    if takes_place(&after.event) {
        news.push(Piece { kind: Invited, removed: false, occurrence: None, crowd: added });
    }
    if takes_place(&before.event) {
        let (removed, crowd) = (takes_place(&after.event), missing(&was, &is));
        news.push(Piece { kind: Cancelled, removed, occurrence: None, crowd });
    }
    let elsewhere = before.event.place() != after.event.place() || before.facilities != after.facilities;
    // Nobody waits for what was called off, and is.
    let stays_off = !takes_place(&before.event) && !takes_place(&after.event);
    let kind = changed(&before.event, &after.event);
    if moved || elsewhere {
        let crowd = if stays_off { Crowd::default() } else { stayed };
        news.push(Piece { kind, removed: false, occurrence: None, crowd });
    } else {
        let mut of_exceptions = of_exceptions(change, &stayed);
        if !stays_off && says_otherwise(&before.event, &after.event) {
            // Staff see it as it is. Whoever is outside has what they were sent, and is sent it anew with all that is in it.
            let outside = (Vec::new(), stayed.1);
            let told = of_exceptions.iter_mut().filter(|piece| piece.kind == Moved);
            told.for_each(|piece| piece.crowd = missing(&piece.crowd, &outside));
            news.push(Piece { kind, removed: false, occurrence: None, crowd: outside });
        }
        news.extend(of_exceptions);
    }
    news.extend(of_guests(change, now));
    news
}

/// Whether another version of an event, at the same time and place, says something else to those who come to it.
fn says_otherwise(before: &Event, after: &Event) -> bool {
    let says = |event: &Event| {
        let Event { title, description, locations, virtual_locations, status, .. } = event.clone();
        (title, description, locations, virtual_locations, status)
    };
    says(before) != says(after)
}

/// What those who take part in the series hear of single occurrences that changed with it; of many, that it did.
fn of_exceptions(change: &Change, stayed: &Crowd) -> Vec<Piece> {
    const FEW: usize = 10;
    let (before, after) = (&change.before.stored.event, &change.after.event);
    let ids = before.different_exceptions(after);
    let told = |id: LocalDateTime| {
        let when = (recurrence::occurrence(before, id), recurrence::occurrence(after, id));
        let moved = match &when {
            (Some(before), Some(after)) => !before.is_when(after),
            (before, after) => before.is_some() != after.is_some(),
        };
        let of_it = of_occurrence(change, id, moved).into_iter();
        of_it.map(|piece| Piece { crowd: both(&piece.crowd, stayed), ..piece })
    };
    let news: Vec<Piece> = ids.iter().flat_map(|id| told(*id)).collect();
    let disturbs = |piece: &Piece| piece.kind != Invited && piece.crowd != Crowd::default();
    match ids.len() > FEW && news.iter().any(disturbs) {
        true => vec![Piece { kind: Moved, removed: false, occurrence: None, crowd: stayed.clone() }],
        false => news,
    }
}

/// Whoever takes part in single occurrences alone hears of these alone.
fn of_guests(change: &Change, now: Timestamp) -> Vec<Piece> {
    let organizer = change.after.organizer.as_ref();
    let guests_before = jobs::guests(&change.before.stored.event, organizer);
    // The exceptions of a series that moves get new names, so theirs are known by their time.
    let all = (!same_names(change)).then(|| together(guests_before.iter()));
    let mut news = Vec::new();
    for guests in jobs::guests(&change.after.event, organizer) {
        let booked = change.after.facilities_at(guests.recurrence_id);
        let as_it_is = || {
            guests_before.iter().filter(|it| {
                it.occurrence.is_when(&guests.occurrence)
                    && it.occurrence.place() == guests.occurrence.place()
                    && change.before.stored.facilities_at(it.recurrence_id) == booked
            })
        };
        let word_for_word = as_it_is().filter(|it| !says_otherwise(&it.occurrence, &guests.occurrence));
        let (staff, outside) = (together(as_it_is()).0, together(word_for_word).1);
        let told = missing(&guests.crowd, &(staff, outside));
        let is_then = |it: &Guests| {
            it.recurrence_id == guests.recurrence_id && it.occurrence.is_when(&guests.occurrence)
        };
        let told = match guests_before.iter().any(is_then) {
            true => missing(&told, &left_out(change, guests.recurrence_id)),
            false => told,
        };
        if told.0.is_empty() && told.1.is_empty() {
            continue;
        }
        let of_it = together(guests_before.iter().filter(|it| it.recurrence_id == guests.recurrence_id));
        let known = all.as_ref().unwrap_or(&of_it);
        let added = missing(&told, known);
        let stayed = missing(&told, &added);
        let before =
            guests_before.iter().find(|it| all.is_none() && it.recurrence_id == guests.recurrence_id);
        let before = before.map_or(&guests.occurrence, |it| &it.occurrence);
        let kind = changed(before, &guests.occurrence);
        let occurrence = Some((guests.recurrence_id, guests.occurrence));
        if kind != Cancelled {
            news.push(Piece { kind: Invited, removed: false, occurrence: occurrence.clone(), crowd: added });
        }
        news.push(Piece { kind, removed: false, occurrence, crowd: stayed });
    }
    news.extend(guests_before.into_iter().flat_map(|it| lost(change, it, now)));
    news
}

/// The guests of all of these.
fn together<'g>(guests: impl Iterator<Item = &'g Guests>) -> Crowd {
    guests.map(|it| &it.crowd).fold(Crowd::default(), joined)
}

fn joined(mut some: Crowd, others: &Crowd) -> Crowd {
    some.0.extend_from_slice(&others.0);
    some.1.extend_from_slice(&others.1);
    some
}

/// Whether the occurrences of a series are known by the same original starts as before.
fn same_names(change: &Change) -> bool {
    let (before, after) = (&change.before.stored.event, &change.after.event);
    (before.start, before.time_zone) == (after.start, after.time_zone)
}

/// What those hear who were guests of an occurrence and come to it no more. What is over is no news.
fn lost(change: &Change, guests: Guests, now: Timestamp) -> Vec<Piece> {
    let id = guests.recurrence_id;
    if recurrence::end(&guests.occurrence).is_some_and(|end| end < now) || !takes_place(&guests.occurrence) {
        return Vec::new();
    }
    let organizer = change.after.organizer.as_ref();
    let after = &change.after.event;
    let there = |id: LocalDateTime| {
        let is = !change.dropped.contains(&id) && recurrence::has_occurrence(after, id);
        after.occurrence(id).filter(|_| is)
    };
    let crowd_of = |it: Option<&Event>| it.map(|it| jobs::audience(it, organizer)).unwrap_or_default();
    // In a series that moved it may be called by its old start, or by its new one.
    let new_id = recurrence::shift(&change.before.stored.event, after).of(id);
    let (same, moved) = (there(id), there(new_id));
    let is = moved.as_ref().or(same.as_ref());
    let whole = jobs::audience(after, organizer);
    let stay = [&crowd_of(same.as_ref()), &crowd_of(moved.as_ref())].into_iter().fold(whole.clone(), joined);
    let gone = missing(&guests.crowd, &stay);
    // Clients outside know an occurrence by its name alone: what has another now is not what they have.
    let known = if same_names(change) { joined(whole, &crowd_of(same.as_ref())) } else { whole };
    let renamed = (Vec::new(), missing(&missing(&guests.crowd, &known), &gone).1);
    let removed = is.is_some_and(takes_place);
    let was = Event { sequence: after.sequence, ..guests.occurrence };
    let piece =
        |removed, crowd| Piece { kind: Cancelled, removed, occurrence: Some((id, was.clone())), crowd };
    vec![piece(removed, gone), piece(false, renamed)]
}

fn of_occurrence(change: &Change, id: LocalDateTime, moved: bool) -> Vec<Piece> {
    let organizer = change.after.organizer.as_ref();
    let (before, after) = (&change.before.stored, &change.after);
    // One that was left out is told as it was, and one that is back as it is.
    let (was, is) = (recurrence::occurrence(&before.event, id), recurrence::occurrence(&after.event, id));
    let gone = is.as_ref().is_none_or(|it| it.status == Status::Cancelled);
    let (Some(was), Some(is)) = (was.as_ref().or(is.as_ref()), is.as_ref().or(was.as_ref())) else {
        return Vec::new();
    };
    if gone && !takes_place(was) {
        return Vec::new();
    }
    let (mut crowd_before, mut crowd) = (jobs::audience(was, organizer), jobs::audience(is, organizer));
    if gone || !moved {
        // They do not come to it, and hear of it when it is at another time, to which they may.
        let away = left_out(change, id);
        (crowd_before, crowd) = (missing(&crowd_before, &away), missing(&crowd, &away));
    }
    let added = missing(&crowd, &crowd_before);
    let stayed = missing(&crowd, &added);
    let piece = |kind, event: &Event, crowd| {
        // Also who is told how it was must know this from what they were told before.
        let occurrence = Some((id, Event { sequence: after.event.sequence, ..event.clone() }));
        Piece { kind, removed: false, occurrence, crowd }
    };
    let lost = piece(Cancelled, was, missing(&crowd_before, &crowd));
    let mut news = Vec::new();
    if !gone {
        news.push(piece(Invited, is, added));
    }
    news.push(Piece { removed: !gone, ..lost });
    let kind = if gone { Cancelled } else { changed(was, is) };
    let elsewhere = was.place() != is.place() || before.facilities_at(id) != after.facilities_at(id);
    if moved || elsewhere {
        news.push(piece(kind, is, stayed));
    } else if says_otherwise(was, is) {
        news.push(piece(kind, is, (Vec::new(), stayed.1)));
    }
    news
}

/// Those who left an occurrence out of their calendars, or put all of the event away.
fn left_out(change: &Change, id: LocalDateTime) -> Crowd {
    let places = change.before.places.iter();
    let away = places.filter(|place| place.hidden || leaves_out(place, Some(id)));
    (away.filter_map(|place| place.person.clone()).collect(), Vec::new())
}

fn takes_place(event: &Event) -> bool {
    event.status != Status::Cancelled
}

/// What a change is to those who stay: to what was called off they are invited anew.
fn changed(before: &Event, after: &Event) -> NotificationType {
    match (takes_place(before), takes_place(after)) {
        (_, false) => Cancelled,
        (true, true) => Moved,
        (false, true) => Invited,
    }
}

/// Those of `some` who are not among `others`.
fn missing(some: &Crowd, others: &Crowd) -> Crowd {
    let staff = some.0.iter().filter(|it| !others.0.contains(it)).cloned().collect();
    let outside = some.1.iter().filter(|it| !others.1.contains(it)).cloned().collect();
    (staff, outside)
}

/// Those of `some` who are among `others`, too.
fn both(some: &Crowd, others: &Crowd) -> Crowd {
    missing(some, &missing(some, others))
}
