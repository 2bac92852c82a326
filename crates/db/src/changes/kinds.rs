//! What collections hold, and who hears of its changes.

/// Identifies a collection: what has one counter and is followed as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CollectionId(pub i64);

/// What a collection holds; decides which types its changes are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CollectionKind {
    /// One person's own view of what is shared with them: gains and losses of calendars and address books.
    Home,
    /// The same for everyone in a unit, or for everyone.
    SharedHome,
    /// A calendar with its events.
    Calendar,
    /// An address book with its contacts.
    AddressBook,
    /// One person's mailboxes and messages.
    Mail,
    /// What one person is told: their notifications, the phone memos that they got and wrote, and the scheduling messages in their
    /// inbox.
    Notifications,
    /// Whom one person wants to find first.
    Favourites,
    /// All people and units.
    Directory,
    /// All facilities.
    Facilities,
    /// What the numbers that call from outside are shown as.
    CallerId,
    /// What server processes must hear of accounts: sessions that ended, keys that changed.
    Revocations,
}

impl CollectionKind {
    /// The name by which it is stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Home => "home",
            Self::SharedHome => "shared-home",
            Self::Calendar => "calendar",
            Self::AddressBook => "address-book",
            Self::Mail => "mail",
            Self::Notifications => "notifications",
            Self::Favourites => "favourites",
            Self::Directory => "directory",
            Self::Facilities => "facilities",
            Self::CallerId => "caller-id",
            Self::Revocations => "revocations",
        }
    }

    /// The kind of a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Home,
            Self::SharedHome,
            Self::Calendar,
            Self::AddressBook,
            Self::Mail,
            Self::Notifications,
            Self::Favourites,
            Self::Directory,
            Self::Facilities,
            Self::CallerId,
            Self::Revocations,
        ]
        .into_iter()
        .find(|kind| kind.as_str() == name)
    }
}

/// The type of a changed object, as `sync` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i32)]
pub enum ObjectType {
    /// A calendar's own properties.
    Calendar = 1,
    /// A facility.
    Facility = 2,
    /// An event and its occurrences.
    Event = 3,
    /// An address book's own properties.
    AddressBook = 4,
    /// A contact.
    Contact = 5,
    /// A unit.
    Unit = 6,
    /// A person in the directory.
    Person = 7,
    /// A mailbox.
    Mailbox = 8,
    /// A mail.
    Message = 9,
    /// A notification.
    Notification = 10,
    /// A device whose session ended.
    Device = 11,
    /// An app password.
    AppPassword = 12,
    /// A key that signs access tokens.
    SigningKey = 13,
    /// A person's preferences.
    Preferences = 14,
    /// A task in a calendar.
    Task = 15,
    /// A number that calls.
    CallerNumber = 16,
    /// A scheduling message in a person's inbox.
    InboxMessage = 17,
    /// A phone memo that a person got or wrote.
    PhoneMemo = 18,
    /// Somebody whom a person wants to find first.
    Favourite = 19,
}

impl ObjectType {
    const ALL: [Self; 19] = [
        Self::Calendar,
        Self::Facility,
        Self::Event,
        Self::AddressBook,
        Self::Contact,
        Self::Unit,
        Self::Person,
        Self::Mailbox,
        Self::Message,
        Self::Notification,
        Self::Device,
        Self::AppPassword,
        Self::SigningKey,
        Self::Preferences,
        Self::Task,
        Self::CallerNumber,
        Self::InboxMessage,
        Self::PhoneMemo,
        Self::Favourite,
    ];

    /// The number by which it is stored.
    #[must_use]
    pub const fn number(self) -> i32 {
        self as i32
    }

    /// The type of a stored number.
    #[must_use]
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.into_iter().find(|object_type| object_type.number() == number)
    }
}

/// Who can notice a change, from most to least. A change that somebody cannot notice is not told to them: neither its time nor the
/// object's id would be theirs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(i32)]
pub enum Audience {
    /// Everybody who may read the collection.
    Everybody = 0,
    /// Those who see more of the object than when it takes time: for the others it looks as before.
    Details = 1,
    /// Those who see the object although it is, and was, secret.
    Involved = 2,
}

impl Audience {
    /// The number by which it is stored.
    #[must_use]
    pub const fn number(self) -> i32 {
        self as i32
    }

    /// Whether a change is told to someone who reads the collection. `details` says what they see of the object now: more than when it
    /// takes time, or no more, or (`None`) that it is not there for them; `own`, whether the collection is theirs.
    #[must_use]
    pub const fn includes(self, details: Option<bool>, own: bool) -> bool {
        match (self, details) {
            (Self::Everybody, _) | (_, Some(true)) => true,
            // Whoever was involved in what is gone is told in a calendar of their own.
            (Self::Involved, None) => own,
            (Self::Details | Self::Involved, _) => false,
        }
    }

    /// The audience of a stored number.
    #[must_use]
    pub fn from_number(number: i32) -> Option<Self> {
        [Self::Everybody, Self::Details, Self::Involved]
            .into_iter()
            .find(|audience| audience.number() == number)
    }
}
