use renraku_base::{ContactId, Fault, FieldFault, Kind, Role};
use renraku_db::Error;
use serde::Serialize;
use serde_json::{Map, Value};

/// Every way in which an operation on address books and contacts may be refused.
#[derive(Debug, thiserror::Error)]
pub enum ContactsFault {
    /// Not there, or not to be seen.
    #[error("there is no such object")]
    NotFound,
    /// Seen, but not allowed.
    #[error("the right for this is missing")]
    Forbidden,
    /// Seen, but only those who manage it share, rename or delete it.
    #[error("the right to manage this is missing")]
    NotManaged,
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
    /// Another contact of the address book has this uid.
    #[error("the uid is taken by contact {0}")]
    UidTaken(ContactId),
    /// A contact is not in the version that was expected, or is there again.
    #[error("contact {0} has changed")]
    ContactChanged(ContactId),
    /// A default address book cannot be deleted, nor an owner's right be changed.
    #[error("this address book must stay as it is")]
    AddressBookFixed,
    /// What lets the person read the address book is the right of a group, which they cannot leave alone.
    #[error(
        "the address book is shared with a group: whoever shared it takes it away, or the client hides it"
    )]
    SharedWithGroup,
    /// The file has no card in it.
    #[error("the file is no vCard")]
    NotAVCard,
    /// The database did not do what was asked.
    #[error("the database failed")]
    Internal(#[from] Error),
}

impl ContactsFault {
    /// The refusal of a change to what is now `current`.
    pub(crate) fn stale(current: &impl Serialize) -> Self {
        match serde_json::to_value(current) {
            Ok(current) => Self::Stale(current),
            Err(error) => Self::Internal(Error::damaged(error)),
        }
    }
}

impl Fault for ContactsFault {
    fn kind(&self) -> Kind {
        match self {
            Self::NotFound => Kind::NotFound,
            Self::Forbidden | Self::NotManaged | Self::SharedWithGroup => Kind::Forbidden,
            Self::Stale(_) => Kind::Stale,
            Self::BadQuery(_) | Self::NotAVCard => Kind::Malformed,
            Self::Invalid(_) => Kind::Invalid,
            Self::IdTaken | Self::UidTaken(_) | Self::ContactChanged(_) | Self::AddressBookFixed => {
                Kind::Conflict
            }
            Self::Internal(error) => error.kind(),
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::Forbidden | Self::NotManaged => "forbidden",
            Self::Stale(_) => "stale",
            Self::BadQuery(_) => "bad-query",
            Self::Invalid(_) => "invalid",
            Self::IdTaken => "id-taken",
            Self::UidTaken(_) => "uid-taken",
            Self::ContactChanged(_) => "contact-changed",
            Self::AddressBookFixed => "address-book-fixed",
            Self::SharedWithGroup => "shared-with-group",
            Self::NotAVCard => "not-a-vcard",
            Self::Internal(error) => error.code(),
        }
    }

    fn fields(&self) -> Vec<FieldFault> {
        match self {
            Self::BadQuery(field) => vec![field.clone()],
            Self::Invalid(fields) => fields.clone(),
            Self::NotFound
            | Self::Forbidden
            | Self::NotManaged
            | Self::Stale(_)
            | Self::IdTaken
            | Self::UidTaken(_)
            | Self::ContactChanged(_)
            | Self::AddressBookFixed
            | Self::SharedWithGroup
            | Self::NotAVCard
            | Self::Internal(_) => Vec::new(),
        }
    }

    fn missing(&self) -> Option<Role> {
        matches!(self, Self::NotManaged).then_some(Role::Manage)
    }

    fn members(&self) -> Option<Map<String, Value>> {
        let (name, value) = match self {
            Self::Stale(current) => ("current", current.clone()),
            Self::UidTaken(contact) | Self::ContactChanged(contact) => ("contactId", contact.as_str().into()),
            Self::NotFound
            | Self::Forbidden
            | Self::NotManaged
            | Self::BadQuery(_)
            | Self::Invalid(_)
            | Self::IdTaken
            | Self::AddressBookFixed
            | Self::SharedWithGroup
            | Self::NotAVCard
            | Self::Internal(_) => return None,
        };
        Some(Map::from_iter([(name.to_owned(), value)]))
    }
}
