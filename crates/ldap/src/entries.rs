//! What is in the tree: the root, the schema, containers, people, units, address books and contacts.

mod address_books;
mod contact;
mod fixed;
mod name;
mod person;
mod place;
mod postal;
mod units;

pub(crate) use address_books::{address_book, dn as address_book_dn};
pub(crate) use contact::contact;
pub(crate) use fixed::{
    SUPPORTED_CONTROLS, base, contacts, people, root, subschema, units as units_container,
};
pub(crate) use person::person;
pub(crate) use place::{Missing, Place};
pub(crate) use units::Units;
