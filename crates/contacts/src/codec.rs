//! Contacts as files.

pub mod table;
pub mod vcard;
