use renraku_base::{Fault, FieldFault, Kind};
use renraku_db as db;

use crate::Notification;

/// Every way in which an operation on notifications may be refused.
#[derive(Debug, thiserror::Error)]
pub enum NotifyFault {
    /// No such notification, or it is another person's.
    #[error("there is no such notification")]
    NotFound,
    /// The notification is no longer what the caller expects.
    #[error("the notification was changed in the meantime")]
    Stale(Box<Notification>),
    /// The cursor is not one that the list gave.
    #[error("the cursor is not one that this list gave")]
    BadCursor,
    /// The database did not do what was asked.
    #[error("the database failed")]
    Internal(#[from] db::Error),
}

impl Fault for NotifyFault {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::Stale(_) => Kind::Stale,
            Self::BadCursor => Kind::Malformed,
            Self::Internal(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Stale(_) => "stale",
            Self::BadCursor => "bad-query",
            Self::Internal(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldFault> {
        match self {
            Self::BadCursor => vec![FieldFault::new("cursor", "bad-cursor", self.to_string())],
            Self::NotFound | Self::Stale(_) | Self::Internal(_) => Vec::new(),
        }
    }

    fn members(&self) -> Option<serde_json::Map<String, serde_json::Value>> {
        match self {
            Self::Stale(current) => {
                let current = serde_json::to_value(current).ok()?;
                Some(serde_json::Map::from_iter([("current".to_owned(), current)]))
            }
            Self::NotFound | Self::BadCursor | Self::Internal(_) => None,
        }
    }
}
