use std::collections::BTreeMap;

use renraku_base::{ETag, MailboxId, MessageId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Keywords;

/// An address with the name that stood beside it (RFC 8621 §4.1.2.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EmailAddress {
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address; empty where the mail named somebody without one.
    pub email: String,
}

/// The head of a mail, as lists show it (RFC 8621 §4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// Identifies the mail.
    pub id: MessageId,
    /// The same for all mails of one conversation.
    pub thread_id: MessageId,
    /// The mailboxes in which it lies, each with `true`.
    #[schema(value_type = BTreeMap<String, bool>)]
    pub mailbox_ids: BTreeMap<MailboxId, bool>,
    /// The keywords that are set, each with `true`.
    pub keywords: Keywords,
    /// The authors.
    pub from: Vec<EmailAddress>,
    /// The recipients.
    pub to: Vec<EmailAddress>,
    /// The subject.
    pub subject: String,
    /// When it arrived.
    pub received_at: Timestamp,
    /// The beginning of the text.
    pub preview: String,
    /// Whether it carries files.
    pub has_attachment: bool,
    /// Its size in bytes.
    pub size: i64,
    /// The version.
    pub etag: ETag,
}

/// The head of one mail with what lists leave out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MessageDetail {
    /// What lists show.
    #[serde(flatten)]
    pub message: Message,
    /// Identifies its bytes: they never change.
    pub blob_id: MessageId,
    /// Those who got a copy.
    pub cc: Vec<EmailAddress>,
    /// When it was sent, by its own account.
    pub sent_at: Option<Timestamp>,
    /// Its Message-ID.
    pub message_id: Option<String>,
    /// Whether it goes beyond what is read (26 MiB, 500 parts, 20 levels, 1,000 header lines): then only its subject and
    /// addresses are known.
    pub too_complex: bool,
}

/// The body of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Body {
    /// The text; made from the HTML where there is no other.
    pub text: String,
    /// The HTML without active content and without anything that would be loaded; `null` where there is none or where it
    /// is too long to be made harmless. `cid:` images stand for the attachment of that `contentId`.
    pub html: Option<String>,
    /// How many images of the HTML are not shown because they do not lie in the mail: `［画像］` stands in their place.
    pub blocked_images: u32,
    /// The files that it carries.
    pub attachments: Vec<Attachment>,
}

/// A file that a mail carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Its number, from 1.
    pub n: u32,
    /// Its name.
    pub name: String,
    /// Its media type, by the sender's account.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Its size in bytes.
    pub size: i64,
    /// By which the HTML refers to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_id: Option<String>,
}

/// A change of a mail (JSON Merge Patch): each keyword and each mailbox is set by itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MessagePatch {
    /// Keywords to set (`true`) or take away (`null` or `false`); those that are left out stay.
    #[serde(default)]
    pub keywords: BTreeMap<String, Option<bool>>,
    /// Mailboxes to put it into (`true`) or take it out of (`null` or `false`). A mail lies in one mailbox: putting it
    /// into another moves it.
    #[serde(default)]
    pub mailbox_ids: BTreeMap<String, Option<bool>>,
}
