//! The REST API from outside, one file a resource row of the contract, and one for each rule of every request.

mod auth;
mod batch;
mod calendar_import;
mod calendars;
mod caller_id;
mod contacts;
mod contacts_import;
mod dense;
mod directory;
mod disk_full;
mod events;
mod facilities;
mod favourites;
mod idempotency;
mod limits;
mod mail;
mod mail_sending;
mod manners;
mod me;
mod notifications;
mod preconditions;
mod rates;
mod schedule;
mod slow;
mod staff_import;
mod unchanged;
