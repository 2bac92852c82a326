use renraku_base::{Fault, FieldFault, Kind};

/// Why an operation on mail was refused.
#[derive(Debug, thiserror::Error)]
pub enum MailFault {
    /// Not there, or not to be seen.
    #[error("no such mail, mailbox or attachment")]
    NotFound,
    /// The cursor is not one that the list gave.
    #[error("the cursor is not one that this list gave")]
    BadCursor,
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
    #[error(transparent)]
    Internal(#[from] renraku_db::Error),
}

impl Fault for MailFault {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::BadCursor => Kind::Malformed,
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
            Self::BadCursor => vec![FieldFault::new("cursor", "bad-value", self.to_string())],
            Self::NotFound
            | Self::IdTaken
            | Self::NoMailAccount
            | Self::NotAnswerable
            | Self::SourceUnavailable(_)
            | Self::Internal(_) => Vec::new(),
        }
    }
}
