use renraku_base::{AddressBookId, ContactId, Cursor, ETag};
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

/// One page of contacts that look the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DuplicatesPage {
    /// Groups of contacts.
    pub items: Vec<Duplicates>,
    /// Where the next page begins; `null` on the last.
    pub next_cursor: Option<Cursor>,
    /// There is more than is looked through at once: it is found when what stands here is made one. Left out when there is not.
    #[serde(rename = "hasMore", skip_serializing_if = "std::ops::Not::not")]
    pub is_cut: bool,
}

/// A contact in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContactVersion {
    /// Identifies the contact.
    pub id: ContactId,
    /// Its version.
    pub etag: ETag,
}
