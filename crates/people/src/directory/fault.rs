use renraku_base::{Fault, FieldFault, Kind};
use renraku_db::Error;

/// Why an operation on the directory was refused.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryFault {
    /// There is no such person or unit.
    #[error("there is no such person or unit")]
    NotFound,
    /// What was asked cannot be read.
    #[error("a query parameter cannot be read")]
    BadQuery(FieldFault),
    /// Fields are wrong.
    #[error("fields are wrong")]
    Invalid(Vec<FieldFault>),
    /// The database's fault, or our own.
    #[error("the database failed")]
    Internal(#[from] Error),
}

impl Fault for DirectoryFault {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::BadQuery(_) => Kind::Malformed,
            Self::Invalid(_) => Kind::Invalid,
            Self::Internal(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::BadQuery(_) => "bad-query",
            Self::Invalid(_) => "invalid",
            Self::Internal(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldFault> {
        match self {
            Self::BadQuery(field) => vec![field.clone()],
            Self::Invalid(fields) => fields.clone(),
            Self::NotFound | Self::Internal(_) => Vec::new(),
        }
    }
}
