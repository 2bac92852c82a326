use actix_web::http::StatusCode;
use renraku_base::{Fault, FieldFault};
use renraku_contacts::{ContactsFault, service::objects::CardFault};
use renraku_db::Error;
use renraku_people::{AccountFault, directory::DirectoryFault};
use renraku_schedule::{ScheduleFault, service::objects::ObjectFault};
use renraku_web::{WebFault, status};

use super::{Condition, MOST_OPEN, Need, xml::BadXml};

/// Of how many fields it is told what is wrong with them.
const TOLD_FIELDS: usize = 5;

/// What this face refuses, and with which words.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DavFault {
    /// The request did not come in.
    #[error(transparent)]
    Web(#[from] WebFault),
    /// Who asks is not proven.
    #[error(transparent)]
    Account(#[from] AccountFault),
    /// The schedule refused.
    #[error(transparent)]
    Schedule(#[from] ScheduleFault),
    /// A calendar object was refused.
    #[error(transparent)]
    Object(#[from] ObjectFault),
    /// The contacts refused.
    #[error(transparent)]
    Contacts(#[from] ContactsFault),
    /// A card object was refused.
    #[error(transparent)]
    Card(#[from] CardFault),
    /// The directory refused.
    #[error(transparent)]
    Directory(#[from] DirectoryFault),
    /// The body is no XML that is taken.
    #[error(transparent)]
    Xml(#[from] BadXml),
    /// The database did not do what was asked.
    #[error(transparent)]
    Database(#[from] Error),
    /// A condition of a standard is not met.
    #[error("{0:?}")]
    Condition(Condition),
    /// A UID is in use, at this path.
    #[error("the UID is in use at {0}")]
    UidInUse(String),
    /// The UID of a card is in use, at this path.
    #[error("the UID is in use at {0}")]
    CardUidInUse(String),
    /// An event is in another calendar already, at this path.
    #[error(
        "this event is in another calendar already, and what others take part in or what books a room is there once: keep it where \
         it is; it goes neither into the calendar of another nor out of it, and read an event that you organize anew before you move it \
         between your own"
    )]
    UidElsewhere(Option<String>),
    /// A right is lacking, and not where the path of the request says.
    #[error("{fault}")]
    Lacks {
        /// Which, and where.
        need: Need,
        /// The refusal.
        fault: Box<DavFault>,
    },
    /// Enough answers of the person are on their way.
    #[error(
        "{MOST_OPEN} answers are on their way to you already: read them to their end or close their connections, then ask again"
    )]
    TooManyOpen,
    /// Nothing that the client takes can be had.
    #[error("what is there cannot be had in any form that is accepted")]
    NotAcceptable,
    /// There is nothing at this path.
    #[error("there is nothing at this path")]
    NotFound,
    /// What is at this path does not take this method.
    #[error("the method is not taken here")]
    MethodNotAllowed,
    /// The request cannot be understood.
    #[error("{0}")]
    BadRequest(&'static str),
    /// Where something is to be put there is no place for it.
    #[error("{0}")]
    Conflict(&'static str),
    /// What is expected of the object is not so.
    #[error("the object is not as expected")]
    Stale,
    /// A body of this type is not taken.
    #[error("a body of this type is not taken")]
    UnsupportedType,
    /// A destination on another server.
    #[error("the destination is on another server, to which nothing is brought from here")]
    OtherServer,
}

impl From<Condition> for DavFault {
    fn from(condition: Condition) -> Self {
        Self::Condition(condition)
    }
}

/// How a refusal is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Told {
    pub status: StatusCode,
    pub condition: Option<Condition>,
}

impl Told {
    const fn status(status: StatusCode) -> Self {
        Self { status, condition: None }
    }

    /// The status for a method. Programs keep what they could not store now for later when the server is said to be unable to take it
    /// (503), and give it up when it is said to be theirs to mend (429); reports are asked again after either.
    pub fn status_to(&self, method: &str) -> StatusCode {
        match self.status {
            StatusCode::TOO_MANY_REQUESTS if method != "REPORT" => StatusCode::SERVICE_UNAVAILABLE,
            status => status,
        }
    }
}

impl From<Condition> for Told {
    fn from(condition: Condition) -> Self {
        Self { status: condition.status(), condition: Some(condition) }
    }
}

impl DavFault {
    /// Whether a right is what is lacking.
    pub fn lacks_right(&self) -> bool {
        self.told().condition == Some(Condition::NeedPrivileges)
    }

    /// The same, told of a right that is needed elsewhere than at the path of the request, where a right is what is lacking.
    pub fn needing(self, need: impl FnOnce() -> Need) -> Self {
        if self.lacks_right() { Self::Lacks { need: need(), fault: Box::new(self) } } else { self }
    }

    /// The one table from refusals to statuses and elements.
    pub fn told(&self) -> Told {
        match self {
            Self::Web(fault) => Told::status(status(fault.kind())),
            Self::Account(fault) => Told::status(status(fault.kind())),
            Self::Directory(fault) => Told::status(status(fault.kind())),
            Self::Database(fault) => Told::status(status(fault.kind())),
            Self::Schedule(fault) => schedule(fault),
            Self::Object(fault) => object(fault),
            Self::Xml(_) | Self::BadRequest(_) => Told::status(StatusCode::BAD_REQUEST),
            Self::Condition(condition) => (*condition).into(),
            Self::Lacks { fault, .. } => fault.told(),
            Self::UidInUse(_) => Condition::NoUidConflict.into(),
            Self::UidElsewhere(_) => Condition::UniqueSchedulingObject.into(),
            Self::Contacts(fault) => contacts(fault),
            Self::Card(fault) => card(fault),
            Self::CardUidInUse(_) => Condition::NoCardUidConflict.into(),
            Self::TooManyOpen => Told::status(StatusCode::TOO_MANY_REQUESTS),
            Self::NotAcceptable => Told::status(StatusCode::NOT_ACCEPTABLE),
            Self::NotFound => Told::status(StatusCode::NOT_FOUND),
            Self::MethodNotAllowed => Told::status(StatusCode::METHOD_NOT_ALLOWED),
            Self::Conflict(_) => Told::status(StatusCode::CONFLICT),
            Self::Stale => Told::status(StatusCode::PRECONDITION_FAILED),
            Self::UnsupportedType => Told::status(StatusCode::UNSUPPORTED_MEDIA_TYPE),
            Self::OtherServer => Told::status(StatusCode::BAD_GATEWAY),
        }
    }

    /// What is wrong, where that says more than the element: clients show it, or write it into their log.
    pub fn reason(&self) -> Option<String> {
        match self {
            Self::Schedule(ScheduleFault::Invalid(fields))
            | Self::Object(
                ObjectFault::CalendarData(fields) | ObjectFault::Refused(ScheduleFault::Invalid(fields)),
            )
            | Self::Contacts(ContactsFault::Invalid(fields))
            | Self::Card(
                CardFault::AddressData(fields) | CardFault::Refused(ContactsFault::Invalid(fields)),
            ) => {
                let said: Vec<String> = fields.iter().take(TOLD_FIELDS).map(of_field).collect();
                Some(said.join("; "))
            }
            Self::Schedule(ScheduleFault::BadQuery(field))
            | Self::Contacts(ContactsFault::BadQuery(field)) => Some(of_field(field)),
            Self::Lacks { fault, .. } => fault.reason(),
            Self::Object(ObjectFault::TooLarge | ObjectFault::TooManyAttendees)
            | Self::Card(CardFault::TooLarge)
            | Self::Condition(_)
            | Self::Schedule(ScheduleFault::WindowTooFull) => {
                Some(self.told().condition?.reason().to_owned())
            }
            Self::OtherServer | Self::UidInUse(_) | Self::UidElsewhere(_) | Self::CardUidInUse(_) => {
                Some(self.to_string())
            }
            Self::Schedule(_) | Self::Object(_) | Self::Contacts(_) | Self::Card(_) => Some(self.to_string()),
            _ => None,
        }
    }
}

/// That a line of what was sent is no UTF-8.
pub(crate) fn not_utf8(line: usize) -> FieldFault {
    let detail = "the line is not UTF-8: save the file as UTF-8, then send it";
    FieldFault::new(format!("line {line}"), "not-utf8", detail)
}

/// What is wrong with a field, with its place where it has one.
fn of_field(field: &FieldFault) -> String {
    match field.pointer.as_str() {
        "" => field.detail.clone(),
        pointer => format!("{pointer}: {}", field.detail),
    }
}

fn schedule(fault: &ScheduleFault) -> Told {
    match fault {
        ScheduleFault::NotFound | ScheduleFault::NoOccurrence => Told::status(StatusCode::NOT_FOUND),
        ScheduleFault::Forbidden | ScheduleFault::NotManaged | ScheduleFault::SharedWithGroup => {
            Condition::NeedPrivileges.into()
        }
        ScheduleFault::NotOrganizer => Condition::AllowedOrganizerChange.into(),
        ScheduleFault::Stale(_) => Told::status(StatusCode::PRECONDITION_FAILED),
        ScheduleFault::BadQuery(_) => Told::status(StatusCode::BAD_REQUEST),
        ScheduleFault::Invalid(fields) => calendar_data(fields).into(),
        ScheduleFault::NotACalendar => Condition::ValidCalendarData.into(),
        ScheduleFault::IdTaken => Condition::ResourceMustBeNull.into(),
        ScheduleFault::UidTaken(_) => Condition::NoUidConflict.into(),
        ScheduleFault::FacilityTaken(_) => Told::status(StatusCode::CONFLICT),
        ScheduleFault::FacilitySeriesNeedsEnd
        | ScheduleFault::SeriesTooDense
        | ScheduleFault::FacilityRules(_)
        | ScheduleFault::ScopeNotSupported => Condition::ValidCalendarObjectResource.into(),
        ScheduleFault::CalendarFixed => Condition::DefaultCalendarNeeded.into(),
        ScheduleFault::WindowTooFull | ScheduleFault::GroupTooLarge { .. } => {
            Condition::NumberOfMatchesWithinLimits.into()
        }
        ScheduleFault::Internal(error) => Told::status(status(error.kind())),
    }
}

/// Of a text that is right but for its time, that this is too early or too late.
fn calendar_data(fields: &[FieldFault]) -> Condition {
    let all = |codes: &[&str]| !fields.is_empty() && fields.iter().all(|field| codes.contains(&&*field.code));
    if all(&["year"]) {
        Condition::MaxDateTime
    } else if all(&["year-early", "year"]) {
        Condition::MinDateTime
    } else {
        Condition::ValidCalendarData
    }
}

fn object(fault: &ObjectFault) -> Told {
    match fault {
        ObjectFault::Stale => Told::status(StatusCode::PRECONDITION_FAILED),
        ObjectFault::Same | ObjectFault::OnePlace => Told::status(StatusCode::FORBIDDEN),
        ObjectFault::AnotherEvent | ObjectFault::Delegated => Condition::AllowedAttendeeChange.into(),
        ObjectFault::OtherOrganizer => Condition::AllowedOrganizerChange.into(),
        ObjectFault::Organizers => Condition::SameOrganizer.into(),
        ObjectFault::Elsewhere { .. } => Condition::UniqueSchedulingObject.into(),
        ObjectFault::TooLarge => Condition::MaxResourceSize.into(),
        ObjectFault::CalendarData(fields) => calendar_data(fields).into(),
        ObjectFault::Shape(_) => Condition::ValidCalendarObjectResource.into(),
        ObjectFault::Component(_) => Condition::SupportedCalendarComponent.into(),
        ObjectFault::TooManyAttendees => Condition::MaxAttendeesPerInstance.into(),
        ObjectFault::UidTaken { .. } => Condition::NoUidConflict.into(),
        ObjectFault::ReservedName => Condition::NameAllowed.into(),
        ObjectFault::Refused(fault) => schedule(fault),
    }
}

fn contacts(fault: &ContactsFault) -> Told {
    match fault {
        ContactsFault::NotFound => Told::status(StatusCode::NOT_FOUND),
        ContactsFault::Forbidden | ContactsFault::NotManaged | ContactsFault::SharedWithGroup => {
            Condition::NeedPrivileges.into()
        }
        ContactsFault::Stale(_) => Told::status(StatusCode::PRECONDITION_FAILED),
        ContactsFault::BadQuery(_) => Told::status(StatusCode::BAD_REQUEST),
        ContactsFault::Invalid(_) | ContactsFault::NotAVCard => Condition::ValidAddressData.into(),
        ContactsFault::IdTaken => Condition::ResourceMustBeNull.into(),
        ContactsFault::UidTaken(_) => Condition::NoCardUidConflict.into(),
        ContactsFault::ContactChanged(_) => Told::status(StatusCode::CONFLICT),
        ContactsFault::AddressBookFixed => Told::status(StatusCode::FORBIDDEN),
        ContactsFault::Internal(error) => Told::status(status(error.kind())),
    }
}

fn card(fault: &CardFault) -> Told {
    match fault {
        CardFault::Stale => Told::status(StatusCode::PRECONDITION_FAILED),
        CardFault::Same => Told::status(StatusCode::FORBIDDEN),
        CardFault::TooLarge => Condition::MaxCardSize.into(),
        CardFault::Version => Condition::SupportedAddressData.into(),
        CardFault::AddressData(_) => Condition::ValidAddressData.into(),
        CardFault::UidTaken { .. } => Condition::NoCardUidConflict.into(),
        CardFault::ReservedName => Condition::NameAllowed.into(),
        CardFault::Refused(fault) => contacts(fault),
    }
}
