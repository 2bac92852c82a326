//! The lists of a sync's answer, as the OpenAPI document describes them.
#![expect(dead_code, reason = "read by utoipa's derives alone")]

use renraku_base::{
    AddressBookId, CalendarId, ContactId, EventId, FacilityId, MailboxId, MessageId, NotificationId,
    PersonId, UnitId,
};
use renraku_contacts::model::{AddressBook, Contact};
use renraku_mail::{Mailbox, Message};
use renraku_notify::Notification;
use renraku_people::directory::{Person, Unit};
use renraku_schedule::model::{Calendar, EventView, Facility, Occurrence};
use utoipa::ToSchema;

/// What changed, by type; an empty list is left out.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Changed {
    /// Calendars that I may read.
    calendars: Option<Vec<Calendar>>,
    /// Rooms, cars and equipment.
    facilities: Option<Vec<Facility>>,
    /// Events as I see them.
    events: Option<Vec<EventView>>,
    /// Each replaces all that the phone holds of that event in the window.
    occurrences: Option<Vec<EventOccurrences>>,
    /// Address books that I may read.
    address_books: Option<Vec<AddressBook>>,
    /// Contacts in them.
    contacts: Option<Vec<Contact>>,
    /// Units of the organisation.
    units: Option<Vec<Unit>>,
    /// The staff.
    people: Option<Vec<Person>>,
    /// My mailboxes.
    mailboxes: Option<Vec<Mailbox>>,
    /// Heads of my mails.
    messages: Option<Vec<Message>>,
    /// What I should know.
    notifications: Option<Vec<Notification>>,
}

/// The occurrences of one event in the window.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct EventOccurrences {
    /// The event.
    event_id: EventId,
    /// All of its occurrences in the window, in order.
    items: Vec<Occurrence>,
}

/// The ids of what is gone, by type; an empty list is left out.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Destroyed {
    /// Calendars, with all that was in them.
    calendars: Option<Vec<CalendarId>>,
    /// Facilities.
    facilities: Option<Vec<FacilityId>>,
    /// Events; their occurrences go along.
    events: Option<Vec<EventId>>,
    /// Address books.
    address_books: Option<Vec<AddressBookId>>,
    /// Contacts.
    contacts: Option<Vec<ContactId>>,
    /// Units.
    units: Option<Vec<UnitId>>,
    /// People.
    people: Option<Vec<PersonId>>,
    /// Mailboxes.
    mailboxes: Option<Vec<MailboxId>>,
    /// Mails.
    messages: Option<Vec<MessageId>>,
    /// Notifications.
    notifications: Option<Vec<NotificationId>>,
}
