use renraku_base::{
    ETag, EventId, FacilityId, MessageId, NotificationChoices, NotificationId, PersonId, PhoneMemoId,
    Timestamp,
};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum NotificationType {
    /// The person was invited to an event.
    Invited,
    /// An event of the person was moved to another time or place.
    Moved,
    /// An event of the person was called off, or the person was taken off it.
    Cancelled,
    /// A participant answered an invitation of the person.
    Answered,
    /// An event begins soon.
    Reminder,
    /// A facility that the person had booked can no longer be used.
    RoomLost,
    /// Mail arrived.
    NewMail,
    /// The person took a post.
    Appointed,
    /// Somebody took a telephone call for the person.
    PhoneMemo,
    /// Somebody left a calendar or an address book that the person had shared with them.
    ShareLeft,
    /// Somebody who manages it deleted a calendar or an address book of the person.
    ShareDeleted,
    /// An invitation, a change or an answer of the person did not reach somebody outside the office.
    Undelivered,
}

impl NotificationType {
    const ALL: [Self; 12] = [
        Self::Invited,
        Self::Moved,
        Self::Cancelled,
        Self::Answered,
        Self::Reminder,
        Self::RoomLost,
        Self::NewMail,
        Self::Appointed,
        Self::PhoneMemo,
        Self::ShareLeft,
        Self::ShareDeleted,
        Self::Undelivered,
    ];

    /// The name by which it is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Moved => "moved",
            Self::Cancelled => "cancelled",
            Self::Answered => "answered",
            Self::Reminder => "reminder",
            Self::RoomLost => "roomLost",
            Self::NewMail => "newMail",
            Self::Appointed => "appointed",
            Self::PhoneMemo => "phoneMemo",
            Self::ShareLeft => "shareLeft",
            Self::ShareDeleted => "shareDeleted",
            Self::Undelivered => "undelivered",
        }
    }

    /// Whether somebody who chose so is notified of it.
    pub(crate) const fn is_wanted(self, choices: NotificationChoices) -> bool {
        match self {
            Self::Invited => choices.invitations,
            Self::Moved | Self::Cancelled | Self::RoomLost => choices.changes,
            Self::Answered => choices.replies,
            Self::Reminder => choices.reminders,
            Self::NewMail => choices.new_mail,
            Self::PhoneMemo => choices.phone_memos,
            // They come once a year and are meant for this one person.
            Self::Appointed | Self::ShareLeft | Self::ShareDeleted => true,
            // Whoever is not told of it counts on a guest who knows of nothing.
            Self::Undelivered => true,
        }
    }

    /// The type of a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// What a notification is about: where a tap on it leads.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NotificationSubject)]
pub struct Subject {
    /// The event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event_id: Option<EventId>,
    /// The occurrence of a recurring event, by its original local start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recurrence_id: Option<String>,
    /// The mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<MessageId>,
    /// The facility.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facility_id: Option<FacilityId>,
    /// The phone memo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone_memo_id: Option<PhoneMemoId>,
}

/// Who caused a notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NotificationActor)]
pub struct Actor {
    /// The person, unless they are from outside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_id: Option<PersonId>,
    /// The name at that time.
    pub name: String,
}

/// The facts from which the text is made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default)]
#[schema(as = NotificationDetails)]
pub struct Details {
    /// The title of the event or of the post, the subject of the mail, or the name of what was shared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// When the event begins: a local date-time in `timeZone`. With `appointed` the day, at midnight.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<String>,
    /// The time zone of `start`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// Whether the event is of whole days.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub show_without_time: bool,
    /// Whether it is about a whole series, which begins with `start`.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub series: bool,
    /// With `cancelled`: the event takes place, without the person.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
    /// When the event begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utc_start: Option<Timestamp>,
    /// When the event ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub utc_end: Option<Timestamp>,
    /// The name of the room or other place; with `appointed` of the unit and those above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// What was answered: `accepted`, `declined` or `tentative`; with `undelivered` when it is the answer that did not arrive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub participation_status: Option<String>,
    /// What was said with the answer or the cancellation; with `phoneMemo` the matter.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// With `undelivered`: the mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// With `appointed`: the post is held beside the main one (兼務), and is no transfer.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub concurrent: bool,
    /// With `appointed`: who held the post before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub predecessor: Option<String>,
    /// With `appointed`: how many calendars and address books are shared with whoever holds the post.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entrusted: Option<i64>,
    /// With `appointed`: it was taken back, and the person did not take the post.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub withdrawn: bool,
    /// With `phoneMemo`: who called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// With `phoneMemo`: the number to call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// With `phoneMemo`: the `kind` of the memo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub memo_kind: Option<String>,
}

/// One thing that a person should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Notification {
    /// Identifies the notification.
    pub id: NotificationId,
    /// What happened.
    #[serde(rename = "type")]
    pub kind: NotificationType,
    /// When it was told, for a notification that stands for several the latest of them.
    pub created_at: Timestamp,
    /// When the person read it; `null` while it is unread.
    pub read_at: Option<Timestamp>,
    /// What it is about.
    #[serde(flatten)]
    pub subject: Subject,
    /// Who caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// The facts.
    pub details: Details,
    /// For how many happenings it stands.
    pub count: u32,
    /// One sentence in the reader's language.
    pub text: String,
    /// The version, as this reader sees it.
    pub etag: ETag,
}

/// A change of a notification (JSON Merge Patch): only whether it is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NotificationPatch {
    /// When it was read (an instant ahead of the server's clock counts as now); `null` makes it unread again.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Timestamp>)]
    pub read_at: Option<Option<Timestamp>>,
}

/// The order to mark notifications as read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReadAll {
    /// Those that were told until this instant; until now when left out.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

/// What was marked as read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AllRead {
    /// How many were unread before.
    pub count: usize,
}

/// Tells a member that is `null` from one that is left out.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Timestamp>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// What a further notice about the same thing does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Repeat {
    /// It adds a notification.
    #[default]
    Add,
    /// It changes nothing when the person was ever told under this key: for jobs, which may run twice.
    Once(String),
    /// It brings the notification under this key up to date and counts for so many, as long as that is unread.
    Merge(String, u32),
    /// It does the same and counts each of these once, however often there is news of it.
    MergeEach(String, Vec<String>),
}

/// The order to tell somebody something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What happened.
    pub kind: NotificationType,
    /// What it is about.
    pub subject: Subject,
    /// Who caused it.
    pub actor: Option<Actor>,
    /// The facts.
    pub details: Details,
    /// What a further notice about the same thing does.
    pub repeat: Repeat,
}
