//! The lists of a sync's answer, as the OpenAPI document describes them.
#![expect(dead_code, reason = "read by utoipa's derives alone")]

use renraku_base::{
    AddressBookId, CalendarId, ContactId, EventId, FacilityId, MailboxId, MessageId, NotificationId,
    PersonId, PhoneMemoId, UnitId,
};
use renraku_contacts::model::{AddressBook, Contact};
use renraku_mail::{Mailbox, Message};
use renraku_notify::Notification;
use renraku_people::directory::{Favourite, Person, Unit};
use renraku_reach::model::PhoneMemo;
use renraku_schedule::model::{Calendar, EventView, Facility, Occurrence};
use utoipa::ToSchema;

/// What changed, by type; an empty list is left out.
#[derive(ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Changed {
    /// Calendars that I may read.
    #[schema(required = false)]
    calendars: Vec<Calendar>,
    /// Rooms, cars and equipment.
    #[schema(required = false)]
    facilities: Vec<Facility>,
    /// Events as I see them.
    #[schema(required = false)]
    events: Vec<EventView>,
    /// Each replaces all that the phone holds of that event in the window.
    #[schema(required = false)]
    occurrences: Vec<EventOccurrences>,
    /// Address books that I may read.
    #[schema(required = false)]
    address_books: Vec<AddressBook>,
    /// Contacts in them.
    #[schema(required = false)]
    contacts: Vec<Contact>,
    /// Units of the organisation.
    #[schema(required = false)]
    units: Vec<Unit>,
    /// The staff.
    #[schema(required = false)]
    people: Vec<Person>,
    /// Whom I want to find first, each by the id of the person.
    #[schema(required = false)]
    favourites: Vec<Favourite>,
    /// My mailboxes.
    #[schema(required = false)]
    mailboxes: Vec<Mailbox>,
    /// Heads of my mails.
    #[schema(required = false)]
    messages: Vec<Message>,
    /// What I should know.
    #[schema(required = false)]
    notifications: Vec<Notification>,
    /// Phone memos for me and by me.
    #[schema(required = false)]
    phone_memos: Vec<PhoneMemo>,
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
    #[schema(required = false)]
    calendars: Vec<CalendarId>,
    /// Facilities.
    #[schema(required = false)]
    facilities: Vec<FacilityId>,
    /// Events; their occurrences go along.
    #[schema(required = false)]
    events: Vec<EventId>,
    /// Address books.
    #[schema(required = false)]
    address_books: Vec<AddressBookId>,
    /// Contacts.
    #[schema(required = false)]
    contacts: Vec<ContactId>,
    /// Units.
    #[schema(required = false)]
    units: Vec<UnitId>,
    /// People.
    #[schema(required = false)]
    people: Vec<PersonId>,
    /// Who is no favourite of mine any more.
    #[schema(required = false)]
    favourites: Vec<PersonId>,
    /// Mailboxes.
    #[schema(required = false)]
    mailboxes: Vec<MailboxId>,
    /// Mails.
    #[schema(required = false)]
    messages: Vec<MessageId>,
    /// Notifications.
    #[schema(required = false)]
    notifications: Vec<NotificationId>,
    /// Phone memos.
    #[schema(required = false)]
    phone_memos: Vec<PhoneMemoId>,
}
