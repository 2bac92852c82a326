//! What is sent and received: cards in the words of JSContact (RFC 9553), and address books.

mod address_book;
mod card;
mod contact;
mod jscontact;

pub use address_book::{AddressBook, AddressBookKind, AddressBookPatch, NewAddressBook};
pub use card::Card;
pub use contact::{Contact, ContactDraft, ContactPatch};
pub use jscontact::{
    Address, Component, EmailAddress, KnownMembers, Name, Nickname, Note, OrgUnit, Organization, Phone, Title,
};
