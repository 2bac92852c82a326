use renraku_db::Tx;

use super::{
    ObjectCalendar, ObjectFault,
    facilities::{self, State},
    parameters,
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
    /// Whether it books anything.
    pub books: bool,
    /// Whom it names as its organizer, with what it books.
    organizer: Option<String>,
}

impl Shown {
    pub fn of(tx: &mut Tx<'_>, calendar: &ObjectCalendar, stored: &StoredEvent) -> Result<Self, ObjectFault> {
        let organizer = stored.organizer.as_ref();
        let names = Names::of(tx, std::iter::once(stored))?;
        let shown = names.present(&stored.event, organizer, &stored.facilities);
        let object = ical::read_object(text::write(&shown).as_bytes())?;
        let Contents::Event(mut event) = object.contents else {
            return Err(ObjectFault::Shape("an event is written as something else"));
        };
        parameters::take(&mut event);
        let organizer = event.organizer_calendar_address.clone();
        let invited = facilities::find(tx, &mut event)?;
        let books = invited.iter().any(|it| it.state == State::Asked);
        let event = if books { facilities::booking(&event, &invited).0 } else { *event };
        let event = if calendar.is_mine() { event } else { without_alerts(event) };
        Ok(Self { event, books, organizer })
    }

    /// Whether what is sent names the organizer as they were shown.
    pub fn names_organizer_of(&self, sent: &Event) -> bool {
        let (shown, said) = (self.organizer.as_deref(), sent.organizer_calendar_address.as_deref());
        shown.zip(said).is_some_and(|(shown, said)| shown.eq_ignore_ascii_case(said))
    }
}
