use renraku_base::{AddressBookId, ETag, PersonId, Role};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an address book is to the person who looks at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum AddressBookKind {
    /// It is theirs.
    Own,
    /// Another person shares it with them.
    Shared,
}

/// An address book as one person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AddressBook {
    /// Identifies the address book.
    pub id: AddressBookId,
    /// What it is called.
    pub name: String,
    /// Own or shared.
    pub kind: AddressBookKind,
    /// What the reader may do in it.
    pub role: Role,
    /// Whose it is.
    pub owner_id: PersonId,
    /// Whether contacts without an address book go here.
    pub is_default: bool,
    /// Its version, as this reader sees it.
    pub etag: ETag,
}

/// What a POST says of a new address book.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAddressBook {
    /// Made by the phone; otherwise by the server.
    #[serde(default)]
    pub id: Option<AddressBookId>,
    /// What it is called.
    pub name: String,
}

/// A merge patch of an address book (RFC 7396).
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AddressBookPatch {
    /// What it is called.
    #[serde(default)]
    pub name: Option<String>,
}
