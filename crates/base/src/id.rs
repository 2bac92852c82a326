use std::{cmp::Ordering, fmt, hash, marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use crate::Timestamp;

/// The kinds of things that have an [`Id`]; never constructed.
pub mod kind {
    /// A calendar of events.
    pub enum Calendar {}
    /// An event (JSCalendar).
    pub enum Event {}
    /// A room, car or piece of equipment.
    pub enum Facility {}
    /// A book of contacts.
    pub enum AddressBook {}
    /// A contact (JSContact card).
    pub enum Contact {}
    /// Contacts that were made one.
    pub enum ContactMerge {}
    /// A folder of mail.
    pub enum Mailbox {}
    /// A mail.
    pub enum Message {}
    /// A notification.
    pub enum Notification {}
    /// A scheduling message in a person's inbox.
    pub enum InboxMessage {}
    /// A note of a telephone call for somebody else.
    pub enum PhoneMemo {}
    /// A member of staff.
    pub enum Person {}
    /// A unit of the organisation.
    pub enum Unit {}
    /// One person's post in one unit.
    pub enum Post {}
    /// The staff as a sheet said it.
    pub enum Roster {}
    /// A phone or other signed-in device.
    pub enum Device {}
    /// A password for a calendar or directory client.
    pub enum AppPassword {}
    /// A key that signs access tokens.
    pub enum SigningKey {}
}

/// An opaque identifier: a UUID in lower-case text, made by the server or by the phone (UUIDv7).
///
/// The kind `K` keeps a calendar's id from being used as an event's.
pub struct Id<K>(String, PhantomData<fn() -> K>);

/// Identifies a calendar.
pub type CalendarId = Id<kind::Calendar>;
/// Identifies an event.
pub type EventId = Id<kind::Event>;
/// Identifies a facility.
pub type FacilityId = Id<kind::Facility>;
/// Identifies an address book.
pub type AddressBookId = Id<kind::AddressBook>;
/// Identifies a contact.
pub type ContactId = Id<kind::Contact>;
/// Identifies a merge of contacts.
pub type ContactMergeId = Id<kind::ContactMerge>;
/// Identifies a mailbox.
pub type MailboxId = Id<kind::Mailbox>;
/// Identifies a mail.
pub type MessageId = Id<kind::Message>;
/// Identifies a notification.
pub type NotificationId = Id<kind::Notification>;
/// Identifies a scheduling message in a person's inbox.
pub type InboxMessageId = Id<kind::InboxMessage>;
/// Identifies a phone memo.
pub type PhoneMemoId = Id<kind::PhoneMemo>;
/// Identifies a person.
pub type PersonId = Id<kind::Person>;
/// Identifies a unit.
pub type UnitId = Id<kind::Unit>;
/// Identifies one person's post in one unit.
pub type PostId = Id<kind::Post>;
/// Identifies a roster: the staff as a sheet said it.
pub type RosterId = Id<kind::Roster>;
/// Identifies a device.
pub type DeviceId = Id<kind::Device>;
/// Identifies an app password.
pub type AppPasswordId = Id<kind::AppPassword>;
/// Identifies a signing key; the `kid` of a token.
pub type SigningKeyId = Id<kind::SigningKey>;

/// How an identifier that is written as a URN begins.
const URN: &str = "urn:uuid:";

/// The text is not a UUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadId;

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id is a UUID, like 0198c0de-7f3a-7abc-8def-0123456789ab")
    }
}

impl std::error::Error for BadId {}

impl<K> Id<K> {
    /// Takes an identifier from a row of our own database, where it was checked before it was stored.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text, PhantomData)
    }

    /// The identifier (UUIDv7) that was made at an instant with these bits.
    #[must_use]
    pub fn of_parts(made_at: Timestamp, bits: &[u8; 10]) -> Self {
        let millis = u64::try_from(made_at.micros() / 1_000).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, bits).into_uuid().into()
    }

    /// The text, as stored and as sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The identifier that a URN is (RFC 9562 §4), in letters of either case.
    #[must_use]
    pub fn from_urn(urn: &str) -> Option<Self> {
        let (scheme, id) = urn.trim().split_at_checked(URN.len())?;
        id.parse().ok().filter(|_| scheme.eq_ignore_ascii_case(URN))
    }

    /// The same as a URN.
    #[must_use]
    pub fn to_urn(&self) -> String {
        format!("{URN}{self}")
    }

    /// Gives up the text.
    #[must_use]
    pub fn into_string(self) -> String {
        self.0
    }
}

impl<K> From<Uuid> for Id<K> {
    fn from(uuid: Uuid) -> Self {
        Self(uuid.to_string(), PhantomData)
    }
}

impl<K> FromStr for Id<K> {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        if text.len() != 36 {
            return Err(BadId);
        }
        Uuid::try_parse(text).map(Self::from).map_err(|_not_a_uuid| BadId)
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone(), PhantomData)
    }
}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K> Eq for Id<K> {}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<K> hash::Hash for Id<K> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<K> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<K> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<K> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de, K> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_urn_goes_both_ways_in_letters_of_either_case() {
        let id = EventId::from_urn("URN:UUID:0198C0DE-7f3a-7abc-8def-0123456789ab").unwrap();
        assert_eq!(id.to_urn(), "urn:uuid:0198c0de-7f3a-7abc-8def-0123456789ab");
        assert_eq!(EventId::from_urn(&id.to_urn()), Some(id));
        for bad in ["", "urn:uuid:", "urn:uuid:x", "会議会議会議", "0198c0de-7f3a-7abc-8def-0123456789ab"]
        {
            assert_eq!(EventId::from_urn(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn reads_a_uuid_and_nothing_else() {
        let id: EventId = "0198C0DE-7f3a-7abc-8def-0123456789ab".parse().unwrap();
        assert_eq!(id.as_str(), "0198c0de-7f3a-7abc-8def-0123456789ab");
        for bad in [
            "",
            "x",
            "0198c0de7f3a7abc8def0123456789ab",
            "../../etc/passwd",
            "0198c0de-7f3a-7abc-8def-0123456789a\n",
        ] {
            assert_eq!(bad.parse::<EventId>(), Err(BadId), "{bad:?}");
        }
    }
}
