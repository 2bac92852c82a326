//! Who organizes an event that a client stores: the owner of its calendar, somebody else, or nobody.

use renraku_base::{EventId, PersonId, Principal};
use renraku_db::{ReadTx, Tx};
use renraku_people::directory::service as directory;

use super::{
    ObjectFault,
    facilities::{self, Invited},
    parameters,
};
use crate::{
    ScheduleFault,
    codec::ical,
    model::{Event, PatchObject},
    service::{audience::renew, update_event::Opened},
    store::{
        self,
        calendars::StoredCalendar,
        events::{Organizer, StoredEvent},
    },
};

/// The mail address of a person, if they have one.
pub(super) fn email_of(tx: &mut ReadTx<'_>, person: &PersonId) -> Result<Option<String>, ScheduleFault> {
    let named = directory::names(tx, std::slice::from_ref(person))?.remove(person);
    Ok(named.and_then(|named| named.email))
}

/// Whether the owner of a calendar organizes an event that is put into it, or whoever puts it there does for them.
pub(super) fn organized_by(
    tx: &mut ReadTx<'_>,
    home: &StoredCalendar,
    who: &Principal,
    event: &Event,
    invited: &[Invited],
    text: &str,
) -> Result<bool, ScheduleFault> {
    match &event.organizer_calendar_address {
        Some(address) => are_theirs(tx, home, who, &[address]),
        None if is_unorganized(event, invited) => Ok(false),
        None if invites_to_occurrences(event, invited) => {
            let root = ical::read_components(text.as_bytes());
            let components = root.children.iter().flat_map(|calendar| &calendar.children);
            let lines = components.flat_map(|it| &it.lines).filter(|line| line.name == "ORGANIZER");
            let addresses: Vec<&str> = lines.map(|line| line.value.trim()).collect();
            are_theirs(tx, home, who, &addresses)
        }
        None => Ok(true),
    }
}

/// Whether there are addresses, each of them that of the owner of a calendar, or of who writes into it.
fn are_theirs(
    tx: &mut ReadTx<'_>,
    home: &StoredCalendar,
    who: &Principal,
    addresses: &[&str],
) -> Result<bool, ScheduleFault> {
    let persons: Vec<PersonId> = home.owner().into_iter().chain([who.person.clone()]).collect();
    let named = directory::names(tx, &persons)?;
    let is_theirs = |address: &&str| {
        persons.iter().any(|person| {
            let email = named.get(person).and_then(|it| it.email.as_deref());
            facilities::is_address_of(address, person, email)
        })
    };
    Ok(!addresses.is_empty() && addresses.iter().all(is_theirs))
}

/// Whether others take part in what nobody organizes, or somebody whose address cannot be read. It is no invitation (RFC 6638 §3.1):
/// nobody is told of it. Rooms alone are booked, and who organizes what has guests of single occurrences alone may be said there.
fn is_unorganized(event: &Event, invited: &[Invited]) -> bool {
    let is_room = |key: &String| invited.iter().any(|it| it.at.is_none() && it.key == *key);
    event.organizer_calendar_address.is_none() && event.participants.keys().any(|key| !is_room(key))
}

/// Whether others than rooms take part in single occurrences.
fn invites_to_occurrences(event: &Event, invited: &[Invited]) -> bool {
    event.invites_to_occurrences()
        && (invited.iter().all(|it| it.at.is_none())
            || facilities::booking(event, invited).0.invites_to_occurrences())
}

/// Whether what nobody of the house organizes gets the owner of its calendar as its organizer. An invitation from outside keeps its own:
/// what names another is refused, for it is another event.
pub(super) fn is_taken_over(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    before: &Opened,
    (sent, text): (&Event, &str),
) -> Result<bool, ObjectFault> {
    let stored = &before.stored;
    if stored.organizer.is_some() {
        return Ok(false);
    }
    if is_another(tx, (stored, &before.home), sent)? {
        return Err(ObjectFault::AnotherEvent);
    }
    if matches!(stored.organized_by(), Organizer::Outside(_)) && is_of(tx, stored, sent)? {
        return Ok(false);
    }
    let invited = facilities::find(tx, &mut sent.clone())?;
    Ok(organized_by(tx, &before.home, who, sent, &invited, text)?)
}

/// Whether what is sent is another event than the one that is stored: it is organized by somebody else than the one who invites the
/// owner of the calendar, or others in the name of the owner.
pub(crate) fn is_another(
    tx: &mut ReadTx<'_>,
    (stored, home): (&StoredEvent, &StoredCalendar),
    sent: &Event,
) -> Result<bool, ScheduleFault> {
    match (stored.organized_by(), home.owner()) {
        (Organizer::Ours(_), _) => {
            let binds = stored.event.has_others() || !stored.all_facilities().is_empty();
            Ok(binds && sent.organizer_calendar_address.is_some() && !is_of(tx, stored, sent)?)
        }
        (Organizer::Outside(_), Some(owner)) if !is_of(tx, stored, sent)? => {
            let is_known = stored.event.staff().contains(&owner);
            Ok(is_known || invites(&stored.event, &owner, email_of(tx, &owner)?.as_deref()))
        }
        (Organizer::Outside(_), _) | (Organizer::Nobody, _) => Ok(false),
    }
}

