//! The only SQL of this area.

pub mod accounts;
pub mod index;
pub mod mailboxes;
pub mod messages;
pub mod texts;
