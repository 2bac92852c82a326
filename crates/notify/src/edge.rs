use renraku_base::{EventId, MessageId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::Details;

/// A mail address with the name that is shown beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MailAddress {
    /// The name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The address, without `mailto:`.
    pub email: String,
}

/// An iCalendar message inside a mail (RFC 6047): `text/calendar; method=…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CalendarPart {
    /// The iTIP method, such as `REQUEST`, the same as in the text.
    pub method: String,
    /// The iCalendar text.
    pub text: String,
    /// What it is about, where its sender wants to know whether it arrives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<About>,
}

/// What an invitation, its cancellation or an answer is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// The event.
    pub event: EventId,
    /// Who sends it.
    pub sender: PersonId,
    /// The facts for a notification.
    pub details: Details,
}

/// A mail, complete before the first attempt: every attempt sends the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutgoingMail {
    /// The Message-ID (RFC 5322 §3.6.4), without angle brackets.
    pub message_id: String,
    /// The Date.
    pub date: Timestamp,
    /// The author, also the envelope's sender.
    pub from: MailAddress,
    /// The recipients.
    pub to: Vec<MailAddress>,
    /// Those who get a copy.
    #[serde(default)]
    pub cc: Vec<MailAddress>,
    /// Those who get a copy that the others do not see.
    #[serde(default)]
    pub bcc: Vec<MailAddress>,
    /// The subject.
    pub subject: String,
    /// The body, plain text.
    pub text: String,
    /// An invitation, its cancellation or an answer to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarPart>,
    /// The Message-ID of the mail that this one answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_reply_to: Option<String>,
    /// The Message-IDs of the thread, oldest first.
    #[serde(default)]
    pub references: Vec<String>,
    /// The mail whose files go along; they are read from where it lies when this one is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files_of: Option<MessageId>,
    /// Whether that mail goes along itself, as it is, in place of its files.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole: bool,
}

/// A mail was not sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendFault {
    /// Worth another attempt.
    #[error("the mail was not sent for now: {0}")]
    Temporary(String),
    /// No further attempt will do better.
    #[error("the mail cannot be sent: {0}")]
    Permanent(String),
}

/// What became of a mail that no further attempt will do better with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// It is on its way to all of its addresses.
    Sent,
    /// To some of them it does not get.
    Undelivered(Undelivered),
}

/// To whom a mail does not get, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undelivered {
    /// The addresses.
    pub addresses: Vec<String>,
    /// Whether there is no way to them at all; otherwise they were refused.
    pub no_way: bool,
    /// Whether the author has the reason in their own mailbox.
    pub author_knows: bool,
    /// The reason, for the log.
    pub reason: String,
}

/// Hands mails over to what delivers them.
pub trait MailSender: Send + Sync {
    /// Hands one mail over. It may be handed over again when the process dies before this is known.
    ///
    /// # Errors
    /// [`SendFault`] when it is not known yet what becomes of it.
    fn send(&self, mail: &OutgoingMail) -> Result<Delivery, SendFault>;
}
