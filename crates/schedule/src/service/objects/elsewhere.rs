//! What others take part in, or what books something, is once in the calendars of a person (RFC 6638 §3.2.1). Calendar programs that
//! know no `MOVE` store it in another calendar and delete it in the first: it is the same event that goes there, with the answers and the
//! room that it has.

use renraku_base::{EventId, Principal, Role};
use renraku_db::{Changed, ReadTx, Tx};

use super::{
    Carry, Expectation, ObjectCalendar, ObjectFault, arrival::Arrival, list::heads, list_calendars,
    organizer::is_of, put::Put,
};
use crate::{
    ScheduleFault,
    model::Event,
    service::ScheduleReply,
    store::{
        self,
        events::{Organizer, StoredEvent},
    },
};

/// That of these events of which a second one would be stored by what is sent.
pub(super) fn find(
    tx: &mut ReadTx<'_>,
    elsewhere: Vec<EventId>,
    sent: &Event,
) -> Result<Option<StoredEvent>, ScheduleFault> {
    for id in elsewhere {
        let Some(stored) = store::events::get(tx, &id)? else { continue };
        let binds = stored.event.has_others() || !stored.all_facilities().is_empty();
        let is_organized = !matches!(stored.organized_by(), Organizer::Nobody);
        if binds && is_organized && is_of(tx, &stored, sent)? {
            return Ok(Some(stored));
        }
    }
    Ok(None)
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
