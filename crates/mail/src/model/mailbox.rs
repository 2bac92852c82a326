use renraku_base::{ETag, MailboxId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a mailbox is for (RFC 8621 §2, IANA mailbox name attributes).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MailboxRole {
    /// Where mail arrives.
    Inbox,
    /// Written and not sent.
    Drafts,
    /// Sent.
    Sent,
    /// Done with and kept.
    Archive,
    /// Unwanted.
    Junk,
    /// Deleted, to be removed for good later.
    Trash,
}

impl MailboxRole {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 6] =
        [Self::Inbox, Self::Drafts, Self::Sent, Self::Archive, Self::Junk, Self::Trash];

    /// The name by which it is stored and sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Drafts => "drafts",
            Self::Sent => "sent",
            Self::Archive => "archive",
            Self::Junk => "junk",
            Self::Trash => "trash",
        }
    }

    /// The role of a stored name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// A folder of mail (RFC 8621 §2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Mailbox {
    /// Identifies the mailbox.
    pub id: MailboxId,
    /// The name to show.
    pub name: String,
    /// What it is for; `null` for the person's own folders.
    pub role: Option<MailboxRole>,
    /// Where it stands among the others; smaller comes first.
    pub sort_order: i32,
    /// How many mails lie in it.
    pub total_emails: i64,
    /// How many of them are neither `$seen` nor `$draft`.
    pub unread_emails: i64,
    /// The version.
    pub etag: ETag,
}
