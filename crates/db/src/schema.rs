//! Every table, written once for both databases; one file an area.
//!
//! Column types come from a short list (`Text BigInt Integer Bool Binary Double`): ids are `Text`, instants are
//! `BigInt` microseconds in UTC, enums and JSON are `Text`.
#![allow(missing_docs, clippy::allow_attributes, reason = "diesel's table! writes undocumented items")]

// An area may have a table of its own name, so the modules bear another.
#[path = "schema/contacts.rs"]
mod of_contacts;
#[path = "schema/ground.rs"]
mod of_ground;
#[path = "schema/mail.rs"]
mod of_mail;
#[path = "schema/notify.rs"]
mod of_notify;
#[path = "schema/people.rs"]
mod of_people;
#[path = "schema/reach.rs"]
mod of_reach;
#[path = "schema/schedule.rs"]
mod of_schedule;

pub use of_contacts::*;
pub use of_ground::*;
pub use of_mail::*;
pub use of_notify::*;
pub use of_people::*;
pub use of_reach::*;
pub use of_schedule::*;
