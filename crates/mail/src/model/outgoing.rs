use renraku_base::MessageId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::EmailAddress;

/// A mail to be sent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMessage {
    /// The id that the copy in `sent` gets; made by the server when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub id: Option<MessageId>,
    /// The recipients.
    #[serde(default)]
    pub to: Vec<EmailAddress>,
    /// Those who get a copy.
    #[serde(default)]
    pub cc: Vec<EmailAddress>,
    /// Those who get a copy that the others do not see.
    #[serde(default)]
    pub bcc: Vec<EmailAddress>,
    /// The subject.
    #[serde(default)]
    pub subject: String,
    /// The text.
    #[serde(default)]
    pub text: String,
}

/// An answer to a mail.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewReply {
    /// The id that the copy in `sent` gets; made by the server when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub id: Option<MessageId>,
    /// The text, above what is quoted.
    pub text: String,
    /// Whether everybody who got the mail gets the answer, too.
    #[serde(default)]
    pub all: bool,
}

/// A mail sent on to somebody.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewForward {
    /// The id that the copy in `sent` gets; made by the server when left out.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub id: Option<MessageId>,
    /// The recipients.
    pub to: Vec<EmailAddress>,
    /// The text, above the mail that is sent on.
    #[serde(default)]
    pub text: String,
    /// How it goes along.
    #[serde(default, rename = "as")]
    pub form: ForwardForm,
    /// Whether its files stay behind. Otherwise they go along; together they may have 18 MiB. Not with `as: attachment`.
    #[serde(default)]
    pub without_attachments: bool,
}

/// How a mail that is sent on goes along.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ForwardForm {
    /// Its text below what is written, its files as files.
    #[default]
    Inline,
    /// As it is, header and all, as a file (`message/rfc822`) of at most 18 MiB.
    Attachment,
}
