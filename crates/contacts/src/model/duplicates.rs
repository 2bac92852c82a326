use renraku_base::{AddressBookId, ContactId, ETag};
use serde::Serialize;
use utoipa::ToSchema;

/// Why contacts look the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum LikenessReason {
    /// They have the same mail address.
    Email,
    /// They have the same phone number, however it is written.
    Phone,
    /// They have the same name, however it is written, and the same organization or none.
    Name,
}

/// Contacts of one address book that look the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Duplicates {
    /// The address book in which they are.
    pub address_book_id: AddressBookId,
    /// Why they look the same.
    pub reasons: Vec<LikenessReason>,
    /// Which they are, oldest first.
    pub contacts: Vec<ContactVersion>,
}

/// A contact in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContactVersion {
    /// Identifies the contact.
    pub id: ContactId,
    /// Its version.
    pub etag: ETag,
}
