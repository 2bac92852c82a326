use renraku_db::Tx;

use super::{
    ObjectCalendar, ObjectFault, facilities, parameters,
    text::{self, Names},
};
use crate::{
    codec::ical::{self, Contents},
    model::Event,
    service::view::without_alerts,
    store::events::StoredEvent,
};

/// An event as calendar clients are shown it, read back.
pub(super) struct Shown {
    pub event: Event,
    /// Whom it names as its organizer, with what it books.
    organizer: Option<String>,
}

impl Shown {
    pub fn of(tx: &mut Tx<'_>, calendar: &ObjectCalendar, stored: &StoredEvent) -> Result<Self, ObjectFault> {
        let organizer = stored.organizer.as_ref();
        let names = Names::of(tx, std::iter::once((organizer, stored.facilities.as_slice())))?;
        let shown = names.present(&stored.event, organizer, &stored.facilities);
        let object = ical::read_object(text::write(&shown).as_bytes())?;
        let Contents::Event(mut event) = object.contents else {
            return Err(ObjectFault::Shape("an event is written as something else"));
        };
        parameters::take(&mut event);
        let organizer = event.organizer_calendar_address.clone();
        let booked = facilities::find(tx, &mut event)?.into_iter().filter(|it| !it.declined);
        let keys: Vec<String> = booked.map(|it| it.key).collect();
        facilities::remove(&mut event, &keys);
        let event = if calendar.is_mine() { *event } else { without_alerts(*event) };
        Ok(Self { event, organizer })
    }

    /// Whether what is sent names the organizer as they were shown.
    pub fn names_organizer_of(&self, sent: &Event) -> bool {
        let (shown, said) = (self.organizer.as_deref(), sent.organizer_calendar_address.as_deref());
        shown.zip(said).is_some_and(|(shown, said)| shown.eq_ignore_ascii_case(said))
    }
}
