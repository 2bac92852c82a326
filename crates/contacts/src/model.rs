//! What is sent and received: cards in the words of JSContact (RFC 9553), and address books.

mod address_book;
mod card;
mod contact;
mod duplicates;
mod jscontact;
mod merge;
mod name;

pub use address_book::{AddressBook, AddressBookKind, AddressBookPatch, NewAddressBook};
pub use card::Card;
pub use contact::{Contact, ContactDraft, ContactPatch};
pub use duplicates::{ContactVersion, Duplicates, DuplicatesPage, LikenessReason};
pub use jscontact::{
    Address, Component, EmailAddress, KnownMembers, Name, Nickname, Note, OrgUnit, Organization, Phone, Title,
};
pub use merge::{ContactMerge, ExpectedContact, NewContactMerge};
pub(crate) use name::plain_number;
