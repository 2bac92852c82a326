use renraku_base::{Fault, FieldFault, Kind};
use renraku_db::Error;
use serde::Serialize;
use serde_json::{Map, Value};

/// Every way in which an operation on phone memos and on how people are reached may be refused.
#[derive(Debug, thiserror::Error)]
pub enum ReachFault {
    /// Not there, or not to be seen.
    #[error("there is no such object")]
    NotFound,
    /// Seen, but not allowed.
    #[error("the right for this is missing")]
    Forbidden,
    /// The object was changed in the meantime; carries it as it is now.
    #[error("the object has changed")]
    Stale(Value),
    /// A query parameter cannot be used.
    #[error("a query parameter is wrong")]
    BadQuery(FieldFault),
    /// Fields of the body are wrong.
    #[error("fields are wrong")]
    Invalid(Vec<FieldFault>),
    /// The id stands for something else.
    #[error("the id is taken")]
    IdTaken,
    /// The database did not do what was asked.
    #[error("the database failed")]
    Internal(#[from] Error),
}

impl ReachFault {
    /// The refusal of a change to what is now `current`.
    pub(crate) fn stale(current: &impl Serialize) -> Self {
        match serde_json::to_value(current) {
            Ok(current) => Self::Stale(current),
            Err(error) => Self::Internal(Error::damaged(error)),
        }
    }
}

impl Fault for ReachFault {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::Forbidden => Kind::Forbidden,
            Self::Stale(_) => Kind::Stale,
            Self::BadQuery(_) => Kind::Malformed,
            Self::Invalid(_) => Kind::Invalid,
            Self::IdTaken => Kind::Conflict,
            Self::Internal(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Forbidden => "forbidden",
            Self::Stale(_) => "stale",
            Self::BadQuery(_) => "bad-query",
            Self::Invalid(_) => "invalid",
            Self::IdTaken => "id-taken",
            Self::Internal(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldFault> {
        match self {
            Self::BadQuery(field) => vec![field.clone()],
            Self::Invalid(fields) => fields.clone(),
            Self::NotFound | Self::Forbidden | Self::Stale(_) | Self::IdTaken | Self::Internal(_) => {
                Vec::new()
            }
        }
    }

    fn members(&self) -> Option<Map<String, Value>> {
        match self {
            Self::Stale(current) => Some(Map::from_iter([("current".to_owned(), current.clone())])),
            Self::NotFound
            | Self::Forbidden
            | Self::BadQuery(_)
            | Self::Invalid(_)
            | Self::IdTaken
            | Self::Internal(_) => None,
        }
    }
}
