//! What others take part in, or what books something, is once in the calendars of a person (RFC 6638 §3.2.1). Calendar programs that
//! know no `MOVE` store it in another calendar and delete it in the first: it is the same event that goes there, with the answers and the
//! room that it has.

use renraku_base::{EventId, Principal, Role};
use renraku_db::{Changed, ReadTx, Tx};

use super::{
    Carry, Expectation, ObjectCalendar, ObjectFault,
    arrival::Arrival,
    list::heads,
    list_calendars,
    organizer::{is_of, names_sender},
    put::Put,
};
use crate::{
    ScheduleFault,
    model::Event,
    service::{ScheduleReply, create_event::role_in},
    store::{
        self,
        calendars::StoredCalendar,
        events::{Organizer, StoredEvent},
        placements::Placement,
    },
};

/// That of these events of which a second one would be stored by what is sent: the owner of the calendar has it in another one, or who stores
/// has, or may write where it was made.
pub(super) fn find(
    tx: &mut Tx<'_>,
    who: &Principal,
    home: &StoredCalendar,
    elsewhere: Vec<EventId>,
    sent: &Event,
) -> Result<Option<StoredEvent>, ScheduleFault> {
    for id in elsewhere {
        let Some(stored) = store::events::get(tx, &id)? else { continue };
        let binds = stored.event.has_others() || !stored.all_facilities().is_empty();
        let is_organized = !matches!(stored.organized_by(), Organizer::Nobody);
        let is_owners = stored.organizer.is_some() && stored.organizer == home.owner();
        let is_same = is_of(tx, &stored, sent)? || is_owners && names_sender(tx, home, who, sent)?;
        if binds && is_organized && is_same && concerns(tx, who, home, &stored)? {
            return Ok(Some(stored));
        }
    }
    Ok(None)
}

/// Whether an event is in a calendar of the owner of another one or of who stores there, or was made where they may write.
fn concerns(
    tx: &mut Tx<'_>,
    who: &Principal,
    home: &StoredCalendar,
    stored: &StoredEvent,
) -> Result<bool, ScheduleFault> {
    let owner = home.owner();
    let is_theirs = |place: &Placement| place.person == owner || place.person.as_ref() == Some(&who.person);
    let has = |place: &Placement| !place.hidden && place.person.is_some() && is_theirs(place);
    if store::placements::list(tx, &stored.id)?.iter().any(has) {
        return Ok(true);
    }
    let made_in = store::calendars::get(tx, &stored.calendar)?.ok_or(ScheduleFault::NotFound)?;
    Ok(role_in(tx, who, &made_in)?.is_some_and(|role| role >= Role::Write))
}

impl Arrival<'_> {
    /// Moves an event here from another calendar of its owner and turns it into what is sent. An invitation stays where it came in, and what
    /// is sent by whoever knows an older version alone would change the event back.
    pub(super) fn bring_over(
        &self,
        tx: &mut Tx<'_>,
        who: &Principal,
        stored: &StoredEvent,
        sent: Event,
    ) -> Result<Changed<Put>, ObjectFault> {
        let at = self.other_place(tx, who, &stored.id)?;
        let may = |from: &ObjectCalendar| {
            from.calendar.id == stored.calendar
                && from.role >= Role::Write
                && sent.sequence >= stored.event.sequence
        };
        let Some((from, name)) = at.as_ref().filter(|(from, _)| may(from)) else {
            return Err(ObjectFault::Elsewhere { at: at.map(Box::new) });
        };
        let carry = Carry {
            from: (from, name),
            to: (self.calendar, self.name),
            overwrite: false,
            expected: &Expectation::NONE,
            reply: ScheduleReply::Withhold,
        };
        let carried = carry.move_(tx, who)?;
        if !matches!(stored.organized_by(), Organizer::Ours(_)) {
            // Nothing tells whether whoever sends it knows what became of it since.
            return Ok(carried.map(|_| Put { created: true, etag: None, schedule_tag: None }));
        }
        let put = self.replace(tx, who, &stored.id, sent)?.into_inner();
        Ok(carried.map(|_| Put { created: true, ..put }))
    }

    /// Where else in this home somebody sees an event, with its name there.
    fn other_place(
        &self,
        tx: &mut ReadTx<'_>,
        who: &Principal,
        id: &EventId,
    ) -> Result<Option<(ObjectCalendar, String)>, ScheduleFault> {
        let owner = self.calendar.stored.owner();
        let places = store::placements::list(tx, id)?;
        let holds = |calendar: &ObjectCalendar| {
            places.iter().any(|place| place.collection == calendar.collection && place.person == owner)
        };
        let calendars = list_calendars(tx, who, &self.calendar.home)?;
        let Some(calendar) = calendars.into_iter().find(holds) else { return Ok(None) };
        let head = heads(tx, who, &calendar, &[id.as_str()])?.remove(id.as_str());
        Ok(head.map(|head| (calendar, head.name)))
    }
}
