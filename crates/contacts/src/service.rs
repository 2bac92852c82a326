//! The operations: the only way in.

mod address_books;
mod caller_id;
mod create_contact;
mod delete_contact;
mod find_duplicates;
mod get_contact;
mod get_picture;
mod import_contacts;
mod index_anew;
mod list_contacts;
mod merge_contacts;
mod merges;
pub mod objects;
mod select;
mod shares;
pub mod sync;
mod undo_merge;
mod update_contact;

pub use address_books::{
    create_address_book, default_address_book, delete_address_book, find_default_address_book,
    get_address_book, list_address_books, update_address_book,
};
pub use caller_id::{CallersHeld, CallersPage, CallersProgress, read_callers};
pub use create_contact::{add_cards, create_contact};
pub use delete_contact::delete_contact;
pub use find_duplicates::find_duplicates;
pub use get_contact::{get_contact, lookup_number};
pub use get_picture::{decode_jpeg, find_jpeg, get_picture};
pub use import_contacts::{
    CardRefusal, ContactsFile, IMPORT_BYTES, ImportReport, export_address_book, export_table,
    import_contacts, refused_cards,
};
pub use index_anew::index_anew;
pub use list_contacts::{ContactFilter, KeywordCount, list_contacts, list_keywords};
pub use merge_contacts::merge_contacts;
pub use merges::{forget_old_merges, get_merge, list_merges};
pub use select::{Readable, SelectedContact, Within, select_address_books, select_by_id, select_contacts};
pub use shares::{change_share, leave_address_book, list_shares};
pub use undo_merge::undo_merge;
pub use update_contact::update_contact;
