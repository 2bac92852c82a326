use renraku_base::{Fault, FieldFault, Kind};
use serde_json::{Map, Value};

use crate::{MessageDetail, source::SourceFault};

/// Why an operation on mail was refused.
#[derive(Debug, thiserror::Error)]
pub enum MailFault {
    /// Not there, or not to be seen.
    #[error("no such mail, mailbox or attachment")]
    NotFound,
    /// The cursor is not one that the list gave.
    #[error("the cursor is not one that this list gave")]
    BadCursor,
    /// The mail is no longer what the caller expects.
    #[error("the mail was changed in the meantime")]
    Stale(Box<MessageDetail>),
    /// Fields are wrong.
    #[error("fields are wrong")]
    Invalid(Vec<FieldFault>),
    /// The id stands for something else already.
    #[error("the id is taken")]
    IdTaken,
    /// The person has no mail account here.
    #[error("the person has no mail account")]
    NoMailAccount,
    /// Nobody can be answered: the mail names no address.
    #[error("the mail names no address to answer to")]
    NotAnswerable,
    /// Where the mail lies cannot be reached, or the mail is no longer there.
    #[error("the mail source cannot be reached: {0}")]
    SourceUnavailable(String),
    /// The database failed.
    #[error("the database failed")]
    Internal(#[from] renraku_db::Error),
}

impl Fault for MailFault {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::BadCursor => Kind::Malformed,
            Self::Stale(_) => Kind::Stale,
            Self::Invalid(_) | Self::NotAnswerable => Kind::Invalid,
            Self::IdTaken | Self::NoMailAccount => Kind::Conflict,
            Self::SourceUnavailable(_) => Kind::Unavailable,
            Self::Internal(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::BadCursor => "bad-query",
            Self::Stale(_) => "stale",
            Self::Invalid(_) => "invalid",
            Self::IdTaken => "id-taken",
            Self::NoMailAccount => "no-mail-account",
            Self::NotAnswerable => "not-answerable",
            Self::SourceUnavailable(_) => "mail-source-unavailable",
            Self::Internal(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldFault> {
        match self {
            Self::Invalid(fields) => fields.clone(),
            Self::BadCursor => vec![FieldFault::new("cursor", "bad-cursor", self.to_string())],
            Self::NotFound
            | Self::Stale(_)
            | Self::IdTaken
            | Self::NoMailAccount
            | Self::NotAnswerable
            | Self::SourceUnavailable(_)
            | Self::Internal(_) => Vec::new(),
        }
    }

    fn members(&self) -> Option<Map<String, Value>> {
        match self {
            Self::Stale(current) => serde_json::to_value(current).ok().map(|current| {
                let mut members = Map::new();
                members.insert("current".to_owned(), current);
                members
            }),
            Self::NotFound
            | Self::BadCursor
            | Self::Invalid(_)
            | Self::IdTaken
            | Self::NoMailAccount
            | Self::NotAnswerable
            | Self::SourceUnavailable(_)
            | Self::Internal(_) => None,
        }
    }
}

impl From<SourceFault> for MailFault {
    fn from(fault: SourceFault) -> Self {
        Self::SourceUnavailable(fault.to_string())
    }
}
