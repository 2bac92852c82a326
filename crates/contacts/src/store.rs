//! The only diesel of this crate.

pub(crate) mod address_books;
pub(crate) mod book_paths;
pub(crate) mod book_properties;
pub(crate) mod callers;
pub(crate) mod card_objects;
pub(crate) mod contacts;
pub(crate) mod keys;
pub(crate) mod merges;
mod search;
pub(crate) mod select;
