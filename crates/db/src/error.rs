use diesel::result::{DatabaseErrorKind, Error as Diesel};
use renraku_base::{Fault, Kind};

/// The database did not do what was asked. Never shown to a client; faces answer by [`Fault::kind`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection or no lock within the time-out: ask again later.
    #[error("the database is busy")]
    Busy,
    /// The disk is full: reads go on, writes do not.
    #[error("the disk is full")]
    Full,
    /// PostgreSQL ended the transaction to keep others going; it is run again.
    #[error("the transaction must be run again")]
    Retry(#[source] Diesel),
    /// The statement failed.
    #[error("a statement failed")]
    Query(#[source] Diesel),
    /// A stored value cannot be read back: says which.
    #[error("a stored value is damaged: {0}")]
    Damaged(String),
    /// The database cannot be opened or migrated: says why and what to do.
    #[error("{0}")]
    Open(String),
}

impl Error {
    /// A stored value that does not read as what it should be.
    pub fn damaged(what: impl std::fmt::Display) -> Self {
        Self::Damaged(what.to_string())
    }
}

/// What PostgreSQL and its library say when the connection went away or the server is not up.
const LOST: [&str; 6] = [
    "terminating connection",
    "server closed the connection",
    "connection to server",
    "no connection to the server",
    "the database system is",
    "could not receive data from server",
];

impl From<Diesel> for Error {
    fn from(error: Diesel) -> Self {
        let retry = match &error {
            Diesel::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
            // Whether a commit that was on its way is done is not known: the client asks again with the same key.
            Diesel::DatabaseError(DatabaseErrorKind::ClosedConnection, _)
            | Diesel::BrokenTransactionManager => {
                return Self::Busy;
            }
            Diesel::DatabaseError(_, info) => {
                let text = info.message();
                if text.contains("database is locked") || text.contains("lock timeout") {
                    return Self::Busy;
                }
                if LOST.iter().any(|lost| text.contains(lost)) {
                    return Self::Busy;
                }
                if text.contains("database or disk is full") || text.contains("No space left on device") {
                    return Self::Full;
                }
                // Diesel shows no SQLSTATE; `Db::open` makes sure that PostgreSQL speaks English.
                text.contains("deadlock detected")
            }
            _ => false,
        };
        if retry { Self::Retry(error) } else { Self::Query(error) }
    }
}

impl Fault for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Busy | Self::Retry(_) => Kind::Unavailable,
            Self::Full => Kind::StorageFull,
            Self::Query(_) | Self::Damaged(_) | Self::Open(_) => Kind::Internal,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Busy | Self::Retry(_) => "overloaded",
            Self::Full => "storage-full",
            Self::Query(_) | Self::Damaged(_) | Self::Open(_) => "internal",
        }
    }
}

/// Whether `error` was caused, somewhere down its chain, by a transaction that is worth running again.
pub(crate) fn is_retry(error: &(dyn std::error::Error + 'static)) -> bool {
    was_caused_by(error, |cause| matches!(cause, Error::Retry(_)))
}

/// Whether `error` was caused, somewhere down its chain, by a full disk.
pub(crate) fn is_full(error: &(dyn std::error::Error + 'static)) -> bool {
    was_caused_by(error, |cause| matches!(cause, Error::Full))
}

fn was_caused_by(error: &(dyn std::error::Error + 'static), fits: impl Fn(&Error) -> bool) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref().is_some_and(&fits) {
            return true;
        }
        cause = error.source();
    }
    false
}
