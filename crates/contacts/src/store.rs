//! The only diesel of this crate.

pub(crate) mod address_books;
pub(crate) mod contacts;
mod search;
