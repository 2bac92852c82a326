use renraku_base::FieldFault;
use renraku_people::{AccountFault, directory::DirectoryFault};
use renraku_schedule::ScheduleFault;

/// Why an account with what belongs to it cannot be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NewAccountFault {
    #[error(transparent)]
    Database(#[from] renraku_db::Error),
    #[error(transparent)]
    Account(#[from] AccountFault),
    #[error(transparent)]
    Schedule(#[from] ScheduleFault),
    /// The directory does not take the person.
    #[error("{0}")]
    Person(String),
}

impl From<DirectoryFault> for NewAccountFault {
    fn from(fault: DirectoryFault) -> Self {
        match fault {
            DirectoryFault::Internal(error) => Self::Database(error),
            DirectoryFault::Invalid(fields) => {
                let each = |field: &FieldFault| format!("{}: {}", field.pointer, field.detail);
                Self::Person(fields.iter().map(each).collect::<Vec<_>>().join("; "))
            }
            other => Self::Person(other.to_string()),
        }
    }
}
