use renraku_base::{ContactId, ETag, PersonId, PhoneMemoId, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

/// What the caller wants, as on the pad beside the telephone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum PhoneMemoKind {
    /// Nothing more: they called (電話がありました).
    #[default]
    Called,
    /// To be called back (折り返しお願いします).
    CallBack,
    /// To call again (また電話します).
    WillCallAgain,
    /// To have something said (伝言あり).
    Message,
}

impl PhoneMemoKind {
    const ALL: [Self; 4] = [Self::Called, Self::CallBack, Self::WillCallAgain, Self::Message];

    /// The name by which it is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Called => "called",
            Self::CallBack => "callBack",
            Self::WillCallAgain => "willCallAgain",
            Self::Message => "message",
        }
    }

    /// The kind of a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// Who called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PhoneMemoCaller)]
pub struct Caller {
    /// As written down.
    pub name: String,
    /// The number to call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The member of staff.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub person_id: Option<PersonId>,
    /// The contact, which the author could read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_id: Option<ContactId>,
}

/// Who took the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PhoneMemoAuthor)]
pub struct Author {
    /// The person.
    pub person_id: PersonId,
    /// Their name at that time.
    pub name: String,
}

/// For whom a memo is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = PhoneMemoAddressee)]
pub struct Addressee {
    /// The person.
    pub person_id: PersonId,
    /// Their name at that time.
    pub name: String,
    /// When they saw it; told to the author alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seen_at: Option<Timestamp>,
    /// When they had done what was to be done; told to the author alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_at: Option<Timestamp>,
    /// Whether they took it out of their list before it was done; told to the author alone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub removed_undone: bool,
}

/// A call that somebody took for somebody else (伝言).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PhoneMemo {
    /// Identifies the memo.
    pub id: PhoneMemoId,
    /// Who took the call.
    pub from: Author,
    /// For whom it was.
    pub to: Vec<Addressee>,
    /// Who called.
    pub caller: Caller,
    /// What the caller wants.
    pub kind: PhoneMemoKind,
    /// What it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matter: Option<String>,
    /// When the call came.
    pub called_at: Timestamp,
    /// When the memo was written.
    pub created_at: Timestamp,
    /// When I saw it; of a memo that I wrote, when the last of those for whom it is did.
    pub seen_at: Option<Timestamp>,
    /// When I had done what was to be done; of a memo that I wrote, when the last of those for whom it is had.
    pub done_at: Option<Timestamp>,
    /// The version, as this reader sees it.
    pub etag: ETag,
}

/// Who called, as it is written down.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = NewPhoneMemoCaller)]
pub struct NewCaller {
    /// Who it was, in at most 100 characters; the directory's name when left out beside `personId`.
    #[schema(max_length = 100)]
    pub name: Option<String>,
    /// The number to call, in at most 40 characters.
    #[schema(max_length = 40)]
    pub number: Option<String>,
    /// The member of staff who called.
    pub person_id: Option<PersonId>,
    /// The contact that called.
    pub contact_id: Option<ContactId>,
}

/// A memo as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewPhoneMemo {
    /// Made by the phone; by the server when left out.
    pub id: Option<PhoneMemoId>,
    /// For whom it is: 1 to 15 people.
    #[schema(min_items = 1, max_items = 15)]
    pub to: Vec<PersonId>,
    /// Who called.
    pub caller: NewCaller,
    /// What the caller wants; `called` when left out.
    #[serde(default)]
    #[schema(required = false)]
    pub kind: PhoneMemoKind,
    /// What it is about, in at most 1,000 characters; a `message` has one.
    #[schema(max_length = 1000)]
    pub matter: Option<String>,
    /// When the call came (an instant ahead of the server's clock counts as now); now when left out.
    pub called_at: Option<Timestamp>,
}

/// A change of my part in a memo (JSON Merge Patch).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PhoneMemoPatch {
    /// When I saw it (an instant ahead of the server's clock counts as now); `null` makes it new again, unless it is done.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Timestamp>)]
    pub seen_at: Option<Option<Timestamp>>,
    /// When I had done what was to be done; `null` takes that back. What is done was seen.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Timestamp>)]
    pub done_at: Option<Option<Timestamp>>,
}

/// Which memos are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum MemoBox {
    /// Those for me.
    Received,
    /// Those that I wrote.
    Written,
}

/// Tells a member that is `null` from one that is left out.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Timestamp>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
