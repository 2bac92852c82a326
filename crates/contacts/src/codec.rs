//! Contacts as files.

pub mod vcard;
