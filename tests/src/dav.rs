//! Calendar and contacts clients from outside: WebDAV, CalDAV and CardDAV.

mod address_books;
mod beside;
mod card_queries;
mod card_sync;
mod cards;
pub mod client;
mod clients;
mod delegates;
mod discovery;
mod hostile;
mod hostile_cards;
mod inbox;
mod large_answers;
mod leaving;
mod moved_series;
mod objects;
mod push;
mod push_contacts;
mod queries;
mod rare_requests;
mod scheduling;
mod shared_alarms;
mod staff_book;
mod staff_photos;
mod sync;
mod two_ways;
mod unseen;
