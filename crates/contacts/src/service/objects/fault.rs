use renraku_base::FieldFault;
use renraku_db::Error;

use crate::{ContactsFault, codec::vcard::NotACard};

/// Why a card object is not stored or deleted, as a contacts client is told it.
#[derive(Debug, thiserror::Error)]
pub enum CardFault {
    /// The object is not what the client expects: changed, there already, or gone.
    #[error("the object is not as expected")]
    Stale,
    /// The text is larger than an object may be.
    #[error("the text is too large")]
    TooLarge,
    /// The text is of a version that address books do not hold.
    #[error("address books hold vCard 3.0 and 4.0")]
    Version,
    /// The text is no valid vCard, or something in it cannot be taken.
    #[error("the text is no valid address data")]
    AddressData(Vec<FieldFault>),
    /// The UID is in use under another name, or the name for another UID.
    #[error("the UID belongs to another object")]
    UidTaken {
        /// The name under which it is.
        name: String,
    },
    /// Something is to be put where it is.
    #[error("the source and the destination are the same")]
    Same,
    /// An address book is to be made under a name that is the server's to give.
    #[error("the server gives names of this form itself: choose another name")]
    ReservedName,
    /// The operation itself was refused.
    #[error(transparent)]
    Refused(#[from] ContactsFault),
}

impl From<Error> for CardFault {
    fn from(error: Error) -> Self {
        Self::Refused(error.into())
    }
}

impl From<NotACard> for CardFault {
    fn from(fault: NotACard) -> Self {
        match fault {
            NotACard::TooLarge => Self::TooLarge,
            NotACard::Version => Self::Version,
            NotACard::Data(fields) => Self::AddressData(fields),
        }
    }
}
