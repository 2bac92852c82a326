//! The operations: the only way in.

mod address_books;
mod create_contact;
mod delete_contact;
mod get_contact;
mod import_contacts;
mod list_contacts;
pub mod objects;
mod shares;
pub mod sync;
mod update_contact;

pub use address_books::{
    create_address_book, default_address_book, delete_address_book, find_default_address_book,
    get_address_book, list_address_books, update_address_book,
};
pub use create_contact::{add_cards, create_contact};
pub use delete_contact::delete_contact;
pub use get_contact::{get_contact, lookup_number};
pub use import_contacts::{
    CardRefusal, IMPORT_BYTES, ImportReport, export_address_book, import_contacts, refused_cards,
};
pub use list_contacts::{ContactFilter, list_contacts};
pub use shares::{change_share, leave_address_book, list_shares};
pub use update_contact::update_contact;
