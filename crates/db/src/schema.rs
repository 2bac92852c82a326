//! Every table, written once for both databases; one file an area.
//!
//! Column types come from a short list (`Text BigInt Integer Bool Binary Double`): ids are `Text`, instants are
//! `BigInt` microseconds in UTC, enums and JSON are `Text`.
#![allow(missing_docs, clippy::allow_attributes, reason = "diesel's table! writes undocumented items")]

mod contacts;
mod ground;
mod mail;
mod notify;
mod people;
mod schedule;

pub use contacts::*;
pub use ground::*;
pub use mail::*;
pub use notify::*;
pub use people::*;
pub use schedule::*;