/// Whether what is sent turns an event of the owner of a calendar alone into one of others: somebody outside organizes it, or nobody what
/// others take part in.
pub(super) fn is_of_others(
    tx: &mut ReadTx<'_>,
    who: &Principal,
    before: &Opened,
    (sent, text): (&Event, &str),
) -> Result<bool, ScheduleFault> {
    let stored = &before.stored;
    if stored.event.has_others() || !stored.all_facilities().is_empty() || !sent.has_others() {
        return Ok(false);
    }
    let invited = facilities::find(tx, &mut sent.clone())?;
    Ok(!organized_by(tx, &before.home, who, sent, &invited, text)?)
}

/// Turns what nobody of the house organizes into an event of the calendar's owner alone: whoever takes part in it now is invited to it.
pub(super) fn take_over(tx: &mut Tx<'_>, before: &Opened) -> Result<(), ScheduleFault> {
    let mut alone = StoredEvent { organizer: before.home.owner(), ..before.stored.clone() };
    alone.event.participants.clear();
    alone.event.organizer_calendar_address = None;
    parameters::forget_organizer(&mut alone.event);
    for patch in alone.event.recurrence_overrides.values_mut() {
        *patch = std::mem::take(patch).without(&["participants"]);
    }
    renew(tx, &before.stored, &mut alone);
    Ok(store::events::put(tx, &alone)?)
}

/// Whether what is stored in the calendar of another names whoever stores it as its organizer, as programs do: it is organized by its owner.
pub(super) fn names_sender(
    tx: &mut ReadTx<'_>,
    home: &StoredCalendar,
    who: &Principal,
    sent: &Event,
) -> Result<bool, ScheduleFault> {
    match sent.organizer_calendar_address.as_ref().filter(|_| !home.is_of(&who.person)) {
        Some(address) => {
            Ok(facilities::is_address_of(address, &who.person, email_of(tx, &who.person)?.as_deref()))
        }
        None => Ok(false),
    }
}

/// Whoever writes into the calendar of another organizes in their name: they take part themselves where they are a guest, too.
pub(super) fn write_for_owner(
    tx: &mut ReadTx<'_>,
    home: &StoredCalendar,
    who: &Principal,
    sent: &mut Event,
) -> Result<(), ScheduleFault> {
    if !names_sender(tx, home, who, sent)? {
        return Ok(());
    }
    sent.organizer_calendar_address = None;
    parameters::forget_organizer(sent);
    sent.change_everywhere(PatchObject::touches_people, |_, event| {
        event.participants.retain(|_, it| {
            let was_owner = it.roles.remove("owner").is_some();
            !(was_owner && it.roles.is_empty())
        });
    });
    Ok(())
}

/// To which of these events, which the owner of a calendar put away, what is sent is the invitation: it has the same organizer, and
/// the owner takes part in it.
pub(crate) fn invitation_among(
    tx: &mut ReadTx<'_>,
    home: &StoredCalendar,
    put_away: Vec<EventId>,
    sent: &Event,
) -> Result<Option<EventId>, ScheduleFault> {
    let Some(owner) = home.owner().filter(|_| sent.organizer_calendar_address.is_some()) else {
        return Ok(None);
    };
    for id in put_away {
        let Some(stored) = store::events::get(tx, &id)? else { continue };
        if is_of(tx, &stored, sent)? && invites(sent, &owner, email_of(tx, &owner)?.as_deref()) {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Whether what is sent names the organizer whom an event has, as it was shown or as they are reached now.
pub(super) fn is_of(tx: &mut ReadTx<'_>, stored: &StoredEvent, sent: &Event) -> Result<bool, ScheduleFault> {
    let known = stored.event.organizer_calendar_address.as_ref();
    let Some(address) = &sent.organizer_calendar_address else { return Ok(known.is_none()) };
    if known.is_some_and(|known| known.eq_ignore_ascii_case(address)) {
        return Ok(true);
    }
    let Some(organizer) = &stored.organizer else { return Ok(false) };
    Ok(facilities::is_address_of(address, organizer, email_of(tx, organizer)?.as_deref()))
}

/// Whether somebody takes part in an event, or in single occurrences of it.
fn invites(event: &Event, person: &PersonId, email: Option<&str>) -> bool {
    let names = |event: &Event| {
        let mut addresses = event.participants.values().filter_map(|it| it.calendar_address.as_deref());
        addresses.any(|it| facilities::is_address_of(it, person, email))
    };
    names(event) || event.occurrences_of(PatchObject::changes_people).iter().any(|(_, it)| names(it))
}
