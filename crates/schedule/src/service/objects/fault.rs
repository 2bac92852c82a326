use renraku_base::FieldFault;
use renraku_db::Error;

use super::ObjectCalendar;
use crate::{ScheduleFault, codec::ical::NotAnObject};

/// Why a calendar object is not stored or deleted, as a calendar client is told it.
#[derive(Debug, thiserror::Error)]
pub enum ObjectFault {
    /// The object is not what the client expects: changed, there already, or gone.
    #[error("the object is not as expected")]
    Stale,
    /// The text is larger than an object may be.
    #[error("the text is too large")]
    TooLarge,
    /// The text is no valid iCalendar, or something in it cannot be taken.
    #[error("the text is no valid calendar data")]
    CalendarData(Vec<FieldFault>),
    /// The text is not the components of one UID and nothing else.
    #[error("{0}")]
    Shape(&'static str),
    /// Calendars do not hold components of this kind.
    #[error("a calendar does not hold {0}")]
    Component(String),
    /// More take part than may.
    #[error("too many take part")]
    TooManyAttendees,
    /// The UID is in use under another name, or the name for another UID.
    #[error("the UID belongs to another object")]
    UidTaken {
        /// The name under which it is, where whoever asks sees it.
        name: Option<String>,
    },
    /// What is sent over an invitation is not that invitation.
    #[error(
        "this is another event than the invitation here: decline that one, or store yours under a name and a UID of its own"
    )]
    AnotherEvent,
    /// A guest says that somebody else comes for them.
    #[error(
        "nobody is delegated to here: ask the organizer to invite whoever comes for you, and answer for yourself with yes, no or maybe"
    )]
    Delegated,
    /// What others are invited to by the owner of the calendar is said to be organized by somebody else.
    #[error(
        "who organizes an event in which others take part never changes: store it with its organizer, or under a name and a UID of its own"
    )]
    OtherOrganizer,
    /// The components of an event name several organizers.
    #[error("an event has one organizer: name the same in all of its components")]
    Organizers,
    /// Something is to be put where it is.
    #[error("the source and the destination are the same")]
    Same,
    /// What others take part in is to be copied, or to go into the calendar of another.
    #[error("others take part in this event: it stays in a calendar of its organizer's, and is there once")]
    OnePlace,
    /// What others take part in, or what books something, is to be stored a second time, in another calendar of its owner.
    #[error("the event is in another calendar already, and is there once")]
    Elsewhere {
        /// Where it is, where whoever asks sees it.
        at: Option<Box<(ObjectCalendar, String)>>,
    },
    /// A calendar is to be made under a name that is the server's to give.
    #[error("the server gives names of this form itself: choose another name")]
    ReservedName,
    /// The operation itself was refused.
    #[error(transparent)]
    Refused(#[from] ScheduleFault),
}

impl From<Error> for ObjectFault {
    fn from(error: Error) -> Self {
        Self::Refused(error.into())
    }
}

impl From<NotAnObject> for ObjectFault {
    fn from(fault: NotAnObject) -> Self {
        match fault {
            NotAnObject::Data(fields) => Self::CalendarData(fields),
            NotAnObject::Shape(why) => Self::Shape(why),
            NotAnObject::Component(name) => Self::Component(name),
            NotAnObject::Attendees => Self::TooManyAttendees,
            NotAnObject::Organizers => Self::Organizers,
        }
    }
}
