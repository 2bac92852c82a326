mod booking;

use renraku_base::{EventId, Fault, FieldFault, Kind, Role};
use renraku_db::Error;
use serde::Serialize;
use serde_json::{Map, Value};

pub use self::booking::{Alternative, Clash, FacilityRule, FacilityTaken, RuleBroken};
use crate::service::PRINCIPALS;

/// Every way in which an operation on the schedule may be refused.
#[derive(Debug, thiserror::Error)]
pub enum ScheduleFault {
    /// Not there, or not to be seen.
    #[error("there is no such object")]
    NotFound,
    /// The series has no occurrence with this original start.
    #[error("the series has no such occurrence")]
    NoOccurrence,
    /// Seen, but not allowed.
    #[error("the right for this is missing")]
    Forbidden,
    /// Seen, but only those who manage it share, rename or delete it.
    #[error("the right to manage this is missing")]
    NotManaged,
    /// Only the organizer's side may change what everyone sees of an event.
    #[error("only the organizer may change the event")]
    NotOrganizer,
    /// The object was changed in the meantime; carries it as it is now.
    #[error("the object has changed")]
    Stale(Value),
    /// A query parameter cannot be used.
    #[error("a query parameter is wrong")]
    BadQuery(FieldFault),
    /// Fields of the body are wrong.
    #[error("fields are wrong")]
    Invalid(Vec<FieldFault>),
    /// The id stands for something else.
    #[error("the id is taken")]
    IdTaken,
    /// Another event of the calendar has this UID.
    #[error("the uid is taken by event {0}")]
    UidTaken(EventId),
    /// A facility is booked by someone else at that time.
    #[error("a facility is taken")]
    FacilityTaken(Box<FacilityTaken>),
    /// A series that books a facility goes on for too long.
    #[error("a series that books a facility must end within 24 months")]
    FacilitySeriesNeedsEnd,
    /// A series happens too often, or too often to book a facility, or its owner has too many that happen so often.
    #[error("a series happens too often")]
    SeriesTooDense,
    /// A booking lies outside what the facility's rules allow.
    #[error("the booking rules of the facility do not allow it")]
    FacilityRules(Box<RuleBroken>),
    /// Changes to this and all later occurrences are not offered.
    #[error("the scope is not supported")]
    ScopeNotSupported,
    /// The owner of a calendar cannot lose it, nor a person their default calendar.
    #[error("this calendar must stay as it is")]
    CalendarFixed,
    /// What lets the person read the calendar is the right of a group, which they cannot leave alone.
    #[error("the calendar is shared with a group: whoever shared it takes it away, or the client hides it")]
    SharedWithGroup,
    /// The window holds more than one answer carries.
    #[error("the window holds too much")]
    WindowTooFull,
    /// The unit whose week is asked for has more people than one answer shows.
    #[error("the unit has {people} people, more than one answer shows")]
    GroupTooLarge {
        /// How many people have a post in it or below it.
        people: usize,
    },
    /// A file that was to be imported is no iCalendar.
    #[error("the file is no iCalendar")]
    NotACalendar,
    /// The database did not do what was asked.
    #[error("the database failed")]
    Internal(#[from] Error),
}

impl ScheduleFault {
    /// The refusal of a change to what is now `current`.
    ///
    /// # Errors
    /// [`Error`] when `current` cannot be written as JSON; then that is the refusal.
    pub fn stale(current: &impl Serialize) -> Self {
        match serde_json::to_value(current) {
            Ok(current) => Self::Stale(current),
            Err(error) => Self::Internal(Error::damaged(error)),
        }
    }

