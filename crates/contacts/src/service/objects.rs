//! Address books as collections of card objects (RFC 6352 §5): what a contacts client reads and writes.
//!
//! A contact is an object under the name that a client gave it, or else under its id. The text that a client stored is kept and
//! handed out for as long as the contact is as it says; after that the text is made from the card.

mod books;
mod carry;
mod delete;
mod fault;
mod find;
mod list;
mod others;
mod put;
mod read;
mod texts;

pub use books::{
    BookChange, ObjectBook, change_book, delete_book, find_book, list_books, make_book, name_owners,
};
pub use carry::Carry;
pub use delete::delete;
pub use fault::CardFault;
pub use find::{Needle, Place, find};
pub(crate) use list::name_arrival;
pub use list::{CardChange, CardHead, list, list_changes};
pub use put::{Expectation, Put, put};
pub(crate) use read::texts_of;
pub use read::{CardText, get, get_by_id};
pub use texts::SearchTexts;