    /// One wrong field.
    pub fn field(pointer: &str, code: &'static str, detail: &str) -> Self {
        Self::Invalid(vec![FieldFault::new(pointer, code, detail)])
    }
}

impl Fault for ScheduleFault {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound | Self::NoOccurrence => Kind::NotFound,
            Self::Forbidden | Self::NotManaged | Self::NotOrganizer | Self::SharedWithGroup => {
                Kind::Forbidden
            }
            Self::Stale(_) => Kind::Stale,
            Self::BadQuery(_) | Self::NotACalendar => Kind::Malformed,
            Self::IdTaken | Self::UidTaken(_) | Self::FacilityTaken(_) | Self::CalendarFixed => {
                Kind::Conflict
            }
            Self::Invalid(_)
            | Self::FacilitySeriesNeedsEnd
            | Self::SeriesTooDense
            | Self::FacilityRules(_)
            | Self::ScopeNotSupported
            | Self::WindowTooFull
            | Self::GroupTooLarge { .. } => Kind::Invalid,
            Self::Internal(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound | Self::NoOccurrence => "not-found",
            Self::Forbidden | Self::NotManaged => "forbidden",
            Self::NotOrganizer => "not-organizer",
            Self::Stale(_) => "stale",
            Self::BadQuery(_) => "bad-query",
            Self::Invalid(_) => "invalid",
            Self::IdTaken => "id-taken",
            Self::UidTaken(_) => "uid-taken",
            Self::FacilityTaken(_) => "facility-taken",
            Self::FacilitySeriesNeedsEnd => "facility-series-needs-end",
            Self::SeriesTooDense => "series-too-dense",
            Self::FacilityRules(_) => "facility-rules",
            Self::ScopeNotSupported => "scope-not-supported",
            Self::CalendarFixed => "calendar-fixed",
            Self::SharedWithGroup => "shared-with-group",
            Self::WindowTooFull => "window-too-full",
            Self::GroupTooLarge { .. } => "too-many",
            Self::NotACalendar => "not-a-calendar",
            Self::Internal(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldFault> {
        match self {
            Self::BadQuery(field) => vec![field.clone()],
            Self::FacilityRules(broken) => vec![broken.field.clone()],
            Self::Invalid(fields) => fields.clone(),
            Self::NoOccurrence => vec![FieldFault::new(
                "recurrenceId",
                "no-occurrence",
                "the series has no occurrence with this original start",
            )],
            Self::FacilitySeriesNeedsEnd => vec![FieldFault::new(
                "/recurrenceRule",
                "facility-series-needs-end",
                "give `until` or `count`, so that the last occurrence lies within 24 months of the first",
            )],
            Self::SeriesTooDense => vec![FieldFault::new(
                "/recurrenceRule",
                "series-too-dense",
                "let it happen less often, or end it earlier",
            )],
            Self::ScopeNotSupported => {
                vec![FieldFault::new("scope", "scope-not-supported", "use this or all")]
            }
            Self::GroupTooLarge { people } => {
                let detail = format!("{people} people work there; a week shows at most {PRINCIPALS}");
                vec![FieldFault::new("unit", "too-many", detail).allowing(format!("≤ {PRINCIPALS}"))]
            }
            Self::NotFound
            | Self::Forbidden
            | Self::NotManaged
            | Self::NotOrganizer
            | Self::Stale(_)
            | Self::IdTaken
            | Self::UidTaken(_)
            | Self::FacilityTaken(_)
            | Self::CalendarFixed
            | Self::SharedWithGroup
            | Self::WindowTooFull
            | Self::NotACalendar
            | Self::Internal(_) => Vec::new(),
        }
    }

    fn missing(&self) -> Option<Role> {
        matches!(self, Self::NotManaged).then_some(Role::Manage)
    }

    fn members(&self) -> Option<Map<String, Value>> {
        match self {
            Self::Stale(current) => Some(Map::from_iter([("current".to_owned(), current.clone())])),
            Self::UidTaken(event) => Some(Map::from_iter([("eventId".to_owned(), event.as_str().into())])),
            Self::FacilityTaken(taken) => object(taken),
            Self::FacilityRules(broken) => object(&broken.rule),
            Self::GroupTooLarge { people } => Some(Map::from_iter([
                ("people".to_owned(), (*people).into()),
                ("most".to_owned(), PRINCIPALS.into()),
            ])),
            Self::NotFound
            | Self::NoOccurrence
            | Self::Forbidden
            | Self::NotManaged
            | Self::NotOrganizer
            | Self::BadQuery(_)
            | Self::Invalid(_)
            | Self::IdTaken
            | Self::FacilitySeriesNeedsEnd
            | Self::SeriesTooDense
            | Self::ScopeNotSupported
            | Self::CalendarFixed
            | Self::SharedWithGroup
            | Self::WindowTooFull
            | Self::NotACalendar
            | Self::Internal(_) => None,
        }
    }
}

/// The members of a value that is an object.
fn object(value: &impl Serialize) -> Option<Map<String, Value>> {
    match serde_json::to_value(value) {
        Ok(Value::Object(members)) => Some(members),
        Ok(_) | Err(_) => None,
    }
}
